"""sansmtp-relay under test: running it with a queue of its own, on addresses of 127.0.0.0/8, which
stand for hosts: all of them have the same port, as all servers have port 25.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

import support
from connection import HOST, PATIENCE

LISTENING = re.compile(r"(relay|submission|submissions) [0-9.]+:([0-9]+)")


def program():
    """The sansmtp-relay under test."""
    return os.path.abspath(sys.argv[3])


def common_port(addresses):
    """A port that is free on all these addresses."""
    while True:
        probes = [socket.socket() for _ in addresses]
        try:
            port = 0
            for probe, address in zip(probes, addresses):
                probe.bind((address, port))
                port = probe.getsockname()[1]
            return port
        except OSError:
            continue
        finally:
            for probe in probes:
                probe.close()


class Relay:
    """sansmtp-relay, running. Used as a context, which ends it by its pid.

    options: as its file has them, {name: value or [value, ...]}."""

    def __init__(self, here, hostname, options):
        self.here = tempfile.mkdtemp(prefix="relay-", dir=here)
        self.log_path = os.path.join(self.here, "log")
        self.out_path = os.path.join(self.here, "stdout")
        self.err_path = os.path.join(self.here, "stderr")
        self.ports = {}
        self.process = None
        own = {"hostname": hostname, "queue": os.path.join(self.here, "queue")}
        lines = []
        for name, values in {**own, "log": self.log_path, "trace": "yes", **options}.items():
            for value in values if isinstance(values, list) else [values]:
                lines.append("%s %s\n" % (name, value))
        self.config = support.written(self.here, "conf", "".join(lines).encode("utf-8"))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self):
        """Starts it (again), and waits until it is ready."""
        with open(self.out_path, "wb") as out, open(self.err_path, "ab") as err:
            self.process = subprocess.Popen(
                [program(), "--config", self.config],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            said = support.slurp(self.out_path).decode("utf-8").splitlines()
            if "ready" in said:
                found = [LISTENING.fullmatch(line) for line in said]
                self.ports = {match[1]: int(match[2]) for match in found if match}
                return
            time.sleep(0.01)
        raise RuntimeError("it is not ready: %s" % self.errors())

    def kill(self):
        """As kill -9; harmless if it has ended."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        """SIGTERM; returns the exit status, or None if it did not end."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def queue(self, *command):
        """sansmtp-relay queue ...: its exit status and what it says."""
        done = subprocess.run(
            [program(), "--config", self.config, "queue", *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return done.returncode, done.stdout + done.stderr

    def errors(self):
        return support.slurp(self.err_path).decode("utf-8", "backslashreplace")

    def log(self):
        return support.slurp(self.log_path).decode("utf-8", "backslashreplace")

    def told(self):
        """What to look at when something is wrong."""
        return "%s\n%s" % (self.log()[-3000:], self.errors()[-6000:])


def submission(here, tls, dns, port):
    """The options of a relay for users."""
    users = support.passwords(here)
    return {
        "submission-listen": HOST + ":0",
        "tls-cert": tls[1],
        "tls-key": tls[3],
        "auth-file": users[1],
        "dns": dns,
        "port": port,
        "loopback": "yes",
    }
