"""Puts the figures into docs/memory.md: what a session takes, the code, the stack.

    memory.py [--check]
"""

import sys

from common import finish, read, splice, table
from figures import code_on_cortex_m0, engine_on_cortex_m0, sessions, stacks, unless_foreign, up_to

PAGE = "docs/memory.md"


def sessions_table():
    other = {name: engine_on_cortex_m0(name) for name in ["server", "client"]}
    body = [["%s: %s" % (name, options), octets, line, output, total,
             int(total) - int(octets) + other[name]]
            for name, options, octets, line, output, total in sessions()]
    return table(["session", "engine", "line", "output", "sum", "sum on Cortex-M0"], body)


def code_table():
    sums = code_on_cortex_m0()
    return table(["linked", "KiB"],
                 [[name, up_to(sums[part], 1024) // 1024] for name, part in [
                     ("a server", "server"), ("a client", "client"), ("the whole library", "all")]])


def stack_table():
    return table(["deepest calls", "octets"],
                 [["`%s`" % name, up_to(octets, 128)] for octets, name in stacks()[:4]])


def main():
    text = read(PAGE)
    text = splice(text, "sessions", sessions_table())
    text = unless_foreign(text, "code", "clang", code_table)
    text = unless_foreign(text, "stack", "gcc", stack_table)
    return finish(PAGE, text)


sys.exit(main())
