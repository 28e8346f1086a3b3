#ifndef SANSMTP_REPLY_H
#define SANSMTP_REPLY_H

/* The replies of replies.def: what the engine says by itself, and what a code means by default. */

#include <sansmtp/types.h>

enum sansmtp_reply {
    SANSMTP_REPLY_NONE, /* no reply */
#define REPLY(name, code, class, subject, detail, text) SANSMTP_REPLY_##name,
#define CODE(code, subject, detail, text)
#include "replies.def"
#undef REPLY
#undef CODE
    SANSMTP_REPLIES
};

/* enhanced is class * 1000000 + subject * 1000 + detail, 0: none. */
struct sansmtp_reply_row {
    uint32_t enhanced;
    uint16_t code;
    uint16_t length; /* octets of text */
    const char *text;
};

/* The row of a reply. */
const struct sansmtp_reply_row *sansmtp_reply_row(enum sansmtp_reply reply);

/* What a code means if nothing else is said: its row, or class.0.0 and no text. */
struct sansmtp_reply_row sansmtp_reply_of_code(uint32_t code);

/* Is this a number that stands for an enhanced status code (RFC 3463 2)? */
int sansmtp_enhanced_valid(uint32_t enhanced);

#endif
