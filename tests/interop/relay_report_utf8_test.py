"""Reports about mail with UTF-8 in its addresses (RFC 6533): to a sender whose own address is ASCII
they are written so that any way back takes them; to one in UTF-8 as message/global-delivery-status.
What they say is what Python's email reads."""

import email
import email.policy
import quopri
import re

import delivering
import relaying
import scripted_dns
import support
from delivering import submit
from scripted_dns import A, MX
from scripted_hop import OFFERS, Hop

NEAR, BACK = "127.0.0.2", "127.0.0.3"
U, LABEL = "bücher.test", "xn--bcher-kva.test"
RECORDS = {
    ("hop.test", MX): [scripted_dns.exchange("mx.hop.test")],
    (LABEL, MX): [scripted_dns.exchange("mx.hop.test")],
    ("mx.hop.test", A): [scripted_dns.address(NEAR)],
    ("back.test", A): [scripted_dns.address(BACK)],
    ("xn--zurck-mva.test", A): [scripted_dns.address(BACK)],
}
ALL = (*OFFERS, "SMTPUTF8")
PLAIN = ("PIPELINING", "SIZE 10000000")
WORDS = "550 5.1.1 Kein Empfänger dieses Namens"

ASCII = support.message("ascii")
HEADER = support.message("Grüße")
BODY = support.message("body", "Grüße\r\n")
BOTH = support.message("Grüße", "Grüße\r\n")


def told(setting, sent, to, sender, offers, **how):
    """What came to the host of the sender, and to where; None: nothing did."""
    there = Hop(NEAR, setting.port, {"RCPT": WORDS}, offers=ALL)
    back = Hop(BACK, setting.port, offers=offers)
    with there.running(), back.running(), setting.relay() as relay:
        submit(relay, to, sent=sent, sender=sender, mail="SMTPUTF8 BODY=8BITMIME", **how)
        relay.until(lambda: back.taken or delivering.empty(relay))
        relay.until(lambda: delivering.empty(relay), 5)
        return (back.taken[0] if back.taken else None), relay.log()


def returned(octets):
    """What stands in the third part; Python does not decode what is message/global."""
    boundary = email.message_from_bytes(octets).get_boundary().encode()
    fields, _, inner = octets.split(b"\r\n--" + boundary)[3].partition(b"\r\n\r\n")
    if b"quoted-printable" in fields:
        return quopri.decodestring(inner).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return inner


def parts(octets):
    """(human, the fields of the recipient, the original part) as Python reads them."""
    whole = email.message_from_bytes(octets, policy=email.policy.SMTPUTF8)
    inner = list(whole.iter_parts())
    status = inner[1]
    text = status.get_payload(decode=True)
    if text is None:  # message/delivery-status: Python has read its groups
        text = b"\r\n".join(group.as_bytes() for group in status.get_payload())
    return whole, inner[0], text.decode("utf-8"), (inner[2] if len(inner) > 2 else None)


def plainly(tap, setting):
    """A sender in ASCII: all of the report is ASCII, and its way takes it, whatever it offers."""
    # 6533-4-a, RFC 6533 3: utf-8-addr-xtext and unitext; only ASCII in message/delivery-status
    cases = (
        ("UTF-8 in the address", ASCII, "üser@hop.test", r"\x{FC}ser@hop.test"),
        ("UTF-8 in the header", HEADER, "user@hop.test", None),
        ("UTF-8 in address and header", HEADER, "üser@hop.test", r"\x{FC}ser@hop.test"),
        ("UTF-8 everywhere", BOTH, "üser@hop.test", r"\x{FC}ser@hop.test"),
        ("UTF-8 in the domain", ASCII, "user@" + U, r"user@b\x{FC}cher.test"),
        ("no UTF-8 but in the reply", ASCII, "user@hop.test", None),
    )
    for offers, way in ((PLAIN, "no 8BITMIME"), (OFFERS, "no SMTPUTF8"), (ALL, "SMTPUTF8")):
        for name, sent, to, shown in cases:
            got, why = told(setting, sent, to, "me@back.test", offers)
            name = "%s, %s" % (name, way)
            if not tap.check(got and got.octets.isascii(), name + ": it comes, in ASCII", why):
                continue
            tap.check("SMTPUTF8" not in got.mail, name + ": without SMTPUTF8", got.mail)
            whole, _, text, original = parts(got.octets)
            tap.check(not whole.defects and whole["To"] == "me@back.test", name + ": it parses",
                      (whole.defects, whole["To"]))
            wanted = "utf-8;" + shown if shown else "rfc822;" + to
            found = re.search(r"(?m)^Final-Recipient: *(.*?)\r?$", text).group(1)
            tap.check(found.replace("; ", ";") == wanted, name + ": " + wanted, text)
            tap.check(r"Empf\x{E4}nger" in text, name + ": the reply's words in ASCII", text)
            kind = original.get_content_type() if original else None
            fine = ("message/rfc822", "text/rfc822-headers", "message/global",
                    "message/global-headers")
            tap.check(kind in fine, name + ": the message comes back", kind)
            back = returned(got.octets)
            tap.check(back.endswith(sent), name + ": octet for octet", back)


def original(tap, setting):
    """ORCPT of the type utf-8 comes back in the form that the way takes."""
    orcpt = {"rcpt": r"ORCPT=utf-8;\x{FC}ser@x.test"}
    got, why = told(setting, ASCII, "user@hop.test", "me@back.test", PLAIN, **orcpt)
    text = parts(got.octets)[2] if got else why
    good = re.search(r"(?m)^Original-Recipient: *utf-8; ?\\x\{FC\}ser@x\.test", text)
    tap.check(good, "ORCPT of the type utf-8, to ASCII", text)
    got, why = told(setting, ASCII, "user@hop.test", "mich@zurück.test", ALL, **orcpt)
    text = got.octets.decode() if got else why
    tap.check(re.search(r"(?m)^Original-Recipient: *utf-8; ?", text), "and to UTF-8", text)


def fully(tap, setting):
    """A sender in UTF-8: the report is in UTF-8, too, and needs a way that takes it."""
    got, why = told(setting, BOTH, "üser@hop.test", "ich-ß@back.test", ALL)
    if tap.check(got and "SMTPUTF8" in got.mail, "a sender in UTF-8: by SMTPUTF8", why):
        _, _, text, original = parts(got.octets)
        tap.check("message/global-delivery-status" in got.octets.decode(), "a global report", text)
        tap.check("utf-8;üser@hop.test" in text.replace("; ", ";"), "with the address as it is",
                  text)
        tap.check("Empfänger" in text, "and the reply", text)
        tap.check(original.get_content_type() == "message/global", "and the message",
                  original.get_content_type())
    got, why = told(setting, BOTH, "üser@hop.test", "ich-ß@back.test", OFFERS)
    tap.check(got is None, "no SMTPUTF8 there: it cannot come", why)


def by_domain(tap, setting):
    """Only the sender's domain is in UTF-8: its A-labels will do."""
    for offers in (OFFERS, ALL):
        got, why = told(setting, ASCII, "üser@hop.test", "mich@zurück.test", offers)
        good = got and "SMTPUTF8" not in got.mail and got.octets.isascii()
        tap.check(good, "a sender whose domain is in UTF-8: in ASCII", why)
        to = got.recipients[0] if got else ""
        tap.check(to.startswith("<mich@xn--zurck-mva.test>"), "to its A-labels", to)


def test(tap, here):
    dns = scripted_dns.Dns(RECORDS)
    with dns.running():
        setting = delivering.Setting(here, dns, relaying.common_port((NEAR, BACK)))
        for case in (plainly, original, fully, by_domain):
            case(tap, setting)


support.main(test)
