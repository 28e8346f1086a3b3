"""No function of lib/ reaches itself, and the stack of each is known when it is compiled. gcc says
who calls whom (-fcallgraph-info) and how much stack a function takes (-fstack-usage).

    recursion.py
"""

import glob
import os
import re
import sys
import tempfile

from common import Tap, compile_lib, read, tool

EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')


def call_graph(folder):
    """{function: {called}}; a static function is named file:function by gcc."""
    graph = {}
    for path in glob.glob(os.path.join(folder, "*.ci")):
        for source, target in EDGE.findall(read(path)):
            graph.setdefault(source, set()).add(target)
    return graph


def strongly_connected(graph):
    """Functions that can reach themselves."""
    looping = set()
    for start in graph:
        seen, waiting = set(), list(graph[start])
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += graph.get(name, ())
        if start in seen:
            looping.add(start)
    return looping


def stack_usage(folder):
    """[(octets, kind, function)]"""
    rows = []
    for path in glob.glob(os.path.join(folder, "*.su")):
        for line in read(path).splitlines():
            place, octets, kind = line.split("\t")
            rows.append((int(octets), kind, place.split(":")[-1]))
    return sorted(rows, reverse=True)


def main():
    tap = Tap()
    gcc = [tool("gcc")]
    with tempfile.TemporaryDirectory() as folder:
        _, complaints = compile_lib(gcc, folder, ["-O0", "-fcallgraph-info"])
        tap.check(not complaints, "lib/ compiles", "\n".join(complaints))
        graph = call_graph(folder)
        tap.check(graph, "gcc tells who calls whom")
        looping = strongly_connected(graph)
        tap.check(not looping, "nothing reaches itself", "\n".join(sorted(looping)))
    with tempfile.TemporaryDirectory() as folder:
        compile_lib(gcc, folder, ["-O2", "-fstack-usage"])
        rows = stack_usage(folder)
        growing = [name for _, kind, name in rows if kind != "static"]
        tap.check(rows and not growing, "every stack frame has a fixed size", "\n".join(growing))
        for octets, _, name in rows[:5]:
            tap.say("%5d octets of stack  %s" % (octets, name))
    return tap.done()


sys.exit(main())
