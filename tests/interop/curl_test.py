"""curl delivers: in clear, by STARTTLS with a password, and over TLS from the start."""

import support


class Curl:
    def __init__(self, tap, here, program, receiver, scheme="smtp"):
        self.tap, self.here, self.receiver = tap, here, receiver
        url = "%s://localhost:%d/client.example.test" % (scheme, receiver.port)
        self.command = [program, "-q", "--noproxy", "*", "--ipv4", "-sS", "-v", "--url", url]
        self.command += ["--resolve", "localhost:%d:%s" % (receiver.port, support.HOST)]
        self.command += ["--max-time", "100", "--mail-from", support.SENDER]

    def deliver(self, name, protocol, *options, also=(), body=support.AWKWARD):
        sent = support.message("curl " + name, body)
        path = support.written(self.here, name, sent)
        recipients = ["%s@example.test" % user for user in (name, *also)]
        command = self.command + ["-T", path, *options]
        for to in recipients:
            command += ["--mail-rcpt", to]
        support.run(self.tap, "curl, %s" % name, command, self.here)
        for to in recipients:
            text = "%s arrived unchanged" % to
            support.check_stored(self.tap, self.receiver, to, sent, text, protocol=protocol)

    def fail(self, name, *options, status):
        path = support.written(self.here, "unsent", support.message("unsent"))
        command = self.command + ["--mail-rcpt", "nobody@example.test", "-T", path, *options]
        return support.run(self.tap, "curl, %s" % name, command, self.here, status=status)


def test(tap, here):
    program = support.peer(tap, "curl", "--version")
    if not program:
        return
    tls, _ = support.certificate(here)
    trust = ["--cacert", tls[1]]
    login = ["--user", "%s:%s" % (support.USER, support.PASSWORD)]
    with support.Receiver(here, *tls, *support.passwords(here), "--trace") as receiver:
        curl = Curl(tap, here, program, receiver)
        curl.deliver("plain", "ESMTP")
        curl.deliver("first", "ESMTP", also=["second", "third"])
        curl.deliver("large", "ESMTP", body=support.AWKWARD * 1024)
        curl.deliver("starttls", "ESMTPS", "--ssl-reqd", *trust)
        for mechanism in ("PLAIN", "LOGIN"):
            options = ["--ssl-reqd", *trust, *login, "--login-options", "AUTH=" + mechanism]
            curl.deliver("auth-" + mechanism.lower(), "ESMTPSA", *options)
            options += ["--sasl-ir"]
            curl.deliver("auth-initial-" + mechanism.lower(), "ESMTPSA", *options)
        wrong = ["--ssl-reqd", *trust, "--user", support.USER + ":wrong"]
        curl.fail("a wrong password", *wrong, status=67)
        tap.check(not receiver.stored("nobody@example.test"), "nobody got nothing")
        support.check_end(tap, receiver)
    with support.Receiver(here, *tls, "--tls-implicit") as receiver:
        curl = Curl(tap, here, program, receiver, "smtps")
        curl.deliver("smtps", "ESMTPS", *trust)
        curl.deliver("smtps-large", "ESMTPS", *trust, body=support.AWKWARD * 1024)
        support.check_end(tap, receiver)


support.main(test)
