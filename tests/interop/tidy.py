"""A test leaves nothing behind: its folder goes, and so does what a server started and forgot."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from connection import PATIENCE

PR_SET_CHILD_SUBREAPER = 36

# Reads "+ PID" and "- PID". At the end of its input those that are left have to go, and the folder,
# too: we have been killed, or else it would have been.
GUARD = """
trap '' TERM
while read -r what pid; do
    case "$what$all" in
    +*) all="$all $pid " ;;
    -*" $pid "*) all="${all%% $pid *} ${all#* $pid }" ;;
    esac
done
kill -TERM $all
sleep 1
kill -KILL $all
rm -rf "$0"
"""


class Guard:
    """A shell that outlives us, whatever happens, and does then what we cannot do any more."""

    def __init__(self):
        self.process = None

    def begin(self, folder):
        self.process = subprocess.Popen(
            ["sh", "-c", GUARD, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()

    def tell(self, what, pid):
        self.process.stdin.write(b"%s %d\n" % (what, pid))
        self.process.stdin.flush()


guard = Guard()


def watch(process):
    """It has to end when we die, however we do."""
    guard.tell(b"+", process.pid)


def ended(process):
    guard.tell(b"-", process.pid)


def children():
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open("/proc/%s/stat" % name, "rb") as stat:
            # behind the name of the program, which may have anything in it
            if int(stat.read().rpartition(b")")[2].split()[1]) == os.getpid():
                found.append(int(name))
    return found


def reap():
    """Waits for all that we and those we started have started, and ends who stays for long."""
    deadline = time.monotonic() + PATIENCE
    while pids := children():
        for pid in pids:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


@contextlib.contextmanager
def folder():
    """A folder that is gone afterwards, whatever happens, with all who could write to it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # orphans become our children
    path = tempfile.mkdtemp(prefix="sansmtp-interop-")
    os.chmod(path, 0o755)  # for servers that run as somebody else
    guard.begin(path)
    try:
        yield path
    finally:
        guard.end()
        reap()
        shutil.rmtree(path)
