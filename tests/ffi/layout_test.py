"""The declarations are the headers': sizes, offsets and numbers as each language has them, against
what a C compiler says; prototypes as they were read, compiled beside the headers; nothing missing.

    layout_test.py LIBRARY COMPILER...
"""

import os
import re
import subprocess
import sys
import tempfile

import support
import generate
from languages import koffi, luajit

COMPILER = sys.argv[2:] + ["-I" + os.path.join(support.HERE, "..", "..", "include")]
PROGRAM = """#include <inttypes.h>
#include <sansmtp/sansmtp.h>
#include <stdio.h>

int main(void)
{
%s
    return 0;
}
"""


def compiler(*arguments, text=None):
    done = subprocess.run([*COMPILER, *arguments], input=text, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=support.PATIENCE)
    return done.returncode, done.stdout


def lines_of_c(headers):
    """All sizes, offsets and numbers, as a C program says them."""
    says = []
    for name, members in headers.structs.items():
        says.append('    printf("%s %%zu\\n", sizeof(struct %s));' % (name, name))
        for _, field, _ in members:
            says.append('    printf("%s.%s %%zu\\n", offsetof(struct %s, %s));'
                        % (name, field, name, field))
    for name in headers.numbers:
        says.append('    printf("%s %%" PRId64 "\\n", (int64_t)(%s));' % (name, name))
    with tempfile.TemporaryDirectory(prefix="sansmtp-ffi-") as here:
        source, program = os.path.join(here, "layout.c"), os.path.join(here, "layout")
        with open(source, "w", encoding="ascii") as file:
            file.write(PROGRAM % "\n".join(says))
        code, said = compiler("-o", program, source)
        if code:
            raise RuntimeError(said)
        return subprocess.check_output([program], text=True).splitlines()


def prototypes(headers):
    """As they were read: beside the headers each would be an error if it were not the same."""
    lines = ["#include <sansmtp/sansmtp.h>"]
    for name, (result, types) in headers.functions.items():
        lines.append("%s %s(%s);" % (result, name, ", ".join(types) or "void"))
    for name, types in headers.callbacks.items():
        lines.append("typedef void %s(%s);" % (name, ", ".join(types)))
    return "\n".join(lines) + "\n"


def exported(library):
    said = subprocess.check_output(["nm", "-D", "--defined-only", "-P", library], text=True)
    return {line.split()[0] for line in said.splitlines()}


def check_read(tap, headers):
    script = os.path.join(support.EXAMPLES, "generate.py")
    done = subprocess.run([sys.executable, script, "--check"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    tap.check(done.returncode == 0, "the declarations are fresh", done.stdout)
    code, said = compiler("-Werror", "-fsyntax-only", "-x", "c", "-", text=prototypes(headers))
    tap.check(code == 0 and headers.functions, "prototypes are the headers'", said)
    names = exported(os.environ["SANSMTP_LIBRARY"])
    tap.check(names == set(headers.functions), "every function is there, and no other",
              sorted(names ^ set(headers.functions)))
    code, said = compiler("-E", "-dM", "-include", "sansmtp/sansmtp.h", "-x", "c", "/dev/null")
    macros = set(re.findall(r"^#define (SANSMTP_\w+) \S", said, re.M))  # plain ones, with a value
    beside = {"SANSMTP_API", "SANSMTP_SERVER_ENGINE", "SANSMTP_CLIENT_ENGINE"}  # these hold sizeof
    tap.check(macros == set(headers.numbers) | beside, "every number is there",
              sorted(macros ^ set(headers.numbers) ^ beside))
    code, said = compiler("-E", "-P", "-include", "sansmtp/sansmtp.h", "-x", "c", "/dev/null")
    structs = set(re.findall(r"struct (sansmtp_\w+)\s*\{", said))
    tap.check(structs == set(headers.structs), "every struct is there",
              sorted(structs ^ set(headers.structs)))


def check_language(tap, name, command, truth):
    """command prints what its language thinks, a line each."""
    said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=support.PATIENCE, cwd=support.HERE)
    lines = set(said.stdout.splitlines())
    wrong = sorted(lines ^ set(truth))
    tap.check(said.returncode == 0 and not wrong, "%s: sizes, offsets, numbers" % name,
              "\n".join(wrong) + said.stderr)


def test(tap):
    headers = generate.Headers()
    check_read(tap, headers)
    truth = lines_of_c(headers)
    tap.say("%d sizes, offsets and numbers" % len(truth))
    check_language(tap, "Python", [sys.executable, "layout.py"], truth)
    for find, script in ((koffi, "layout.js"), (luajit, "layout.lua")):
        command = find(tap)
        if command:
            check_language(tap, find.__doc__, [*command, script], truth)


support.main(test)
