#include "naive_unstuff.h"

#include <string.h>

#include "unstuff.h"

bool naive_begins_line(const uint8_t *wire, size_t at)
{
    return at == 0 || (at >= 2 && wire[at - 2] == '\r' && wire[at - 1] == '\n');
}

static bool is_bare(const uint8_t *wire, size_t length, size_t at)
{
    if (wire[at] == '\n') {
        return at == 0 || wire[at - 1] != '\r';
    }
    return wire[at] == '\r' && at + 1 < length && wire[at + 1] != '\n';
}

static void append(struct naive_unstuff *result, uint8_t octet)
{
    result->content[result->length++] = octet;
}

/* A dot at the start of a line with CR behind it, and then the input ends: nobody knows yet. */
static bool is_held_back(const uint8_t *wire, size_t length, size_t at)
{
    return at + 1 == length && wire[at] == '\r' && at >= 1 && wire[at - 1] == '.' &&
           naive_begins_line(wire, at - 1);
}

static void offend(struct naive_unstuff *result, uint32_t policy, uint8_t octet)
{
    bool refused = octet == 0 ? (policy & SANSMTP_UNSTUFF_REFUSE_NUL) != 0
                              : (policy & SANSMTP_UNSTUFF_REFUSE) != 0;

    if (octet == 0) {
        result->facts |= SANSMTP_UNSTUFF_NUL;
    } else {
        result->facts |= octet == '\r' ? SANSMTP_UNSTUFF_BARE_CR : SANSMTP_UNSTUFF_BARE_LF;
    }
    if (refused) {
        result->facts |= SANSMTP_UNSTUFF_DISCARD;
    }
    if (octet != 0 && (policy & SANSMTP_UNSTUFF_NORMALISE)) {
        append(result, '\r');
        append(result, '\n');
    } else {
        append(result, octet);
    }
}

void naive_unstuff(const uint8_t *wire, size_t length, uint32_t policy,
                   struct naive_unstuff *result)
{
    memset(result, 0, sizeof(*result));
    result->taken = length;
    for (size_t at = 0; at < length; at++) {
        bool discarded = result->facts & SANSMTP_UNSTUFF_DISCARD;

        if (naive_begins_line(wire, at) && wire[at] == '.') {
            if (length - at >= 3 && wire[at + 1] == '\r' && wire[at + 2] == '\n') {
                result->facts |= SANSMTP_UNSTUFF_END;
                result->taken = at + 3;
                return;
            }
        } else if (discarded || is_held_back(wire, length, at)) {
            continue;
        } else if (wire[at] == 0 || is_bare(wire, length, at)) {
            offend(result, policy, wire[at]);
        } else {
            append(result, wire[at]);
        }
    }
    /* NORMALISE knows what becomes of a last CR before it knows what follows. */
    if ((policy & SANSMTP_UNSTUFF_NORMALISE) && !(result->facts & SANSMTP_UNSTUFF_DISCARD) &&
        length > 0 && wire[length - 1] == '\r' && !is_held_back(wire, length, length - 1)) {
        append(result, '\n');
    }
}
