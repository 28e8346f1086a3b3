"""Writes docs/rfc.md: each requirement of the RFCs, and the tests that name it or the reason why
there is none.

    rfc.py [--check]

Requirements are the rows of tests/conformance.tsv; a test names one by its id; docs/reasons.tsv has a
line "id TAB reason" for each that no test here can show. A row that has neither, a row of the client
that only tests of the server name, or an id that no row has, is an error.
"""

import csv
import os
import re
import sys

from common import ROOT, finish, narrow

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
    "1845": "RFC 1845, CHECKPOINT",
    "1985": "RFC 1985, ETRN",
    "2645": "RFC 2645, ATRN",
    "2852": "RFC 2852, DELIVERBY",
    "3464": "RFC 3464, delivery status notifications",
    "3865": "RFC 3865, NO-SOLICITING",
    "3885": "RFC 3885, MTRK",
    "4141": "RFC 4141, CONPERM and CONNEG",
    "4468": "RFC 4468, BURL",
    "4865": "RFC 4865, FUTURERELEASE",
    "5321bis": "RFC 5321bis, a draft",
    "5802": "RFC 5802, SCRAM",
    "6409": "RFC 6409, submission",
    "6710": "RFC 6710, MT-PRIORITY",
    "7293": "RFC 7293, RRVS",
    "7372": "RFC 7372, codes of authentication tests",
    "7628": "RFC 7628, OAUTHBEARER",
    "7672": "RFC 7672, DANE",
    "7677": "RFC 7677, SCRAM-SHA-256",
    "8461": "RFC 8461, MTA-STS",
    "8689": "RFC 8689, REQUIRETLS",
    "9422": "RFC 9422, LIMITS",
    "PRDR": "PRDR, of draft-hall-prdr-00 and Exim",
    "PROXY": "PROXY, of HAProxy",
    "XCLIENT": "XCLIENT, of Postfix",
    "XFORWARD": "XFORWARD, of Postfix",
    "XOAUTH2": "SASL XOAUTH2",
    "PRACT": "What practice and past flaws ask for",
}

TOP = """# Requirements, and what shows that they are kept

Made by `python3 docs/generate/rfc.py` from `tests/conformance.tsv` (the requirements),
`docs/reasons.tsv` and the ids that the files under `tests/` name; a test says so when this page is
stale, or when a requirement has neither a test nor a reason. Those of the server and of the parsers come
first, document by document; behind them stand those of the client, and those of the host, whom a
library can only help. File names are below `tests/`.
"""

# Tests that never see a client: what a row of both roles says of the client is not shown by these.
SERVER_ONLY = re.compile(r"contract/|(unstuff|verb|params|parameter_value)_test|fuzz/server|"
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


def is_about_server(row):
    return row["role"] in ROLES


def is_about_client(row):
    return row["role"] in CLIENT_ROLES


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


def unaccounted(rows, tests, reasons):
    """The rows that must be shown by a test of their role, or have a reason."""
    of_client = seen_by_client(tests)
    for row in rows:
        named = row["id"] in (of_client if is_about_client(row) else tests)
        if not named and row["id"] not in reasons:
            yield row["id"]


def complaints(rows, tests, reasons):
    known = {row["id"] for row in rows}
    sources = {source(row["id"]) for row in rows}
    for identifier in unaccounted(rows, tests, reasons):
        yield "%s: neither a test nor a reason" % identifier
    for prefix in sorted(sources - set(SOURCES)):
        yield "docs/generate/rfc.py: SOURCES has no %s" % prefix
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


def role_section(title, text, mine, tests, reasons):
    """Requirements of one role, of all documents together."""
    body = [[row["id"], row["level"], plain(row["requirement"]), shown_by(row["id"], tests, reasons)]
            for row in mine]
    tested = sum(row["id"] in tests for row in mine)
    counts = "%d requirements: %d are named by tests, %d have a reason." % (
        len(mine), tested, len(mine) - tested)
    return "## %s\n\n%s %s\n\n%s" % (title, text, counts,
                                   narrow(["id", "level", "requirement", "shown by"], body))


def client_section(rows, tests, reasons):
    return role_section("The client", "Of the same documents, and of both roles only what a client's "
                        "test shows.", [row for row in rows if is_about_client(row)],
                        seen_by_client(tests), reasons)


def host_section(rows, tests, reasons):
    return role_section("The host", "What is the host's to keep.",
                        [row for row in rows if row["role"] == "host"], tests, reasons)


def corrections():
    lines = read_table("docs", "corrections.tsv")
    if not lines:
        return []
    return ["## Corrected rows\n\nRequirements of the table that were wrong when they were built, and "
            "what they say now.\n\n" + narrow(["id", "what changed, and why"], lines)]


def summary(rows, tests):
    mine = [row["id"] for row in rows if is_about_server(row)]
    tested = sum(identifier in tests for identifier in mine)
    return "%d requirements of the server: %d are named by tests, %d have a reason." % (
        len(mine), tested, len(mine) - tested)


def main():
    rows = requirements()
    reasons = dict(read_table("docs", "reasons.tsv"))
    tests = named_by_tests()
    parts = [TOP.rstrip("\n"), summary(rows, tests)]
    for prefix in SOURCES:
        mine = [row for row in rows if source(row["id"]) == prefix and is_about_server(row)]
        if mine:
            parts.append(section(prefix, mine, tests, reasons))
    parts += [client_section(rows, tests, reasons), host_section(rows, tests, reasons),
              *corrections()]
    said = list(complaints(rows, tests, reasons))
    print("\n".join(said))
    stale = finish("docs/rfc.md", "\n\n".join(parts) + "\n")
    return 1 if said or stale else 0


sys.exit(main())
