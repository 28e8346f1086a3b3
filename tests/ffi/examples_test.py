"""examples/ffi: each server takes mail from Python's smtplib, a client that is none of ours; and
each client delivers to each server.

    examples_test.py LIBRARY
"""

import contextlib
import os
import re
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading

import support
from languages import koffi, luajit

SENDER, BOB, EVE = "ada@client.example", "bob@mx.example", "eve@elsewhere.example"
MESSAGE = b"Subject: witness\r\n\r\n.\r\n..\r\n.dot\r\n%s\r\n" % (b"x" * 998) + b"line\r\n" * 20000


def script(name):
    return os.path.join(support.EXAMPLES, name)


def stored(folder):
    """The octets of all messages; nothing half stored may be there."""
    found = []
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            found.append(file.read() if name.endswith(".eml") else b"half: " + name.encode())
    return found


@contextlib.contextmanager
def running(command):
    """A process that is gone afterwards."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@contextlib.contextmanager
def listening(command):
    """A server that says where it listens: (its port)."""
    with running(command) as process:
        found = re.fullmatch(rb"listening on 127\.0\.0\.1:([0-9]+)\n", process.stdout.readline())
        if not found:
            raise RuntimeError("it does not listen: " + " ".join(command))
        yield int(found.group(1))


@contextlib.contextmanager
def spawning(command):
    """A server on standard input and output, one for each connection: (the port)."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    peer, _ = listener.accept()
                    with peer:
                        subprocess.run(command, stdin=peer, stdout=peer, timeout=support.PATIENCE)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(support.PATIENCE)


def deliver(command, port, message, *addresses):
    """Runs a client with a socket for its standard input and output; its exit code."""
    with socket.create_connection(("127.0.0.1", port)) as peer:
        return subprocess.run([*command, message, *addresses], stdin=peer, stdout=peer,
                              stderr=subprocess.DEVNULL, timeout=support.PATIENCE).returncode


def submit(command, port, message, *addresses):
    """Runs a client that connects itself; its exit code."""
    with open(message, "rb") as octets:
        return subprocess.run([*command, "127.0.0.1", str(port), *addresses], stdin=octets,
                              stdout=subprocess.DEVNULL, timeout=support.PATIENCE).returncode


def check_witness(tap, name, port, folder):
    """smtplib's own view of what it is told."""
    with smtplib.SMTP("127.0.0.1", port, "client.example", support.PATIENCE) as client:
        client.ehlo()
        size = client.esmtp_features.get("size")
        refused = client.sendmail(SENDER, [BOB, EVE], MESSAGE)
        again = client.sendmail(SENDER, [BOB], MESSAGE)
        code, _ = client.docmd("NOOP")
    tap.check(size == "33554432" and code == 250, "smtplib to %s: understood" % name, size)
    tap.check(list(refused) == [EVE] and refused[EVE][0] == 550 and again == {},
              "smtplib to %s: one is refused, the other served" % name, refused)
    tap.check(stored(folder) == [MESSAGE, MESSAGE], "smtplib to %s: octet for octet" % name,
              [len(octets) for octets in stored(folder)])


def check_client(tap, name, send, command, port, folder, message):
    for left in os.listdir(folder):
        os.remove(os.path.join(folder, left))
    code = send(command, port, message, SENDER, BOB, EVE)
    tap.check(code == 0 and stored(folder) == [MESSAGE], name + ": octet for octet",
              "exit code %d, %s" % (code, [len(octets) for octets in stored(folder)]))
    code = send(command, port, message, SENDER, EVE)
    tap.check(code == 69 and stored(folder) == [MESSAGE], name + ": refused, and says so", code)


def test(tap):
    node, lua = koffi(tap), luajit(tap)
    python = [sys.executable]
    languages = (("Python", python, ".py", listening, submit),
                 ("Node", node, ".js", listening, submit),
                 ("LuaJIT", lua, ".lua", spawning, deliver))
    here = [one for one in languages if one[1]]
    with tempfile.TemporaryDirectory(prefix="sansmtp-ffi-") as home:
        message = os.path.join(home, "message")
        with open(message, "wb") as file:
            file.write(MESSAGE)
        for name, command, suffix, start, _ in here:
            folder = os.path.join(home, name)
            os.mkdir(folder)
            with start([*command, script("server" + suffix), "mx.example", folder]) as port:
                check_witness(tap, name, port, folder)
                for other, program, ending, _, send in here:
                    check_client(tap, "%s to %s" % (other, name), send,
                                 [*program, script("client" + ending)], port, folder, message)


support.main(test)
