#ifndef SANSMTP_LIB_PROXY_H
#define SANSMTP_LIB_PROXY_H

/* What the rooms of the PROXY protocol share: proxy reads, proxy_write writes, proxy_tlv knows what
 * stands behind the addresses. */

#include <sansmtp/proxy.h>
#include <stdbool.h>

/* Of version 2: signature, version and command, family and transport, length; then addresses. */
enum {
    SANSMTP_PROXY_SIGNATURE = 12,
    SANSMTP_PROXY_FIXED = 16,
    SANSMTP_PROXY_IPV4_BLOCK = 12,
    SANSMTP_PROXY_IPV6_BLOCK = 36,
    SANSMTP_PROXY_UNIX_BLOCK = 216,
    SANSMTP_PROXY_CHECKSUM_TLV = 7
};

extern const uint8_t sansmtp_proxy_signature[SANSMTP_PROXY_SIGNATURE];

/* Are these whole TLVs, with at most one checksum? checksum: its 4 octets, or NULL. */
bool sansmtp_proxy_tlvs_valid(struct sansmtp_span tlvs, const uint8_t **checksum);

/* CRC32C (RFC 4960 appendix B) of a header, in which 4 octets from `hole` on count as zeros. */
uint32_t sansmtp_proxy_checksum(const uint8_t *header, size_t length, size_t hole);

#endif
