"""sansmtp-send and the extensions: what it says to a server that offers them, and that it says
nothing to one that does not; commands; PROXY headers; LIMITS over several sessions; PIPECONNECT.
"""

import contextlib

import support
from sender import check, say, scripted, send, serving

SIX = b"2001:0db8:0000:0000:0000:0000:0000:%04x "
MANY = "a@one.example b@one.example c@two.example d@three.example".split()


def heard(here, name, extensions, *options, result="ok", replies=(), **more):
    """The MAIL and RCPT lines of one message for a server with these extensions, and the run."""
    lines = []

    def script(peer):
        peer.say("220 script ESMTP")
        peer.hear()
        peer.offer(extensions)
        for reply in (*replies, "250 2.1.0 sender", "250 2.1.5 recipient"):
            lines.append(peer.hear().decode("utf-8").rstrip("\r\n"))
            if not lines[-1] or lines[-1] == "QUIT":
                return
            peer.say(reply)
        peer.hear()
        peer.say("354 go")
        while peer.hear() not in (b".\r\n", b""):
            pass
        peer.say("250 2.0.0 taken")
        peer.hear()
        peer.say("221 2.0.0 bye")

    path = support.written(here, "message-to-send", support.message(name))
    with scripted(script) as port:
        run = send(port, path, *options, **more)
    return lines, run


# name, extensions, options, what MAIL and RCPT have behind the path, and how it ends without them
PARAMETERS = [
    ("--deliver-by R", ["DELIVERBY"], ["--deliver-by", "120;R"], "BY=120;R", "", "refused"),
    ("--deliver-by N", ["DELIVERBY 240"], ["--deliver-by", "-9;NT"], "BY=-9;NT", "", "ok"),
    ("--hold-for", ["FUTURERELEASE 900 2030-01-01T00:00:00Z"], ["--hold-for", "60"],
     "HOLDFOR=60", "", "refused"),
    ("--hold-until", ["FUTURERELEASE 900000000 2099-01-01T00:00:00Z"],
     ["--hold-until", "2031-02-03T04:05:06Z"], "HOLDUNTIL=2031-02-03T04:05:06Z", "", "refused"),
    ("--priority", ["MT-PRIORITY MIXER"], ["--priority", "-4"], "MT-PRIORITY=-4", "", "ok"),
    ("--priority 0", ["MT-PRIORITY"], ["--priority", "0"], "MT-PRIORITY=0", "", "ok"),
    ("--rrvs", ["RRVS"], ["--rrvs", "2014-04-03T23:01:00Z"], "", "RRVS=2014-04-03T23:01:00Z",
     "refused"),
    ("--rrvs C", ["RRVS"], ["--rrvs", "2014-04-03T23:01:00Z;C"], "",
     "RRVS=2014-04-03T23:01:00Z;C", "ok"),
    ("--prdr", ["PRDR"], ["--prdr"], "PRDR", "", "ok"),
    ("--solicit", ["NO-SOLICITING"], ["--solicit", "org.example:ADV:ADLT"],
     "SOLICIT=org.example:ADV:ADLT", "", "ok"),
    ("--mtrk", ["MTRK"], ["--mtrk", "YWJj:600", "--envid", "x@client.example.test"],
     "ENVID=x@client.example.test MTRK=YWJj:600", "", "ok"),
    ("--transid", ["CHECKPOINT"], ["--transid", "<1@client.example.test>"],
     "TRANSID=<1@client.example.test>", "", "ok"),
    ("--conperm", ["CONPERM"], ["--conperm"], "CONPERM", "", "refused"),
    ("--requiretls in clear", ["REQUIRETLS"], [], "", "", "ok"),
]


def behind(line):
    return line.partition("> ")[2]


def parameters(tap, here):
    for name, extensions, options, mail, rcpt, without in PARAMETERS:
        lines, run = heard(here, "parameters", extensions, *options)
        check(tap, name, run, "ok")
        said = [sorted(behind(line).split()) for line in lines]
        wanted = [sorted(mail.split()), sorted(rcpt.split())]
        tap.check(said == wanted, "%s: what is said" % name, lines)
        lines, run = heard(here, "parameters", [], *options)
        check(tap, "%s, not offered" % name, run, without)
        bare = [behind(line) for line in lines if line[:4] in ("MAIL", "RCPT")]
        tap.check(not any(bare), "%s, not offered: it is not said" % name, lines)


def rrvs_of_one(tap, here):
    dates = ["2014-04-03T23:01:00Z", "2015-04-03T23:01:00Z"]
    options = ["--rrvs", dates[0], "--to", "a@example.test", "--to", "b@example.test"]
    lines, run = heard(
        here, "rrvs", ["RRVS"], *options, "--rrvs", dates[1], to=(), replies=("250 sender",)
    )
    said = [behind(line) for line in lines]
    check(tap, "--rrvs, all and one", run, "ok")
    tap.check(said == ["", "RRVS=" + dates[0], "RRVS=" + dates[1]], "each has its date", lines)


# -- commands -------------------------------------------------------------------------------------


def commands(tap, here):
    lines = []

    def script(peer):
        peer.say("220 script ESMTP")
        peer.hear()
        peer.offer(["EXPN", "ETRN", "HELP"])
        for reply in "252 2.5.2 maybe", "250-2.1.5 <a@x.example>\r\n250 2.1.5 <b@x.example>", "250 q":
            lines.append(peer.hear())
            peer.say(reply)
        lines.append(peer.hear())
        peer.say("221 bye")

    with scripted(script) as port:
        options = ["--vrfy", "ada", "--expn", "staff", "--etrn", "mx.example"]
        run = say(port, *options, "--command", "STARTTLS")
    wanted = [b"VRFY ada\r\n", b"EXPN staff\r\n", b"ETRN mx.example\r\n", b"QUIT\r\n"]
    tap.check(lines == wanted, "commands without a message", lines)
    told = run.out.splitlines()
    wanted = [
        "COMMAND <VRFY ada> 252 2.5.2 maybe",
        "COMMAND <EXPN staff> 250 2.1.5 <a@x.example> <b@x.example>",
        "COMMAND <ETRN mx.example> 250 - q",
        "COMMAND <STARTTLS> - - the server does not offer that command",
        "RESULT refused",
    ]
    tap.check(told == wanted and run.status == 77, "each reply is told", run)


def forwarding(tap, here):
    words = "NAME=a.example ADDR=192.0.2.9"
    for verb, option in ("XCLIENT", "--xclient"), ("XFORWARD", "--xforward"):
        offer = [verb + " NAME ADDR"]
        lines, run = heard(here, verb, offer, option, words, result="refused",
                           replies=("550 5.7.0 not you",))
        tap.check(lines == ["%s %s" % (verb, words), "QUIT"], "%s: no message if it is refused" % verb,
                  lines)
        check(tap, "%s is refused" % verb, run, "perm")
        lines, run = heard(here, verb, [], option, words)
        tap.check(lines == ["QUIT"], "%s: not said where it is not offered" % verb, lines)
        check(tap, "%s is not offered" % verb, run, "refused")
    lines, run = heard(here, "XFORWARD", ["XFORWARD NAME ADDR"], "--xforward", words,
                       replies=("250 2.0.0 ok",))
    check(tap, "XFORWARD", run, "ok")
    verbs = [line.split()[0] for line in lines]
    tap.check(verbs == ["XFORWARD", "MAIL", "RCPT"], "XFORWARD comes before the message", lines)


# -- servers of several connections ---------------------------------------------------------------


def session(offer, lines, early=False):
    """A script that takes everything, one command at a time. early: it greets late."""

    def script(peer):
        lines.append("session")
        if early:
            for _ in range(3):
                lines.append(peer.hear().decode().strip())
        peer.say("220 script ESMTP")
        if not early:
            peer.hear()
        peer.offer(offer)
        if early:
            peer.say("250 2.1.0 sender")
            peer.say("250 2.1.5 recipient")
        while True:
            line = peer.hear().decode().strip()
            lines.append(line)
            if line in ("QUIT", ""):
                peer.say("221 2.0.0 bye")
                return
            if line == "DATA":
                peer.say("354 go")
                while peer.hear() not in (b".\r\n", b""):
                    pass
            peer.say("250 2.0.0 ok")

    return script


def recipients(lines):
    """The recipients of each session, of each message."""
    found = []
    for line in lines:
        if line == "session":
            found.append([])
        elif line.startswith("MAIL"):
            found[-1].append([])
        elif line.startswith("RCPT"):
            found[-1][-1].append(line.partition("<")[2].partition(">")[0])
    return found


def limits(tap, here):
    path = support.written(here, "message-to-send", support.message("limits"))
    a, b, c, d = MANY
    for limit, sessions in (
        ("RCPTMAX=3", [[[a, b, c], [d]]]),
        ("MAILMAX=1 RCPTMAX=2", [[[a, b]], [[c, d]]]),
        ("RCPTDOMAINMAX=1", [[[a, b]], [[c]], [[d]]]),
        ("RCPTDOMAINMAX=2 RCPTMAX=2", [[[a, b], [c]], [[d]]]),
    ):
        lines = []
        offer = ["LIMITS " + limit]
        with serving(*[session(offer, lines)] * len(sessions)) as (port, problems):
            run = send(port, path, to=MANY)
        check(tap, limit, run, "ok")
        told = recipients(lines)
        tap.check(told == sessions and not problems, "%s: who goes when" % limit, (told, problems))
        codes = [run.code(address) for address in MANY]
        tap.check(codes == ["250"] * 4, "%s: each is told of once" % limit, run)


def pipeconnect(tap, here):
    path = support.written(here, "message-to-send", support.message("pipeconnect"))
    cache = here + "/cache"
    offer = ["PIPELINING", "PIPECONNECT"]
    options = ("--pipeconnect-cache", cache)
    lines, less = [], []

    def changed(peer):
        """Greets late, and does not offer what it did."""
        for _ in range(3):
            less.append(peer.hear().decode().strip())
        peer.say("220 script ESMTP")
        peer.offer(["SIZE"])
        peer.hear()

    with serving(session(offer, []), session(offer, lines, early=True), changed,
                 session(["SIZE"], less)) as (port, problems):
        check(tap, "the first time it waits", send(port, path, *options), "ok")
        kept = support.slurp(cache)
        tap.check(b"sansmtp-send 1 " in kept, "what is offered is kept", kept)
        check(tap, "then it does not", send(port, path, *options), "ok")
        said = [line.split()[0] for line in lines[1:4]]
        tap.check(said == ["EHLO", "MAIL", "RCPT"], "they come before the greeting", lines)
        run = send(port, path, *options)
        check(tap, "the server has changed: another connection", run, "ok")
    tap.check(less[3:4] == ["session"] and not problems, "which assumes nothing", (less, problems))
    with contextlib.suppress(FileNotFoundError):
        tap.check(not support.slurp(cache), "nothing is kept of it", support.slurp(cache))


# -- what was begun before ------------------------------------------------------------------------


def restart(tap, here):
    """RFC 1845: the server has recipients and octets of a transaction that broke off."""
    sent = support.message("restart", "one\r\ntwo\r\n")
    known = sent.index(b"two")
    came, lines = [], []

    def script(peer):
        peer.say("220 script ESMTP")
        peer.hear()
        peer.offer(["CHECKPOINT"])
        lines.append(peer.hear())
        peer.say("355 %d is the transaction offset" % known)
        lines.append(peer.hear())
        peer.say("354 go")
        while not came or came[-1] not in (b".\r\n", b""):
            came.append(peer.hear())
        peer.say("250 2.0.0 taken")
        peer.hear()
        peer.say("221 2.0.0 bye")

    path = support.written(here, "message-to-send", sent)
    to = ["a@example.test", "b@example.test"]
    with scripted(script) as port:
        run = send(port, path, "--transid", "<1@client.example.test>", to=to)
    check(tap, "--transid, again", run, "ok")
    tap.check(lines[1:] == [b"DATA\r\n"], "no recipient is said again", lines)
    tap.check(came == [b"two\r\n", b".\r\n"], "the message goes on where it broke off", came)
    codes = [run.code(address) for address in to]
    tap.check(codes == ["250", "250"], "all recipients are told of", run)


# -- sansmtp-receive ------------------------------------------------------------------------------


def requiretls(tap, here):
    tls, _ = support.certificate(here)
    path = support.written(here, "message-to-send", support.message("requiretls"))
    options = ("--requiretls", "--ca", tls[1])
    with support.Receiver(here, *tls, "--extensions", "REQUIRETLS") as receiver:
        run = send(receiver.port, path, *options, tls="required")
        check(tap, "--requiretls", run, "ok")
        told = " MAIL REQUIRETLS 0\n" in receiver.log()
        tap.check(told, "--requiretls is said", receiver.log())
    with support.Receiver(here, *tls) as receiver:
        run = send(receiver.port, path, *options, tls="required")
        check(tap, "--requiretls, not offered", run, "refused")
        tap.check(" MAIL " not in receiver.log(), "nothing is sent", receiver.log())


def pipeconnect_under_tls(tap, here):
    tls, _ = support.certificate(here)
    path = support.written(here, "message-to-send", support.message("pipeconnect"))
    options = ("--tls-implicit", "--ca", tls[1], "--pipeconnect-cache", here + "/cache-tls")
    more = ("--tls-implicit", "--extensions", "PIPECONNECT", "--trace")
    with support.Receiver(here, *tls, *more) as receiver:
        for name in "the first time", "early":
            run = send(receiver.port, path, *options, to=["tls@example.test"], tls="")
            check(tap, "PIPECONNECT under TLS, " + name, run, "ok")
        stored = receiver.stored("tls@example.test")
        tap.check(len(stored) == 2, "both arrived", stored)
        said = receiver.errors().splitlines()[-30:]
        verbs = [line.split(": ")[-1].split()[0] for line in said if " C: " in line][-5:]
        wanted = ["EHLO", "MAIL", "RCPT", "BDAT", "QUIT"]
        tap.check(verbs == wanted, "the second in the same order", said)
        support.check_end(tap, receiver)


# -- PROXY ----------------------------------------------------------------------------------------


def proxy(tap, here):
    ends = ",192.0.2.9:4711,192.0.2.1:25"
    signature = b"\r\n\r\n\0\r\nQUIT\n"
    wanted = {
        "v1" + ends: b"PROXY TCP4 192.0.2.9 192.0.2.1 4711 25\r\n",
        "v2" + ends: signature + b"\x21\x11\0\x0c\xc0\0\x02\x09\xc0\0\x02\x01\x12\x67\0\x19",
        "v1,[2001:db8::9]:1,[2001:db8::1]:25": b"PROXY TCP6 " + SIX % 9 + SIX % 1 + b"1 25\r\n",
    }
    path = support.written(here, "message-to-send", support.message("proxy"))
    for option, octets in wanted.items():
        came = []

        def script(peer):
            came.append(peer.file.read(len(octets)))
            peer.envelope()
            peer.say("250 2.0.0 taken")

        with scripted(script) as port:
            check(tap, "--proxy " + option, send(port, path, "--proxy", option), "ok")
        tap.check(came == [octets], "--proxy %s: the header" % option, came)
    for option in "v3", "v1,x", "v1,192.0.2.9:1,[::1]:2", "v2,192.0.2.9:1":
        run = send(25, path, "--proxy", option)
        tap.check(run.status == 64 and "--proxy" in run.errors, "--proxy %s is wrong" % option, run)


def test(tap, here):
    parameters(tap, here)
    rrvs_of_one(tap, here)
    commands(tap, here)
    forwarding(tap, here)
    limits(tap, here)
    pipeconnect(tap, here)
    restart(tap, here)
    requiretls(tap, here)
    pipeconnect_under_tls(tap, here)
    proxy(tap, here)


support.main(test)
