#include "route_name.h"

#include "ascii.h"
#include "class.h"
#include "domain.h"
#include "mix.h"

struct sansmtp_span sansmtp_route_name(struct sansmtp_span text)
{
    if (text.length > 0 && text.data[text.length - 1] == '.') {
        text.length--;
    }
    return text;
}

bool sansmtp_route_name_equal(struct sansmtp_span left, struct sansmtp_span right)
{
    return sansmtp_ascii_equal(left.data, left.length, right.data, right.length);
}

/* Letters, digits, hyphens within, and the underscore, which no host name should have and some
 * have. What begins with a hyphen could be taken for an option by a program that is handed it. */
static size_t label_scan(const uint8_t *octets, size_t length)
{
    size_t end = 0;

    while (end < length &&
           (sansmtp_class_is(octets[end], SANSMTP_CLASS_LDH) || octets[end] == '_')) {
        end++;
    }
    if (end == 0 || end > SANSMTP_LABEL_LONGEST || octets[0] == '-' || octets[end - 1] == '-') {
        return 0;
    }
    return end;
}

static bool is_number(const uint8_t *octets, size_t length)
{
    size_t end = 0;

    while (end < length && sansmtp_ascii_is_digit(octets[end])) {
        end++;
    }
    return end == length;
}

/* RFC 1123 2.1: a host name is told from an IPv4 address by its last label, which is no number. */
bool sansmtp_route_name_usable(struct sansmtp_span name)
{
    size_t at = 0;

    if (name.length == 0 || name.length > SANSMTP_DOMAIN_LONGEST) {
        return false;
    }
    for (;;) {
        size_t label = label_scan(name.data + at, name.length - at);

        if (label == 0) {
            return false;
        }
        if (at + label == name.length) {
            return !is_number(name.data + at, label);
        }
        at += label;
        if (name.data[at] != '.' || ++at == name.length) {
            return false;
        }
    }
}

uint64_t sansmtp_route_name_rank(struct sansmtp_span name, uint64_t seed)
{
    uint64_t sum = UINT64_C(0xCBF29CE484222325); /* FNV-1a */

    for (size_t i = 0; i < name.length; i++) {
        sum = (sum ^ sansmtp_ascii_upper(name.data[i])) * UINT64_C(0x100000001B3);
    }
    return sansmtp_mix(sansmtp_mix(sum) ^ seed);
}
