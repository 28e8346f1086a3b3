#ifndef SANSMTP_EXTENSION_H
#define SANSMTP_EXTENSION_H

/* The extensions: extensions.def as a table, and what a set of them means for lines. */

#include <sansmtp/types.h>

/* What stands behind the keyword in the reply to EHLO. */
enum sansmtp_ehlo_value {
    SANSMTP_EHLO_NONE,
    SANSMTP_EHLO_MESSAGE_SIZE,
    SANSMTP_EHLO_MECHANISMS,
    SANSMTP_EHLO_DELIVER_BY,
    SANSMTP_EHLO_HOLD,
    SANSMTP_EHLO_PRIORITY,
    SANSMTP_EHLO_LIMITS,
    SANSMTP_EHLO_SOLICITATIONS,
    SANSMTP_EHLO_URLS,
    SANSMTP_EHLO_XCLIENT,
    SANSMTP_EHLO_XFORWARD
};

/* When it is announced, if the session has it. */
enum sansmtp_when {
    SANSMTP_WHEN_ALWAYS,
    SANSMTP_WHEN_PLAIN,  /* only outside TLS */
    SANSMTP_WHEN_SECURE, /* only under TLS */
    SANSMTP_WHEN_ALLOWED /* only if it has something to offer now */
};

struct sansmtp_extension {
    const char *keyword;
    uint32_t keyword_length;
    uint16_t mail; /* octets that it adds to the longest MAIL line */
    uint16_t rcpt; /* and to the longest RCPT line */
    uint8_t value; /* SANSMTP_EHLO_... */
    uint8_t when;  /* SANSMTP_WHEN_... */
    uint64_t needs;
    const char *rfc;
    const char *since;
};

/* How many extensions there are: their bits run from 0 to one less. */
enum {
#define EXTENSION(name, ...) SANSMTP_EXTENSION_ROW_##name,
#include "extensions.def"
#undef EXTENSION
    SANSMTP_EXTENSIONS
};

/* The row of the extension 1 << bit_number; NULL if there is none. */
const struct sansmtp_extension *sansmtp_extension_row(uint32_t bit_number);

/* The octets, CRLF included, of the longest line that the verb may have with these extensions. */
size_t sansmtp_extension_line(uint64_t extensions, uint32_t verb);

/* Those that are announced at such times only. */
uint64_t sansmtp_extensions_when(enum sansmtp_when when);

/* Those of the set whose needs are not all in the set. */
uint64_t sansmtp_extension_missing(uint64_t extensions);

#endif
