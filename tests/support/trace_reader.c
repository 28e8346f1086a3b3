#define _DEFAULT_SOURCE

#include "trace_reader.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The unfolded field ends in a NUL; a NUL inside is refused before. */
struct reader {
    const char *at;
    bool utf8;
    const char *why;
};

static bool fail(struct reader *reader, const char *why)
{
    if (!reader->why) {
        reader->why = why;
    }
    return false;
}

static bool is_high(char octet)
{
    return (unsigned char)octet >= 128;
}

static bool is_let_dig(char octet)
{
    return !is_high(octet) && isalnum((unsigned char)octet);
}

static bool is_atext(char octet)
{
    return is_let_dig(octet) || (octet != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", octet));
}

static bool take(struct reader *reader, char octet)
{
    if (*reader->at != octet) {
        return false;
    }
    reader->at++;
    return true;
}

static bool white_space(struct reader *reader)
{
    size_t length = strspn(reader->at, " \t");

    reader->at += length;
    return length > 0;
}

/* comment = "(" *( [FWS] ( ctext / quoted-pair ) ) [FWS] ")"; none of ours is nested */
static bool comment(struct reader *reader, struct trace_text *text)
{
    if (!take(reader, '(')) {
        return false;
    }
    text->start = reader->at;
    while (*reader->at == ' ' || *reader->at == '\t' ||
           (*reader->at > ' ' && *reader->at < 127 && !strchr("()\\", *reader->at))) {
        reader->at++;
    }
    text->length = (size_t)(reader->at - text->start);
    return take(reader, ')') || fail(reader, "the end of a comment");
}

static bool keyword(struct reader *reader, const char *word)
{
    size_t length = strlen(word);

    if (strncasecmp(reader->at, word, length) != 0) {
        return false;
    }
    reader->at += length;
    return white_space(reader);
}

/* Domain = sub-domain *("." sub-domain); sub-domain = Let-dig [Ldh-str] */
static bool domain(struct reader *reader, struct trace_text *text, bool utf8)
{
    const char *start = reader->at;

    do {
        const char *label = reader->at;

        while (is_let_dig(*reader->at) || *reader->at == '-' || (utf8 && is_high(*reader->at))) {
            reader->at++;
        }
        if (reader->at == label || *label == '-' || reader->at[-1] == '-' ||
            reader->at > label + 63) {
            reader->at = start;
            return false;
        }
    } while (take(reader, '.'));
    *text = (struct trace_text){start, (size_t)(reader->at - start)};
    return text->length <= 255;
}

/* address-literal, but no General-address-literal: none is registered */
static bool literal(struct reader *reader, struct trace_text *text)
{
    const char *end = strchr(reader->at, ']');
    size_t length = end ? (size_t)(end - reader->at) + 1 : 0;
    char inside[64];
    unsigned char address[16];
    bool six;

    if (*reader->at != '[' || length < 3 || length > sizeof inside) {
        return false;
    }
    memcpy(inside, reader->at + 1, length - 2);
    inside[length - 2] = '\0';
    six = strncasecmp(inside, "IPv6:", 5) == 0;
    if (inet_pton(six ? AF_INET6 : AF_INET, six ? inside + 5 : inside, address) != 1) {
        return false;
    }
    *text = (struct trace_text){reader->at, length};
    reader->at = end + 1;
    return true;
}

/* "(" TCP-info ")", TCP-info = address-literal / ( Domain FWS address-literal ); or nothing is
 * taken. */
static bool tcp_info(struct reader *reader, struct trace_text *name, struct trace_text *address)
{
    const char *start = reader->at;
    struct trace_text named = {NULL, 0};

    if (white_space(reader) && take(reader, '(')) {
        bool fits = !domain(reader, &named, false) || white_space(reader);

        if (fits && literal(reader, address) && take(reader, ')')) {
            *name = named;
            return true;
        }
    }
    reader->at = start;
    *address = (struct trace_text){NULL, 0};
    return false;
}

/* Extended-Domain: a literal stands only in front of TCP-info */
static bool extended_domain(struct reader *reader, struct trace_text *text, struct trace_text *name,
                            struct trace_text *address)
{
    if (domain(reader, text, false)) {
        tcp_info(reader, name, address);
        return true;
    }
    return (literal(reader, text) && tcp_info(reader, name, address)) ||
           fail(reader, "an Extended-Domain");
}

static bool atom(struct reader *reader, struct trace_text *text)
{
    text->start = reader->at;
    while (is_atext(*reader->at)) {
        reader->at++;
    }
    text->length = (size_t)(reader->at - text->start);
    return text->length > 0;
}

static bool dot_string(struct reader *reader, bool utf8)
{
    do {
        const char *start = reader->at;

        while (is_atext(*reader->at) || (utf8 && is_high(*reader->at))) {
            reader->at++;
        }
        if (reader->at == start) {
            return false;
        }
    } while (take(reader, '.'));
    return true;
}

static bool quoted_string(struct reader *reader)
{
    if (!take(reader, '"')) {
        return false;
    }
    while (*reader->at != '"') {
        take(reader, '\\');
        if (!is_high(*reader->at) && (*reader->at < ' ' || *reader->at > '~')) {
            return false;
        }
        if (is_high(*reader->at) && !reader->utf8) {
            return false;
        }
        reader->at++;
    }
    return take(reader, '"');
}

/* Path / Mailbox, without source route: RFC 5321 says that none SHOULD be written */
static bool path(struct reader *reader, struct trace_text *text)
{
    bool bracket;
    struct trace_text right;

    text->start = reader->at;
    bracket = take(reader, '<');
    if (!(*reader->at == '"' ? quoted_string(reader) : dot_string(reader, reader->utf8)) ||
        !take(reader, '@') || !(domain(reader, &right, reader->utf8) || literal(reader, &right)) ||
        (bracket && !take(reader, '>'))) {
        return fail(reader, "a path or mailbox");
    }
    text->length = (size_t)(reader->at - text->start);
    return true;
}

static bool message_id(struct reader *reader, struct trace_text *text)
{
    text->start = reader->at;
    if (!take(reader, '<') || !dot_string(reader, false) || !take(reader, '@') ||
        !dot_string(reader, false) || !take(reader, '>')) {
        return false;
    }
    text->length = (size_t)(reader->at - text->start);
    return true;
}

/* Protocol: the names registered by RFC 5321, 3848 and 6531 */
static bool protocol(struct reader *reader, struct trace_text *text)
{
    static const char *const names[] = {
        "SMTP",       "ESMTP",    "ESMTPA",    "ESMTPS",    "ESMTPSA",    "LMTP",
        "LMTPA",      "LMTPS",    "LMTPSA",    "UTF8SMTP",  "UTF8SMTPA",  "UTF8SMTPS",
        "UTF8SMTPSA", "UTF8LMTP", "UTF8LMTPA", "UTF8LMTPS", "UTF8LMTPSA",
    };

    if (!atom(reader, text)) {
        return fail(reader, "a protocol");
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i]) == text->length && memcmp(names[i], text->start, text->length) == 0) {
            return true;
        }
    }
    return fail(reader, "a registered protocol");
}

/* ALPHA *( ALPHA / DIGIT / "_" / other ) */
static bool tls_name(struct reader *reader, struct trace_text *text, char other)
{
    text->start = reader->at;
    if (is_high(*reader->at) || !isalpha((unsigned char)*reader->at)) {
        return false;
    }
    while (is_let_dig(*reader->at) || *reader->at == '_' || *reader->at == other) {
        reader->at++;
    }
    text->length = (size_t)(reader->at - text->start);
    return true;
}

static bool tls_cipher(struct reader *reader, struct trace_text *text)
{
    if (tls_name(reader, text, '_')) {
        return true;
    }
    *text = (struct trace_text){reader->at, 6};
    if (!take(reader, '0') || !take(reader, 'x')) {
        return fail(reader, "a cipher");
    }
    for (int i = 0; i < 4; i++) {
        if (!isxdigit((unsigned char)*reader->at++)) {
            return fail(reader, "four hexadecimal digits");
        }
    }
    return true;
}

/* CFWS and then the keyword of a clause, or nothing taken */
static bool clause(struct reader *reader, const char *word)
{
    const char *start = reader->at;

    if (white_space(reader) && keyword(reader, word)) {
        return true;
    }
    reader->at = start;
    return false;
}

static bool information(struct reader *reader, struct trace_fields *fields)
{
    if (clause(reader, "with") && !protocol(reader, &fields->with)) {
        return false;
    }
    if (clause(reader, "id") && !message_id(reader, &fields->id) && !atom(reader, &fields->id)) {
        return fail(reader, "an atom or msg-id");
    }
    if (clause(reader, "for") && !path(reader, &fields->recipient)) {
        return false;
    }
    if (!clause(reader, "tls")) {
        return true;
    }
    if (!tls_cipher(reader, &fields->tls)) {
        return false;
    }
    return !clause(reader, "group") || tls_name(reader, &fields->group, '-') ||
           fail(reader, "a group");
}

static bool number(struct reader *reader, size_t digits, long low, long high)
{
    char text[8];

    if (strspn(reader->at, "0123456789") < digits) {
        return false;
    }
    memcpy(text, reader->at, digits);
    text[digits] = '\0';
    reader->at += digits;
    return strtol(text, NULL, 10) >= low && strtol(text, NULL, 10) <= high;
}

static bool one_of(struct reader *reader, const char *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strncmp(reader->at, names + 3 * i, 3) == 0) {
            reader->at += 3;
            return true;
        }
    }
    return false;
}

/* date-time of RFC 5322 section 3.3, no obsolete form */
static bool date(struct reader *reader, struct trace_text *text)
{
    text->start = reader->at;
    if (!one_of(reader, "MonTueWedThuFriSatSun", 7) || !take(reader, ',') || !take(reader, ' ') ||
        !number(reader, strspn(reader->at, "0123456789") == 1 ? 1 : 2, 1, 31) ||
        !take(reader, ' ') || !one_of(reader, "JanFebMarAprMayJunJulAugSepOctNovDec", 12) ||
        !take(reader, ' ') || !number(reader, 4, 1900, 9999) || !take(reader, ' ')) {
        return fail(reader, "a day");
    }
    if (!number(reader, 2, 0, 23) || !take(reader, ':') || !number(reader, 2, 0, 59) ||
        !take(reader, ':') || !number(reader, 2, 0, 60) || !take(reader, ' ')) {
        return fail(reader, "a time");
    }
    if ((!take(reader, '+') && !take(reader, '-')) || !number(reader, 2, 0, 99) ||
        !number(reader, 2, 0, 59)) {
        return fail(reader, "a zone");
    }
    text->length = (size_t)(reader->at - text->start);
    return true;
}

static bool stamp(struct reader *reader, struct trace_fields *fields)
{
    struct trace_text none = {NULL, 0};
    const char *before_comment;

    if (!keyword(reader, "Received:") || !keyword(reader, "from")) {
        return fail(reader, "Received: from");
    }
    if (!extended_domain(reader, &fields->from, &fields->from_name, &fields->from_literal)) {
        return false;
    }
    before_comment = reader->at;
    if (!white_space(reader) || !comment(reader, &fields->comment)) {
        reader->at = before_comment;
    }
    if (!clause(reader, "by")) {
        return fail(reader, "by");
    }
    if (!extended_domain(reader, &fields->by, &none, &fields->by_literal) || none.start) {
        return fail(reader, "our name");
    }
    if (!information(reader, fields)) {
        return false;
    }
    if (!take(reader, ';') || !white_space(reader)) {
        return fail(reader, "a semicolon");
    }
    return date(reader, &fields->date) && (*reader->at == '\0' || fail(reader, "the end"));
}

/* One line of a folded field, without its CRLF; returns what lies behind it, NULL if it is none. */
static const char *line(const char *at, const char *end, bool first, struct trace_fields *fields)
{
    const char *start = at;
    bool black = false;

    for (; at < end && *at != '\r'; at++) {
        if (*at == '\n' || *at == '\0' || *at == 127 ||
            (!is_high(*at) && *at < ' ' && *at != '\t')) {
            return NULL;
        }
        black = black || (*at != ' ' && *at != '\t');
    }
    if (!black || (!first && *start != ' ' && *start != '\t') || end - at < 2 || at[1] != '\n') {
        return NULL;
    }
    if ((size_t)(at - start) > fields->longest_line) {
        fields->longest_line = (size_t)(at - start);
    }
    fields->lines++;
    return at + 2;
}

static bool unfold(const char *octets, size_t length, struct trace_fields *fields)
{
    const char *at = octets, *end = octets + length;
    size_t used = 0;

    while (at < end) {
        const char *next = line(at, end, at == octets, fields);
        size_t size = next ? (size_t)(next - at) - 2 : 0;

        if (!next || used + size >= sizeof fields->unfolded) {
            return false;
        }
        memcpy(fields->unfolded + used, at, size);
        used += size;
        at = next;
    }
    return used > 0;
}

bool trace_read(const char *octets, size_t length, bool utf8, struct trace_fields *fields,
                const char **why)
{
    struct reader reader = {fields->unfolded, utf8, NULL};

    memset(fields, 0, sizeof *fields);
    if (!unfold(octets, length, fields) || fields->longest_line > 998) {
        *why = "lines of one field, each with CRLF";
        return false;
    }
    *why = NULL;
    if (stamp(&reader, fields)) {
        return true;
    }
    *why = reader.why ? reader.why : "a field";
    return false;
}
