"""Reports by chance, read back by Python's email package and by the RFCs' rules once more.

    email_test.py LIBRARY [COUNT]
"""

import email
import email.policy
import random
import sys

import report
import abi
import expected
from tap import Tap


class Wrong(Exception):
    pass


def must(holds, *why):
    if not holds:
        raise Wrong(*why)


def check_recipient(recipient, fields, utf8):
    found = dict(fields)
    must(len(found) == len(fields), "a field stands twice", fields)
    order = [name for name, _ in fields]
    full = ["Original-Recipient", "Final-Recipient", "Action", "Status", "Remote-MTA",
            "Diagnostic-Code", "Last-Attempt-Date", "Final-Log-ID", "Will-Retry-Until"]
    must(order == [name for name in full if name in found], "order of fields", order)
    if recipient["original"]:
        kind, address = expected.original(recipient["original"], utf8)
        must(found["Original-Recipient"] == "%s;%s" % (kind, address), found, kind, address)
    must(("Original-Recipient" in found) == bool(recipient["original"]), found)
    must(found["Final-Recipient"] == "%s;%s" % expected.final(recipient["path"], utf8), found)
    must(found["Action"] == report.WORDS[recipient["action"]], found)
    must(found["Status"] == expected.status(recipient), found)
    must(("Remote-MTA" in found) == expected.is_host(recipient["remote_mta"]), found)
    said = expected.diagnostic(recipient, utf8)
    must(("Diagnostic-Code" in found) == bool(said), found, said)
    if said:
        kind, text = found["Diagnostic-Code"].split(";", 1)
        # a word without an end is cut where its line has to end
        must((kind, "".join(text.split())) == (said[0], "".join(said[1])), text, said)
    must(("Last-Attempt-Date" in found) == bool(recipient["last_attempt"]), found)
    must(("Will-Retry-Until" in found) == ("will_retry_until" in recipient), found)


def check_message_fields(values, fields):
    found = dict(fields)
    must(found["Reporting-MTA"] == "dns; mx.example", found)
    must(("Original-Envelope-Id" in found) == bool(values["envelope_id"]), found)
    if values["envelope_id"]:
        text = expected.escaped(expected.harmless(expected.xtext(values["envelope_id"])))
        text = text.replace("\n", "?") if b"+0A" not in values["envelope_id"] else "a? b"
        must(found["Original-Envelope-Id"] == text, found, text)
    must(("Arrival-Date" in found) == bool(values["arrival"]), found)
    must(("Received-From-MTA" in found) == expected.is_host(values["received_from"]), found)
    must(set(found) <= {"Reporting-MTA", "Original-Envelope-Id", "Arrival-Date",
                        "Received-From-MTA"}, found)


def check_third(values, actions, message, parts):
    third = expected.third_part(values, actions, message)
    must((third is not None) == (len(parts) == 3), "how many parts", len(parts), third)
    if third:
        kind, encoding, octets = third
        must(parts[2][0] == ("Content-Type: %s\r\nContent-Transfer-Encoding: %s" % (
            kind, encoding)).encode(), parts[2][0], third)
        body = parts[2][1]
        must(encoding != "quoted-printable" or all(
            len(line) <= 76 and not line.endswith((b" ", b"\t")) for line in body.split(b"\r\n")),
            "lines of quoted-printable", body)
        must(expected.decode(body, encoding) == octets, "what is returned", body, octets)


def check_by_email(octets, count, kinds):
    parsed = email.message_from_bytes(octets, policy=email.policy.SMTP)
    must(parsed.get_content_type() == "multipart/report", parsed)
    must(parsed.get_param("report-type") == "delivery-status", parsed)
    must(not parsed.defects, parsed.defects)
    parts = parsed.get_payload()
    must([part.get_content_type() for part in parts] == kinds, kinds)
    must(not any(part.defects for part in parts), [part.defects for part in parts])
    must(parsed["To"].addresses[0].addr_spec == "ada@client.example", parsed["To"])
    must(parsed["From"].addresses[0].addr_spec == "postmaster@mx.example", parsed["From"])
    must(parsed["Date"].datetime.timestamp() == 1770087906, parsed["Date"])
    must(parsed["Auto-Submitted"] == "auto-replied", parsed)
    if kinds[1] == "message/delivery-status":  # email knows it: a message for each group
        must(len(parts[1].get_payload()) == count + 1, "groups", parts[1].get_payload())


def check(values, recipients, message, octets, needs):
    actions = 0
    for recipient in recipients:
        actions |= recipient["action"]
    wrong = expected.well_formed(octets, needs & abi.SANSMTP_EXTENSION_8BITMIME)
    must(not wrong, wrong)
    must(values["flags"] & 3 or not needs, "more is needed than the way back takes", needs)
    _, parts = expected.split(octets, report.BASE["boundary"])
    utf8 = b"global-delivery-status" in parts[1][0]
    must(values["flags"] & abi.SANSMTP_DSN_SMTPUTF8 or not utf8, "UTF-8 on a way that takes none")
    must(utf8 or parts[1][1].isascii(), "message/delivery-status is 7bit")
    fields = expected.groups(parts[1][1])
    must(len(fields) == 1 + len(recipients), "groups of fields", fields)
    check_message_fields(values, fields[0])
    for recipient, group in zip(recipients, fields[1:]):
        check_recipient(recipient, group, utf8)
    check_third(values, actions, message, parts)
    kinds = [part[0].split(b"\r\n")[0].split(b": ")[1].split(b";")[0].decode() for part in parts]
    check_by_email(octets, len(recipients), kinds)


def collides(values, recipients, message):
    """Only then may a report of these be refused: the boundary stands in what would return."""
    actions = 0
    for recipient in recipients:
        actions |= recipient["action"]
    third = expected.third_part(values, actions, message)
    return third and third[1] != "quoted-printable" and (
        b"\r\n--=_x/1" in b"\r\n" + third[2])


def main():
    tap = Tap()
    library = report.load(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 3000
    refused = 0
    seen = set()
    problem = None
    for seed in range(count):
        chance = random.Random(seed)
        values, recipients, message = report.random_report(chance)
        try:
            octets, needs, returns = report.write(library, values, recipients, message, chance)
            whole, _, _ = report.write(library, values, recipients, message)
            must(octets == whole, "steps of another size give another report")
            check(values, recipients, message, octets, needs)
            must(not collides(values, recipients, message), "a boundary inside")
            seen.add((returns, needs))
        except report.Refused as why:
            refused += 1
            if why.args != ("begin", abi.SANSMTP_ERR_TEXT) or not collides(
                    values, recipients, message):
                problem = problem or (seed, why, values, recipients, message)
        except (Wrong, ValueError, KeyError) as why:
            problem = problem or (seed, why, values, recipients, message)
    tap.check(problem is None, "%d reports by chance are what they should be" % count,
              "\n".join(map(repr, problem or ())))
    tap.check(0 < refused < count / 4, "some had the boundary inside", refused)
    tap.check(len({returns for returns, _ in seen}) == 3, "every amount of return was seen", seen)
    tap.check(len({needs for _, needs in seen}) == 3, "every kind of way was seen", seen)
    return tap.done()


sys.exit(main())
