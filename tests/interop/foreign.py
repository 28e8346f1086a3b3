"""Foreign servers on a free loopback port, and what they stored."""

import contextlib
import os
import socket
import subprocess
import time

from connection import HOST, PATIENCE
from sender import check, send

import support


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


@contextlib.contextmanager
def running(command, port, **more):
    """Runs a server until it listens, and then until the context ends. Yields what it said."""
    with open(os.path.join(more.get("cwd", "."), "said"), "w+b") as said:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, **more
        )
        try:
            deadline = time.monotonic() + PATIENCE
            while not listens(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    said.seek(0)
                    raise RuntimeError("%s: %r" % (command, said.read()[-3000:]))
                time.sleep(0.02)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def eventually(look, wanted):
    """What look() gives once it is what is wanted, or PATIENCE is over."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = look()
        if found == wanted or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def files_in(folder):
    """The octets of all files in a folder, oldest name first."""
    if not os.path.isdir(folder):
        return []
    return [support.slurp(os.path.join(folder, name)) for name in sorted(os.listdir(folder))]


def deliver(tap, here, port, name, sent, *options, result="ok", **more):
    """One run, and a check of what it says."""
    path = support.written(here, "message-to-send", sent)
    run = send(port, path, *options, **more)
    check(tap, name, run, result)
    return run
