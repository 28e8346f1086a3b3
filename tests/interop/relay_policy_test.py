"""MTA-STS policies are fetched by HTTPS and kept (RFC 8461 3.3, 5.1): only what came by a good
certificate, with 200, as text/plain, in time and in 64 KiB is one; what is kept holds on while
fetching fails; and mail for a domain without any is never held up."""

import contextlib
import http.server
import os
import ssl
import subprocess
import threading
import time

import delivering
import relaying
import scripted_dns
import support
from delivering import drained, reports, submit
from scripted_dns import A, MX, TXT
from scripted_hop import Hop

NEAR, WEB = "127.0.0.2", "127.0.0.3"
TO = "user@hop.test"
PATH = "/.well-known/mta-sts.txt"


def policy(mode="enforce", mx="mx.hop.test", max_age=604800):
    text = "version: STSv1\r\nmode: %s\r\nmx: %s\r\nmax_age: %d\r\n" % (mode, mx, max_age)
    return text.encode()


class Authority:
    """Certificates, self-signed; a file with those that are trusted."""

    def __init__(self, here):
        self.here = here
        self.good = self.made("good", "DNS:mta-sts.hop.test")
        self.star = self.made("star", "DNS:*.hop.test")
        self.other = self.made("other", "DNS:hop.test")
        self.named = self.made("mta-sts.hop.test", None)  # by CN alone
        self.host = self.made("host", "DNS:mx.hop.test")
        trusted = [support.slurp(os.path.join(here, name + ".pem"))
                   for name in ("good", "star", "other", "mta-sts.hop.test", "host")]
        self.file = support.written(here, "trusted.pem", b"".join(trusted))
        self.stranger = self.made("stranger", "DNS:mta-sts.hop.test")

    def made(self, name, hosts):
        cert, key = (os.path.join(self.here, name + end) for end in (".pem", ".key"))
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"]
        command += ["ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=" + name]
        command += ["-keyout", key, "-out", cert]
        command += ["-addext", "subjectAltName=" + hosts] if hosts else []
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        return context


class Web:
    """A host of policies that says what a test likes: answer = (code, header fields, octets)."""

    def __init__(self, context, port):
        self.context, self.port = context, port
        self.answer, self.asked, self.delay = None, [], 0
        self.says(policy())

    def says(self, octets, code=200, kind="text/plain; charset=utf-8", **fields):
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        self.answer = code, {"Content-Type": kind, "Content-Length": len(octets), **named}, octets

    @contextlib.contextmanager
    def running(self):
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                web.asked.append((self.headers.get("Host"), self.path))
                time.sleep(web.delay)
                code, fields, octets = web.answer
                self.send_response(code)
                for name, value in fields.items():
                    if value is not None:
                        self.send_header(name, str(value))
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(octets)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

            def finish_request(self, request, client):
                with contextlib.suppress(OSError):
                    inner = web.context.wrap_socket(request, server_side=True)
                    super().finish_request(inner, client)

        with Server((WEB, self.port), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


class World:
    def __init__(self, here, authority):
        self.here, self.authority = here, authority
        self.port, self.web_port = relaying.common_port((NEAR,)), relaying.common_port((WEB,))
        self.dns = scripted_dns.Dns({
            ("hop.test", MX): [scripted_dns.exchange("mx.hop.test")],
            ("mx.hop.test", A): [scripted_dns.address(NEAR)],
            ("mta-sts.hop.test", A): [scripted_dns.address(WEB)],
        })
        self.record("one")

    def record(self, text):
        self.dns.records["_mta-sts.hop.test", TXT] = (
            [scripted_dns.text("v=STSv1; id=%s;" % text)] if text else [])

    def relay(self, *options):
        usual = ("--mta-sts", "yes", "--mta-sts-ca", self.authority.file, "--tls-ca",
                 self.authority.file, "--mta-sts-port", str(self.web_port))
        return delivering.Setting(self.here, self.dns, self.port).relay(*usual, *options)

    def hop(self, tls=True):
        return Hop(NEAR, self.port, tls=self.authority.host if tls else None)


def kept(relay):
    return os.path.join(relay.queue, "mta-sts", "hop.test")


def sent(relay, hop):
    """"taken", "taken over TLS" or "waits", of one more message."""
    before, said, tried = len(hop.taken), len(hop.said("^STARTTLS")), relay.log().count(" later ")
    submit(relay, TO)
    relay.until(lambda: len(hop.taken) > before or relay.log().count(" later ") > tried)
    if len(hop.taken) == before:
        relay.manage("delete", "all")
        return "waits"
    return "taken over TLS" if len(hop.said("^STARTTLS")) > said else "taken"


def first(tap, here, authority):
    """A domain that is met for the first time: its policy counts for the very first message."""
    ok = policy()
    # 8461-3.3-a: 200 alone, no redirects, a certificate for mta-sts.<domain>
    cases = (
        ("enforce", lambda web: web.says(ok), True, "taken over TLS"),
        ("enforce, a star in the certificate", lambda web: None, True, "taken over TLS"),
        ("enforce, the host has no TLS", lambda web: web.says(ok), False, "waits"),
        ("enforce, another MX", lambda web: web.says(policy(mx="mx.other.test")), True, "waits"),
        ("testing, another MX", lambda web: web.says(policy("testing", "x.test")), False, "taken"),
        ("none", lambda web: web.says(policy("none", "x.test")), False, "taken"),
        ("64 KiB", lambda web: web.says(ok + b"x: " + b"y" * (65536 - len(ok) - 3)), False,
         "waits"),
        # from here on there is none, and mail goes as if there never had been one
        ("over 64 KiB", lambda web: web.says(ok + b"x: " + b"y" * (65537 - len(ok) - 3)), False,
         "taken"),
        ("over 64 KiB, no length said", lambda web: web.says(
            ok + b"x: y\r\n" * 20000, Content_Length=None), False, "taken"),
        ("a redirect", lambda web: web.says(b"", 302, Location="https://%s:%d%s" % (
            "mta-sts.hop.test", web.port, PATH)), False, "taken"),
        ("404 with a policy", lambda web: web.says(ok, 404), False, "taken"),
        ("201 with a policy", lambda web: web.says(ok, 201), False, "taken"),
        ("text/html", lambda web: web.says(ok, kind="text/html"), False, "taken"),
        ("text/plainly", lambda web: web.says(ok, kind="text/plainly"), False, "taken"),
        ("no policy at all", lambda web: web.says(b"hello\r\n"), False, "taken"),
        ("a policy cut short", lambda web: web.says(ok, Content_Length=len(ok) + 10), False,
         "taken"),
        ("another's certificate", authority.other, False, "taken"),
        ("a certificate that names it in CN alone", authority.named, False, "taken"),
        ("a certificate of nobody known", authority.stranger, False, "taken"),
    )
    for name, what, tls, wanted in cases:
        world = World(here, authority)
        context = what if isinstance(what, ssl.SSLContext) else authority.good
        context = authority.star if "a star" in name else context
        web, hop = Web(context, world.web_port), world.hop(tls)
        if callable(what):
            what(web)
        with world.dns.running(), web.running(), hop.running(), world.relay() as relay:
            found = sent(relay, hop)
            why = found, web.asked, relay.log(), relay.errors()[-2000:]
            tap.check(found == wanted, "%s: %s" % (name, wanted), why)
            once = web.asked in ([], [("mta-sts.hop.test:%d" % world.web_port, PATH)])
            tap.check(once, name + ": asked for once", web.asked)
            told = "hop.test id=one fetched" in relay.log()
            failed = "hop.test id=one not fetched: " in relay.log()
            tap.check((told, failed) == (os.path.exists(kept(relay)), not told),
                      name + ": the log says so, and it is kept or not", relay.log())


def nobody(tap, here, authority):
    """No host of policies, or one that does not answer: mail goes on; no second try so soon."""
    world = World(here, authority)
    hop = world.hop()
    with world.dns.running(), hop.running(), world.relay() as relay:
        tap.check(sent(relay, hop) == "taken over TLS", "nobody listens: it goes", relay.log())
        tap.check(sent(relay, hop) == "taken over TLS", "and the next one", relay.log())
        tap.check(relay.log().count("not fetched") == 1, "there is one attempt", relay.log())
    web = Web(authority.good, world.web_port)
    web.delay = 30
    with world.dns.running(), web.running(), hop.running():
        with world.relay("--mta-sts-timeout", "2") as relay:
            begun = time.monotonic()
            found = sent(relay, hop)
            good = found == "taken over TLS" and time.monotonic() - begun < 15
            tap.check(good, "no answer: it goes when the time is over", relay.log())
        with world.relay() as relay:
            submit(relay, TO)
            relay.until(lambda: len(web.asked) == 2)
            begun = time.monotonic()
            status = relay.stop()
            took = time.monotonic() - begun
            tap.check(status == 0 and took < 10, "a fetch holds no stop up", (status, took))
    del world.dns.records["mta-sts.hop.test", A]
    with world.dns.running(), hop.running(), world.relay() as relay:
        tap.check(sent(relay, hop) == "taken over TLS", "no address: it goes", relay.log())
    world.dns.records["mta-sts.hop.test", A] = [scripted_dns.address(WEB)]
    world.record(None)
    with world.dns.running(), web.running(), hop.running(), world.relay() as relay:
        before = len(web.asked)
        tap.check(sent(relay, hop) == "taken over TLS", "no record: it goes", relay.log())
        tap.check(len(web.asked) == before, "no record: it is not asked", web.asked)


def later(tap, here, authority):
    """What is kept: used while its id is the same, fetched anew when that changes, or it is old;
    and in force while it cannot be fetched, or the record has gone."""
    world = World(here, authority)
    web, hop = Web(authority.good, world.web_port), world.hop(tls=False)
    # 8461-3.3-b: one that holds is used when no new one can be had
    with world.dns.running(), hop.running(), world.relay() as relay:
        with web.running():
            tap.check(sent(relay, hop) == "waits", "fetched: in force")
            tap.check(sent(relay, hop) == "waits", "and for the next message")
            relay.stop()
            relay.start()
            tap.check(sent(relay, hop) == "waits", "and behind a restart")
            tap.check(len(web.asked) == 1, "the same id: it is not fetched again", web.asked)
            tap.check(support.slurp(kept(relay)) == b"fetched-for: one\n" + policy(), "as it came")
            left = os.listdir(os.path.dirname(kept(relay)))
            tap.check(left == ["hop.test"], "and nothing else is in the folder", left)
            os.utime(kept(relay), (time.time() - 90000, time.time() - 90000))
            tap.check(sent(relay, hop) == "waits", "a day old: in force")
            relay.until(lambda: len(web.asked) == 2)
            tap.check(len(web.asked) == 2, "and is fetched anew", web.asked)
            fresh = relay.until(lambda: time.time() - os.stat(kept(relay)).st_mtime < 600)
            tap.check(fresh, "and kept anew", os.stat(kept(relay)))
            # RFC 8461 10.2: who hides the record does not end the policy
            os.utime(kept(relay), (time.time() - 90000, time.time() - 90000))
            world.record(None)
            tap.check(sent(relay, hop) == "waits", "a day old, no record: in force")
            relay.until(lambda: len(web.asked) == 3)
            tap.check(len(web.asked) == 3, "and is fetched anew all the same", web.asked)
            world.record("one")
            relay.until(lambda: time.time() - os.stat(kept(relay)).st_mtime < 600)
            tap.check(support.slurp(kept(relay)) == b"fetched-for: one\n" + policy(),
                      "and kept for the same id")
        world.record(None)
        tap.check(sent(relay, hop) == "waits", "the record has gone: in force")
        world.record("two")
        tap.check(sent(relay, hop) == "waits", "another id, it cannot be fetched: in force")
        tap.check("id=two not fetched" in relay.log(), "and the log says so", relay.log())
        tap.check(support.slurp(kept(relay)).endswith(policy()), "the old one is kept")
        os.utime(kept(relay), (time.time() - 700000, time.time() - 700000))
        tap.check(sent(relay, hop) == "taken", "it is over: as if there were none", relay.log())
        world.record("three")
        web.says(policy("none"))
        with web.running():
            tap.check(sent(relay, hop) == "taken", "withdrawn by mode none", relay.log())
            tap.check(b"mode: none" in support.slurp(kept(relay)), "and kept so")
        world.record("four")
        web.says(policy())
        with web.running():
            tap.check(sent(relay, hop) == "waits", "another id: at once the new one", relay.log())


def together(tap, here, authority):
    """Many messages for one domain wait for one fetch."""
    world = World(here, authority)
    web, hop = Web(authority.good, world.web_port), world.hop()
    web.delay = 1
    with world.dns.running(), web.running(), hop.running(), world.relay() as relay:
        for _ in range(20):
            submit(relay, TO)
        relay.until(lambda: len(hop.taken) == 20)
        tap.check(len(hop.taken) == 20, "20 messages: all are taken", relay.log())
        tap.check(len(web.asked) == 1, "and one fetch serves them", web.asked)
        drained(tap, relay, "20 messages")


def guarded(tap, here, authority):
    """Whoever has the domain names the host: none that only we can reach; a folder that cannot be
    written is said, and the policy counts nevertheless."""
    world = World(here, authority)
    web, hop = Web(authority.good, world.web_port), world.hop(tls=False)
    with world.dns.running(), web.running(), hop.running():
        smart = ("--loopback", "no")
        with world.relay(*smart) as relay:
            submit(relay, TO)
            relay.until(lambda: reports(relay) or " later " in relay.log())
            tap.check(not web.asked, "no loopback host is asked", (web.asked, relay.log()))
        file = support.written(here, "file", b"")
        with world.relay("--mta-sts-folder", file + "/below") as relay:
            tap.check(sent(relay, hop) == "waits", "it cannot be kept: in force", relay.log())
            tap.check("cannot be kept" in relay.log(), "and the log says so", relay.log())


def smart(tap, here, authority):
    """RFC 8461 3.4: of a smart host its own domain's policy counts."""
    world = World(here, authority)
    world.dns.records["hop.test", A] = [scripted_dns.address(NEAR)]
    web, hop = Web(authority.good, world.web_port), world.hop(tls=False)
    web.says(policy(mx="hop.test"))
    there = ("--smart-host", "hop.test:%d" % world.port)
    with world.dns.running(), web.running(), hop.running():
        with world.relay(*there) as relay:
            submit(relay, "user@elsewhere.test")
            relay.until(lambda: hop.taken or " later " in relay.log())
            tap.check(not hop.taken and web.asked, "a smart host with a policy: in force",
                      relay.log())
        asked = len(web.asked)
        with world.relay(*there, "--smart-host", "[%s]:%d" % (NEAR, world.port)) as relay:
            submit(relay, "user@elsewhere.test")
            relay.until(lambda: hop.taken)
            tap.check(hop.taken and len(web.asked) == asked, "one of several: none", relay.log())


def test(tap, here):
    authority = Authority(here)
    for case in (first, nobody, later, together, guarded, smart):
        begun = time.monotonic()
        case(tap, here, authority)
        tap.say("%s: %.1f s" % (case.__name__, time.monotonic() - begun))


support.main(test)
