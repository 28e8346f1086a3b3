#include "argument.h"

#include "ascii.h"
#include "domain.h"
#include "memory.h"

static bool is_full_domain(const uint8_t *octets, size_t length)
{
    return length != 0 && sansmtp_domain_scan(octets, length, false) == length &&
           sansmtp_domain_fits(octets, length) && memchr(octets, '.', length) != NULL;
}

static bool is_visible(const uint8_t *octets, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (octets[i] <= ' ' || octets[i] >= 0x7F) {
            return false;
        }
    }
    return length != 0;
}

bool sansmtp_node_valid(const uint8_t *octets, size_t length)
{
    if (length != 0 && octets[0] == '#') {
        return is_visible(octets + 1, length - 1);
    }
    if (length != 0 && octets[0] == '@') {
        octets++;
        length--;
    }
    return is_full_domain(octets, length);
}

bool sansmtp_domains_valid(const uint8_t *octets, size_t length)
{
    while (length != 0) {
        const uint8_t *comma = memchr(octets, ',', length);
        size_t domain = comma == NULL ? length : (size_t)(comma - octets);

        if (!is_full_domain(octets, domain)) {
            return false;
        }
        if (comma == NULL) {
            return true;
        }
        octets += domain + 1;
        length -= domain + 1;
    }
    return false;
}

/* RFC 3986 3.1 */
static size_t scheme_scan(const uint8_t *octets, size_t length)
{
    size_t end = 0;

    if (length == 0 || !sansmtp_ascii_is_alpha(octets[0])) {
        return 0;
    }
    while (end < length && (sansmtp_ascii_is_let_dig(octets[end]) || octets[end] == '+' ||
                            octets[end] == '-' || octets[end] == '.')) {
        end++;
    }
    return end;
}

bool sansmtp_url_parse(const uint8_t *octets, size_t length, struct sansmtp_span *url, bool *last)
{
    const uint8_t *space = length == 0 ? NULL : memchr(octets, ' ', length);
    size_t end = space == NULL ? length : (size_t)(space - octets);
    size_t scheme = scheme_scan(octets, end);

    *url = (struct sansmtp_span){octets, end};
    *last = space != NULL &&
            sansmtp_ascii_equal(space + 1, length - end - 1, (const uint8_t *)"LAST", 4);
    return (space == NULL || *last) && scheme != 0 && scheme + 1 < end && octets[scheme] == ':' &&
           is_visible(octets, end) && memchr(octets, '#', end) == NULL;
}
