#ifndef SANSMTP_TEST_SCRIPT_H
#define SANSMTP_TEST_SCRIPT_H

/* What is said in a session: which messages, to whom, how, and what the receiving host thinks of
 * each. Message 1 comes from m1@client.example, recipient 2 is r2@server.example. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SCRIPT_LMTP = 1,
    SCRIPT_CHUNKS = 2,        /* CHUNKING is offered, and so the message goes by BDAT */
    SCRIPT_ONE_BY_ONE = 4,    /* PIPELINING is offered, but our client does without */
    SCRIPT_NO_PIPELINING = 8, /* it is not offered */
    SCRIPT_TLS = 16,
    SCRIPT_AUTH = 32,
    SCRIPT_ALL_OR_NONE = 64,
    SCRIPT_OPEN_END = 128,    /* the body does not end in CRLF */
    SCRIPT_EMPTY_LAST = 256,  /* the host's last piece of body is empty */
    SCRIPT_BINARY = 512,      /* BODY=BINARYMIME */
    SCRIPT_LONG = 1024,       /* too long to be cut at every octet in every way */
    SCRIPT_PRDR = 2048,       /* an answer for each recipient */
    SCRIPT_LIMITS = 4096,     /* two recipients a message, and the peer says so */
    SCRIPT_AHEAD = 8192,      /* PIPECONNECT: our client speaks before it is greeted */
    SCRIPT_CHECKPOINT = 16384 /* a message that broke off goes on where it did */
};

enum { MESSAGES_MOST = 3, RECIPIENTS_MOST = 1000, BODY_MOST = 11000 };
enum { RECIPIENTS_KEPT = 8 }; /* the most of a message with SCRIPT_CHECKPOINT */

struct script {
    const char *name;
    uint32_t flags;
    uint32_t messages, recipients;
    size_t body, piece; /* octets of a message, and of what the sending host lends at a time */
    /* y: yes, n: 550, l: 452. To recipient r of message m that of (m + r) is said; at the end of
     * the message that of m, in LMTP and PRDR that of (m + r). */
    const char *receives, *stores;
};

extern const struct script scripts[];
extern const size_t scripts_count;

/* The octets of a message, and how many. */
size_t script_body(const struct script *script, uint32_t message, uint8_t *body);

/* What is to be stored: in DATA a message ends in CRLF, if need be in one that was added. */
size_t script_stored(const struct script *script, uint32_t message, uint8_t *body);

char script_receives(const struct script *script, uint32_t message, uint32_t recipient);
char script_stores(const struct script *script, uint32_t message, uint32_t recipient);

#endif
