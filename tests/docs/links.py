"""Every link and every path that the pages name leads somewhere.

    links.py
"""

import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

from tap import Tap  # noqa: E402

LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
PLACE = re.compile(r"`((?:lib|include|tests|examples|docs)/[\w./*-]+)`")


def pages():
    return [*sorted(glob.glob("*.md", root_dir=ROOT)),
            *sorted(glob.glob("docs/*.md", root_dir=ROOT))]


def lost(page):
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        text = file.read()
    beside = os.path.dirname(page)
    wanted = [os.path.join(beside, link) for link in LINK.findall(text)] + PLACE.findall(text)
    return sorted({place for place in wanted if not glob.glob(os.path.join(ROOT, place))})


def main():
    tap = Tap()
    for page in pages():
        missing = lost(page)
        tap.check(not missing, "%s: links and paths" % page, "\n".join(missing))
    return tap.done()


sys.exit(main())
