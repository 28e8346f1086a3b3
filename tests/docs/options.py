"""The manual pages of sansmtp-send and sansmtp-receive name each option of the program, and no
other.

    options.py
"""

import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

from tap import Tap  # noqa: E402


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def main():
    tap = Tap()
    for program in "send", "receive":
        table = read("examples", program + "_options.def")
        options = set(re.findall(r'^OPTION\(\w+, "([\w-]+)"', table, re.M))
        page = read("docs", "man", "sansmtp-%s.1" % program)
        told = set()
        for item in re.findall(r"^\.It (Fl -.*)$", page, re.M):
            told.update(re.findall(r"Fl -([\w-]+)", item))
        tap.check(len(options) > 10, "sansmtp-%s has options" % program, options)
        missing = sorted(options - told)
        tap.check(not missing, "sansmtp-%s(1) tells of each option" % program, missing)
        wrong = sorted(told - options)
        tap.check(not wrong, "sansmtp-%s(1) tells of no other" % program, wrong)
    return tap.done()


sys.exit(main())
