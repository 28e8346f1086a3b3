"""The options of sansmtp-relay: file and command line, what it says of mistakes, and a queue that
only one server may serve."""

import glob
import os
import re
import socket
import subprocess

import support
from relay import AS_ROOT, Relay, program
from support import HOST, Wire

USAGE, NO_INPUT, UNAVAILABLE, CANNOT_CREATE, CONFIG = 64, 66, 69, 73, 78
DEFINITION = os.path.join(os.path.dirname(__file__), "..", "..", "examples", "relay", "options",
                          "config.def")


def run(*words):
    done = subprocess.run([program(), *words], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=support.PATIENCE)
    return done.returncode, done.stdout, done.stderr


def fails(tap, name, status, says, *words):
    left, out, err = run(*words)
    tap.check(left == status and says in err and not out, name, "%s: %s%s" % (left, out, err))


def mistakes(tap, here):
    queue = ["--queue", os.path.join(here, "mistakes"), "--log", "-", *AS_ROOT]
    home = ["--maildir", os.path.join(here, "mail")]
    listen = ["--relay-listen", HOST + ":0", *home]
    fails(tap, "an option that there is not", USAGE, "no option --nonsense", "--nonsense", "1")
    fails(tap, "an option without its value", USAGE, "--port wants N", "--port")
    fails(tap, "two files", USAGE, "one --config", "--config", "/dev/null", "--config", "/dev/null")
    fails(tap, "a word that is no option", USAGE, "it knows no start", "start")
    fails(tap, "a queue that is not there", CANNOT_CREATE, "cannot use", *queue, "queue", "list")
    fails(tap, "an address that is not ours", UNAVAILABLE, "cannot listen", *queue, *home,
          "--relay-listen", "192.0.2.1:25")
    with socket.create_server((HOST, 0)) as taken:
        fails(tap, "a port that another has", UNAVAILABLE, "address already in use", *queue, *home,
              "--relay-listen", "%s:%d" % taken.getsockname())
    fails(tap, "a place where no queue can be", CANNOT_CREATE, "cannot use", "--queue",
          "/proc/nowhere", *AS_ROOT, *listen)


LISTEN = "relay-listen %s:0" % HOST
SUBMIT = "submission-listen %s:0" % HOST
SUBMITS = "submissions-listen %s:0" % HOST
SMART = "smart-host hub.test"
HOME = "maildir %s/mail"
TOGETHER = (  # what is wrong, what it says, the options; %s: a folder that is not to be there
    ("no option at all", "nothing to listen to: it wants relay-listen"),
    ("no listener", "submission-listen or submissions-listen", "local-domain a.test", HOME),
    ("local domains without a place", "has no place: it wants maildir, lmtp or smart-host", LISTEN,
     "local-domain a.test"),
    ("no place for Postmaster", "Postmaster has no place", LISTEN, "relay-domain a.test"),
    ("two places", "maildir or lmtp, not both", LISTEN, HOME, "lmtp " + HOST + ":24"),
    ("submission without users", "want auth-file", SUBMIT, HOME, "tls-cert c"),
    ("submission by TLS without users", "want auth-file", SUBMITS, HOME, "tls-cert c"),
    ("submission by TLS without a certificate", "submissions-listen wants tls-cert", SUBMITS, HOME,
     "auth-file u", "auth-without-tls yes"),
    ("submission without a certificate", "submission-listen wants tls-cert", SUBMIT, HOME,
     "auth-file u"),
    ("a key without a certificate", "tls-key wants tls-cert", LISTEN, HOME, "tls-key k"),
    ("a user without a smart host", "smart-user wants smart-host", LISTEN, HOME, "smart-user u",
     "smart-password-file p"),
    ("a user without a password", "smart-user wants smart-password-file", LISTEN, SMART,
     "smart-user u"),
    ("a password without a user", "smart-password-file wants smart-user", LISTEN, SMART,
     "smart-password-file p"),
    ("a password in clear", "smart-user wants TLS", LISTEN, SMART, "smart-user u",
     "smart-password-file p", "tls never"),
    ("policies that cannot be kept", "want TLS", LISTEN, HOME, "mta-sts yes", "tls never"),
    ("keys that are not looked at", "want TLS", LISTEN, HOME, "dane yes", "tls never"),
    ("a domain that is here and elsewhere", "local-domain and relay-domain", LISTEN, HOME,
     "local-domain a.test", "relay-domain A.test"),
    ("a schedule that is none", "retry-greylisted must not be longer", LISTEN, HOME,
     "retry-first 1"),
    ("another that is none", "than retry-longest", LISTEN, HOME, "retry-first 20000"),
)


def together(tap, here):
    """Each by the command line and by a file; nothing is made."""
    place = os.path.join(here, "nothing")
    for name, says, *lines in TOGETHER:
        lines = [line % place if "%s" in line else line for line in lines]
        lines += ["queue %s/queue" % place, "log %s.log" % place]
        path = support.written(here, "together", "".join(line + "\n" for line in lines).encode())
        words = [word for line in lines for word in ("--" + line).split(" ", 1)]
        for status, arguments in (USAGE, words), (CONFIG, ["--config", path]):
            said = run(*arguments)
            tap.check(said[0] == status and says in said[2] and not said[1],
                      "%s: %d" % (name, status), "%d: %s%s" % said)
    made = glob.glob(place + "*")
    tap.check(not made, "nothing was made", made)


DOMAIN = "one domain, D, or .D"
ENDPOINT = "ADDR:PORT"
WRONG = (  # option, what it wants, values
    ("hostname", "a domain or an address literal", "a b", "a..b", "[192.0.2.256]", ".a", "a.", "-"),
    ("local-domain", DOMAIN, "a.test b.test", "a.test,b.test", "..a", ".", "a.", "@a",
     "[192.0.2.1]"),
    ("relay-domain", DOMAIN, "a b", "*.a", "*"),
    ("dnsbl", "one domain", ".zen.test", "a b", "[192.0.2.1]"),
    ("relay-listen", ENDPOINT, "25", ":25", "*:25", "localhost:25", HOST, HOST + ":", "::1:25",
     HOST + ":65536", HOST + ":-1", HOST + ":smtp", "[127.0.0.1]:25", "[::1]", "127.1:25",
     HOST + ":25 " + HOST + ":26"),
    ("submission-listen", ENDPOINT, "587"),
    ("submissions-listen", ENDPOINT, "465"),
    ("dns", ENDPOINT, HOST, HOST + ":0", "dns.test:53", "[::g]:53"),
    ("lmtp", ENDPOINT, "socket", HOST + ":0", HOST + ":65536"),
    ("lmtp", "a shorter path", "/" + 108 * "a"),
    ("smart-host", "HOST[:PORT]", "a b", "a:0", "a:65536", "a:x", "a:", ":25", "2001:db8::1",
     "[2001:db8::1]", "[192.0.2.1", "a..b:25", 300 * "a"),
    ("network", "a network", "192.0.2.1/24", "192.0.2.0/33", "example.test", "192.0.2.0/24,::1"),
    ("network", "not the whole world", "0.0.0.0/0", "::/0"),
    ("own-address", "an address", "example.test", "[192.0.2.1]"),
    ("own-address", "one address", "192.0.2.0/24", "2001:db8::/64"),
    ("port", "a number from 1 to 65535", "0", "65536", "70000", "2x", "-1", "+1", "0x19", "", " 25",
     "18446744073709551617"),
    ("max-connections", "a number from 1 to 4294967295", "0", "4294967296"),
    ("max-recipients", "a number from 100 to 4294967295", "99", "0", "4294967296"),
    ("max-size", "a number from 0 to 9223372036854775807", "9223372036854775808", "10M"),
    ("max-hops", "a number from 1 to 65535", "0", "65536"),
    ("lanes", "a number from 1 to 100000", "0", "100001"),
    ("lanes-each", "a number from 1 to 100000", "0"),
    ("timeout", "a number from 0 to 4294967295", "4294967296", "5m"),
    ("retry-first", "a number from 1 to 4294967295", "0", "4294967297"),
    ("lifetime", "a number from 0 to 4294967295", "4294967296", "5d"),
    ("rate-messages", "N/SECONDS", "10", "0/1", "1/0", "1/x", "/", "1/4294967297"),
    ("tls", "may|must|verify|never", "maybe", "MAY", "may|must", "m"),
    ("trace", "yes or no", "on", "YES", "1", "yes no"),
)

RIGHT = (  # option, values
    ("hostname", "mx.example.test", "localhost", "[192.0.2.1]", "[IPv6:2001:db8::1]"),
    ("local-domain", "example.test", ".example.test", "EXAMPLE", "b\u00fccher.example"),
    ("dnsbl", "zen.example.test"),
    ("relay-listen", "0.0.0.0:25", "[::]:25", "[fe80::1%eth0]:25", HOST + ":0"),
    ("dns", "127.0.0.53:53", "[::1]:65535"),
    ("lmtp", "/run/lmtp", HOST + ":24", "[::1]:24", "/" + 106 * "a"),
    ("smart-host", "a.test", "a.test:587", "192.0.2.1", "[192.0.2.1]:25", "[IPv6:2001:db8::1]:25",
     "[IPv6:2001:db8::1]"),
    ("network", "10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "0.0.0.0/1"),
    ("own-address", "192.0.2.1", "2001:db8::1", "192.0.2.1/32"),
    ("port", "1", "65535", "025"),
    ("max-recipients", "100", "4294967295"),
    ("max-size", "0", "9223372036854775807"),
    ("rate-messages", "1/1", "1000/3600"),
    ("timeout", "0", "4294967295"),
    ("maildir", "/var/mail#1", "/var/my mail"),
    ("tls", "may", "must", "verify", "never"),
    ("trace", "yes", "no"),
)


def values(tap):
    """What is behind them is looked at only where they are right."""
    for option, wants, *wrong in WRONG:
        said = [run("--" + option, value, "nonsense") for value in wrong]
        bad = [(value, err) for value, (left, out, err) in zip(wrong, said)
               if left != USAGE or "--%s wants " % option not in err or wants not in err
               or "not '%s'" % value not in err or out]
        tap.check(not bad, "%s: wants %s" % (option, wants), bad)
    for option, *right in RIGHT:
        said = [run("--" + option, value, "nonsense")[2] for value in right]
        bad = [(value, err) for value, err in zip(right, said) if "it knows no nonsense" not in err]
        tap.check(not bad, "%s: takes what is right" % option, bad)


def file_mistakes(tap, here):
    def says(name, status, what, octets):
        octets = octets if isinstance(octets, bytes) else octets.encode("utf-8")
        path = support.written(here, "wrong", octets)
        fails(tap, name, status, what % path, "--config", path, "nonsense")

    def wrong(name, what, octets):
        says(name, CONFIG, "%s:" + what, octets)

    def right(name, octets):
        says(name, USAGE, "knows no nonsense%.0s", octets)

    fails(tap, "a file that is not there", NO_INPUT, "cannot read", "--config", here + "/none")
    fails(tap, "a folder", NO_INPUT, "Is a directory", "--config", here)
    fails(tap, "no file", USAGE, "--config wants a file", "--config")
    wrong("a line that is no option", "2: there is no option nonsense\n", "# a\nnonsense 1\n")
    wrong("a name of another case", "1: there is no option Port\n", "Port 1\n")
    wrong("a name with a sign", "1: there is no option port=25\n", "port=25\n")
    wrong("what a terminal would obey", "1: there is no option \\x9B\n", b"\x9b 25\n")
    wrong("a line without value", "1: port wants N behind it", "port\n")
    wrong("a line with blanks for a value", "1: port wants N behind it", "port \t \n")
    wrong("a line with a wrong value", "3: tls wants may|must|verify|never, not 'maybe'",
          "\n  port 25 \ntls  maybe\n")
    wrong("two domains in a line", "1: local-domain wants one domain", "local-domain a.test b.test")
    wrong("a comment behind a number", "1: port wants a value with no comment", "port 25 # why\n")
    wrong("a comment behind a folder", "1: maildir wants a value with no comment", "maildir m\t# w")
    wrong("a comment for a value", "1: maildir wants a value with no comment", "maildir #")
    wrong("a sign of equality", "1: maildir wants its value with only a blank", "maildir = /m\n")
    wrong("a colon", "1: maildir wants its value with only a blank", "maildir : /m\n")
    wrong("quotes", "1: maildir wants its value without quotes", 'maildir "/m"\n')
    wrong("an option twice", "4: port can be given once, and line 2 has it",
          "tls may\nport 25\n\nport 25\n")
    wrong("a NUL", "2: there is a NUL", b"port 25\ntls\0 may\n")
    wrong("a NUL at the end", "2: there is a NUL", b"port 25\n\0")
    wrong("a NUL alone", "1: there is a NUL", b"\0")
    wrong("an escape sequence", "1: there is a control character", "maildir /m\x1b[2J\n")
    wrong("a bare CR", "1: there is a control character", "port 25\rtls may\n")
    right("an empty file is none", "")
    right("nor is one of empty lines", "\n \n\t\n#\n # tls maybe\n\r\n")
    right("lines may end with CRLF", "port 25\r\ntls may\r\n\r\n# c\r\n")
    right("the last need not end", "port 25\ntls may")
    right("blanks and tabs are as good", " \tport\t \t25 \t\n")
    right("what may be given more often", "local-domain a.test\nlocal-domain b.test\n")


def helped(tap):
    with open(DEFINITION, encoding="ascii") as file:
        names = re.findall(r'^(?:OPTION\(\w+,|COUNTED\() *\w+, "([a-z-]+)"', file.read(), re.M)
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
        left, _, err = run("--queue", relay.queue, "--relay-listen", HOST + ":0", "--maildir",
                           relay.maildir, *AS_ROOT)
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
    together(tap, here)
    values(tap)
    file_mistakes(tap, here)
    helped(tap)
    from_file(tap, here)


support.main(test)
