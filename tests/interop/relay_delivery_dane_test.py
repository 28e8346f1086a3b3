"""DANE (RFC 7672): where the DNS is signed and says how a host is known, the relay keeps to it; and
REQUIRETLS (RFC 8689), which needs just that."""

import hashlib
import os
import ssl
import subprocess

import delivering
import relaying
import scripted_dns
import support
from delivering import reports, submit
from scripted_dns import A, CNAME, MX, TLSA
from scripted_hop import OFFERS, Hop

NEAR = "127.0.0.2"
TO = "user@hop.test"
ALL = (*OFFERS, "REQUIRETLS")


class Key:
    """A certificate for nobody's name, and what TLSA says of its key."""

    def __init__(self, here, name):
        cert, key = (os.path.join(here, name + end) for end in (".pem", ".key"))
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"]
        command += ["ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=" + name]
        command += ["-keyout", key, "-out", cert]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(cert, key)
        public = ["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"]
        der = subprocess.run(public, check=True, capture_output=True).stdout
        self.record = bytes([3, 1, 1]) + hashlib.sha256(der).digest()


class Authority:
    """One that signs hosts; TLSA of usage 2 says that who has its signature is right. It is sent
    behind the host's own certificate, or not."""

    def __init__(self, here, name):
        self.here, self.name = here, name
        self.cert, self.key = (os.path.join(here, name + end) for end in (".pem", ".key"))
        self.openssl("req", "-x509", "-subj", "/CN=" + name, "-keyout", self.key, "-out", self.cert)
        der = self.openssl_to("x509", "-in", self.cert, "-outform", "DER")
        self.record = bytes([2, 0, 1]) + hashlib.sha256(der).digest()
        self.by_key = bytes([2, 1, 1]) + hashlib.sha256(self.public()).digest()

    def openssl(self, command, *arguments):
        new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
        self.openssl_to(command, *new, *arguments)

    @staticmethod
    def openssl_to(*arguments):
        command = ["openssl", *arguments]
        return subprocess.run(command, check=True, stdin=subprocess.DEVNULL,
                              capture_output=True).stdout

    def public(self):
        return self.openssl_to("pkey", "-in", self.key, "-pubout", "-outform", "DER")

    def server(self, host, chain=True):
        path = os.path.join(self.here, "%s-%s" % (self.name, host))
        self.openssl("req", "-x509", "-subj", "/CN=" + host, "-keyout", path + ".key",
                     "-out", path + ".self")
        self.openssl_to("x509", "-in", path + ".self", "-x509toreq", "-signkey", path + ".key",
                        "-out", path + ".csr")
        names = support.written(self.here, "names", b"subjectAltName=DNS:" + host.encode())
        self.openssl_to("x509", "-req", "-in", path + ".csr", "-CA", self.cert, "-CAkey", self.key,
                        "-CAcreateserial", "-days", "2", "-extfile", names, "-out", path + ".pem")
        with open(path + ".pem", "ab") as file:
            file.write(support.slurp(self.cert) if chain else b"")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path + ".pem", path + ".key")
        return context


def signed(tap, here):
    """DANE-TA (RFC 7672 3.1.2): the chain must lead there, and the name must be the host's."""
    good, other = Authority(here, "good"), Authority(here, "other")
    cases = (
        ("the authority's certificate", good.record, good.server("mx.hop.test"), "taken"),
        ("the authority's key", good.by_key, good.server("mx.hop.test"), "taken"),
        ("the domain's own name", good.record, good.server("hop.test"), "taken"),
        ("another name", good.record, good.server("mx.other.test"), "waits"),
        ("another authority", good.record, other.server("mx.hop.test"), "waits"),
        ("an authority that is not sent", good.record, good.server("mx.hop.test", False), "waits"),
    )
    for name, record, context, wanted in cases:
        port = relaying.common_port((NEAR,))
        dns = scripted_dns.Dns(zone(port, record))
        hop = Hop(NEAR, port, tls=context)
        with dns.running():
            found, why = outcome(delivering.Setting(here, dns, port), hop)
        secure = not hop.taken or hop.said("^STARTTLS")
        tap.check(found == wanted and secure, "DANE-TA, %s: %s" % (name, wanted), why)
        if wanted == "waits":
            said = "the host's certificate is not good: " in why
            tap.check(said and not hop.said("^MAIL"), "DANE-TA, %s: why" % name, why)


def zone(port, *records):
    found = {
        ("hop.test", MX): [scripted_dns.exchange("mx.hop.test")],
        ("mx.hop.test", A): [scripted_dns.address(NEAR)],
    }
    if records:
        found["_%d._tcp.mx.hop.test" % port, TLSA] = list(records)
    return found


def aliases(tap, here):
    """RFC 7672 2.2.2: the host is a CNAME. What is said of the name that it leads to counts, else
    what is said of its own; that also where only its own is signed."""
    right, wrong = Key(here, "right"), Key(here, "wrong")
    good = Authority(here, "good")
    far, own, nothing = "far.cdn.test", "mx.hop.test", ()
    cases = (
        ("keys of what it leads to", {far: right.record}, right, nothing, "taken"),
        ("others of what it leads to", {far: wrong.record}, right, nothing, "waits"),
        ("these count before its own", {far: wrong.record, own: right.record}, right, nothing,
         "waits"),
        ("its own, where there are no others", {own: right.record}, right, nothing, "taken"),
        ("its own, and another key", {own: wrong.record}, right, nothing, "waits"),
        ("only its own is signed", {own: wrong.record}, right, (far,), "waits"),
        ("only its own is signed, the key", {own: right.record}, right, (far,), "taken"),
        ("only its own is signed, keys of the other", {far: wrong.record}, right, (far,), "taken"),
        ("nothing is signed", {own: wrong.record}, right, (far, own), "taken"),
        ("the authority's, for that name", {far: good.record}, good.server(far), nothing, "taken"),
        ("the authority's, for its own", {far: good.record}, good.server(own), nothing, "waits"),
    )
    for name, keys, key, unsigned, wanted in cases:
        port = relaying.common_port((NEAR,))
        records = {
            ("hop.test", MX): [scripted_dns.exchange(own)],
            (own, CNAME): far,
            (far, A): [scripted_dns.address(NEAR)],
        }
        for at, record in keys.items():
            records["_%d._tcp.%s" % (port, at), TLSA] = [record]
        dns = scripted_dns.Dns(records, unsigned=unsigned)
        hop = Hop(NEAR, port, tls=getattr(key, "context", key))
        with dns.running():
            found, why = outcome(delivering.Setting(here, dns, port), hop)
        tap.check(found == wanted, "an alias, %s: %s" % (name, wanted), why)


def outcome(setting, hop, **how):
    """"taken", "told" (a report came) or "waits", and the log."""
    options = ["--dane", "yes"]
    with hop.running(), setting.relay(*options) as relay:
        submit(relay, TO, **how)
        relay.until(lambda: hop.taken or reports(relay) or "later" in relay.log())
        said = "taken" if hop.taken else "told" if reports(relay) else "waits"
        return said, "%s\n%s" % (relay.log(), relay.errors()[-3000:])


def kept(tap, here):
    right, wrong = Key(here, "right"), Key(here, "wrong")
    unusable = bytes([0, 0, 1]) + b"x" * 32
    tls, clear = "over TLS", "in clear"
    cases = (
        ("the key that the DNS names", (right.record,), right, True, (), ("taken", tls)),
        ("another key", (right.record,), wrong, True, (), ("waits", "")),
        ("no STARTTLS", (right.record,), None, True, (), ("waits", "")),
        ("another key, unsigned", (right.record,), wrong, False, (), ("taken", tls)),
        ("no STARTTLS, unsigned", (right.record,), None, False, (), ("taken", clear)),
        ("no TLSA", (), None, True, (), ("taken", clear)),
        ("TLSA that cannot be had", (right.record,), right, True, TLSA, ("waits", "")),
        ("records of no use, any key", (unusable,), wrong, True, (), ("taken", tls)),
        ("records of no use, no TLS", (unusable,), None, True, (), ("waits", "")),
        ("one of two keys", (wrong.record, right.record), right, True, (), ("taken", tls)),
    )
    for name, records, key, signed, bogus, wanted in cases:
        port = relaying.common_port((NEAR,))
        names = [("_%d._tcp.mx.hop.test" % port, TLSA)] if bogus else []
        dns = scripted_dns.Dns(zone(port, *records), signed, names)
        hop = Hop(NEAR, port, tls=key and key.context)
        with dns.running():
            found, why = outcome(delivering.Setting(here, dns, port), hop)
        how = (tls if hop.said("^STARTTLS") else clear) if found == "taken" else ""
        tap.check((found, how) == wanted, "%s: %s" % (name, " ".join(wanted)), why)


def demanded(tap, here):
    """REQUIRETLS: to whom DANE proves, and who knows it; else it comes back."""
    right = Key(here, "right")
    cert, key = (os.path.join(here, "right" + end) for end in (".pem", ".key"))
    options = ("--tls-cert", cert, "--tls-key", key)
    cases = (
        (ALL, (right.record,), None),
        (OFFERS, (right.record,), "5.7.30"),
        (ALL, (), "5.7.10"),
    )
    for offers, records, status in cases:
        port = relaying.common_port((NEAR,))
        dns = scripted_dns.Dns(zone(port, *records))
        hop = Hop(NEAR, port, tls=right.context, offers=offers)
        with dns.running(), hop.running():
            setting = delivering.Setting(here, dns, port)
            with setting.relay("--dane", "yes", *options) as relay:
                with support.Wire(relay.port) as wire:
                    wire.command("EHLO client.test")
                    wire.command("STARTTLS", 220)
                    context = ssl.create_default_context()
                    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                    wire.start_tls(context)
                    wire.command("EHLO client.test")
                    wire.command("MAIL FROM:<%s> REQUIRETLS" % delivering.FROM)
                    wire.command("RCPT TO:<%s>" % TO)
                    wire.command("DATA", 354)
                    wire.send(support.stuffed(support.message("secret")))
                    wire.expect(250)
                relay.until(lambda: hop.taken or reports(relay))
                told = [report.of(TO)[1] for report in reports(relay)]
                why = "%s %s\n%s" % (told, hop.lines, relay.log())
                if status is None:
                    passed = hop.taken and "REQUIRETLS" in hop.taken[0].mail
                    tap.check(passed, "REQUIRETLS goes on with the message", why)
                else:
                    good = told == [status] and not hop.said("^MAIL FROM:<sender")
                    tap.check(good, "REQUIRETLS comes back by " + status, why)


def test(tap, here):
    kept(tap, here)
    aliases(tap, here)
    signed(tap, here)
    demanded(tap, here)


support.main(test)
