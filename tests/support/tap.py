"""Test results in the Test Anything Protocol, which meson reads one by one.

    tap = Tap()
    tap.check(condition, "what holds", "why not, a line or many")
    sys.exit(tap.done())
"""

import sys


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def check(self, holds, name, why=""):
        self.count += 1
        if not holds:
            self.failed += 1
        print("%s %d - %s" % ("ok" if holds else "not ok", self.count, name.replace("#", "")))
        if not holds:
            for line in str(why).splitlines():
                self.say(line)
        return bool(holds)

    def skip(self, name, why):
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, name.replace("#", ""), why))

    def say(self, line):
        print("# %s" % line, flush=True)

    def done(self):
        """A plan of what ran; 1 if something failed or nothing ran."""
        print("1..%d" % self.count)
        sys.stdout.flush()
        return 1 if self.failed or not self.count else 0
