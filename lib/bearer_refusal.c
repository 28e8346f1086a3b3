/* Why a token was refused, as a JSON object: RFC 7628 3.2.2. */

#include <sansmtp/sasl.h>

#include <stdbool.h>

#include "memory.h"
#include "sized.h"

static struct sansmtp_span span_of(const void *octets, size_t length)
{
    return (struct sansmtp_span){octets, length};
}

/* -- writing ---------------------------------------------------------------------------------- */

struct text {
    uint8_t *out; /* NULL: counted only */
    size_t length;
};

static void put(struct text *text, const void *octets, size_t length)
{
    if (text->out && length > 0) {
        memcpy(text->out + text->length, octets, length);
    }
    text->length += length;
}

static void put_member(struct text *text, const char *name, size_t length,
                       struct sansmtp_span value)
{
    if (value.length > 0) {
        put(text, text->length == 0 ? "{\"" : ",\"", 2);
        put(text, name, length);
        put(text, "\":\"", 3);
        put(text, value.data, value.length);
        put(text, "\"", 1);
    }
}

static void put_object(struct text *text, const struct sansmtp_sasl_refusal *refusal)
{
    put_member(text, "status", 6, refusal->status);
    put_member(text, "scope", 5, refusal->scope);
    put_member(text, "openid-configuration", 20, refusal->configuration);
    put(text, "}", 1);
}

/* Texts that need no escapes: words, lists of words, and URLs. */
static bool is_text(struct sansmtp_span value)
{
    for (size_t i = 0; i < value.length; i++) {
        uint8_t octet = value.data[i];

        if (octet < 0x20 || octet >= 0x7F || octet == '"' || octet == '\\') {
            return false;
        }
    }
    return true;
}

static bool is_span(struct sansmtp_span span)
{
    return (span.data || span.length == 0) && span.length <= SIZE_MAX / 8;
}

int sansmtp_sasl_refusal_write(const struct sansmtp_sasl_refusal *refusal, uint8_t *out,
                               size_t capacity, size_t *out_length)
{
    struct text count = {NULL, 0}, text = {out, 0};

    if (!refusal || !sansmtp_sized(refusal, refusal->size, sizeof(*refusal)) ||
        !is_span(refusal->status) || !is_span(refusal->scope) || !is_span(refusal->configuration) ||
        !out_length || (!out && capacity > 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (refusal->status.length == 0 || !is_text(refusal->status) || !is_text(refusal->scope) ||
        !is_text(refusal->configuration)) {
        return SANSMTP_ERR_TEXT;
    }
    put_object(&count, refusal);
    *out_length = count.length;
    if (count.length > capacity) {
        return SANSMTP_ERR_ROOM;
    }
    put_object(&text, refusal);
    return 0;
}

/* -- reading ---------------------------------------------------------------------------------- */

static void skip_space(struct sansmtp_span *rest)
{
    while (rest->length > 0 &&
           (rest->data[0] == ' ' || (rest->data[0] >= '\t' && rest->data[0] <= '\r' &&
                                     rest->data[0] != '\v' && rest->data[0] != '\f'))) {
        *rest = span_of(rest->data + 1, rest->length - 1);
    }
}

/* Takes one sign, and the white space around it. */
static bool take_sign(struct sansmtp_span *rest, uint8_t sign)
{
    skip_space(rest);
    if (rest->length == 0 || rest->data[0] != sign) {
        return false;
    }
    *rest = span_of(rest->data + 1, rest->length - 1);
    skip_space(rest);
    return true;
}

/* A string, without its quotes. */
static bool take_string(struct sansmtp_span *rest, struct sansmtp_span *text)
{
    size_t at = 1;

    if (rest->length == 0 || rest->data[0] != '"') {
        return false;
    }
    while (at < rest->length && rest->data[at] != '"') {
        if (rest->data[at] < 0x20) {
            return false;
        }
        at += rest->data[at] == '\\' ? 2 : 1;
    }
    if (at >= rest->length) {
        return false;
    }
    *text = span_of(rest->data + 1, at - 1);
    *rest = span_of(rest->data + at + 1, rest->length - at - 1);
    return true;
}

/* Passes a value that nobody wants, up to the comma or brace behind it. */
static bool skip_value(struct sansmtp_span *rest)
{
    struct sansmtp_span text;
    uint32_t depth = 0;

    while (rest->length > 0) {
        uint8_t octet = rest->data[0];

        if (depth == 0 && (octet == ',' || octet == '}')) {
            return true;
        }
        if (octet == '"') {
            if (!take_string(rest, &text)) {
                return false;
            }
            continue;
        }
        if (octet == '{' || octet == '[') {
            depth++;
        } else if (octet == '}' || octet == ']') {
            if (depth == 0) {
                return false;
            }
            depth--;
        }
        *rest = span_of(rest->data + 1, rest->length - 1);
    }
    return false;
}

static struct sansmtp_span *member(struct sansmtp_sasl_refusal *refusal, struct sansmtp_span name)
{
    if (name.length == 6 && memcmp(name.data, "status", 6) == 0) {
        return &refusal->status;
    }
    if (name.length == 5 && memcmp(name.data, "scope", 5) == 0) {
        return &refusal->scope;
    }
    if (name.length == 20 && memcmp(name.data, "openid-configuration", 20) == 0) {
        return &refusal->configuration;
    }
    return NULL;
}

static bool read_member(struct sansmtp_span *rest, struct sansmtp_sasl_refusal *found)
{
    struct sansmtp_span name, *wanted;

    if (!take_string(rest, &name) || !take_sign(rest, ':')) {
        return false;
    }
    wanted = member(found, name);
    if (wanted && rest->length > 0 && rest->data[0] == '"') {
        return take_string(rest, wanted);
    }
    return skip_value(rest);
}

int sansmtp_sasl_refusal_read(const uint8_t *message, size_t length,
                              struct sansmtp_sasl_refusal *refusal)
{
    struct sansmtp_sasl_refusal found = {.size = sizeof(found)};
    struct sansmtp_span rest = span_of(message, length);
    bool more;

    if ((!message && length > 0) || !refusal || refusal->size < sizeof(*refusal)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!take_sign(&rest, '{')) {
        return SANSMTP_ERR_SYNTAX;
    }
    more = rest.length == 0 || rest.data[0] != '}';
    while (more) {
        if (!read_member(&rest, &found)) {
            return SANSMTP_ERR_SYNTAX;
        }
        more = take_sign(&rest, ',');
    }
    if (!take_sign(&rest, '}') || rest.length > 0) {
        return SANSMTP_ERR_SYNTAX;
    }
    found.size = refusal->size;
    *refusal = found;
    return 0;
}
