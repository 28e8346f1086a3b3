#ifndef SANSMTP_ASCII_H
#define SANSMTP_ASCII_H

/* The ASCII view of an octet. No locale: an octet above 127 is never a letter, digit or atext. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint8_t sansmtp_ascii_upper(uint8_t octet)
{
    return octet >= 'a' && octet <= 'z' ? (uint8_t)(octet - ('a' - 'A')) : octet;
}

static inline bool sansmtp_ascii_is_digit(uint8_t octet)
{
    return octet >= '0' && octet <= '9';
}

static inline bool sansmtp_ascii_is_alpha(uint8_t octet)
{
    uint8_t upper = sansmtp_ascii_upper(octet);

    return upper >= 'A' && upper <= 'Z';
}

static inline bool sansmtp_ascii_is_let_dig(uint8_t octet)
{
    return sansmtp_ascii_is_alpha(octet) || sansmtp_ascii_is_digit(octet);
}

/* The value of a hexadecimal digit of either case, or -1. */
static inline int sansmtp_ascii_hex_value(uint8_t octet)
{
    uint8_t upper = sansmtp_ascii_upper(octet);

    if (sansmtp_ascii_is_digit(octet)) {
        return octet - '0';
    }
    if (upper >= 'A' && upper <= 'F') {
        return upper - 'A' + 10;
    }
    return -1;
}

/* Equal but for the case of ASCII letters. */
static inline bool sansmtp_ascii_equal(const uint8_t *a, size_t a_length, const uint8_t *b,
                                       size_t b_length)
{
    if (a_length != b_length) {
        return false;
    }
    for (size_t i = 0; i < a_length; i++) {
        if (sansmtp_ascii_upper(a[i]) != sansmtp_ascii_upper(b[i])) {
            return false;
        }
    }
    return true;
}

/* RFC 5322 section 3.2.3: a letter, a digit, or one of 19 signs. */
static inline bool sansmtp_ascii_is_atext(uint8_t octet)
{
    switch (octet) {
    case '!':
    case '#':
    case '$':
    case '%':
    case '&':
    case '\'':
    case '*':
    case '+':
    case '-':
    case '/':
    case '=':
    case '?':
    case '^':
    case '_':
    case '`':
    case '{':
    case '|':
    case '}':
    case '~':
        return true;
    default:
        return sansmtp_ascii_is_let_dig(octet);
    }
}

#endif
