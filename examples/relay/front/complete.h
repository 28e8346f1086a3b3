#ifndef RELAY_COMPLETE_H
#define RELAY_COMPLETE_H

/* The fields that a message submitted to us should have and may lack (RFC 6409 8.2, 8.3): Date and
 * Message-ID. */

#include <sansmtp/header.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMPLETE_FIELDS 6u   /* that are looked for */
#define COMPLETE_MAX    512u /* octets that may be added */

/* What sansmtp_header_read shall look for. */
void complete_begin(struct sansmtp_header_field fields[COMPLETE_FIELDS]);

/* What the fields are made of. */
struct complete {
    const char *hostname;
    uint64_t id, random; /* of the message */
    uint64_t now;        /* seconds since 1970 */
};

/* Writes the fields that it lacks. Returns the octets written, 0 for none: all are there, or it is
 * signed and so to be left alone. */
size_t complete_write(const struct sansmtp_header_field fields[COMPLETE_FIELDS],
                      const struct complete *with, char out[COMPLETE_MAX]);

#endif
