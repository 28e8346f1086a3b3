"""Writes docs/man/sansmtp-relay.1: the options are those of examples/relay/options/config.def.

    relay.py [--check]
"""

import re
import sys

from common import cells, finish, read, without_comments

TOP = r""".\" Made by docs/generate/relay.py; the options come from examples/relay/options/config.def.
.Dd November 22, 2026
.Dt SANSMTP-RELAY 1
.Os
.Sh NAME
.Nm sansmtp-relay
.Nd a mail server: takes mail, queues it, delivers it
.Sh SYNOPSIS
.Nm
.Op Fl -config Ar FILE
.Op Fl -option Ar value ...
.Nm
.Op Fl -config Ar FILE
.Op Fl -option Ar value ...
.Cm check
.Nm
.Op Fl -config Ar FILE
.Op Fl -queue Ar DIR
.Cm queue Ar command ...
.Sh DESCRIPTION
.Nm
takes mail from its users (submission) and from other servers, keeps it in a queue, and brings it
where it belongs: to the servers of its domain, to a smart host, to a Maildir, to an LMTP server.
It runs until a signal stops it, in the foreground.
Whoever is neither authenticated nor in a
.Cm network
can send only to a
.Cm local-domain
or
.Cm relay-domain .
VRFY and EXPN are answered 252, whatever the address.
.Pp
A message that it has answered with 250 is in the queue, on the disk: one SQLite file, in which
neither kill -9 nor a power failure can lose it.
A message is lost out of the queue only by
.Cm delete .
After a crash what was under way is delivered once more (RFC 1047).
What cannot be delivered is tried again, at intervals that grow; its sender is told of a delay, and of
the end.
.Pp
With
.Cm check
it reads the options, and the certificates, keys, users and passwords that they name, and says whether
all is well, as a start would; it opens no port and makes no file.
.Pp
On standard output is a line for each listener, such as
.Dq relay 127.0.0.1:2525 ,
and then
.Dq ready .
.Sh OPTIONS
Each option can stand on the command line, as
.Fl -name Ar value ,
and as a line
.Ar name value
in the file that
.Fl -config
names; empty lines and those that begin with # do not count.
A comment has a line of its own, a value no quotes.
What can be given once stands once in the file; the command line wins over it, and there the last one.
Options that can be given more than once add up.
What is wrong is told with its file and line before anything is made.
"""

BOTTOM = r""".Sh USERS
A user is whoever authenticates himself at a
.Cm submission-listen
or
.Cm submissions-listen
address, and may send to anywhere.
Whom he may send as, in MAIL, is for
.Cm senders
to say; other senders get 553 5.7.1.
A line is user:address, user:@domain or user:*; a user may have several, and one without any has
none.
The null sender is everybody's, for notifications have it.
From and Sender in the header are not looked at.
A wrong password is answered after two seconds; the fifth of a connection ends it, and
.Cm rate-wrong-passwords
counts those of an address.
A line of
.Cm auth-file
is the user's name, a colon, and what
.Ql openssl passwd -6
makes of the password.
.Pp
What a user submits gets a Date and a Message-ID, where it lacks one (RFC 6409 8), at the end of its
header; not if it has been signed.
.Sh MAILBOXES
A local recipient that there is not is refused at RCPT, by 550 5.1.1: what was taken would have to be
sent back, mostly to people who never wrote it.
Postmaster is always taken, with and without a domain of ours.
The case of a local part makes no difference: the folder of BOB@example.org, below
.Cm maildir ,
is bob@example.org.
.Bl -tag -width Ds
.It Cm local-recipients existing
Those whose folder is there:
.Dl mkdir /srv/mail/bob@example.org
.Dl chown sansmtp: /srv/mail/bob@example.org
It need not hold anything, but must be the user's who does the work; what a Maildir needs is made
with the first message, and so is Postmaster's folder.
The folder of bob@[192.0.2.1], at an
.Cm own-address ,
is bob@%5B192.0.2.1%5D.
.It Cm recipient-file
Those that the file lists, and no others, whatever folders there are.
A line is an address, a local part (which then there is in all our domains), or @domain (whatever
the local part).
It is read at the start and at SIGHUP.
.It Cm local-recipients any
Everybody.
.El
.Pp
An
.Cm lmtp
server is asked only when the message has long been taken; so with one there must be a file, or the
word that all are taken.
.Sh DELIVERY
An MX that leads to
.Cm own-address ,
or to where
.Cm relay-listen
listens at the port of other servers, leads to ourselves: neither it nor what is worse is called.
.Pp
A domain in UTF-8 and the same in A-labels are one domain: in RCPT, in
.Cm local-domain ,
.Cm relay-domain
and
.Cm smart-host ,
and for the folder of a mailbox, whose name has the A-labels.
A recipient whose domain IDNA does not know is refused by 5.1.2.
A message for which A-labels suffice goes on to hosts without SMTPUTF8, too; what needs more, for a local
part or the header, comes back by 5.6.7, in a report that needs it only if the sender's own local part is
in UTF-8.
.Pp
With
.Cm mta-sts
the policy of a domain is fetched from its mta-sts host when its DNS record names one that is new,
before the first message goes, and anew when it is a day old.
It holds until its max_age is over, also while it cannot be fetched; the log says so.
A domain whose policy cannot be had is as one that has none.
Where all goes by one smart host, it is the policy of that host's name.
A policy that somebody else puts into
.Cm mta-sts-folder ,
by renaming a file into place, counts from the file's time.
.Pp
A message whose header says
.Dq TLS-Required: No
(RFC 8689) goes as if
.Cm mta-sts
and
.Cm dane
were no and
.Cm tls
may, unless MAIL said REQUIRETLS.
.Pp
Of messages that are due those of a higher MT-PRIORITY (RFC 6710) go first, then those that have been
due for longer.
A priority over 0 counts only of a user who is authenticated.
.Sh QUEUE
The queue's folder must be its user's own, and nobody else may be able to write there.
A file that is broken, of a newer version or somebody else's is refused, and left as it is; one of an
older version is renewed at the start.
Room that is not needed any more goes back to the disk.
Where it has less than 16 MiB left no message is taken, by 452, so that what is there can still be
delivered, and be deleted.
.Pp
These work on the queue of a server that runs, and of one that does not.
.Bl -tag -width Ds
.It Cm queue list Oo Fl -after Ar ID Oc Op Fl -limit Ar N
A line for each recipient, in the order of arrival: id, octets, arrival, sender, recipient, state,
when it is due, attempts, the last reply's code and text.
.It Cm queue show Ar ID
All that is known of a message, and its header.
.It Cm queue retry Ar ID | Cm all
Try it now.
.It Cm queue hold Ar ID | Cm all
No more attempts.
.It Cm queue release Ar ID | Cm all
Attempts again.
.It Cm queue delete Ar ID | Cm all
It is gone, and nobody is told.
.El
.Sh SIGNALS
SIGHUP opens the log anew, and reads the files of
.Cm tls-cert , tls-key , tls-ca , auth-file , senders , recipient-file
and
.Cm smart-password-file
again; connections that begin then have what was read, those that are open go on with what they have,
but for the lists of addresses, which count at once.
If one of these files is bad all of them stay as they were; the log says so, and standard error why.
So a renewed certificate needs no stop; but where
.Cm user
is given, that user must be able to read the new files, by its group for instance, and to make the new
log: let
.Xr logrotate 8
do that, with
.Dq create 0640 sansmtp sansmtp .
The options themselves, and other kinds of hashes in
.Cm auth-file ,
need a start.
.Pp
SIGTERM and SIGINT close the listening sockets and idle sessions, let open transactions and deliveries
finish, and end the program; what is still open after 30 seconds is dropped.
A second signal ends it at once.
.Sh ROOT
Ports below 1024, keys and a log below /var/log may want root; what strangers send must not be read by
root.
So who starts it as root says with
.Cm user
who does the work.
As root it binds the ports, reads keys, passwords and users, opens the log, and makes the folders of
.Cm queue
and
.Cm maildir
if they are not there; then it takes the user's groups, group and user, for good, before it reads
anything of a client.
A log and folders that it makes are that user's; those that are there must be already.
Started by another user, with the capability CAP_NET_BIND_SERVICE for such ports, it stays that user.
As root
.Cm queue
commands become the user, too.
.Sh FILES
.Bl -tag -width Ds
.It Ar DIR Ns /queue.sqlite
The queue; with -wal and -shm beside it while it is open.
.It Ar DIR Ns /lock
Locked by the server that serves it.
.It Cm log
Made with mode 0640, whatever the umask: it has senders and recipients.
.It Pa share/doc/sansmtp/examples/sansmtp-relay.conf
A configuration to begin with, below the folder of the installation.
.El
.Sh EXIT STATUS
0 after a signal, or if
.Cm check
finds nothing wrong; else one of
.Xr sysexits 3 ,
and what is wrong is on standard error.
.Sh EXAMPLES
.Bd -literal -offset indent
%s
.Ed
.Sh SEE ALSO
.Xr sansmtp-receive 1 ,
.Xr sansmtp-send 1
"""

REPEATED = ("LISTENS", "DOMAINS", "ZONES", "HOSTS", "NETWORKS", "ADDRESSES")


def roff(text):
    text = text.replace("\\", "\\e").replace("--", "\\-\\-")
    return "\\&" + text if text[:1] in ".'" else text


def value(text):
    """Words that can be chosen between, or what stands for a value."""
    if re.fullmatch(r"[a-z|]+", text):
        return "Cm " + " | ".join(text.split("|"))
    return "Ar " + roff(text)


def sentence(text):
    text = text[0].upper() + text[1:]
    return roff(text if text.endswith(".") else text + ".")


def bounds(least, most):
    """What is worth to be said of them."""
    if most.isdigit() or most == "UINT16_MAX":
        return ["From %s to %s." % (least, most.replace("UINT16_MAX", "65535"))]
    return ["At least %s." % least] if int(least) > 1 else []


def option(row):
    """Of OPTION: kind, member, name, value, default, help; of COUNTED: with two bounds for a kind."""
    kind, name, what, standard, text = row[0], row[1], row[2], row[-2], row[-1]
    lines = [".It Fl -%s %s" % (name, value(what)), sentence(text)]
    if kind in REPEATED:
        lines.append("Repeatable.")
    if kind == "NUMBER":
        lines += bounds(row[3], row[4])
    if standard != "NULL":
        lines.append("Default: %s." % roff(standard))
    return lines


def options():
    text = without_comments(read("examples", "relay", "options", "config.def"))
    lines, is_open = [], False
    for found in re.finditer(r"^(SECTION|OPTION|COUNTED)\(", text, re.M):
        row = cells(text, found.end())
        if found.group(1) == "SECTION":
            lines += [".El"] if is_open else []
            lines += [".Ss " + row[0], ".Bl -tag -width Ds"]
            is_open = True
        else:
            kind = "NUMBER" if found.group(1) == "COUNTED" else row.pop(0)
            lines += option([kind] + row[1:])
    return "\n".join([*lines, ".El", ""])


def example():
    """The file that is shipped, without its comments."""
    lines = read("examples", "relay", "sansmtp-relay.conf").splitlines()
    return "\n".join(line for line in lines if line and not line.startswith("#"))


def main():
    return finish("docs/man/sansmtp-relay.1", TOP + options() + BOTTOM.replace("%s", example()))


if __name__ == "__main__":
    sys.exit(main())
