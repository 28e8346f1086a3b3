#ifndef SANSMTP_HEADER_H
#define SANSMTP_HEADER_H

/*
 * The header of a message while it streams by: how many hops it has behind it, where it ends, and
 * whether it holds fields that the host looks for. Nothing is kept but two small structs of the
 * host, which hold no pointer into the octets given: feed it the BODY events of the server as they
 * come, cut anywhere. Any function may be called from any thread and from a callback.
 */

#include <sansmtp/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* RFC 5321 6.3 asks for a limit of at least 100 Received fields: over this many it is a loop. */
#define SANSMTP_HOPS_MAX 100u

/* No call takes more fields to look for. */
#define SANSMTP_HEADER_FIELDS_MAX 63u

/* struct sansmtp_header.flags */
#define SANSMTP_HEADER_ENDED 1u /* length is where the body begins */
#define SANSMTP_HEADER_ODD   2u /* it ended at a line that is no field, without an empty line */

/*
 * How far a header is. Zero all of it and set size; the rest is the library's. Read hops, fields,
 * flags and length at any time.
 */
struct sansmtp_header {
    uint32_t size;       /* sizeof (struct sansmtp_header), set by the caller */
    uint32_t flags;      /* SANSMTP_HEADER_... */
    uint32_t hops;       /* Received fields so far */
    uint32_t fields;     /* fields so far, of any name */
    uint64_t length;     /* octets of the header so far; ENDED: with the empty line */
    uint64_t candidates; /* internal */
    uint32_t state;      /* internal */
    uint32_t column;     /* internal */
    uint64_t line;       /* internal */
};

/*
 * One field that the host looks for. Set name, value if it matters, and zero the rest; name and
 * value are borrowed for each call and must stay the same until the header has ended.
 */
struct sansmtp_header_field {
    struct sansmtp_span name; /* "Delivered-To", without the colon; the case of ASCII is ignored */
    struct sansmtp_span
        value;         /* length 0: whatever it is. Else the whole value, compared without */
                       /* the case of ASCII letters; a run of white space and folds counts */
                       /* as one space, none at its ends */
    uint32_t count;    /* such fields so far */
    uint32_t reserved; /* internal */
    uint64_t matched;  /* internal */
};

/*
 * sansmtp_header_read - the next octets of a message.
 *
 * fields are count fields to look for (NULL if 0), the same ones in each call. A field is a name of
 * printable octets, maybe white space, and a colon; a line that begins with white space goes on
 * with the field before it. Lines end with LF, with or without CR in front. The header ends with an
 * empty line, or in front of the first line that is neither a field nor the rest of one. Octets
 * behind the end are not looked at. header->length then says where the body begins, counted from
 * the first octet of the message.
 * A field with a value is counted when the line behind it has begun.
 * Returns 1 if the header has ended, 0 if it goes on, or SANSMTP_ERR_ARGUMENT (NULL, size, more
 * than SANSMTP_HEADER_FIELDS_MAX fields, a name of no octets). Counts stop at UINT32_MAX.
 * Source: RFC 5322 2.2, 3.6.8, 4.5; RFC 5321 6.3.
 */
SANSMTP_API int sansmtp_header_read(struct sansmtp_header *header,
                                    struct sansmtp_header_field *fields, size_t count,
                                    const uint8_t *octets, size_t length);

/*
 * sansmtp_header_end - the message is over, and it may have been a header only.
 *
 * Counts a last field whose value is looked for; ends the header. fields and count as above.
 * Returns 1, or SANSMTP_ERR_ARGUMENT.
 */
SANSMTP_API int sansmtp_header_end(struct sansmtp_header *header,
                                   struct sansmtp_header_field *fields, size_t count);

#ifdef __cplusplus
}
#endif

#endif
