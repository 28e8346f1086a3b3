"""sansmtp-send into Dovecot's LMTP server: BDAT and DATA, STARTTLS, a recipient refused, one
refused after the message, each told of by itself. Dovecot is an instance of its own and needs root.
"""


import dovecot
import foreign
import support
from dovecot import FULL, REFUSED


class Deliveries(foreign.Lmtp):
    def full(self, port, name, *options, **more):
        """Each has a reply to the message, the one in the middle a no."""
        name = "dovecot, " + name
        to = [name.replace(", ", "-").replace(" ", "-") + "-a@example.test", FULL]
        to += [to[0].replace("-a@", "-b@"), REFUSED, to[0].replace("-a@", "-c@")]
        sent = foreign.message(name, support.AWKWARD)
        run = self.send(port, name, sent, *options, result="perm", to=to, **more)
        codes = [run.code(address) for address in to]
        wanted = ["250", "552", "250", "550", "250"]
        right = codes == wanted and len(run.recipients) == len(to)
        self.tap.check(right, "%s: each is told of" % name, run)
        for address in to[::2]:
            self.arrived(name, address, sent)
        self.tap.check(not self.has(FULL), "%s: nothing came for %s" % (name, FULL))


def test(tap, here):
    program = dovecot.provided(tap)
    if not program:
        return
    tls, _ = support.certificate(here)
    trust = ("--ca", tls[1])
    server = dovecot.Lmtp(here, program, tls)
    deliveries = Deliveries(tap, here, "dovecot", server.stored, newline=b"\r\n")
    with server.running() as port:
        for name, options in ("bdat", ()), ("data", ("--chunking", "off")):
            deliveries.bodies(port, name, *options)
            deliveries.several(port, "several by " + name, *options)
            deliveries.full(port, "full by " + name, *options)
        deliveries.one(port, "no end by bdat", body="no end")
        deliveries.one(port, "no end by data", "--chunking", "off", body="no end", end=b"\r\n")
        deliveries.one(port, "long lines", body=("." + "x" * 5000 + "\r\n") * 100)
        deliveries.fails(port, "unknown", "perm", code="550", to=REFUSED)
        deliveries.fails(port, "full", "perm", code="552", to=FULL)
        deliveries.bodies(port, "tls", *trust, tls="required")
        deliveries.several(port, "several by tls", *trust, tls="required")
        deliveries.fails(port, "nobody vouches", "refused", tls="required")
        deliveries.fails(port, "no SMTPUTF8", "refused", "--smtputf8")


support.main(test)
