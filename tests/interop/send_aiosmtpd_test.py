"""sansmtp-send into aiosmtpd: STARTTLS, AUTH PLAIN, SMTPUTF8, LMTP, a recipient refused."""

import os

import foreign
import support
from support import PASSWORD, USER

PYTHON = "/usr/bin/python3"  # Debian's own: the packages are made for it
LIBRARY = os.path.join(support.PEERS, "aiosmtpd", "usr", "lib", "python3", "dist-packages")


def serve(here, kind, tls):
    """A port, the folder of what came, and a context that runs the server."""
    folder = os.path.join(here, "stored-" + kind)
    os.mkdir(folder)
    port = foreign.free_port()
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "aiosmtpd_server.py")
    command = [PYTHON, script, kind, str(port), folder, tls[1], tls[3], USER, PASSWORD]
    environment = dict(os.environ, PYTHONPATH=LIBRARY)
    return port, folder, foreign.running(command, port, cwd=here, env=environment)


def test(tap, here):
    if not os.path.isdir(os.path.join(LIBRARY, "aiosmtpd")):
        support.missing(tap, "aiosmtpd", "tests/support/peers.sh aiosmtpd provides it")
        return
    tls, _ = support.certificate(here)
    trust = ("--ca", tls[1])
    login = (*trust, *foreign.login(here))
    port, folder, server = serve(here, "smtp", tls)
    count = 0

    def deliver(name, *options, body=support.AWKWARD, **more):
        nonlocal count
        sent = support.message("aiosmtpd " + name, body)
        run = foreign.deliver(tap, here, port, name, sent, *options, **more)
        stored = foreign.files_in(folder)
        count += 1
        same = len(stored) == count and stored[-1] == sent
        tap.check(same, "%s: it arrived unchanged" % name, stored and stored[-1][:500])
        return run

    with server:
        deliver("plain")
        deliver("starttls", *trust, tls="required")
        deliver("auth", *login, tls="required")
        deliver("utf8", "--smtputf8", body="Gr\u00fc\u00dfe\r\n")
        deliver("large", body=support.AWKWARD * 1000)
        to = ("a@example.test", "refused@example.test", "c@example.test")
        run = deliver("several", to=to, result="perm")
        codes = [run.code(address) for address in to]
        tap.check(codes == ["250", "550", "250"], "a code for each", run)
    port, folder, server = serve(here, "lmtp", tls)
    count = 0
    with server:
        deliver("lmtp", "--lmtp")


support.main(test)
