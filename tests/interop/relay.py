"""sansmtp-relay on free loopback ports in a folder of its own, and its queue."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

from connection import HOST, PATIENCE
from support import HOSTNAME, slurp


def program():
    """The sansmtp-relay under test."""
    return os.path.abspath(sys.argv[1])


class Relay:
    """sansmtp-relay, running. Used as a context, which ends it by its pid.

    ports: by role, "relay", "submission", "submissions". Without a server for names nothing that
    goes elsewhere leaves the queue."""

    def __init__(self, here, *options, listen=("relay",), dns=HOST + ":1", local=("example.test",)):
        self.here = tempfile.mkdtemp(prefix="relay-", dir=here)
        self.queue = os.path.join(self.here, "queue")
        self.maildir = os.path.join(self.here, "mail")
        self.log_path = os.path.join(self.here, "log")
        self.out_path = os.path.join(self.here, "stdout")
        self.err_path = os.path.join(self.here, "stderr")
        self.command = [program(), "--queue", self.queue, "--hostname", HOSTNAME, "--dns", dns]
        self.command += ["--log", self.log_path, "--maildir", self.maildir]
        self.command += ["--local-recipients", "any"]
        for role in listen:
            self.command += ["--%s-listen" % role, HOST + ":0"]
        for domain in local:
            self.command += ["--local-domain", domain]
        self.command += options
        self.process = None
        self.ports = {}

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    @property
    def port(self):
        return self.ports["relay"]

    def start(self, **more):
        """Starts it (again), and waits until it listens; more is for Popen. Returns the seconds."""
        begun = time.monotonic()
        with open(self.out_path, "wb") as out, open(self.err_path, "ab") as err:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, **more
            )
        while time.monotonic() < begun + PATIENCE and self.process.poll() is None:
            said = slurp(self.out_path).decode("ascii")
            if said.endswith("ready\n"):
                self.ports = {
                    role: int(port)
                    for role, port in re.findall(r"(?m)^(\w+) 127\.0\.0\.1:([0-9]+)$", said)
                }
                return time.monotonic() - begun
            time.sleep(0.005)
        raise RuntimeError("it does not start: %s\n%s" % (" ".join(self.command), self.errors()))

    def kill(self):
        """As kill -9; harmless if it has ended."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        """SIGTERM; returns the exit status, or None if it did not end."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=PATIENCE + 10)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def errors(self):
        return slurp(self.err_path).decode("utf-8", "backslashreplace")

    def log(self):
        return slurp(self.log_path).decode("utf-8", "backslashreplace")

    def anonymous(self):
        """Octets of anonymous memory in use."""
        with open("/proc/%d/status" % self.process.pid) as status:
            found = re.search(r"RssAnon:\s+([0-9]+)", status.read())
        return int(found.group(1)) * 1024

    def manage(self, *words, status=0):
        """sansmtp-relay queue ...: what it says."""
        done = subprocess.run(
            [program(), "--queue", self.queue, "queue", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=10 * PATIENCE,
        )
        if done.returncode != status:
            raise AssertionError("queue %s: %d: %s" % (words, done.returncode, done.stderr))
        return done.stdout

    def listed(self, *words):
        """The rows of queue list, as dictionaries."""
        names = "id size arrived sender recipient state due attempts code text".split()
        rows = self.manage("list", *words).splitlines()
        return [dict(zip(names, row.split(" ", len(names) - 1))) for row in rows]

    def stored(self, address=None):
        """The octets of each message in new/, of one address or of all."""
        name = address and urllib.parse.quote(address, safe="@+")
        found = []
        for where in sorted(os.listdir(self.maildir)) if os.path.isdir(self.maildir) else ():
            inner = os.path.join(self.maildir, where, "new")
            if name in (None, where) and os.path.isdir(inner):
                found += [slurp(os.path.join(inner, file)) for file in sorted(os.listdir(inner))]
        return found

    def until(self, condition, seconds=PATIENCE):
        """Waits for what comes to pass by itself; returns whether it did."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if condition():
                return True
            time.sleep(0.05)
        return bool(condition())
