"""Puts into README.md what is told elsewhere: the inetd server, the memory of a session, the
extensions.

    readme.py [--check]
"""

import re
import sys

from common import finish, read, rows, splice, table
from figures import code_on_cortex_m0, sessions, unless_foreign, up_to

PAGE = "README.md"
SHOWN = ["on_end", "main"]


def function(text, name):
    """A function of a C file whose closing brace begins its line."""
    return re.search(r"^\w[^\n;]*\b%s\(.*?^}$" % name, text, re.M | re.S).group()


def inetd():
    text = read("examples", "inetd.c")
    return "```c\n%s\n```" % "\n\n".join(function(text, name) for name in SHOWN)


def memory():
    return table(["extensions that are on", "engine", "line", "output", "octets in all"], sessions())


def code():
    sums = code_on_cortex_m0()
    return "Code on Cortex-M0: %d KiB for a server, %d KiB for the whole library." % (
        up_to(sums["server"], 1024) // 1024, up_to(sums["all"], 1024) // 1024)


def extensions():
    return table(["extension", "RFC", "since"],
                 [[row["keyword"], row["rfc"], row["since"]] for row in rows("extensions", "EXTENSION")])


def main():
    text = read(PAGE)
    text = splice(text, "inetd", inetd())
    text = splice(text, "memory", memory())
    text = splice(text, "extensions", extensions())
    text = unless_foreign(text, "code", "clang", code)
    return finish(PAGE, text)


sys.exit(main())
