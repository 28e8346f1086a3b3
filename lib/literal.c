/* Address literals: RFC 5321 section 4.1.3, IPv6 in the one form of RFC 5952. */

#include <sansmtp/trace.h>

#include <stdbool.h>

#include "memory.h"
#include "number.h"

struct run {
    size_t first;
    size_t length;
};

static uint32_t group(const uint8_t *address, size_t index)
{
    return (uint32_t)address[2 * index] << 8 | address[2 * index + 1];
}

static size_t zeros_from(const uint8_t *address, size_t first)
{
    size_t index = first;

    while (index < 8 && group(address, index) == 0) {
        index++;
    }
    return index - first;
}

/* RFC 5952 section 4.2: "::" stands for the longest run of zero groups, the first of equals, and
 * never for one group alone. */
static struct run longest_run(const uint8_t *address)
{
    struct run longest = {8, 1};

    for (size_t index = 0; index < 8; index++) {
        size_t length = zeros_from(address, index);

        if (length > longest.length) {
            longest = (struct run){index, length};
        }
    }
    return longest;
}

static char *put_group(char *at, uint32_t value)
{
    static const char digits[] = "0123456789abcdef";
    uint32_t shift = 12;

    while (shift > 0 && value >> shift == 0) {
        shift -= 4;
    }
    for (; shift > 0; shift -= 4) {
        *at++ = digits[value >> shift & 15];
    }
    *at++ = digits[value & 15];
    return at;
}

static char *put_groups(char *at, const uint8_t *address)
{
    struct run hidden = longest_run(address);

    for (size_t index = 0; index < 8; index++) {
        if (index == hidden.first) {
            *at++ = ':';
            index += hidden.length - 1;
            if (index == 7) {
                *at++ = ':';
            }
            continue;
        }
        if (index > 0) {
            *at++ = ':';
        }
        at = put_group(at, group(address, index));
    }
    return at;
}

static char *put_quad(char *at, const uint8_t *address)
{
    for (size_t i = 0; i < 4; i++) {
        uint8_t digits[20];
        size_t length = sansmtp_number_write(address[i], digits);

        if (i > 0) {
            *at++ = '.';
        }
        memcpy(at, digits, length);
        at += length;
    }
    return at;
}

/* A socket that serves both families shows an IPv4 peer as ::ffff:192.0.2.9. */
static bool is_mapped(const uint8_t *address)
{
    return zeros_from(address, 0) == 5 && group(address, 5) == 0xFFFF;
}

int sansmtp_literal_write(const uint8_t *address, size_t length, char out[48], size_t *out_length)
{
    static const char tag[5] = {'I', 'P', 'v', '6', ':'};
    char *at = out;

    if (!address || !out || !out_length || (length != 4 && length != 16)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    *at++ = '[';
    if (length == 4) {
        at = put_quad(at, address);
    } else if (is_mapped(address)) {
        at = put_quad(at, address + 12);
    } else {
        memcpy(at, tag, sizeof(tag));
        at = put_groups(at + sizeof(tag), address);
    }
    *at++ = ']';
    *out_length = (size_t)(at - out);
    return 0;
}
