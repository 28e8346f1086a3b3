"""sansmtp-send into Exim, which listens: BDAT and DATA, STARTTLS, AUTH PLAIN and LOGIN, SMTPUTF8,
DSN, a recipient refused, more recipients than it takes at a time."""

import os

import exim
import foreign
import support
from sender import send
from support import PASSWORD, USER

CONFIGURATION = """
received_header_text =
message_size_limit = 64M
recipients_max = 5
pipelining_advertise_hosts = *
chunking_advertise_hosts = {chunking}
smtputf8_advertise_hosts = *
dsn_advertise_hosts = *
tls_advertise_hosts = *
tls_certificate = {certificate}
tls_privatekey = {key}
auth_advertise_hosts = ${{if def:tls_in_cipher{{*}}{{}}}}
acl_smtp_rcpt = rcpt
acl_smtp_data = accept

begin acl
rcpt:
  deny local_parts = refused
  accept
""" + exim.STORE + """
begin authenticators
one:
  driver = plaintext
  public_name = {mechanism}
  server_prompts = {prompts}
  server_condition = ${{if and{{{{eq{{$auth{who}}}{{{login}}}}}{{eq{{$auth{secret}}}{{{password}}}}}}}}}
  server_set_id = $auth{who}
"""

MECHANISMS = {
    "PLAIN": {"prompts": ":", "who": 2, "secret": 3},
    "LOGIN": {"prompts": "<| Username: | Password:", "who": 1, "secret": 2},
}


def several(deliveries, port):
    path = support.written(deliveries.here, "several", support.message("exim several"))
    to = ["r%d@example.test" % i for i in range(12)] + ["refused@example.test"]
    run = send(port, path, to=to)
    codes = [run.code(address) for address in to]
    deliveries.tap.check(codes == ["250"] * 12 + ["550"], "five at a time: each is told once", run)
    got = [foreign.eventually(lambda: len(deliveries.has(who)), 1) for who in to[:12]]
    deliveries.tap.check(got == [1] * 12, "five at a time: each has it once", got)


def test(tap, here):
    program = exim.provided(tap)
    if not program:
        return
    tls, _ = support.certificate(here)
    os.chmod(tls[3], 0o644)
    trust = ("--ca", tls[1])
    login = (*trust, *foreign.login(here))

    def served(mechanism, chunking):
        server = exim.Exim(
            here, program, mechanism.lower(), CONFIGURATION, mechanism=mechanism, chunking=chunking,
            certificate=tls[1], key=tls[3], login=USER, password=PASSWORD, **MECHANISMS[mechanism]
        )
        return server, foreign.Deliveries(tap, here, "exim", server.stored)

    server, deliveries = served("PLAIN", chunking="*")
    with server.running() as port:
        deliveries.one(port, "chunk")
        deliveries.one(port, "chunks", body=support.AWKWARD * 1000)
        tap.check(" K " in server.log(), "it came by BDAT", server.log()[-1000:])
        deliveries.one(port, "data", "--chunking", "off", body=support.AWKWARD * 1000)
        deliveries.one(port, "starttls", *trust, tls="required")
        deliveries.one(port, "auth plain", *login, tls="required")
        tap.check("A=one:" + USER in server.log(), "it was authenticated", server.log()[-1000:])
        deliveries.one(port, "utf8", "--smtputf8", body="Gr\u00fc\u00dfe\r\n")
        deliveries.one(port, "dsn", "--dsn-notify", "never", "--dsn-ret", "hdrs", "--envid", "x+y")
        several(deliveries, port)
    server, deliveries = served("LOGIN", chunking="")
    with server.running() as port:
        deliveries.one(port, "auth login", *login, tls="required")
        known = "A=one:" + USER in server.log()
        tap.check(known, "it was authenticated by LOGIN", server.log()[-1000:])


support.main(test)
