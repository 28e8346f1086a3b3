"""Puts into docs/design.md what the source says of its own shape: the rooms by level, the rooms of
each engine by beat, and the frozen calls.

    design.py [--check]
"""

import re
import sys

from common import finish, narrow, read, splice, table
from figures import declared

PAGE = "docs/design.md"
FROZEN = ["server.h", "client.h", "callbacks.h", "types.h"]


def rooms():
    """Files of lib/ under the level that lib/meson.build has them on."""
    found, level = {}, None
    for line in read("lib", "meson.build").splitlines():
        comment = re.match(r"\s+# (level \d \w+|toolbox)$", line)
        source = re.match(r"\s+'([\w/]+)\.[ch]',", line)
        if comment:
            level = comment.group(1)
        if source:
            found.setdefault(level, []).append(source.group(1))
    return narrow(["level", "rooms"], [[name, ", ".join(files)] for name, files in found.items()])


def beats(engine):
    listed = re.findall(r"^ \*   (%s\w*)\.c\s+(.*)$" % engine, read("lib", engine + "_engine.h"),
                        re.M)
    return table(["room", "does"], listed)


def purposes(header):
    """[(call, what it is for)], in the order of the header, by the first line of each comment."""
    text = re.sub(r"\n \*( |$)", r"\n\1", read("include", "sansmtp", header), flags=re.M)
    found = re.findall(r"^(?:/\*)?\s*((?:sansmtp_\w+(?:, )?)+) - (.*?)[.?;](?:\s|$)", text,
                       re.M | re.S)
    return [(name, re.sub(r"\s+", " ", purpose)) for names, purpose in found
            for name in names.split(", ")]


def calls():
    body = []
    for header in FROZEN:
        known = dict(purposes(header))
        for name in declared(header):
            body.append(["`%s`" % header, "`%s`" % name, known.get(name, "the version of the library")
                         if name == "sansmtp_version" else known.get(name) or
                         sys.exit("%s: no purpose for %s" % (header, name))])
    return narrow(["header", "call", "for"], body)


def main():
    text = read(PAGE)
    text = splice(text, "rooms", rooms())
    text = splice(text, "server", beats("server"))
    text = splice(text, "client", beats("client"))
    text = splice(text, "calls", calls())
    return finish(PAGE, text)


sys.exit(main())
