/* What stands behind the addresses in a header of version 2: types, lengths, values. */

#include "proxy.h"

#include "memory.h"

enum { HEAD = 3, LONGEST_ID = 128, SSL_FIXED = 5 };

static bool is_span(const struct sansmtp_span *span)
{
    return span && (span->data || span->length == 0);
}

/* Precondition: two octets are there. */
static size_t two(const uint8_t *octets)
{
    return (size_t)octets[0] << 8 | octets[1];
}

int sansmtp_proxy_tlv_next(struct sansmtp_span *rest, uint32_t *type, struct sansmtp_span *value)
{
    size_t length;

    if (!is_span(rest) || !type || !value) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (rest->length == 0) {
        return 0;
    }
    if (rest->length < HEAD) {
        return SANSMTP_ERR_SYNTAX;
    }
    length = two(rest->data + 1);
    if (length > rest->length - HEAD) {
        return SANSMTP_ERR_SYNTAX;
    }
    *type = rest->data[0];
    *value = (struct sansmtp_span){rest->data + HEAD, length};
    *rest = (struct sansmtp_span){rest->data + HEAD + length, rest->length - HEAD - length};
    return 1;
}

bool sansmtp_proxy_tlvs_valid(struct sansmtp_span tlvs, const uint8_t **checksum)
{
    struct sansmtp_span value;
    uint32_t type;
    int more;

    *checksum = NULL;
    while ((more = sansmtp_proxy_tlv_next(&tlvs, &type, &value)) > 0) {
        /* proxy-protocol.txt 2.2.5: a unique ID has up to 128 octets. */
        if (type == SANSMTP_PROXY_UNIQUE_ID && value.length > LONGEST_ID) {
            return false;
        }
        /* 2.2.3: a checksum is a 32-bit number, and the header has one. */
        if (type == SANSMTP_PROXY_CRC32C) {
            if (value.length != 4 || *checksum) {
                return false;
            }
            *checksum = value.data;
        }
    }
    return more == 0;
}

int sansmtp_proxy_tlv_write(uint32_t type, const struct sansmtp_span *value, uint8_t *out,
                            size_t capacity, size_t *length)
{
    if (!is_span(value) || !length || (!out && capacity > 0) || type > 0xFF) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (value->length > 0xFFFF) {
        return SANSMTP_ERR_LENGTH;
    }
    *length = HEAD + value->length;
    if (*length > capacity) {
        return SANSMTP_ERR_ROOM;
    }
    out[0] = (uint8_t)type;
    out[1] = (uint8_t)(value->length >> 8);
    out[2] = (uint8_t)(value->length & 0xFF);
    if (value->length > 0) {
        memcpy(out + HEAD, value->data, value->length);
    }
    return 0;
}

int sansmtp_proxy_ssl_read(const struct sansmtp_span *value, struct sansmtp_proxy_ssl *ssl)
{
    struct sansmtp_span tlvs;
    const uint8_t *checksum;

    if (!is_span(value) || !ssl || ssl->size < sizeof(*ssl)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (value->length < SSL_FIXED) {
        return SANSMTP_ERR_SYNTAX;
    }
    tlvs = (struct sansmtp_span){value->data + SSL_FIXED, value->length - SSL_FIXED};
    if (!sansmtp_proxy_tlvs_valid(tlvs, &checksum)) {
        return SANSMTP_ERR_SYNTAX;
    }
    ssl->client = value->data[0];
    ssl->verify = (uint32_t)two(value->data + 1) << 16 | (uint32_t)two(value->data + 3);
    ssl->reserved = 0;
    ssl->tlvs = tlvs;
    return 0;
}

/* Half an octet at a time, of Castagnoli's polynomial with its bits turned round: 0x82F63B78. */
static uint32_t step(uint32_t sum)
{
    static const uint32_t halves[16] = {
        0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3,
        0x61C69362, 0x7198540D, 0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9,
        0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75,
    };

    return sum >> 4 ^ halves[sum & 15];
}

uint32_t sansmtp_proxy_checksum(const uint8_t *header, size_t length, size_t hole)
{
    uint32_t sum = 0xFFFFFFFF;

    for (size_t i = 0; i < length; i++) {
        sum ^= i >= hole && i - hole < 4 ? 0u : header[i];
        sum = step(step(sum));
    }
    return sum ^ 0xFFFFFFFF;
}
