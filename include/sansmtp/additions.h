#ifndef SANSMTP_ADDITIONS_H
#define SANSMTP_ADDITIONS_H

/*
 * The host's own words, for both engines: EHLO keywords, parameters of MAIL and RCPT, verbs. Their
 * numbers are of the ranges that the library never uses. All that is here is const, shared by all
 * sessions, and borrowed like the options that point to it.
 */

#include <sansmtp/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An EHLO keyword. Its bit, 1 << number, is an extension like any other: in options.extensions, in
 * allow(), and in what a client hears of its peer. */
struct sansmtp_own_extension {
    const char *keyword; /* letters, digits and hyphens, in capitals; none of the library's */
    size_t keyword_length;
    const char *value; /* server: what stands behind it; length 0: nothing */
    size_t value_length;
    uint32_t number; /* 48 to 62 */
    uint32_t mail;   /* octets that it adds to the longest MAIL line, at most 4096 */
    uint32_t rcpt;   /* and to the longest RCPT line */
    uint32_t reserved;
};

/* What a parameter has behind its keyword. */
#define SANSMTP_OWN_VALUE_NONE     0u
#define SANSMTP_OWN_VALUE_REQUIRED 1u
#define SANSMTP_OWN_VALUE_OPTIONAL 2u

/* A parameter of MAIL or RCPT. Its bit, 1 << number, is in event.parameters; its value is read by
 * sansmtp_parameter_find(). */
struct sansmtp_own_parameter {
    const char *keyword;   /* letters, digits and hyphens, in capitals; none of the library's for */
    size_t keyword_length; /* this verb */
    uint32_t number;       /* 48 to 62 */
    uint32_t verb;         /* SANSMTP_VERB_MAIL or SANSMTP_VERB_RCPT */
    uint32_t extension;    /* the number of the extension that brings it */
    uint32_t value;        /* SANSMTP_OWN_VALUE_... */
};

/* A verb. The server asks UNKNOWN with event.verb; event.data is what stands behind the verb. */
struct sansmtp_own_verb {
    const char *word; /* 1 to 8 letters, in capitals; none of the library's */
    size_t word_length;
    const char *syntax; /* for HELP; length 0: it is not listed */
    size_t syntax_length;
    uint32_t number;    /* from 256 */
    uint32_t extension; /* the number of the extension that brings it; 0: always there */
};

struct sansmtp_additions {
    uint32_t size; /* sizeof (struct sansmtp_additions) */
    uint32_t extensions_count;
    uint32_t parameters_count;
    uint32_t verbs_count;
    const struct sansmtp_own_extension *extensions;
    const struct sansmtp_own_parameter *parameters;
    const struct sansmtp_own_verb *verbs;
};

#ifdef __cplusplus
}
#endif

#endif
