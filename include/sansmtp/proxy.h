#ifndef SANSMTP_PROXY_H
#define SANSMTP_PROXY_H

/*
 * The PROXY protocol, versions 1 and 2: what a proxy in front of a server writes first, so that the
 * server knows the client's address. Both sides, as pure functions over the host's memory: nothing
 * is kept, any function may be called from any thread and from a callback.
 *
 * Whoever writes a header chooses the address that the server believes. So read one only where it
 * was configured, and only from proxies that you know by their address; then it must be there, in
 * front of all else and before the greeting: there is no guessing. A connection without a good
 * header is closed without a word. The reader collects octets until the header is whole, for at
 * least 3 seconds, then hands what stands behind it to the engine:
 *
 *     while ((error = sansmtp_proxy_read(head, held, sizeof head, &proxy)) == SANSMTP_PROXY_MORE) {
 *         held += receive(socket, head + held, sizeof head - held);
 *     }
 *     input = (struct sansmtp_span){head + proxy.length, held - proxy.length};
 *
 * Source: HAProxy's proxy-protocol.txt.
 */

#include <sansmtp/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SANSMTP_PROXY_V1_MAX 107u /* octets of the longest header of version 1 */
#define SANSMTP_PROXY_LEAST  232u /* of version 2 without TLVs: the least buffer for a header */
#define SANSMTP_PROXY_ROOM   536u /* a buffer that holds what fits into any one TCP segment */

/* Not an error: the header is good as far as it has come, and is not whole. */
#define SANSMTP_PROXY_MORE 1

/* struct sansmtp_proxy.family. UNKNOWN: the addresses are those of the connection itself. */
#define SANSMTP_PROXY_UNKNOWN 0u
#define SANSMTP_PROXY_IPV4    1u
#define SANSMTP_PROXY_IPV6    2u

/* struct sansmtp_proxy.flags */
#define SANSMTP_PROXY_LOCAL    1u /* the proxy speaks for itself: a check of its own */
#define SANSMTP_PROXY_CHECKSUM 2u /* version 2: with a checksum (CRC32C) */

/* One header. */
struct sansmtp_proxy {
    uint32_t size;    /* sizeof (struct sansmtp_proxy), set by the caller */
    uint32_t version; /* 1 or 2 */
    uint32_t family;  /* SANSMTP_PROXY_UNKNOWN, IPV4, IPV6: TCP; with LOCAL it is UNKNOWN */
    uint32_t flags;
    uint32_t source_port;
    uint32_t destination_port;
    uint8_t source[16];       /* the client; network order; IPv4: the first 4, the others 0 */
    uint8_t destination[16];  /* what the client connected to */
    struct sansmtp_span tlvs; /* version 2: what stands behind the addresses; see proxy_tlv_next */
    uint64_t length;          /* octets of the header; what follows is the client's */
};

/*
 * sansmtp_proxy_read - server: the header at the start of a connection.
 *
 * octets are all that came so far; they may hold more than the header. capacity is the largest
 * header that is taken, at least SANSMTP_PROXY_LEAST: say how large the buffer is, and as long as
 * MORE is returned it has room. The spans of proxy point into octets. However the octets are cut,
 * the result is the same.
 * A checksum that is there is checked. Addresses that are not of TCP over IPv4 or IPv6 are family
 * UNKNOWN, without TLVs.
 * Returns 0; SANSMTP_PROXY_MORE; or, with the peer to blame: SANSMTP_ERR_SYNTAX (not a header,
 * or a wrong checksum), SANSMTP_ERR_LENGTH (longer than its version or capacity allows); or
 * SANSMTP_ERR_ARGUMENT (NULL, size, capacity). Other than by 0 proxy is not changed.
 * Source: proxy-protocol.txt 2.1, 2.2.
 */
SANSMTP_API int sansmtp_proxy_read(const uint8_t *octets, size_t length, size_t capacity,
                                   struct sansmtp_proxy *proxy);

/*
 * sansmtp_proxy_write - client: the header to send in front of all else, at once.
 *
 * Version 1 has neither TLVs nor a checksum, and says LOCAL as UNKNOWN. proxy->length is not looked
 * at. out holds capacity octets and overlaps nothing; *length is set to the octets written, or, on
 * SANSMTP_ERR_ROOM, to the number needed.
 * Returns 0, SANSMTP_ERR_ROOM, SANSMTP_ERR_SYNTAX (TLVs that are none, a CRC32C among them, a
 * version without them), SANSMTP_ERR_LENGTH (over 65535), or SANSMTP_ERR_ARGUMENT (NULL, size, a
 * number out of range). Source: proxy-protocol.txt 2.1, 2.2.
 */
SANSMTP_API int sansmtp_proxy_write(const struct sansmtp_proxy *proxy, uint8_t *out,
                                    size_t capacity, size_t *length);

/* Types of TLVs; 0xE0 to 0xEF are free for use. */
#define SANSMTP_PROXY_ALPN      0x01u
#define SANSMTP_PROXY_AUTHORITY 0x02u /* the name that the client asked for (SNI) */
#define SANSMTP_PROXY_CRC32C    0x03u /* written and checked by the functions above */
#define SANSMTP_PROXY_NOOP      0x04u
#define SANSMTP_PROXY_UNIQUE_ID 0x05u /* at most 128 octets */
#define SANSMTP_PROXY_SSL       0x20u /* see proxy_ssl_read */
#define SANSMTP_PROXY_NETNS     0x30u

/* Types of TLVs within SSL. */
#define SANSMTP_PROXY_SSL_VERSION 0x21u /* "TLSv1.3" */
#define SANSMTP_PROXY_SSL_CN      0x22u /* common name of the client's certificate */
#define SANSMTP_PROXY_SSL_CIPHER  0x23u
#define SANSMTP_PROXY_SSL_SIG_ALG 0x24u
#define SANSMTP_PROXY_SSL_KEY_ALG 0x25u

/*
 * sansmtp_proxy_tlv_next - take a TLV off the front of TLVs.
 *
 * *rest is moved on; value points into it. Types that you do not know are to be ignored.
 * Returns 1; 0: there is no more; or with nothing changed SANSMTP_ERR_SYNTAX (cut short),
 * SANSMTP_ERR_ARGUMENT. Source: proxy-protocol.txt 2.2.
 */
SANSMTP_API int sansmtp_proxy_tlv_next(struct sansmtp_span *rest, uint32_t *type,
                                       struct sansmtp_span *value);

/*
 * sansmtp_proxy_tlv_write - a TLV, to be put behind others.
 *
 * Returns 0, SANSMTP_ERR_ROOM with *length the octets needed, SANSMTP_ERR_LENGTH (a value over
 * 65535 octets), or SANSMTP_ERR_ARGUMENT (NULL, a type over 255). Source: as above.
 */
SANSMTP_API int sansmtp_proxy_tlv_write(uint32_t type, const struct sansmtp_span *value,
                                        uint8_t *out, size_t capacity, size_t *length);

/* struct sansmtp_proxy_ssl.client */
#define SANSMTP_PROXY_CLIENT_TLS          1u /* the client came by TLS */
#define SANSMTP_PROXY_CLIENT_CERT         2u /* and gave a certificate, in this connection */
#define SANSMTP_PROXY_CLIENT_CERT_SESSION 4u /* or in this session of TLS */

/* How the client came to the proxy. */
struct sansmtp_proxy_ssl {
    uint32_t size;   /* sizeof (struct sansmtp_proxy_ssl), set by the caller */
    uint32_t client; /* SANSMTP_PROXY_CLIENT_... */
    uint32_t verify; /* 0: it gave a certificate, and that was found good */
    uint32_t reserved;
    struct sansmtp_span tlvs; /* SANSMTP_PROXY_SSL_VERSION and so on; see proxy_tlv_next */
};

/*
 * sansmtp_proxy_ssl_read - the value of a TLV of type SSL.
 *
 * Returns 0, or with ssl unchanged SANSMTP_ERR_SYNTAX, SANSMTP_ERR_ARGUMENT (NULL, size).
 * Source: proxy-protocol.txt 2.2.6.
 */
SANSMTP_API int sansmtp_proxy_ssl_read(const struct sansmtp_span *value,
                                       struct sansmtp_proxy_ssl *ssl);

#ifdef __cplusplus
}
#endif

#endif
