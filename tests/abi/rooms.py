"""The size of rooms: no file of lib/ over 500 lines (a note over 450), no function over 80. Tables
(*.def) are exempt. The layout of .clang-format makes a function's braces the only ones in the first
column, beside those of initialisers and types, which are told apart by their closing semicolon.

    rooms.py
"""

import os
import statistics
import sys

from common import LIB, Tap, read

NOTE, LIMIT, FUNCTION = 450, 500, 80


def functions(text):
    """[(name line, lines of the body with its braces)]"""
    found, start, lines = [], None, text.splitlines()
    for number, line in enumerate(lines):
        if line.rstrip() == "{":
            start = number
        elif line.rstrip() == "}" and start is not None:
            found.append((lines[start - 1].strip(), number - start + 1))
            start = None
    return found


def main():
    tap = Tap()
    large_rooms, large_functions, wide, sizes = [], [], [], []
    for file in sorted(os.listdir(LIB)):
        if not file.endswith((".c", ".h")):
            continue
        text = read(os.path.join(LIB, file))
        lines = text.splitlines()
        found = functions(text)
        sizes += [size for _, size in found]
        if len(lines) > LIMIT:
            large_rooms.append("%s: %d lines" % (file, len(lines)))
        elif len(lines) > NOTE:
            tap.say("lib/%s has %d lines: time to think about its purpose" % (file, len(lines)))
        large_functions += ["%s: %d lines: %s" % (file, size, name) for name, size in found
                            if size > FUNCTION]
        wide += ["%s:%d" % (file, number) for number, line in enumerate(lines, 1) if len(line) > 100]
    tap.check(not large_rooms, "no room of lib/ over %d lines" % LIMIT, "\n".join(large_rooms))
    tap.check(not large_functions, "no function of lib/ over %d lines" % FUNCTION,
              "\n".join(large_functions))
    tap.check(not wide, "no line of lib/ over 100 columns", "\n".join(wide))
    tap.check(sizes, "there are functions")
    if sizes:
        tap.say("%d functions, median %d lines, longest %d" % (
            len(sizes), statistics.median(sizes), max(sizes)))
    return tap.done()


sys.exit(main())
