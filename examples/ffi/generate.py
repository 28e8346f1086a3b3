"""Writes the declarations of the public headers for Python, Node and LuaJIT: abi.py, abi.js and
abi.lua. tests/ffi compares what the three languages make of them with what a C compiler says.

    generate.py [--check]
"""

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
HEADERS = os.path.join(HERE, "..", "..", "include", "sansmtp")
NOTE = "Made by generate.py from include/sansmtp/*.h; do not edit."

# C: (ctypes, koffi). Whatever else ends in a star is a plain address.
SCALARS = {
    "void": ("None", "void"),
    "int": ("c_int", "int"),
    "uint8_t": ("c_uint8", "uint8_t"),
    "uint32_t": ("c_uint32", "uint32_t"),
    "int32_t": ("c_int32", "int32_t"),
    "uint64_t": ("c_uint64", "uint64_t"),
    "int64_t": ("c_int64", "int64_t"),
    "size_t": ("c_size_t", "size_t"),
}


CTYPES = """from ctypes import CFUNCTYPE, POINTER, Structure
from ctypes import c_char_p, c_int, c_int32, c_int64, c_size_t, c_uint8, c_uint32, c_uint64
from ctypes import c_void_p"""


# -- reading ---------------------------------------------------------------------------------------


class Headers:
    """numbers {name: int}, structs {name: [(type, name, count)]}, functions {name: (type, [type])},
    callbacks {name: [type]}, and text, the declarations as they stand."""

    def __init__(self):
        self.numbers, self.structs, self.functions, self.callbacks = {}, {}, {}, {}
        self.text = ""
        self.headers = []
        self.include("sansmtp")

    def include(self, room):
        """A header after those that it includes, each once; the first is the umbrella."""
        path = os.path.join(HEADERS, room + ".h")
        if room in self.headers:
            return
        self.headers.append(room)
        with open(path, encoding="utf-8") as file:
            for other in re.findall(r"^#include <sansmtp/(\w+)\.h>", file.read(), flags=re.M):
                self.include(other)
        self.read(path)

    def read(self, path):
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/", " ", file.read(), flags=re.S).replace("\\\n", " ")
        text = re.sub(r"#ifdef __cplusplus.*?#endif", "", text, flags=re.S)
        for name, value in re.findall(r"^#define (\w+)[ \t]+(\S.*)$", text, flags=re.M):
            self.number(name, value)
        text = re.sub(r"^#.*$", "", text, flags=re.M).replace("SANSMTP_API ", "")
        for part in re.findall(r"(?:[^;{]|\{[^}]*\})+;", text):
            self.declaration(re.sub(r"\s+", " ", part).strip())

    def number(self, name, value):
        value = re.sub(r"UINT(?:32|64)_C\((\w+)\)", r"\1", value)
        value = value.replace("UINT32_MAX", "0xffffffff")
        value = re.sub(r"\b(0x[0-9a-fA-F]+|[0-9]+)[uU]\b", r"\1", value)
        value = re.sub(r"\bSANSMTP_\w+", lambda m: str(self.numbers.get(m.group(), "?")), value)
        if re.fullmatch(r"[0-9a-fA-Fx()+\-*<| ]+", value):
            self.numbers[name] = eval(value)  # digits and signs only

    def declaration(self, text):
        self.text += text + "\n"
        if found := re.fullmatch(r"struct (\w+) \{(.*)\};", text):
            self.structs[found[1]] = [member(part) for part in found[2].split(";") if part.strip()]
        elif found := re.fullmatch(r"typedef void (\w+)\((.*)\);", text):
            self.callbacks[found[1]] = parameters(found[2])
        elif found := re.fullmatch(r"([\w* ]+?)(\w+)\((.*)\);", text):
            self.functions[found[2]] = (found[1].strip(), parameters(found[3]))
        elif not re.fullmatch(r"struct \w+;", text):
            raise ValueError("what is this? " + text)


def member(text):
    """("uint8_t", "address", 16) of "uint8_t address[16]"; the count is 0 for what is no array."""
    if function := re.fullmatch(r"\s*[\w* ]+\(\*(\w+)\)\(.*\)\s*", text):
        return "void *", function[1], 0  # an address; its type is the header's matter
    found = re.fullmatch(r"\s*([\w* ]*?[ *])(\w+)(?:\[(\d+)\])?\s*", text)
    if not found:
        raise ValueError("what is this? " + text)
    return found[1].strip(), found[2], int(found[3] or 0)


def parameters(text):
    if text.strip() == "void":
        return []
    types = [member(part) for part in text.split(",")]
    return [kind + " *" if count else kind for kind, _, count in types]


# -- writing ---------------------------------------------------------------------------------------


def for_python(headers):
    def kind(text, given=False):
        base = text.replace("const ", "").replace("*", "").strip()
        if base in headers.callbacks:
            return base
        if base.startswith("struct ") and base[7:] in headers.structs and text.count("*") < 2:
            return "POINTER(%s)" % base[7:] if "*" in text else base[7:]
        if "*" not in text:
            return SCALARS[base][0]
        if given and text == "const char *":
            return "c_char_p"
        if base in ("size_t", "uint32_t", "uint64_t", "int64_t") or text.count("*") > 1:
            return "POINTER(%s)" % (SCALARS[base][0] if base in SCALARS else "c_void_p")
        return "c_void_p"

    def structs(names):
        for name in names:
            yield "class %s(Structure):\n    _fields_ = [" % name
            for text, field, count in headers.structs[name]:
                many = " * %d" % count if count else ""
                yield '        ("%s", %s%s),' % (field, kind(text), many)
            yield "    ]\n\n"

    tables = [name for name in headers.structs if name.endswith("_callbacks")]
    plain = [name for name in headers.structs if name not in tables]
    yield '"""%s"""\n\n%s\n' % (NOTE, CTYPES)
    yield from ("%s = %d" % pair for pair in headers.numbers.items())
    yield "\n"
    yield from structs(plain)
    for name, types in headers.callbacks.items():
        yield "%s = CFUNCTYPE(None, %s)" % (name, ", ".join(map(kind, types)))
    yield "\n"
    yield from structs(tables)
    yield "FUNCTIONS = {"
    for name, (result, types) in headers.functions.items():
        yield '    "%s": (%s, [%s]),' % (name, kind(result, True), ", ".join(map(kind, types)))
    yield "}"


def for_node(headers):
    def kind(text, given=False):
        base = text.replace("const ", "").replace("*", "").strip()
        if "*" in text:
            return "const char *" if given and text == "const char *" else "void *"
        return SCALARS[base][1] if base in SCALARS else base[len("struct "):]

    yield "// %s\n'use strict';\n\nexports.numbers = {" % NOTE
    yield from ("    %s: %d," % pair for pair in headers.numbers.items())
    yield "};\n\n// [type, name, how many]\nexports.structs = {"
    for name, members in headers.structs.items():
        yield "    %s: [" % name
        for text, field, count in members:
            yield "        ['%s', '%s', %d]," % (kind(text), field, count)
        yield "    ],"
    yield "};\n\nexports.callbacks = {"
    for name, types in headers.callbacks.items():
        yield "    %s: [%s]," % (name, ", ".join("'%s'" % kind(text) for text in types))
    yield "};\n\nexports.functions = {"
    for name, (result, types) in headers.functions.items():
        these = ", ".join("'%s'" % kind(text) for text in types)
        yield "    %s: ['%s', [%s]]," % (name, kind(result, True), these)
    yield "};"


def for_luajit(headers):
    yield "-- %s\nlocal abi = {}\n\nabi.cdef = [[" % NOTE
    yield re.sub(r"([{;]) (?!\})", r"\1\n    ", headers.text).replace("; }", ";\n}").rstrip()
    yield "]]\n\nabi.numbers = {"
    yield from ("    %s = %d," % pair for pair in headers.numbers.items())
    yield "}\n\nreturn abi"


def main():
    headers = Headers()
    stale = []
    for name, write in (("abi.py", for_python), ("abi.js", for_node), ("abi.lua", for_luajit)):
        path = os.path.join(HERE, name)
        text = "\n".join(write(headers)).replace("\n\n\n\n", "\n\n\n") + "\n"
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                if file.read() == text:
                    continue
        stale.append(name)
        if "--check" not in sys.argv[1:]:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
    if stale and "--check" in sys.argv[1:]:
        sys.exit("not what the headers say, run examples/ffi/generate.py: " + " ".join(stale))


if __name__ == "__main__":
    main()
