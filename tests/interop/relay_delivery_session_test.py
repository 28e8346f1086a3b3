"""How the relay talks to its next hop: extensions that the hop has not, TLS of every kind, a smart
host with a password, LMTP, sessions that are used again and not too many at a time."""

import os
import random
import ssl

import delivering
import foreign
import support
import zones
from certificates import Certificates
from delivering import drained, empty, reported, reports, submit, submit_chunk
from scripted_hop import LOST, OFFERS, Hop
from support import PASSWORD, USER

NEAR, FAR = "127.0.0.2", "127.0.0.3"
TO = "user@hop.test"
MX = {"hop.test": [(10, "mx.hop.test")], "sts.test": [(10, "mx.sts.test")]}
HOSTS = {"mx.hop.test": NEAR, "mx.sts.test": NEAR}
BARE = support.message("bare", "a bare\nnewline and a bare\rreturn\r\n.dot\r\n")
MENDED = support.message("bare", "a bare\r\nnewline and a bare\r\nreturn\r\n.dot\r\n")


def arrives(tap, hop, relay, name, count=1):
    relay.until(lambda: len(hop.taken) >= count)
    why = relay.log(), relay.errors()[-3000:]
    tap.check(len(hop.taken) == count, "%s: %d taken" % (name, count), "\n".join(why))
    return hop.taken[-1] if hop.taken else None


# -- what the hop cannot take ---------------------------------------------------------------------


def needs(tap, setting):
    """Each by its own enhanced code; nothing is sent that the hop did not offer."""
    eight = support.message("eight", "ü\r\n")
    cases = (
        ("8-bit content", {"sent": eight, "mail": "BODY=8BITMIME"}, TO, "5.6.3"),
        ("SMTPUTF8", {"mail": "SMTPUTF8"}, "üser@hop.test", "5.6.7"),
        ("a large message", {"sent": support.message("l", "x\r\n" * 1000)}, TO, "5.3.4"),
        ("DELIVERBY", {"mail": "BY=60;R"}, TO, "5.3.3"),
    )
    for name, how, to, status in cases:
        offers = ("SIZE 2000", "8BITMIME") if name == "SMTPUTF8" else ("SIZE 2000",)
        hop = Hop(NEAR, setting.port, offers=offers)
        with hop.running(), setting.relay() as relay:
            submit(relay, to, **how)
            relay.until(lambda: reports(relay))
            found = reports(relay)
            actions = [group.get("Action") for report in found for group in report.fields]
            good = len(found) == 1 and actions == ["failed"]
            tap.check(good, "%s is not offered: it comes back" % name, relay.log())
            codes = [group.get("Status") for group in found[0].fields] if found else []
            tap.check(codes == [status], "%s: by %s" % (name, status), codes)
            tap.check(not hop.said("^(RCPT|DATA|BDAT)"), "%s: nothing is sent" % name, hop.lines)
            drained(tap, relay, name)


def bare(tap, setting):
    """A message that came by BDAT with bare newlines: never as it is but by BINARYMIME."""
    binary = (*OFFERS, "CHUNKING", "BINARYMIME")
    for offers, octets in ((OFFERS, MENDED), ((*OFFERS, "CHUNKING"), MENDED), (binary, BARE)):
        hop = Hop(NEAR, setting.port, offers=offers)
        with hop.running(), setting.relay() as relay:
            submit_chunk(relay, TO, BARE)
            name = "bare newlines, the hop offers " + " ".join(offers[len(OFFERS):])
            got = arrives(tap, hop, relay, name)
            tap.check(got and got.octets.endswith(octets), name + ": as it may be", got)
    hop = Hop(NEAR, setting.port)
    with hop.running(), setting.relay("--bare-newline", "bounce") as relay:
        submit_chunk(relay, TO, BARE)
        relay.until(lambda: reports(relay))
        tap.check(len(reports(relay)) == 1, "bare newlines, bounce: it comes back", relay.log())
        tap.check(not hop.taken and not hop.said("^DATA"), "and is not sent", hop.lines)


def receipts(tap, setting):
    """DSN: passed on where it is known, else a report by us that it is relayed."""
    asked = {"rcpt": "NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Us+2Ber@x.test"}
    asked["mail"] = "RET=HDRS ENVID=x+3D"
    hop = Hop(NEAR, setting.port)
    with hop.running(), setting.relay() as relay:
        submit(relay, TO, **asked)
        got = arrives(tap, hop, relay, "DSN")
        passed = "RET=HDRS" in got.mail and "ENVID=x+3D" in got.mail
        tap.check(passed, "RET and ENVID are passed on", got.mail)
        to = got.recipients[0]
        tap.check("SUCCESS,DELAY" in to and "ORCPT=rfc822;Us+2Ber@x.test" in to, "and ORCPT", to)
        drained(tap, relay, "DSN")
        tap.check(not reports(relay), "the next hop is to tell")
    hop = Hop(NEAR, setting.port, offers=("PIPELINING",))
    with hop.running(), setting.relay() as relay:
        submit(relay, TO, **asked)
        report = reported(tap, relay, "no DSN there", TO, "relayed", "2.0.0")
        tap.check(report and "rfc822;Us+er@x.test" in report.text, "with the original recipient")
    with setting.relay() as relay:
        submit(relay, "someone@client.test", **asked)
        relay.until(lambda: reports(relay))
        told = [report.of("someone@client.test")[0] for report in reports(relay)]
        tap.check(told == ["delivered"], "stored here: delivered", relay.log())


def deadlines(tap, setting):
    """DELIVERBY: what is told when a message goes on, and when its time is over."""
    knows = (*OFFERS, "DELIVERBY")
    # 2852-4.1.4.2-a, 2852-4.1.4-a, 2852-4.1.3-a, 2852-4.1.3-b
    cases = (
        (OFFERS, "BY=60;N", "", None, [("relayed", "2.0.0")]),
        (OFFERS, "BY=60;N", "NOTIFY=NEVER", None, []),
        (OFFERS, "BY=-60;N", "", None, [("delayed", "4.4.7")]),
        (knows, "BY=60;N", "", None, []),
        (knows, "BY=60;NT", "", None, [("relayed", "2.0.0")]),
        (knows, "BY=60;R", "", None, []),
        (knows, "BY=2;R", "", "450 4.2.0 later", [("failed", "5.4.7")]),
        (knows, "BY=2;R", "", "550 5.1.1 never", [("failed", "5.1.1")]),
        (knows, "BY=2;N", "", "450 4.2.0 later", [("delayed", "4.4.7")]),
    )
    for offers, by, notify, answer, wanted in cases:
        hop = Hop(NEAR, setting.port, {"RCPT": answer} if answer else None, offers=offers)
        with hop.running(), setting.relay() as relay:
            submit(relay, TO, mail=by, rcpt=notify)
            relay.until(lambda: reports(relay) if wanted else empty(relay))
            found = [report.of(TO) for report in reports(relay)]
            name = " ".join(("%s %s" % (by, notify), answer or "", *offers[len(OFFERS):]))
            tap.check(found == wanted, "%s: %s" % (name, wanted), (found, relay.log()))


# -- TLS ------------------------------------------------------------------------------------------


def outcome(setting, options, hop, to=TO, **how):
    """("taken", over TLS?) or what the sender is told, or "waits"."""
    with hop.running(), setting.relay(*options) as relay:
        submit(relay, to, **how)
        relay.until(lambda: hop.taken or reports(relay) or "later" in relay.log())
        if hop.taken:
            return "taken", bool(hop.said("^STARTTLS"))
        return ("told" if reports(relay) else "waits"), relay.log()


def secured(tap, setting, certificates):
    """may, must, verify, never; with a good certificate, another's, and no TLS at all."""
    trust = ("--tls-ca", certificates.authority)
    cases = (
        ("may", certificates.other, ("taken", True)),
        ("may", None, ("taken", False)),
        ("must", certificates.other, ("taken", True)),
        ("must", None, "waits"),
        ("verify", certificates.server, ("taken", True)),
        ("verify", certificates.other, "waits"),
        ("never", certificates.server, ("taken", False)),
    )
    for tls, context, wanted in cases:
        hop = Hop(NEAR, setting.port, tls=context)
        found = outcome(setting, ("--tls", tls, *trust), hop)
        good = wanted in (found, found[0])
        tap.check(good, "tls %s, %s: %s" % (tls, names_of(certificates, context), wanted), found)
    broken = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)  # it has no certificate: no handshake
    hop = Hop(NEAR, setting.port, tls=broken)
    found = outcome(setting, ("--tls", "may"), hop)
    tap.check(found[0] == "taken", "tls may, a handshake that fails: in clear", found)
    hop = Hop(NEAR, setting.port, {"STARTTLS": "454 4.7.0 not now"}, tls=certificates.server)
    found = outcome(setting, ("--tls", "may"), hop)
    tap.check(found[0] == "taken", "tls may, STARTTLS is refused: in clear", found)


def names_of(certificates, context):
    if context is None:
        return "no TLS"
    return "a good certificate" if context is certificates.server else "another's certificate"


def policies(tap, setting, certificates):
    """MTA-STS, from a folder of policies."""
    folder = os.path.join(setting.here, "policies")
    os.mkdir(folder)
    options = ("--tls-ca", certificates.authority, "--mta-sts", "yes", "--mta-sts-folder", folder)
    policy = "version: STSv1\r\nmode: %s\r\nmx: %s\r\nmax_age: 86400\r\n"
    cases = (
        ("enforce", "mx.sts.test", certificates.server, "taken"),
        ("enforce", "mx.sts.test", certificates.other, "waits"),
        ("enforce", "mx.sts.test", None, "waits"),
        ("enforce", "*.other.test", certificates.server, "waits"),
        ("testing", "*.other.test", None, "taken"),
        ("none", "*.other.test", None, "taken"),
    )
    for mode, host, context, wanted in cases:
        support.written(folder, "sts.test", (policy % (mode, host)).encode())
        found = outcome(setting, options, Hop(NEAR, setting.port, tls=context), "user@sts.test")
        name = "MTA-STS %s for %s, %s: %s" % (mode, host, names_of(certificates, context), wanted)
        tap.check(found[0] == wanted, name, found)
    old = support.written(folder, "sts.test", (policy % ("enforce", "no.test")).encode())
    os.utime(old, (1, 1))
    found = outcome(setting, options, Hop(NEAR, setting.port), "user@sts.test")
    name = "MTA-STS, a policy that is too old: as if there were none"
    tap.check(found[0] == "taken", name, found)


def smart(tap, setting, certificates):
    """All by one host, with a password, and only under TLS that is proven."""
    secret = support.written(setting.here, "secret", PASSWORD.encode() + b"\n")
    options = ["--smart-user", USER, "--smart-password-file", secret]
    options += ["--tls-ca", certificates.authority]
    by_name = (*options, "--smart-host", "mx.hop.test:%d" % setting.port)
    answers = {"AUTH": lambda line: "235 2.7.0 ok"}
    hop = Hop(NEAR, setting.port, answers, offers=(*OFFERS, "AUTH PLAIN"), tls=certificates.server)
    with hop.running(), setting.relay(*by_name) as relay:
        submit(relay, "user@anywhere.test")
        arrives(tap, hop, relay, "a smart host")
        tap.check(len(hop.said("^AUTH PLAIN ")) == 1, "with AUTH", hop.lines)
        secrets = [line.split()[-1] for line in hop.said("^AUTH PLAIN ")]
        shown = [secret for secret in secrets if secret in relay.errors()]
        tap.check(secrets and not shown, "which no trace shows", shown)
    hop = Hop(NEAR, setting.port, answers, offers=(*OFFERS, "AUTH PLAIN"), tls=certificates.other)
    with hop.running(), setting.relay(*by_name) as relay:
        submit(relay, "user@anywhere.test")
        relay.until(lambda: "to=<user" in relay.log())
        told = not hop.said("^AUTH") and not hop.taken and relay.listed()
        tap.check(told, "another's certificate: no password, it waits", relay.log())
    hop = Hop(FAR, setting.port)
    by_address = "--smart-host", "[%s]:%d" % (NEAR, setting.port), "--smart-host", FAR
    with hop.running(), setting.relay(*by_address) as relay:
        submit(relay, "user@anywhere.test")
        arrives(tap, hop, relay, "the second smart host, the first is down")


# -- sessions -------------------------------------------------------------------------------------


def reused(tap, setting):
    """Messages that wait together go by few connections, and by no more at a time than allowed."""
    hop = Hop(NEAR, setting.port, {"CONNECT": ["421 4.3.2 not yet"] * 40 + ["220 hop"]})
    options = ("--lanes-each", "2", "--retry-first", "2", "--retry-longest", "2")
    with hop.running(), setting.relay(*options) as relay:
        for number in range(20):
            submit(relay, "user%d@hop.test" % number)
        hop.answers["CONNECT"] = ["220 hop"]
        before = hop.sessions
        arrives(tap, hop, relay, "together", 20)
        drained(tap, relay, "together")
        tap.check(hop.most <= 2, "two connections at a time", hop.most)
        tap.check(hop.sessions - before < 15, "which are used again", hop.sessions - before)
    hop = Hop(NEAR, setting.port, {"MAIL": ["250 ok", LOST, "250 ok"]})
    with hop.running(), setting.relay("--lanes-each", "1") as relay:
        for number in range(3):
            submit(relay, TO)
        arrives(tap, hop, relay, "a session that breaks off between two messages", 3)


def crowded(tap, setting):
    """More recipients than the hop takes at a time: several transactions, each recipient once."""

    def answer(_):
        hop.count = getattr(hop, "count", 0) + 1
        return "250 2.1.5 ok" if hop.count % 4 else "452 4.5.3 too many"

    hop = Hop(NEAR, setting.port, {"RCPT": answer})
    to = ["user%d@hop.test" % number for number in range(10)]
    with hop.running(), setting.relay() as relay:
        submit(relay, *to)
        drained(tap, relay, "452 to some")
        got = sorted(each.split(">")[0][1:] for one in hop.taken for each in one.recipients)
        tap.check(got == sorted(to), "452 to some: each once", got)
        tap.check(hop.sessions == 1, "in one session", hop.sessions)


def large(tap, setting):
    """A message of many chunks comes out as it went in."""
    body = (b"." + b"x" * 61 + b"\r\n") * ((2 << 20) // 64)
    for offers in (OFFERS, (*OFFERS, "CHUNKING")):
        hop = Hop(NEAR, setting.port, offers=offers)
        with hop.running(), setting.relay() as relay:
            submit(relay, TO, "user@client.test", sent=support.message("large") + body)
            got = arrives(tap, hop, relay, "two MiB by " + offers[-1])
            tap.check(got and got.octets.endswith(body), "octet for octet")
            relay.until(lambda: relay.stored("user@client.test"))
            stored = relay.stored("user@client.test")
            tap.check(stored and stored[0].endswith(body), "and in the Maildir")
            path = b"Return-Path: <sender@client.test>\r\n"
            tap.check(stored and stored[0].startswith(path), "with its path on top")


def stormy(tap, setting):
    """A hop that fails at random places: what was accepted is delivered or bounced, and none twice
    but where the answer to the dot was lost."""
    dice = random.Random(5321)
    lost = []

    def maybe(place, good):
        def answer(_=b""):
            chance = dice.random()
            if place == "END" and chance < 0.1:
                lost.append(1)
                return LOST
            if chance < 0.1:
                return LOST
            if chance < 0.2:
                return "451 4.3.0 later"
            return "550 5.0.0 never" if chance < 0.22 and place == "RCPT" else good

        return answer

    usual = {"MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go", "END": "250 ok"}
    hop = Hop(NEAR, setting.port, {place: maybe(place, good) for place, good in usual.items()})
    to = ["user%d@hop.test" % number for number in range(60)]
    with hop.running(), setting.relay() as relay:
        for address in to:
            submit(relay, address)
        drained(tap, relay, "a stormy hop", 90)
        got = [each.split(">")[0][1:] for one in hop.taken for each in one.recipients]
        back = [each for each in to for report in reports(relay) if report.of(each)[0] == "failed"]
        missing = set(to) - set(got) - set(back)
        tap.check(not missing, "delivered or bounced: %d, %d" % (len(got), len(back)), missing)
        tap.check(not set(got) & set(back), "and not both", set(got) & set(back))
        twice = len(got) - len(set(got))
        tap.check(twice <= len(lost), "twice: %d, lost dots: %d" % (twice, len(lost)))


def sunk(tap, setting, sink):
    """Postfix's smtp-sink, by SMTP and by LMTP."""
    command = [sink, "-c", "%s:%d" % (NEAR, setting.port), "64"]
    command[1:1] = ["-u", "nobody"] if os.geteuid() == 0 else []
    with foreign.running(command, setting.port, NEAR, cwd=setting.here):
        with setting.relay() as relay:
            for _ in range(20):
                submit(relay, TO)
            drained(tap, relay, "into smtp-sink")
            tap.check(relay.log().count("delivered") == 20, "20 delivered", relay.log()[-2000:])
    command[-3:-3] = ["-L"]
    where = "%s:%d" % (NEAR, setting.port)
    with foreign.running(command, setting.port, NEAR, cwd=setting.here):
        with setting.relay("--lmtp", where, local=("box.test", "client.test")) as relay:
            submit(relay, "a@box.test", "b@box.test", rcpt="NOTIFY=SUCCESS")
            relay.until(lambda: relay.log().count("delivered") >= 3)
            drained(tap, relay, "into smtp-sink by LMTP")
            told = relay.log().count("delivered")
            tap.check(told == 3, "two mailboxes, and the report of it", relay.log())


def test(tap, here):
    program = zones.provided(tap)
    if not program:
        return
    certificates = Certificates(here, "mx.hop.test", "mx.sts.test")
    with delivering.setting(here, program, (NEAR, FAR), mx=MX, hosts=HOSTS) as setting:
        for case in (needs, bare, receipts, deadlines, reused, crowded, large, stormy):
            case(tap, setting)
        for case in (secured, policies, smart):
            case(tap, setting, certificates)
        sink = support.peer(tap, "smtp-sink")
        if sink:
            sunk(tap, setting, sink)


support.main(test)
