"""The foreign languages beside our own Python: where they are."""

import os
import shutil
import subprocess

import support


def found(tap, name, *version):
    """Where a program is, with its version told; None, and said so, if it is not here."""
    path = shutil.which(name)
    if not path:
        support.missing(tap, name, "%s is not installed" % name)
        return None
    said = subprocess.run([path, *version], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=support.PATIENCE).stdout
    tap.say("%s: %s" % (name, said.splitlines()[0] if said else "?"))
    return path


def luajit(tap):
    """LuaJIT"""
    path = found(tap, "luajit", "-v")
    return path and [path]


def koffi(tap):
    """Node"""
    path = found(tap, "node", "--version")
    if not path:
        return None
    modules = os.path.abspath(os.path.join(support.LANGUAGES, "koffi", "node_modules"))
    os.environ["NODE_PATH"] = modules
    done = subprocess.run([path, "-p", "require('koffi').version"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=support.PATIENCE)
    if done.returncode:
        support.missing(tap, "koffi", "node finds no koffi")
        return None
    tap.say("koffi: %s" % done.stdout.strip())
    return [path, "--expose-gc"]  # what is lent must be held: the tests collect garbage


def play(tap, command, script):
    """Runs a script that prints TAP, and takes its results over."""
    done = subprocess.run([*command, script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", timeout=support.PATIENCE, cwd=support.HERE)
    results = 0
    for line in done.stdout.splitlines():
        good, name = line.startswith("ok - "), line.partition("ok - ")[2]
        if good or line.startswith("not ok - "):
            results += 1
            tap.check(good, name)
        else:
            tap.say(line)
    tap.check(done.returncode == 0 and results > 0, "%s runs to its end" % script,
              "exit code %d, %d results" % (done.returncode, results))
