#ifndef SANSMTP_SASL_H
#define SANSMTP_SASL_H

/*
 * The messages of the mechanisms PLAIN (RFC 4616) and LOGIN (draft-murchison-sasl-login-00), for
 * both sides, as the engines hand them out and take them: decoded, without base64. Nothing is kept
 * or copied, any function may be called from any thread and from a callback. What holds a password
 * is always memory of the host: overwrite it when it has served.
 *
 * Both show the password to whoever can read the connection: use them under TLS only, and PLAIN
 * rather than LOGIN where a peer has both.
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

#ifdef __cplusplus
}
#endif

#endif
