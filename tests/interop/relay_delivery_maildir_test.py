"""The way into the mailboxes here: one that is broken or full is so for its owner alone, nobody
gets a second copy, what the administrator has mended gets its mail once, and what a kill has left
behind is cleared away."""

import contextlib
import errno
import os
import shutil
import sqlite3
import sys
import tempfile
import time

import support
from delivering import QUICK, drained, reports, submit
from relay import Relay

FAULTS = os.path.abspath(sys.argv[2])  # faults.c
SENDER = "sender@client.test"
GOOD = ("good-1@example.test", "good-2@example.test", "good-3@example.test")
LARGE = "x" * 70 + "\r\n"
HOUR = 3600


@contextlib.contextmanager
def relaying(here, *options):
    """A relay whose disk fails while the file relay.faults is there."""
    relay = Relay(here, *QUICK, *options, local=("example.test", "client.test"))
    relay.faults = support.written(relay.here, "faults", b"")
    try:
        begin(relay)
        yield relay
    finally:
        relay.kill()


def begin(relay):
    usual = dict(os.environ, LD_PRELOAD=FAULTS, FAULTS=relay.faults)
    usual["ASAN_OPTIONS"] = usual.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    relay.start(env=usual)


def mailbox(relay, address, *more):
    return os.path.join(relay.maildir, address, *more)


def put_off(relay, address, times):
    return relay.log().count(" to=<%s> later " % address) >= times


def copies(relay, addresses):
    return [len(relay.stored(address)) for address in addresses]


def words(relay):
    """The codes of all that waits, as a report would have them."""
    database = sqlite3.connect(os.path.join(relay.queue, "queue.sqlite"))
    rows = database.execute("SELECT address, code, enhanced FROM recipient").fetchall()
    database.close()
    return {
        address.decode(): "%d %d.%d.%d" % (code, e // 1000000, e // 1000 % 1000, e % 1000)
        for address, code, e in rows
    }


# -- broken on the disk ---------------------------------------------------------------------------


def new_is_a_file(path):
    os.makedirs(path)
    open(os.path.join(path, "new"), "w").close()


def tmp_is_a_file(path):
    os.makedirs(path)
    open(os.path.join(path, "tmp"), "w").close()


def all_is_a_file(path):
    open(path, "w").close()


def new_leads_nowhere(path):
    os.makedirs(path)
    os.symlink("nowhere/at/all", os.path.join(path, "new"))


def new_leads_to_itself(path):
    os.makedirs(path)
    os.symlink("new", os.path.join(path, "new"))


BROKEN = (new_is_a_file, all_is_a_file, new_leads_nowhere, new_leads_to_itself)
BROKEN_FIRST = (tmp_is_a_file,)  # it takes a link, if another one has the file


def mend(path):
    """Takes away what does not belong there, and nothing of what the relay makes meanwhile."""
    for wrong in (path, os.path.join(path, "new"), os.path.join(path, "tmp")):
        if os.path.islink(wrong) or os.path.isfile(wrong):
            os.unlink(wrong)


class Case:
    """A message to three whose mailboxes are good and to one whose is bad, which waits and is told
    of as said."""

    def __init__(self, number, place, bad, said, name):
        self.others = ["good-%d-%d@example.test" % (number, at) for at in range(3)]
        self.bad, self.said, self.name = bad, said, name
        self.to = list(self.others)
        self.to.insert(place, bad)
        self.sent = support.message("case %d" % number, LARGE * 6000)  # of several chunks


def each_for_itself(tap, relay, cases, mending):
    """All others have it at once and keep it, the one waits, and has it once it is mended."""
    for case in cases:
        submit(relay, *case.to, sent=case.sent)
    relay.until(lambda: all(put_off(relay, case.bad, 3) for case in cases))
    told = "%s\n%s" % (relay.log()[-3000:], relay.errors()[-3000:])
    wait = {row["recipient"].strip("<>") for row in relay.listed()}
    said = words(relay)
    for case in cases:
        had = copies(relay, case.others)
        tap.check(had == [1, 1, 1], case.name + ": the others have it once", told)
        tap.check(case.bad in wait, case.name + ": that one waits", told)
        tap.check(said.get(case.bad) == case.said, "%s: %s" % (case.name, case.said), said)
    tap.check(len(wait) == len(cases), "and nobody else waits", wait)
    mending()
    drained(tap, relay, "what was broken is mended")
    for case in cases:
        had = copies(relay, case.to)
        tap.check(had == [1] * 4, case.name + ": each has it once in the end", had)
        stored = [octets for address in case.to for octets in relay.stored(address)]
        whole = all(octets.endswith(case.sent) for octets in stored)
        tap.check(whole, case.name + ": as it was sent")
    tap.check(not reports(relay), "nobody is told of anything")
    left = [path for path, _, files in os.walk(relay.maildir) if path.endswith("/tmp") and files]
    tap.check(not left, "nothing is left in tmp/", left)


def broken(tap, here):
    cases = []
    with relaying(here) as relay:
        for breaking in BROKEN + BROKEN_FIRST:
            for place in (0,) if breaking in BROKEN_FIRST else (0, 1, 3):
                name = "%s, number %d" % (breaking.__name__.replace("_", " "), place + 1)
                bad = "bad-%d@example.test" % len(cases)
                cases.append(Case(len(cases), place, bad, "451 4.3.0", name))
                breaking(mailbox(relay, bad))
        each_for_itself(tap, relay, cases, lambda: [mend(mailbox(relay, c.bad)) for c in cases])


def made_again(tap, here):
    with relaying(here) as relay:
        for address, part in zip(GOOD, ("new", "cur", "tmp")):
            os.makedirs(mailbox(relay, address, "new"))
            os.makedirs(mailbox(relay, address, "cur"))
            os.makedirs(mailbox(relay, address, "tmp"))
            os.rmdir(mailbox(relay, address, part))
        for to in (GOOD, GOOD[::-1]):
            submit(relay, *to)
            drained(tap, relay, "without a new/, a cur/, a tmp/")
        tap.check(copies(relay, GOOD) == [2, 2, 2], "they are made again", copies(relay, GOOD))
        tap.check(" later " not in relay.log(), "and nobody waits", relay.log())


def all_broken(tap, here):
    with relaying(here) as relay:
        for address in GOOD:
            new_is_a_file(mailbox(relay, address))
        submit(relay, *GOOD)
        relay.until(lambda: all(put_off(relay, address, 2) for address in GOOD))
        tap.check(len(relay.listed()) == 3, "all are broken: all wait", relay.log())
        for address in GOOD:
            named = "cannot store it in %s: Not a directory" % address
            tap.check(named in relay.log(), "the log names " + address, relay.log())
            mend(mailbox(relay, address))
        drained(tap, relay, "all are broken, and mended")
        tap.check(copies(relay, GOOD) == [1, 1, 1], "each has it once", copies(relay, GOOD))


# -- a disk that fails ----------------------------------------------------------------------------


def full(tap, here):
    faults = (
        ("write", errno.ENOSPC, "452 4.3.1", (0,)),  # it is written in the first one's
        ("write", errno.EDQUOT, "452 4.2.2", (0,)),
        ("write", errno.EFBIG, "452 4.3.1", (0,)),
        ("write", errno.EIO, "451 4.3.0", (0,)),
        ("openat", errno.EACCES, "451 4.3.0", (0,)),
        ("openat", errno.EDQUOT, "452 4.2.2", (0,)),
        ("openat", errno.EROFS, "451 4.3.0", (0,)),
        ("fsync", errno.EIO, "451 4.3.0", (0, 3)),
        ("linkat", errno.EDQUOT, "452 4.2.2", (0, 1, 3)),
        ("linkat", errno.EXDEV, "451 4.3.0", (0, 3)),
        ("syncnew", errno.EIO, "451 4.3.0", (0, 1, 3)),
    )
    cases = []
    for call, error, said, places in faults:
        for place in places:
            name = "%s says %s, number %d" % (call, errno.errorcode[error], place + 1)
            bad = "fault-%s-%d-%d@example.test" % (call, error, place)
            cases.append(Case(len(cases), place, bad, said, name))
    with relaying(here) as relay:
        each_for_itself(tap, relay, cases, lambda: os.unlink(relay.faults))


def elsewhere(tap, here):
    """A mailbox on another file system takes no link, and gets a copy of its own, at once."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as other, relaying(here) as relay:
        far = "far@example.test"
        if os.stat(other).st_dev == os.stat(relay.here).st_dev:
            tap.skip("a mailbox on another file system", "there is none")
            return
        for to in ((far, *GOOD), (*GOOD, far), (GOOD[0], far, *GOOD[1:])):
            shutil.rmtree(relay.maildir)
            os.makedirs(os.path.join(other, str(to.index(far))))
            os.mkdir(relay.maildir)
            relay.kill()
            begin(relay)
            os.symlink(os.path.join(other, str(to.index(far))), mailbox(relay, far))
            submit(relay, *to)
            name = "a mailbox on another file system, number %d" % to.index(far)
            drained(tap, relay, name)
            tap.check(copies(relay, to) == [1] * 4, name + ": each has it once", copies(relay, to))
        tap.check(" later " not in relay.log(), "nobody had to wait", relay.log())


# -- what a kill leaves ---------------------------------------------------------------------------


def swept(tap, here):
    """Files of our own naming go when they are older than 36 hours; nothing else does."""
    host = support.HOSTNAME
    files = {
        "1700000000.M1P2Q3." + host: 37,
        "1700000001.M1P2Q3." + host: 35,
        "1700000002.M1P2Q3.other.test": 37,
        "1700000003.M1P2Q3." + host + ".test": 37,
        "1700000004.1234_5." + host: 37,
        "M1P2Q3." + host: 37,
        "notes": 1000,
    }
    gone = "1700000000.M1P2Q3." + host
    with relaying(here) as relay:
        for address in GOOD:
            os.makedirs(mailbox(relay, address, "tmp", "1700000009.M1P2Q3." + host))
            for name, hours in files.items():
                path = support.written(mailbox(relay, address, "tmp"), name, b"half of a mess")
                os.utime(path, (time.time() - hours * HOUR,) * 2)
            os.utime(mailbox(relay, address, "tmp", "1700000009.M1P2Q3." + host), (1, 1))
        submit(relay, *GOOD[:2])
        drained(tap, relay, "there are old files in tmp/")
        for address in GOOD[:2]:
            left = set(files) - set(os.listdir(mailbox(relay, address, "tmp")))
            tap.check(left == {gone}, "of %s only what is old and ours goes" % address, left)
        there = os.path.exists(mailbox(relay, GOOD[2], "tmp", gone))
        tap.check(there, "where nothing is delivered nothing is touched")


def killed(tap, here):
    """Killed at random moments while it delivers: each mailbox has the message once."""
    count, kills = 60, 12
    to = ["box-%d@example.test" % number for number in range(4)]
    sent = support.message("again and again", LARGE * 3000)
    with relaying(here, "--lanes-each", "1") as relay:
        new_is_a_file(mailbox(relay, "bad@example.test"))
        for number in range(kills):
            for _ in range(count // kills):
                submit(relay, *to, "bad@example.test", sent=sent)
            relay.until(lambda: len(relay.stored(to[0])) > 3 * number)
            time.sleep(0.003 * number)
            relay.kill()
            begin(relay)
        relay.until(lambda: {row["recipient"] for row in relay.listed()} == {"<bad@example.test>"})
        mend(mailbox(relay, "bad@example.test"))
        drained(tap, relay, "killed %d times" % kills, 60)
        to.append("bad@example.test")
        had = copies(relay, to)
        tap.check(had == [count] * len(to), "each mailbox has each message once", had)
        cut = [octets for octets in relay.stored() if not octets.endswith(sent)]
        tap.check(not cut, "each is whole", len(cut))


def test(tap, here):
    for case in (broken, made_again, all_broken, full, elsewhere, swept, killed):
        begun = time.monotonic()
        case(tap, here)
        tap.say("%s: %.1f s" % (case.__name__, time.monotonic() - begun))


support.main(test)
