/* Received and Return-Path: RFC 5321 section 4.4. Our own name, id and date are the host's and must
 * be right. All else is looked at where it is written, and left out where it would not fit the
 * grammar: much of it is chosen by the peer, and a hop that cannot be described well is still a
 * hop. */

#include <sansmtp/trace.h>
#include <sansmtp/wire.h>

#include <stdbool.h>

#include "ascii.h"
#include "memory.h"
#include "sized.h"

#define KNOWN_FLAGS 63u
#define LINE_END \
    77 /* RFC 5322 section 2.1.1 wants 78; one is kept for a parenthesis or semicolon */
#define COMMENT_MAX  255
#define ID_MAX       255
#define TLS_NAME_MAX 64

/* What is written counts on when the capacity is used up: so the need is known in the end. */
struct field {
    char *out;
    size_t capacity;
    size_t length;
    size_t column;
};

/* length is never 0: no part of the grammar is empty. */
static void put(struct field *field, const void *octets, size_t length)
{
    if (field->length <= field->capacity && length <= field->capacity - field->length) {
        memcpy(field->out + field->length, octets, length);
    }
    field->length += length;
    field->column += length;
}

static void put_span(struct field *field, const struct sansmtp_span *span)
{
    put(field, span->data, span->length);
}

/* A literal text without its NUL. */
#define PUT(field, text) put(field, text, sizeof(text) - 1)

static void fold(struct field *field)
{
    PUT(field, "\r\n ");
    field->column = 1;
}

/* White space before a piece of so many octets: a new line, if this one does not hold it. */
static void gap(struct field *field, size_t length)
{
    if (field->column + 1 + length > LINE_END) {
        fold(field);
    } else {
        PUT(field, " ");
    }
}

static void put_clause(struct field *field, const char *keyword, size_t keyword_length,
                       const void *value, size_t length)
{
    gap(field, keyword_length + 1 + length);
    put(field, keyword, keyword_length);
    gap(field, length);
    put(field, value, length);
}

#define PUT_CLAUSE(field, keyword, value, length) \
    put_clause(field, keyword, sizeof(keyword) - 1, value, length)

/* A general literal may hold parentheses, and no tag of one is registered: none is written. */
static uint32_t domain_kind(const struct sansmtp_span *name)
{
    uint32_t kind = SANSMTP_DOMAIN_NONE;

    if (name->length == 0 || sansmtp_domain_parse(name->data, name->length, 0, &kind, NULL) != 0) {
        return SANSMTP_DOMAIN_NONE;
    }
    return kind == SANSMTP_DOMAIN_GENERAL ? SANSMTP_DOMAIN_NONE : kind;
}

/* RFC 5321 section 4.4: TCP-info = address-literal / ( Domain FWS address-literal ) */
static void put_tcp_info(struct field *field, const struct sansmtp_span *name, const void *literal,
                         size_t length)
{
    bool named = name && domain_kind(name) == SANSMTP_DOMAIN_NAME;

    gap(field, 1 + (named ? name->length : length));
    PUT(field, "(");
    if (named) {
        put_span(field, name);
        gap(field, length);
    }
    put(field, literal, length);
    PUT(field, ")");
}

/* The comment that shows a hello name outside the grammar. Nothing but graphic ASCII stays, without
 * parentheses and backslash: what is left cannot end the comment, nor look like a further word. The
 * equals sign keeps it from being read as TCP-info, where "(hello [192.0.2.1])" would be one. */
static void put_odd_hello(struct field *field, const struct sansmtp_span *hello)
{
    size_t length = hello->length < COMMENT_MAX ? hello->length : COMMENT_MAX;

    gap(field, sizeof("(hello=") - 1 + length);
    PUT(field, "(hello=");
    for (size_t i = 0; i < length; i++) {
        uint8_t octet = hello->data[i];
        bool plain = octet > ' ' && octet < 127 && octet != '(' && octet != ')' && octet != '\\';

        put(field, plain ? &octet : (const uint8_t *)"?", 1);
    }
    PUT(field, ")");
}

/* RFC 5321 section 4.4: a literal stands only where TCP-info follows, and FROM is never absent. */
static void put_from(struct field *field, const struct sansmtp_received *received)
{
    const struct sansmtp_span *hello = &received->hello;
    uint32_t kind = domain_kind(hello);
    bool by_ip = received->client_address.length > 0;
    bool fits = kind == SANSMTP_DOMAIN_NAME || (kind != SANSMTP_DOMAIN_NONE && by_ip);
    char literal[48];
    size_t length = 0;

    PUT(field, "Received:");
    if (fits) {
        PUT_CLAUSE(field, "from", hello->data, hello->length);
    } else {
        PUT_CLAUSE(field, "from", "unknown", 7);
    }
    if (by_ip) {
        sansmtp_literal_write(received->client_address.data, received->client_address.length,
                              literal, &length);
        put_tcp_info(field, &received->client_name, literal, length);
    }
    if (!fits && hello->length > 0) {
        put_odd_hello(field, hello);
    }
}

static void put_by(struct field *field, const struct sansmtp_span *by)
{
    fold(field);
    PUT(field, "by");
    gap(field, by->length);
    put_span(field, by);
    if (domain_kind(by) != SANSMTP_DOMAIN_NAME) {
        put_tcp_info(field, NULL, by->data, by->length);
    }
}

/* The names that RFC 3848 and RFC 6531 section 4.3 registered: there is none for TLS or AUTH after
 * HELO, and none for SMTPUTF8 without EHLO. */
static void put_with(struct field *field, uint32_t flags)
{
    const uint32_t extended = SANSMTP_RECEIVED_ESMTP | SANSMTP_RECEIVED_LMTP |
                              SANSMTP_RECEIVED_UTF8;
    char octets[sizeof("UTF8LMTPSA")];
    struct field name = {.out = octets, .capacity = sizeof(octets)};

    if (flags & SANSMTP_RECEIVED_UTF8) {
        PUT(&name, "UTF8");
    } else if (flags & SANSMTP_RECEIVED_ESMTP) {
        PUT(&name, "E");
    }
    if (flags & SANSMTP_RECEIVED_LMTP) {
        PUT(&name, "LMTP");
    } else {
        PUT(&name, "SMTP");
    }
    if (flags & extended && flags & SANSMTP_RECEIVED_TLS) {
        PUT(&name, "S");
    }
    if (flags & extended && flags & SANSMTP_RECEIVED_AUTH) {
        PUT(&name, "A");
    }
    PUT_CLAUSE(field, "with", octets, name.length);
}

/* RFC 5321 section 4.4: FOR names one path. RFC 6531 section 3.7.3: beyond ASCII only in a
 * transaction that said SMTPUTF8. */
static void put_for(struct field *field, const struct sansmtp_span *recipient, uint32_t flags)
{
    struct sansmtp_path path = {.size = sizeof(path)};
    uint32_t accept = SANSMTP_ACCEPT_LONG_LOCAL | SANSMTP_ACCEPT_UNBRACKETED;

    if (flags & SANSMTP_RECEIVED_UTF8) {
        accept |= SANSMTP_ACCEPT_UTF8;
    }
    if (recipient->length == 0 ||
        sansmtp_path_parse(recipient->data, recipient->length, accept, &path) != 0 ||
        path.raw.length != recipient->length || path.domain_kind == SANSMTP_DOMAIN_GENERAL) {
        return;
    }
    gap(field, sizeof("for <@>") - 1 + path.local.length + path.domain.length);
    PUT(field, "for");
    gap(field, sizeof("<@>") - 1 + path.local.length + path.domain.length);
    PUT(field, "<");
    put_span(field, &path.local);
    PUT(field, "@");
    put_span(field, &path.domain);
    PUT(field, ">");
}

/* RFC 8314 section 4.3: a letter, then letters, digits, and one more sign */
static bool is_tls_name(const struct sansmtp_span *name, uint8_t sign, uint8_t other)
{
    if (name->length == 0 || name->length > TLS_NAME_MAX ||
        !sansmtp_ascii_is_alpha(name->data[0])) {
        return false;
    }
    for (size_t i = 1; i < name->length; i++) {
        uint8_t octet = name->data[i];

        if (!sansmtp_ascii_is_let_dig(octet) && octet != sign && octet != other) {
            return false;
        }
    }
    return true;
}

static void put_cipher_number(struct field *field, uint32_t number)
{
    static const char digits[] = "0123456789ABCDEF";
    char text[6] = "0x";

    for (size_t i = 0; i < 4; i++) {
        text[2 + i] = digits[number >> (12 - 4 * i) & 15];
    }
    PUT_CLAUSE(field, "tls", text, sizeof(text));
}

/* RFC 8314 section 4.3: the group stands only behind a cipher. */
static void put_tls(struct field *field, const struct sansmtp_received *received)
{
    const struct sansmtp_span *cipher = &received->tls_cipher;

    if (!(received->flags & SANSMTP_RECEIVED_TLS)) {
        return;
    }
    if (is_tls_name(cipher, '_', '_')) {
        PUT_CLAUSE(field, "tls", cipher->data, cipher->length);
    } else if (received->tls_cipher_number > 0) {
        put_cipher_number(field, received->tls_cipher_number);
    } else {
        return;
    }
    if (is_tls_name(&received->tls_group, '_', '-')) {
        PUT_CLAUSE(field, "group", received->tls_group.data, received->tls_group.length);
    }
}

/* An atom, or with dots several of them: RFC 5322 section 3.2.3. */
static bool is_atom(const uint8_t *octets, size_t length, bool dots)
{
    bool in_atom = false;

    for (size_t i = 0; i < length; i++) {
        bool dot = dots && in_atom && octets[i] == '.';

        if (!dot && !sansmtp_ascii_is_atext(octets[i])) {
            return false;
        }
        in_atom = !dot;
    }
    return in_atom;
}

/* RFC 5321 section 4.4: "ID" FWS ( Atom / msg-id ) */
static bool is_id(const struct sansmtp_span *id)
{
    const uint8_t *left = id->data + 1, *at;
    size_t length;

    if (id->length > ID_MAX) {
        return false;
    }
    if (id->length < 2 || id->data[0] != '<' || id->data[id->length - 1] != '>') {
        return is_atom(id->data, id->length, false);
    }
    length = id->length - 2;
    at = memchr(left, '@', length);
    return at && is_atom(left, (size_t)(at - left), true) &&
           is_atom(at + 1, length - (size_t)(at - left) - 1, true);
}

static bool is_span(const struct sansmtp_span *span)
{
    return span->data || span->length == 0;
}

static bool are_spans(const struct sansmtp_received *received)
{
    return is_span(&received->hello) && is_span(&received->client_name) &&
           is_span(&received->client_address) && is_span(&received->by) && is_span(&received->id) &&
           is_span(&received->recipient) && is_span(&received->tls_cipher) &&
           is_span(&received->tls_group);
}

static int check(const struct sansmtp_received *received)
{
    const uint32_t both = SANSMTP_RECEIVED_ESMTP | SANSMTP_RECEIVED_LMTP;

    if (!sansmtp_sized(received, received->size, sizeof(*received)) ||
        received->flags > KNOWN_FLAGS || (received->flags & both) == both ||
        received->tls_cipher_number > 0xFFFF) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!are_spans(received)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (received->client_address.length != 0 && received->client_address.length != 4 &&
        received->client_address.length != 16) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (domain_kind(&received->by) == SANSMTP_DOMAIN_NONE ||
        (received->id.length > 0 && !is_id(&received->id))) {
        return SANSMTP_ERR_TEXT;
    }
    return 0;
}

static int finish(const struct field *field, size_t *out_length)
{
    *out_length = field->length;
    return field->length > field->capacity ? SANSMTP_ERR_ROOM : 0;
}

int sansmtp_received_write(const struct sansmtp_received *received, char *out, size_t capacity,
                           size_t *out_length)
{
    struct field field = {.out = out, .capacity = capacity};
    char date[32];
    size_t date_length = 0;
    int error;

    if (!received || !out_length || (!out && capacity > 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if ((error = check(received)) != 0) {
        return error;
    }
    error = sansmtp_date_write(received->seconds, received->offset_minutes,
                               (received->flags & SANSMTP_RECEIVED_UNKNOWN_ZONE) != 0, date,
                               &date_length);
    if (error != 0) {
        return error;
    }
    put_from(&field, received);
    put_by(&field, &received->by);
    put_with(&field, received->flags);
    if (received->id.length > 0) {
        PUT_CLAUSE(&field, "id", received->id.data, received->id.length);
    }
    put_for(&field, &received->recipient, received->flags);
    put_tls(&field, received);
    PUT(&field, ";");
    fold(&field);
    put(&field, date, date_length);
    PUT(&field, "\r\n");
    return finish(&field, out_length);
}

int sansmtp_return_path_write(const uint8_t *path, size_t length, int utf8, char *out,
                              size_t capacity, size_t *out_length)
{
    struct field field = {.out = out, .capacity = capacity};
    struct sansmtp_path read = {.size = sizeof(read)};
    uint32_t accept = SANSMTP_ACCEPT_NULL | SANSMTP_ACCEPT_LONG_LOCAL | SANSMTP_ACCEPT_UNBRACKETED;
    int error;

    if (!path || !out_length || (!out && capacity > 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (utf8) {
        accept |= SANSMTP_ACCEPT_UTF8;
    }
    error = sansmtp_path_parse(path, length, accept, &read);
    if (error != 0) {
        return error;
    }
    if (read.raw.length != length) {
        return SANSMTP_ERR_SYNTAX;
    }
    PUT(&field, "Return-Path: <");
    if (read.domain_kind != SANSMTP_DOMAIN_NONE) {
        put_span(&field, &read.local);
        PUT(&field, "@");
        put_span(&field, &read.domain);
    }
    PUT(&field, ">\r\n");
    return finish(&field, out_length);
}
