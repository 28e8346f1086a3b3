"""The PROXY protocol: headers good and bad before sansmtp-receive; HAProxy in front of it, by both
versions; what the library writes, read by HAProxy; and curl.

    proxy_test.py SANSMTP_RECEIVE LIBRARY
"""

import contextlib
import ctypes
import os
import re
import socket
import sys
import threading
import time

import foreign
import support
from connection import HOST, Wire, attempt, stuffed

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "examples", "ffi"))
import abi

CLIENT = "127.0.0.9"  # everything on 127/8 is this machine: so HAProxy sees a client of its own
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
SMALL = support.message("through a proxy")


# -- headers ---------------------------------------------------------------------------------------


def library():
    loaded = ctypes.CDLL(os.path.abspath(sys.argv[2]))
    for name in ("sansmtp_proxy_write",):
        function = getattr(loaded, name)
        function.restype, function.argtypes = abi.FUNCTIONS[name]
    return loaded


def written(version, source, destination, flags=0):
    """A header as sansmtp_proxy_write has it."""
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    proxy = abi.sansmtp_proxy()
    proxy.size = ctypes.sizeof(proxy)
    proxy.version, proxy.family, proxy.flags = version, 2 if ":" in source else 1, flags
    for field, address in ((proxy.source, source), (proxy.destination, destination)):
        for place, octet in enumerate(socket.inet_pton(family, address)):
            field[place] = octet
    proxy.source_port, proxy.destination_port = 4711, 25
    out = (ctypes.c_uint8 * 600)()
    length = ctypes.c_size_t(0)
    error = library().sansmtp_proxy_write(ctypes.byref(proxy), out, 600, ctypes.byref(length))
    if error:
        raise RuntimeError("sansmtp_proxy_write: %d" % error)
    return bytes(out[: length.value])


def v2(command, kind, block):
    return SIGNATURE + bytes([command, kind]) + len(block).to_bytes(2, "big") + block


V4_BLOCK = socket.inet_aton("192.0.2.9") + socket.inet_aton("192.0.2.1") + b"\x12\x67\0\x19"


# -- what came ------------------------------------------------------------------------------------


def deliver(wire, recipient):
    wire.expect(220)
    wire.envelope(recipient)
    wire.command("DATA", 354)
    wire.send(stuffed(SMALL))
    wire.expect(250)
    wire.command("QUIT", 221)


def check_client(tap, receiver, recipient, client, name):
    """Exactly one message, whose Received names this client."""
    stored = receiver.stored(recipient)
    good = len(stored) == 1 and client.encode("ascii") in stored[0].split(b"\r\n\r\n")[0]
    tap.check(good, name, [octets[:400] for octets in stored])


def check_log(tap, receiver, pattern, name):
    told = foreign.eventually(lambda: bool(re.search(pattern, receiver.log(), re.M)), True)
    tap.check(told, name, receiver.log()[-2000:])


# -- headers before sansmtp-receive ---------------------------------------------------------------


GOOD = {  # name: (header, what Received says)
    "v1": (b"PROXY TCP4 192.0.2.9 192.0.2.1 4711 25\r\n", "[192.0.2.9]"),
    "v1-six": (b"PROXY TCP6 2001:db8::9 2001:db8::1 4711 25\r\n", "[IPv6:2001:db8::9]"),
    "v1-unknown": (b"PROXY UNKNOWN whatever\r\n", "[127.0.0.1]"),
    "v2": (v2(0x21, 0x11, V4_BLOCK), "[192.0.2.9]"),
    "v2-tlv": (v2(0x21, 0x11, V4_BLOCK + b"\x02\0\x02mx\x04\0\0"), "[192.0.2.9]"),
    "v2-local": (v2(0x20, 0x00, b""), "[127.0.0.1]"),
    "v2-unspec": (v2(0x21, 0x00, b"EHLO x\r\n"), "[127.0.0.1]"),
}

BAD = {
    "no header": b"EHLO client.example.test\r\n",
    "a lone newline": b"PROXY TCP4 192.0.2.9 192.0.2.1 4711 25\n",
    "a leading zero": b"PROXY TCP4 192.0.02.9 192.0.2.1 4711 25\r\n",
    "108 octets": b"PROXY UNKNOWN " + b"x" * 94,
    "version 3": v2(0x31, 0x11, V4_BLOCK),
    "a short block": v2(0x21, 0x11, V4_BLOCK[:-1]),
    "a wrong checksum": v2(0x21, 0x11, V4_BLOCK + b"\x03\0\x04\0\0\0\0"),
    "a long block": v2(0x20, 0x00, b"x" * 600),
}


def silence(wire):
    """Nothing comes for a moment."""
    wire.socket.settimeout(0.3)
    try:
        said = wire.socket.recv(1)
    except TimeoutError:
        said = None
    wire.socket.settimeout(support.PATIENCE)
    return said is None


def good_headers(tap, receiver):
    for name, (header, client) in GOOD.items():
        with Wire(receiver.port, greet=False) as wire:
            wire.drip(header)
            attempt(tap, "%s, an octet at a time" % name, deliver, wire, name + "@example.test")
        check_client(tap, receiver, name + "@example.test", client, "%s: the client" % name)
    # PROXY-2-b: the greeting waits
    with Wire(receiver.port, greet=False) as wire:
        tap.check(silence(wire), "no greeting before the header")
        wire.send(GOOD["v1"][0][:-1])
        tap.check(silence(wire), "no greeting before its last octet")
        wire.send(b"\n")
        attempt(tap, "but after it", deliver, wire, "late@example.test")
    check_log(tap, receiver, r"^\S+ 192\.0\.2\.9:4711 PROXY accepted 40$", "the log names it")
    check_log(tap, receiver, r"^\S+ \[2001:db8::9\]:4711 CONNECT 220", "and goes on doing so")


def bad_headers(tap, receiver):
    """PROXY-2-c: closed, without a word."""
    for name, header in BAD.items():
        with Wire(receiver.port, greet=False) as wire:
            wire.send(header)
            tap.check(wire.ended(), "closed without a word: %s" % name)
    with Wire(receiver.port, greet=False) as wire:
        wire.send(b"PROXY TCP4 1")
        wire.socket.shutdown(socket.SHUT_WR)
        tap.check(wire.ended(), "closed without a word: half a header")
    check_log(tap, receiver, r" PROXY malformed 0$", "the log tells it")


@contextlib.contextmanager
def silent(tap, here):
    """PROXY-2-d: who says nothing is waited for at least 3 seconds, which is one TCP retransmit, and
    not for ever. All else goes on meanwhile."""
    took = []

    def wait(port):
        start = time.monotonic()
        with Wire(port, greet=False) as wire:
            if wire.ended():
                took.append(time.monotonic() - start)

    with support.Receiver(here, "--proxy-protocol", HOST) as receiver:
        waiting = threading.Thread(target=wait, args=(receiver.port,), daemon=True)
        waiting.start()
        yield
        waiting.join(2 * support.PATIENCE)
        tap.check(took and took[0] >= 3, "closed without a word: silence", took)
        support.check_end(tap, receiver)


def direct(tap, here):
    tls, context = support.certificate(here)
    with support.Receiver(here, "--proxy-protocol", HOST) as receiver:
        good_headers(tap, receiver)
        bad_headers(tap, receiver)
        support.check_end(tap, receiver)
    with support.Receiver(here, "--proxy-protocol", "192.0.2.1") as receiver:
        with Wire(receiver.port, greet=False) as wire:
            tap.check(wire.ended(), "a proxy that is not trusted")
        check_log(tap, receiver, r" PROXY not-trusted 0$", "the log tells it")
    with support.Receiver(here, "--proxy-protocol", "*", *tls, "--tls-implicit") as receiver:
        with Wire(receiver.port, greet=False) as wire:
            wire.send(GOOD["v2"][0])
            wire.start_tls(context)
            attempt(tap, "a header before TLS", deliver, wire, "tls@example.test")
        check_client(tap, receiver, "tls@example.test", "[192.0.2.9]", "the client, under TLS")
        wire = Wire(receiver.port, greet=False)  # still waiting when it ends
        support.check_end(tap, receiver)
        wire.socket.close()
    # PROXY-2-a: where it is not configured it is a command like any other
    with support.Receiver(here) as receiver, Wire(receiver.port) as wire:
        wire.send(GOOD["v1"][0])
        attempt(tap, "never guessed", wire.expect, 500)


# -- HAProxy --------------------------------------------------------------------------------------


@contextlib.contextmanager
def haproxy(here, program, receiver, server, bind="", listen=HOST):
    """HAProxy in front of receiver: the port it listens on."""
    port = foreign.free_port(listen)
    lines = ["global", "  maxconn 50", "defaults", "  mode tcp", "  timeout connect 10s",
             "  timeout client 60s", "  timeout server 60s", "listen smtp",
             "  option smtpchk EHLO check.example.test",
             "  bind %s:%d %s" % (listen, port, bind),
             "  unique-id-format %[src]-%[rand]",
             "  server one %s:%d %s" % (HOST, receiver.port, server), ""]
    path = support.written(here, "haproxy.cfg", "\n".join(lines).encode("ascii"))
    with foreign.running([program, "-db", "-f", path], port, listen, cwd=here):
        yield port


def through(tap, here, port, recipient, name, listen=HOST, header=b"", source=CLIENT):
    """Delivers from CLIENT."""
    with Wire.__new__(Wire) as wire:
        wire.pending = b""
        wire.socket = socket.create_connection((listen, port), support.PATIENCE,
                                               (source, 0) if source else None)
        wire.send(header)
        if not attempt(tap, name, lambda: deliver(wire, recipient) or True):
            tap.say(support.slurp(os.path.join(here, "said"))[-2000:])


HOW = {
    "send-proxy": "send-proxy",
    "send-proxy-v2": "send-proxy-v2",
    "crc32c": "send-proxy-v2 proxy-v2-options crc32c",
    "tlvs": "send-proxy-v2-ssl-cn proxy-v2-options crc32c,unique-id,authority",
}


def from_haproxy(tap, here, program):
    with support.Receiver(here, "--proxy-protocol", HOST) as receiver:
        for name, server in HOW.items():
            to = name + "@example.test"
            with haproxy(here, program, receiver, server) as port:
                through(tap, here, port, to, "HAProxy: %s" % server)
            check_client(tap, receiver, to, "[%s]" % CLIENT, "%s: the client" % name)
        with haproxy(here, program, receiver, "send-proxy-v2", listen="::1") as port:
            through(tap, here, port, "six@example.test", "HAProxy: IPv6", "::1", source=None)
        check_client(tap, receiver, "six@example.test", "[IPv6:::1]", "IPv6: the client")
        with haproxy(here, program, receiver, "send-proxy", listen="::1") as port:
            through(tap, here, port, "six1@example.test", "HAProxy: IPv6, v1", "::1", source=None)
        check_client(tap, receiver, "six1@example.test", "[IPv6:::1]", "IPv6, v1: the client")
        with haproxy(here, program, receiver, "send-proxy-v2 check check-send-proxy inter 200"):
            foreign.eventually(lambda: " PROXY local " in receiver.log(), True)
        check_log(tap, receiver, r" PROXY local \d+$", "a health check of HAProxy's own")
        support.check_end(tap, receiver)


def to_haproxy(tap, here, program):
    """PROXY-2-e: HAProxy reads what we write, and tells it on."""
    headers = {
        "ours1": (written(1, "192.0.2.77", "192.0.2.1"), "[192.0.2.77]"),
        "ours1six": (written(1, "2001:db8::77", "2001:db8::1"), "[IPv6:2001:db8::77]"),
        "ours2": (written(2, "192.0.2.77", "192.0.2.1"), "[192.0.2.77]"),
        "ours2six": (written(2, "2001:db8::77", "2001:db8::1"), "[IPv6:2001:db8::77]"),
        "ours2sum": (written(2, "192.0.2.77", "192.0.2.1", flags=2), "[192.0.2.77]"),
    }
    with support.Receiver(here, "--proxy-protocol", HOST) as receiver:
        with haproxy(here, program, receiver, "send-proxy-v2", bind="accept-proxy") as port:
            for name, (header, client) in headers.items():
                to = name + "@example.test"
                through(tap, here, port, to, "HAProxy reads ours: %s" % name, header=header)
                check_client(tap, receiver, to, client, "%s: the client" % name)
        support.check_end(tap, receiver)


def from_curl(tap, here):
    program = support.peer(tap, "curl", "--version")
    if not program:
        return
    path = support.written(here, "curl.eml", SMALL)
    with support.Receiver(here, "--proxy-protocol", HOST) as receiver:
        command = [program, "-sS", "--haproxy-protocol", "smtp://%s:%d" % (HOST, receiver.port)]
        command += ["--mail-from", support.SENDER, "--mail-rcpt", "curl@example.test", "-T", path]
        support.run(tap, "curl --haproxy-protocol", command, here)
        support.check_stored(tap, receiver, "curl@example.test", SMALL, "curl's message")
        check_log(tap, receiver, r" PROXY accepted \d+$", "curl's header")
        support.check_end(tap, receiver)


def test(tap, here):
    with silent(tap, here):
        direct(tap, here)
        from_curl(tap, here)
        program = support.peer(tap, "haproxy", "-v")
        if program:
            from_haproxy(tap, here, program)
            to_haproxy(tap, here, program)


support.main(test)
