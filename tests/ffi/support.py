"""What the tests of foreign languages share: where the bindings are, the dialogues that all three
languages play, and what to do where a language is not here.

A test is `<name>_test.py LIBRARY`, and prints TAP.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = os.path.join(HERE, "..", "..", "examples", "ffi")
sys.path[:0] = [EXAMPLES, os.path.join(HERE, "..", "support")]
os.environ["SANSMTP_LIBRARY"] = os.path.abspath(sys.argv[1])

from tap import Tap

# Where tests/support/languages.sh provides them.
LANGUAGES = os.environ.get(
    "SANSMTP_LANGUAGES", os.path.join(HERE, "..", "..", "build", "languages")
)

PATIENCE = 60


def missing(tap, name, why):
    """A test that cannot run here. Under CI nothing may be missing."""
    if os.environ.get("CI"):
        tap.check(False, name, why)
    else:
        tap.skip(name, why)


def dialogue(name):
    """[("S", octets), ("C", octets), ...]: who says what, as long as the same one speaks."""
    turns = []
    with open(os.path.join(HERE, name), encoding="ascii") as file:
        for line in file.read().splitlines():
            who, octets = line[0], line[3:].encode() + b"\r\n"
            if turns and turns[-1][0] == who:
                turns[-1] = (who, turns[-1][1] + octets)
            else:
                turns.append((who, octets))
    return turns


def said_by(who, turns):
    return b"".join(octets for speaker, octets in turns if speaker == who)


def main(test):
    """Runs a test file: test(tap)."""
    tap = Tap()
    try:
        test(tap)
    except Exception as problem:  # a test that stops half way has failed, whatever stopped it
        tap.check(False, "the test runs to its end", "%s: %s" % (type(problem).__name__, problem))
        raise
    finally:
        status = tap.done()
    sys.exit(status)
