#ifndef SANSMTP_VERB_H
#define SANSMTP_VERB_H

/* The verbs: verbs.def as a table, and the search for the verb of a command line. */

#include <sansmtp/types.h>

#include "reply.h"

/* What follows the verb; the words of verbs.def. */
enum sansmtp_form {
    SANSMTP_FORM_NONE,
    SANSMTP_FORM_HELLO,
    SANSMTP_FORM_REVERSE,
    SANSMTP_FORM_FORWARD,
    SANSMTP_FORM_CHUNK,
    SANSMTP_FORM_MECHANISM,
    SANSMTP_FORM_STRING,
    SANSMTP_FORM_NODE,
    SANSMTP_FORM_DOMAINS,
    SANSMTP_FORM_URL,
    SANSMTP_FORM_ATTRIBUTES,
    SANSMTP_FORM_ANYTHING
};

enum { SANSMTP_ROLE_SMTP = 1, SANSMTP_ROLE_LMTP = 2, SANSMTP_ROLE_BOTH = 3 };

enum { SANSMTP_GATE_PRE_TLS = 1, SANSMTP_GATE_PRE_AUTH = 2, SANSMTP_GATE_AUTH_ONLY = 4 };

enum sansmtp_budget {
    SANSMTP_BUDGET_NOTHING,
    SANSMTP_BUDGET_COMMAND,
    SANSMTP_BUDGET_REPETITION,
    SANSMTP_BUDGET_VERIFICATION
};

/* The extension of verbs that are known but not to be had; a bit that no session has. */
#define SANSMTP_EXTENSION_NEVER (UINT64_C(1) << 63)

struct sansmtp_verb {
    char wire[9];     /* in upper case, padded with NUL */
    uint8_t length;   /* of wire, without the padding */
    uint8_t form;     /* SANSMTP_FORM_... */
    uint8_t roles;    /* a set of SANSMTP_ROLE_... */
    uint8_t gates;    /* a set of SANSMTP_GATE_... */
    uint8_t budget;   /* SANSMTP_BUDGET_... */
    uint8_t last;     /* 1: must be the last of a pipelined group */
    uint8_t question; /* SANSMTP_EVENT_..., or 0: the engine answers by itself */
    uint8_t off;      /* enum sansmtp_reply: what is said if this session has it off */
    uint64_t extension;
    const char *syntax; /* for HELP */
    uint8_t syntax_length;
};

/* How many verbs there are: SANSMTP_VERB_... run from 1 to this. */
enum {
#define VERB(name, ...) SANSMTP_VERB_ROW_##name,
#include "verbs.def"
#undef VERB
    SANSMTP_VERBS
};

extern const struct sansmtp_verb sansmtp_verb_rows[SANSMTP_VERBS];

/* The row of SANSMTP_VERB_...; NULL for UNKNOWN and numbers that are none. */
static inline const struct sansmtp_verb *sansmtp_verb_row(uint32_t verb)
{
    return verb >= 1 && verb <= SANSMTP_VERBS ? &sansmtp_verb_rows[verb - 1] : NULL;
}

/* The verb at the front of a line (without its CRLF), in any case. Only a space or the end of the
 * line ends it. *verb_length is set to the octets before that, for UNKNOWN too. */
uint32_t sansmtp_verb_find(const uint8_t *line, size_t length, size_t *verb_length);

#endif
