"""What the generators of docs/ share: rows of lib/*.def, tables in Markdown, and the check that
what is committed is what they make.

A generator is run alone to write its file, or with --check to compare: exit 1 if it is stale.
"""

import ast
import difflib
import os
import re
import subprocess
import sys
import tempfile
import textwrap

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[(),]|[^"(),]+')


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


# --- lib/*.def: a comment that explains the columns, then MACRO(cell, cell, ...) a row

def without_comments(text):
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S)


def cell(text):
    """A string literal without its quotes; anything else as it stands."""
    text = " ".join(text.split())
    return ast.literal_eval(text) if text.startswith('"') else text


def cells(text, start):
    """The cells of the row whose bracket opens before start."""
    row, current, depth = [], "", 0
    for token in TOKEN.finditer(text, start):
        token = token.group()
        if depth == 0 and token in (",", ")"):
            row.append(cell(current))
            current = ""
            if token == ")":
                return row
            continue
        depth += {"(": 1, ")": -1}.get(token, 0)
        current += token
    raise ValueError("a row without end: " + text[start:start + 40])


def cells_of(definition, macro):
    """[[cell, ...]] of every row of this macro in lib/<definition>.def."""
    text = without_comments(read("lib", definition + ".def"))
    return [cells(text, found.end()) for found in re.finditer(r"^%s\(" % macro, text, re.M)]


def rows(definition, macro):
    """[{column: cell}] of the same rows; the names of the columns stand in the .def's comment."""
    text = read("lib", definition + ".def")
    columns = re.search(r"^ \*.*?\b%s\(([\w, ]+)\)" % macro, text, re.M).group(1).split(", ")
    return [dict(zip(columns, row, strict=True)) for row in cells_of(definition, macro)]


def preamble(definition):
    """The paragraphs of the comment that a .def begins with, each a list of its lines."""
    comment = re.match(r"/\*(.*?)\*/", read("lib", definition + ".def"), re.S).group(1)
    lines = [re.sub(r"^\s*\* ?", "", line).rstrip() for line in comment.splitlines()]
    return [part.splitlines() for part in re.split(r"\n{2,}", "\n".join(lines).strip("\n"))]


# --- Markdown

def escaped(head, body):
    return [[str(item).replace("|", "\\|") for item in line] for line in [head, *body]]


def narrow(head, body):
    """A table for long texts, its columns not aligned."""
    lines = ["| %s |" % " | ".join(line) for line in escaped(head, body)]
    return "\n".join([lines[0], "|%s" % ("---|" * len(head)), *lines[1:]])


def table(head, body):
    """A table, its columns aligned for whoever reads the source."""
    lines = escaped(head, body)
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    widths[-1] = len(str(head[-1]))
    text = ["| %s |" % " | ".join(item.ljust(width) for item, width in zip(line, widths)).rstrip()
            for line in lines]
    text.insert(1, "|%s|" % "|".join("-" * (width + 2) for width in widths))
    return "\n".join(text)


def wrap(text):
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False)


def splice(text, name, content):
    """Puts content between the two markers of that name."""
    pattern = r"(<!-- %s: [^\n]*-->\n).*?(<!-- end of %s -->)" % (name, name)
    changed, count = re.subn(pattern, lambda found: "%s%s\n%s" % (
        found.group(1), content, found.group(2)), text, flags=re.S)
    if count != 1:
        sys.exit("markers of %s: found %d times" % (name, count))
    return changed


# --- programs

def must(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if done.returncode != 0:
        sys.exit("%s\n%s" % (" ".join(command), done.stdout))
    return done.stdout


def library_sources():
    """The .c files of the library, as lib/meson.build lists them."""
    names = re.findall(r"^\s*'([\w/]+\.c)',", read("lib", "meson.build"), re.M)
    return [os.path.join(ROOT, "lib", name) for name in names]


def c_arguments():
    return ["-std=c11", "-DSANSMTP_VERSION_TEXT=\"\"", "-I" + os.path.join(ROOT, "include"),
            "-I" + os.path.join(ROOT, "lib")]


def output_of(program):
    """What a C program beside this file prints, linked with the library."""
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "program")
        source = os.path.join(ROOT, "docs", "generate", program)
        must([os.environ.get("CC", "cc"), *c_arguments(), source, *library_sources(), "-o", target])
        return must([target])


# --- writing and checking

def finish(path, text):
    """Writes text to path under the root, or, with --check, compares. Returns the exit code."""
    place = os.path.join(ROOT, path)
    old = read(path) if os.path.exists(place) else ""
    if "--check" not in sys.argv[1:]:
        with open(place, "w", encoding="utf-8") as file:
            file.write(text)
        return 0
    if old == text:
        return 0
    print("%s is stale; run python3 docs/generate/%s" % (path, os.path.basename(sys.argv[0])))
    print("\n".join(difflib.unified_diff(old.splitlines(), text.splitlines(), "committed",
                                         "generated", lineterm="", n=0)))
    return 1
