#ifndef RELAY_QUEUE_H
#define RELAY_QUEUE_H

/*
 * The queue: every message that we answered 250 to and that is not delivered or bounced yet.
 *
 *   queue.c          opening it: the tables, what a crash has left; transactions
 *   queue_sql.c      statements, their values, and errors (queue_sql.def)
 *   queue_batch.c    copies of rows
 *   queue_drop.c     what goes, and what goes with it
 *   queue_put.c      a message comes in
 *   queue_pick.c     what is due, and the octets of a message
 *   queue_record.c   what became of it
 *   queue_report.c   of what a sender must be told
 *   queue_tidy.c     room that is not needed any more
 *   queue_manage.c   list, show, hold, release, retry, delete
 *
 * It is one SQLite file in a folder of its own, in WAL mode with synchronous=FULL: what was
 * committed survives kill -9 and power failures. Bodies lie in it too, as BLOBs, so that a message
 * becomes durable with its envelope in one commit, one fsync serves all the messages that wait for
 * it (clerk.h), and a crash leaves no files that belong to nothing.
 *
 * What is under way is not written down: after a crash it is due again. That is the window of
 * RFC 1047, in which a message may come twice, and the only one.
 *
 * All functions block and belong to one thread; the daemon's is the clerk. They return 0 or an
 * errno: ENOSPC, EIO, ENOMEM, EBUSY. Spans given are borrowed for the call.
 */

#include <sansmtp/sansmtp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct queue;
struct queue_memory;

/* Octets of one chunk of a body, at most. */
#define QUEUE_CHUNK_MAX ((size_t)192 * 1024)

/* envelope.flags */
#define QUEUE_UTF8         1u /* MAIL said SMTPUTF8 */
#define QUEUE_REQUIRETLS   2u /* MAIL said REQUIRETLS (RFC 8689) */
#define QUEUE_EIGHT_BIT    4u /* the message holds octets over 127 */
#define QUEUE_BARE         8u /* it holds a CR or LF that is no CRLF: it came by BDAT */
#define QUEUE_NUL          16u
#define QUEUE_REPORT       32u /* a report of our own */
#define QUEUE_TLS_OPTIONAL 64u /* its header says "TLS-Required: No" (RFC 8689) */

/* What is said of a message as a whole. A span with data NULL: it was not said. */
struct queue_envelope {
    uint64_t id;      /* relay_new_id(); 13 hexadecimal digits wherever people see it */
    uint64_t arrived; /* times are seconds since 1970 */
    uint64_t size;    /* octets of the body, our trace header included */
    uint32_t flags;   /* QUEUE_... */
    uint32_t body;    /* SANSMTP_BODY_..., 0: not said */
    uint32_t ret;     /* SANSMTP_RET_..., 0: not said */
    uint32_t hops;    /* Received fields, ours included */
    uint32_t by;      /* SANSMTP_BY_..., 0: no deadline */
    int32_t priority; /* MT-PRIORITY (RFC 6710) */
    uint64_t deliver_by;
    uint64_t hold_until;        /* FUTURERELEASE; 0: none */
    struct sansmtp_span sender; /* mailbox without brackets; length 0: the null path */
    struct sansmtp_span envid;  /* as it came: xtext */
    struct sansmtp_span client; /* who brought it: "mua.example [192.0.2.9]", "user ada" */
};

/* recipient.state */
#define QUEUE_WAITING 0u
#define QUEUE_HELD    1u /* by queue_hold: no attempt until queue_release */
#define QUEUE_OVER    2u /* delivered or given up; only a report is left to be sent */

/* What the sender is to be told of a recipient: recipient.tell, a set. */
#define QUEUE_TELL_FAILED    1u
#define QUEUE_TELL_DELAYED   2u
#define QUEUE_TELL_DELIVERED 4u  /* to the mailbox: NOTIFY=SUCCESS */
#define QUEUE_TELL_RELAYED   8u  /* to a host that sends no such reports */
#define QUEUE_TELL_EXPANDED  16u /* to more than one */

/* How an attempt ended: what a report says of it. */
struct queue_word {
    uint32_t code;            /* of the reply; 0: there was none */
    uint32_t enhanced;        /* SANSMTP_ENHANCED(...) */
    struct sansmtp_span text; /* the reply's, or why there was none */
    struct sansmtp_span host; /* "mx.example [192.0.2.1]", or absent */
};

struct queue_recipient {
    uint64_t id;
    struct sansmtp_span address;     /* mailbox without brackets; "Postmaster" may be bare */
    struct sansmtp_span destination; /* its domain in lower case; length 0: the bare Postmaster */
    struct sansmtp_span orcpt;       /* as it came: "rfc822;ada@x.example" */
    uint32_t notify;                 /* SANSMTP_NOTIFY_... or-ed; 0: not said */
    uint32_t state;                  /* QUEUE_WAITING ... */
    uint32_t tell;                   /* QUEUE_TELL_... */
    uint64_t due;                    /* when the queue looks at it next */
    uint64_t tried;                  /* when the last attempt ended; 0: none did */
    struct sansmtp_retry retry;      /* its schedule */
    struct queue_word word;          /* of the last attempt */
};

/* Opens or makes the queue in the folder path. serve: for the daemon, which alone may, and which
 * clears away what a crash has left. Returns 0, or a status of sysexits.h after having said why. */
int queue_open(struct queue **queue, const char *path, bool serve);
void queue_close(struct queue *queue);

/* -- transactions: everything between is done as one, or not at all ---------------------------- */

int queue_start(struct queue *queue);
int queue_commit(struct queue *queue);
void queue_roll_back(struct queue *queue);

/* One inside of another, which can fail by itself. */
int queue_save(struct queue *queue);
int queue_keep(struct queue *queue);   /* what was done since queue_save counts */
int queue_forget(struct queue *queue); /* what was done since queue_save is void; an error: all of
                                        * the transaction is */

/* -- in ---------------------------------------------------------------------------------------- */

/* The largest id there is: the next message gets a larger one. */
uint64_t queue_last(struct queue *queue);

/* Begins a message. It is not there for anybody until queue_put. */
int queue_begin(struct queue *queue, uint64_t id);

/* The next octets of its body, at most QUEUE_CHUNK_MAX. */
int queue_append(struct queue *queue, uint64_t id, uint32_t number, const void *octets,
                 size_t length);

/* The message envelope->id is whole: it is in the queue once this is committed. Of recipients
 * address, destination, orcpt, notify, due and retry count. */
int queue_put(struct queue *queue, const struct queue_envelope *envelope,
              const struct queue_recipient *recipients, size_t count);

/* A message that was begun will not be finished. */
int queue_discard(struct queue *queue, uint64_t id);

/* -- out --------------------------------------------------------------------------------------- */

/* A message and some of its recipients, with memory of its own. */
struct queue_batch {
    struct queue_envelope envelope;
    struct sansmtp_span destination; /* of all recipients, in what queue_pick gives */
    struct queue_recipient *recipients;
    size_t count;
    struct sansmtp_span first; /* the body's first chunk, number 0; often all of it */
    struct queue_memory *memory;
};

void queue_batch_free(struct queue_batch *batch); /* NULL is nothing */

/* What to pick. */
struct queue_want {
    struct sansmtp_span destination; /* this one; absent: the most urgent */
    const struct sansmtp_span *but;  /* not these */
    size_t but_count;
    bool yield;    /* of this destination: nothing, while another has what is more urgent */
    uint32_t most; /* recipients */
    uint64_t now;
};

/*
 * Sets *batch to a message of the highest priority that has anything due, and of these to the one
 * that has waited longest at the destination that has been due for the longest time, with all of
 * its recipients there that are due; they are taken, and will not be picked again until
 * queue_record or queue_give_back. NULL if none is due; *when is then the next time to look, or
 * UINT64_MAX. The caller frees the batch.
 */
int queue_pick(struct queue *queue, const struct queue_want *want, struct queue_batch **batch,
               uint64_t *when);

/* Sets *length to the octets of this chunk, and copies them; 0: there is none. ENOENT: the message
 * was deleted. */
int queue_read(struct queue *queue, uint64_t id, uint32_t number, uint8_t out[QUEUE_CHUNK_MAX],
               size_t *length);

/* -- what became of it ------------------------------------------------------------------------- */

/* For each recipient of a batch. */
struct queue_result {
    uint64_t recipient; /* id */
    bool over;          /* delivered or given up */
    uint32_t tell;      /* QUEUE_TELL_... */
    uint64_t due;       /* if not over: when to look next; retry as it is now */
    uint64_t tried;     /* when the attempt ended; 0: there was none */
    struct sansmtp_retry retry;
    struct queue_word word;
};

/* Writes down results and gives the recipients back. A recipient that is over and of which nobody
 * must be told is gone, and so is a message without recipients. */
int queue_record(struct queue *queue, uint64_t id, const struct queue_result *results,
                 size_t count);

/* No attempt came to pass: they are due as they were. */
int queue_give_back(struct queue *queue, const struct queue_batch *batch);

/* Sets *batch to the first message behind after with all recipients of which its sender must be
 * told something, or to NULL. The caller frees it. */
int queue_pick_report(struct queue *queue, uint64_t after, struct queue_batch **batch);

/* The sender was told of all that the batch says: call it in the transaction that puts the report. */
int queue_reported(struct queue *queue, const struct queue_batch *batch);

/* Gives room that is not needed back to the disk, a little at a time, outside of transactions.
 * Returns whether there is more to be done. */
bool queue_tidy(struct queue *queue);

/* -- management: also for other processes, at any time ------------------------------------------ */

/* One line a recipient, in the order of arrival, from the message after on, limit messages at most.
 * Returns 0 or an errno. */
int queue_list(struct queue *queue, uint64_t after, uint64_t limit, FILE *out);

/* All that is known of one message, and its header. ENOENT: there is none. */
int queue_show(struct queue *queue, uint64_t id, FILE *out);

/* Of one message, or with id 0 of all; *count is set to the recipients that it meant. */
int queue_hold(struct queue *queue, uint64_t id, uint64_t *count);
int queue_release(struct queue *queue, uint64_t id, uint64_t *count);
int queue_retry(struct queue *queue, uint64_t id, uint64_t now, uint64_t *count);
int queue_delete(struct queue *queue, uint64_t id, uint64_t *count);

/* ETRN: all for this domain, and with below also for those below it, is due now. */
int queue_hasten(struct queue *queue, struct sansmtp_span domain, bool below, uint64_t now,
                 uint64_t *count);

#endif
