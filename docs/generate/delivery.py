"""Puts into docs/delivery.md what the sources say: the way of a message through sansmtp-relay and
whom each of its rooms asks; what the rooms of the library decide; the options behind each idea.

    delivery.py [--check]

The way is the list in examples/relay/relay.h, who asks whom are the calls in the .c files, what is
decided is the first line above each function in include/sansmtp/, options are those of config.def.
"""

import glob
import os
import re
import sys

from common import ROOT, cells, finish, narrow, read, splice, without_comments

PAGE = "docs/delivery.md"
RELAY = "examples/relay"
HEADERS = ["proxy", "policy", "header", "trace", "route", "sts", "retry", "dsn"]

# What relay.h leaves out: rooms shared with the other programs.
BEFORE = ("receive_*.c", "connections, TLS, AUTH: shared with sansmtp-receive")
BEHIND = ("call*.c", "connections to others: shared with sansmtp-send")

# What happens to the message in front of a room, or at the end.
LANDMARKS = {
    "receive_*.c": "a client connects",
    "clerk.c": "the message is whole",
    "dispatch.c": "it is on the disk: only now the client has its 250",
    "report*.c": "the next server or the mailbox has it, or nobody will",
}
BOX = 16

# sansmtp_function - what it decides, in the comment above it.
FUNCTION = r"^ \* sansmtp_(\w+) - (.*(?:\n \* +\w.*)*?)\n \*\n"

# Each idea: the functions that decide it, the rooms of sansmtp-relay that do it, its options.
IDEAS = [
    ("relaying", ["route_hosts", "route_attempts"], "deliver*.c",
     ["relay-listen", "submission-listen", "submissions-listen", "relay-domain", "smart-host"]),
    ("queueing", [], "queue*.c, clerk.c", ["queue"]),
    ("retry", ["retry_judge", "retry_due", "retry_failed"], "dispatch.c, outcome.c",
     ["retry-first", "retry-greylisted", "retry-longest", "lifetime", "lanes", "lanes-each"]),
    ("failure notice", ["dsn_wanted", "dsn_begin", "dsn_recipient", "dsn_original"], "report*.c",
     ["warn-after", "bounce-lifetime"]),
    ("address check", ["relay_decide", "domain_listed"], "gate.c, mailbox.c",
     ["local-domain", "own-address", "local-recipients", "recipient-file"]),
    ("relay restriction", ["relay_decide", "network_contains"], "gate.c, sender.c, outside.c",
     ["network", "auth-file", "auth-without-tls", "senders", "etrn-network", "dnsbl"]),
    ("limits", ["rate_take", "header_read"], "gate.c, crowd.c, arrival.c",
     ["max-size", "max-recipients", "max-hops", "max-connections", "max-connections-each", "timeout",
      "rate-connections", "rate-messages", "rate-recipients", "rate-octets",
      "rate-wrong-passwords"]),
    ("safe channel", ["channel_decide", "channel_judge"], "deliver*.c, policy*.c",
     ["tls-cert", "tls-key", "tls", "tls-ca", "mta-sts", "mta-sts-folder", "mta-sts-ca",
      "mta-sts-timeout", "dane", "smart-user", "smart-password-file"]),
    ("logging", [], "receive_log.c, logfile.c", ["log", "trace"]),
    ("mailbox", ["return_path_write"], "deliver*.c", ["maildir", "lmtp", "bare-newline"]),
]


# --- what the headers say

def decided():
    """{function without sansmtp_: (header, what it decides)} of the toolbox, in order."""
    found = {}
    for header in HEADERS:
        text = read("include", "sansmtp", header + ".h")
        for name, what in re.findall(FUNCTION, text, re.M):
            found[name] = header, " ".join(what.replace("\n *", " ").split())
    return found


# --- what the program says

def sources(pattern):
    """The .c files of a pattern: of the relay, else of what it shares with the other programs."""
    for folder in RELAY, RELAY + "/*", "examples":
        found = sorted(glob.glob(os.path.join(ROOT, folder, pattern)))
        if found:
            return found
    return []


def is_shared(path):
    """sansmtp-receive's own rooms are not the relay's."""
    return os.path.basename(path) in re.findall(r"'(\w+\.c)'", shared_rooms())


def shared_rooms():
    text = read("examples", "meson.build")
    return "".join(re.findall(r"^\w+ = static_library\(.*?\]\)$", text, re.M | re.S))


def calls(pattern):
    """{header: [function]} of what these files ask of the toolbox, both in the headers' order."""
    text = ""
    for path in sources(pattern):
        if RELAY in path or is_shared(path):
            with open(path, encoding="utf-8") as file:
                text += without_comments(file.read())
    asked = set(re.findall(r"\bsansmtp_(\w+)\(", text))
    found = {}
    for name, (header, _) in decided().items():
        if name in asked:
            found.setdefault(header, []).append(name)
    return found


def way():
    """[(pattern of files, what is done there)], in the order of relay.h, with what is shared."""
    listed = re.findall(r"^ \*   (\S+\.c) +(\S.*)$", read(RELAY, "relay.h"), re.M)
    found = [BEFORE]
    for pattern, what in listed:
        found.append((pattern, what))
        if pattern.startswith("deliver"):
            found.append(BEHIND)
    return found


def options():
    """{name: (value, default or "", what it does)} of config.def."""
    text = without_comments(read(RELAY, "options/config.def"))
    found = {}
    for row in re.finditer(r"^(OPTION|COUNTED)\(", text, re.M):
        row = cells(text, row.end())[2 if row.group(1) == "OPTION" else 1:]
        found[row[0]] = (row[1], "" if row[-2] == "NULL" else row[-2], row[-1])
    return found


# --- the picture

def edge():
    return "  +%s+" % ("-" * BOX)


def box(pattern, what):
    lines = ["  | %s|  %s" % (pattern.ljust(BOX - 1), what)]
    for header, names in calls(pattern).items():
        asked = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
        lines.append("  |%s|%s %s.h: %s" % (" " * BOX, "-" * 8 + ">", header, asked))
    return lines


def landmark(text):
    arrow = " " * (2 + BOX // 2)
    return [arrow + "|", arrow + "|   " + text, arrow + "v"]


def picture():
    lines = []
    for pattern, what in way():
        if pattern in LANDMARKS:
            lines += [edge()] if lines else []
            lines += landmark(LANDMARKS[pattern])
        lines += [edge(), *box(pattern, what)]
    return "\n".join(["```", *lines, edge(), "```"])


# --- the tables

def askers():
    """{function: [pattern of files]}"""
    found = {}
    for pattern in [*(pattern for pattern, _ in way()), "config*.c"]:
        for names in calls(pattern).values():
            for name in names:
                found.setdefault(name, []).append("`%s`" % pattern)
    return found


def decisions():
    asked = askers()
    body, last = [], None
    for name, (header, what) in decided().items():
        link = "" if header == last else "[%s](../include/sansmtp/%s.h)" % (header, header)
        what = what.rstrip(".").replace("<", "&lt;")
        body.append([link, "`sansmtp_%s`" % name, what, ", ".join(asked.get(name, []))])
        last = header
    return narrow(["room", "function", "what it decides or does", "asked by"], body)


def ideas():
    known, functions = options(), decided()
    lost = [name for _, names, _, wanted in IDEAS
            for name in [*names, *wanted] if name not in known and name not in functions]
    if lost:
        sys.exit("delivery.py: neither an option nor a function: " + " ".join(lost))
    body = []
    for idea, names, rooms, wanted in IDEAS:
        body.append(["**%s**" % idea, ", ".join("`sansmtp_%s`" % name for name in names) or "-",
                     ", ".join("`%s`" % room for room in rooms.split(", ")),
                     ", ".join("`%s`" % name for name in wanted)])
    return narrow(["idea", "decided by", "done in", "options"], body)


def every_option():
    used = [name for _, _, _, wanted in IDEAS for name in wanted]
    known = options()
    body = [["`%s`" % name, *(cell.replace("<", "&lt;") for cell in known[name])] for name in used]
    return narrow(["option", "value", "default", "what it does"], body)


def main():
    text = read(PAGE)
    for name, content in [("picture", picture()), ("decisions", decisions()), ("ideas", ideas()),
                          ("options", every_option())]:
        text = splice(text, name, content)
    return finish(PAGE, text)


sys.exit(main())
