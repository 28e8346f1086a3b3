#include "utf8.h"

#include "word.h"

/* How many octets at the front are ASCII; it may stop short of the last few before another kind. */
static size_t ascii_words(const uint8_t *octets, size_t length)
{
    size_t at = 0;

    while (length - at >= SANSMTP_WORD && !sansmtp_word_any(sansmtp_word_load(octets + at))) {
        at += SANSMTP_WORD;
    }
    return at;
}

static bool is_tail(uint8_t octet)
{
    return (octet & 0xC0) == 0x80;
}

/* RFC 3629 section 4: the second octet is what tells overlong forms (E0, F0), surrogates (ED) and
 * numbers past the last plane (F4) from characters. */
static bool is_second(uint8_t first, uint8_t second)
{
    switch (first) {
    case 0xE0:
        return second >= 0xA0 && second <= 0xBF;
    case 0xED:
        return second >= 0x80 && second <= 0x9F;
    case 0xF0:
        return second >= 0x90 && second <= 0xBF;
    case 0xF4:
        return second >= 0x80 && second <= 0x8F;
    default:
        return is_tail(second);
    }
}

/* The length that the first octet of a character announces, or 0 if none begins so. */
static size_t announced(uint8_t first)
{
    if (first < 0x80) {
        return 1;
    }
    if (first < 0xC2) {
        return 0;
    }
    if (first < 0xE0) {
        return 2;
    }
    if (first < 0xF0) {
        return 3;
    }
    return first < 0xF5 ? 4 : 0;
}

/* The length of the character at the front, or 0 if there is no whole and valid one. */
static size_t character(const uint8_t *octets, size_t length)
{
    size_t size = announced(octets[0]);

    if (size == 0 || size > length) {
        return 0;
    }
    if (size > 1 && !is_second(octets[0], octets[1])) {
        return 0;
    }
    for (size_t i = 2; i < size; i++) {
        if (!is_tail(octets[i])) {
            return 0;
        }
    }
    return size;
}

bool sansmtp_utf8_valid(const uint8_t *octets, size_t length)
{
    size_t at = ascii_words(octets, length);

    while (at < length) {
        size_t size = character(octets + at, length - at);

        if (size == 0) {
            return false;
        }
        at += size;
        if (size == 1) {
            at += ascii_words(octets + at, length - at);
        }
    }
    return true;
}

bool sansmtp_utf8_ascii(const uint8_t *octets, size_t length)
{
    for (size_t at = ascii_words(octets, length); at < length; at++) {
        if (octets[at] >= 0x80) {
            return false;
        }
    }
    return true;
}
