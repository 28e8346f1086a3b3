"""What the tests of the library's shape share: paths, tools, and the strict flags."""

import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIB = os.path.join(ROOT, "lib")
PUBLIC = os.path.join(ROOT, "include")
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

from tap import Tap  # noqa: E402,F401

STRICT = ["-Wall", "-Wextra", "-Wconversion", "-Wsign-conversion", "-Wshadow", "-Wundef", "-Werror"]
STRICT_C = STRICT + ["-std=c11", "-pedantic-errors", "-Wstrict-prototypes", "-Wmissing-prototypes",
                     "-Wswitch-enum", "-Wcast-qual", "-Wvla"]

# promise 1 of docs/design.md: these five, and nothing else
FIVE = {"memcpy", "memmove", "memset", "memcmp", "memchr"}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def tool(*names):
    """The first of these programs that is installed."""
    for name in names:
        if shutil.which(name):
            return name
    sys.exit("not installed: " + " or ".join(names))


def run(command):
    """Exit code and all that was printed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    return done.returncode, done.stdout


def must(command):
    code, text = run(command)
    if code != 0:
        sys.exit("%s\n%s" % (" ".join(command), text))
    return text


def sources():
    """The library's .c files, as lib/meson.build lists them."""
    return sorted(re.findall(r"^\s*'([\w/]+\.c)',", read(os.path.join(LIB, "meson.build")), re.M))


def headers():
    """The public headers by their short names (server.h), as include/sansmtp has them."""
    return sorted(name for name in os.listdir(os.path.join(PUBLIC, "sansmtp"))
                  if name.endswith(".h"))


def define_version():
    version = re.search(r"version: '([^']+)'", read(os.path.join(ROOT, "meson.build"))).group(1)
    return '-DSANSMTP_VERSION_TEXT="%s"' % version


def compile_lib(compiler, folder, flags):
    """Compiles every source into folder: (objects, what the compiler said). compiler is a list."""
    objects, complaints = [], []
    for source in sources():
        target = os.path.join(folder, source.replace("/", "_")[:-2] + ".o")
        code, text = run([*compiler, *STRICT_C, "-ffreestanding", *flags, define_version(),
                          "-I" + PUBLIC, "-c", os.path.join(LIB, source), "-o", target])
        if code != 0 or text:
            complaints.append("%s:\n%s" % (source, text))
        if code == 0:
            objects.append(target)
    return objects, complaints


def symbols(nm, files, *options):
    """{(name, letter)} of the objects, archives or libraries."""
    found = set()
    for line in must([nm, "-P", *options, *files]).splitlines():
        fields = line.split()
        if len(fields) >= 2 and len(fields[1]) == 1:
            found.add((fields[0].split("@")[0], fields[1]))
    return found


def without_comments(text):
    return re.sub(r"//[^\n]*", "", re.sub(r"/\*.*?\*/", " ", text, flags=re.S))


def declared_functions(header):
    """Names of the functions that a public header declares SANSMTP_API."""
    text = without_comments(read(os.path.join(PUBLIC, "sansmtp", header)))
    text = re.sub(r"^\s*#(?:[^\n]*\\\n)*[^\n]*", "", text, flags=re.M)
    return set(re.findall(r"\bSANSMTP_API\b[^;{]*?\b(sansmtp_\w+)\s*\(", text))
