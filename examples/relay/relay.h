#ifndef RELAY_H
#define RELAY_H

/*
 * sansmtp-relay: a mail server. It takes mail from its users (submission) and from other servers
 * (MX), queues it, and delivers it: to other servers, to a Maildir, to an LMTP server.
 *
 * A message's way through the rooms:
 *
 * front/: it is taken, or not
 *   listen.c      a listener for each role, and what its engine offers
 *   session.c     what we answer to the engine's questions
 *   gate.c        who may send to whom, and how much
 *   crowd.c       who is here at the same time
 *   sender.c      whom a user may send as
 *   mailbox.c     which local recipients there are
 *   outside.c     what others say of a client: a DNS blocklist
 *   envelope.c    MAIL and RCPT as the queue keeps them
 *   arrival.c     the message on its way into the queue
 *   complete.c    the fields that it may lack
 * queue/: it waits
 *   clerk.c       the thread that owns the queue
 *   queue*.c      the queue
 * delivery/: it is brought where it belongs
 *   dispatch.c    what is sent when
 *   berth.c       one lane out, and what became of what went there
 *   outcome.c     what a verdict means for the schedule, and whom to tell
 *   deliver*.c    how it is brought (deliver.h)
 *   policy*.c     the MTA-STS policies of domains
 * report/: its sender is told
 *   report*.c     what is told, and how
 *
 * Beside it: in front/ etrn.c, the command ETRN, and addresses.c, lists of them; in queue/ command.c,
 * the queue's commands; names/ the DNS, domains as it has them, and our own addresses; options/ the
 * options (config*.c, config.def) and what stands in the files that they name (files.c, lines.c).
 *
 * Here are relay.c, the program; identity.c, as whom it runs; logfile.c, the log; reload.c, which
 * reads the files again. The rooms of sansmtp-receive that hold a connection, TLS, AUTH, the log and
 * the Maildirs are shared, and those of sansmtp-send that make one (examples/meson.build: postroom,
 * callroom).
 */

#include "names/resolver.h"
#include "options/config.h"
#include "queue/clerk.h"

#include <stdio.h>

struct listener;
struct dispatch;
struct berth;
struct delivery_office; /* deliver*.c */
struct report_office;   /* report.c */
struct policy_office;   /* policy.c */
struct gate;
struct files;

struct relay {
    struct config config;
    uv_loop_t *loop;
    struct clerk *clerk;
    struct resolver *resolver;
    struct gate *gate;
    struct files *files;
    struct listener *listeners;
    struct dispatch *dispatch;
    struct berth *berths;
    size_t berth_count;
    struct delivery_office *deliveries;
    struct report_office *reports;
    struct policy_office *policies; /* NULL: none was fetched yet */
    size_t visits;                  /* connections whose CONNECT was asked */
    struct sansmtp_retry_options retry;
    FILE *log;        /* NULL: none */
    uint64_t last_id; /* of a message */
    bool stopping;
};

/* Something may be due now: there is a new message, or ETRN was said (dispatch.c). */
void dispatch_wake(struct relay *relay);

/* A line of the log about a message on its way out: time, queue id, what, and the rest. */
void relay_log(struct relay *relay, uint64_t id, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Seconds since 1970; a random number; the id of a new message, which no other one ever has. */
uint64_t relay_now(void);
uint64_t relay_random(void);
uint64_t relay_new_id(struct relay *relay);

#endif
