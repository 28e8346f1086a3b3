#ifndef SEND_SCAN_H
#define SEND_SCAN_H

/* What is in a message that SMTP must know of before it is sent. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scan {
    uint64_t octets;
    uint64_t feeds, returns, pairs; /* LF, CR, CRLF */
    bool eight_bit;
    uint8_t last; /* octet */
};

/* Octets that come next; begin with a scan that is all zero. */
void scan_octets(struct scan *scan, const uint8_t *octets, size_t length);

/* How many CR without LF and LF without CR there are. */
uint64_t scan_bare(const struct scan *scan);

/* The size that RFC 1870 means: with every newline as CRLF, one at the end included. */
uint64_t scan_size(const struct scan *scan);

#endif
