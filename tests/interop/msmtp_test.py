"""msmtp delivers: in clear, by STARTTLS with a password, over TLS from the start, and by LMTP."""

import support


def configured(here, name, port, *lines):
    """msmtp's configuration file."""
    text = ["account default", "host 127.0.0.1", "port %d" % port, "domain client.example.test"]
    text += ["from " + support.SENDER, "timeout 60", "logfile", "syslog off"]
    text += ["set_from_header off", "set_date_header off", *lines]
    return support.written(here, name + ".conf", ("\n".join(text) + "\n").encode("utf-8"))


def deliver(tap, here, program, receiver, name, protocol, *lines, also=()):
    """msmtp reads lines that end in LF and sends them with CRLF."""
    sent = support.message("msmtp " + name, support.AWKWARD)
    recipients = ["%s@example.test" % user for user in (name, *also)]
    conf = configured(here, name, receiver.port, *lines)
    command = [program, "-C", conf, "--", *recipients]
    support.run(tap, "msmtp, %s" % name, command, here, sent.replace(b"\r\n", b"\n"))
    for to in recipients:
        text = "%s arrived unchanged" % to
        support.check_stored(tap, receiver, to, sent, text, protocol=protocol)


def test(tap, here):
    program = support.peer(tap, "msmtp", "--version")
    if not program:
        return
    tls, _ = support.certificate(here)
    trust = ["tls on", "tls_trust_file " + tls[1], "tls_host_override localhost"]
    login = ["user " + support.USER, 'password "%s"' % support.PASSWORD]
    with support.Receiver(here, *tls, *support.passwords(here), "--trace") as receiver:
        deliver(tap, here, program, receiver, "plain", "ESMTP")
        deliver(tap, here, program, receiver, "first", "ESMTP", also=["second", "third"])
        deliver(tap, here, program, receiver, "starttls", "ESMTPS", *trust)
        for mechanism in ("plain", "login"):
            options = [*trust, *login, "auth " + mechanism]
            deliver(tap, here, program, receiver, "auth-" + mechanism, "ESMTPSA", *options)
        support.check_end(tap, receiver)
    with support.Receiver(here, *tls, "--tls-implicit") as receiver:
        deliver(tap, here, program, receiver, "tls-first", "ESMTPS", *trust, "tls_starttls off")
        support.check_end(tap, receiver)
    with support.Receiver(here, "--lmtp") as receiver:
        deliver(tap, here, program, receiver, "lmtp", "LMTP", "protocol lmtp", also=["lmtp-two"])
        support.check_end(tap, receiver)


support.main(test)
