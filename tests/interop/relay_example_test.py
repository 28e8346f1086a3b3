"""`sansmtp-relay check`, and the configuration that is shipped: it is one that works."""

import os
import re
import subprocess

import support
from relay import AS_ROOT, Relay, program
from support import HOST, Wire

EXAMPLE = os.path.join(os.path.dirname(__file__), "..", "..", "examples", "relay",
                       "sansmtp-relay.conf")
MAN = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "man", "sansmtp-relay.1")
USAGE, NO_INPUT, NO_USER, CONFIG = 64, 66, 67, 78


def check(path, *words):
    done = subprocess.run([program(), "--config", path, *words, "check"], capture_output=True,
                          stdin=subprocess.DEVNULL, text=True, timeout=support.PATIENCE)
    return done.returncode, done.stdout, done.stderr


def example():
    with open(EXAMPLE, encoding="ascii") as file:
        return file.read()


def placed(text, here, cert, key):
    """The example with our folder for /, free ports, and us for its user."""
    text = re.sub(r"(?m)^(tls-cert +).*", r"\g<1>" + cert, text)
    text = re.sub(r"(?m)^(tls-key +).*", r"\g<1>" + key, text)
    text = re.sub(r"(?m)^(\w+-listen +)\[::\]:[0-9]+$", r"\g<1>%s:0" % HOST, text)
    text = re.sub(r"(?m)^(user +)sansmtp\n", r"\1root\n" if AS_ROOT else "", text)
    return re.sub(r"(?m)^(\S+ +)/(?:etc/|var/|srv/)(?:[a-z]+/)?(?!.*\.pem)", r"\1%s/" % here, text)


def made(here):
    """What is there, but for what the test has put there."""
    return sorted(set(os.listdir(here)) - {"example.conf", "users", "cert.pem", "key.pem", "tls"})


def verdicts(tap, here, path, users):
    """check says what a start would say, and makes nothing."""
    status, out, err = check(path)
    tap.check((status, out, err) == (0, path + ": fine\n", ""), "check says that it is fine",
              out + err)
    status, out, err = check(path, "--maildir", "/proc/nowhere", "--queue", "/proc/nowhere")
    tap.check(status == 0, "it does not look for what would be made", err)
    status, out, err = check(path, "--lmtp", HOST + ":24", "--local-recipients", "any")
    tap.check(status == CONFIG and "maildir or lmtp" in err and not out, "what does not fit", err)
    status, out, err = check(path, "--tls-cert", here + "/none.pem")
    tap.check(status == NO_INPUT and "none.pem: No such file" in err and not out,
              "a certificate that is not there", err)
    status, out, err = check(path, "--tls-key", users)
    tap.check(status != 0 and "key" in err and not out, "a key that is none", err)
    status, out, err = check(path, "--auth-file", path)
    tap.check(status == CONFIG and "user:hash" in err and not out, "users that are none", err)
    status, out, err = check(path, "--user", "nobody-of-this-name")
    tap.check(status == NO_USER and "no user nobody-of-this-name" in err, "no such user", err)
    status, out, err = check(path, "--user", "root:no-such-group")
    tap.check(status == NO_USER and "no group no-such-group" in err, "no such group", err)
    status, out, err = check(path, "--user", "nobody")
    tap.check(status == 0, "whoever checks need not be who starts it", err)
    status, out, err = check(path, "check")
    tap.check(status == USAGE and not out, "nothing is behind it", err)
    tap.check(not made(here), "nothing was made", made(here))


class Example(Relay):
    """Started by the file alone."""

    def __init__(self, here, path):
        super().__init__(here)
        self.command = [program(), "--config", path]


def works(tap, here, path):
    os.makedirs(os.path.join(here, "mail", "ada@example.org"))
    with Example(here, path) as relay:
        tap.check(sorted(relay.ports) == ["relay", "submission", "submissions"], "it starts",
                  relay.ports)
        with Wire(relay.port) as wire:
            said = wire.command("EHLO client.example")
            tap.check(b"STARTTLS" in said, "it offers TLS", said)
            wire.command("MAIL FROM:<bob@example.com>")
            support.attempt(tap, "it takes mail for its mailboxes", wire.command,
                            "RCPT TO:<ada@example.org>")
            support.attempt(tap, "not for others", wire.command, "RCPT TO:<eve@example.org>", 550)
            support.attempt(tap, "nor for elsewhere", wire.command, "RCPT TO:<x@example.net>", 550)
    tap.check(made(here)[:1] == ["mail"], "what it makes is where the file says", made(here))


def alternatives(tap, here, path):
    """What stands behind # without a blank is an option that can be had."""
    lines = re.findall(r"(?m)^#(\S+) +(.*)$", example())
    wrong = [(name, value, err) for name, value in lines for _, _, err in
             [check(path, "--" + name, value)] if "no option" in err or " wants one" in err]
    tap.check(len(lines) > 5 and not wrong, "its alternatives are options", wrong)
    text = example()
    for name in "smart-host", "smart-user", "smart-password-file", "network":
        text = re.sub(r"(?m)^#(%s )" % name, r"\1", text)
    return text


def test(tap, here):
    tls, _ = support.certificate(here)
    done = subprocess.run(["openssl", "passwd", "-6", "secret"], capture_output=True, check=True)
    users = support.written(here, "users", b"ada:" + done.stdout)
    text = placed(example(), here, tls[1], tls[3])
    tap.check("/etc/" not in re.sub("(?m)^#.*", "", text) and " sansmtp" not in
              re.sub("(?m)^#.*", "", text), "nothing of it is left out", text)
    path = support.written(here, "example.conf", text.encode("ascii"))
    verdicts(tap, here, path, users)
    more = placed(alternatives(tap, here, path), here, tls[1], tls[3])
    support.written(here, "smart-password", b"secret\n")
    other = support.written(here, "other.conf", more.encode("ascii"))
    status, out, err = check(other)
    tap.check(status == 0, "the provider's part is fine, too", err)
    os.remove(other)
    os.remove(os.path.join(here, "smart-password"))
    works(tap, here, path)
    with open(MAN, encoding="ascii") as file:
        man = file.read()
    lines = [line for line in example().splitlines() if line and line[0] != "#"]
    tap.check("\n".join(lines) in man, "the man page has it", lines)


support.main(test)
