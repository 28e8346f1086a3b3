#include "client_wire.h"

#include <stdlib.h>
#include <string.h>

#include "naive_stuff.h"

static void demand(struct client_wire *wire, bool holds, const char *rule)
{
    if (!holds && wire->broken == NULL) {
        wire->broken = rule;
    }
}

void client_wire_begin(struct client_wire *wire, bool binary)
{
    wire->binary = binary;
    wire->last = wire->last_chunk = wire->data = wire->chunked = false;
    text_clear(&wire->message);
    text_clear(&wire->body);
}

void client_wire_lent(struct client_wire *wire, const void *octets, size_t length, bool last)
{
    text_add(&wire->message, octets, length);
    wire->last = last;
}

static bool begins(const struct text *line, const char *word)
{
    size_t length = strlen(word);

    return line->length >= length && memcmp(line->data, word, length) == 0;
}

static bool is(const struct text *line, const char *word)
{
    return line->length == strlen(word) + 2 && begins(line, word);
}

/* RFC 4954 4: base64, or "*". */
static bool is_response(const struct text *line)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

    return is(line, "*") || strspn(line->data, alphabet) + 2 == line->length;
}

static bool is_command(const struct text *line)
{
    static const char *const words[] = {"DATA", "RSET", "QUIT", "STARTTLS", "NOOP"};
    static const char *const beginnings[] = {
        "EHLO ", "HELO ", "LHLO ", "MAIL FROM:<", "RCPT TO:<", "BDAT ",     "AUTH ",
        "VRFY ", "EXPN ", "HELP ", "ETRN ",       "XCLIENT ",  "XFORWARD ",
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (is(line, words[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        if (begins(line, beginnings[i])) {
            return true;
        }
    }
    return is_response(line);
}

static bool is_clean(const struct text *line)
{
    for (size_t i = 0; i + 2 < line->length; i++) {
        unsigned char octet = (unsigned char)line->data[i];

        if (octet < 0x20 || octet == 0x7f) {
            return false;
        }
    }
    return line->length >= 2 && line->data[line->length - 2] == '\r';
}

static void chunk_begins(struct client_wire *wire)
{
    char *end = NULL;

    demand(wire, !wire->last_chunk, "nothing follows the LAST chunk");
    wire->chunk = strtoull(wire->line.data + strlen("BDAT "), &end, 10);
    wire->chunked = true;
    wire->last_chunk = strcmp(end, " LAST\r\n") == 0;
    demand(wire, wire->last_chunk || strcmp(end, "\r\n") == 0, "BDAT is a number, maybe LAST");
    demand(wire, !wire->last_chunk || wire->last, "LAST is said once the host has said it");
}

/* RFC 5321 4.5.3.1.4, with what the extensions add; RFC 4954 4 for the exchange. */
static size_t longest(const struct text *line)
{
    return is_response(line) ? 12288 : begins(line, "MAIL") || begins(line, "RCPT") ? 1240 : 512;
}

static void whole_line(struct client_wire *wire)
{
    demand(wire, is_clean(&wire->line), "a command is one clean line");
    demand(wire, is_command(&wire->line), "a command is one of those that a client knows");
    demand(wire, wire->line.length <= longest(&wire->line), "a command is not too long");
    if (begins(&wire->line, "BDAT ")) {
        chunk_begins(wire);
    } else if (is(&wire->line, "DATA")) {
        wire->data = true;
    }
    text_clear(&wire->line);
}

void client_wire_command(struct client_wire *wire, const void *octets, size_t length)
{
    const char *at = octets;

    while (length > 0) {
        const char *end = memchr(at, '\n', length);
        size_t some = end == NULL ? length : (size_t)(end - at) + 1;

        demand(wire, wire->chunk == 0, "a chunk is as long as BDAT said");
        demand(wire,
               wire->line.length > 0 || wire->body.length == 0 || wire->chunked ||
                   client_wire_complete(wire),
               "no command stands within a message");
        text_add(&wire->line, at, some);
        if (end != NULL) {
            whole_line(wire);
        }
        at += some;
        length -= some;
    }
}

void client_wire_body(struct client_wire *wire, const void *octets, size_t length)
{
    demand(wire, wire->line.length == 0, "no octet of a message stands within a command");
    demand(wire, wire->data || wire->chunked, "a message goes behind DATA or BDAT");
    demand(wire, !wire->chunked || length <= wire->chunk, "a chunk is as long as BDAT said");
    wire->chunk -= wire->chunked ? length : 0;
    text_add(&wire->body, octets, length);
}

/* What must leave behind DATA for the message so far. */
static void stuffed(const struct client_wire *wire, struct naive_lines *expected)
{
    struct naive_lines lines = {.length = wire->message.length};

    if (wire->normalises) {
        naive_normalise((const uint8_t *)wire->message.data, wire->message.length, &lines);
    } else if (lines.length > 0) {
        memcpy(lines.octets, wire->message.data, lines.length);
    }
    naive_stuff(&lines, expected);
}

bool client_wire_complete(const struct client_wire *wire)
{
    struct naive_lines expected;

    if (wire->chunked) {
        return wire->last_chunk && wire->chunk == 0 && text_equal(&wire->body, &wire->message);
    }
    /* RFC 2920 3.1: 354 where nobody is to get it is followed by an empty message. */
    if (!wire->last) {
        return wire->message.length == 0 && wire->body.length == 3 &&
               memcmp(wire->body.data, ".\r\n", 3) == 0;
    }
    stuffed(wire, &expected);
    return wire->body.length == expected.length &&
           memcmp(wire->body.data, expected.octets, expected.length) == 0;
}

static bool is_part(const struct client_wire *wire)
{
    struct naive_lines expected;
    const void *whole = wire->message.data;
    size_t length = wire->message.length;

    if (!wire->chunked) {
        stuffed(wire, &expected);
        whole = expected.octets;
        length = expected.length;
        if (!wire->last && wire->body.length == length && !client_wire_complete(wire)) {
            return false; /* closed before its time */
        }
    }
    return wire->body.length <= length &&
           (wire->body.length == 0 || memcmp(wire->body.data, whole, wire->body.length) == 0);
}

static bool pairs(const struct text *body)
{
    for (size_t i = 0; i < body->length; i++) {
        if (body->data[i] == '\n' && (i == 0 || body->data[i - 1] != '\r')) {
            return false;
        }
        if (body->data[i] == '\r' && i + 1 < body->length && body->data[i + 1] != '\n') {
            return false;
        }
    }
    return true;
}

void client_wire_end(struct client_wire *wire)
{
    demand(wire, wire->binary || pairs(&wire->body), "CR and LF leave only as a pair");
    demand(wire, is_part(wire), "what left is a part of what was lent");
}

void client_wire_free(struct client_wire *wire)
{
    text_free(&wire->line);
    text_free(&wire->message);
    text_free(&wire->body);
}
