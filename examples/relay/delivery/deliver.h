#ifndef RELAY_DELIVER_H
#define RELAY_DELIVER_H

/*
 * Where the queue ends and the way out begins.
 *
 * dispatch.c decides what is sent when: it opens a lane to a destination that has something due,
 * gives it one consignment after the other, and ends it when nothing more is due there. How many
 * lanes there are to one destination, and in all, is its business. It knows the schedule (retry.h)
 * and nothing of connections.
 *
 * The other side (deliver*.c) knows how to bring it: where (MX, smart host, LMTP, Maildir), by
 * which connection, how safe. It tries all hosts that there are for a consignment before it is done
 * with it, and leaves a verdict for each recipient. A lane may keep its connection between two
 * consignments.
 *
 * All of it is on the loop.
 */

#include "../queue/queue.h"

struct relay;
struct lane;
struct consignment;

/* What became of one recipient in this attempt. Zero all of it: it is then put off. */
struct verdict {
    uint32_t action; /* SANSMTP_RETRY_DELIVERED, LATER, AUTHENTICATE or BOUNCE; 0: there was no
                      * attempt (we stop), and it counts as none */
    uint32_t flags;  /* judgement.flags: GREYLISTED, UNCERTAIN count */
    uint32_t code, enhanced;
    uint64_t not_before; /* LATER: no host can be tried sooner; 0: as the schedule says */
    bool informed;       /* DELIVERED: the next host has taken over all reports (DSN) */
    bool local;          /* DELIVERED: to the mailbox itself */
    bool untimed;        /* DELIVERED: the next host was not told of the deadline */
    char text[512];      /* the reply, or what went wrong */
    char host[320];      /* whose it is */
};

/* One message for one destination. */
struct consignment {
    struct relay *relay;
    struct lane *lane;
    const struct queue_batch *batch;
    struct verdict *verdicts; /* one a recipient of the batch, zeroed: to be filled */
    bool *wanted;             /* one a recipient: is it to be attempted? leave others alone */
    int64_t by; /* for BY=, seconds left; batch->envelope.by says if it was asked for */
};

/* -- the way out: deliver*.c ------------------------------------------------------------------- */

/* Makes ready, but for the folder of the Maildirs. Returns 0, or a status of sysexits.h after having
 * said why. */
int deliver_open(struct relay *relay);

/* Opens that, and makes it if it is not there. Returns as deliver_open. */
int deliver_open_store(struct relay *relay);

/* There are new relay->files: calls that begin now use them. */
void deliver_renew(struct relay *relay);

/* The program ends, and no lane is left: closes what is still open, such as idle connections. */
void deliver_close(struct relay *relay);

/* A new lane; destination lives as long as it. NULL: no memory. */
struct lane *lane_begin(struct relay *relay, struct sansmtp_span destination);

/* Brings a consignment; consignment_done follows, never before this returns. One at a time. */
void lane_send(struct lane *lane, struct consignment *consignment);

/* No more come. The lane is released when it has said QUIT; not while it has a consignment. */
void lane_end(struct lane *lane);

/* We stop: what has not passed its DATA or BDAT yet is done with at once, with verdicts of 0; with
 * force, everything. */
void lane_stop(struct lane *lane, bool force);

/* -- the queue's side: dispatch.c -------------------------------------------------------------- */

/* The verdicts are there. The consignment is gone after this. */
void consignment_done(struct consignment *consignment);

/* Reads the body, from any chunk on: got is called later, on the loop, with the octets, which live
 * until the next read. length 0: the end. Octets NULL: it cannot be read, and must not be passed
 * for whole. Chunk 0 is in batch->first already. One read at a time; got is called even if the
 * connection is lost meanwhile, so wait for it before consignment_done. */
typedef void consignment_got(struct consignment *consignment, const uint8_t *octets, size_t length);
void consignment_read(struct consignment *consignment, uint32_t chunk, consignment_got *got);

#endif
