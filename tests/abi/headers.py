"""Each public header compiled alone, by C and by C++, with nothing around it.

    headers.py
"""

import os
import shutil
import sys
import tempfile

from common import PUBLIC, STRICT, STRICT_C, Tap, declared_functions, headers, read, run, symbols
from common import tool, without_comments

CPP = STRICT + ["-pedantic-errors", "-Wold-style-cast"]


def compile_text(compiler, flags, suffix, text, folder):
    path = os.path.join(folder, "alone" + suffix)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return run([compiler, *flags, "-I" + PUBLIC, "-c", path, "-o", os.path.join(folder, "alone.o")])


def alone(header):
    """Twice, because the second time must be silent too."""
    return "#include <sansmtp/%s>\n" % header * 2


def addresses(header, names):
    """A C++ program that takes the address of each function."""
    lines = ["  reinterpret_cast<void (*)()>(&%s)," % name for name in sorted(names)]
    return "%sextern void (*const all[])();\nvoid (*const all[])() = {\n%s\n};\n" % (
        alone(header), "\n".join(lines))


def check_linkage(tap, compiler, header, folder):
    names = declared_functions(header)
    if not names:
        return
    code, text = compile_text(compiler, ["-std=c++11"], ".cpp", addresses(header, names), folder)
    if not tap.check(code == 0, "%s: %s takes every address" % (header, compiler), text):
        return
    undefined = {name for name, _ in symbols(tool("nm", "llvm-nm"),
                                             [os.path.join(folder, "alone.o")], "-u")}
    tap.check(names <= undefined, "%s: C linkage in C++" % header,
              "mangled: " + " ".join(sorted(names - undefined)))


def main():
    tap = Tap()
    compilers = [name for name in ("gcc", "clang") if shutil.which(name)]
    plus = [name for name in ("g++", "clang++") if shutil.which(name)]
    tap.check(compilers and plus, "there is a C and a C++ compiler")
    with tempfile.TemporaryDirectory() as folder:
        for header in headers():
            said = [compile_text(compiler, STRICT_C, ".c",
                                 alone(header) + "int alone_is_no_empty_unit;\n", folder)
                    for compiler in compilers]
            tap.check(not any(code or text for code, text in said), "%s: C11" % header,
                      "\n".join(text for _, text in said))
            said = [compile_text(compiler, CPP + [standard], ".cpp", alone(header), folder)
                    for compiler in plus for standard in ("-std=c++11", "-std=c++17")]
            tap.check(not any(code or text for code, text in said), "%s: C++11, C++17" % header,
                      "\n".join(text for _, text in said))
            if plus:
                check_linkage(tap, plus[0], header, folder)
            tap.check("inline" not in without_comments(read(
                os.path.join(PUBLIC, "sansmtp", header))).split(),
                "%s: every call is a real function" % header)
    return tap.done()


sys.exit(main())
