/* Reading a PROXY header. Each look begins at the first octet, so there is no state, and nothing
 * depends on cuts: what is decided by the octets that are there no later octet changes. */

#include "proxy.h"

#include "address.h"
#include "ascii.h"
#include "memory.h"
#include "number.h"

const uint8_t sansmtp_proxy_signature[SANSMTP_PROXY_SIGNATURE] = {
    '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};

static struct sansmtp_span span_of(const uint8_t *octets, size_t length)
{
    return (struct sansmtp_span){octets, length};
}

static bool begins_with(struct sansmtp_span text, const void *prefix, size_t length)
{
    return text.length >= length && memcmp(text.data, prefix, length) == 0;
}

/* As far as both go, are they the same? */
static bool may_become(const uint8_t *octets, size_t length, const void *prefix, size_t whole)
{
    return memcmp(octets, prefix, length < whole ? length : whole) == 0;
}

/* -- version 1 -------------------------------------------------------------------------------- */

/* Takes the octets up to the next space, and the space; without one all. */
static struct sansmtp_span take_word(struct sansmtp_span *rest)
{
    const uint8_t *space = rest->length > 0 ? memchr(rest->data, ' ', rest->length) : NULL;
    size_t length = space ? (size_t)(space - rest->data) : rest->length;
    struct sansmtp_span word = span_of(rest->data, length);
    size_t gone = space ? length + 1 : length;

    *rest = span_of(rest->data + gone, rest->length - gone);
    return word;
}

static bool has_leading_zero(const uint8_t *digits, size_t length)
{
    return length > 1 && digits[0] == '0' && sansmtp_ascii_is_digit(digits[1]);
}

/* proxy-protocol.txt 2.1: "heading zeroes are not permitted in front of numbers". */
static bool read_ipv4(struct sansmtp_span word, uint8_t address[16])
{
    for (size_t i = 0; i < word.length; i++) {
        bool is_first = i == 0 || word.data[i - 1] == '.';

        if (is_first && has_leading_zero(word.data + i, word.length - i)) {
            return false;
        }
    }
    return sansmtp_address_ipv4(word.data, word.length, address);
}

/* Where the first "::" at or behind `from` is, or the length of word. */
static size_t gap_at(struct sansmtp_span word, size_t from)
{
    for (size_t at = from; at + 1 < word.length; at++) {
        if (word.data[at] == ':' && word.data[at + 1] == ':') {
            return at;
        }
    }
    return word.length;
}

/* RFC 4291 2.2 lets "::" stand for one group, which RFC 5321 does not: a 0 is put there, and it is
 * no gap any more. */
static bool read_ipv6_with_small_gap(struct sansmtp_span word, uint8_t address[16])
{
    uint8_t text[41];
    size_t gap = gap_at(word, 0), first = gap == 0 ? 1 : 0, length = word.length + 1;

    if (length > sizeof(text) || gap == word.length || gap_at(word, gap + 1) != word.length) {
        return false;
    }
    memcpy(text, word.data, gap + 1);
    text[gap + 1] = '0';
    memcpy(text + gap + 2, word.data + gap + 1, word.length - gap - 1);
    if (gap + 2 == word.length) {
        length--;
    }
    return sansmtp_address_ipv6(text + first, length - first, address);
}

static bool read_address(uint32_t family, struct sansmtp_span word, uint8_t address[16])
{
    if (family == SANSMTP_PROXY_IPV4) {
        return read_ipv4(word, address);
    }
    return sansmtp_address_ipv6(word.data, word.length, address) ||
           read_ipv6_with_small_gap(word, address);
}

static bool read_port(struct sansmtp_span word, uint32_t *port)
{
    uint64_t number;

    if (word.length > 5 || has_leading_zero(word.data, word.length) ||
        !sansmtp_number_parse(word.data, word.length, &number, NULL) || number > 0xFFFF) {
        return false;
    }
    *port = (uint32_t)number;
    return true;
}

static bool read_connection(struct sansmtp_span rest, struct sansmtp_proxy *found)
{
    struct sansmtp_span source = take_word(&rest);
    struct sansmtp_span destination = take_word(&rest);
    struct sansmtp_span source_port = take_word(&rest);

    return read_address(found->family, source, found->source) &&
           read_address(found->family, destination, found->destination) &&
           read_port(source_port, &found->source_port) && read_port(rest, &found->destination_port);
}

/* The line without CRLF. */
static int read_line(struct sansmtp_span line, struct sansmtp_proxy *found)
{
    if (begins_with(line, "PROXY TCP4 ", 11)) {
        found->family = SANSMTP_PROXY_IPV4;
    } else if (begins_with(line, "PROXY TCP6 ", 11)) {
        found->family = SANSMTP_PROXY_IPV6;
    } else {
        /* "For UNKNOWN the receiver must ignore anything presented before the CRLF." */
        bool is_unknown = begins_with(line, "PROXY UNKNOWN", 13) &&
                          (line.length == 13 || line.data[13] == ' ');

        return is_unknown ? 0 : SANSMTP_ERR_SYNTAX;
    }
    return read_connection(span_of(line.data + 11, line.length - 11), found) ? 0
                                                                             : SANSMTP_ERR_SYNTAX;
}

/* Where the first CR or LF is, within what a line may have; or length. */
static size_t newline_at(const uint8_t *octets, size_t length)
{
    size_t at = 0;

    while (at < length && octets[at] != '\r' && octets[at] != '\n') {
        at++;
    }
    return at;
}

static int read_v1(const uint8_t *octets, size_t length, struct sansmtp_proxy *found)
{
    size_t seen = length < SANSMTP_PROXY_V1_MAX ? length : SANSMTP_PROXY_V1_MAX;
    size_t end = newline_at(octets, seen);

    if (!may_become(octets, length, "PROXY ", 6)) {
        return SANSMTP_ERR_SYNTAX;
    }
    /* "If the CRLF sequence is not found in the first 107 characters, the line is invalid." */
    if (end + 1 >= SANSMTP_PROXY_V1_MAX) {
        return SANSMTP_ERR_LENGTH;
    }
    if (end < seen && octets[end] == '\n') {
        return SANSMTP_ERR_SYNTAX;
    }
    if (end + 1 >= seen) {
        return SANSMTP_PROXY_MORE;
    }
    if (octets[end + 1] != '\n') {
        return SANSMTP_ERR_SYNTAX;
    }
    found->version = 1;
    found->length = end + 2;
    return read_line(span_of(octets, end), found);
}

/* -- version 2 -------------------------------------------------------------------------------- */

/* By the octet of family and transport, the octets of the addresses; 0 where there are none, or
 * nobody can say how many. */
static size_t block_of(uint8_t kind)
{
    static const uint8_t blocks[4] = {0, SANSMTP_PROXY_IPV4_BLOCK, SANSMTP_PROXY_IPV6_BLOCK,
                                      SANSMTP_PROXY_UNIX_BLOCK};

    return (kind & 0x0F) == 0 ? 0 : blocks[kind >> 4];
}

/* What can be said as soon as the fixed part is there. */
static int check_fixed(const uint8_t *octets, size_t capacity)
{
    size_t behind = (size_t)octets[14] << 8 | octets[15];
    bool is_local = (octets[12] & 0x0F) == 0;

    /* "The receiver must only accept version 2", and drop commands other than LOCAL and PROXY. */
    if (octets[12] >> 4 != 2 || (octets[12] & 0x0F) > 1) {
        return SANSMTP_ERR_SYNTAX;
    }
    /* Other families and transports "must be rejected"; with LOCAL the octet is ignored. */
    if (!is_local &&
        (octets[13] >> 4 > 3 || (octets[13] & 0x0F) > 2 || behind < block_of(octets[13]))) {
        return SANSMTP_ERR_SYNTAX;
    }
    return SANSMTP_PROXY_FIXED + behind > capacity ? SANSMTP_ERR_LENGTH : 0;
}

static void take_addresses(const uint8_t *block, size_t width, struct sansmtp_proxy *found)
{
    const uint8_t *ports = block + 2 * width;

    memcpy(found->source, block, width);
    memcpy(found->destination, block + width, width);
    found->source_port = (uint32_t)ports[0] << 8 | ports[1];
    found->destination_port = (uint32_t)ports[2] << 8 | ports[3];
}

static bool is_checksum_right(const uint8_t *octets, const uint8_t *checksum, size_t length)
{
    uint32_t said = (uint32_t)checksum[0] << 24 | (uint32_t)checksum[1] << 16 |
                    (uint32_t)checksum[2] << 8 | checksum[3];

    return sansmtp_proxy_checksum(octets, length, (size_t)(checksum - octets)) == said;
}

/* The addresses of TCP, and what stands behind them. */
static int read_tcp(const uint8_t *octets, struct sansmtp_proxy *found)
{
    size_t block = block_of(octets[13]);
    size_t at = SANSMTP_PROXY_FIXED + block;
    const uint8_t *checksum;

    found->family = octets[13] >> 4 == 1 ? SANSMTP_PROXY_IPV4 : SANSMTP_PROXY_IPV6;
    take_addresses(octets + SANSMTP_PROXY_FIXED, (block - 4) / 2, found);
    found->tlvs = span_of(octets + at, (size_t)found->length - at);
    if (!sansmtp_proxy_tlvs_valid(found->tlvs, &checksum)) {
        return SANSMTP_ERR_SYNTAX;
    }
    if (checksum) {
        found->flags |= SANSMTP_PROXY_CHECKSUM;
        return is_checksum_right(octets, checksum, (size_t)found->length) ? 0 : SANSMTP_ERR_SYNTAX;
    }
    return 0;
}

static int read_v2(const uint8_t *octets, size_t length, size_t capacity,
                   struct sansmtp_proxy *found)
{
    int error;

    if (!may_become(octets, length, sansmtp_proxy_signature, SANSMTP_PROXY_SIGNATURE)) {
        return SANSMTP_ERR_SYNTAX;
    }
    if (length < SANSMTP_PROXY_FIXED) {
        return SANSMTP_PROXY_MORE;
    }
    error = check_fixed(octets, capacity);
    if (error != 0) {
        return error;
    }
    found->version = 2;
    found->length = SANSMTP_PROXY_FIXED + ((size_t)octets[14] << 8 | octets[15]);
    if (length < found->length) {
        return SANSMTP_PROXY_MORE;
    }
    if ((octets[12] & 0x0F) == 0) {
        found->flags = SANSMTP_PROXY_LOCAL;
        return 0;
    }
    return octets[13] == 0x11 || octets[13] == 0x21 ? read_tcp(octets, found) : 0;
}

/* -- both ------------------------------------------------------------------------------------- */

int sansmtp_proxy_read(const uint8_t *octets, size_t length, size_t capacity,
                       struct sansmtp_proxy *proxy)
{
    struct sansmtp_proxy found = {.size = sizeof(found)};
    int result;

    if ((!octets && length > 0) || !proxy || proxy->size < sizeof(*proxy) ||
        capacity < SANSMTP_PROXY_LEAST) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (length == 0) {
        return SANSMTP_PROXY_MORE;
    }
    result = octets[0] == '\r' ? read_v2(octets, length, capacity, &found)
                               : read_v1(octets, length, &found);
    if (result == 0) {
        found.size = proxy->size;
        memcpy(proxy, &found, sizeof(found));
    }
    return result;
}
