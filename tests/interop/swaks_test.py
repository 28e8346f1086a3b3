"""swaks delivers: plain, pipelined, under TLS, authenticated, and by LMTP."""

import support


class Swaks:
    def __init__(self, tap, here, program, receiver):
        self.tap, self.here, self.receiver = tap, here, receiver
        self.command = [program, "--server", support.HOST, "--port", str(receiver.port)]
        self.command += ["--from", support.SENDER, "--helo", "client.example.test"]

    def deliver(self, name, protocol, *options, also=()):
        """Sends one message and looks for it in the Maildir."""
        sent = support.message("swaks " + name, support.AWKWARD)
        path = support.written(self.here, name, sent[:-2])  # swaks adds the last CRLF
        recipients = ["%s@example.test" % user for user in (name, *also)]
        command = self.command + ["--to", ",".join(recipients), "--data", "@" + path, *options]
        support.run(self.tap, "swaks, %s" % name, command, self.here)
        for to in recipients:
            text = "%s arrived unchanged" % to
            support.check_stored(self.tap, self.receiver, to, sent, text, protocol=protocol)

    def fail(self, name, *options, status):
        command = self.command + ["--to", "nobody@example.test", *options]
        return support.run(self.tap, "swaks, %s" % name, command, self.here, status=status)


LOGIN = ["--auth-user", support.USER, "--auth-password", support.PASSWORD]
NO_AUTH = 28  # swaks: authentication was asked for and could not be done


def submission(tap, here, program, tls):
    options = [*tls, *support.passwords(here), "--trace"]
    with support.Receiver(here, *options) as receiver:
        swaks = Swaks(tap, here, program, receiver)
        swaks.deliver("plain", "ESMTP")
        swaks.deliver("two", "ESMTP", also=["three"])
        swaks.deliver("pipelined", "ESMTP", "--pipeline", also=["pipelined-two"])
        swaks.deliver("starttls", "ESMTPS", "--tls")
        swaks.deliver("starttls-pipelined", "ESMTPS", "--tls", "--pipeline")
        swaks.deliver("auth-plain", "ESMTPSA", "--tls", "--auth", "PLAIN", *LOGIN)
        swaks.deliver("auth-login", "ESMTPSA", "--tls", "--auth", "LOGIN", *LOGIN)

        wrong = ["--auth-user", support.USER, "--auth-password", "wrong"]
        said = swaks.fail("a wrong password", "--tls", "--auth", "PLAIN", *wrong, status=NO_AUTH)
        tap.check(" 535 " in said, "a wrong password is answered 535", said)
        said = swaks.fail("AUTH without TLS", "--auth", "PLAIN", *LOGIN, status=NO_AUTH)
        offered = "250-AUTH" in said or "250 AUTH" in said
        tap.check(not offered, "AUTH is not offered in clear", said)
        tap.check(not receiver.stored("nobody@example.test"), "nobody got nothing")
        support.check_end(tap, receiver)


def test(tap, here):
    program = support.peer(tap, "swaks", "--version")
    if not program:
        return
    tls, _ = support.certificate(here)
    submission(tap, here, program, tls)
    with support.Receiver(here, *tls, "--tls-implicit") as receiver:
        Swaks(tap, here, program, receiver).deliver("tls-first", "ESMTPS", "--tls-on-connect")
        support.check_end(tap, receiver)
    with support.Receiver(here, "--lmtp") as receiver:
        swaks = Swaks(tap, here, program, receiver)
        swaks.deliver("lmtp", "LMTP", "--protocol", "LMTP", also=["lmtp-two"])
        swaks.deliver("pipelined", "LMTP", "--protocol", "LMTP", "--pipeline", also=["three"])
        support.check_end(tap, receiver)


support.main(test)
