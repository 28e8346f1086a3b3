"""The options of sansmtp-relay: file and command line, what it says of mistakes, and a queue that
only one server may serve."""

import os
import re
import subprocess

import support
from relay import Relay, program
from support import HOST, Wire

USAGE, NO_INPUT, UNAVAILABLE, CANNOT_CREATE, CONFIG = 64, 66, 69, 73, 78
DEFINITION = os.path.join(os.path.dirname(__file__), "..", "..", "examples", "relay", "config.def")


def run(*words):
    done = subprocess.run([program(), *words], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=support.PATIENCE)
    return done.returncode, done.stdout, done.stderr


def fails(tap, name, status, says, *words):
    left, out, err = run(*words)
    tap.check(left == status and says in err and not out, name, "%s: %s%s" % (left, out, err))


def mistakes(tap, here):
    queue = ["--queue", os.path.join(here, "mistakes"), "--log", "-"]
    listen = ["--relay-listen", HOST + ":0"]
    fails(tap, "an option that there is not", USAGE, "no option --nonsense", "--nonsense", "1")
    fails(tap, "an option without its value", USAGE, "--port wants N", "--port")
    fails(tap, "a number that is none", USAGE, "a number, not '2x'", "--port", "2x")
    fails(tap, "a word that is none", USAGE, "may|must|verify|never", "--tls", "maybe")
    fails(tap, "a switch that is none", USAGE, "yes or no", "--trace", "on")
    fails(tap, "a network that is none", USAGE, "a network", "--network", "192.0.2.1/24")
    fails(tap, "a rate that is none", USAGE, "N/SECONDS", "--rate-messages", "10")
    fails(tap, "a word that is no option", USAGE, "it knows no start", "start")
    fails(tap, "a queue that is not there", CANNOT_CREATE, "cannot use", *queue, "queue", "list")
    fails(tap, "a name that is none", CONFIG, "use hostname", *queue, "--hostname", "a b", *listen)
    fails(tap, "users without passwords", USAGE, "--auth-file", *queue, "--submission-listen",
          HOST + ":0")
    fails(tap, "an address that is not ours", UNAVAILABLE, "cannot listen", *queue,
          "--relay-listen", "192.0.2.1:25")
    fails(tap, "a place where no queue can be", CANNOT_CREATE, "cannot use", "--queue",
          "/proc/nowhere", *listen)
    fails(tap, "a schedule that is none", CONFIG, "retry-first", *queue, "--retry-first", "0",
          *listen)


def file_mistakes(tap, here):
    def written(text):
        return support.written(here, "wrong", text.encode("ascii"))

    fails(tap, "a file that is not there", NO_INPUT, "cannot read", "--config", here + "/none")
    fails(tap, "a line that is no option", CONFIG, ":2: there is no option", "--config",
          written("# a comment\nnonsense 1\n"))
    fails(tap, "a line without value", CONFIG, ":1: port wants N", "--config", written("port\n"))
    fails(tap, "a line with a wrong value", CONFIG, ":3: tls wants", "--config",
          written("\n  port 25 \ntls  maybe\n"))


def helped(tap):
    with open(DEFINITION, encoding="ascii") as file:
        names = re.findall(r'^OPTION\(\w+, \w+, "([a-z-]+)"', file.read(), re.M)
    status, out, err = run("--help")
    missing = [name for name in names if "  --%s " % name not in out]
    tap.check(status == 0 and len(names) > 30 and not missing and not err, "--help tells each",
              "%s %s" % (missing, err))
    wide = [line for line in out.splitlines() if len(line) > 130]
    tap.check(not wide, "in lines that can be read", wide)
    status, out, err = run("--version")
    tap.check(status == 0 and re.fullmatch(r"sansmtp-relay [0-9.]+\n", out), "--version", out + err)


def greeted(relay):
    with Wire(relay.port, greet=False) as wire:
        return wire.expect(220)


def from_file(tap, here):
    path = support.written(here, "conf", (
        "# what we are\nhostname file.example.test\n\n"
        "local-domain   one.example\nmax-size 1000\nmax-hops 7\n").encode("ascii"))
    with Relay(here, "--config", path, "--max-size", "2000") as relay:
        said = support.attempt(tap, "it starts with a file", greeted, relay)
        tap.check(said and support.HOSTNAME.encode() in said, "the command line wins", said)
        with Wire(relay.port) as wire:
            said = wire.command("EHLO client.example.test")
            tap.check(b"SIZE 2000" in said, "wherever it stands", said)
            wire.command("MAIL FROM:<a@example.com>")
            for domain in ("one.example", "example.test"):
                name = "what can be given more than once adds up: " + domain
                support.attempt(tap, name, wire.command, "RCPT TO:<u@%s>" % domain)
        left, _, err = run("--queue", relay.queue, "--relay-listen", HOST + ":0")
        told = left == CANNOT_CREATE and "another sansmtp-relay serves it" in err
        tap.check(told, "a second server is refused the queue", err)
        fails(tap, "a queue command that there is not", USAGE, "it knows list", "--queue",
              relay.queue, "queue", "empty")
        relay.kill()
        relay.start()
        support.attempt(tap, "but not after kill -9", greeted, relay)
        mode = os.stat(relay.queue).st_mode & 0o777
        modes = [os.stat(os.path.join(relay.queue, name)).st_mode & 0o777
                 for name in os.listdir(relay.queue)]
        tap.check(mode == 0o700 and set(modes) == {0o600}, "the queue is its owner's alone", modes)


def test(tap, here):
    mistakes(tap, here)
    file_mistakes(tap, here)
    helped(tap)
    from_file(tap, here)


support.main(test)
