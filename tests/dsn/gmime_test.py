"""Reports by chance, taken apart by GMime: the parts, their types, their octets.

    gmime_test.py LIBRARY READER
"""

import random
import subprocess
import sys

import report
import expected
from tap import Tap

COUNT = 300
BOUNDARY = report.BASE["boundary"]


def read(reader, octets):
    """(type and report-type, [(type, octets)]) by GMime."""
    said = subprocess.run([reader], input=octets, stdout=subprocess.PIPE, timeout=60, check=True)
    lines = said.stdout.decode().splitlines()
    parts = [line.split(" ") for line in lines[1:]]
    return lines[0], [(kind, bytes.fromhex(octets)) for _, kind, octets in parts]


def same(kind, found, sent):
    """GMime writes a message anew, with newlines of its own."""
    if found != sent and kind in ("message/rfc822", "message/global"):
        return found.split() == sent.split()
    return found == sent


def wrong(octets, reader):
    """None, or what differs."""
    whole, found = read(reader, octets)
    _, parts = expected.split(octets, BOUNDARY)
    if whole != "type multipart/report delivery-status" or len(found) != len(parts):
        return whole, len(found), len(parts)
    for (kind, seen), (header, body) in zip(found, parts):
        named = header.split(b"\r\n")[0].split(b": ")[1].split(b";")[0].decode()
        encoding = header.split(b"Content-Transfer-Encoding: ")[1].decode()
        sent = expected.decode(body, encoding)
        if kind != named or not same(kind, seen, sent):
            return kind, named, encoding, seen, sent
    return None


def main():
    tap = Tap()
    library, reader = report.load(sys.argv[1]), sys.argv[2]
    kinds, problem, count = set(), None, 0
    for seed in range(COUNT):
        try:
            octets, _, _ = report.write(library, *report.random_report(random.Random(seed)))
        except report.Refused:  # a boundary inside: email_test.py looks at that
            continue
        count += 1
        why = wrong(octets, reader)
        if why and not problem:
            problem = seed, *why
        kinds |= {kind for kind, _ in read(reader, octets)[1]}
    tap.check(problem is None, "GMime finds in %d reports what was put there" % count, problem)
    tap.check(count > COUNT / 2, "most were written", count)
    tap.check(kinds == {"text/plain", "message/delivery-status", "message/rfc822",
                        "text/rfc822-headers", "message/global-delivery-status", "message/global",
                        "message/global-headers"}, "every type of part was seen", kinds)
    return tap.done()


sys.exit(main())
