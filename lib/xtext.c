#include "xtext.h"

#include <stdbool.h>

#include <sansmtp/wire.h>

#include "ascii.h"
#include "class.h"

size_t sansmtp_xtext_plain(const uint8_t *octets, size_t length)
{
    return sansmtp_class_span(octets, length, SANSMTP_CLASS_XCHAR);
}

/* RFC 3461 4 wants the digits in upper case; the grammar of RFC 4954 lets them be of either. */
size_t sansmtp_xtext_escape(const uint8_t *octets, size_t length, uint8_t *octet)
{
    int high;
    int low;

    if (length < 3 || octets[0] != '+')
        return 0;
    high = sansmtp_ascii_hex_value(octets[1]);
    low = sansmtp_ascii_hex_value(octets[2]);
    if (high < 0 || low < 0)
        return 0;
    *octet = (uint8_t)(high << 4 | low);
    return 3;
}

static bool misused(const uint8_t *octets, size_t length, const uint8_t *out, size_t capacity,
                    const size_t *out_length)
{
    return (octets == NULL && length > 0) || (out == NULL && capacity > 0) || out_length == NULL;
}

/* Decoding never writes beyond what it has read, so out may be octets. */
int sansmtp_xtext_decode(const uint8_t *octets, size_t length, uint8_t *out, size_t capacity,
                         size_t *out_length)
{
    size_t written = 0;

    if (misused(octets, length, out, capacity, out_length))
        return SANSMTP_ERR_ARGUMENT;
    for (size_t at = 0; at < length; written++) {
        uint8_t octet = octets[at];
        size_t taken = sansmtp_class_is(octet, SANSMTP_CLASS_XCHAR)
                           ? 1
                           : sansmtp_xtext_escape(octets + at, length - at, &octet);

        if (taken == 0)
            return SANSMTP_ERR_SYNTAX;
        if (written < capacity)
            out[written] = octet;
        at += taken;
    }
    *out_length = written;
    return written <= capacity ? 0 : SANSMTP_ERR_ROOM;
}

static size_t encoded_length(const uint8_t *octets, size_t length)
{
    size_t encoded = 0;

    for (size_t i = 0; i < length; i++)
        encoded += sansmtp_class_is(octets[i], SANSMTP_CLASS_XCHAR) ? 1 : 3;
    return encoded;
}

static uint8_t *encode_octet(uint8_t octet, uint8_t *out)
{
    static const uint8_t digits[] = "0123456789ABCDEF";

    if (sansmtp_class_is(octet, SANSMTP_CLASS_XCHAR)) {
        *out++ = octet;
        return out;
    }
    *out++ = '+';
    *out++ = digits[octet >> 4];
    *out++ = digits[octet & 0x0F];
    return out;
}

int sansmtp_xtext_encode(const uint8_t *octets, size_t length, uint8_t *out, size_t capacity,
                         size_t *out_length)
{
    if (misused(octets, length, out, capacity, out_length) || length > SIZE_MAX / 3)
        return SANSMTP_ERR_ARGUMENT;
    *out_length = encoded_length(octets, length);
    if (*out_length > capacity)
        return SANSMTP_ERR_ROOM;
    for (size_t i = 0; i < length; i++)
        out = encode_octet(octets[i], out);
    return 0;
}
