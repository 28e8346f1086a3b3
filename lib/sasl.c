/* PLAIN, LOGIN, EXTERNAL and ANONYMOUS. A name that held a NUL would be cut short by a host that
 * keeps it as a C string, and be looked up as somebody else: it is refused in every mechanism, in
 * both directions. */

#include <sansmtp/sasl.h>

#include <stdbool.h>

#include "mailbox.h"
#include "memory.h"
#include "sized.h"
#include "utf8.h"

/* Of such lengths three and two NULs can be counted. */
#define LONGEST (SIZE_MAX / 4)

static struct sansmtp_span span_of(const void *octets, size_t length)
{
    return (struct sansmtp_span){octets, length};
}

static bool is_span(const struct sansmtp_span *span)
{
    return (span->data || span->length == 0) && span->length <= LONGEST;
}

static bool has_nul(const struct sansmtp_span *text)
{
    return text->length > 0 && memchr(text->data, 0, text->length);
}

static bool is_secret(const struct sansmtp_span *text)
{
    return text->length > 0 && !has_nul(text);
}

static bool is_utf8(const struct sansmtp_span *text)
{
    return text->length == 0 || sansmtp_utf8_valid(text->data, text->length);
}

/* RFC 4616 section 2: [authzid] UTF8NUL authcid UTF8NUL passwd, of which only the first may be
 * empty, and none holds a NUL. */
static bool are_plain(const struct sansmtp_sasl_credentials *who)
{
    return !has_nul(&who->authzid) && is_secret(&who->authcid) && is_secret(&who->password) &&
           is_utf8(&who->authzid) && is_utf8(&who->authcid) && is_utf8(&who->password);
}

static bool are_usable(const struct sansmtp_sasl_credentials *who)
{
    return who && sansmtp_sized(who, who->size, sizeof(*who)) && is_span(&who->authzid) &&
           is_span(&who->authcid) && is_span(&who->password);
}

/* Takes the text up to the next NUL, and the NUL, off the front of rest. */
static bool take_text(struct sansmtp_span *rest, struct sansmtp_span *text)
{
    const uint8_t *end = rest->length > 0 ? memchr(rest->data, 0, rest->length) : NULL;

    if (!end) {
        return false;
    }
    *text = span_of(rest->data, (size_t)(end - rest->data));
    *rest = span_of(end + 1, rest->length - text->length - 1);
    return true;
}

int sansmtp_sasl_plain_read(const uint8_t *message, size_t length,
                            struct sansmtp_sasl_credentials *credentials)
{
    struct sansmtp_sasl_credentials found = {.size = sizeof(found)};

    if ((!message && length > 0) || !credentials || credentials->size < sizeof(*credentials)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    found.password = span_of(message, length);
    if (!take_text(&found.password, &found.authzid) ||
        !take_text(&found.password, &found.authcid) || !are_plain(&found)) {
        return SANSMTP_ERR_SYNTAX;
    }
    found.size = credentials->size;
    *credentials = found;
    return 0;
}

static uint8_t *put(uint8_t *at, const struct sansmtp_span *text)
{
    if (text->length > 0) {
        memcpy(at, text->data, text->length);
    }
    return at + text->length;
}

int sansmtp_sasl_plain_write(const struct sansmtp_sasl_credentials *credentials, uint8_t *out,
                             size_t capacity, size_t *out_length)
{
    uint8_t *at = out;

    if (!are_usable(credentials) || !out_length || (!out && capacity > 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!are_plain(credentials)) {
        return SANSMTP_ERR_TEXT;
    }
    *out_length = credentials->authzid.length + credentials->authcid.length +
                  credentials->password.length + 2;
    if (!out || *out_length > capacity) {
        return SANSMTP_ERR_ROOM;
    }
    at = put(at, &credentials->authzid);
    *at++ = 0;
    at = put(at, &credentials->authcid);
    *at++ = 0;
    put(at, &credentials->password);
    return 0;
}

/* The state after this response, in a state that awaits one. */
static uint32_t login_after(uint32_t state, const struct sansmtp_span *response)
{
    if (!response) {
        return SANSMTP_SASL_LOGIN_NAME;
    }
    if (!is_secret(response)) {
        return SANSMTP_SASL_LOGIN_FAILED;
    }
    return state == SANSMTP_SASL_LOGIN_PASSWORD ? SANSMTP_SASL_LOGIN_DONE
                                                : SANSMTP_SASL_LOGIN_PASSWORD;
}

/* These are the words that clients look for: draft-murchison-sasl-login-00 section 2.2. */
static struct sansmtp_span login_challenge(uint32_t state)
{
    if (state == SANSMTP_SASL_LOGIN_NAME) {
        return span_of("Username:", 9);
    }
    if (state == SANSMTP_SASL_LOGIN_PASSWORD) {
        return span_of("Password:", 9);
    }
    return span_of(NULL, 0);
}

int sansmtp_sasl_login_next(uint32_t *state, const struct sansmtp_span *response,
                            struct sansmtp_span *challenge)
{
    if (!state || !challenge || *state > SANSMTP_SASL_LOGIN_FAILED ||
        (response && !is_span(response))) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (*state >= SANSMTP_SASL_LOGIN_DONE || (!response && *state != SANSMTP_SASL_LOGIN_START)) {
        return SANSMTP_ERR_STATE;
    }
    *state = login_after(*state, response);
    *challenge = login_challenge(*state);
    return 0;
}

int sansmtp_sasl_login_answer(uint32_t number, const struct sansmtp_sasl_credentials *credentials,
                              struct sansmtp_span *answer)
{
    if (!are_usable(credentials) || !answer) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (number > 1) {
        return SANSMTP_ERR_STATE;
    }
    if (credentials->authzid.length > 0 || !is_secret(&credentials->authcid) ||
        !is_secret(&credentials->password)) {
        return SANSMTP_ERR_TEXT;
    }
    *answer = number == 0 ? credentials->authcid : credentials->password;
    return 0;
}

/* RFC 4422 appendix A: an authorization identity is UTF-8 without NUL. */
static int external_check(const struct sansmtp_span *text)
{
    return has_nul(text) || !is_utf8(text) ? SANSMTP_ERR_SYNTAX : 0;
}

/* Precondition: UTF-8. */
static size_t characters(const struct sansmtp_span *text)
{
    size_t count = 0;

    for (size_t i = 0; i < text->length; i++) {
        count += (text->data[i] & 0xC0) != 0x80 ? 1 : 0;
    }
    return count;
}

static bool has_control(const struct sansmtp_span *text)
{
    for (size_t i = 0; i < text->length; i++) {
        if (text->data[i] < 0x20 || text->data[i] == 0x7F) {
            return true;
        }
    }
    return false;
}

/* RFC 4505 2: message = [ email / token ], where a token has no "@", and up to 255 characters. The
 * trace profile (section 3) prohibits control characters. */
static int anonymous_check(const struct sansmtp_span *text)
{
    struct sansmtp_path path = {.size = sizeof(path)};

    if (has_control(text) || !is_utf8(text)) {
        return SANSMTP_ERR_SYNTAX;
    }
    if (text->length > 0 && memchr(text->data, '@', text->length)) {
        return sansmtp_mailbox_parse(text->data, text->length, SANSMTP_ACCEPT_UTF8, &path);
    }
    return characters(text) > 255 ? SANSMTP_ERR_LENGTH : 0;
}

static int read_text(const uint8_t *message, size_t length, struct sansmtp_span *text,
                     int check(const struct sansmtp_span *))
{
    struct sansmtp_span found = span_of(message, length);
    int error;

    if ((!message && length > 0) || !text) {
        return SANSMTP_ERR_ARGUMENT;
    }
    error = check(&found);
    if (error == 0) {
        *text = found;
    }
    return error;
}

static int write_text(const struct sansmtp_span *text, struct sansmtp_span *answer,
                      int check(const struct sansmtp_span *))
{
    int error;

    if (!text || !is_span(text)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    error = read_text(text->data, text->length, answer, check);
    return error == SANSMTP_ERR_SYNTAX ? SANSMTP_ERR_TEXT : error;
}

int sansmtp_sasl_external_read(const uint8_t *message, size_t length, struct sansmtp_span *text)
{
    return read_text(message, length, text, external_check);
}

int sansmtp_sasl_anonymous_read(const uint8_t *message, size_t length, struct sansmtp_span *text)
{
    return read_text(message, length, text, anonymous_check);
}

int sansmtp_sasl_external_write(const struct sansmtp_span *text, struct sansmtp_span *answer)
{
    return write_text(text, answer, external_check);
}

int sansmtp_sasl_anonymous_write(const struct sansmtp_span *text, struct sansmtp_span *answer)
{
    return write_text(text, answer, anonymous_check);
}
