"""Another language drives an engine: the script prints its results, this makes TAP of them.

    foreign_test.py LIBRARY SCRIPT
"""

import sys

import support
from languages import koffi, luajit, play


def test(tap):
    script = sys.argv[2]
    command = (luajit if script.endswith(".lua") else koffi)(tap)
    if command:
        play(tap, command, script)


support.main(test)
