#ifndef SANSMTP_TEST_NAIVE_STUFF_H
#define SANSMTP_TEST_NAIVE_STUFF_H

/* Dot-stuffing once more, written from the RFC and without states: it sees the whole message at
 * once and decides about an octet by its neighbours. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAIVE_STUFF_MOST 1024
#define NAIVE_STUFF_ROOM (4 * NAIVE_STUFF_MOST + 8)

struct naive_lines {
    uint8_t octets[NAIVE_STUFF_ROOM];
    size_t length;
};

/* A CR without LF, or an LF without CR; at the end of the octets a CR is one. */
bool naive_is_bare(const uint8_t *octets, size_t length, size_t at);
bool naive_has_bare(const uint8_t *octets, size_t length);

/* Each bare CR or LF becomes a CRLF. length is at most NAIVE_STUFF_MOST. */
void naive_normalise(const uint8_t *message, size_t length, struct naive_lines *out);

/* Empty, or its last octets are a CRLF. */
bool naive_ends_line(const struct naive_lines *lines);

/* The wire, through the end of data. */
void naive_stuff(const struct naive_lines *lines, struct naive_lines *wire);

#endif
