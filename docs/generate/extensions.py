"""Writes docs/extensions.md: what each extension asks of the host, on both sides.

    extensions.py [--check]

Keywords, RFCs, parameters and conditions come from lib/extensions.def and lib/parameters.def, the
options of the programs are looked up in examples/*_options.def; the sentences stand here. An
extension without one, or an option that is none, ends the generator.
"""

import re
import sys

from common import cells, finish, narrow, read, rows, table, without_comments

TOP = """# The extensions

Made by `python3 docs/generate/extensions.py`: change the sentences there, the rest where it says.

The engines know every extension below. A **server** announces those in `options.extensions` that the
channel allows now, refuses what it does not announce, and hands you what was said: parameters in
`event.parameters`, read by `sansmtp_parameter_get()`. What they promise is yours to keep. A
**client** uses what its peer offers: what the envelope asks for is said if it is offered; if not, it
is left out, or, where the message would not be what was asked for, `submit()` or `recipient()`
refuses. `sansmtp_client_capabilities()` tells what the peer has.

## On the wire

From `lib/extensions.def` and `lib/parameters.def`. The octets are what an extension adds to the
longest line: the server's line buffer has room for all that is on.

"""

HOSTS = """
## What is yours

"""

PROGRAMS = """
## In the programs

`sansmtp-send` and `sansmtp-receive` do it like this; their manual pages say more. "+" is a word of
`--extensions`: `sansmtp-receive --extensions DSN,PRDR`, or `all`; "always": it is on, and
`--extensions -NAME` switches it off.

"""

BOTTOM = """
## Your own

A keyword, a parameter or a verb that the library does not know is a row in `options.additions`, on
both sides: see `additions.h`. It is announced, checked and counted as the others are.

## Two that are not there

`TURN` is refused, as RFC 5321 F.1 wants. `SUBMITTER` (RFC 4405) is of the past: the parameter is
known, and refused. So are `VERB` and `ONEX`, politely.
"""

WHEN = {"ALWAYS": "", "PLAIN": "outside TLS", "SECURE": "under TLS", "ALLOWED": "if there is a "
        "mechanism that may be used"}

# keyword: what a server's host does, what a client's host does, in sansmtp-receive, in sansmtp-send
ALWAYS = "always"
SAYS = {
    "PIPELINING": ("nothing", "nothing: commands go out together", ALWAYS, ""),
    "SIZE": ("set `message_size`", "set `message_size` in the envelope", "--max-size", ""),
    "8BITMIME": ("take octets over 127", "set `body`", ALWAYS, ""),
    "SMTPUTF8": ("take UTF-8 in addresses and header fields", "set `SANSMTP_ENVELOPE_UTF8`", ALWAYS,
                 "--smtputf8"),
    "CHUNKING": ("answer CHUNK", "nothing: `options.chunking`", ALWAYS, "--chunking"),
    "BINARYMIME": ("keep every octet", "set `body`", ALWAYS, ""),
    "ENHANCEDSTATUSCODES": ("give `reply()` the codes", "read `event.enhanced`", ALWAYS, ""),
    "DSN": ("keep the parameters, and send notifications: [dsn.h](dsn.md)",
            "set `ret`, `envid`, `notify`, `orcpt`", "+", "--dsn-notify --dsn-ret --envid"),
    "STARTTLS": ("answer STARTTLS, do the handshake: [tls](tls.md)",
                 "do the handshake; `options.tls`", "--tls-cert", "--tls"),
    "AUTH": ("answer AUTH and RESPONSE: [sasl.h](sasl.md)", "answer CHALLENGE", "--auth-file",
             "--auth-user --auth-mechanism"),
    "HELP": ("answer HELP, or decline", "`sansmtp_client_command()`", ALWAYS, "--command"),
    "EXPN": ("answer EXPAND, or decline", "`sansmtp_client_command()`", "", "--expn"),
    "DELIVERBY": ("return, or tell, when the time is up; `deliver_by` is the least",
                  "set `deliver_by` and its mode", "+", "--deliver-by"),
    "FUTURERELEASE": ("hold the message; set `hold_for` and `hold_until`",
                      "set `hold_for` or `hold_until`", "+ --submission",
                      "--hold-for --hold-until"),
    "MT-PRIORITY": ("order the queue; grant a priority above 0 by `reply()`", "set `priority`", "+",
                    "--priority"),
    "REQUIRETLS": ("relay under verified TLS only, to those that offer it",
                   "set `SANSMTP_ENVELOPE_REQUIRETLS`; verify", "+", "--requiretls"),
    "RRVS": ("look since when the mailbox is whose", "set `rrvs`", "+", "--rrvs"),
    "LIMITS": ("set `recipients` and `messages`; count domains",
               "nothing; send the rest again, and count domains", "+ --max-recipients "
               "--max-messages", ""),
    "CHECKPOINT": ("keep what broke off; `sansmtp_server_restart()`",
                   "set `transid`; lend from where RESTART says", "+", "--transid"),
    "NO-SOLICITING": ("refuse what is solicited; `solicitations`", "set `solicit`", "+",
                      "--solicit"),
    "MTRK": ("keep what trackers will ask for", "set `mtrk` and `envid`", "+", "--mtrk"),
    "CONPERM": ("convert, if need be", "set `SANSMTP_ENVELOPE_CONPERM`", "+", "--conperm"),
    "CONNEG": ("say what the recipient can show, by `reply_line()`",
               "nothing: goes with CONPERM; read the text of RESULT", "+", "--conperm"),
    "BURL": ("fetch what the URL gives; `urls`", "`SANSMTP_ENVELOPE_URLS`, `sansmtp_client_burl()`",
             "", "--burl"),
    "ETRN": ("send that queue", "`sansmtp_client_command()`", "+", "--etrn"),
    "ATRN": ("at the want TURN begin a client on the connection",
             "`sansmtp_client_command()`; at TURN begin a server", "", ""),
    "PRDR": ("answer END for each recipient, then for all", "set `SANSMTP_ENVELOPE_PRDR`; FINAL",
             "+ --max-size-for", "--prdr"),
    "PIPECONNECT": ("nothing", "keep capabilities; `sansmtp_client_assume()`", "+",
                    "--pipeconnect-cache"),
    "XCLIENT": ("allow it only to those you trust; be the client's server from then on",
                "`sansmtp_client_command()`", "--trust", "--xclient"),
    "XFORWARD": ("allow it only to those you trust; log", "`sansmtp_client_command()`", "--trust",
                 "--xforward"),
}


def parameters_of(extension):
    """Those that this extension brings, and whether they are of MAIL or RCPT."""
    bit = r"\bSANSMTP_EXTENSION_%s\b" % extension["name"]
    return ", ".join("%s %s" % (row["verb"], row["keyword"])
                     for row in rows("parameters", "PARAMETER") if re.search(bit, row["extensions"]))


def needed(extension):
    names = {row["name"]: row["keyword"] for row in rows("extensions", "EXTENSION")}
    return ", ".join(names[name] for name in re.findall(r"EXTENSION_(\w+)", extension["needs"]))


def conditions(extension):
    parts = [needed(extension) and "with " + needed(extension), WHEN[extension["when"]]]
    return ", ".join(filter(None, parts))


def octets(extension):
    grows = [(verb, extension[verb.lower()]) for verb in ("MAIL", "RCPT")]
    return ", ".join("%s %s" % pair for pair in grows if pair[1] != "0")


def options_of(program):
    text = without_comments(read("examples", program + "_options.def"))
    return {"--" + cells(text, found.end())[1] for found in re.finditer(r"^OPTION\(", text, re.M)}


def shown(program, words, known):
    """Options as code, each looked up."""
    said = []
    for word in words.split():
        if word.startswith("--") and word not in known:
            sys.exit("sansmtp-%s has no option %s" % (program, word))
        said.append("`%s`" % word if word.startswith("--") else word)
    return " ".join(said)


def main():
    extensions = rows("extensions", "EXTENSION")
    wanted = {row["keyword"] for row in extensions}
    if wanted != set(SAYS):
        sys.exit("sentences and extensions differ: %s" % ", ".join(sorted(wanted ^ set(SAYS))))
    receive, send = options_of("receive"), options_of("send")
    wire = [[row["keyword"], row["rfc"], parameters_of(row), octets(row), conditions(row)]
            for row in extensions]
    hosts = [[row["keyword"], *SAYS[row["keyword"]][:2]] for row in extensions]
    programs = [[keyword, shown("receive", says[2], receive), shown("send", says[3], send)]
                for keyword, says in ((row["keyword"], SAYS[row["keyword"]]) for row in extensions)]
    return finish("docs/extensions.md", "".join([
        TOP, table(["extension", "RFC", "parameters", "octets", "announced"], wire), "\n",
        HOSTS, narrow(["extension", "server", "client"], hosts), "\n",
        PROGRAMS, table(["extension", "sansmtp-receive", "sansmtp-send"], programs), "\n", BOTTOM]))


sys.exit(main())
