#include "bdat.h"

#include "ascii.h"
#include "memory.h"
#include "number.h"

static bool is_last(const uint8_t *octets, size_t length)
{
    static const uint8_t word[] = {'L', 'A', 'S', 'T'};

    return sansmtp_ascii_equal(octets, length, word, sizeof(word));
}

/* The length of the first word: only a space ends it, so that of "5,LAST" or "0x10" no front part
 * is taken for the size. */
static size_t first_word(const uint8_t *octets, size_t length)
{
    const uint8_t *space = length > 0 ? memchr(octets, ' ', length) : NULL;

    return space ? (size_t)(space - octets) : length;
}

enum sansmtp_bdat_result sansmtp_bdat_parse(const uint8_t *argument, size_t length, uint64_t *size,
                                            bool *last)
{
    size_t word = first_word(argument, length);
    bool saturated = false;

    *size = 0;
    *last = false;
    if (!sansmtp_number_parse(argument, word, size, &saturated)) {
        return SANSMTP_BDAT_UNREADABLE;
    }
    if (saturated) {
        *size = 0;
        return SANSMTP_BDAT_UNREADABLE;
    }
    if (word == length) {
        return SANSMTP_BDAT_OK;
    }
    /* RFC 3030 section 2: the one thing that may follow the size is a space and LAST. */
    if (!is_last(argument + word + 1, length - word - 1)) {
        return SANSMTP_BDAT_MALFORMED;
    }
    *last = true;
    return SANSMTP_BDAT_OK;
}
