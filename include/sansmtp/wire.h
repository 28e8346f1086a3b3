#ifndef SANSMTP_WIRE_H
#define SANSMTP_WIRE_H

/*
 * The grammar of SMTP as pure functions over (pointer, length): what the engines use, open to
 * whoever wants to read a path or decode a parameter alone. Nothing here keeps state, allocates
 * or calls back; any function may be called from any thread and from a callback.
 */

#include <sansmtp/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What sansmtp_path_parse and sansmtp_domain_parse take beyond RFC 5321's grammar. */
#define SANSMTP_ACCEPT_UTF8        1u  /* non-ASCII UTF-8 in local part and domain (RFC 6531) */
#define SANSMTP_ACCEPT_NULL        2u  /* the null path <>: MAIL */
#define SANSMTP_ACCEPT_POSTMASTER  4u  /* <Postmaster> without a domain: RCPT */
#define SANSMTP_ACCEPT_LONG_LOCAL  8u  /* a local part over 64 octets, up to the path's limit */
#define SANSMTP_ACCEPT_UNBRACKETED 16u /* a path without its angle brackets */
#define SANSMTP_ACCEPT_ODD_NAME    32u /* domain_parse: any printable octets, kind ODD */

/* A path taken apart. Spans point into the octets given to sansmtp_path_parse. */
struct sansmtp_path {
    uint32_t size;        /* sizeof (struct sansmtp_path), set by the caller */
    uint32_t flags;       /* SANSMTP_FLAG_QUOTED, UTF8, POSTMASTER, SOURCE_ROUTE, UNBRACKETED */
    uint32_t domain_kind; /* SANSMTP_DOMAIN_... */
    uint32_t reserved;
    struct sansmtp_span raw;    /* with brackets and route */
    struct sansmtp_span local;  /* as received, with quotes and backslashes */
    struct sansmtp_span domain; /* a literal with its brackets */
    struct sansmtp_span route;  /* "@a.example,@b.example", without the colon */
    uint8_t address[16];        /* of an IPv4 (4 octets) or IPv6 literal, network order */
};

/*
 * sansmtp_path_parse - read a reverse- or forward-path at the start of octets.
 *
 * accept is a set of SANSMTP_ACCEPT_... bits. The path ends at its '>' (unbracketed: before the
 * first space); what follows is not looked at, path->raw.length says where it begins. The octets
 * are borrowed by the spans of path. On error path is unspecified.
 * Returns 0, or SANSMTP_ERR_SYNTAX, SANSMTP_ERR_LENGTH (path over 256 octets, domain over 255,
 * label over 63, local part over 64 where that is not accepted), or
 * SANSMTP_ERR_ARGUMENT (NULL, or path->size). Source: RFC 5321 4.1.2, 4.1.3, 4.5.3.1; RFC 6531 3.3.
 */
SANSMTP_API int sansmtp_path_parse(const uint8_t *octets, size_t length, uint32_t accept,
                                   struct sansmtp_path *path);

/*
 * sansmtp_domain_parse - is the whole of octets a domain or an address literal?
 *
 * kind is set to SANSMTP_DOMAIN_...; address (may be NULL) to the 4 or 16 octets of an IPv4 or
 * IPv6 literal. accept: SANSMTP_ACCEPT_UTF8, SANSMTP_ACCEPT_ODD_NAME.
 * Returns 0, or SANSMTP_ERR_SYNTAX, SANSMTP_ERR_LENGTH (over 255 octets, a label over 63), or
 * SANSMTP_ERR_ARGUMENT. Source: RFC 5321 4.1.2, 4.1.3; RFC 6531 3.3.
 */
SANSMTP_API int sansmtp_domain_parse(const uint8_t *octets, size_t length, uint32_t accept,
                                     uint32_t *kind, uint8_t address[16]);

/*
 * sansmtp_local_decode - a local part without quotes and backslashes.
 *
 * out holds capacity octets; *out_length is set to the octets written, or, on SANSMTP_ERR_ROOM, to
 * the number needed. The result is raw: it is NOT safe for a shell, a format string or a file
 * name. Returns 0, SANSMTP_ERR_SYNTAX, SANSMTP_ERR_ROOM, or SANSMTP_ERR_ARGUMENT.
 * Source: RFC 5321 4.1.2.
 */
SANSMTP_API int sansmtp_local_decode(const uint8_t *local, size_t length, uint8_t *out,
                                     size_t capacity, size_t *out_length);

/*
 * sansmtp_mailbox_equal - do two mailboxes (local@domain, no brackets) name the same one?
 *
 * All quoted spellings of a local part are equal, its case counts; the domain's case does not.
 * Returns 1 or 0; 0 too where one is not a mailbox. Source: RFC 5321 2.4, 4.1.2.
 */
SANSMTP_API int sansmtp_mailbox_equal(const uint8_t *left, size_t left_length, const uint8_t *right,
                                      size_t right_length);

/*
 * sansmtp_xtext_decode, sansmtp_xtext_encode - RFC 3461 4.
 *
 * decode takes hexadecimal digits of either case, encode writes upper case. out holds capacity
 * octets and may not overlap the input (decode: may be the same memory). *out_length is set to
 * the octets written, or, on SANSMTP_ERR_ROOM, to the number needed.
 * Returns 0, SANSMTP_ERR_SYNTAX (decode), SANSMTP_ERR_ROOM, or SANSMTP_ERR_ARGUMENT.
 */
SANSMTP_API int sansmtp_xtext_decode(const uint8_t *octets, size_t length, uint8_t *out,
                                     size_t capacity, size_t *out_length);
SANSMTP_API int sansmtp_xtext_encode(const uint8_t *octets, size_t length, uint8_t *out,
                                     size_t capacity, size_t *out_length);

/* Room for any decoded value: ORCPT's 500 octets are the longest (RFC 3461 5.4). */
#define SANSMTP_VALUE_LONGEST 500u

/* struct sansmtp_parameter.flags */
#define SANSMTP_VALUE_PRESENT  1u /* it has a value */
#define SANSMTP_VALUE_DECODED  2u /* text holds the decoded value */
#define SANSMTP_VALUE_TRUSTED  4u /* AUTH=, MT-PRIORITY: of a client that is authenticated */
#define SANSMTP_VALUE_NEGATIVE 8u /* BY, MT-PRIORITY: number is below zero */

/* One parameter. The host sets size, and text and capacity if it wants the decoded value. */
struct sansmtp_parameter {
    uint32_t size;            /* sizeof (struct sansmtp_parameter) */
    uint32_t flags;           /* SANSMTP_VALUE_... */
    uint64_t number;          /* SIZE: octets; BODY, RET, NOTIFY: SANSMTP_BODY_... and so on; BY, */
                              /* HOLDFOR, MTRK: seconds; HOLDUNTIL, RRVS: seconds since 1970; */
                              /* MT-PRIORITY: 0 to 9, see NEGATIVE */
    uint64_t second;          /* BY: SANSMTP_BY_...; RRVS: SANSMTP_RRVS_...; else 0 */
    struct sansmtp_span raw;  /* the value as received; lives as long as the event's spans */
    struct sansmtp_span type; /* ORCPT: the address type, "rfc822"; MTRK: the certifier */
    uint8_t *text;      /* the host's memory for ENVID, AUTH, the address of ORCPT, decoded; */
                        /* NULL: not wanted */
    size_t capacity;    /* octets of text */
    size_t text_length; /* octets of the decoded value */
};

/*
 * sansmtp_parameter_get - decode one parameter of a MAIL or RECIPIENT event.
 *
 * id is SANSMTP_PARAMETER_...; out->size must be set. A utf-8 ORCPT whose escapes cannot be decoded
 * is still given, as raw, without SANSMTP_VALUE_DECODED (RFC 6533 3).
 * Returns 1 if the parameter is present and out is filled, 0 if it is absent or not known to this
 * library, SANSMTP_ERR_ROOM: text_length octets are needed, or SANSMTP_ERR_ARGUMENT.
 * Source: RFC 1845, 1870, 2852, 3030, 3461, 3865, 3885, 4865, 4954 5, 6152, 6531, 6533, 6710, 7293.
 */
SANSMTP_API int sansmtp_parameter_get(const struct sansmtp_event *event, uint32_t id,
                                      struct sansmtp_parameter *out);

/*
 * sansmtp_parameter_find - the value of a parameter of a MAIL or RECIPIENT event, by its keyword.
 *
 * For those that additions.h brings; the keyword in any case. *value is the value as received, and
 * lives as long as the event's spans; its data is NULL if there is none. Returns 1 if the parameter
 * is present, 0 if it is absent, or SANSMTP_ERR_ARGUMENT. Source: RFC 5321 4.1.2.
 */
SANSMTP_API int sansmtp_parameter_find(const struct sansmtp_event *event, const char *keyword,
                                       size_t length, struct sansmtp_span *value);

/* What XCLIENT and XFORWARD tell of a client: attribute.attribute. */
#define SANSMTP_ATTRIBUTE_NAME     0u /* its host's name */
#define SANSMTP_ATTRIBUTE_ADDR     1u /* "192.0.2.1" or "IPV6:2001:db8::1" */
#define SANSMTP_ATTRIBUTE_PORT     2u
#define SANSMTP_ATTRIBUTE_PROTO    3u
#define SANSMTP_ATTRIBUTE_HELO     4u
#define SANSMTP_ATTRIBUTE_LOGIN    5u /* XCLIENT */
#define SANSMTP_ATTRIBUTE_DESTADDR 6u /* XCLIENT: the address that it called, as ADDR */
#define SANSMTP_ATTRIBUTE_DESTPORT 7u /* XCLIENT */
#define SANSMTP_ATTRIBUTE_IDENT    8u /* XFORWARD: the message's name at the sender */
#define SANSMTP_ATTRIBUTE_SOURCE   9u /* XFORWARD: "LOCAL" or "REMOTE" */

/* struct sansmtp_attribute.flags */
#define SANSMTP_ATTRIBUTE_UNAVAILABLE 1u /* the value is [UNAVAILABLE] */
#define SANSMTP_ATTRIBUTE_TEMPORARY   2u /* the value is [TEMPUNAVAIL] */

/* One attribute. The host sets size, text and capacity, and position to 0 for the first. */
struct sansmtp_attribute {
    uint32_t size;      /* sizeof (struct sansmtp_attribute) */
    uint32_t attribute; /* SANSMTP_ATTRIBUTE_... */
    uint32_t flags;     /* SANSMTP_ATTRIBUTE_UNAVAILABLE, TEMPORARY */
    uint32_t reserved;
    size_t position;    /* where the next one stands */
    uint8_t *text;      /* the host's memory for the value, decoded; 255 octets are always enough */
    size_t capacity;    /* octets of text */
    size_t text_length; /* octets of the value */
};

/*
 * sansmtp_attribute_next - the next attribute of an XCLIENT or XFORWARD event.
 *
 * Returns 1: out is filled, 0: there are no more, SANSMTP_ERR_ROOM: text_length octets are needed,
 * and position stays, or SANSMTP_ERR_ARGUMENT. Source: Postfix XCLIENT_README, XFORWARD_README.
 */
SANSMTP_API int sansmtp_attribute_next(const struct sansmtp_event *event,
                                       struct sansmtp_attribute *out);

#ifdef __cplusplus
}
#endif

#endif
