"""examples/inetd, the server on standard input and output: takes mail for one domain, leaves no
half of a message, and ends when its peer does."""

import contextlib
import os
import subprocess

import support
from connection import stuffed

MESSAGE = support.message("inetd", support.AWKWARD)


def dialogue(folder, octets, close=False):
    """What it says to these octets and the end of input, and how it ends."""
    process = subprocess.Popen(
        [support.program(), "example.test", folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    if close:
        process.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(octets)
            process.stdin.close()
        return b"", process.wait(support.PATIENCE)
    said, _ = process.communicate(octets, timeout=support.PATIENCE)
    return said, process.returncode


def codes(said):
    return [int(line[:3]) for line in said.splitlines() if line[3:4] == b" "]


def test(tap, here):
    mail = os.path.join(here, "mail")
    os.mkdir(mail)

    def stored():
        return [support.slurp(os.path.join(mail, name)) for name in sorted(os.listdir(mail))]

    envelope = b"MAIL FROM:<a@client.test>\r\nRCPT TO:<b@Example.test>\r\n"
    octets = b"EHLO client.test\r\n" + envelope + b"RCPT TO:<b@other.test>\r\nDATA\r\n"
    octets += stuffed(MESSAGE) + b"MAIL FROM:<>\r\nRCPT TO:<Postmaster>\r\n"
    octets += b"BDAT 3\r\na\0bBDAT 2 LAST\r\n\n\rQUIT\r\n"
    said, status = dialogue(mail, octets)
    wanted = [220, 250, 250, 250, 550, 354, 250, 250, 250, 250, 250, 221]
    tap.check(codes(said) == wanted, "a session of two messages", said)
    tap.check(status == 0, "ends with 0", status)
    tap.check(stored() == [MESSAGE, b"a\0b\n\r"], "both are stored unchanged", stored())

    cuts = {"DATA": b"DATA\r\nhalf\r\n.", "BDAT": b"BDAT 9 LAST\r\nhalf", "RCPT": b""}
    for name, end in cuts.items():
        said, status = dialogue(mail, b"EHLO client.test\r\n" + envelope + end)
        good = status == 0 and codes(said)[:4] == wanted[:4]
        tap.check(good, "cut off in %s: it ends" % name, said)
        names = sorted(os.listdir(mail))
        tap.check(len(names) == 2, "cut off in %s: nothing is left" % name, names)

    _, status = dialogue(mail, b"NOOP\r\n" * 100000, close=True)
    tap.check(status == 0, "a peer that is gone ends it", status)
    for arguments in [], ["example.test"], ["example.test", here + "/gone"], ["a b", mail]:
        done = subprocess.run([support.program(), *arguments], capture_output=True, timeout=60)
        why = "%s: %s" % (done.returncode, done.stderr)
        tap.check(done.returncode == 64 and b"usage" in done.stderr, "usage: %s" % arguments, why)


support.main(test)
