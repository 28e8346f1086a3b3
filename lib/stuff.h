#ifndef SANSMTP_STUFF_H
#define SANSMTP_STUFF_H

/* The body of DATA on its way out: doubles the dots at the start of lines, without copying, and
 * sees to it that no CR or LF leaves alone. Pure functions; the state is one integer. */

#include <stdbool.h>

#include <sansmtp/types.h>

enum {
    /* the policy for a CR without LF and an LF without CR: one of two */
    SANSMTP_STUFF_REFUSE = 0x0010,    /* each is an offence */
    SANSMTP_STUFF_NORMALISE = 0x0020, /* each becomes a CRLF, and so ends a line */
    /* and for an octet over 127, which passes otherwise */
    SANSMTP_STUFF_SEVEN_BIT = 0x0040,

    /* offences */
    SANSMTP_STUFF_BARE = 0x0100,
    SANSMTP_STUFF_EIGHT_BIT = 0x0200
};

/* The state before the first octet. No policy is REFUSE, both are REFUSE. */
uint32_t sansmtp_stuff_begin(uint32_t policy);

/* Looks at a whole chunk, once for each chunk and before sansmtp_stuff_next() sees it. `last`: no
 * chunk follows, so a CR at its end, or one at the end of the chunk before if it is empty, is bare.
 *
 * Returns the offences in it; then nothing is changed, and no octet of an offence has left. Or 0,
 * and then it has done what sansmtp_stuff_next() does: *slice is the first that goes out. If no
 * line begins with a dot and nothing is to be normalised, that is all of the chunk. */
uint32_t sansmtp_stuff_check(struct sansmtp_span *chunk, bool last, uint32_t *state,
                             struct sansmtp_span *slice);

/* Sets *slice to what goes out next, and moves *chunk to what stands behind it. A slice is of the
 * chunk, or a constant CRLF; it is empty only if nothing is left of the chunk.
 *
 * A dot that is to be doubled is the last octet of its slice and stays in the chunk, as the first
 * octet of the next: "a CRLF .b CRLF" leaves as "a CRLF ." and ".b CRLF". A CR at the end of a
 * chunk is held back, and leaves in a constant when the LF has come. Without
 * the check REFUSE still lets no bare CR or LF out: slices stay empty then, and nothing can end.
 *
 *     offences = sansmtp_stuff_check(&chunk, last, &state, &slice);
 *     while (slice.length > 0) {
 *         write(slice);
 *         sansmtp_stuff_next(&chunk, &state, &slice);
 *     }
 */
void sansmtp_stuff_next(struct sansmtp_span *chunk, uint32_t *state, struct sansmtp_span *slice);

/* What closes the message, a constant: CRLF.CRLF, or .CRLF at the start of a line and of an empty
 * message. False, and *tail is empty, if the message must not be closed: a CR is held back that
 * REFUSE does not let out, or a chunk is not at its end. */
bool sansmtp_stuff_end(uint32_t state, struct sansmtp_span *tail);

#endif
