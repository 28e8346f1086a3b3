"""sansmtp-send into Postfix's smtp-sink: with and without each extension, by LMTP, and refused,
put off or cut off at each command."""

import contextlib
import os

import foreign
import support
from sender import TO, send
from support import HOST

SENT = support.message("sink", support.AWKWARD)


class Sink:
    def __init__(self, tap, here, program):
        self.tap, self.here, self.program = tap, here, program
        self.count = 0

    @contextlib.contextmanager
    def running(self, *options):
        """Yields the port, and the folder of what came; run by root it becomes nobody."""
        self.count += 1
        folder = os.path.join(self.here, "sink-%d" % self.count)
        os.mkdir(folder)
        os.chmod(folder, 0o777)
        port = foreign.free_port()
        command = [self.program, *options, "-d", os.path.join(folder, "m.")]
        if os.getuid() == 0:
            command += ["-u", "nobody"]
        with foreign.running([*command, "%s:%d" % (HOST, port), "20"], port, cwd=self.here):
            yield port, folder

    def deliver(self, name, *options, sink=(), sent=SENT, to=(TO,)):
        """The sink writes newlines as LF, its own lines in front and an empty one behind."""
        with self.running(*sink) as (port, folder):
            run = foreign.deliver(self.tap, self.here, port, name, sent, *options, to=to)
            stored = foreign.files_in(folder)
        wanted = sent.replace(b"\r\n", b"\n") + b"\n"
        whole = len(stored) == 1 and stored[0].endswith(b"(UTC)\n" + wanted)
        self.tap.check(whole, "%s: it arrived unchanged" % name, stored and stored[0][:500])
        for address in to:
            line = b"X-Rcpt-Args: <%s>" % address.encode()
            self.tap.check(stored and line in stored[0], "%s: for %s" % (name, address), run)

    def fails(self, name, result, *sink, code=None):
        path = support.written(self.here, "message", SENT)
        with self.running(*sink) as (port, folder):
            run = send(port, path)
            stored = foreign.files_in(folder)
        self.tap.check(run.result == result, "%s: %s" % (name, result), run)
        if code:
            self.tap.check(run.code(TO) == code, "%s: %s is told" % (name, code), run)
        if "." not in sink:  # the sink stores it, and then says no
            self.tap.check(not any(stored), "%s: nothing came" % name, stored)


def test(tap, here):
    program = support.peer(tap, "smtp-sink")
    if not program or not support.peer(tap, "postconf", "-d", "mail_version"):
        return
    sink = Sink(tap, here, program)
    sink.deliver("smtp")
    sink.deliver("several", to=["u%d@example.test" % i for i in range(20)])
    sink.deliver("no ESMTP", sink=["-e"])
    sink.deliver("no PIPELINING", sink=["-p"], to=["u%d@example.test" % i for i in range(5)])
    sink.deliver("lmtp", "--lmtp", sink=["-L"])
    large = SENT + (b"." + b"x" * 61 + b"\r\n") * ((10 << 20) // 64)
    sink.deliver("large", sent=large)
    for command in "MAIL", "RCPT", "DATA", ".":
        sink.fails(command + " refused", "perm", "-f", command, code="500")
        sink.fails(command + " put off", "temp", "-r", command, code="450")
    for command in "CONNECT", "EHLO", "MAIL", "RCPT", "DATA":
        sink.fails(command + " cut off", "temp", "-q", command)
    sink.fails("the end cut off", "unknown", "-q", ".")


support.main(test)
