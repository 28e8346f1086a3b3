"""sansmtp-relay on free loopback ports in a folder of its own, and its queue."""

import os
import re
import subprocess
import sys
import time

from connection import HOST, PATIENCE
from daemon import Daemon, slurp
from support import HOSTNAME


# As root it only goes on if that is said.
AS_ROOT = ["--user", "root"] if os.geteuid() == 0 else []


def program():
    """The sansmtp-relay under test."""
    return os.path.abspath(sys.argv[1])


class Relay(Daemon):
    """sansmtp-relay, running.

    ports: by role, "relay", "submission", "submissions". Without a server for names nothing that
    goes elsewhere leaves the queue."""

    grace = PATIENCE + 10

    def __init__(self, here, *options, listen=("relay",), dns=HOST + ":1", local=("example.test",)):
        super().__init__(here, "relay")
        self.queue = os.path.join(self.here, "queue")
        self.command = [program(), "--queue", self.queue, "--hostname", HOSTNAME, "--dns", dns]
        self.command += ["--log", self.log_path, *AS_ROOT]
        self.command += [] if "--lmtp" in options else ["--maildir", self.maildir]
        self.command += ["--local-recipients", "any"]
        for role in listen:
            self.command += ["--%s-listen" % role, HOST + ":0"]
        for domain in local:
            self.command += ["--local-domain", domain]
        self.command += options
        self.ports = {}

    @property
    def port(self):
        return self.ports["relay"]

    def start(self, **more):
        """Starts it (again), and waits until it listens; more is for Popen. Returns the seconds."""
        begun = time.monotonic()
        self.launch(**more)
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

    def until(self, condition, seconds=PATIENCE):
        """Waits for what comes to pass by itself; returns whether it did."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if condition():
                return True
            time.sleep(0.05)
        return bool(condition())
