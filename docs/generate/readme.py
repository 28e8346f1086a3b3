"""Puts into README.md what is told elsewhere: the inetd server, the memory of a session, the
extensions.

    readme.py [--check]
"""

import re
import sys

from common import finish, read, rows, splice, table, wrap
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
    body = [["%s: %s" % (name, options), *figures] for name, options, *figures in sessions()]
    return table(["session", "engine", "line", "output", "octets in all"], body)


def code():
    sums = code_on_cortex_m0()
    return wrap("Code on Cortex-M0: %d KiB for a server, %d KiB for a client, %d KiB for the whole "
                "library." % tuple(up_to(sums[part], 1024) // 1024
                                   for part in ["server", "client", "all"]))


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
