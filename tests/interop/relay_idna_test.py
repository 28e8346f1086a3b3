"""Internationalised domains (RFC 6531): written in UTF-8 they are looked up, grouped and
compared by their A-labels; a domain that IDNA does not know has no such host."""

import os

import delivering
import relaying
import scripted_dns
import support
from delivering import drained, reports, submit
from relay import Relay
from scripted_dns import A, MX
from scripted_hop import OFFERS, Hop
from support import Wire

NEAR = "127.0.0.2"
ALL = (*OFFERS, "SMTPUTF8")
U, LABEL = "bücher.test", "xn--bcher-kva.test"
OURS, OURS_LABEL = "möbel.test", "xn--mbel-5qa.test"

RECORDS = {
    (LABEL, MX): [scripted_dns.exchange("mx." + LABEL)],
    ("mx." + LABEL, A): [scripted_dns.address(NEAR)],
    # UTS 46, not transitional: "faß" is a name of its own
    ("xn--fa-hia.test", MX): [scripted_dns.exchange("mx." + LABEL)],
    ("xn--zckzah.test", A): [scripted_dns.address(NEAR)],
}


def answer(relay, recipient, mail="SMTPUTF8"):
    with Wire(relay.port) as wire:
        wire.command("EHLO client.test")
        wire.command("MAIL FROM:<%s> %s" % (delivering.FROM, mail))
        return wire.command("RCPT TO:<%s>" % recipient, 250, 501, 550, 553)


def looked_up(tap, setting, dns):
    """Whatever form it has, the host behind the A-labels is found, and hears the form that came."""
    # 6531-3.2-c: any domain name to be looked up in the DNS is processed as IDNA says
    cases = (
        ("user@" + U, "in UTF-8"),
        ("user@BÜCHER.Test", "in upper case"),
        ("user@bu\N{COMBINING DIAERESIS}cher.test", "decomposed"),
        ("user@" + LABEL, "in A-labels"),
        ("user@XN--BCHER-KVA.TEST", "in A-labels in upper case"),
        ("user@faß.test", "that one would fold"),
        ("用户@テスト.test", "without an MX"),
    )
    for recipient, name in cases:
        hop = Hop(NEAR, setting.port, offers=ALL)
        with hop.running(), setting.relay() as relay:
            submit(relay, recipient, mail="SMTPUTF8")
            relay.until(lambda: hop.taken or reports(relay))
            got = hop.taken[0].recipients[0] if hop.taken else ""
            tap.check("<%s>" % recipient in got, "a domain %s" % name, (got, relay.log()))
            drained(tap, relay, "a domain " + name)
    asked = {name for name, _ in dns.asked}
    tap.check(all(name.isascii() for name in asked), "the DNS is asked in ASCII", asked)


def grouped(tap, setting):
    """One domain in three forms is one destination: one message, one session."""
    hop = Hop(NEAR, setting.port, offers=ALL)
    with hop.running(), setting.relay() as relay:
        submit(relay, "a@" + U, "b@" + LABEL, "c@BÜCHER.test", mail="SMTPUTF8")
        relay.until(lambda: hop.taken)
        drained(tap, relay, "one domain in three forms")
        count = [len(message.recipients) for message in hop.taken]
        tap.check((count, hop.sessions) == ([3], 1), "and goes in one go", (count, hop.lines))


def listed(tap, setting):
    """local-domain and relay-domain mean the same domain, in whatever form they and RCPT are."""
    for written in (OURS, OURS_LABEL, "MÖBEL.test"):
        with setting.relay("--local-domain", written, "--local-domain", "." + written,
                           "--network", "192.0.2.1") as relay:
            for domain in (OURS, OURS_LABEL, "MÖBEL.test", "filiale." + OURS):
                submit(relay, "user@" + domain, mail="SMTPUTF8")
            drained(tap, relay, "local-domain " + written)
            found = os.path.join(relay.maildir, "user@" + OURS_LABEL, "new")
            count = len(os.listdir(found)) if os.path.isdir(found) else 0
            tap.check(count == 3, "local-domain %s: one mailbox for all forms" % written,
                      (os.listdir(relay.maildir), relay.log()))
    with Relay(setting.here, "--relay-domain", U, dns=setting.dns.where()) as relay:
        for domain, code in ((U, b"250"), (LABEL, b"250"), ("büro.test", b"550")):
            said = answer(relay, "user@" + domain)
            name = "relay-domain %s, for %s: %s" % (U, domain, code)
            tap.check(said.startswith(code), name, said)


def refused(tap, setting):
    """A name that IDNA does not take is nobody's: 5.1.2, at RCPT."""
    cases = (
        ("user@bücher..test", b"501"),
        ("user@a\u2045b.test", b"550 5.1.2"),  # a sign that is no letter
        ("user@\u0301a.test", b"550 5.1.2"),  # begins with a combining mark
        ("user@-bücher-.test", b"501"),
        ("user@" + "ü" * 64 + ".test", b"550 5.1.2"),  # its A-label has over 63 octets
        ("user@\uff11\uff12\uff17.0.0.1\u3002", b"550 5.1.2"),  # digits of another script
        ("user@xn--bücher.test", b"550 5.1.2"),
        ("user@אa.test", b"550 5.1.2"),  # RFC 5893: both directions in one label
    )
    with setting.relay() as relay:
        for recipient, wanted in cases:
            said = answer(relay, recipient)
            tap.check(said.startswith(wanted), "%r: %s" % (recipient, wanted.decode()), said)


def unknown(tap, setting):
    """To a host without SMTPUTF8 it goes if A-labels make it ASCII (RFC 6531 3.2), else it comes back
    by 5.6.7."""
    plain, eight = support.message("plain"), support.message("Grüße")
    cases = (
        ("a domain", "user@" + U, delivering.FROM, plain, "<user@%s>" % LABEL),
        ("a sender's domain", "user@" + LABEL, "me@" + OURS, plain, "<user@%s>" % LABEL),
        ("a local part", "üser@" + U, delivering.FROM, plain, None),
        ("a sender's local part", "user@" + U, "mich-ß@client.test", plain, None),
        ("the header", "user@" + U, delivering.FROM, eight, None),
    )
    for name, to, sender, sent, wanted in cases:
        hop = Hop(NEAR, setting.port)
        with hop.running(), setting.relay("--local-domain", OURS) as relay:
            submit(relay, to, sent=sent, sender=sender, mail="SMTPUTF8")
            relay.until(lambda: delivering.empty(relay))
            name = "no SMTPUTF8 there, %s in UTF-8" % name
            got = hop.taken[0] if hop.taken else None
            if wanted is None:
                tap.check("5.6.7" in b"".join(relay.stored()).decode(), name + ": 5.6.7", relay.log())
                tap.check(not hop.said("^(MAIL|RCPT|DATA)"), name + ": nothing is sent", hop.lines)
            else:
                good = got and got.recipients[0].startswith(wanted) and got.octets.isascii()
                tap.check(good, name + ": in A-labels", (hop.lines, relay.log()))
                good = got and got.mail.isascii() and "SMTPUTF8" not in got.mail
                tap.check(good, name + ": as if it had been so", got and got.mail)


def by_smart_host(tap, setting):
    """A smart host may be named so, too."""
    hop = Hop(NEAR, setting.port, offers=ALL)
    with hop.running(), setting.relay("--smart-host", "mx." + U) as relay:
        submit(relay, "user@elsewhere.test")
        relay.until(lambda: hop.taken)
        tap.check(len(hop.taken) == 1, "a smart host named in UTF-8", relay.log())


def told(tap, setting):
    """The sender's domain is written so, too: the report finds its way."""
    hop = Hop(NEAR, setting.port, offers=ALL)
    with hop.running(), setting.relay() as relay:
        submit(relay, "user@absent.test", sender="absender@" + U, mail="SMTPUTF8")
        relay.until(lambda: hop.taken)
        mail = hop.taken[0].mail if hop.taken else ""
        tap.check("<>" in mail, "the report finds its way to a domain in UTF-8", relay.log())
        drained(tap, relay, "the report")


def test(tap, here):
    port = relaying.common_port((NEAR,))
    dns = scripted_dns.Dns(RECORDS)
    with dns.running():
        setting = delivering.Setting(here, dns, port)
        looked_up(tap, setting, dns)
        for case in (grouped, listed, refused, unknown, by_smart_host, told):
            case(tap, setting)


support.main(test)
