"""A server of ours, running, with its log and its Maildir: what sansmtp-receive and sansmtp-relay
have in common."""

import os
import re
import signal
import subprocess
import tempfile
import urllib.parse

import tidy
from connection import PATIENCE


def slurp(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


started = []


def crashed():
    """What to know of those that ended, neither well nor by us."""
    for one in started:
        if one.process and one.process.poll() not in (None, 0, -signal.SIGKILL):
            yield "%s: %d\n%s" % (one.here, one.process.returncode, one.errors()[-3000:])


class Daemon:
    """Used as a context, which starts it, and ends it by its pid. Its start(), which waits until it
    listens, is the heir's."""

    grace = PATIENCE  # seconds that it may take to end

    def __init__(self, here, kind):
        self.here = tempfile.mkdtemp(prefix=kind + "-", dir=here)
        self.maildir = os.path.join(self.here, "mail")
        self.log_path = os.path.join(self.here, "log")
        self.out_path = os.path.join(self.here, "stdout")
        self.err_path = os.path.join(self.here, "stderr")
        self.command = []
        self.process = None
        started.append(self)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    def launch(self, **more):
        with open(self.out_path, "wb") as out, open(self.err_path, "ab") as err:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, **more
            )
        tidy.watch(self.process)

    def kill(self):
        """As kill -9; harmless if it has ended."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process:
            tidy.ended(self.process)

    def stop(self):
        """SIGTERM; returns the exit status, or None if it did not end."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout=self.grace)
        except subprocess.TimeoutExpired:
            self.kill()
            return None
        tidy.ended(self.process)
        return status

    def errors(self):
        return slurp(self.err_path).decode("utf-8", "backslashreplace")

    def log(self):
        return slurp(self.log_path).decode("utf-8", "backslashreplace")

    def anonymous(self):
        """Octets of anonymous memory in use."""
        with open("/proc/%d/status" % self.process.pid) as status:
            found = re.search(r"RssAnon:\s+([0-9]+)", status.read())
        return int(found.group(1)) * 1024

    def files(self, kind):
        """All files in every `kind` (new, tmp) folder: (address folder, path)."""
        found = []
        for address in sorted(os.listdir(self.maildir)) if os.path.isdir(self.maildir) else ():
            inner = os.path.join(self.maildir, address, kind)
            if os.path.isdir(inner):
                found += [(address, os.path.join(inner, f)) for f in sorted(os.listdir(inner))]
        return found

    def stored(self, address=None):
        """The octets of each message in new/, of one address or of all."""
        name = address and urllib.parse.quote(address, safe="@+")
        return [slurp(path) for where, path in self.files("new") if name in (None, where)]
