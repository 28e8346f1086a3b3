#ifndef SANSMTP_FUZZ_RECEIVER_H
#define SANSMTP_FUZZ_RECEIVER_H

/* The host of a server engine behind a client: it answers as octets of the input say, and keeps
 * what it has said yes to. */

#include <stdbool.h>
#include <stdint.h>

#include <sansmtp/server.h>

#include "ledger.h"
#include "text.h"

enum { RECEIVER_KEPT = 256 };

struct receiver {
    struct sansmtp_server_options options;
    struct sansmtp_server *server;
    uint8_t *block;
    const struct sansmtp_event *question; /* open, or NULL */
    struct ledger ledger;
    struct text content; /* of the message in hand */
    uint32_t kept;       /* answers to END that were a yes, since the client's last submit() */
    bool kept_of[RECEIVER_KEPT]; /* LMTP: for which of the accepted */
    struct text log;
};

/* With the options that are set; false: init() refuses. */
bool receiver_begin(struct receiver *receiver);
void receiver_end(struct receiver *receiver);

void receiver_event(struct receiver *receiver, const struct sansmtp_event *event);

/* Answers the open question; 0, 0 is a yes. False: it cannot be answered. */
bool receiver_answer(struct receiver *receiver, uint8_t what, uint8_t code);

/* The client has heard what became of its message. */
void receiver_forget(struct receiver *receiver);

#endif
