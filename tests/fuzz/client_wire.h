#ifndef SANSMTP_FUZZ_CLIENT_WIRE_H
#define SANSMTP_FUZZ_CLIENT_WIRE_H

/*
 * Reads what a client says as it leaves, command by command and message by message, beside what its
 * host has lent: so it can be told whether a message is whole on the wire, and what is there that
 * must not be.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

#define CLIENT_WIRE_MOST 240u /* octets of a message, for the naive stuffing */

struct client_wire {
    bool normalises;
    bool binary;         /* any octets may go, in chunks */
    struct text line;    /* the command in hand */
    struct text message; /* what the host has lent */
    bool last;           /* and it was the last */
    struct text body;    /* the message as it left */
    bool data;           /* behind DATA */
    bool chunked;        /* BDAT was said */
    bool last_chunk;     /* and with LAST */
    uint64_t chunk;      /* octets of it still to come */
    const char *broken;  /* the first rule that was broken, or NULL */
};

void client_wire_begin(struct client_wire *wire, bool binary);
void client_wire_lent(struct client_wire *wire, const void *octets, size_t length, bool last);

/* What leaves: of the engine's own block, or of the message. */
void client_wire_command(struct client_wire *wire, const void *octets, size_t length);
void client_wire_body(struct client_wire *wire, const void *octets, size_t length);

/* Is the message that was lent on the wire, all of it, and closed? */
bool client_wire_complete(const struct client_wire *wire);

/* At the end of a message: what left of it is a part of what was lent, and closed only if whole. */
void client_wire_end(struct client_wire *wire);

void client_wire_free(struct client_wire *wire);

#endif
