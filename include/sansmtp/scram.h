#ifndef SANSMTP_SCRAM_H
#define SANSMTP_SCRAM_H

/*
 * SCRAM-SHA-1, SCRAM-SHA-256, their -PLUS forms (RFC 5802, RFC 7677) and CRAM-MD5 (RFC 2195), for
 * both sides, as the engines hand their messages out and take them: decoded, without base64. The
 * hash function is the host's; the host also gives what is random and what TLS knows. For hosts
 * that have no SASL library; one that has may use that as well.
 *
 * A SCRAM exchange lives in a block of the host's memory; what the host hands in is borrowed until
 * the exchange is over. One exchange belongs to one thread at a time, and the functions of the hash
 * must not call it; the callbacks of the engines may. Preparing names and passwords (SASLprep, RFC
 * 4013) is up to the host: ASCII is prepared as it is.
 */

#include <sansmtp/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SANSMTP_DIGEST_MAX 64u /* octets of the longest digest that fits */

/*
 * The host's hash function. Each call writes `digest` octets to out, and returns 0; anything else
 * ends the exchange. user is handed to each. There is no call without octets at a non-NULL address.
 */
struct sansmtp_hash {
    uint32_t size;   /* sizeof (struct sansmtp_hash) */
    uint32_t digest; /* MD5: 16, SHA-1: 20, SHA-256: 32 */
    void *user;
    int (*hash)(void *user, const uint8_t *octets, size_t length, uint8_t *out);
    int (*hmac)(void *user, const uint8_t *key, size_t key_length, const uint8_t *octets,
                size_t length, uint8_t *out);
    /* PBKDF2 (RFC 8018) with this hmac, to `digest` octets. NULL: it is made of hmac, which takes
     * longer. */
    int (*derive)(void *user, const struct sansmtp_span *password, const struct sansmtp_span *salt,
                  uint32_t iterations, uint8_t *out);
};

/* What binds an exchange to its TLS channel (RFC 5929, RFC 9266). */
struct sansmtp_scram_binding {
    struct sansmtp_span name; /* "tls-exporter", "tls-server-end-point", "tls-unique" */
    struct sansmtp_span data; /* as the TLS library gives it */
};

/* struct sansmtp_scram_options.flags */
#define SANSMTP_SCRAM_PLUS 1u /* the mechanism is the -PLUS form: there must be a binding */

/* Zero all of it, then fill what applies. */
struct sansmtp_scram_options {
    uint32_t size;  /* sizeof (struct sansmtp_scram_options) */
    uint32_t flags; /* SANSMTP_SCRAM_PLUS */
    const struct sansmtp_hash *hash;
    struct sansmtp_span nonce; /* never used before, not to be guessed: see scram_nonce */
    /*
     * Client with PLUS: the first is used. Without PLUS, give one only if you would have used it,
     * but the server does not offer the -PLUS form: it is told so, and notices if that is not true.
     * Server: all that it takes. Without PLUS, give them if the -PLUS form is offered as well.
     */
    const struct sansmtp_scram_binding *bindings;
    uint32_t binding_count;
    uint32_t least_iterations; /* client: fewer are refused; 0: 4096, as RFC 7677 says */
    uint32_t most_iterations;  /* client: more are refused, they cost time; 0: 1000000 */
    uint32_t reserved;
    struct sansmtp_span authzid;  /* client: to act as whom; length 0: as authcid */
    struct sansmtp_span authcid;  /* client: whose password it is */
    struct sansmtp_span password; /* client */
};

/* An exchange; opaque, of either side. */
struct sansmtp_scram;

/* Octets of memory that an exchange needs, wherever it begins. */
#define SANSMTP_SCRAM_MEMORY 4096u

/* What random octets scram_nonce takes, and what it makes of them. */
#define SANSMTP_SCRAM_RANDOM 24u
#define SANSMTP_SCRAM_NONCE  32u

/*
 * sansmtp_scram_nonce - 24 random octets as 32 printable ones.
 *
 * Returns 0, or SANSMTP_ERR_ARGUMENT (NULL).
 */
SANSMTP_API int sansmtp_scram_nonce(const uint8_t random[24], uint8_t out[32]);

/*
 * sansmtp_scram_client_init - begin an exchange as a client.
 *
 * memory is length octets, at least SANSMTP_SCRAM_MEMORY; it holds secrets until scram_end. options
 * are copied; what they point to is borrowed until the exchange is over.
 * Returns 0, SANSMTP_ERR_MEMORY, SANSMTP_ERR_OPTIONS (no hash; PLUS without a binding; a nonce that
 * is empty, not printable or holds a comma; least over most), SANSMTP_ERR_TEXT (authcid or password
 * empty, a NUL, not UTF-8), SANSMTP_ERR_LENGTH (a name over 255 octets, a nonce or binding over
 * 256), or SANSMTP_ERR_ARGUMENT (NULL, size). Source: RFC 5802 5, 7.
 */
SANSMTP_API int sansmtp_scram_client_init(struct sansmtp_scram **scram, void *memory, size_t length,
                                          const struct sansmtp_scram_options *options);

/*
 * sansmtp_scram_client_next - client: the answer to a challenge.
 *
 * challenge is the data of CHALLENGE; NULL if that has SANSMTP_FLAG_INITIAL. answer lives until the
 * next call. The second call derives the key, which takes as long as the server's count of
 * iterations says.
 * Returns 0; SANSMTP_ERR_SYNTAX (not such a message, or an extension that must be understood),
 * SANSMTP_ERR_LENGTH, SANSMTP_ERR_AUTH (a nonce that is not ours, too few or too many iterations,
 * an error of the server, or a signature that says: this server does not know the password): then
 * cancel the exchange, and after SANSMTP_ERR_AUTH the connection too; SANSMTP_ERR_OPTIONS (the hash
 * failed), SANSMTP_ERR_STATE (it is over), SANSMTP_ERR_ARGUMENT. After an error it is over.
 * Source: RFC 5802 3, 5, 7.
 */
SANSMTP_API int sansmtp_scram_client_next(struct sansmtp_scram *scram,
                                          const struct sansmtp_span *challenge,
                                          struct sansmtp_span *answer);

/*
 * sansmtp_scram_verified - client: has the server shown that it knows the password's key?
 *
 * To be asked when the server says that authentication succeeded: if not, it is not the server you
 * meant. Returns 1, 0, or SANSMTP_ERR_ARGUMENT. Source: RFC 5802 5.1.
 */
SANSMTP_API int sansmtp_scram_verified(const struct sansmtp_scram *scram);

/* What a server keeps of a password. */
struct sansmtp_scram_record {
    uint32_t size; /* sizeof (struct sansmtp_scram_record) */
    uint32_t iterations;
    struct sansmtp_span salt;       /* at most 128 octets */
    struct sansmtp_span stored_key; /* digest octets; length 0: there is no such user */
    struct sansmtp_span server_key; /* digest octets */
};

/*
 * sansmtp_scram_derive - server: the two keys of a password, to be kept instead of it.
 *
 * Takes the time that iterations take. stored_key and server_key have room for the digest.
 * Returns 0, SANSMTP_ERR_OPTIONS (the hash failed), SANSMTP_ERR_LENGTH (salt over 128 octets), or
 * SANSMTP_ERR_ARGUMENT (NULL, size, an empty password or salt, no iterations).
 * Source: RFC 5802 3.
 */
SANSMTP_API int sansmtp_scram_derive(const struct sansmtp_hash *hash,
                                     const struct sansmtp_span *password,
                                     const struct sansmtp_span *salt, uint32_t iterations,
                                     uint8_t *stored_key, uint8_t *server_key);

/* sansmtp_scram_server_init - begin an exchange as a server; otherwise as scram_client_init. */
SANSMTP_API int sansmtp_scram_server_init(struct sansmtp_scram **scram, void *memory, size_t length,
                                          const struct sansmtp_scram_options *options);

/* What a server does next. */
#define SANSMTP_SCRAM_LOOKUP    1u /* look up the user that text names: scram_server_record */
#define SANSMTP_SCRAM_CHALLENGE 2u /* the password is right: send text as a challenge */
#define SANSMTP_SCRAM_DONE      3u /* accept, if the user may act as scram_authzid */

/*
 * sansmtp_scram_server_next - server: take a message of the client.
 *
 * response is the data of AUTH or RESPONSE. step says what to do; text lives until the next call.
 * The order is LOOKUP, CHALLENGE, DONE. Whatever goes wrong is a failed login, so answer it as one:
 * 535 5.7.8.
 * Returns 0; SANSMTP_ERR_SYNTAX, SANSMTP_ERR_LENGTH; SANSMTP_ERR_AUTH (the password is wrong, the
 * channel is not the client's or should have been bound); SANSMTP_ERR_OPTIONS (the hash failed),
 * SANSMTP_ERR_STATE (it is over, or a record is due), SANSMTP_ERR_ARGUMENT. After an error of the
 * peer it is over. Source: RFC 5802 3, 5, 6, 7.
 */
SANSMTP_API int sansmtp_scram_server_next(struct sansmtp_scram *scram,
                                          const struct sansmtp_span *response, uint32_t *step,
                                          struct sansmtp_span *text);

/*
 * sansmtp_scram_server_record - server: the answer to LOOKUP.
 *
 * challenge is to be sent, and lives until the next call. For a user that there is not give a
 * record without keys, with as many iterations as others have and a salt that is always the same
 * for this name (an HMAC of it under a key of your own): so nobody can tell, and it fails.
 * Returns 0, SANSMTP_ERR_STATE (none is due), SANSMTP_ERR_LENGTH (salt over 128 octets), or
 * SANSMTP_ERR_ARGUMENT (NULL, size, no salt or iterations, keys that are no digests).
 * Source: RFC 5802 5.
 */
SANSMTP_API int sansmtp_scram_server_record(struct sansmtp_scram *scram,
                                            const struct sansmtp_scram_record *record,
                                            struct sansmtp_span *challenge);

/*
 * sansmtp_scram_authzid - server: as whom the client wants to act, from LOOKUP on.
 *
 * Length 0: as itself. Returns 0, SANSMTP_ERR_STATE, or SANSMTP_ERR_ARGUMENT.
 */
SANSMTP_API int sansmtp_scram_authzid(const struct sansmtp_scram *scram,
                                      struct sansmtp_span *authzid);

/* sansmtp_scram_end - overwrite all of the exchange, whatever it has come to. Returns 0, or
 * SANSMTP_ERR_ARGUMENT. */
SANSMTP_API int sansmtp_scram_end(struct sansmtp_scram *scram);

/*
 * sansmtp_cram_challenge - server: the challenge of CRAM-MD5, "<unique@hostname>".
 *
 * unique has never been used before: random octets as text, and the time. out holds capacity
 * octets; *out_length is set to the octets written, or, on SANSMTP_ERR_ROOM, to the number needed.
 * Returns 0, SANSMTP_ERR_ROOM, SANSMTP_ERR_TEXT (either is empty, or not of letters, digits and
 * - . _ + = : [ ]), SANSMTP_ERR_ARGUMENT. Source: RFC 2195 2.
 */
SANSMTP_API int sansmtp_cram_challenge(const struct sansmtp_span *unique,
                                       const struct sansmtp_span *hostname, uint8_t *out,
                                       size_t capacity, size_t *out_length);

/*
 * sansmtp_cram_answer - client: the answer to a challenge of CRAM-MD5.
 *
 * hash is MD5. out as above: the name, a space, 32 digits.
 * Returns 0, SANSMTP_ERR_ROOM, SANSMTP_ERR_TEXT (name or password empty, a NUL, not UTF-8),
 * SANSMTP_ERR_OPTIONS (the hash failed), SANSMTP_ERR_ARGUMENT (NULL, size, a digest of other than
 * 16 octets). Source: RFC 2195 2.
 */
SANSMTP_API int sansmtp_cram_answer(const struct sansmtp_hash *hash,
                                    const struct sansmtp_span *name,
                                    const struct sansmtp_span *password,
                                    const struct sansmtp_span *challenge, uint8_t *out,
                                    size_t capacity, size_t *out_length);

/*
 * sansmtp_cram_read - server: take an answer apart.
 *
 * name and digits point into response.
 * Returns 0, SANSMTP_ERR_SYNTAX (no name, or not a space and 32 lower-case digits behind it), or
 * SANSMTP_ERR_ARGUMENT. Source: RFC 2195 2.
 */
SANSMTP_API int sansmtp_cram_read(const uint8_t *response, size_t length, struct sansmtp_span *name,
                                  struct sansmtp_span *digits);

/*
 * sansmtp_cram_check - server: are these the digits of this password and challenge?
 *
 * Returns 0, SANSMTP_ERR_AUTH (no), SANSMTP_ERR_OPTIONS (the hash failed), SANSMTP_ERR_ARGUMENT
 * (as in cram_answer). Takes the same time for any digits. Source: RFC 2195 2.
 */
SANSMTP_API int sansmtp_cram_check(const struct sansmtp_hash *hash,
                                   const struct sansmtp_span *password,
                                   const struct sansmtp_span *challenge,
                                   const struct sansmtp_span *digits);

#ifdef __cplusplus
}
#endif

#endif
