#include "route_address.h"

#include "address.h"
#include "domain.h"
#include "memory.h"

/* RFC 4291 2.5.5.2: IPv4-mapped addresses. */
static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

/* RFC 6052 2.1: behind it, the address that a NAT64 goes on to. */
static const uint8_t nat64[12] = {0, 0x64, 0xFF, 0x9B};

bool sansmtp_route_address_fits(const struct sansmtp_route_address *address)
{
    return address->length == 4 || address->length == 16;
}

bool sansmtp_route_address_is_ipv4(const struct sansmtp_route_address *address)
{
    return address->length == 4 || memcmp(address->octets, mapped, sizeof(mapped)) == 0;
}

/* The octets that tell one address from another of its family. */
static struct sansmtp_span essence(const struct sansmtp_route_address *address)
{
    size_t ahead = address->length == 16 && sansmtp_route_address_is_ipv4(address) ? 12 : 0;

    return (struct sansmtp_span){address->octets + ahead, address->length - ahead};
}

bool sansmtp_route_address_equal(const struct sansmtp_route_address *left,
                                 const struct sansmtp_route_address *right)
{
    struct sansmtp_span one = essence(left);
    struct sansmtp_span other = essence(right);

    return one.length == other.length && memcmp(one.data, other.data, one.length) == 0;
}

bool sansmtp_route_address_among(const struct sansmtp_route_address *address,
                                 const struct sansmtp_route_address *set, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sansmtp_route_address_equal(address, &set[i])) {
            return true;
        }
    }
    return false;
}

/* A network: the first bits of it, at most 32, and what it is for. */
struct network {
    uint32_t first;
    uint32_t bits;
    enum sansmtp_route_place place;
};

/* RFC 6890 and the registry that it began. */
static const struct network ipv4_networks[] = {
    {0x00000000, 8, SANSMTP_ROUTE_TO_NOWHERE},  /* 0.0.0.0/8: this host */
    {0x0A000000, 8, SANSMTP_ROUTE_TO_PRIVATE},  /* 10.0.0.0/8: RFC 1918 */
    {0x64400000, 10, SANSMTP_ROUTE_TO_PRIVATE}, /* 100.64.0.0/10: RFC 6598 */
    {0x7F000000, 8, SANSMTP_ROUTE_TO_LOCAL},    /* 127.0.0.0/8: loopback */
    {0xA9FE0000, 16, SANSMTP_ROUTE_TO_LOCAL},   /* 169.254.0.0/16: link-local */
    {0xAC100000, 12, SANSMTP_ROUTE_TO_PRIVATE}, /* 172.16.0.0/12: RFC 1918 */
    {0xC0A80000, 16, SANSMTP_ROUTE_TO_PRIVATE}, /* 192.168.0.0/16: RFC 1918 */
    {0xE0000000, 3, SANSMTP_ROUTE_TO_NOWHERE},  /* 224.0.0.0/3: multicast, reserved, broadcast */
};

static const struct network ipv6_networks[] = {
    {0x00000000, 16, SANSMTP_ROUTE_TO_NOWHERE}, /* ::192.0.2.1 is no more (RFC 4291 2.5.5.1) */
    {0xFC000000, 7, SANSMTP_ROUTE_TO_PRIVATE},  /* fc00::/7: RFC 4193 */
    {0xFE800000, 9, SANSMTP_ROUTE_TO_NOWHERE},  /* fe80::/10 needs a link; fec0::/10 is no more */
    {0xFF000000, 8, SANSMTP_ROUTE_TO_NOWHERE},  /* ff00::/8: multicast */
};

static uint32_t first_word(const uint8_t *octets)
{
    return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 |
           octets[3];
}

static enum sansmtp_route_place look_up(uint32_t word, const struct network *networks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if ((word ^ networks[i].first) >> (32 - networks[i].bits) == 0) {
            return networks[i].place;
        }
    }
    return SANSMTP_ROUTE_TO_PUBLIC;
}

static enum sansmtp_route_place ipv4_place(const uint8_t *octets)
{
    return look_up(first_word(octets), ipv4_networks,
                   sizeof(ipv4_networks) / sizeof(ipv4_networks[0]));
}

static enum sansmtp_route_place ipv6_place(const uint8_t *octets)
{
    static const uint8_t zeros[15] = {0};

    if (memcmp(octets, mapped, sizeof(mapped)) == 0 || memcmp(octets, nat64, sizeof(nat64)) == 0) {
        return ipv4_place(octets + 12);
    }
    if (memcmp(octets, zeros, sizeof(zeros)) == 0 && octets[15] <= 1) {
        return octets[15] == 1 ? SANSMTP_ROUTE_TO_LOCAL : SANSMTP_ROUTE_TO_NOWHERE;
    }
    return look_up(first_word(octets), ipv6_networks,
                   sizeof(ipv6_networks) / sizeof(ipv6_networks[0]));
}

enum sansmtp_route_place sansmtp_route_place(const struct sansmtp_route_address *address)
{
    return address->length == 4 ? ipv4_place(address->octets) : ipv6_place(address->octets);
}

static bool read_bare(struct sansmtp_span text, struct sansmtp_route_address *address)
{
    if (sansmtp_address_ipv4(text.data, text.length, address->octets)) {
        address->length = 4;
        return true;
    }
    address->length = 16;
    return sansmtp_address_ipv6(text.data, text.length, address->octets);
}

bool sansmtp_route_address_read(struct sansmtp_span text, struct sansmtp_route_address *address)
{
    uint32_t kind = SANSMTP_DOMAIN_NONE;

    memset(address, 0, sizeof(*address));
    if (text.length == 0 || text.data[0] != '[') {
        return read_bare(text, address);
    }
    if (sansmtp_literal_scan(text.data, text.length, &kind, address->octets) != text.length) {
        return false;
    }
    address->length = kind == SANSMTP_DOMAIN_IPV4 ? 4 : 16;
    return kind == SANSMTP_DOMAIN_IPV4 || kind == SANSMTP_DOMAIN_IPV6;
}
