#ifndef SANSMTP_MECHANISM_H
#define SANSMTP_MECHANISM_H

/* mechanisms.def as a table: what both engines know of a SASL mechanism beside its name. */

#include <stdbool.h>

#include <sansmtp/types.h>

/* Who speaks first. */
enum sansmtp_first { SANSMTP_FIRST_CLIENT, SANSMTP_FIRST_SERVER, SANSMTP_FIRST_EITHER };

struct sansmtp_mechanism {
    char name[20]; /* RFC 4422 3.1: at most 20 octets; padded with NUL */
    uint8_t length;
    uint8_t first; /* SANSMTP_FIRST_... */
    bool clear;    /* it shows the secret to who listens */
};

/* The row of a name in any case; for a name that is in no row, one that the host drives wholly. */
const struct sansmtp_mechanism *sansmtp_mechanism_find(struct sansmtp_span name);

#endif
