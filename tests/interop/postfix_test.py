"""Postfix's smtp-source delivers a thousand messages over ten sessions, large ones, and by LMTP."""

import support

SESSIONS = 10
MESSAGES = 1000
LARGE = 20


def deliver(tap, here, program, receiver, name, sent, count, *options):
    """smtp-source -F takes lines that end in LF, stuffs dots, sends them with CRLF, and adds an
    empty line of its own."""
    path = support.written(here, name, sent.replace(b"\r\n", b"\n"))
    to = name + "@example.test"
    command = [program, "-s", str(SESSIONS), "-m", str(count), "-F", path, *options]
    command += ["-f", support.SENDER, "-t", to, "-M", "client.example.test"]
    command += ["inet:%s:%d" % (support.HOST, receiver.port)]
    support.run(tap, "smtp-source, %s" % name, command, here, seconds=300)
    text = "%d messages for %s arrived unchanged" % (count, name)
    support.check_stored(tap, receiver, to, sent + b"\r\n", text, count=count)


def generated(tap, here, program, receiver):
    """Messages that smtp-source makes itself, each with an identity of its own."""
    to = "generated@example.test"
    command = [program, "-s", str(SESSIONS), "-m", "100", "-l", "5000", "-d"]
    command += ["-f", support.SENDER, "-t", to, "-M", "client.example.test"]
    command += ["inet:%s:%d" % (support.HOST, receiver.port)]
    support.run(tap, "smtp-source, its own messages", command, here, seconds=300)
    stored = receiver.stored(to)
    lines = (line for text in stored for line in text.split(b"\r\n"))
    identities = {line for line in lines if line.startswith(b"Message-Id:")}
    tap.check(
        len(stored) == 100 and len(identities) == 100,
        "100 messages with 100 identities",
        "%d messages, %d identities" % (len(stored), len(identities)),
    )
    payloads = {len(text.partition(b"\r\n\r\n")[2]) for text in stored}
    tap.check(payloads == {5000 + len("\r\n")}, "each with a payload of 5000 octets", payloads)


def test(tap, here):
    program = support.peer(tap, "smtp-source")
    if not program or not support.peer(tap, "postconf", "-d", "mail_version"):
        return
    small = support.message("smtp-source", support.AWKWARD)
    large = support.message("smtp-source large", support.AWKWARD)
    large += (b"." + b"x" * 61 + b"\r\n") * ((1 << 20) // 64)
    with support.Receiver(here) as receiver:
        deliver(tap, here, program, receiver, "thousand", small, MESSAGES)
        deliver(tap, here, program, receiver, "kept-open", small, MESSAGES, "-d")
        deliver(tap, here, program, receiver, "large", large, LARGE)
        generated(tap, here, program, receiver)
        support.check_end(tap, receiver)
    with support.Receiver(here, "--lmtp") as receiver:
        deliver(tap, here, program, receiver, "lmtp", small, MESSAGES // 10, "-L")
        deliver(tap, here, program, receiver, "lmtp-large", large, LARGE, "-L", "-d")
        support.check_end(tap, receiver)


support.main(test)
