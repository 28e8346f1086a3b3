"""The foreign clients: where they are, and running them."""

import os
import re
import shutil
import subprocess

from connection import PATIENCE

def missing(tap, name, why):
    """A test that cannot run here. Under CI nothing may be missing."""
    if os.environ.get("CI"):
        tap.check(False, name, why)
    else:
        tap.skip(name, why)


# Where tests/support/peers.sh provides them.
PEERS = os.environ.get(
    "SANSMTP_PEERS", os.path.join(os.path.dirname(__file__), "..", "..", "build", "peers")
)


def peer(tap, name, *version):
    """Where a foreign program is, with its version told; None, and said so, if it is not here."""
    search = [os.path.join(PEERS, "bin"), os.environ.get("PATH", ""), "/usr/sbin"]
    found = shutil.which(name, path=os.pathsep.join(search))
    if not found:
        missing(tap, name, "%s is not installed" % name)
        return None
    if version:
        said = subprocess.run(
            [found, *version],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=PATIENCE,
        ).stdout.splitlines()
        told = next((line for line in said if re.search(r"\b[0-9]+\.[0-9]", line)), "?")
        tap.say("peer: %s: %s" % (name, told))
    return found


def run(tap, name, command, here, octets=None, seconds=120, status=0, **more):
    """Runs a client to its end: a check that it left with `status`. Returns what it said.

    Its home is a folder of ours, so that nobody's settings come in."""
    environment = dict(os.environ, HOME=here, LC_ALL="C.UTF-8", **more)
    for proxy in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        environment.pop(proxy, None)
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE if octets is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=here,
        env=environment,
    )
    try:
        said, _ = process.communicate(octets, timeout=seconds)
        left = process.returncode
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
        left = "still running after %d s" % seconds
    text = said.decode("utf-8", "backslashreplace")
    tap.check(left == status, name, "%s: %s\n%s" % (" ".join(command), left, text[-4000:]))
    return text
