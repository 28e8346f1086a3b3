/* Networks of IP addresses. Whatever form an IPv4 address comes in, it is looked at as four octets:
 * a rule written for 192.0.2.0/24 must hold behind a socket that shows ::ffff:192.0.2.9. */

#include <sansmtp/policy.h>

#include <stdbool.h>

#include "address.h"
#include "memory.h"
#include "number.h"

enum { IPV4 = 4, IPV6 = 16, MAPPED = IPV6 - IPV4 };

/* RFC 4291 section 2.5.5.2: ten zeros, two octets of ones, an IPv4 address. */
static bool is_mapped(const uint8_t *address)
{
    static const uint8_t prefix[MAPPED] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

    return memcmp(address, prefix, sizeof(prefix)) == 0;
}

static bool equal_bits(const uint8_t *left, const uint8_t *right, uint32_t bits)
{
    uint32_t whole = bits / 8;
    uint32_t mask = 0xFF00u >> bits % 8;

    return memcmp(left, right, whole) == 0 &&
           (bits % 8 == 0 || ((uint32_t)(left[whole] ^ right[whole]) & mask & 0xFF) == 0);
}

/* To some programs "010" is eight: nobody can tell which network was meant. */
static bool has_odd_zero(const uint8_t *octets, size_t length)
{
    for (size_t i = 0; i + 1 < length; i++) {
        if (octets[i] == '0' && octets[i + 1] != '.' && (i == 0 || octets[i - 1] == '.')) {
            return true;
        }
    }
    return false;
}

/* In the groups of IPv6 zeros are harmless; dotted decimal may stand behind them. */
static bool is_ambiguous(const uint8_t *text, size_t length)
{
    size_t start = length;

    while (start > 0 && text[start - 1] != ':') {
        start--;
    }
    return memchr(text + start, '.', length - start) != NULL &&
           has_odd_zero(text + start, length - start);
}

/* Reads the address at the front, up to a slash or the end. Returns its octets in text, or 0. */
static size_t read_address(const uint8_t *text, size_t length, struct sansmtp_network *network)
{
    const uint8_t *slash = memchr(text, '/', length);
    size_t end = slash != NULL ? (size_t)(slash - text) : length;
    bool brackets = end >= 2 && text[0] == '[' && text[end - 1] == ']';

    if (is_ambiguous(text, end)) {
        return 0;
    }
    if (!brackets && sansmtp_address_ipv4(text, end, network->address)) {
        network->length = IPV4;
        return end;
    }
    if (brackets ? sansmtp_address_ipv6(text + 1, end - 2, network->address)
                 : sansmtp_address_ipv6(text, end, network->address)) {
        network->length = IPV6;
        return end;
    }
    return 0;
}

/* "/24", or nothing: the whole address. */
static bool read_bits(const uint8_t *text, size_t length, struct sansmtp_network *network)
{
    uint32_t most = network->length * 8;
    uint64_t bits = most;

    if (length > 0) {
        bool odd = length > 2 && text[1] == '0';

        if (odd || !sansmtp_number_parse(text + 1, length - 1, &bits, NULL) || bits > most) {
            return false;
        }
    }
    network->bits = (uint32_t)bits;
    return true;
}

static void unmap(struct sansmtp_network *network)
{
    if (network->length == IPV6 && network->bits >= MAPPED * 8 && is_mapped(network->address)) {
        memmove(network->address, network->address + MAPPED, IPV4);
        memset(network->address + IPV4, 0, MAPPED);
        network->length = IPV4;
        network->bits -= MAPPED * 8;
    }
}

static bool is_first_address(const struct sansmtp_network *network)
{
    uint8_t first[IPV6] = {0};

    for (uint32_t bit = 0; bit < network->bits; bit++) {
        first[bit / 8] |= (uint8_t)(network->address[bit / 8] & 0x80u >> bit % 8);
    }
    return memcmp(first, network->address, sizeof(first)) == 0;
}

int sansmtp_network_parse(const uint8_t *text, size_t length, struct sansmtp_network *network)
{
    size_t end;

    if ((text == NULL && length > 0) || network == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    memset(network, 0, sizeof(*network));
    if (length == 0 || (end = read_address(text, length, network)) == 0) {
        return SANSMTP_ERR_SYNTAX;
    }
    if (network->length == IPV4) {
        memset(network->address + IPV4, 0, MAPPED);
    }
    if (!read_bits(text + end, length - end, network) || !is_first_address(network)) {
        return SANSMTP_ERR_SYNTAX;
    }
    unmap(network);
    return 0;
}

int sansmtp_network_contains(const struct sansmtp_network *networks, size_t count,
                             const uint8_t *address, size_t length)
{
    if (address == NULL || networks == NULL || (length != IPV4 && length != IPV6)) {
        return 0;
    }
    if (length == IPV6 && is_mapped(address)) {
        address += MAPPED;
        length = IPV4;
    }
    for (size_t i = 0; i < count; i++) {
        if (networks[i].length == length && networks[i].bits <= length * 8 &&
            equal_bits(networks[i].address, address, networks[i].bits)) {
            return 1;
        }
    }
    return 0;
}

int sansmtp_rate_address(const uint8_t *address, size_t length, struct sansmtp_span *key)
{
    if (address == NULL || key == NULL || (length != IPV4 && length != IPV6)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (length == IPV4) {
        *key = (struct sansmtp_span){address, IPV4};
    } else if (is_mapped(address)) {
        *key = (struct sansmtp_span){address + MAPPED, IPV4};
    } else {
        *key = (struct sansmtp_span){address, IPV6 / 2};
    }
    return 0;
}
