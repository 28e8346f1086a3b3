"""The field "TLS-Required: No" (RFC 8689): such a message goes as if there were neither DANE nor
MTA-STS, and as if `tls` were `may`; the parameter REQUIRETLS wins over it."""

import hashlib
import os
import ssl
import subprocess

import delivering
import relaying
import scripted_dns
import support
from delivering import reports
from scripted_dns import A, MX, TLSA
from scripted_hop import Hop

NEAR = "127.0.0.2"
TO = "user@hop.test"
BODY = support.message("optional")
NO = b"TLS-Required: No\r\n"


def key(here, name):
    """(its context, its TLSA record)"""
    cert, private = (os.path.join(here, name + end) for end in (".pem", ".key"))
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"]
    command += ["ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=" + name]
    command += ["-keyout", private, "-out", cert]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, private)
    public = ["openssl", "pkey", "-in", private, "-pubout", "-outform", "DER"]
    der = subprocess.run(public, check=True, capture_output=True).stdout
    return context, bytes([3, 1, 1]) + hashlib.sha256(der).digest()


def zone(port, record):
    found = {
        ("hop.test", MX): [scripted_dns.exchange("mx.hop.test")],
        ("mx.hop.test", A): [scripted_dns.address(NEAR)],
    }
    if record:
        found["_%d._tcp.mx.hop.test" % port, TLSA] = [record]
    return found


def submit(relay, here, sent, parameter):
    """By TLS, so that REQUIRETLS may be said."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with support.Wire(relay.port) as wire:
        wire.command("EHLO client.test")
        wire.command("STARTTLS", 220)
        wire.start_tls(context)
        wire.command("EHLO client.test")
        wire.command("MAIL FROM:<%s>%s" % (delivering.FROM, parameter))
        wire.command("RCPT TO:<%s>" % TO)
        wire.command("DATA", 354)
        wire.send(support.stuffed(sent))
        wire.expect(250)


def outcome(here, record, tls, sent, parameter="", options=()):
    """"taken over TLS", "taken in clear", "told STATUS" or "waits"; and why."""
    cert, private = (os.path.join(here, "right" + end) for end in (".pem", ".key"))
    port = relaying.common_port((NEAR,))
    dns = scripted_dns.Dns(zone(port, record))
    hop = Hop(NEAR, port, tls=tls)
    options = ("--dane", "yes", "--tls-cert", cert, "--tls-key", private, *options)
    with dns.running(), hop.running():
        with delivering.Setting(here, dns, port).relay(*options) as relay:
            submit(relay, here, sent, parameter)
            relay.until(lambda: hop.taken or reports(relay) or "later" in relay.log())
            why = "%s\n%s" % (hop.lines, relay.log())
            if hop.taken:
                return "taken " + ("over TLS" if hop.said("^STARTTLS") else "in clear"), why
            told = [report.of(TO)[1] for report in reports(relay)]
            return "told %s" % told[0] if told else "waits", why


def test(tap, here):
    right, record = key(here, "right")
    wrong, _ = key(here, "wrong")
    folder = os.path.join(here, "policies")
    os.mkdir(folder)
    policy = b"version: STSv1\r\nmode: enforce\r\nmx: other.test\r\nmax_age: 86400\r\n"
    support.written(folder, "hop.test", policy)
    sts = ("--mta-sts", "yes", "--mta-sts-folder", folder)
    folded = b"tls-REQUIRED:\r\n no\r\n"
    late = BODY + NO
    # 8689-4.1-a, 8689-4.1-c, 8689-4.2.2-a: attempt STARTTLS if possible, but do not fail if this is unsuccessful
    cases = (
        ("DANE, another key", record, wrong, NO + BODY, "", (), "taken over TLS"),
        ("DANE, no STARTTLS", record, None, NO + BODY, "", (), "taken in clear"),
        ("DANE, as a folded field", record, wrong, folded + BODY, "", (), "taken over TLS"),
        ("DANE, no field", record, wrong, BODY, "", (), "waits"),
        ("DANE, in the body", record, wrong, late, "", (), "waits"),
        ("DANE, another value", record, wrong, b"TLS-Required: None\r\n" + BODY, "", (), "waits"),
        ("MTA-STS, not named", None, None, NO + BODY, "", sts, "taken in clear"),
        ("MTA-STS, no field", None, None, BODY, "", sts, "waits"),
        ("tls verify", None, wrong, NO + BODY, "", ("--tls", "verify"), "taken over TLS"),
        ("tls must", None, None, NO + BODY, "", ("--tls", "must"), "taken in clear"),
        ("REQUIRETLS wins", None, right, NO + BODY, " REQUIRETLS", (), "told 5.7.10"),
    )
    for name, tlsa, tls, sent, parameter, options, wanted in cases:
        found, why = outcome(here, tlsa, tls, sent, parameter, options)
        tap.check(found == wanted, "%s: %s" % (name, wanted), (found, why))


support.main(test)
