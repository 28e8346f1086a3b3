/* Tokens of OAuth: XOAUTH2, and OAUTHBEARER of RFC 7628. Both are pairs of a key and a value, each
 * with an octet 1 behind it, and another 1 in the end; OAUTHBEARER has a GS2 header in front. */

#include <sansmtp/sasl.h>

#include <stdbool.h>

#include "ascii.h"
#include "memory.h"
#include "number.h"
#include "saslname.h"
#include "sized.h"

enum { SEPARATOR = 1 };

static struct sansmtp_span span_of(const void *octets, size_t length)
{
    return (struct sansmtp_span){octets, length};
}

static bool is_visible(struct sansmtp_span text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] <= 0x20 || text.data[i] >= 0x7F) {
            return false;
        }
    }
    return true;
}

static bool is_token(struct sansmtp_span text)
{
    return text.length > 0 && is_visible(text);
}

/* XOAUTH2 has no escapes, so the name must not hold what ends it. */
static bool is_plain_name(struct sansmtp_span name)
{
    return sansmtp_saslname_usable(name) && !memchr(name.data, SEPARATOR, name.length);
}

/* -- reading ---------------------------------------------------------------------------------- */

/* Takes the octets up to the next `end`, and that, off the front of rest. */
static bool take(struct sansmtp_span *rest, uint8_t end, struct sansmtp_span *text)
{
    const uint8_t *at = rest->length > 0 ? memchr(rest->data, end, rest->length) : NULL;

    if (!at) {
        return false;
    }
    *text = span_of(rest->data, (size_t)(at - rest->data));
    *rest = span_of(at + 1, rest->length - text->length - 1);
    return true;
}

static bool is_key(struct sansmtp_span key, const char *name, size_t length)
{
    return key.length == length && memcmp(key.data, name, length) == 0;
}

/* key=1*(ALPHA) */
static bool is_word(struct sansmtp_span key)
{
    for (size_t i = 0; i < key.length; i++) {
        if (!sansmtp_ascii_is_alpha(key.data[i])) {
            return false;
        }
    }
    return key.length > 0;
}

/* value=*(VCHAR / SP / HTAB / CR / LF) */
static bool is_value(struct sansmtp_span value)
{
    for (size_t i = 0; i < value.length; i++) {
        uint8_t octet = value.data[i];

        if ((octet < 0x20 && octet != '\t' && octet != '\r' && octet != '\n') || octet >= 0x7F) {
            return false;
        }
    }
    return true;
}

/* What the Authorization field of HTTP would hold: RFC 6750 2.1. Words of schemes have no case. */
static bool read_token(struct sansmtp_span value, struct sansmtp_sasl_bearer *found)
{
    struct sansmtp_span token;

    if (found->token.length > 0 || value.length < 7 ||
        !sansmtp_ascii_equal(value.data, 7, (const uint8_t *)"bearer ", 7)) {
        return false;
    }
    token = span_of(value.data + 7, value.length - 7);
    while (token.length > 0 && token.data[0] == ' ') {
        token = span_of(token.data + 1, token.length - 1);
    }
    found->token = token;
    return is_token(token);
}

static bool read_port(struct sansmtp_span value, struct sansmtp_sasl_bearer *found)
{
    uint64_t number;

    if (found->port != 0 || !sansmtp_number_parse(value.data, value.length, &number, NULL) ||
        number == 0 || number > 0xFFFF) {
        return false;
    }
    found->port = (uint32_t)number;
    return true;
}

static bool read_host(struct sansmtp_span value, struct sansmtp_sasl_bearer *found)
{
    if (found->host.length > 0 || !is_token(value)) {
        return false;
    }
    found->host = value;
    return true;
}

/* RFC 7628 3.1: pairs that nobody knows are ignored. */
static bool read_pair(struct sansmtp_span pair, struct sansmtp_sasl_bearer *found)
{
    struct sansmtp_span key, value = pair;

    if (!take(&value, '=', &key) || !is_word(key) || !is_value(value)) {
        return false;
    }
    if (is_key(key, "auth", 4)) {
        return read_token(value, found);
    }
    if (is_key(key, "host", 4)) {
        return read_host(value, found);
    }
    return is_key(key, "port", 4) ? read_port(value, found) : true;
}

/* The pairs, and the 1 behind them, which is the last octet. */
static bool read_pairs(struct sansmtp_span rest, struct sansmtp_sasl_bearer *found)
{
    struct sansmtp_span pair;

    while (take(&rest, SEPARATOR, &pair)) {
        if (pair.length == 0) {
            return rest.length == 0 && found->token.length > 0;
        }
        if (!read_pair(pair, found)) {
            return false;
        }
    }
    return false;
}

/* gs2-header: "n" or "y", for there is no channel binding; maybe a name; a 1 ends it. */
static bool read_header(struct sansmtp_span *rest, struct sansmtp_sasl_bearer *found)
{
    struct sansmtp_span flag, name, nothing;

    if (!take(rest, ',', &flag) || flag.length != 1 ||
        (flag.data[0] != 'n' && flag.data[0] != 'y') || !take(rest, ',', &name) ||
        !take(rest, SEPARATOR, &nothing) || nothing.length > 0) {
        return false;
    }
    if (name.length == 0) {
        return true;
    }
    if (name.length < 3 || memcmp(name.data, "a=", 2) != 0) {
        return false;
    }
    found->user = span_of(name.data + 2, name.length - 2);
    return sansmtp_saslname_decode(found->user, NULL) > 0;
}

static bool read_user(struct sansmtp_span *rest, struct sansmtp_sasl_bearer *found)
{
    struct sansmtp_span pair;

    if (!take(rest, SEPARATOR, &pair) || pair.length < 6 || memcmp(pair.data, "user=", 5) != 0) {
        return false;
    }
    found->user = span_of(pair.data + 5, pair.length - 5);
    return sansmtp_saslname_usable(found->user);
}

static int read_message(const uint8_t *message, size_t length, struct sansmtp_sasl_bearer *bearer,
                        bool begin(struct sansmtp_span *, struct sansmtp_sasl_bearer *))
{
    struct sansmtp_sasl_bearer found = {.size = sizeof(found)};
    struct sansmtp_span rest = span_of(message, length);

    if ((!message && length > 0) || !bearer || bearer->size < sizeof(*bearer)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!begin(&rest, &found) || !read_pairs(rest, &found)) {
        return SANSMTP_ERR_SYNTAX;
    }
    found.size = bearer->size;
    *bearer = found;
    return 0;
}

int sansmtp_sasl_bearer_read(const uint8_t *message, size_t length,
                             struct sansmtp_sasl_bearer *bearer)
{
    return read_message(message, length, bearer, read_header);
}

int sansmtp_sasl_xoauth2_read(const uint8_t *message, size_t length,
                              struct sansmtp_sasl_bearer *bearer)
{
    return read_message(message, length, bearer, read_user);
}

int sansmtp_sasl_name_decode(const uint8_t *name, size_t length, uint8_t *out, size_t capacity,
                             size_t *out_length)
{
    size_t need;

    if ((!name && length > 0) || !out_length || (!out && capacity > 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    need = sansmtp_saslname_decode(span_of(name, length), NULL);
    if (need == 0) {
        return SANSMTP_ERR_SYNTAX;
    }
    *out_length = need;
    if (need > capacity) {
        return SANSMTP_ERR_ROOM;
    }
    sansmtp_saslname_decode(span_of(name, length), out);
    return 0;
}

/* -- writing ---------------------------------------------------------------------------------- */

/* Where the next octet goes; out NULL: counted only. */
struct text {
    uint8_t *out;
    size_t length;
};

static void put(struct text *text, const void *octets, size_t length)
{
    if (text->out && length > 0) {
        memcpy(text->out + text->length, octets, length);
    }
    text->length += length;
}

static void put_token(struct text *text, const struct sansmtp_sasl_bearer *bearer)
{
    put(text, "auth=Bearer ", 12);
    put(text, bearer->token.data, bearer->token.length);
    put(text, "\1\1", 2);
}

static void put_bearer(struct text *text, const struct sansmtp_sasl_bearer *bearer)
{
    put(text, "n,", 2);
    if (bearer->user.length > 0) {
        put(text, "a=", 2);
        text->length += sansmtp_saslname_encode(bearer->user,
                                                text->out ? text->out + text->length : NULL);
    }
    put(text, ",\1", 2);
    if (bearer->host.length > 0) {
        put(text, "host=", 5);
        put(text, bearer->host.data, bearer->host.length);
        put(text, "\1", 1);
    }
    if (bearer->port > 0) {
        uint8_t digits[20];

        put(text, "port=", 5);
        put(text, digits, sansmtp_number_write(bearer->port, digits));
        put(text, "\1", 1);
    }
    put_token(text, bearer);
}

static void put_xoauth2(struct text *text, const struct sansmtp_sasl_bearer *bearer)
{
    put(text, "user=", 5);
    put(text, bearer->user.data, bearer->user.length);
    put(text, "\1", 1);
    put_token(text, bearer);
}

static bool is_span(struct sansmtp_span span)
{
    return (span.data || span.length == 0) && span.length <= SIZE_MAX / 16;
}

static bool is_usable(const struct sansmtp_sasl_bearer *bearer)
{
    return bearer && sansmtp_sized(bearer, bearer->size, sizeof(*bearer)) &&
           bearer->port <= 0xFFFF && is_span(bearer->user) && is_span(bearer->host) &&
           is_span(bearer->token);
}

static int write_message(const struct sansmtp_sasl_bearer *bearer, uint8_t *out, size_t capacity,
                         size_t *out_length,
                         void say(struct text *, const struct sansmtp_sasl_bearer *))
{
    struct text count = {NULL, 0}, text = {out, 0};

    say(&count, bearer);
    *out_length = count.length;
    if (count.length > capacity) {
        return SANSMTP_ERR_ROOM;
    }
    say(&text, bearer);
    return 0;
}

int sansmtp_sasl_bearer_write(const struct sansmtp_sasl_bearer *bearer, uint8_t *out,
                              size_t capacity, size_t *out_length)
{
    if (!is_usable(bearer) || !out_length || (!out && capacity > 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!is_token(bearer->token) || !is_visible(bearer->host) ||
        (bearer->user.length > 0 && !sansmtp_saslname_usable(bearer->user))) {
        return SANSMTP_ERR_TEXT;
    }
    return write_message(bearer, out, capacity, out_length, put_bearer);
}

int sansmtp_sasl_xoauth2_write(const struct sansmtp_sasl_bearer *bearer, uint8_t *out,
                               size_t capacity, size_t *out_length)
{
    if (!is_usable(bearer) || !out_length || (!out && capacity > 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!is_token(bearer->token) || !is_plain_name(bearer->user) || bearer->host.length > 0 ||
        bearer->port > 0) {
        return SANSMTP_ERR_TEXT;
    }
    return write_message(bearer, out, capacity, out_length, put_xoauth2);
}
