"""Foreign servers that pass mail on: a Postfix and an Exim, each an instance of its own."""

import exim
import postfix

MAIN = """
mynetworks = 127.0.0.0/8
smtp_tls_security_level = may
relay_domains = {domain}
transport_maps = inline:{{ {transports} }}
default_transport = error:no such domain here
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
"""


class Postfix(postfix.Postfix):
    """The MX of a domain, which brings each domain where transports say: {domain: transport}."""

    def __init__(self, here, programs, tls, address, port, domain, transports):
        table = ", ".join("{ %s = %s }" % pair for pair in transports.items())
        values = {"domain": domain, "transports": table, "certificate": tls[1], "key": tls[3]}
        listeners = {port: ""}
        super().__init__(here, programs, MAIN, listeners, address, "mx." + domain, **values)


class Exim(exim.Exim):
    """Takes a message as sendmail does, and hands it to one host, under TLS."""

    def __init__(self, here, program, host, port):
        text = exim.OUT + "  hosts_require_tls = *\n  tls_verify_hosts =\n"
        super().__init__(here, program, "hop", text, hostname="exim.test", host=host, port=port)
