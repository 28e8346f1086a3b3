#include "base64.h"

/* Passwords pass through here, so no table is indexed by, and no branch taken on, what a valid
 * text says: digits and letters are told apart by arithmetic. */

#define FOREIGN 0x80u

/* All ones if low <= octet <= high, else zero. */
static uint32_t within(uint32_t octet, uint32_t low, uint32_t high)
{
    uint32_t outside = ((octet - low) | (high - octet)) >> 31;

    return outside - 1;
}

/* The six bits of a digit, or FOREIGN. */
static uint32_t six_bits(uint32_t digit)
{
    uint32_t upper = within(digit, 'A', 'Z');
    uint32_t lower = within(digit, 'a', 'z');
    uint32_t number = within(digit, '0', '9');
    uint32_t plus = within(digit, '+', '+');
    uint32_t slash = within(digit, '/', '/');
    uint32_t known = upper | lower | number | plus | slash;

    return (upper & (digit - 'A')) | (lower & (digit - 'a' + 26)) | (number & (digit - '0' + 52)) |
           (plus & 62) | (slash & 63) | (~known & FOREIGN);
}

static uint8_t digit_of(uint32_t bits)
{
    uint32_t upper = within(bits, 0, 25);
    uint32_t lower = within(bits, 26, 51);
    uint32_t number = within(bits, 52, 61);
    uint32_t plus = within(bits, 62, 62);
    uint32_t slash = within(bits, 63, 63);

    return (uint8_t)((upper & (bits + 'A')) | (lower & (bits - 26 + 'a')) |
                     (number & (bits - 52 + '0')) | (plus & '+') | (slash & '/'));
}

/* Writes the first `count` of the three octets of a quartet; false if a digit is foreign or bits
 * that belong to no octet are set. The digits are read before anything is written: in and out may
 * be the same memory. */
static bool decode_quartet(const uint8_t *digits, size_t count, uint8_t *out)
{
    uint32_t first = six_bits(digits[0]);
    uint32_t second = six_bits(digits[1]);
    uint32_t third = count > 1 ? six_bits(digits[2]) : 0;
    uint32_t fourth = count > 2 ? six_bits(digits[3]) : 0;
    uint32_t bits = first << 18 | second << 12 | third << 6 | fourth;
    uint32_t unused = count < 3 ? 0xFFFFFFu >> (8 * count) : 0;

    if (((first | second | third | fourth) & FOREIGN) != 0 || (bits & unused) != 0) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        out[i] = (uint8_t)(bits >> (16 - 8 * i));
    }
    return true;
}

static size_t padding(const uint8_t *octets, size_t length)
{
    if (octets[length - 1] != '=') {
        return 0;
    }
    return octets[length - 2] == '=' ? 2 : 1;
}

bool sansmtp_base64_decode(const uint8_t *octets, size_t length, uint8_t *out, size_t *out_length)
{
    size_t written = 0;

    *out_length = 0;
    if (length % 4 != 0) {
        return false;
    }
    for (size_t at = 0; at < length; at += 4) {
        size_t count = length - at > 4 ? 3 : 3 - padding(octets, length);

        if (!decode_quartet(octets + at, count, out + written)) {
            return false;
        }
        written += count;
    }
    *out_length = written;
    return true;
}

size_t sansmtp_base64_encoded_length(size_t length)
{
    if (length > SIZE_MAX / 4 * 3) {
        return SIZE_MAX;
    }
    return length / 3 * 4 + (length % 3 != 0 ? 4 : 0);
}

static void encode_triplet(const uint8_t *octets, size_t count, uint8_t *out)
{
    uint32_t bits = (uint32_t)octets[0] << 16;

    if (count > 1) {
        bits |= (uint32_t)octets[1] << 8;
    }
    if (count > 2) {
        bits |= octets[2];
    }
    out[0] = digit_of(bits >> 18);
    out[1] = digit_of(bits >> 12 & 63);
    out[2] = '=';
    out[3] = '=';
    if (count > 1) {
        out[2] = digit_of(bits >> 6 & 63);
    }
    if (count > 2) {
        out[3] = digit_of(bits & 63);
    }
}

void sansmtp_base64_encode(const uint8_t *octets, size_t length, uint8_t *out)
{
    for (size_t at = 0; at < length; at += 3, out += 4) {
        encode_triplet(octets + at, length - at > 3 ? 3 : length - at, out);
    }
}
