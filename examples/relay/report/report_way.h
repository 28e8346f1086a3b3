#ifndef RELAY_REPORT_WAY_H
#define RELAY_REPORT_WAY_H

/*
 * The way back to a sender. Of what is written in UTF-8 only a local part needs a way that knows
 * SMTPUTF8; a report on one that does not would be lost, so it is written without where it can be.
 */

#include "../names/idna.h"
#include "../queue/queue.h"

struct report_way {
    char path[IDNA_PATH_MAX];    /* with brackets */
    struct sansmtp_span mailbox; /* in it, without */
    struct sansmtp_span domain;  /* as queue.h has it */
    uint8_t octets[IDNA_MAX];    /* of it */
    bool utf8;                   /* it needs SMTPUTF8 */
};

/* Returns false if there is nobody who could be told. */
bool report_way(const struct queue_envelope *envelope, struct report_way *way);

#endif
