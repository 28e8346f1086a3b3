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

    if (length < 3 || octets[0] != '+') {
        return 0;
    }
    high = sansmtp_ascii_hex_value(octets[1]);
    low = sansmtp_ascii_hex_value(octets[2]);
    if (high < 0 || low < 0) {
        return 0;
    }
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

    if (misused(octets, length, out, capacity, out_length)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    for (size_t at = 0; at < length; written++) {
        uint8_t octet = octets[at];
        size_t taken = sansmtp_class_is(octet, SANSMTP_CLASS_XCHAR)
                           ? 1
                           : sansmtp_xtext_escape(octets + at, length - at, &octet);

        if (taken == 0) {
            return SANSMTP_ERR_SYNTAX;
        }
        if (written < capacity) {
            out[written] = octet;
        }
        at += taken;
    }
    *out_length = written;
    return written <= capacity ? 0 : SANSMTP_ERR_ROOM;
}

/* Counts what there is no room for. */
static void put(uint8_t octet, uint8_t *out, size_t capacity, size_t *length)
{
    if (*length < capacity) {
        out[*length] = octet;
    }
    *length += 1;
}

int sansmtp_xtext_encode(const uint8_t *octets, size_t length, uint8_t *out, size_t capacity,
                         size_t *out_length)
{
    static const uint8_t digits[] = "0123456789ABCDEF";

    if (misused(octets, length, out, capacity, out_length) || length > SIZE_MAX / 3) {
        return SANSMTP_ERR_ARGUMENT;
    }
    *out_length = 0;
    for (size_t i = 0; i < length; i++) {
        if (sansmtp_class_is(octets[i], SANSMTP_CLASS_XCHAR)) {
            put(octets[i], out, capacity, out_length);
            continue;
        }
        put('+', out, capacity, out_length);
        put(digits[octets[i] >> 4], out, capacity, out_length);
        put(digits[octets[i] & 0x0F], out, capacity, out_length);
    }
    return *out_length <= capacity ? 0 : SANSMTP_ERR_ROOM;
}
