/* Writing a PROXY header. */

#include "proxy.h"

#include "memory.h"
#include "number.h"
#include "sized.h"

/* Where the next octet goes; what has no room is counted only. */
struct text {
    uint8_t *out;
    size_t capacity;
    size_t length;
};

static void put(struct text *text, const void *octets, size_t length)
{
    if (length > 0 && text->length <= text->capacity && length <= text->capacity - text->length) {
        memcpy(text->out + text->length, octets, length);
    }
    text->length += length;
}

static void put_octet(struct text *text, uint32_t octet)
{
    uint8_t one = (uint8_t)octet;

    put(text, &one, 1);
}

static void put_two(struct text *text, uint32_t number)
{
    put_octet(text, number >> 8 & 0xFF);
    put_octet(text, number & 0xFF);
}

static void put_number(struct text *text, uint32_t number)
{
    uint8_t digits[20];

    put(text, digits, sansmtp_number_write(number, digits));
}

/* -- version 1 -------------------------------------------------------------------------------- */

static void put_ipv4(struct text *text, const uint8_t *address)
{
    for (size_t i = 0; i < 4; i++) {
        if (i > 0) {
            put_octet(text, '.');
        }
        put_number(text, address[i]);
    }
}

/* proxy-protocol.txt 2.1: sets of four hexadecimal digits. All eight: that every reader reads. */
static void put_ipv6(struct text *text, const uint8_t *address)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < 16; i++) {
        if (i > 0 && i % 2 == 0) {
            put_octet(text, ':');
        }
        put(text, &digits[address[i] >> 4], 1);
        put(text, &digits[address[i] & 15], 1);
    }
}

static void put_v1(struct text *text, const struct sansmtp_proxy *proxy)
{
    if (proxy->family == SANSMTP_PROXY_UNKNOWN) {
        put(text, "PROXY UNKNOWN\r\n", 15);
        return;
    }
    if (proxy->family == SANSMTP_PROXY_IPV4) {
        put(text, "PROXY TCP4 ", 11);
        put_ipv4(text, proxy->source);
        put_octet(text, ' ');
        put_ipv4(text, proxy->destination);
    } else {
        put(text, "PROXY TCP6 ", 11);
        put_ipv6(text, proxy->source);
        put_octet(text, ' ');
        put_ipv6(text, proxy->destination);
    }
    put_octet(text, ' ');
    put_number(text, proxy->source_port);
    put_octet(text, ' ');
    put_number(text, proxy->destination_port);
    put(text, "\r\n", 2);
}

/* -- version 2 -------------------------------------------------------------------------------- */

static void put_addresses(struct text *text, const struct sansmtp_proxy *proxy)
{
    size_t width = proxy->family == SANSMTP_PROXY_IPV4 ? 4 : 16;

    if (proxy->family == SANSMTP_PROXY_UNKNOWN) {
        return;
    }
    put(text, proxy->source, width);
    put(text, proxy->destination, width);
    put_two(text, proxy->source_port);
    put_two(text, proxy->destination_port);
}

/* The octets behind the fixed part. */
static size_t behind(const struct sansmtp_proxy *proxy)
{
    static const uint8_t blocks[] = {0, SANSMTP_PROXY_IPV4_BLOCK, SANSMTP_PROXY_IPV6_BLOCK};
    bool is_checked = (proxy->flags & SANSMTP_PROXY_CHECKSUM) != 0;

    return blocks[proxy->family] + proxy->tlvs.length +
           (is_checked ? SANSMTP_PROXY_CHECKSUM_TLV : 0u);
}

static void put_v2(struct text *text, const struct sansmtp_proxy *proxy)
{
    static const uint8_t kinds[] = {0x00, 0x11, 0x21};
    static const uint8_t empty[] = {SANSMTP_PROXY_CRC32C, 0, 4, 0, 0, 0, 0};

    put(text, sansmtp_proxy_signature, SANSMTP_PROXY_SIGNATURE);
    put_octet(text, (proxy->flags & SANSMTP_PROXY_LOCAL) != 0 ? 0x20 : 0x21);
    put_octet(text, kinds[proxy->family]);
    put_two(text, (uint32_t)behind(proxy));
    put_addresses(text, proxy);
    put(text, proxy->tlvs.data, proxy->tlvs.length);
    if ((proxy->flags & SANSMTP_PROXY_CHECKSUM) != 0) {
        put(text, empty, sizeof(empty));
    }
}

/* The last four octets, which are zeros as yet. */
static void fill_checksum(uint8_t *header, size_t length)
{
    uint32_t sum = sansmtp_proxy_checksum(header, length, length - 4);

    for (size_t i = 0; i < 4; i++) {
        header[length - 1 - i] = (uint8_t)(sum >> (8 * i) & 0xFF);
    }
}

/* -- both ------------------------------------------------------------------------------------- */

static bool is_usable(const struct sansmtp_proxy *proxy)
{
    bool is_local = (proxy->flags & SANSMTP_PROXY_LOCAL) != 0;

    return (proxy->version == 1 || proxy->version == 2) && proxy->family <= SANSMTP_PROXY_IPV6 &&
           (!is_local || proxy->family == SANSMTP_PROXY_UNKNOWN) &&
           proxy->flags <= (SANSMTP_PROXY_LOCAL | SANSMTP_PROXY_CHECKSUM) &&
           proxy->source_port <= 0xFFFF && proxy->destination_port <= 0xFFFF &&
           (proxy->tlvs.data || proxy->tlvs.length == 0);
}

static int check_tlvs(const struct sansmtp_proxy *proxy)
{
    bool is_checked = (proxy->flags & SANSMTP_PROXY_CHECKSUM) != 0;
    const uint8_t *checksum;

    if (proxy->version == 1) {
        return proxy->tlvs.length == 0 && !is_checked ? 0 : SANSMTP_ERR_SYNTAX;
    }
    if (!sansmtp_proxy_tlvs_valid(proxy->tlvs, &checksum) || checksum) {
        return SANSMTP_ERR_SYNTAX;
    }
    return proxy->tlvs.length > 0xFFFF || behind(proxy) > 0xFFFF ? SANSMTP_ERR_LENGTH : 0;
}

int sansmtp_proxy_write(const struct sansmtp_proxy *proxy, uint8_t *out, size_t capacity,
                        size_t *length)
{
    struct text count = {NULL, 0, 0};
    struct text text = {out, capacity, 0};
    int error;

    if (!proxy || !sansmtp_sized(proxy, proxy->size, sizeof(*proxy)) || !length ||
        (!out && capacity > 0) || !is_usable(proxy)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    error = check_tlvs(proxy);
    if (error != 0) {
        return error;
    }
    if (proxy->version == 1) {
        put_v1(&count, proxy);
    } else {
        count.length = SANSMTP_PROXY_FIXED + behind(proxy);
    }
    *length = count.length;
    if (*length > capacity) {
        return SANSMTP_ERR_ROOM;
    }
    if (proxy->version == 1) {
        put_v1(&text, proxy);
    } else {
        put_v2(&text, proxy);
    }
    if ((proxy->flags & SANSMTP_PROXY_CHECKSUM) != 0) {
        fill_checksum(out, *length);
    }
    return 0;
}
