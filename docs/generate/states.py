"""Writes docs/states.md: which verb may come in which state of the server, where an answer leads,
and what each answer says.

    states.py [--check]

The table is lib/server_table.def; successors.c asks the engine itself where each command leads.
"""

import re
import sys

from common import cells_of, finish, output_of, preamble, rows, table, wrap

TOP = """# The states of the server

Made by `python3 docs/generate/states.py` from `lib/server_table.def`, `verbs.def`, `events.def` and
`replies.def`, and from what the engine does; a test says so when this page is stale.

A session is always in one of these states. Lines of commands move it; how the input is cut does not.
"""


def legend():
    """[(cell, code or "", meaning)] from the list under "A cell is"."""
    lines = next(part for part in preamble("server_table") if part[0].startswith("A cell is"))
    found = [re.match(r"\s+([A-Z]+)\s+(.*)", line) for line in lines[1:]]
    return [(match.group(1), match.group(2)) for match in found if match]


def shown(meaning):
    """What stands in the table for a cell: its first reply code, or "go"."""
    code = re.search(r"\b[45]\d\d\b", meaning)
    return code.group() if code else "go"


def asks(verb):
    """The question of a verb, as sansmtp_event_name() has it; "-" if the engine answers alone."""
    by_verb = {row["name"]: row["question"] for row in rows("verbs", "VERB")}
    question = by_verb.get(verb, "UNKNOWN")
    return next((row["callback"] for row in rows("events", "QUESTION") if row["name"] == question),
                "-")


def states_part():
    return "## States\n\n" + table(["state", "means"], cells_of("server_table", "STATE"))


def state_names():
    return [row["name"] for row in rows("server_table", "STATE")]


def legality_part():
    marks = {name: shown(meaning) for name, meaning in legend()}
    body = [["any other" if row[0] == "UNKNOWN" else row[0], asks(row[0]),
             *(marks[cell] for cell in row[1:])]
            for row in cells_of("server_table", "ROW")]
    cells = table(["in the .def", "shown as", "means"],
                  [[name, marks[name], meaning] for name, meaning in legend()])
    beyond = next(" ".join(part) for part in preamble("server_table")
                  if part[0].startswith("What the table cannot show"))
    return "\n".join(["## Which verb may come when\n",
                      "`go`: legal; the engine asks the question of the second column, or answers by "
                      "itself (`-`).\nA number: refused by this reply.\n",
                      table(["verb", "asks", *state_names()], body), "", cells, "", wrap(beyond)])


def legal_cells():
    return {row[0]: dict(zip(state_names(), row[1:])) for row in cells_of("server_table", "ROW")}


def tries():
    """{(command, question): {state: {"yes"|"no": next}}} of what successors.c saw."""
    found = {}
    for line in output_of("successors.c").splitlines():
        if "\t" not in line:
            sys.exit("successors.c: " + line)
        state, command, answer, following, question = line.split("\t")
        found.setdefault((command, question), {}).setdefault(state, {})[answer] = following
    missing = set(legal_cells()) - {re.match(r"\w+", command).group() for command, _ in found}
    if missing:
        sys.exit("successors.c knows no command for " + " ".join(sorted(missing)))
    return found


def is_legal(command, state, cells):
    verb = re.match(r"\w+", command).group()
    return verb not in cells or cells[verb].get(state) == "GO"


def steps():
    """([(commands, question, from, yes, no)], [command that changes nothing]) of what was tried."""
    cells = legal_cells()
    leads, idle = {}, []
    for (command, question), by_state in tries().items():
        moved = False
        for state, answers in by_state.items():
            after = tuple("stays" if answers[answer] == state else answers[answer]
                          for answer in ("yes", "no"))
            if is_legal(command, state, cells) and after != ("stays", "stays"):
                leads.setdefault((command, question, after), []).append(state)
                moved = True
        if not moved:
            idle.append(command)
    merged = {}
    for (command, question, after), origins in leads.items():
        merged.setdefault((question, " ".join(origins), after), []).append(command)
    return [(", ".join(commands), question, origins, *after)
            for (question, origins, after), commands in merged.items()], idle


def successors_part():
    found, idle = steps()
    body = [[commands, question or "-", origins, yes,
             no if question or commands == "tls_started" else "-"]
            for commands, question, origins, yes, no in found]
    return "\n".join([
        "## Where an answer leads\n",
        "Tried on the engine: each command in each state that allows it, its question answered yes "
        "and no.\n`over`: the session ends; `tls`: the engine waits for `tls_started` (no: "
        "`SANSMTP_TLS_INSUFFICIENT`);\n`body`: the message comes; `turn`: the other role begins.\n",
        table(["command", "question", "from", "yes leads to", "no leads to"], body), "",
        wrap("These change no state: %s. A connection begins OPEN; a greeting of 554 leads to "
             "DENIED, of 521 to ABSENT. The reply 421 leads out from anywhere."
             % ", ".join("any other" if name == "UNKNOWN" else name for name in idle))])


def reply_text(name):
    if name == "NONE":
        return "(by `reply` only)"
    row = next(row for row in rows("replies", "REPLY") if row["name"] == name)
    enhanced = ".".join([row["class"], row["subject"], row["detail"]])
    return " ".join([row["code"], *([] if row["class"] == "0" else [enhanced]), row["text"]]).strip()


def questions_part():
    rest = ["name", "callback", "code", "lines"]
    questions = rows("events", "QUESTION")
    answers = [column for column in questions[0] if column not in rest]
    body = [["`SANSMTP_EVENT_%s`" % row["name"], *(reply_text(row[answer]) for answer in answers),
             "any 2yz" if row["code"] == "2" else row["code"],
             "yes" if row["lines"] == "LINES" else "no"]
            for row in questions]
    return "\n".join([
        "## Questions and answers\n",
        wrap("What %s say, and what yes `sansmtp_server_reply` may say; a no is any 4yz or 5yz "
             "(CONNECT: 421, 521, 554)."
             % " and ".join("`sansmtp_server_%s`" % answer for answer in answers)) + "\n",
        table(["question", *answers, "a yes is", "several lines"], body)])


def main():
    parts = [TOP.rstrip("\n"), states_part(), legality_part(), successors_part(), questions_part()]
    return finish("docs/states.md", "\n\n".join(parts) + "\n")


sys.exit(main())
