#ifndef SANSMTP_SASL_H
#define SANSMTP_SASL_H

/*
 * The messages of the mechanisms PLAIN (RFC 4616), LOGIN (draft-murchison-sasl-login-00), XOAUTH2,
 * OAUTHBEARER (RFC 7628), EXTERNAL (RFC 4422) and ANONYMOUS (RFC 4505), for both sides, as the
 * engines hand them out and take them: decoded, without base64. Nothing is kept or copied, any
 * function may be called from any thread and from a callback. What holds a password is always
 * memory of the host: overwrite it when it has served. CRAM-MD5 and SCRAM are in scram.h.
 *
 * The first four show the password or token to whoever can read the connection: use them under TLS
 * only, and PLAIN rather than LOGIN where a peer has both.
 */

#include <sansmtp/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Who logs in. The words are RFC 4616's. */
struct sansmtp_sasl_credentials {
    uint32_t size; /* sizeof (struct sansmtp_sasl_credentials), set by the caller */
    uint32_t reserved;
    struct sansmtp_span authzid; /* to act as whom; length 0: as authcid */
    struct sansmtp_span authcid; /* whose password it is */
    struct sansmtp_span password;
};

/*
 * sansmtp_sasl_plain_read - server: take a PLAIN message apart.
 *
 * message is the data of AUTH or RESPONSE; the spans of credentials point into it. They may have
 * any length, and are as the client wrote them: preparing them (RFC 4013) and asking whether
 * authcid may act as authzid is up to the host. A message that cannot be read is a failed login, so
 * answer it as one: 535 5.7.8.
 * Returns 0, or with credentials unchanged: SANSMTP_ERR_SYNTAX (not exactly two NULs, authcid or
 * password empty, not UTF-8), SANSMTP_ERR_ARGUMENT (NULL, size). Source: RFC 4616 2.
 */
SANSMTP_API int sansmtp_sasl_plain_read(const uint8_t *message, size_t length,
                                        struct sansmtp_sasl_credentials *credentials);

/*
 * sansmtp_sasl_plain_write - client: the PLAIN message, which is the initial response.
 *
 * out holds capacity octets and overlaps nothing; *out_length is set to the octets written, or, on
 * SANSMTP_ERR_ROOM, to the number needed: the three lengths and 2. On error out is untouched.
 * Returns 0, SANSMTP_ERR_ROOM, SANSMTP_ERR_TEXT (a NUL, not UTF-8, authcid or password empty), or
 * SANSMTP_ERR_ARGUMENT (NULL, size). Source: RFC 4616 2.
 */
SANSMTP_API int sansmtp_sasl_plain_write(const struct sansmtp_sasl_credentials *credentials,
                                         uint8_t *out, size_t capacity, size_t *out_length);

/* How far a LOGIN exchange is. Begin with START. */
#define SANSMTP_SASL_LOGIN_START    0u
#define SANSMTP_SASL_LOGIN_NAME     1u /* asked for the name: challenge */
#define SANSMTP_SASL_LOGIN_PASSWORD 2u /* the response was the name: keep it; challenge */
#define SANSMTP_SASL_LOGIN_DONE     3u /* the response was the password: now decide */
#define SANSMTP_SASL_LOGIN_FAILED \
    4u /* a response was empty or held a NUL: a failed login, 535 5.7.8 */

/*
 * sansmtp_sasl_login_next - server: one step of LOGIN.
 *
 * response is the data of RESPONSE, or of AUTH if that has SANSMTP_FLAG_INITIAL: clients send the
 * name there, and are then asked for the password at once. NULL: AUTH came without. *state is
 * moved on and says what response was and what to do; in NAME and PASSWORD send challenge, which
 * is static text, by sansmtp_server_challenge(); otherwise it is emptied. The name lives only
 * as long as its event: copy it, or look it up, before the next one.
 * Returns 0, or with nothing changed: SANSMTP_ERR_STATE (DONE or FAILED: it is over; or no response
 * although one was asked for), SANSMTP_ERR_ARGUMENT (NULL, a state that is none).
 * Source: draft-murchison-sasl-login-00 2.2.
 */
SANSMTP_API int sansmtp_sasl_login_next(uint32_t *state, const struct sansmtp_span *response,
                                        struct sansmtp_span *challenge);

/*
 * sansmtp_sasl_login_answer - client: what to answer to a challenge of LOGIN.
 *
 * number counts the challenges of this exchange, from 0: the first is answered with the name, the
 * second with the password, whatever they say. answer points into credentials, whose authzid must
 * be empty: LOGIN cannot tell it.
 * Returns 0, or with answer unchanged: SANSMTP_ERR_STATE (a third challenge: cancel the exchange),
 * SANSMTP_ERR_TEXT (a NUL, authcid or password empty, or authzid not), SANSMTP_ERR_ARGUMENT (NULL,
 * size). Source: draft-murchison-sasl-login-00 2.1.
 */
SANSMTP_API int sansmtp_sasl_login_answer(uint32_t number,
                                          const struct sansmtp_sasl_credentials *credentials,
                                          struct sansmtp_span *answer);

/*
 * sansmtp_sasl_external_read, sansmtp_sasl_anonymous_read - server: take a message apart.
 *
 * EXTERNAL: text is as whom the client wants to act; length 0: as what TLS has shown it to be.
 * ANONYMOUS: text says who it might be, for a log: an address, or up to 255 characters, or nothing;
 * it is no proof of anything. text points into message, and is as the client wrote it.
 * Returns 0, or with text unchanged: SANSMTP_ERR_SYNTAX (a NUL, not UTF-8; ANONYMOUS: a control
 * character, an '@' that is not an address's), SANSMTP_ERR_LENGTH (over 255 characters),
 * SANSMTP_ERR_ARGUMENT. Source: RFC 4422 appendix A, RFC 4505 2.
 */
SANSMTP_API int sansmtp_sasl_external_read(const uint8_t *message, size_t length,
                                           struct sansmtp_span *text);
SANSMTP_API int sansmtp_sasl_anonymous_read(const uint8_t *message, size_t length,
                                            struct sansmtp_span *text);

/*
 * sansmtp_sasl_external_write, sansmtp_sasl_anonymous_write - client: the initial response.
 *
 * It is the text itself, which may be empty: answer points to it.
 * Returns 0, or with answer unchanged: SANSMTP_ERR_TEXT, SANSMTP_ERR_LENGTH where the functions
 * above refuse it, SANSMTP_ERR_ARGUMENT. Source: as above.
 */
SANSMTP_API int sansmtp_sasl_external_write(const struct sansmtp_span *text,
                                            struct sansmtp_span *answer);
SANSMTP_API int sansmtp_sasl_anonymous_write(const struct sansmtp_span *text,
                                             struct sansmtp_span *answer);

/* Who comes with a token of OAuth. */
struct sansmtp_sasl_bearer {
    uint32_t size;             /* sizeof (struct sansmtp_sasl_bearer), set by the caller */
    uint32_t port;             /* OAUTHBEARER: what the client connected to; 0: it does not say */
    struct sansmtp_span user;  /* OAUTHBEARER: may be empty */
    struct sansmtp_span host;  /* OAUTHBEARER: what the client connected to; may be empty */
    struct sansmtp_span token; /* without "Bearer " */
};

/*
 * sansmtp_sasl_bearer_read, sansmtp_sasl_xoauth2_read - server: take a message apart.
 *
 * The spans of bearer point into message; user of OAUTHBEARER still has its escapes, which
 * sansmtp_sasl_name_decode undoes. Whether the token is good is up to the host. If not, the refusal
 * is a challenge first, made by sansmtp_sasl_refusal_write; whatever the client answers to that:
 * 535 5.7.8.
 * Returns 0, or with bearer unchanged: SANSMTP_ERR_SYNTAX (a value twice or not there, a foreign
 * octet, a channel binding, of which OAUTHBEARER has none), SANSMTP_ERR_ARGUMENT (NULL, size).
 * Source: RFC 7628 3.1; Google's page on XOAUTH2.
 */
SANSMTP_API int sansmtp_sasl_bearer_read(const uint8_t *message, size_t length,
                                         struct sansmtp_sasl_bearer *bearer);
SANSMTP_API int sansmtp_sasl_xoauth2_read(const uint8_t *message, size_t length,
                                          struct sansmtp_sasl_bearer *bearer);

/*
 * sansmtp_sasl_bearer_write, sansmtp_sasl_xoauth2_write - client: the initial response.
 *
 * A challenge that follows is the refusal: answer it by one octet 1 (OAUTHBEARER) or by nothing
 * (XOAUTH2), and the server says 535. out holds capacity octets and overlaps nothing; *out_length
 * is set to the octets written, or, on SANSMTP_ERR_ROOM, to the number needed.
 * Returns 0, SANSMTP_ERR_ROOM, SANSMTP_ERR_TEXT (an octet that does not go there, or no token;
 * XOAUTH2: no user, or a host or port), SANSMTP_ERR_ARGUMENT (NULL, size, a port over 65535).
 * Source: as above.
 */
SANSMTP_API int sansmtp_sasl_bearer_write(const struct sansmtp_sasl_bearer *bearer, uint8_t *out,
                                          size_t capacity, size_t *out_length);
SANSMTP_API int sansmtp_sasl_xoauth2_write(const struct sansmtp_sasl_bearer *bearer, uint8_t *out,
                                           size_t capacity, size_t *out_length);

/*
 * sansmtp_sasl_name_decode - a name of OAUTHBEARER without its escapes "=2C" and "=3D".
 *
 * out holds capacity octets, or is the same memory; *out_length as above.
 * Returns 0, SANSMTP_ERR_ROOM, SANSMTP_ERR_SYNTAX, SANSMTP_ERR_ARGUMENT. Source: RFC 5801 4.
 */
SANSMTP_API int sansmtp_sasl_name_decode(const uint8_t *name, size_t length, uint8_t *out,
                                         size_t capacity, size_t *out_length);

/* Why a token is refused. */
struct sansmtp_sasl_refusal {
    uint32_t size; /* sizeof (struct sansmtp_sasl_refusal), set by the caller */
    uint32_t reserved;
    struct sansmtp_span status;        /* "invalid_token", "invalid_request"; XOAUTH2: "401" */
    struct sansmtp_span scope;         /* what a token must be good for; may be empty */
    struct sansmtp_span configuration; /* the URL of an OpenID configuration; may be empty */
};

/*
 * sansmtp_sasl_refusal_write - server: the challenge that says why, a JSON object.
 *
 * out as above. Returns 0, SANSMTP_ERR_ROOM, SANSMTP_ERR_TEXT (status empty, or a text that is not
 * printable ASCII without '"' and backslash), SANSMTP_ERR_ARGUMENT (NULL, size).
 * Source: RFC 7628 3.2.2.
 */
SANSMTP_API int sansmtp_sasl_refusal_write(const struct sansmtp_sasl_refusal *refusal, uint8_t *out,
                                           size_t capacity, size_t *out_length);

/*
 * sansmtp_sasl_refusal_read - client: why, out of that challenge.
 *
 * The spans of refusal point into message, with whatever escapes JSON has there; what is not there
 * is empty. It is the server's text: show it as such.
 * Returns 0, or with refusal unchanged: SANSMTP_ERR_SYNTAX (not a JSON object as far as it was
 * read), SANSMTP_ERR_ARGUMENT (NULL, size). Source: RFC 7628 3.2.2, RFC 8259.
 */
SANSMTP_API int sansmtp_sasl_refusal_read(const uint8_t *message, size_t length,
                                          struct sansmtp_sasl_refusal *refusal);

#ifdef __cplusplus
}
#endif

#endif
