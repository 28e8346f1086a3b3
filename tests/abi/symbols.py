"""What the library calls, what it keeps, and what it shows: nm of its objects and of the .so.

    symbols.py SHARED_LIBRARY COMPILER...
"""

import os
import re
import sys
import tempfile

from common import FIVE, Tap, compile_lib, declared_functions, headers, must, run, symbols, tool

# what the toolchain puts into every shared object, each weak
TOOLCHAIN = {"__cxa_finalize", "__gmon_start__", "_ITM_deregisterTMCloneTable",
             "_ITM_registerTMCloneTable"}


def check_objects(tap, compiler, nm, level):
    with tempfile.TemporaryDirectory() as folder:
        # not position-independent, so that a const table of pointers stays in read-only memory
        objects, complaints = compile_lib(compiler, folder, ["-O" + level, "-fno-pic", "-fno-pie"])
        if not tap.check(not complaints, "lib/ compiles freestanding with -O" + level,
                         "\n".join(complaints)):
            return
        whole = os.path.join(folder, "whole.o")
        must(["ld", "-r", "-o", whole, *objects])
        undefined = {name for name, _ in symbols(nm, [whole], "-u")}
        tap.check(undefined <= FIVE, "-O%s calls only the five" % level,
                  "also: " + " ".join(sorted(undefined - FIVE)))
        defined = symbols(nm, [whole], "--defined-only")
        writable = {name for name, letter in defined if letter in "dDbBCsSgG"}
        tap.check(not writable, "-O%s has no writable globals" % level, " ".join(sorted(writable)))
        foreign = {name for name, letter in symbols(nm, [whole], "--defined-only", "-g")
                   if not name.startswith("sansmtp_")}
        tap.check(not foreign, "-O%s: every name with linkage begins with sansmtp_" % level,
                  " ".join(sorted(foreign)))


def check_shared(tap, nm, shared):
    undefined = symbols(nm, [shared], "-D", "-u")
    extra = {name for name, letter in undefined if name not in FIVE | TOOLCHAIN}
    tap.check(not extra, "the shared library needs only the five and the toolchain's own",
              " ".join(sorted(extra)))
    strong = {name for name, letter in undefined if name in TOOLCHAIN and letter not in "wv"}
    tap.check(not strong, "the toolchain's own are weak", " ".join(sorted(strong)))

    exported = {name for name, letter in symbols(nm, [shared], "-D", "--defined-only")}
    declared = set().union(*(declared_functions(header) for header in headers()))
    tap.check(not exported - declared, "whatever is exported is declared in a public header",
              " ".join(sorted(exported - declared)))
    tap.check(not declared - exported, "whatever a public header declares is exported",
              " ".join(sorted(declared - exported)))
    tap.check(exported, "something is exported")
    code, text = run(["readelf", "-d", shared])
    tap.check(code == 0 and "[libsansmtp.so.0]" in text, "the soname is libsansmtp.so.0", text)
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", text))
    tap.check(needed <= {"libc.so.6"}, "it needs no library but the C library",
              " ".join(sorted(needed)))


def main():
    shared, compiler = sys.argv[1], sys.argv[2:]
    nm = tool("nm", "llvm-nm", "llvm-nm-14")
    tap = Tap()
    for level in ("0", "2", "3", "s"):
        check_objects(tap, compiler, nm, level)
    check_shared(tap, nm, shared)
    return tap.done()


sys.exit(main())
