#ifndef SANSMTP_TEST_SENDER_H
#define SANSMTP_TEST_SENDER_H

/* Inside of client_end.c and client_fate.c: our client and its host, a mail queue that submits what
 * is not settled yet, and believes what it is told. There is one at a time. */

#include <sansmtp/client.h>

#include "world.h"

enum { GATHERED = 16384 };

struct sender {
    struct world *world;
    struct books *books;
    const struct script *script;
    struct sansmtp_client_options options;
    struct sansmtp_client *client;
    uint8_t memory[SANSMTP_CLIENT_MEMORY(1024, 2048)];

    uint32_t message;                           /* to submit next, or in hand */
    bool begun;                                 /* it was submitted, and has no outcome */
    uint32_t next_recipient;                    /* to give */
    bool tried[MESSAGES_MOST][RECIPIENTS_MOST]; /* was given, in this session */
    uint32_t given[RECIPIENTS_MOST], given_count;
    uint32_t accepted[RECIPIENTS_MOST], accepted_count;
    uint32_t final_codes[RECIPIENTS_MOST]; /* PRDR: they wait for the answer for all */
    uint32_t results, finals;
    bool sender_refused, later; /* later: somebody was refused by a 4yz */
    bool restarted;             /* the peer had a part of this message, and its recipients */

    uint8_t body[BODY_MOST];
    size_t length, lent;
    bool last;         /* all of it was lent */
    bool pending;      /* and the end of it was not handed to the transport */
    uint8_t *borrowed; /* ends at a guard page; the engine has a piece of body in it */

    uint8_t gathered[GATHERED];
};

extern struct sender sender;

/* client_end.c: the next recipient of this message who is not settled; false: there is none. */
bool client_find_recipient(void);

/* client_fate.c: what the host makes of an event. */
void client_event(const struct sansmtp_event *event);

#endif
