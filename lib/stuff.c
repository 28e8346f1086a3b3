#include "stuff.h"

#include "scan.h"

/* Theory of operation. A phase is named by what has been taken from the chunks, and is all that is
 * known about them. One step gives one slice; sansmtp_stuff_check() walks the chunk by the same
 * steps and keeps what the first of them gave, so what it lets pass is what will go out.
 *
 * What a peer sees is only CRLF, whether it came or was made, so only a CRLF leads to LINE_START,
 * and no octet gets from there to the wire without being asked whether it is a dot. */

enum {
    LINE_START = 0,
    IN_LINE = 1,
    DOUBLED = 2, /* the dot at the front of the chunk has gone out once */
    HELD_CR = 3, /* the last octet of the chunk before was a CR; it is held back */
    PHASE = 7
};

static const uint8_t crlf[] = {'\r', '\n'};
static const uint8_t tail_in_line[] = {'\r', '\n', '.', '\r', '\n'};

struct writing {
    struct sansmtp_span *chunk;
    struct sansmtp_span *slice;
    uint32_t *state;
};

uint32_t sansmtp_stuff_begin(uint32_t policy)
{
    uint32_t seven_bit = policy & SANSMTP_STUFF_SEVEN_BIT;

    if ((policy & SANSMTP_STUFF_NORMALISE) && !(policy & SANSMTP_STUFF_REFUSE)) {
        return LINE_START | SANSMTP_STUFF_NORMALISE | seven_bit;
    }
    return LINE_START | SANSMTP_STUFF_REFUSE | seven_bit;
}

static bool has(const struct writing *writing, uint32_t bits)
{
    return (*writing->state & bits) != 0;
}

static uint32_t phase_of(uint32_t state)
{
    return state & PHASE;
}

static void give(struct writing *writing, const uint8_t *octets, size_t length)
{
    writing->slice->data = octets;
    writing->slice->length = length;
}

static void take(struct writing *writing, size_t length, uint32_t phase)
{
    writing->chunk->data += length;
    writing->chunk->length -= length;
    *writing->state = (*writing->state & ~(uint32_t)PHASE) | phase;
}

static void offend(struct writing *writing)
{
    give(writing, writing->chunk->data, 0);
    take(writing, writing->chunk->length, IN_LINE);
    *writing->state |= SANSMTP_STUFF_BARE;
}

/* Gives the text before a CR or LF that becomes a CRLF; if there is none, the CRLF. */
static void normalise(struct writing *writing, size_t at)
{
    if (at > 0) {
        give(writing, writing->chunk->data, at);
        take(writing, at, IN_LINE);
    } else {
        give(writing, crlf, sizeof(crlf));
        take(writing, 1, LINE_START);
    }
}

/* RFC 5321 section 4.5.2: a dot at the start of a line is doubled. */
static void double_dot(struct writing *writing, size_t at)
{
    give(writing, writing->chunk->data, at + 1);
    take(writing, at, DOUBLED);
}

/* What stands at the front is not a dot that begins a line, or it has gone out once. */
static void text(struct writing *writing)
{
    const uint8_t *octets = writing->chunk->data;
    size_t length = writing->chunk->length;
    size_t at = sansmtp_scan_text(octets, length, SANSMTP_SCAN_BARE);

    give(writing, octets, at);
    if (at == length) {
        take(writing, length, IN_LINE);
    } else if (octets[at] == '\r' && at + 1 == length) {
        take(writing, length, HELD_CR);
    } else if (octets[at] == '\r' && octets[at + 1] == '\n') {
        if (at + 2 < length) {
            double_dot(writing, at + 2);
        } else {
            give(writing, octets, length);
            take(writing, length, LINE_START);
        }
    } else if (has(writing, SANSMTP_STUFF_NORMALISE)) {
        normalise(writing, at);
    } else {
        /* RFC 5321 section 2.3.8: CR and LF are sent as a pair only. */
        offend(writing);
    }
}

static void after_held_cr(struct writing *writing)
{
    bool pair = writing->chunk->data[0] == '\n';

    if (!pair && !has(writing, SANSMTP_STUFF_NORMALISE)) {
        offend(writing);
        return;
    }
    give(writing, crlf, sizeof(crlf));
    take(writing, pair ? 1 : 0, LINE_START);
}

static void after_line_start(struct writing *writing)
{
    if (writing->chunk->data[0] == '.') {
        double_dot(writing, 0);
    } else {
        text(writing);
    }
}

void sansmtp_stuff_next(struct sansmtp_span *chunk, uint32_t *state, struct sansmtp_span *slice)
{
    struct writing writing = {chunk, slice, state};

    give(&writing, chunk->data, 0);
    if (chunk->length == 0) {
        return;
    }
    if (*state & SANSMTP_STUFF_BARE) {
        offend(&writing);
        return;
    }
    switch (phase_of(*state)) {
    case LINE_START:
        after_line_start(&writing);
        break;
    case HELD_CR:
        after_held_cr(&writing);
        break;
    default: /* IN_LINE, DOUBLED */
        text(&writing);
    }
}

/* Is there a bare CR or LF in what is left of the chunk? */
static bool offends(struct sansmtp_span rest, uint32_t state, bool last)
{
    struct sansmtp_span slice;

    if (state & SANSMTP_STUFF_NORMALISE) {
        return false;
    }
    while (rest.length > 0) {
        sansmtp_stuff_next(&rest, &state, &slice);
    }
    return (state & SANSMTP_STUFF_BARE) || (last && phase_of(state) == HELD_CR);
}

uint32_t sansmtp_stuff_check(struct sansmtp_span *chunk, bool last, uint32_t *state,
                             struct sansmtp_span *slice)
{
    struct sansmtp_span rest = *chunk;
    struct sansmtp_span first;
    uint32_t after = *state;
    uint32_t offences = 0;

    if ((after & SANSMTP_STUFF_SEVEN_BIT) && sansmtp_scan_eight_bit(rest.data, rest.length)) {
        offences |= SANSMTP_STUFF_EIGHT_BIT;
    }
    sansmtp_stuff_next(&rest, &after, &first);
    if (offends(rest, after, last)) {
        offences |= SANSMTP_STUFF_BARE;
    }
    if (offences != 0) {
        return offences;
    }
    *chunk = rest;
    *state = after;
    *slice = first;
    return 0;
}

bool sansmtp_stuff_end(uint32_t state, struct sansmtp_span *tail)
{
    uint32_t phase = phase_of(state);
    size_t skip = phase == LINE_START ? sizeof(crlf) : 0;

    tail->data = tail_in_line + skip;
    tail->length = 0;
    if ((state & SANSMTP_STUFF_BARE) || phase == DOUBLED) {
        return false;
    }
    if (phase == HELD_CR && !(state & SANSMTP_STUFF_NORMALISE)) {
        return false;
    }
    tail->length = sizeof(tail_in_line) - skip;
    return true;
}
