"""Writes docs/rfc.md: each requirement of the RFCs, and the tests that name it or the reason why
there is none.

    rfc.py [--check]

Requirements are the rows of tests/conformance.tsv; a test names one by its id; docs/reasons.tsv has a
line "id TAB reason" for each that no test here can show. A row of the server that has neither, or an
id that no row has, is an error; those of the client that have neither are listed.
"""

import csv
import os
import re
import sys
from collections import Counter

from common import ROOT, finish, narrow, wrap

# What this version of the library is about; roles and RFCs that come later are only counted.
ROLES = {"server", "parser", "both"}
CLIENT_ROLES = {"client", "both"}
SOURCES = {
    "5321": "RFC 5321, Simple Mail Transfer Protocol",
    "1870": "RFC 1870, SIZE",
    "2033": "RFC 2033, LMTP",
    "2034": "RFC 2034, ENHANCEDSTATUSCODES",
    "2920": "RFC 2920, PIPELINING",
    "3030": "RFC 3030, CHUNKING and BINARYMIME",
    "3207": "RFC 3207, STARTTLS",
    "3461": "RFC 3461, DSN",
    "3463": "RFC 3463, enhanced status codes",
    "3848": "RFC 3848, transmission types",
    "4616": "RFC 4616, SASL PLAIN",
    "LOGIN": "SASL LOGIN",
    "4954": "RFC 4954, AUTH",
    "5248": "RFC 5248, the registry of enhanced status codes",
    "6152": "RFC 6152, 8BITMIME",
    "6531": "RFC 6531, SMTPUTF8",
    "6533": "RFC 6533, ORCPT with UTF-8",
    "7504": "RFC 7504, 521 and 556",
    "7505": "RFC 7505, null MX",
    "8314": "RFC 8314, implicit TLS",
    "PRACT": "What practice and past flaws ask for",
}

TOP = """# Requirements, and what shows that they are kept

Made by `python3 docs/generate/rfc.py` from `tests/conformance.tsv` (the requirements),
`docs/reasons.tsv` and the ids that the files under `tests/` name; a test says so when this page is
stale, or when a requirement of the server has neither a test nor a reason. Those of the client stand
behind them, and what is not shown yet of them in a list of its own. File names are below `tests/`.
"""

# Tests that never see a client: what a row of both roles says of the client is not shown by these.
SERVER_ONLY = re.compile(r"contract_|(unstuff|verb|params|parameter_value)_test|fuzz/server|"
                         r"transcripts/(?!client-)|interop/(?!send)")

# 5321-4.4-a, and what may follow it: ", -b, -c" of the same clause
IDENTIFIER = re.compile(r"(?<![\w.-])((?:\d{4}(?:bis)?|[A-Z][A-Z0-9]+)-[\w.]+-)([a-z]{1,2})(?![\w-])"
                        r"((?:,[\s*]*-[a-z]{1,2}(?![\w-]))*)")


def read_table(*path):
    place = os.path.join(ROOT, *path)
    if not os.path.exists(place):
        return []
    with open(place, encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def requirements():
    head, *lines = read_table("tests", "conformance.tsv")
    return [dict(zip(head, line, strict=True)) for line in lines]


def source(identifier):
    return identifier.split("-")[0]


def in_scope(row):
    return row["role"] in ROLES and source(row["id"]) in SOURCES


def is_about_client(row):
    return row["role"] in CLIENT_ROLES and source(row["id"]) in SOURCES


def seen_by_client(tests):
    """The same {id: [test file]}, without the tests of the server alone."""
    kept = {identifier: [name for name in names if not SERVER_ONLY.match(name)]
            for identifier, names in tests.items()}
    return {identifier: names for identifier, names in kept.items() if names}


def test_files():
    for folder, folders, names in os.walk(os.path.join(ROOT, "tests")):
        folders[:] = sorted(set(folders) - {"node_modules", "__pycache__"})
        for name in sorted(names):
            if name.endswith((".md", ".c", ".def", ".py")) and name != "README.md":
                yield os.path.join(folder, name)


def identifiers(text):
    found = set()
    for clause, letter, more in IDENTIFIER.findall(text):
        found.update(clause + each for each in [letter, *re.findall(r"[a-z]+", more)])
    return found


def named_by_tests():
    """{id: [test file]}"""
    found = {}
    for path in test_files():
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for identifier in identifiers(text):
            name = os.path.relpath(path, os.path.join(ROOT, "tests"))
            found.setdefault(identifier, []).append(name)
    return found


def complaints(rows, tests, reasons):
    known = {row["id"] for row in rows}
    sources = {source(row["id"]) for row in rows}
    for row in rows:
        if in_scope(row) and row["id"] not in tests and row["id"] not in reasons:
            yield "%s: neither a test nor a reason" % row["id"]
    for identifier in sorted(set(reasons) - known):
        yield "docs/reasons.tsv: no requirement %s" % identifier
    for identifier, names in sorted(tests.items()):
        if source(identifier) in sources and identifier not in known:
            yield "%s: no requirement %s" % (" ".join(names), identifier)


def shown_by(identifier, tests, reasons):
    parts = [", ".join("`%s`" % name for name in tests.get(identifier, []))]
    return ". ".join(part for part in [*parts, reasons.get(identifier, "")] if part)


def plain(text):
    """Text that Markdown leaves alone."""
    return re.sub(r"([<*_`\\])", r"\\\1", text)


def section(prefix, rows, tests, reasons):
    body = [[row["id"], row["level"], re.sub(r"^.*?§", "", row["clause"]), plain(row["requirement"]),
             shown_by(row["id"], tests, reasons)] for row in rows]
    return "## %s\n\n%s" % (SOURCES[prefix],
                            narrow(["id", "level", "clause", "requirement", "shown by"], body))


def client_section(rows, tests, reasons):
    mine = [row for row in rows if is_about_client(row)]
    shown = [row for row in mine if row["id"] in tests or row["id"] in reasons]
    missing = [row for row in mine if row not in shown]
    body = [[row["id"], row["level"], plain(row["requirement"]), shown_by(row["id"], tests, reasons)]
            for row in shown]
    parts = ["## The client\n\nOf the same documents, and of both roles only what a client's test "
             "shows. %d requirements: %d are named by tests, %d have a reason, %d are not shown yet." %
             (len(mine), sum(row["id"] in tests for row in mine),
              sum(row["id"] not in tests for row in shown), len(missing)),
             narrow(["id", "level", "requirement", "shown by"], body)]
    if missing:
        parts.append("### Not shown yet\n\n" + narrow(["id", "level", "requirement"], [
            [row["id"], row["level"], plain(row["requirement"])] for row in missing]))
    return "\n\n".join(parts)


def is_beside(row, tests, reasons):
    """Out of scope, and yet shown by a test or given a reason."""
    return (row["role"] in ROLES | CLIENT_ROLES and source(row["id"]) not in SOURCES and
            (row["id"] in tests or row["id"] in reasons))


def beside(rows, tests, reasons):
    body = [[row["id"], row["level"], plain(row["requirement"]), shown_by(row["id"], tests, reasons)]
            for row in rows if is_beside(row, tests, reasons)]
    return "## Of other documents\n\n" + narrow(["id", "level", "requirement", "shown by"], body)


def closing(rows, tests, reasons):
    """What the table of requirements holds beside the rows above, by count."""
    left = [row for row in rows if not in_scope(row) and not is_about_client(row) and
            not is_beside(row, tests, reasons)]
    hosts = sum(source(row["id"]) in SOURCES for row in left)
    later = Counter(source(row["id"]) for row in left if source(row["id"]) not in SOURCES)
    lines = ["## Not in this version\n",
             wrap("Of the same documents %d requirements are about the host alone. These are about "
                  "what is not built yet, each with its count:" % hosts) + "\n",
             wrap(", ".join("%s %d" % pair for pair in sorted(later.items()))) + "."]
    return "\n".join(lines)


def corrections():
    lines = read_table("docs", "corrections.tsv")
    if not lines:
        return []
    return ["## Corrected rows\n\nRequirements of the table that were wrong when they were built, and "
            "what they say now.\n\n" + narrow(["id", "what changed, and why"], lines)]


def summary(rows, tests):
    mine = [row["id"] for row in rows if in_scope(row)]
    tested = sum(identifier in tests for identifier in mine)
    return "%d requirements of the server: %d are named by tests, %d have a reason." % (
        len(mine), tested, len(mine) - tested)


def main():
    rows = requirements()
    reasons = dict(read_table("docs", "reasons.tsv"))
    tests = named_by_tests()
    parts = [TOP.rstrip("\n"), summary(rows, tests)]
    for prefix in SOURCES:
        mine = [row for row in rows if source(row["id"]) == prefix and in_scope(row)]
        if mine:
            parts.append(section(prefix, mine, tests, reasons))
    parts += [client_section(rows, seen_by_client(tests), reasons), beside(rows, tests, reasons),
              *corrections(), closing(rows, tests, reasons)]
    said = list(complaints(rows, tests, reasons))
    print("\n".join(said))
    stale = finish("docs/rfc.md", "\n\n".join(parts) + "\n")
    return 1 if said or stale else 0


sys.exit(main())
