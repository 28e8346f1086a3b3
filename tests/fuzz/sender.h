#ifndef SANSMTP_FUZZ_SENDER_H
#define SANSMTP_FUZZ_SENDER_H

/*
 * The host of a client engine, as fuzz targets play it: messages made of a few octets of the input,
 * lent in memory that is gone as soon as the header says that it may be; and what must hold of
 * every event, every want and every octet that leaves.
 */

#include <stdbool.h>
#include <stdint.h>

#include <sansmtp/client.h>

#include "client_ledger.h"
#include "client_wire.h"
#include "text.h"

#define SENDER_MOST SIZE_MAX /* sender_drain: all there is */

struct sender {
    struct sansmtp_client *client;
    uint8_t *block;
    size_t block_length;
    bool plain;          /* messages are all the same */
    bool extended;       /* and has the words of the extensions */
    bool personal;       /* asks for an answer for each recipient, too */
    bool assumed;        /* that the peer will greet */
    uint32_t random;     /* what they are made of; depends on what is asked alone */
    uint32_t more;       /* recipients of a plain message beyond the first */
    uint32_t messages;   /* still to be submitted, then QUIT */
    uint32_t recipients; /* of the message in hand, still to be given */
    uint32_t pieces;     /* of its body, still to be lent */
    bool challenged;     /* a CHALLENGE is open */
    bool finished;       /* QUIT was said */
    uint8_t *lent;       /* the piece of body that the engine holds */
    uint8_t *response;   /* that it holds until the next event but TRACE */
    int error;           /* the first that was seen: it stays */
    uint32_t outcome;    /* of the last message, 0: none yet */
    struct text finals;  /* of the last message: the number of each accepted, "+0-1" */
    struct client_wire wire;
    struct client_ledger ledger;
    struct text log;
};

/* random 0: plain messages. */
void sender_begin(struct sender *sender, const struct sansmtp_client_options *options,
                  uint32_t random);
void sender_end(struct sender *sender);

/* Now and then: what the peer offers is taken for known. Right behind sender_begin(). */
void sender_assume(struct sender *sender);

/* Aborts with the log if it does not hold. */
void sender_demand(const struct sender *sender, bool holds, const char *rule);

/* Writes down what came, and judges it; a CHALLENGE is answered. */
void sender_event(struct sender *sender, const struct sansmtp_event *event);

/* Does one thing that the engine wants of its host; false: there was none. */
bool sender_serve(struct sender *sender);

/* What came of the last message was seen. */
void sender_forget(struct sender *sender);

/* Takes at most so many octets of output, by vectors() or output(); returns how many. */
size_t sender_drain(struct sender *sender, size_t most, bool gather, struct text *output);

/* The wants and the error must make sense, whenever the engine stands still. */
void sender_check(struct sender *sender);

uint32_t sender_draw(uint32_t *state, uint32_t below);

#endif
