#ifndef SANSMTP_LIB_SCRAM_H
#define SANSMTP_LIB_SCRAM_H

/* What both sides of a SCRAM exchange share. The messages stand one behind the other in one text,
 * in the order in which they are signed:
 *
 *     GS2 header, client-first-bare "," server-first "," client-final-without-proof
 *
 * so that the client's two messages and the server's first are slices of it, and all but the
 * header is the AuthMessage of RFC 5802 3. */

#include "hash.h"

enum { SANSMTP_SCRAM_TEXT = 2560, SANSMTP_SCRAM_NAME = 255, SANSMTP_SCRAM_PART = 256 };

enum sansmtp_scram_state {
    SANSMTP_SCRAM_CLIENT_FIRST, /* the client's first message is due */
    SANSMTP_SCRAM_CLIENT_FINAL,
    SANSMTP_SCRAM_CLIENT_VERIFY, /* the server's signature is awaited */
    SANSMTP_SCRAM_CLIENT_OVER,
    SANSMTP_SCRAM_SERVER_FIRST, /* the client's first message is awaited */
    SANSMTP_SCRAM_SERVER_RECORD,
    SANSMTP_SCRAM_SERVER_FINAL,
    SANSMTP_SCRAM_SERVER_EMPTY, /* the client's last word, which is empty */
    SANSMTP_SCRAM_OVER
};

struct sansmtp_scram {
    struct sansmtp_scram_options options;
    struct sansmtp_hash hash;
    enum sansmtp_scram_state state;
    bool full;     /* a put found no room */
    bool is_known; /* server: there is such a user */
    struct sansmtp_span binding;
    size_t header; /* octets of the GS2 header */
    size_t length; /* octets of the text */
    size_t nonce;  /* where it is in the text; in the end that of both sides */
    size_t nonce_length;
    size_t name_length;
    size_t authzid_length;
    uint8_t name[SANSMTP_SCRAM_NAME]; /* server: as decoded */
    uint8_t authzid[SANSMTP_SCRAM_NAME];
    uint8_t stored_key[SANSMTP_DIGEST_MAX]; /* server */
    uint8_t server_key[SANSMTP_DIGEST_MAX];
    uint8_t text[SANSMTP_SCRAM_TEXT];
};

/* Begins an exchange of either side; errors as scram_client_init, the client's names apart. */
int sansmtp_scram_place(struct sansmtp_scram **scram, void *memory, size_t length,
                        const struct sansmtp_scram_options *options);

/* Ends it for good, and returns the error. */
int sansmtp_scram_fail(struct sansmtp_scram *scram, int error);

/* -- the text: what has no room sets full */

void sansmtp_scram_put(struct sansmtp_scram *scram, const void *octets, size_t length);
void sansmtp_scram_put_base64(struct sansmtp_scram *scram, const uint8_t *octets, size_t length);

/* "c=", the GS2 header and the binding in base64, ",r=", the nonce of both (RFC 5802 5.1). */
void sansmtp_scram_put_binding(struct sansmtp_scram *scram);

struct sansmtp_span sansmtp_scram_slice(const struct sansmtp_scram *scram, size_t from);
struct sansmtp_span sansmtp_scram_signed(const struct sansmtp_scram *scram);

/* -- messages of the peer (RFC 5802 7) */

bool sansmtp_scram_is_nonce(struct sansmtp_span text);

/* Takes `letter "=" value` off the front, and the comma behind it, behind which must be more. */
bool sansmtp_scram_take(struct sansmtp_span *rest, uint8_t letter, struct sansmtp_span *value);

/* Are the attributes that follow, maybe none, of the grammar? Then they can be ignored. */
bool sansmtp_scram_extensions(struct sansmtp_span rest);

#endif
