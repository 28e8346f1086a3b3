"""A Postfix of our own: its folders, its configuration, running it. It needs root."""

import grp
import os
import pwd
import subprocess

import foreign
import support
from support import HOST

# Who may write to it: the user postfix, or postfix and the group postdrop.
PRIVATE = (
    "active bounce corrupt defer deferred flush hold incoming private saved trace".split(),
    "maildrop public".split(),
)


def daemons(tap):
    """Where Postfix has its programs, or None, and said so."""
    program = support.peer(tap, "postfix")
    if not program:
        return None
    if os.getuid() != 0:
        support.missing(tap, "postfix", "only root can run it")
        return None
    postconf = support.peer(tap, "postconf", "-d", "mail_version")
    said = subprocess.run(
        [postconf, "-d", "-h", "daemon_directory"], capture_output=True, text=True, check=True
    )
    return said.stdout.strip()


class Postfix:
    def __init__(self, here, programs, address=HOST):
        self.here = os.path.join(here, "postfix")
        self.master = os.path.join(programs, "master")
        self.address, self.port = address, None
        self.nobody = pwd.getpwnam("nobody")
        self.folders(pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postdrop").gr_gid)

    def folders(self, owner, group):
        queue = os.path.join(self.here, "queue")
        for name in self.here, queue, os.path.join(queue, "pid"):
            os.mkdir(name)
        for name in PRIVATE[0] + PRIVATE[1]:
            os.mkdir(os.path.join(queue, name), 0o700)
            os.chown(os.path.join(queue, name), owner, -1)
        for name, mode in ("maildrop", 0o1730), ("public", 0o2710):
            os.chown(os.path.join(queue, name), owner, group)
            os.chmod(os.path.join(queue, name), mode)
        for name, user in ("data", owner), ("mail", self.nobody.pw_uid):
            os.mkdir(os.path.join(self.here, name), 0o700)
            os.chown(os.path.join(self.here, name), user, -1)

    def configure(self, main, master, listens, **values):
        """main.cf and master.cf, with these values in. listens: the port to look at."""
        self.port = listens
        values.update(here=self.here, host=HOST)
        values.update(user=self.nobody.pw_uid, group=self.nobody.pw_gid)
        support.written(self.here, "main.cf", main.format(**values).encode("ascii"))
        support.written(self.here, "master.cf", master.format(**values).encode("ascii"))

    def running(self):
        """In a session of its own: master ends all that it started."""
        command = [self.master, "-c", self.here, "-s"]
        more = {"cwd": self.here, "start_new_session": True}
        return foreign.running(command, self.port, self.address, **more)

    def log(self):
        return support.slurp(os.path.join(self.here, "maillog")).decode(errors="replace")
