"""What the library costs, measured: memory of a session, code, stack. Used by readme.py and
memory.py.
"""

import glob
import os
import re
import shutil
import sys
import tempfile

from common import ROOT, c_arguments, library_sources, must, output_of, read, splice

CORTEX_M0 = ["--target=thumbv6m-none-eabi", "-mcpu=cortex-m0", "-Os", "-ffreestanding"]


def tool(*names):
    for name in names:
        if shutil.which(name):
            return name
    sys.exit("not installed: " + " or ".join(names))


def version(name):
    """"clang 14": a figure is compared only with one by the same compiler."""
    numbers = re.search(r"(\d+)\.\d+\.\d+", must([tool(name), "--version"])).group(1)
    return "%s %s" % (name, numbers)


def unless_foreign(text, name, compiler, make):
    """Splices what make() gives, named after the compiler. With --check, figures of another version
    of the compiler than the one at hand are left as they are."""
    named = re.search(r"<!-- %s: [^\n]*?(%s \d+) " % (name, compiler), text)
    if named is None:
        sys.exit("the marker of %s does not name a version of %s" % (name, compiler))
    here = version(compiler)
    if "--check" in sys.argv[1:] and here != named.group(1):
        print("# %s: by %s, here is %s: not compared" % (name, named.group(1), here))
        return text
    text = text[:named.start(1)] + here + text[named.end(1):]
    return splice(text, name, make())


def up_to(number, step):
    """Rounded up, so that a page does not change with every octet of code."""
    return -(-number // step) * step


def sessions():
    """[[engine, options, octets of the engine, line, output, sum]] on this machine."""
    return [line.split("\t") for line in output_of("memory.c").splitlines()]


def declared(header):
    """The functions that a public header declares, without comments."""
    text = re.sub(r"/\*.*?\*/", " ", read("include", "sansmtp", header), flags=re.S)
    text = re.sub(r"^\s*#(?:[^\n]*\\\n)*[^\n]*", "", text, flags=re.M)
    return re.findall(r"SANSMTP_API\b[^;{]*?\b(sansmtp_\w+)\s*\(", text)


def symbols(nm, target):
    """(defined, undefined) symbols of an object."""
    found = [line.split() for line in must([nm, "-P", target]).splitlines()]
    undefined = {fields[0] for fields in found if fields[1] == "U"}
    return {fields[0] for fields in found if fields[1].isupper()} - undefined, undefined


def pulled_in(objects, wanted):
    """The objects that a static link takes for these symbols."""
    taken, waiting = set(), set(wanted)
    while waiting:
        name = waiting.pop()
        for target, (defined, undefined) in objects.items():
            if name in defined and target not in taken:
                taken.add(target)
                waiting |= undefined
    return taken


def code_on_cortex_m0():
    """{"server": octets, "client": octets, "all": octets} of code and constants: what a static link
    takes for the calls of one engine, run() among them, and the whole library."""
    clang, size = tool("clang", "clang-14"), tool("llvm-size", "llvm-size-14")
    nm = tool("llvm-nm", "llvm-nm-14")
    objects, octets = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for source in library_sources():
            target = os.path.join(folder, os.path.basename(source)[:-2] + ".o")
            must([clang, *CORTEX_M0, *c_arguments(), "-c", source, "-o", target])
            octets[target] = int(must([size, target]).splitlines()[1].split()[0])
            objects[target] = symbols(nm, target)
    sums = {"all": sum(octets.values())}
    for engine in ["server", "client"]:
        wanted = [name for name in declared(engine + ".h") + declared("callbacks.h")
                  if name.startswith("sansmtp_%s_" % engine)]
        sums[engine] = sum(octets[target] for target in pulled_in(objects, wanted))
    return sums


def engine_on_cortex_m0(engine):
    """sizeof (struct sansmtp_<engine>) there, with the octets that aligning may cost."""
    program = ('#include <stdalign.h>\n#include "%s_engine.h"\n'
               "char engine[sizeof(struct sansmtp_%s) + alignof(struct sansmtp_%s) - 1];\n" % (
                   (engine,) * 3))
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "engine.c"), os.path.join(folder, "engine.o")
        with open(source, "w", encoding="utf-8") as file:
            file.write(program)
        must([tool("clang", "clang-14"), *CORTEX_M0, *c_arguments(), "-c", source, "-o", target])
        listed = must([tool("llvm-nm", "llvm-nm-14"), "--print-size", target])
        return int(re.search(r"^\w+ (\w+) \w engine$", listed, re.M).group(1), 16)


# --- stack: gcc tells each function's own, and who calls whom

def stack_graph():
    """({function: octets}, {function: {called}})"""
    octets, calls = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for source in library_sources():
            name = os.path.join(folder, os.path.basename(source)[:-2] + ".o")
            must([tool("gcc"), *c_arguments(), "-ffreestanding", "-Os", "-fcallgraph-info=su", "-c",
                  source, "-o", name])
        for path in glob.glob(os.path.join(folder, "*.ci")):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            for title, usage in re.findall(r'node: \{ title: "([^"]+)"[^}]*?(\d+) bytes', text):
                octets[title] = int(usage)
            for origin, called in re.findall(r'sourcename: "([^"]+)" targetname: "([^"]+)"', text):
                calls.setdefault(origin, set()).add(called)
    return octets, calls


def deepest(function, octets, calls, known):
    """The stack of a call of function and all it calls; there is no recursion."""
    if function not in known:
        below = [deepest(called, octets, calls, known) for called in calls.get(function, ())]
        known[function] = octets.get(function, 0) + max(below, default=0)
    return known[function]


def stacks():
    """[(octets, exported function)], the deepest first. Each call costs its return address too,
    which is in the figure of the function."""
    octets, calls = stack_graph()
    known = {}
    headers = os.listdir(os.path.join(ROOT, "include", "sansmtp"))
    names = {name for header in headers if header.endswith(".h") for name in declared(header)}
    return sorted(((deepest(name, octets, calls, known), name) for name in names), reverse=True)
