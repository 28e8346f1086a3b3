"""What a report has to say, written down once more from the RFCs, without the library's help."""

import email
import email.policy
import quopri
import re

import abi
from report import WORDS


def headers_of(message):
    """All before the first blank line; (header, body)."""
    if message.startswith(b"\r\n"):
        return b"", message[2:]
    at = message.find(b"\r\n\r\n")
    return (message, b"") if at < 0 else (message[: at + 2], message[at + 4 :])


def is_utf8(octets):
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True


def is_binary(octets):
    rest = octets.replace(b"\r\n", b"\n\n")
    return (b"\r" in rest or b"\0" in rest or re.search(rb"(?<!\r)\n", octets) is not None
            or any(len(line) > 998 for line in octets.split(b"\r\n")))


def bounded(header, limit):
    """It ends with the line that reaches the limit, or where that is longer than a line may be."""
    if len(header) < limit:
        return header
    end = header.find(b"\n", limit - 1)
    return header[:min(limit + 1000, len(header) if end < 0 else end + 1)]


def third_part(values, actions, message):
    """(type, encoding, octets) or None: RFC 3461 6.2, RFC 6522 3 and 4, RFC 6533 4.5."""
    if message is None:
        return None
    flags = values.get("flags", 0)
    limit = values.get("limit") or abi.SANSMTP_DSN_LIMIT
    header, body = headers_of(message)
    broken = not is_utf8(header)
    globl = not header.isascii() and not broken
    utf8_way, eight_way = bool(flags & abi.SANSMTP_DSN_SMTPUTF8), bool(flags & 3)
    full = (actions & abi.SANSMTP_DSN_FAILED and values.get("ret") != abi.SANSMTP_RET_HDRS
            and len(message) <= limit
            and not flags & abi.SANSMTP_DSN_REQUIRETLS and not broken)
    if full and not globl:
        full = not is_binary(message) and (body.isascii() or eight_way)
    binary = is_binary(message if full else header)
    octets = message if full else bounded(header, limit)
    if globl:
        encoding = "quoted-printable" if not utf8_way or binary else "8bit"
        return "message/global" if full else "message/global-headers", encoding, octets
    if full:
        return "message/rfc822", "7bit" if message.isascii() else "8bit", octets
    return "text/rfc822-headers", "quoted-printable" if broken or binary else "7bit", octets


def escaped(text):
    """Text of a peer where only ASCII may stand."""
    return "".join(c if c.isascii() else "\\x{%02X}" % ord(c) for c in text)


def harmless(octets):
    """Controls and octets that are no UTF-8 as "?", HT as a space; one "?" an octet."""
    text = octets.decode("utf-8", "surrogateescape").replace("\t", " ").replace("\n", " ")
    return re.sub("[\0-\x1f\x7f\udc80-\udcff]", "?", text)


def words(text):
    """Folds and the length of white space do not matter."""
    return text.split()


def xtext(octets):
    if not re.fullmatch(rb"([!-*,-<>-~]|\+[0-9A-Fa-f]{2})*", octets):
        return octets
    return re.sub(rb"\+(..)", lambda m: bytes([int(m[1], 16)]), octets)


def unitext(text):
    """RFC 6533 3; None: not to be decoded."""
    def scalar(found):
        value = int(found[1], 16)
        return chr(value) if not 0xD800 <= value < 0xE000 else "\\bad"
    decoded = re.sub(r"\\x\{([0-9A-Fa-f]+)\}", scalar, text)
    return None if "\\" in decoded else decoded


def original(value, utf8):
    kind, address = value.split(b";", 1)
    if kind.lower() != b"utf-8":
        return "rfc822" if kind == b"rfc822" else kind.decode(), escaped(harmless(xtext(address)))
    text = address.decode()
    if utf8:
        return "utf-8", unitext(text) or text
    return "utf-8", escaped(text)


def final(path, utf8):
    text = (path[1:-1] if path.startswith(b"<") else path).decode()
    if text.isascii():
        return "rfc822", text
    if utf8:
        return "utf-8", text
    return "utf-8", "".join(
        c if c.isascii() and c not in " +=\\" else "\\x{%02X}" % ord(c) for c in text)


def enhanced(number):
    return "%d.%d.%d" % (number // 1000000, number // 1000 % 1000, number % 1000)


def status(recipient):
    number = recipient.get("status") or recipient.get("enhanced")
    if number:
        return enhanced(number)
    by_action = {"failed": 5, "delayed": 4}.get(WORDS[recipient["action"]], 2)
    return "%d.0.0" % (recipient["code"] // 100 if recipient.get("code") else by_action)


def diagnostic(recipient, utf8):
    """None, or (type, words)."""
    code, text = recipient.get("code"), recipient.get("text", b"")
    if not code and not text:
        return None
    show = (lambda octets: harmless(octets)) if utf8 else (lambda octets: escaped(harmless(octets)))
    if not code:
        return "x-local", words(show(text))
    more = enhanced(recipient["enhanced"]) + " " if recipient.get("enhanced") else ""
    lines = text.split(b"\n")
    return "smtp", words(" ".join(
        "%d%s%s%s" % (code, " " if line is lines[-1] and number == len(lines) - 1 else "-", more,
                      show(line)) for number, line in enumerate(lines)))


def is_host(name):
    return (re.fullmatch(rb"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+", name,
                         re.I) is not None or re.fullmatch(rb"\[[0-9.]+\]", name) is not None)


# -- reading ---------------------------------------------------------------------------------------


def split(octets, boundary):
    """(header, [(header, body)]) by the boundary alone."""
    head, rest = octets.split(b"\r\n\r\n--" + boundary + b"\r\n", 1)
    inside, after = rest.split(b"\r\n--" + boundary + b"--\r\n", 1)
    parts = [part.split(b"\r\n\r\n", 1) for part in inside.split(b"\r\n--" + boundary + b"\r\n")]
    if after:
        raise ValueError("octets behind the end: %r" % after)
    return head + b"\r\n", parts


def decode(octets, encoding):
    return quopri.decodestring(octets) if encoding == "quoted-printable" else octets


def well_formed(octets, eight):
    """None, or what is wrong with these octets as a message."""
    if re.search(rb"\r(?!\n)|(?<!\r)\n|\0", octets):
        return "a CR, LF or NUL that should not be there"
    if not octets.endswith(b"\r\n"):
        return "no newline at the end"
    if any(len(line) > 998 for line in octets.split(b"\r\n")):
        return "a line over 998 octets"
    if not eight and not octets.isascii():
        return "octets over 127 where only 7 bits pass"
    return None


def groups(body):
    """The fields of message/delivery-status by Python's email package: [[(name, value)]]."""
    policy = email.policy.compat32
    found = []
    for group in body.decode().split("\r\n\r\n"):
        parsed = email.message_from_string(group.rstrip("\r\n") + "\r\n\r\n", policy=policy)
        if parsed.defects or parsed.get_payload():
            raise ValueError("no fields: %r" % group)
        found.append([(name, re.sub(r"\r?\n", "", value)) for name, value in parsed.items()])
    return found
