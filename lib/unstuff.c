#include "unstuff.h"

#include <stdbool.h>

#include "scan.h"

/* Theory of operation. A phase is named by what has been taken, and is all that is known about the
 * octets of earlier calls; within a call text() runs over whole lines and needs none. Three rules
 * leave no room for a false end:
 *
 *   only begin_line() and end_line() see a dot, and only a CRLF of the wire, or the start, leads
 *   there;
 *   only after_dot() and after_dot_cr() end the message, and only at the very octets CR LF;
 *   an octet that was looked at but not taken comes again, and is judged in the next phase. */

enum {
    AFTER_CRLF = 0,
    AFTER_DOT = 1,    /* CRLF "."; the dot is dropped */
    AFTER_DOT_CR = 2, /* CRLF "." CR; the CR is held back */
    AFTER_CR = 3,     /* the CR has been handed out, as a CRLF by NORMALISE */
    IN_LINE = 4,
    PHASE = 7
};

#define BARE_BOTH ((uint32_t)SANSMTP_UNSTUFF_BARE_CR | SANSMTP_UNSTUFF_BARE_LF)

struct reading {
    const uint8_t *octets;
    size_t length;
    uint32_t *state;
    struct sansmtp_span *content;
};

uint32_t sansmtp_unstuff_begin(uint32_t policy)
{
    uint32_t nul = policy & SANSMTP_UNSTUFF_REFUSE_NUL;

    if (policy & SANSMTP_UNSTUFF_REFUSE) {
        return AFTER_CRLF | SANSMTP_UNSTUFF_REFUSE | nul;
    }
    if (policy & SANSMTP_UNSTUFF_NORMALISE) {
        return AFTER_CRLF | SANSMTP_UNSTUFF_NORMALISE | nul;
    }
    if (policy & SANSMTP_UNSTUFF_PASS) {
        return AFTER_CRLF | SANSMTP_UNSTUFF_PASS | nul;
    }
    return AFTER_CRLF | SANSMTP_UNSTUFF_REFUSE | nul;
}

static bool has(const struct reading *reading, uint32_t bits)
{
    return (*reading->state & bits) != 0;
}

static bool normalises(const struct reading *reading)
{
    return has(reading, SANSMTP_UNSTUFF_NORMALISE) && !has(reading, SANSMTP_UNSTUFF_DISCARD);
}

static bool refuses(const struct reading *reading, uint32_t fact)
{
    return has(reading,
               fact == SANSMTP_UNSTUFF_NUL ? SANSMTP_UNSTUFF_REFUSE_NUL : SANSMTP_UNSTUFF_REFUSE);
}

static void give(struct reading *reading, const uint8_t *octets, size_t length)
{
    if (has(reading, SANSMTP_UNSTUFF_DISCARD)) {
        return;
    }
    reading->content->data = octets;
    reading->content->length = length;
}

/* Ends the call with so many octets taken. */
static size_t leave(struct reading *reading, uint32_t phase, size_t taken)
{
    *reading->state = (*reading->state & ~(uint32_t)PHASE) | phase;
    return taken;
}

static size_t end_message(struct reading *reading, size_t taken)
{
    *reading->state |= SANSMTP_UNSTUFF_END;
    return leave(reading, AFTER_CRLF, taken);
}

/* Gives the text from start to end, all of it taken, and perhaps a dot behind it. */
static size_t hand_out(struct reading *reading, size_t start, size_t end, uint32_t phase,
                       size_t taken)
{
    give(reading, reading->octets + start, end - start);
    return leave(reading, phase, taken);
}

/* The CR or CRLF for a CR or LF that is in no slice of the input. */
static void give_line_end(struct reading *reading)
{
    static const uint8_t crlf[] = {'\r', '\n'};

    give(reading, crlf, normalises(reading) ? 2 : 1);
}

/* Gives the text before a CR or LF that becomes a CRLF; if there is none, the CRLF. */
static size_t normalise(struct reading *reading, size_t start, size_t at)
{
    if (at > start) {
        return hand_out(reading, start, at, IN_LINE, at);
    }
    give_line_end(reading);
    return leave(reading, reading->octets[at] == '\r' ? AFTER_CR : IN_LINE, at + 1);
}

static size_t refuse(struct reading *reading, size_t start, size_t at, uint32_t fact)
{
    give(reading, reading->octets + start, at + 1 - start);
    *reading->state |= fact | SANSMTP_UNSTUFF_DISCARD;
    return leave(reading, IN_LINE, at + 1);
}

static size_t end_in_cr(struct reading *reading, size_t start)
{
    if (normalises(reading)) {
        return normalise(reading, start, reading->length - 1);
    }
    return hand_out(reading, start, reading->length, AFTER_CR, reading->length);
}

/* Behind a CRLF stands a dot, or nothing yet.
 * RFC 5321 section 4.5.2: a dot at the start of a line is deleted, unless the line is the end. */
static size_t end_line(struct reading *reading, size_t start, size_t at)
{
    if (at == reading->length) {
        return hand_out(reading, start, at, AFTER_CRLF, at);
    }
    return hand_out(reading, start, at, AFTER_DOT, at + 1);
}

/* What the search need not stop at any more, it shall run over. */
static uint32_t sought(const struct reading *reading)
{
    uint32_t also = 0;

    if (has(reading, SANSMTP_UNSTUFF_DISCARD)) {
        return 0;
    }
    if (!has(reading, SANSMTP_UNSTUFF_PASS) || (*reading->state & BARE_BOTH) != BARE_BOTH) {
        also |= SANSMTP_SCAN_BARE;
    }
    if (!has(reading, SANSMTP_UNSTUFF_NUL)) {
        also |= SANSMTP_SCAN_NUL;
    }
    return also;
}

static uint32_t fact_of(uint8_t octet)
{
    if (octet == '\0') {
        return SANSMTP_UNSTUFF_NUL;
    }
    return octet == '\r' ? SANSMTP_UNSTUFF_BARE_CR : SANSMTP_UNSTUFF_BARE_LF;
}

/* Inside a line, or at the start of one without a dot, at `at`; what stands from `start` on is
 * content and not yet handed out. */
static size_t text(struct reading *reading, size_t start, size_t at)
{
    const uint8_t *octets = reading->octets;

    for (;; at++) {
        uint32_t fact;

        at += sansmtp_scan_text(octets + at, reading->length - at, sought(reading));
        if (at == reading->length) {
            return hand_out(reading, start, at, IN_LINE, at);
        }
        if (octets[at] == '\r' && at + 1 == reading->length) {
            return end_in_cr(reading, start);
        }
        if (octets[at] == '\r' && octets[at + 1] == '\n') {
            return end_line(reading, start, at + 2);
        }
        fact = fact_of(octets[at]);
        if (refuses(reading, fact)) {
            return refuse(reading, start, at, fact);
        }
        *reading->state |= fact;
        if (fact != SANSMTP_UNSTUFF_NUL && normalises(reading)) {
            return normalise(reading, start, at);
        }
    }
}

static size_t begin_line(struct reading *reading, size_t at)
{
    if (at == reading->length || reading->octets[at] == '.') {
        return end_line(reading, 0, at);
    }
    return text(reading, 0, at);
}

static size_t after_dot(struct reading *reading)
{
    if (reading->octets[0] != '\r') {
        return text(reading, 0, 0);
    }
    if (reading->length == 1) {
        return leave(reading, AFTER_DOT_CR, 1);
    }
    /* RFC 5321 section 4.1.1.4: CRLF "." CRLF, and nothing like it, ends the message. */
    if (reading->octets[1] == '\n') {
        return end_message(reading, 2);
    }
    return text(reading, 0, 0);
}

/* The octet after a CR is no LF: the CR, handed out already, was bare. */
static void learn_bare_cr(struct reading *reading)
{
    if (has(reading, SANSMTP_UNSTUFF_DISCARD)) {
        return;
    }
    *reading->state |= SANSMTP_UNSTUFF_BARE_CR;
    if (refuses(reading, SANSMTP_UNSTUFF_BARE_CR)) {
        *reading->state |= SANSMTP_UNSTUFF_DISCARD;
    }
}

static size_t after_dot_cr(struct reading *reading)
{
    if (reading->octets[0] == '\n') {
        return end_message(reading, 1);
    }
    give_line_end(reading);
    learn_bare_cr(reading);
    if (!has(reading, SANSMTP_UNSTUFF_DISCARD)) {
        return leave(reading, IN_LINE, 0);
    }
    return text(reading, 0, 0);
}

static size_t after_cr(struct reading *reading)
{
    if (reading->octets[0] == '\n') {
        if (has(reading, SANSMTP_UNSTUFF_NORMALISE)) {
            return leave(reading, AFTER_CRLF, 1);
        }
        return begin_line(reading, 1);
    }
    learn_bare_cr(reading);
    return text(reading, 0, 0);
}

size_t sansmtp_unstuff(const uint8_t *octets, size_t length, uint32_t *state,
                       struct sansmtp_span *content)
{
    struct reading reading = {octets, length, state, content};

    content->data = octets;
    content->length = 0;
    if (length == 0 || has(&reading, SANSMTP_UNSTUFF_END)) {
        return 0;
    }
    switch (*state & PHASE) {
    case AFTER_CRLF:
        return begin_line(&reading, 0);
    case AFTER_DOT:
        return after_dot(&reading);
    case AFTER_DOT_CR:
        return after_dot_cr(&reading);
    case AFTER_CR:
        return after_cr(&reading);
    default:
        return text(&reading, 0, 0);
    }
}
