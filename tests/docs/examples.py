"""The C in README.md and docs/*.md compiles, and the tour's server speaks as its page shows.

    examples.py STATIC_LIBRARY COMPILER...

A block fenced as ```c NAME.c is a piece of a program; pieces of one name in one page, put together in
their order, are a whole source file, or stand where PAGE.NAME.c in this folder says "the piece". With
a main function it is linked, too. C without a name is only what the pages' generators copy from files
that are compiled: it stands between their marks. A block ```dialogue NAME
tells what that program, a server, reads on standard input (C:) and writes on standard output (S:);
```dialogue NAME client is about a client, which reads S: and writes C:, line by line in this order.
"""

import contextlib
import glob
import os
import re
import subprocess
import sys
import tempfile
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

from tap import Tap  # noqa: E402

# What careful programs ask of their compiler; wants is an int of bits, so signs may mix.
STRICT = ["-std=c11", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wno-sign-conversion",
          "-Wshadow", "-Wstrict-prototypes", "-Wswitch-enum", "-Wcast-qual", "-Wundef", "-Wvla",
          "-Werror", "-D_GNU_SOURCE"]
BLOCK = re.compile(r"^```(c|dialogue) ([\w-]+)(\.c| client|)\n(.*?)^```$", re.M | re.S)


BARE = re.compile(r"^```c$", re.M)
COPIED = re.compile(r"^<!-- (\w+): made by .*?^<!-- end of \1 -->$", re.M | re.S)
PIECE = "/* the piece */"


def pages():
    for path in ["README.md", *sorted(glob.glob("docs/*.md", root_dir=ROOT))]:
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            yield path, file.read()


def programs(text):
    """({name: source}, {name: [(function that speaks it, dialogue)]}) of a page."""
    sources, dialogues = {}, {}
    for kind, name, how, body in BLOCK.findall(text):
        if kind == "c":
            sources[name] = sources.get(name, "") + body + "\n"
        else:
            speak = speak_to_client if how == " client" else speak_to_server
            dialogues.setdefault(name, []).append((speak, body))
    return sources, dialogues


def around(page, name, source):
    """A page's source with what stands around it."""
    path = os.path.join(ROOT, "tests", "docs", "%s.%s.c" % (page.removesuffix(".md"), name))
    if not os.path.exists(path):
        return source
    with open(path, encoding="utf-8") as file:
        return file.read().replace(PIECE, source)


def flags_of(package):
    """Compiler and linker flags of a library, or None if it is not installed."""
    done = subprocess.run(["pkg-config", "--cflags", "--libs", package], stdout=subprocess.PIPE,
                          text=True, check=False)
    return done.stdout.split() if done.returncode == 0 else None


def build(source, target, library, compiler):
    """What the compiler complained of: "" if nothing."""
    with open(source, encoding="utf-8") as file:
        text = file.read()
    is_whole = re.search(r"^int main\(", text, re.M)
    command = [*compiler, *STRICT, "-I" + os.path.join(ROOT, "include"), source, "-o", target]
    command += [library] if is_whole else ["-c"]
    if "<openssl/" in text:
        flags = flags_of("openssl")
        if flags is None:
            return None
        command += flags if is_whole else [flag for flag in flags if not flag.startswith("-l")]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    return done.stdout if done.returncode == 0 else done.stdout + "exit %d" % done.returncode


def lines(dialogue, side):
    return [line[3:] for line in dialogue.splitlines() if line.startswith(side + ":")]


def speak_to_server(program, dialogue, folder):
    """(what the page shows, what the program said)"""
    octets = "".join(line + "\r\n" for line in lines(dialogue, "C"))
    done = subprocess.run([program], input=octets.encode(), stdout=subprocess.PIPE, cwd=folder,
                          timeout=20, check=False)
    return lines(dialogue, "S"), done.stdout.decode().splitlines()


def speak_to_client(program, dialogue, folder):
    """The same. A client may be told nothing that it has not asked for, so each line has its turn."""
    spoken = []
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, cwd=folder) as peer:
        watchdog = threading.Timer(20, peer.kill)
        watchdog.start()
        with contextlib.suppress(BrokenPipeError):
            for line in dialogue.splitlines():
                if line.startswith("S:"):
                    peer.stdin.write(line[3:].encode() + b"\r\n")
                    peer.stdin.flush()
                else:
                    spoken.append(peer.stdout.readline().decode().removesuffix("\r\n"))
        spoken += peer.communicate()[0].decode().splitlines()
        watchdog.cancel()
    return lines(dialogue, "C"), [*spoken, *["exit %d" % peer.returncode] * (peer.returncode != 0)]


def check_page(tap, page, text, library, compiler):
    sources, dialogues = programs(text)
    for name, source in sources.items():
        with tempfile.TemporaryDirectory() as folder:
            path, target = os.path.join(folder, name + ".c"), os.path.join(folder, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(around(page, name, source))
            said = build(path, target, library, compiler)
            if said is None:
                tap.skip("%s: %s" % (page, name), "no OpenSSL")
                continue
            built = tap.check(said == "", "%s: %s compiles" % (page, name), said)
            for speak, dialogue in dialogues.get(name, []) if built else []:
                shown, spoken = speak(target, dialogue, folder)
                tap.check(shown == spoken, "%s: %s speaks as shown" % (page, name),
                          "shown:\n%s\nspoken:\n%s" % ("\n".join(shown), "\n".join(spoken)))
    bare = BARE.findall(COPIED.sub("", text))
    tap.check(not bare, "%s: all its C has a name" % page, "%d blocks have none" % len(bare))
    for name in set(dialogues) - set(sources):
        tap.check(False, "%s: dialogue of %s" % (page, name), "there is no such program")


def main():
    library, *compiler = sys.argv[1:]
    tap = Tap()
    for page, text in pages():
        check_page(tap, page, text, library, compiler)
    return tap.done()


sys.exit(main())
