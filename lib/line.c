#include "line.h"

#include "scan.h"

/* What one CR, LF or NUL means; true if it ends the line. AFTER_CR has been taken out of *state. */
static bool take(uint8_t octet, bool after_cr, uint32_t *state)
{
    /* RFC 5321 section 2.3.8: CR and LF end a line only as a pair in this order. */
    if (octet == '\n' && after_cr) {
        return true;
    }
    if (octet == '\n' || after_cr) {
        *state |= SANSMTP_LINE_BARE;
    }
    if (octet == '\r') {
        *state |= SANSMTP_LINE_AFTER_CR;
    }
    if (octet == 0) {
        *state |= SANSMTP_LINE_NUL;
    }
    return false;
}

size_t sansmtp_line_scan(const uint8_t *octets, size_t length, uint32_t *state, bool *complete)
{
    size_t at = 0;

    *complete = false;
    while (at < length && !*complete) {
        bool after_cr = *state & SANSMTP_LINE_AFTER_CR;

        *state &= ~(uint32_t)SANSMTP_LINE_AFTER_CR;
        if (!after_cr) {
            at += sansmtp_scan_line(octets + at, length - at);
        }
        if (at < length) {
            *complete = take(octets[at++], after_cr, state);
        }
    }
    return at;
}
