#ifndef SANSMTP_OUT_H
#define SANSMTP_OUT_H

/* The output buffer: what the engine has said and the host has not yet handed to the transport.
 * Room is asked for first and putting cannot fail, so nothing is ever half written. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sansmtp_out {
    uint8_t *octets;
    uint32_t capacity;
    uint32_t start; /* octets[start .. end) are pending */
    uint32_t end;
};

void sansmtp_out_init(struct sansmtp_out *out, uint8_t *octets, uint32_t capacity);

/* The pending octets; they stay where they are until the next put. */
const uint8_t *sansmtp_out_pending(const struct sansmtp_out *out, size_t *length);

/* So many of the pending octets are gone; false, and nothing changed, if there are not as many. */
bool sansmtp_out_sent(struct sansmtp_out *out, size_t length);

/* How many octets can be put. */
size_t sansmtp_out_room(const struct sansmtp_out *out);

/* Precondition: length <= sansmtp_out_room(out). take only gives the place; the caller writes. */
uint8_t *sansmtp_out_take(struct sansmtp_out *out, size_t length);
void sansmtp_out_put(struct sansmtp_out *out, const void *octets, size_t length);

/* Forgets what is pending. */
void sansmtp_out_clear(struct sansmtp_out *out);

#endif
