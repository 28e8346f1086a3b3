"""What sansmtp-send makes of servers that refuse, fall silent, break off or make no sense, at each
point of a dialogue; scripts on loopback."""

import time

import support
from sender import TO, check, scripted, send

LARGE = 8 << 20


def says(tap, path, name, script, result, *options, code=None, text=None, **more):
    """One dialogue. Returns what the script heard."""
    heard = []

    def run_script(peer):
        heard.append(peer)
        script(peer)

    with scripted(run_script) as port:
        run = send(port, path, "--timeout", "60", *options, **more)
    check(tap, name, run, result)
    if code:
        tap.check(run.code(TO) == code, "%s: %s is told" % (name, code), run)
    if text:
        tap.check(text in run.out, "%s: its text is told" % name, run)
    return b"".join(heard[0].lines) if heard else b""


def before_the_message(tap, path):
    def greeting(line):
        def script(peer):
            peer.say(line)
            while peer.hear():
                peer.say("221 bye")

        return script

    says(tap, path, "greeting 554", greeting("554 5.3.2 go away"), "refused", code="554")
    says(tap, path, "greeting 421", greeting("421 4.3.2 not now"), "temp")
    says(tap, path, "greeting 450", greeting("450 later"), "temp", code="450")
    says(tap, path, "no SMTP", greeting("SSH-2.0-OpenSSH_9.2"), "proto")
    says(tap, path, "hangs up", lambda peer: None, "temp")
    start = time.monotonic()
    says(tap, path, "silence", lambda peer: peer.hear(), "temp", "--timeout", "1")
    tap.check(time.monotonic() - start < support.PATIENCE, "and --timeout says for how long")

    def no_ehlo(peer):
        peer.say("220 old")
        while line := peer.hear():
            if line.startswith(b"EHLO"):
                peer.say("502 what?")
            elif line.startswith(b"DATA"):
                peer.say("354 go")
                while peer.hear() not in (b".\r\n", b""):
                    pass
                peer.say("250 ok")
            else:
                peer.say("250 ok")

    heard = says(tap, path, "a server that knows only HELO", no_ehlo, "ok", code="250")
    tap.check(b"HELO " in heard, "it was greeted by HELO", heard)


def the_envelope(tap, path):
    def mail(reply, extensions=()):
        def script(peer):
            peer.say("220 script")
            peer.hear()
            peer.offer(extensions)
            while line := peer.hear():
                peer.say(reply if line.startswith(b"MAIL") else "503 5.5.1 no")

        return script

    says(tap, path, "MAIL 550", mail("550 5.1.8 not you"), "perm", code="550", text="not you")
    says(tap, path, "MAIL 451", mail("451 4.3.0 later"), "temp", code="451")
    piped = mail("550 5.1.8 not you", ["PIPELINING"])
    says(tap, path, "MAIL 550, pipelined", piped, "perm", code="550", text="5.1.8 not you")
    says(tap, path, "MAIL 354", mail("354 go"), "proto")
    small = mail("250 ok", ["SIZE 10"])
    heard = says(tap, path, "larger than SIZE", small, "refused")
    tap.check(b"MAIL" not in heard, "nothing of it was sent", heard)
    eight = path + ".eight"
    with open(eight, "wb") as file:
        file.write("Gr\u00fc\u00dfe\r\n".encode())
    heard = says(tap, eight, "no 8BITMIME", mail("250 ok"), "refused")
    tap.check(b"MAIL" not in heard, "nothing of that was sent", heard)
    heard = says(tap, path, "no SMTPUTF8", mail("250 ok"), "refused", "--smtputf8")
    tap.check(b"MAIL" not in heard, "nor of that", heard)
    evil = mail("550 \x1b]0;title\x07\x9b31m red")
    says(tap, path, "control octets", evil, "perm", text="\\x1B]0;title\\x07\\x9B31m red")


def the_end(tap, path):
    def end(reply):
        def script(peer):
            peer.envelope()
            if reply:
                peer.say(reply)
                peer.hear()

        return script

    says(tap, path, "end 250", end("250 2.0.0 queued as 1A2B"), "ok", code="250", text="1A2B")
    says(tap, path, "end 554", end("554 5.6.0 spam"), "perm", code="554")
    says(tap, path, "end 451", end("451 4.3.0 disk"), "temp", code="451")
    says(tap, path, "end 421", end("421 4.3.2 stopping"), "temp", code="421")
    says(tap, path, "no answer to the end", end(""), "unknown", code="-")
    says(tap, path, "nonsense at the end", end("354 more"), "unknown")

    def lines(peer):
        peer.envelope()
        peer.say("250-2.0.0 one")
        peer.say("250 2.0.0 two")

    says(tap, path, "a reply of two lines", lines, "ok", text="one two")


def early(tap, path):
    """A verdict before the end; the dot never follows, whatever is still to be written."""
    large = path + ".large"
    with open(large, "wb") as file:
        file.write((b"x" * 62 + b"\r\n") * (LARGE // 64))

    def script(peer):
        peer.envelope(body=None)
        peer.say("552 5.3.4 too much")
        while len(peer.hear()) == 64:
            pass

    heard = says(tap, large, "an early 552", script, "perm", code="552", text="too much")
    tap.check(not heard.endswith(b"\r\n.\r\n"), "the message was not ended", heard[-200:])

    says(tap, large, "hangs up in the message", lambda peer: peer.envelope(body=None), "temp")

    def unread(peer):
        peer.envelope(body=None)
        time.sleep(3)

    start = time.monotonic()
    says(tap, large, "a server that does not read", unread, "temp", "--timeout", "1")
    tap.check(time.monotonic() - start < support.PATIENCE, "is left after --timeout")


def injection(tap, path):
    def script(peer):
        peer.say("220 script")
        peer.hear()
        peer.offer(["STARTTLS"])
        peer.hear()
        peer.say("220 go\r\n250 injected")
        peer.hear()

    says(tap, path, "octets behind STARTTLS", script, "proto", tls=None)

    def refused(peer):
        peer.say("220 script")
        peer.hear()
        peer.offer(["STARTTLS"])
        peer.hear()
        peer.say("454 4.7.0 TLS not now")
        peer.hear()

    says(tap, path, "STARTTLS refused", refused, "temp", tls=None, code="454")


def dsn(tap, path):
    def script(peer):
        peer.envelope(extensions=["DSN"])
        peer.say("250 ok")
        peer.hear()

    options = ("--dsn-notify", "success,delay", "--dsn-ret", "hdrs", "--envid", "a+b=c")
    heard = says(tap, path, "DSN", script, "ok", *options)
    tap.check(b" RET=HDRS ENVID=a+2Bb+3Dc\r\n" in heard, "RET and ENVID are sent", heard)
    tap.check(b"> NOTIFY=SUCCESS,DELAY\r\n" in heard, "NOTIFY is sent", heard)


def test(tap, here):
    path = support.written(here, "message", support.message("scripted", support.AWKWARD))
    before_the_message(tap, path)
    the_envelope(tap, path)
    the_end(tap, path)
    early(tap, path)
    injection(tap, path)
    dsn(tap, path)


support.main(test)
