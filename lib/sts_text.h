#ifndef SANSMTP_STS_TEXT_H
#define SANSMTP_STS_TEXT_H

/* What the two texts of MTA-STS have in common. */

#include <stddef.h>
#include <stdint.h>

#include <sansmtp/types.h>

#include "ascii.h"

enum { SANSMTP_STS_NAME_LONGEST = 32 };

/* RFC 8461 3.1, 3.2: the octets of the field name at the front, a letter or digit and up to 31 more
 * or of the signs "_-."; 0 if there is none, or it is longer. */
static inline size_t sansmtp_sts_name_length(const uint8_t *octets, size_t length)
{
    size_t end = 0;

    while (end < length &&
           (sansmtp_ascii_is_let_dig(octets[end]) ||
            (end > 0 && (octets[end] == '_' || octets[end] == '-' || octets[end] == '.')))) {
        end++;
    }
    return end <= SANSMTP_STS_NAME_LONGEST ? end : 0;
}

static inline void sansmtp_sts_advance(struct sansmtp_span *rest, size_t length)
{
    rest->data += length;
    rest->length -= length;
}

#endif
