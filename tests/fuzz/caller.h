#ifndef SANSMTP_FUZZ_CALLER_H
#define SANSMTP_FUZZ_CALLER_H

/*
 * A host that calls whatever comes to its mind, as a script of octets says: what the two fuzz
 * targets of such hosts have in common. A call that is refused must leave the engine's block as it
 * was.
 */

#include <stdbool.h>
#include <stdint.h>

#include <sansmtp/types.h>

#include "text.h"

struct caller {
    const uint8_t *script;
    size_t left;             /* octets of it */
    uint8_t *block, *before; /* the engine's, and a copy from before a call */
    size_t block_length;
    struct sansmtp_span in; /* what the peer said, and the engine has not taken */
    uint8_t *piece;         /* the block that in lies in */
    struct text log;
};

void caller_begin(struct caller *caller, const uint8_t *script, size_t length, size_t memory);
void caller_end(struct caller *caller);

/* Aborts with the log if it does not hold. */
void caller_demand(const struct caller *caller, bool holds, const char *why);

/* The next octet of the script, 0 behind its end. */
uint8_t caller_octet(struct caller *caller);

/* Around a call: caller_called() gives its result, and judges it. */
void caller_remember(struct caller *caller);
int caller_called(struct caller *caller, const char *name, int result);

/* The peer says this, a line, or so many octets of the script. */
void caller_say(struct caller *caller, const void *octets, size_t length);
void caller_say_line(struct caller *caller, const char *line);
void caller_say_script(struct caller *caller, size_t length);

#endif
