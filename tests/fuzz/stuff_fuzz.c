/*
 * Dot-stuffing. Input: the policy, the length of the chunks, the message, each chunk in a block of
 * exactly its size. The wire holds no bare CR or LF, and what the strict reader of DATA makes of it
 * is the message, as it was or normalised; a refused message is not closed.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "naive_stuff.h"
#include "stuff.h"
#include "unstuff.h"

#define HOLDS(condition) ((condition) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct naive_lines wire;

static void collect(struct sansmtp_span slice)
{
    HOLDS(slice.length <= sizeof(wire.octets) - wire.length);
    memcpy(wire.octets + wire.length, slice.data, slice.length);
    wire.length += slice.length;
}

/* False: refused. */
static bool send_chunk(const uint8_t *octets, size_t length, bool last, uint32_t *state)
{
    uint8_t *copy = malloc(length);
    struct sansmtp_span chunk = {copy, length};
    struct sansmtp_span slice;
    uint32_t offences;

    HOLDS(copy != NULL || length == 0);
    if (length > 0) {
        memcpy(copy, octets, length);
    }
    offences = sansmtp_stuff_check(&chunk, last, state, &slice);
    while (offences == 0 && slice.length > 0) {
        collect(slice);
        sansmtp_stuff_next(&chunk, state, &slice);
    }
    HOLDS(chunk.length == (offences == 0 ? 0 : length));
    free(copy);
    return offences == 0;
}

static bool send_message(const uint8_t *message, size_t length, size_t chunk, uint32_t *state)
{
    for (size_t at = 0; at < length; at += chunk) {
        size_t left = length - at;

        if (!send_chunk(message + at, left < chunk ? left : chunk, left <= chunk, state)) {
            return false;
        }
    }
    return true;
}

/* How the strict reader ends; its content is set. */
static uint32_t receive(struct naive_lines *content)
{
    uint32_t state = sansmtp_unstuff_begin(SANSMTP_UNSTUFF_REFUSE);
    size_t at = 0;

    content->length = 0;
    while (at < wire.length && !(state & SANSMTP_UNSTUFF_END)) {
        struct sansmtp_span span;

        at += sansmtp_unstuff(wire.octets + at, wire.length - at, &state, &span);
        memcpy(content->octets + content->length, span.data, span.length);
        content->length += span.length;
    }
    HOLDS(at == wire.length && !(state & SANSMTP_UNSTUFF_DISCARD));
    return state;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct naive_lines lines, content;
    struct sansmtp_span tail;
    uint32_t state;
    bool normalises;

    if (size < 2 || size - 2 > NAIVE_STUFF_MOST) {
        return 0;
    }
    state = sansmtp_stuff_begin(data[0]);
    normalises = state & SANSMTP_STUFF_NORMALISE;
    wire.length = 0;
    if (!send_message(data + 2, size - 2, data[1] + (size_t)1, &state)) {
        HOLDS(!naive_has_bare(wire.octets, wire.length));
        HOLDS(!(receive(&content) & SANSMTP_UNSTUFF_END));
        HOLDS(!normalises || (state & SANSMTP_STUFF_SEVEN_BIT));
        return 0;
    }
    HOLDS(normalises || !naive_has_bare(data + 2, size - 2));
    HOLDS(sansmtp_stuff_end(state, &tail));
    collect(tail);
    HOLDS(receive(&content) & SANSMTP_UNSTUFF_END);
    naive_normalise(data + 2, size - 2, &lines);
    if (!naive_ends_line(&lines)) {
        memcpy(lines.octets + lines.length, "\r\n", 2);
        lines.length += 2;
    }
    HOLDS(content.length == lines.length);
    HOLDS(memcmp(content.octets, lines.octets, lines.length) == 0);
    return 0;
}
