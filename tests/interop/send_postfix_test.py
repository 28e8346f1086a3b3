"""sansmtp-send into Postfix, which listens: BDAT and DATA, STARTTLS, AUTH PLAIN and LOGIN by
Dovecot, SMTPUTF8, DSN, a recipient refused. Postfix is an instance of its own and needs root.
"""


import dovecot
import foreign
import postfix
import support

MAIN = """
message_size_limit = 67108864
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:{host}:{sasl}
smtpd_sasl_authenticated_header = yes
"""

AUTH = "-o smtpd_sasl_auth_enable=yes "
AUTH += "-o smtpd_client_restrictions=permit_sasl_authenticated,reject"
SERVICES = {
    "port": "",
    "data_port": "-o smtpd_discard_ehlo_keywords=chunking,pipelining",
    "auth_port": AUTH,
    "login_port": AUTH + " -o smtpd_sasl_mechanism_filter=login",
    "few_port": "-o smtpd_recipient_limit=5",
    "reject_port": "-o smtpd_end_of_data_restrictions=reject",
    "defer_port": "-o smtpd_end_of_data_restrictions=defer",
    "small_port": "-o message_size_limit=2000",
}


def in_clear(tap, server, deliveries):
    port, data_port = server.ports["port"], server.ports["data_port"]
    deliveries.bodies(port, "bdat")
    deliveries.bodies(port, "data", "--chunking", "off")
    deliveries.bodies(data_port, "data one by one")
    deliveries.several(port, "several by bdat")
    deliveries.several(port, "several by data", "--chunking", "off")
    deliveries.several(data_port, "several one by one")
    deliveries.one(port, "long lines", body=("." + "x" * 5000 + "\r\n") * 100)
    deliveries.one(port, "no end", body="no end", end=b"\r\n")
    deliveries.one(port, "many short lines", body=".\r\n" * 100000)


def refusals(tap, server, deliveries):
    """At the end of the message, by DATA and BDAT; for its size; for too many recipients at once."""
    for name, options in ("bdat", ()), ("data", ("--chunking", "off")):
        for port, result, code in ("reject_port", "perm", "554"), ("defer_port", "temp", "450"):
            at = server.ports[port]
            deliveries.fails(at, "%s at the end of %s" % (result, name), result, *options, code=code)
    deliveries.fails(server.ports["small_port"], "too large", "refused")
    to = ["few-%d@example.test" % i for i in range(12)]
    to[6] = dovecot.REFUSED
    sent = foreign.message("few at a time", support.AWKWARD)
    port = server.ports["few_port"]
    run = deliveries.send(port, "few at a time", sent, result="perm", to=to)
    wanted = {who: "550" if who == dovecot.REFUSED else "250" for who in to}
    told = {who: code for who, code, _, _ in run.recipients}
    right = told == wanted and len(run.recipients) == len(to)
    tap.check(right, "few at a time: each is told of once", run)
    for address in to[:6] + to[7:]:
        deliveries.arrived("few at a time", address, sent)


def log_tells(tap, server, name, *words):
    """A connection ended with all these words in the line that sums it up."""
    tap.check(server.says(": disconnect from ", *words), name, server.log()[-3000:])


def secure(tap, here, server, deliveries, tls):
    trust = ("--ca", tls[1])
    port, _, auth_port, login_port, *_ = server.ports.values()
    login = (*trust, *foreign.login(here))
    wrong = (*trust, *foreign.login(here, "guess"))
    deliveries.bodies(port, "tls bdat", *trust, tls="required")
    options = ("--chunking", "off", *trust)
    deliveries.one(port, "tls data", *options, body=foreign.LARGE, tls="required")
    deliveries.several(port, "several by tls", *trust, tls="required")
    deliveries.fails(port, "nobody vouches", "refused", tls="required")
    log_tells(tap, server, "STARTTLS was used", "starttls=1", "bdat=1", "quit=1")
    deliveries.one(auth_port, "auth plain", *login, tls="required")
    deliveries.one(login_port, "auth login", *login, tls="required")
    deliveries.several(auth_port, "several with auth", *login, tls="required")
    deliveries.fails(auth_port, "no auth", "perm", *trust, code="554", tls="required")
    for name, at in ("plain", auth_port), ("login", login_port):
        refused = "wrong password by " + name
        deliveries.fails(at, refused, "refused", *wrong, code="535", tls="required")
    log_tells(tap, server, "AUTH was used", "starttls=1", "auth=1", "mail=1", "quit=1")
    log_tells(tap, server, "AUTH was refused", "auth=0/1", "quit=1")


def utf8(tap, server, deliveries):
    text = "Gr\u00fc\u00dfe\r\n"
    deliveries.one(server.ports["port"], "utf8", "--smtputf8", body=text)
    address = "gr\u00fc\u00dfe@example.test"
    deliveries.one(server.ports["port"], "utf8 to", body=text, to=address)
    stored = server.stored(address)
    tap.check(stored and b" with UTF8SMTP " in stored[0], "utf8: it came by SMTPUTF8", stored)


def dsn(tap, server, deliveries):
    original = b"\nOriginal-Recipient: rfc822;postfix-dsn@example.test\n"
    wanted = (b"\nOriginal-Envelope-Id: a+b=c\n", original)
    deliveries.reported(server.ports["port"], *wanted)


def test(tap, here):
    programs = postfix.daemons(tap)
    sasl = dovecot.provided(tap)
    if not programs or not sasl:
        return
    tls, _ = support.certificate(here)
    login = dovecot.Login(here, sasl, tls)
    values = {"certificate": tls[1], "key": tls[3], "sasl": login.port}
    server = postfix.Mailbox(here, programs, MAIN, SERVICES, refused="^refused@", **values)
    deliveries = foreign.Deliveries(tap, here, "postfix", server.stored)
    with login.running(), server.running():
        in_clear(tap, server, deliveries)
        refusals(tap, server, deliveries)
        secure(tap, here, server, deliveries, tls)
        utf8(tap, server, deliveries)
        dsn(tap, server, deliveries)


support.main(test)
