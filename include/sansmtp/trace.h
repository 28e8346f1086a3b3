#ifndef SANSMTP_TRACE_H
#define SANSMTP_TRACE_H

/*
 * What a server writes on top of a message: the Received field of every hop, the Return-Path line
 * of the last, and the date both need. Pure writers into memory of the host: nothing is kept,
 * nothing is called, any function may be called from any thread and from a callback.
 *
 * Peers choose some of the text (their hello name, their reverse DNS, the recipient). Whatever they
 * choose, one well-formed field comes out.
 */

#include <sansmtp/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* struct sansmtp_received.flags. The first five choose the protocol that the field names. */
#define SANSMTP_RECEIVED_ESMTP        1u  /* the client said EHLO; without it and LMTP: "SMTP" */
#define SANSMTP_RECEIVED_LMTP         2u  /* the client said LHLO */
#define SANSMTP_RECEIVED_TLS          4u  /* the message came through TLS */
#define SANSMTP_RECEIVED_AUTH         8u  /* from a client that has authenticated itself */
#define SANSMTP_RECEIVED_UTF8         16u /* its MAIL said SMTPUTF8 */
#define SANSMTP_RECEIVED_UNKNOWN_ZONE 32u /* "-0000"; offset_minutes is not looked at */

/* No Received field is longer than this. */
#define SANSMTP_RECEIVED_MAX 2048u

/*
 * One hop. Zero all of it, then fill what you know: hello and recipient as the events gave them,
 * after STARTTLS those of the second hello. All spans are borrowed for the call.
 */
struct sansmtp_received {
    uint32_t size;                      /* sizeof (struct sansmtp_received) */
    uint32_t flags;                     /* SANSMTP_RECEIVED_... */
    struct sansmtp_span hello;          /* the name the client gave; see sansmtp_received_write */
    struct sansmtp_span client_name;    /* its name by reverse DNS, no final dot; may be absent */
    struct sansmtp_span client_address; /* 4 or 16 octets, network order; absent: not by IP */
    struct sansmtp_span by;             /* our domain or address literal; required */
    struct sansmtp_span id;             /* our name for the message, an atom or <left@right> */
    struct sansmtp_span recipient;      /* path or mailbox, if the message has no other; optional */
    struct sansmtp_span tls_cipher;     /* IANA's name, "TLS_AES_128_GCM_SHA256"; may be absent */
    struct sansmtp_span tls_group;      /* "x25519"; may be absent */
    uint32_t tls_cipher_number;         /* IANA's number, where no such name is given; or 0 */
    int32_t offset_minutes;             /* the local zone, east of UTC is positive */
    int64_t seconds;                    /* since 1970-01-01 00:00 UTC */
};

/*
 * sansmtp_received_write - one whole Received field, folded, CRLF at its end.
 *
 * out holds capacity octets (may be NULL if 0) and overlaps nothing; *out_length is set to the
 * octets written, or, on SANSMTP_ERR_ROOM, to the number needed. SANSMTP_RECEIVED_MAX is always
 * enough. Lines have at most 78 octets unless a single name is longer. Unfolded (CRLF taken out):
 *
 *   Received: from c.example (rdns.example [192.0.2.9]) by mx.example with ESMTPS id abc123 for
 *   <a@x.example> tls TLS_AES_128_GCM_SHA256 group x25519; Tue, 3 Feb 2026 04:05:06 +0100
 *
 * What others chose cannot make it fail; what does not fit the grammar there is left out:
 * - hello that is no domain, IPv4 or IPv6 literal, or a literal without client_address: "unknown",
 *   and the name follows in a comment, (hello=my?pc), its odd octets replaced by '?';
 * - client_name that is no domain, or has no client_address; recipient that is no mailbox with a
 *   domain, or not ASCII without SANSMTP_RECEIVED_UTF8. A source route is dropped;
 * - tls_cipher that is no IANA name: the number as 0x1301; without that, or without
 *   SANSMTP_RECEIVED_TLS, the clause.
 * IPv4 in IPv6 (::ffff:192.0.2.9) is written as IPv4.
 *
 * Returns 0, SANSMTP_ERR_ROOM, SANSMTP_ERR_TEXT (by or id is outside the grammar, or id over 255
 * octets), or SANSMTP_ERR_ARGUMENT (NULL, size, a flag or length or number out of range, or a
 * date that sansmtp_date_write refuses); out is then unspecified, *out_length is kept but for ROOM.
 * Source: RFC 5321 4.4, 3848, 6531 3.7.3 and 4.3, 8314 4.3.
 */
SANSMTP_API int sansmtp_received_write(const struct sansmtp_received *received, char *out,
                                       size_t capacity, size_t *out_length);

/*
 * sansmtp_return_path_write - the line that the host puts on top at final delivery.
 *
 * path is the reverse-path as MAIL gave it, with or without its brackets; a source route is cut
 * off. utf8 is 0 or 1: may it hold UTF-8 (the transaction said SMTPUTF8)? The line ends in CRLF and
 * has at most 270 octets. out, capacity and *out_length as above.
 * Returns 0, SANSMTP_ERR_ROOM, SANSMTP_ERR_SYNTAX (no path, or CR, LF, NUL in it),
 * SANSMTP_ERR_LENGTH, or SANSMTP_ERR_ARGUMENT. Source: RFC 5321 4.4, 6531 3.7.3.
 */
SANSMTP_API int sansmtp_return_path_write(const uint8_t *path, size_t length, int utf8, char *out,
                                          size_t capacity, size_t *out_length);

/*
 * sansmtp_date_write - "Tue, 3 Feb 2026 04:05:06 +0100".
 *
 * seconds since 1970 in UTC, may be negative; offset_minutes of the local zone, from -5999 to 5999.
 * unknown_zone other than 0: UTC is written, with the zone -0000, and offset_minutes is not
 * looked at. *length is set to the octets written, at most 31.
 * Returns 0, or SANSMTP_ERR_ARGUMENT (NULL, or a year before 1900 or after 9999 in that zone).
 * Source: RFC 5322 3.3.
 */
SANSMTP_API int sansmtp_date_write(int64_t seconds, int32_t offset_minutes, int unknown_zone,
                                   char out[32], size_t *length);

/*
 * sansmtp_literal_write - an address literal, "[192.0.2.9]" or "[IPv6:2001:db8::9]".
 *
 * address has 4 or 16 octets in network order, as sockaddr has them. It is also what a client
 * without a domain says in its hello (RFC 5321 4.1.4). *out_length is set to the octets written, at
 * most 46. Returns 0 or SANSMTP_ERR_ARGUMENT (NULL, another length).
 * Source: RFC 5321 4.1.3, RFC 5952; IPv4 in IPv6 is written as IPv4.
 */
SANSMTP_API int sansmtp_literal_write(const uint8_t *address, size_t length, char out[48],
                                      size_t *out_length);

#ifdef __cplusplus
}
#endif

#endif
