"""As whom it runs: root says whom it becomes, and that user does what is done for strangers."""

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess

import support
from relay import Relay, program
from support import HOST, Wire, stuffed

USAGE, NO_PERMISSION, CONFIG = 64, 77, 78
NOBODY = pwd.getpwnam("nobody")


def run(words, **more):
    done = subprocess.run([*words], capture_output=True, stdin=subprocess.DEVNULL, text=True,
                          timeout=support.PATIENCE, **more)
    return done.returncode, done.stdout, done.stderr


def low_port():
    """A free port for which it takes root."""
    for port in range(1023, 600, -1):
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
                return port
            except OSError:
                continue
    raise RuntimeError("no port below 1024 is free")


class Host(Relay):
    """With all its options in a file but for the program, which anybody may run."""

    def __init__(self, here, executable, user, *options):
        super().__init__(here, *options)
        os.chmod(self.here, 0o711)
        self.command[0] = executable
        at = self.command.index("--user")
        self.command[at : at + 2] = ["--user", user] if user else []

    def says(self, words=()):
        """How it ends that cannot start."""
        return run([*self.command, *words])

    def status(self, field):
        """The numbers in /proc/PID/status."""
        with open("/proc/%d/status" % self.process.pid, encoding="ascii") as file:
            return next(line.split()[1:] for line in file if line.startswith(field + ":"))


def owner(path):
    found = os.stat(path)
    return found.st_uid, found.st_gid, found.st_mode & 0o777


def submit(relay):
    with Wire(relay.port) as wire:
        wire.command("EHLO client.example.test")
        wire.command("MAIL FROM:<a@example.com>")
        wire.command("RCPT TO:<ada@example.test>")
        wire.command("DATA", 354)
        wire.send(stuffed(support.message("one")))
        wire.expect(250)
    return relay.until(lambda: relay.stored("ada@example.test"))


def refused(tap, here, executable):
    relay = Host(here, executable, None)
    left, out, err = relay.says()
    tap.check(left == USAGE and "it wants user" in err and not out, "root without a user", err)
    path = support.written(here, "conf", b"relay-listen 127.0.0.1:0\nmaildir %s\nqueue %s\n" % (
        relay.maildir.encode(), relay.queue.encode()))
    left, out, err = run([executable, "--config", path])
    tap.check(left == CONFIG and "it wants user" in err and not out, "the same by a file", err)
    made = [each for each in (relay.queue, relay.maildir, relay.log_path) if os.path.exists(each)]
    tap.check(not made, "nothing was made", made)
    relay = Host(here, executable, "daemon")
    left, out, err = run(relay.command, user="nobody")
    tap.check(left == NO_PERMISSION and "only root can become" in err, "no root, but a user", err)
    relay = Host(here, executable, "nobody")
    left, out, err = run(["setpriv", "--bounding-set=-setuid", *relay.command])
    tap.check(left == NO_PERMISSION and "cannot become the user nobody" in err and not out,
              "a root that may not become another", err)
    left, out, err = run(["setpriv", "--bounding-set=-setgid", *relay.command])
    tap.check(left == NO_PERMISSION and "cannot become the user nobody" in err and not out,
              "nor take another's groups", err)
    relay = Host(here, executable, "nobody")
    os.mkdir(relay.queue)
    left, out, err = relay.says()
    tap.check(left == NO_PERMISSION and "somebody else" in err and owner(relay.queue)[0] == 0,
              "a queue that is root's stays root's", err)


def dropped(tap, here, executable):
    port = low_port()
    relay = Host(here, executable, "nobody", "--relay-listen", "%s:%d" % (HOST, port))
    os.rename(here + "/secret", relay.here + "/key.pem")
    relay.command += ["--tls-cert", here + "/cert.pem", "--tls-key", relay.here + "/key.pem"]
    with relay:
        ids = relay.status("Uid") + relay.status("Gid")
        wanted = 4 * [str(NOBODY.pw_uid)] + 4 * [str(NOBODY.pw_gid)]
        tap.check(ids == wanted, "it is that user, and its group", ids)
        groups = {int(group) for group in relay.status("Groups")}
        own = set(os.getgrouplist("nobody", NOBODY.pw_gid))
        tap.check(groups <= own, "it has no group of root's", groups)
        tap.check(int(relay.status("CapPrm")[0], 16) == 0, "nor a capability",
                  relay.status("CapPrm"))
        with Wire(port) as wire:
            tap.check(b"STARTTLS" in wire.command("EHLO client.example.test"),
                      "it has a port of root's, and a key", relay.errors())
        tap.check(submit(relay), "it delivers", relay.log())
        mine = (NOBODY.pw_uid, NOBODY.pw_gid)
        found = {path: owner(path) for path in (relay.queue, relay.maildir, relay.log_path)}
        tap.check(found == {relay.queue: (*mine, 0o700), relay.maildir: (*mine, 0o700),
                            relay.log_path: (*mine, 0o640)}, "what it made is the user's", found)
        managed(tap, relay)
        reloaded(tap, relay, executable)
        tap.check(relay.stop() == 0, "it ends well", relay.errors())


def managed(tap, relay):
    for name, words in ("as root", []), ("as the user", ["--user", "nobody"]):
        said = run([relay.command[0], "--queue", relay.queue, *words, "queue", "list"])
        tap.check(said == (0, "", ""), "queue list %s" % name, said)
    others = [name for name in os.listdir(relay.queue)
              if owner(os.path.join(relay.queue, name))[0] != NOBODY.pw_uid]
    tap.check(not others, "leaves nothing of root's in the queue", others)


def reloaded(tap, relay, _):
    def after(says):
        before = relay.log().count(says)
        relay.process.send_signal(signal.SIGHUP)
        return relay.until(lambda: relay.log().count(says) > before)

    tap.check(after("reload failed") and "Permission denied" in relay.errors(),
              "a key of root's cannot be read again", relay.errors())
    os.chown(relay.here + "/key.pem", 0, NOBODY.pw_gid)
    os.chmod(relay.here + "/key.pem", 0o640)
    tap.check(after("reload done"), "one of its group's can", relay.errors())


def others(tap, here, executable):
    group = grp.getgrnam("daemon").gr_gid
    with Host(here, executable, "nobody:daemon") as relay:
        tap.check(relay.status("Gid") == 4 * [str(group)] and submit(relay), "another group",
                  relay.status("Gid"))
        tap.check(owner(relay.log_path)[1] == group, "is that of the log, too",
                  owner(relay.log_path))
    with Host(here, executable, "root") as relay:
        tap.check(relay.status("Uid") == 4 * ["0"] and submit(relay), "root, if that is said",
                  relay.errors())
    for user in "nobody", None:
        relay = Host(here, executable, user)
        os.chown(relay.here, NOBODY.pw_uid, NOBODY.pw_gid)
        for path in relay.out_path, relay.err_path:
            os.chown(support.written("/", path[1:], b""), NOBODY.pw_uid, NOBODY.pw_gid)
        relay.start(user="nobody", group="nogroup", extra_groups=[])
        tap.check(submit(relay), "started by that user it stays that: --user %s" % user,
                  relay.errors())
        relay.kill()


def test(tap, here):
    if os.geteuid() != 0:
        left, out, err = run([*Relay(here).command, "--user", "root"])
        tap.check(left == NO_PERMISSION and "only root can become" in err and not out,
                  "only root can become another", err)
        tap.skip("what root may", "it takes root")
        return
    os.chmod(here, 0o711)
    executable = shutil.copy(program(), os.path.join(here, "sansmtp-relay"))
    support.certificate(here)
    os.rename(here + "/key.pem", here + "/secret")
    os.chmod(here + "/secret", 0o600)
    refused(tap, here, executable)
    dropped(tap, here, executable)
    others(tap, here, executable)


support.main(test)
