#ifndef SANSMTP_UNSTUFF_H
#define SANSMTP_UNSTUFF_H

/* The body of DATA: finds its end, drops the dots that were stuffed, and watches for the line ends
 * of others' invention. A pure function; the state is one integer. */

#include <sansmtp/types.h>

enum {
    /* the policy for a CR without LF and an LF without CR: one of three */
    SANSMTP_UNSTUFF_REFUSE = 0x0010,    /* content is handed out no more */
    SANSMTP_UNSTUFF_NORMALISE = 0x0020, /* each becomes a CRLF */
    SANSMTP_UNSTUFF_PASS = 0x0040,      /* each is content like any other octet */
    /* and for a NUL, which passes otherwise */
    SANSMTP_UNSTUFF_REFUSE_NUL = 0x0080,

    /* facts, which stay once they are set */
    SANSMTP_UNSTUFF_BARE_CR = 0x0100,
    SANSMTP_UNSTUFF_BARE_LF = 0x0200,
    SANSMTP_UNSTUFF_NUL = 0x0400,
    SANSMTP_UNSTUFF_DISCARD = 0x0800, /* only the end is looked for, the facts above no more; */
                                      /* the caller may set it too, between two calls */
    SANSMTP_UNSTUFF_END = 0x1000      /* CRLF.CRLF was taken */
};

/* The state just behind the CRLF of the DATA line. No policy is REFUSE, more than one the first. */
uint32_t sansmtp_unstuff_begin(uint32_t policy);

/* Takes octets from the front, returns how many, and hands out at most one span of content: a slice
 * of octets, or, if a CR was held back over a cut or is made a CRLF, a constant. content->length is
 * 0 if there is none. Each call gets on: it returns 0 only with content (PASS and NORMALISE: CRLF,
 * dot, CR, a cut, and then no LF), or if length is 0 or END is set.
 *
 * A refused bare CR or LF, or NUL, is the last octet handed out. In NORMALISE a wire CRLF alone
 * begins a line, a CRLF made here does not. */
size_t sansmtp_unstuff(const uint8_t *octets, size_t length, uint32_t *state,
                       struct sansmtp_span *content);

#endif
