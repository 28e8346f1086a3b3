#ifndef SANSMTP_TEST_TRACE_READER_H
#define SANSMTP_TEST_TRACE_READER_H

/* A strict reader of one Received field, written from RFC 5321 section 4.4 and RFC 8314 section 4.3
 * alone; it shares nothing with the library, so that the two cannot agree on a mistake. */

#include <stdbool.h>
#include <stddef.h>

/* A piece of the unfolded field; start is NULL where the field has none. */
struct trace_text {
    const char *start;
    size_t length;
};

struct trace_fields {
    char unfolded[4096];
    size_t longest_line; /* without CRLF */
    size_t lines;
    struct trace_text from;
    struct trace_text from_name; /* of TCP-info */
    struct trace_text from_literal;
    struct trace_text comment; /* the one between FROM and BY, without its parentheses */
    struct trace_text by;
    struct trace_text by_literal; /* of TCP-info */
    struct trace_text with;
    struct trace_text id;
    struct trace_text recipient; /* with its brackets, if it has any */
    struct trace_text tls;
    struct trace_text group;
    struct trace_text date;
};

/* Is the whole of octets one field, and nothing else? utf8: FOR may hold UTF-8 (RFC 6531). On false
 * *why says what was expected. */
bool trace_read(const char *octets, size_t length, bool utf8, struct trace_fields *fields,
                const char **why);

#endif
