#include "address.h"

#include "ascii.h"
#include "memory.h"

enum { GROUP = 2, IPV4 = 4, WHOLE = 16 };

/* RFC 5321 4.1.3: a "::" stands for two groups at least, so that at most six are shown. */
enum { SHOWN_BESIDE_GAP = 6 * GROUP };

/* One to three digits at the front, at most 255; returns how many digits, 0 if there is none. */
static size_t decimal(const uint8_t *octets, size_t length, uint8_t *value)
{
    uint32_t sum = 0;
    size_t digits = 0;

    while (digits < length && sansmtp_ascii_is_digit(octets[digits])) {
        if (digits == 3) {
            return 0;
        }
        sum = sum * 10 + (uint32_t)(octets[digits++] - '0');
    }
    if (sum > 255) {
        return 0;
    }
    *value = (uint8_t)sum;
    return digits;
}

bool sansmtp_address_ipv4(const uint8_t *octets, size_t length, uint8_t address[4])
{
    size_t at = 0;

    if (length == 0) {
        return false;
    }
    for (size_t i = 0; i < 4; i++) {
        size_t digits;

        if (i > 0 && (at == length || octets[at++] != '.')) {
            return false;
        }
        digits = decimal(octets + at, length - at, &address[i]);
        if (digits == 0) {
            return false;
        }
        at += digits;
    }
    return at == length;
}

/* What has been read of an IPv6 address. */
struct shown {
    uint8_t octets[WHOLE];
    size_t length;
    size_t gap; /* where in octets the "::" stood */
    bool gapped;
};

/* One to four hexadecimal digits, the whole piece. */
static bool read_group(const uint8_t *piece, size_t length, struct shown *shown)
{
    uint32_t sum = 0;

    if (length == 0 || length > 4 || shown->length + GROUP > WHOLE) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        int digit = sansmtp_ascii_hex_value(piece[i]);

        if (digit < 0) {
            return false;
        }
        sum = sum << 4 | (uint32_t)digit;
    }
    shown->octets[shown->length++] = (uint8_t)(sum >> 8);
    shown->octets[shown->length++] = (uint8_t)(sum & 0xFF);
    return true;
}

/* The tail of the mixed forms. */
static bool read_ipv4(const uint8_t *piece, size_t length, struct shown *shown)
{
    if (shown->length + IPV4 > WHOLE ||
        !sansmtp_address_ipv4(piece, length, shown->octets + shown->length)) {
        return false;
    }
    shown->length += IPV4;
    return true;
}

/* Passes the colons behind a group: one, with more to come, or the two of the gap. */
static bool read_colons(const uint8_t *octets, size_t length, size_t *at, struct shown *shown)
{
    *at += 1;
    if (*at == length) {
        return false;
    }
    if (octets[*at] != ':') {
        return true;
    }
    *at += 1;
    if (shown->gapped) {
        return false;
    }
    shown->gapped = true;
    shown->gap = shown->length;
    return true;
}

static size_t before_colon(const uint8_t *octets, size_t length)
{
    const uint8_t *colon = length > 0 ? memchr(octets, ':', length) : NULL;

    return colon != NULL ? (size_t)(colon - octets) : length;
}

static bool read_shown(const uint8_t *octets, size_t length, struct shown *shown)
{
    size_t at = 0;

    if (length > 0 && octets[0] == ':' && !read_colons(octets, length, &at, shown)) {
        return false;
    }
    if (at == 1) {
        return false;
    }
    while (at < length) {
        size_t piece = before_colon(octets + at, length - at);

        if (at + piece == length && memchr(octets + at, '.', piece) != NULL) {
            return read_ipv4(octets + at, piece, shown);
        }
        if (!read_group(octets + at, piece, shown)) {
            return false;
        }
        at += piece;
        if (at < length && !read_colons(octets, length, &at, shown)) {
            return false;
        }
    }
    return true;
}

bool sansmtp_address_ipv6(const uint8_t *octets, size_t length, uint8_t address[16])
{
    struct shown shown = {{0}, 0, 0, false};
    size_t behind;

    if (!read_shown(octets, length, &shown)) {
        return false;
    }
    if (!shown.gapped) {
        shown.gap = shown.length;
    }
    if (shown.gapped ? shown.length > SHOWN_BESIDE_GAP : shown.length != WHOLE) {
        return false;
    }
    behind = shown.length - shown.gap;
    memset(address, 0, WHOLE);
    memcpy(address, shown.octets, shown.gap);
    memcpy(address + WHOLE - behind, shown.octets + shown.gap, behind);
    return true;
}
