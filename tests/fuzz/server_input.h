#ifndef SANSMTP_FUZZ_SERVER_INPUT_H
#define SANSMTP_FUZZ_SERVER_INPUT_H

/*
 * How the server's fuzz target reads its input: a head, then what the client sends. In that, the
 * octet BARRIER and the one behind it are what the host does once all before is taken and gone.
 * server_seeds.c writes transcripts so.
 */

#include <sansmtp/server.h>

enum {
    HEAD_FLAGS,        /* HEAD_... below */
    HEAD_EXTENSIONS,   /* the bits 0 to 7 of options.extensions */
    HEAD_EXTENSIONS_2, /* the bits 8 to 11; above them: bits 4, 5 bare_newlines, 6 small budgets, */
                       /* 7 all later extensions, and words of the host's own */
    HEAD_SIZE,         /* options.message_size in units of 8; 0: the default */
    HEAD_LENIENCY,     /* options.leniency; bit 7: submission, with what belongs to it */
    HEAD_ANSWERS,      /* three octets of which the host's answers are made; 0: the default ones */
    HEAD_LENGTH = HEAD_ANSWERS + 3
};

#define HEAD_LMTP          1u
#define HEAD_REQUIRE_TLS   2u
#define HEAD_REQUIRE_AUTH  4u
#define HEAD_AUTH_IN_CLEAR 8u
#define HEAD_REFUSE_NUL    16u
#define HEAD_TRACE         32u
#define HEAD_TLS           64u  /* under TLS from the start */
#define HEAD_LENT          128u /* memory for AUTH lines is lent */

#define BARRIER 0xfe

enum {
    ACT_WAIT,
    ACT_TLS,
    ACT_TLS_WEAK,
    ACT_EOF,
    ACT_CLOSE,
    ACT_EXPIRED,
    ACT_PAUSE,
    ACT_ALLOW,
    ACTS
};

void server_input_options(struct sansmtp_server_options *options, const uint8_t *head);

#endif
