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

/* RFC 4422 3.1: letters, digits, hyphen, underscore; 1 to 20 of them. On the wire in any case. */
bool sansmtp_mechanism_octet(uint8_t octet);
bool sansmtp_mechanism_is_name(struct sansmtp_span name);

/* How many names a list of the host has, in capitals and one space between; SIZE_MAX if it is no
 * such list. */
size_t sansmtp_mechanisms_count(const char *list, size_t length);

/* The row of a name in any case; for a name that is in no row, one that the host drives wholly. */
const struct sansmtp_mechanism *sansmtp_mechanism_find(struct sansmtp_span name);

#endif
