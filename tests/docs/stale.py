"""What docs/generate makes is what is committed, and every requirement is accounted for.

    stale.py
"""

import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

from tap import Tap  # noqa: E402


def generators():
    """Those that can be run: each says so under its first line."""
    for path in sorted(glob.glob(os.path.join(ROOT, "docs", "generate", "*.py"))):
        with open(path, encoding="utf-8") as file:
            if re.search(r"^    \w+\.py \[--check\]$", file.read(), re.M):
                yield path


def main():
    tap = Tap()
    for path in generators():
        done = subprocess.run([sys.executable, path, "--check"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        tap.check(done.returncode == 0, "%s: nothing to do" % os.path.basename(path), done.stdout)
    return tap.done()


sys.exit(main())
