#include "utf8_address.h"

#include "ascii.h"
#include "memory.h"
#include "utf8.h"

/* Two to six hexadecimal digits at the front, written as short as they can be; returns how many, 0
 * if there are others. */
static size_t read_digits(const uint8_t *octets, size_t length, uint32_t *scalar)
{
    size_t digits = 0;

    *scalar = 0;
    while (digits < length && sansmtp_ascii_hex_value(octets[digits]) >= 0) {
        if (digits == 6) {
            return 0;
        }
        *scalar = *scalar << 4 | (uint32_t)sansmtp_ascii_hex_value(octets[digits++]);
    }
    if (digits < 2 || (digits > 2 && octets[0] == '0')) {
        return 0;
    }
    return digits;
}

/* RFC 6533 3 escapes what is outside ASCII, the four octets that xtext and the escape themselves
 * use up, and controls. Controls have no place in a mailbox, so that they stay as they are. */
static bool is_escaped(uint32_t scalar)
{
    if (scalar < 0x80) {
        return scalar == ' ' || scalar == '+' || scalar == '=' || scalar == '\\';
    }
    return scalar <= 0x10FFFF && (scalar < 0xD800 || scalar > 0xDFFF);
}

/* Reads "\x{HEX}" at the front; returns its octets, or 0. RFC 6533 3 writes the x in lower case. */
static size_t read_escape(const uint8_t *octets, size_t length, uint32_t *scalar)
{
    static const uint8_t opening[] = {'\\', 'x', '{'};
    size_t at = sizeof(opening);
    size_t digits;

    if (length < at || memcmp(octets, opening, at) != 0) {
        return 0;
    }
    digits = read_digits(octets + at, length - at, scalar);
    at += digits;
    if (digits == 0 || at == length || octets[at] != '}' || !is_escaped(*scalar)) {
        return 0;
    }
    return at + 1;
}

static size_t write_scalar(uint32_t scalar, uint8_t out[4])
{
    static const uint8_t firsts[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t length = scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4;

    for (size_t i = length; i > 1; i--) {
        out[i - 1] = (uint8_t)(0x80 | (scalar & 0x3F));
        scalar >>= 6;
    }
    out[0] = (uint8_t)(firsts[length] | scalar);
    return length;
}

/* RFC 6533 3: QCHAR, or what is above 127. */
static bool is_plain(uint8_t octet)
{
    return octet > ' ' && octet != '+' && octet != '=' && octet != '\\' && octet != 0x7F;
}

bool sansmtp_utf8_address_decode(const uint8_t *octets, size_t length, uint8_t *text,
                                 size_t *text_length)
{
    size_t written = 0;

    if (!sansmtp_utf8_valid(octets, length)) {
        return false;
    }
    for (size_t at = 0; at < length;) {
        uint8_t decoded[4] = {octets[at]};
        size_t taken = 1;
        size_t size = 1;
        uint32_t scalar;

        if (!is_plain(octets[at])) {
            taken = read_escape(octets + at, length - at, &scalar);
            if (taken == 0) {
                return false;
            }
            size = write_scalar(scalar, decoded);
        }
        if (text != NULL) {
            memcpy(text + written, decoded, size);
        }
        written += size;
        at += taken;
    }
    *text_length = written;
    return true;
}

/* The character at the front of valid UTF-8; returns its octets. */
static size_t read_scalar(const uint8_t *text, uint32_t *scalar)
{
    size_t length = text[0] < 0x80 ? 1 : text[0] < 0xE0 ? 2 : text[0] < 0xF0 ? 3 : 4;

    *scalar = length == 1 ? text[0] : text[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        *scalar = *scalar << 6 | (text[i] & 0x3Fu);
    }
    return length;
}

/* "\\x{HEX}", at least two digits; returns its octets, at most 10. */
static size_t write_escape(uint32_t scalar, uint8_t out[10])
{
    static const char digits[] = "0123456789ABCDEF";
    size_t count = 2;
    size_t at = 3;

    while (count < 6 && scalar >> (4 * count) != 0) {
        count++;
    }
    memcpy(out, "\\x{", 3);
    for (size_t i = count; i > 0; i--) {
        out[at++] = (uint8_t)digits[scalar >> (4 * (i - 1)) & 15];
    }
    out[at++] = '}';
    return at;
}

size_t sansmtp_utf8_address_encode(const uint8_t *text, size_t length, bool plain, uint8_t *out,
                                   size_t capacity)
{
    size_t written = 0;

    if (!sansmtp_utf8_valid(text, length)) {
        return 0;
    }
    for (size_t at = 0; at < length;) {
        uint8_t coded[10];
        uint32_t scalar;
        size_t taken = read_scalar(text + at, &scalar);
        size_t size = taken;

        if (scalar < ' ' || scalar == 0x7F) {
            return 0;
        }
        memcpy(coded, text + at, taken);
        if (scalar < 0x80 ? !is_plain((uint8_t)scalar) : !plain) {
            size = write_escape(scalar, coded);
        }
        if (size > capacity - written) {
            return 0;
        }
        memcpy(out + written, coded, size);
        written += size;
        at += taken;
    }
    return written;
}
