"""The house: includes go down the levels, or sideways without a cycle. lib/meson.build says which
room is on which level; a header without a .c file is listed there too.

    levels.py
"""

import os
import re
import sys

from common import LIB, PUBLIC, Tap, headers, read

SYSTEM = {"stddef.h", "stdint.h", "stdbool.h", "limits.h", "stdalign.h"}
VECTORS = {"emmintrin.h", "immintrin.h", "arm_neon.h"}
PUBLIC_SYSTEM = {"stddef.h", "stdint.h"}
TABLES = 1  # *.def belong to the grammar
TOOLBOX = "toolbox"

# who may include whom; the toolbox stands above grammar and framing, beside the session
MAY = {level: set(range(level + 1)) for level in range(5)}
MAY[5] = {0, 1, 2, 3, 4, 5, TOOLBOX}
MAY[TOOLBOX] = {0, 1, 2, TOOLBOX}


def read_levels():
    """{room: level} from the comments and the lines of lib/meson.build."""
    level, rooms = None, {}
    for line in read(os.path.join(LIB, "meson.build")).splitlines():
        heading = re.match(r"\s*# (?:level (\d)\b|(toolbox)\b)", line)
        if heading:
            level = int(heading.group(1)) if heading.group(1) else TOOLBOX
        listed = re.match(r"\s*'(\w+)\.[ch]',", line)
        if listed:
            rooms[listed.group(1)] = level
        if line.startswith(")"):
            break
    return rooms


def level_of(file, rooms):
    room, suffix = os.path.splitext(file)
    return TABLES if suffix == ".def" else rooms.get(room)


def includes(path):
    """[(kind, name)]: kind is "<" or '"'."""
    return re.findall(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', read(path), re.M)


def find_cycle(graph):
    """A path of rooms that comes back to its first, or []."""
    done = set()

    def walk(room, path):
        if room in path:
            return path[path.index(room):] + [room]
        if room in done:
            return []
        for other in sorted(graph.get(room, ())):
            found = walk(other, path + [room])
            if found:
                return found
        done.add(room)
        return []

    for room in sorted(graph):
        found = walk(room, [])
        if found:
            return found
    return []


def complaints_about(file, rooms, graph):
    """What file may not include; its rooms are added to the graph."""
    wrong = []
    mine, room = level_of(file, rooms), os.path.splitext(file)[0]
    for kind, name in includes(os.path.join(LIB, file)):
        other = level_of(name, rooms)
        if name.startswith("sansmtp/"):
            if name[len("sansmtp/"):] not in headers():
                wrong.append("%s is no public header" % name)
        elif kind == "<":
            if name not in SYSTEM | VECTORS:
                wrong.append("<%s> is not freestanding" % name)
        elif other is None:
            wrong.append("%s is not listed in lib/meson.build" % name)
        else:
            if other not in MAY[mine]:
                wrong.append("%s is on level %s, above %s" % (name, other, mine))
            if os.path.splitext(name)[0] != room:
                graph.setdefault(room, set()).add(os.path.splitext(name)[0])
    return ["lib/%s: %s" % (file, line) for line in wrong]


def check_public(tap):
    listed = re.findall(r"'(\w+\.h)'", read(os.path.join(PUBLIC, "sansmtp", "meson.build")))
    tap.check(sorted(listed) == headers(), "every public header is installed",
              "not in include/sansmtp/meson.build: " + " ".join(set(headers()) ^ set(listed)))
    wrong = ["%s: %s" % (header, name) for header in headers()
             for kind, name in includes(os.path.join(PUBLIC, "sansmtp", header))
             if not (kind == "<" and name in PUBLIC_SYSTEM)
             and os.path.basename(name) not in headers()]
    tap.check(not wrong, "public headers include each other, %s" % " ".join(sorted(PUBLIC_SYSTEM)),
              "\n".join(wrong))


def main():
    tap = Tap()
    rooms = read_levels()
    files = sorted(name for name in os.listdir(LIB) if name.endswith((".c", ".h", ".def")))
    unlisted = [file for file in files if level_of(file, rooms) is None]
    tap.check(not unlisted, "every room has a level in lib/meson.build", " ".join(unlisted))
    graph, wrong = {}, []
    for file in files:
        if file not in unlisted:
            wrong += complaints_about(file, rooms, graph)
    tap.check(not wrong, "every room includes what its level may", "\n".join(wrong))
    cycle = find_cycle(graph)
    tap.check(not cycle, "no cycle between rooms", " -> ".join(cycle))
    check_public(tap)
    tap.say("%d rooms" % len(rooms))
    return tap.done()


sys.exit(main())
