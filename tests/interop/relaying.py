"""Several sansmtp-relays as hosts of their own: each has an address of 127.0.0.0/8 and a name, and
all servers have the same port, as all have port 25 elsewhere.
"""

import ports
import relay
import support


def common_port(addresses):
    """A port that is free on all these addresses."""
    return ports.free_port(*addresses)


class Host(relay.Relay):
    """One that has all its options in a file: {name: value or [value, ...]}."""

    def __init__(self, here, hostname, options):
        super().__init__(here, listen=(), local=())
        own = {"hostname": hostname, "queue": self.queue, "log": self.log_path, "trace": "yes"}
        own["local-recipients"] = "any"
        if "lmtp" not in options:
            own["maildir"] = self.maildir
        lines = ["# %s\n" % hostname]
        for name, values in {**own, **options}.items():
            for value in values if isinstance(values, list) else [values]:
                lines.append("%s %s\n" % (name, value))
        lines += ["user root\n"] if relay.AS_ROOT and "user" not in options else []
        path = support.written(self.here, "conf", "".join(lines).encode("utf-8"))
        self.command = [relay.program(), "--config", path]

    def told(self):
        """What to look at when something is wrong."""
        return "%s\n%s" % (self.log()[-3000:], self.errors()[-6000:])
