"""The queue's file and folder: what is broken, newer or somebody else's is left as it is, and said;
an older one is renewed; what is empty gives its room back; a report that cannot be written holds up
none behind it."""

import hashlib
import os
import resource
import shutil
import sqlite3
import subprocess
import time

import delivering
import relay
import relaying
import scripted_dns
import support
from delivering import drained, reports, submit
from relay import Relay
from scripted_dns import A, MX
from scripted_hop import Hop

NEAR = "127.0.0.2"
DATA, CANNOT_CREATE, IO, NO_PERMISSION = 65, 73, 74, 77
NOBODY = 65534

# As the first version made them.
OLDER = """
CREATE TABLE message(
 id INTEGER PRIMARY KEY, ready INTEGER NOT NULL DEFAULT 0, arrived INTEGER, size INTEGER,
 flags INTEGER, body INTEGER, ret INTEGER, hops INTEGER, by INTEGER, priority INTEGER,
 deliver_by INTEGER, hold_until INTEGER, sender BLOB, envid BLOB, client BLOB);
CREATE INDEX message_arriving ON message(id) WHERE ready = 0;
CREATE TABLE chunk(
 message INTEGER NOT NULL, number INTEGER NOT NULL, octets BLOB NOT NULL, UNIQUE(message, number));
CREATE TABLE destination(id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, due INTEGER);
CREATE INDEX destination_due ON destination(due);
CREATE TABLE recipient(
 id INTEGER PRIMARY KEY, message INTEGER NOT NULL, destination INTEGER NOT NULL,
 address BLOB NOT NULL, orcpt BLOB, notify INTEGER NOT NULL,
 state INTEGER NOT NULL DEFAULT 0, tell INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL,
 tried INTEGER NOT NULL DEFAULT 0, retry_flags INTEGER NOT NULL,
 attempts INTEGER NOT NULL DEFAULT 0, attempt INTEGER NOT NULL,
 code INTEGER NOT NULL DEFAULT 0, enhanced INTEGER NOT NULL DEFAULT 0, text BLOB, host BLOB);
CREATE INDEX recipient_message ON recipient(message, destination);
CREATE INDEX recipient_due ON recipient(destination, state, due);
CREATE INDEX recipient_tell ON recipient(message) WHERE tell > 0;
PRAGMA user_version = 1;
"""


def file_of(host):
    return os.path.join(host.queue, "queue.sqlite")


def digests(folder):
    found = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            found[name] = hashlib.sha256(file.read()).hexdigest()
    return found


def tried(queue, *words, maildir=None, **more):
    """Its status and what it said; it ends by itself, or the test fails."""
    command = [relay.program(), "--queue", queue, *words]
    if not words:
        command += ["--relay-listen", "127.0.0.1:0", "--local-domain", "a.test"]
        command += ["--maildir", maildir or queue + ".mail"]
        command += ["--user", "root"] if os.geteuid() == 0 and "user" not in more else []
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, **more)
    return done.returncode, done.stderr


def refused(tap, name, queue, status, words, **more):
    """It does not start, says why, and changes nothing."""
    before = digests(queue)
    left, said = tried(queue, **more)
    after = digests(queue)
    after.pop("lock", None)
    before.pop("lock", None)
    tap.check(left == status and words in said, "%s: %d, %s" % (name, status, words), (left, said))
    tap.check(after == before, name + ": and nothing is changed", (before, after))


def filled(here, count=3):
    """A folder with a queue that has something in it."""
    with Relay(here) as host:
        for number in range(count):
            submit(host, "user%d@example.test" % number, sender="a@b.test")
        host.until(lambda: delivering.empty(host))
        host.stop()
    return host.queue


def copied(queue, name):
    other = "%s-%s" % (queue, name)
    shutil.copytree(queue, other)
    return other


def changed(queue, *statements):
    with sqlite3.connect(os.path.join(queue, "queue.sqlite")) as database:
        for statement in statements:
            database.execute(statement)
    database.close()


def broken(tap, here):
    queue = filled(here)
    one = copied(queue, "text")
    support.written(one, "queue.sqlite", b"this is no database, but it is long enough\n" * 100)
    refused(tap, "no database", one, DATA, "not a database")
    left, said = tried(one, "queue", "list")
    tap.check(left == DATA and "not a database" in said, "its commands say so, too", (left, said))
    two = copied(queue, "torn")
    with open(os.path.join(two, "queue.sqlite"), "r+b") as file:
        file.truncate(6000)
    refused(tap, "a file that is cut", two, DATA, "malformed")
    three = copied(queue, "zeros")
    with open(os.path.join(three, "queue.sqlite"), "r+b") as file:
        size = file.seek(0, 2)
        file.seek(100)
        file.write(bytes(size - 100))
    refused(tap, "a file of zeros", three, DATA, "malformed")
    four = copied(queue, "newer")
    changed(four, "PRAGMA user_version = 99")
    refused(tap, "a newer version's", four, DATA, "newer version")
    left, said = tried(four, "queue", "delete", "all")
    tap.check(left == DATA and "newer version" in said, "its commands say so, too", (left, said))
    five = here + "/other"
    os.mkdir(five, 0o700)
    changed(five, "CREATE TABLE message(id INTEGER)")
    refused(tap, "somebody else's file", five, DATA, "somebody else's")


def folders(tap, here):
    queue = filled(here)
    os.chmod(queue, 0o770)
    refused(tap, "others may write there", queue, NO_PERMISSION, "others may write")
    os.chmod(queue, 0o700)
    root = os.geteuid() == 0
    if root:
        os.chown(queue, NOBODY, NOBODY)
        refused(tap, "another's folder", queue, NO_PERMISSION, "somebody else")
        for name in os.listdir(queue):
            os.chown(os.path.join(queue, name), NOBODY, NOBODY)
        for part in (here, os.path.dirname(queue)):
            os.chmod(part, 0o711)
    os.chmod(queue, 0o500)
    os.unlink(os.path.join(queue, "lock"))
    how = {"user": NOBODY} if root else {}
    before = digests(queue) if not root else None
    left, said = tried(queue, maildir="/nowhere", **how)
    good = left == CANNOT_CREATE and "Permission denied" in said
    tap.check(good, "a folder that it cannot write to", (left, said))
    if before is not None:
        tap.check(digests(queue) == before, "and nothing is changed")
    os.chmod(queue, 0o700)
    file = support.written(here, "file", b"")
    left, said = tried(file, maildir=here + "/mail")
    tap.check(left == CANNOT_CREATE and "Not a directory" in said, "a file for a folder", said)
    left, said = tried(here + "/none/below", maildir=here + "/mail")
    tap.check(left == CANNOT_CREATE and "No such file" in said, "a folder of no folder", said)


def twice(tap, here):
    """Two on one queue: the second is refused, its commands are not."""
    with Relay(here) as host:
        left, said = tried(host.queue)
        good = left == CANNOT_CREATE and "another sansmtp-relay serves it" in said
        tap.check(good, "a second one is refused", (left, said))
        left, said = tried(host.queue, "queue", "list")
        tap.check(left == 0, "its commands are not", said)
        submit(host, "user@example.test", sender="a@b.test")
        drained(tap, host, "and the first one goes on")


def renewed(tap, here):
    """A queue of the first version: all that is in it goes on its way."""
    host = Relay(here)
    os.mkdir(host.queue, 0o700)
    database = sqlite3.connect(file_of(host))
    database.executescript(OLDER)
    database.execute("PRAGMA journal_mode = WAL")
    body = support.message("old")
    now = int(time.time())
    for number in range(3):
        database.execute(
            "INSERT INTO message VALUES (?, 1, ?, ?, 0, 0, 0, 1, 0, 0, 0, 0, ?, NULL, ?)",
            (number + 1, now, len(body), b"a@b.test", b"somebody"))
        database.execute("INSERT INTO chunk VALUES (?, 0, ?)", (number + 1, body))
    database.execute("INSERT INTO destination VALUES (1, ?, ?)", (b"example.test", now))
    for number in range(3):
        database.execute(
            "INSERT INTO recipient(message, destination, address, notify, due, retry_flags,"
            " attempt) VALUES (?, 1, ?, 0, ?, 0, 0)",
            (number + 1, b"user%d@example.test" % number, now))
    database.commit()
    database.close()
    left, said = tried(host.queue, "queue", "list")
    tap.check(left == DATA and "not served it yet" in said, "no command renews it", (left, said))
    with host:
        drained(tap, host, "an older version's queue")
        found = [octets.endswith(body) for octets in host.stored()]
        tap.check(found == [True] * 3, "all of it is delivered", found)
        submit(host, "user@example.test", sender="a@b.test")
        drained(tap, host, "and what comes now")
        tap.check(host.stop() == 0, "it ends with 0", host.errors())
    with sqlite3.connect(file_of(host)) as database:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        (vacuum,) = database.execute("PRAGMA auto_vacuum").fetchone()
    database.close()
    tap.check((version, vacuum) == (2, 2), "it is as a new one", (version, vacuum))


def shrunk(tap, here):
    """What was full and is empty gives its room back to the disk, by itself."""
    with Relay(here, "--relay-domain", "far.test") as host:
        for number in range(60):
            submit(host, "user%d@far.test" % number,
                   sent=support.message("large", "x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * 14000))
        full = os.stat(file_of(host)).st_size + os.stat(file_of(host) + "-wal").st_size
        host.manage("delete", "all")
        submit(host, "user@far.test", sent=support.message("last"))
        limit = 12 << 20
        small = host.until(lambda: os.stat(file_of(host)).st_size < limit, 60)
        size = os.stat(file_of(host)).st_size
        tap.check(full > 5 * limit, "it was large", full)
        tap.check(small, "and is small again", size)
        rows = host.listed()
        tap.check(len(rows) == 1 and rows[0]["recipient"] == "<user@far.test>", "it is whole", rows)
        host.kill()
        host.start()
        tap.check(len(host.listed()) == 1, "behind kill -9, too")
    with sqlite3.connect(file_of(host)) as database:
        (found,) = database.execute("PRAGMA integrity_check").fetchone()
    database.close()
    tap.check(found == "ok", "and sound", found)


def unwritable(tap, here):
    """A report that always fails holds up none behind it."""
    dns = scripted_dns.Dns({("hop.test", MX): [scripted_dns.exchange("mx.hop.test")],
                            ("mx.hop.test", A): [scripted_dns.address(NEAR)]})
    hop = Hop(NEAR, relaying.common_port((NEAR,)), {"RCPT": "550 5.1.1 no"})
    with dns.running(), hop.running(), delivering.Setting(here, dns, hop.port).relay() as host:
        host.stop()
        changed(host.queue, "CREATE TRIGGER broken BEFORE UPDATE OF tell ON recipient"
                " WHEN old.tell > 0 AND new.tell = 0 AND CAST(old.address AS TEXT) LIKE 'bad%'"
                " BEGIN SELECT RAISE(ABORT, 'broken'); END")
        host.start()
        submit(host, "bad1@hop.test")
        submit(host, "bad2@hop.test")
        host.until(lambda: "no report about" in host.errors())
        submit(host, "good@hop.test")
        host.until(lambda: reports(host))
        told = [report.of("good@hop.test")[0] for report in reports(host)]
        tap.check(told == ["failed"], "the one behind is told", (told, host.errors()))
        submit(host, "good2@hop.test")
        host.until(lambda: len(reports(host)) == 2)
        tap.check(len(reports(host)) == 2, "and the next", host.errors())
        left = [row["recipient"] for row in host.listed()]
        tap.check(left == ["<bad1@hop.test>", "<bad2@hop.test>"], "the others are kept", left)
        time.sleep(1)
        count = host.errors().count("no report about")
        tap.check(count < 40, "and are not tried without end", count)
        tap.check(host.stop() == 0, "it ends with 0", host.errors())
        changed(host.queue, "DROP TRIGGER broken")
        host.start()
        drained(tap, host, "once it can be written")
        tap.check(len(reports(host)) == 4, "they are told, too", len(reports(host)))


def limit_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))


def full(tap, here):
    """No room for anything: no start, but nothing is broken by it; and what is to be told is told
    when there is room, once."""
    queue = filled(here)
    left, said = tried(queue + "-new", preexec_fn=limit_files)
    tap.check(left in (IO, CANNOT_CREATE), "a new queue without room: it does not start",
              (left, said))
    left, said = tried(queue + "-new", "queue", "list")
    tap.check(left != 0, "and is none", (left, said))
    with Relay(here) as host:
        host.stop()
        shutil.rmtree(host.queue)
        shutil.copytree(queue + "-new", host.queue)
        host.start()
        tap.check(host.listed() == [], "with room it becomes one", host.errors())
    dns = scripted_dns.Dns({("hop.test", MX): [scripted_dns.exchange("mx.hop.test")],
                            ("mx.hop.test", A): [scripted_dns.address(NEAR)]})
    answers = {"CONNECT": ["421 4.3.2 not yet", "220 hop"], "RCPT": "550 5.1.1 no"}
    hop = Hop(NEAR, relaying.common_port((NEAR,)), answers)
    with dns.running(), hop.running(), delivering.Setting(here, dns, hop.port).relay() as host:
        submit(host, "user@hop.test", mail="BODY=8BITMIME")
        host.until(lambda: " later " in host.log())
        resource.prlimit(host.process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        host.until(lambda: hop.said("^RCPT"))
        time.sleep(2)
        tap.check(not reports(host) and host.process.poll() is None, "no room: it waits for some")
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(host.process.pid, resource.RLIMIT_FSIZE, unlimited)
        host.until(lambda: reports(host))
        drained(tap, host, "with room again")
        told = [report.of("user@hop.test") for report in reports(host)]
        tap.check(told == [("failed", "5.1.1")], "it is told, once", told)
        tap.check(len(hop.said("^RCPT")) == 1, "and was tried once", hop.lines)
        tap.check(host.stop() == 0, "it ends with 0", host.errors())


def test(tap, here):
    for case in (broken, folders, twice, renewed, shrunk, unwritable, full):
        begun = time.monotonic()
        inner = os.path.join(here, case.__name__)
        os.mkdir(inner)
        case(tap, inner)
        tap.say("%s: %.1f s" % (case.__name__, time.monotonic() - begun))


support.main(test)
