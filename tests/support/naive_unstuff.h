#ifndef SANSMTP_TEST_NAIVE_UNSTUFF_H
#define SANSMTP_TEST_NAIVE_UNSTUFF_H

/* The scanner of DATA once more, written from the RFC and without states: it sees the whole wire at
 * once and decides about an octet by its neighbours. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAIVE_UNSTUFF_MOST 1024

struct naive_unstuff {
    uint8_t content[2 * NAIVE_UNSTUFF_MOST];
    size_t length;
    size_t taken;   /* through the end, if there is one */
    uint32_t facts; /* SANSMTP_UNSTUFF_BARE_CR ... END */
};

/* Behind a CRLF, or at the very first octet. */
bool naive_begins_line(const uint8_t *wire, size_t at);

/* policy as for sansmtp_unstuff_begin; length is at most NAIVE_UNSTUFF_MOST. */
void naive_unstuff(const uint8_t *wire, size_t length, uint32_t policy,
                   struct naive_unstuff *result);

#endif
