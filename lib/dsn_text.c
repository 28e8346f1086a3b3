#include "dsn_text.h"

#include "memory.h"
#include "utf8.h"

enum {
    LINE_END = 78,   /* RFC 5322 2.1.1: what a line should not exceed */
    WORD_END = 900,  /* a word that is longer is cut: 998 is where a line must end */
    QUOTED_END = 75, /* RFC 2045 6.7: 76 with the "=" of a soft break */
    ESCAPE_LONGEST = 10
};

/* A newline of the encoding itself counts as length, not as column. */
static void put_raw(struct sansmtp_dsn_out *out, const void *octets, size_t length)
{
    if (out->length <= out->capacity && length <= out->capacity - out->length && length > 0) {
        memcpy(out->octets + out->length, octets, length);
    }
    out->length += length;
    out->column += length;
}

static void soft_break(struct sansmtp_dsn_out *out)
{
    put_raw(out, "=\r\n", 3);
    out->column = 0;
    out->blank = false;
}

/* A hyphen at the start of a line could begin a boundary, a dot or "F" is what some mail software
 * stumbles over there (RFC 2049 3). */
static bool is_plain(const struct sansmtp_dsn_out *out, uint8_t octet)
{
    if (out->column == 0 && (octet == '-' || octet == '.' || octet == 'F')) {
        return false;
    }
    return (octet >= ' ' && octet < 127 && octet != '=') || octet == '\t';
}

void sansmtp_dsn_quote(struct sansmtp_dsn_out *out, uint8_t octet)
{
    static const char digits[] = "0123456789ABCDEF";
    char encoded[3] = {'=', digits[octet >> 4], digits[octet & 15]};
    bool plain = is_plain(out, octet);

    if (out->column + (plain ? 1 : 3) > QUOTED_END) {
        soft_break(out);
        plain = is_plain(out, octet);
    }
    put_raw(out, plain ? (const void *)&octet : encoded, plain ? 1 : 3);
    out->blank = plain && (octet == ' ' || octet == '\t');
}

void sansmtp_dsn_put(struct sansmtp_dsn_out *out, const void *octets, size_t length)
{
    const uint8_t *each = octets;

    if (!(out->mode & SANSMTP_DSN_TEXT_QUOTED)) {
        put_raw(out, octets, length);
        return;
    }
    for (size_t i = 0; i < length; i++) {
        sansmtp_dsn_quote(out, each[i]);
    }
}

/* RFC 2045 6.7 (3): no encoded line ends in white space; a soft break protects it. */
void sansmtp_dsn_newline(struct sansmtp_dsn_out *out)
{
    if (out->blank) {
        soft_break(out);
    }
    put_raw(out, "\r\n", 2);
    out->column = 0;
}

/* How many octets the character at the front has, 0 if there is none. */
static size_t character(const uint8_t *text, size_t length)
{
    size_t size = text[0] < 0x80 ? 1 : text[0] < 0xE0 ? 2 : text[0] < 0xF0 ? 3 : 4;

    return size <= length && sansmtp_utf8_valid(text, size) ? size : 0;
}

static uint32_t scalar_of(const uint8_t *text, size_t size)
{
    static const uint8_t masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t scalar = text[0] & masks[size];

    for (size_t i = 1; i < size; i++) {
        scalar = scalar << 6 | (text[i] & 0x3F);
    }
    return scalar;
}

/* RFC 6533 3: at least two digits, and no more than are needed. */
static void put_escape(struct sansmtp_dsn_out *out, uint32_t scalar)
{
    static const char digits[] = "0123456789ABCDEF";
    uint32_t shift = 4;

    while (scalar >> shift >= 16) {
        shift += 4;
    }
    SANSMTP_DSN_PUT(out, "\\x{");
    for (uint32_t left = shift + 4; left > 0; left -= 4) {
        sansmtp_dsn_put(out, &digits[scalar >> (left - 4) & 15], 1);
    }
    SANSMTP_DSN_PUT(out, "}");
}

/* One character of a peer's text; returns its octets. */
static size_t put_character(struct sansmtp_dsn_out *out, const uint8_t *text, size_t length)
{
    size_t size = character(text, length);

    if (text[0] == '\t' || text[0] == '\n') {
        SANSMTP_DSN_PUT(out, " ");
    } else if (size == 0 || text[0] < ' ' || text[0] == 0x7F) {
        SANSMTP_DSN_PUT(out, "?");
    } else if (size == 1 || out->mode & SANSMTP_DSN_TEXT_UTF8) {
        sansmtp_dsn_put(out, text, size);
    } else {
        put_escape(out, scalar_of(text, size));
    }
    return size == 0 ? 1 : size;
}

/* Where a word has no end a line must: quoted-printable sees to that by itself. */
static void cut_line(struct sansmtp_dsn_out *out, size_t indent)
{
    if (!(out->mode & SANSMTP_DSN_TEXT_QUOTED) && out->column > WORD_END - ESCAPE_LONGEST) {
        sansmtp_dsn_fold(out, indent);
    }
}

void sansmtp_dsn_put_text(struct sansmtp_dsn_out *out, const uint8_t *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        cut_line(out, 1);
        at += put_character(out, text + at, length - at);
    }
}

void sansmtp_dsn_fold(struct sansmtp_dsn_out *out, size_t indent)
{
    sansmtp_dsn_newline(out);
    for (size_t i = 0; i < indent; i++) {
        SANSMTP_DSN_PUT(out, " ");
    }
}

void sansmtp_dsn_gap(struct sansmtp_dsn_out *out, size_t length)
{
    if (out->column + 1 + length > LINE_END) {
        sansmtp_dsn_fold(out, 1);
    } else {
        SANSMTP_DSN_PUT(out, " ");
    }
}

static bool is_blank(uint8_t octet)
{
    return octet == ' ' || octet == '\t';
}

void sansmtp_dsn_put_folded(struct sansmtp_dsn_out *out, const uint8_t *text, size_t length,
                            size_t indent)
{
    size_t at = 0;

    while (length > 0 && is_blank(text[length - 1])) {
        length--;
    }
    while (at < length) {
        size_t blanks = 0;
        size_t word = 0;

        while (is_blank(text[at + blanks])) {
            blanks++;
        }
        while (at + blanks + word < length && !is_blank(text[at + blanks + word])) {
            word++;
        }
        if (blanks > 0 && out->column + blanks + word > LINE_END) {
            sansmtp_dsn_fold(out, indent);
        } else {
            sansmtp_dsn_put_text(out, text + at, blanks);
        }
        at += blanks;
        for (size_t end = at + word; at < end;) {
            cut_line(out, indent);
            at += put_character(out, text + at, end - at);
        }
    }
}

static bool needs_escape(uint8_t octet)
{
    return octet >= 0x80 || octet == ' ' || octet == '+' || octet == '=' || octet == '\\';
}

void sansmtp_dsn_put_unitext(struct sansmtp_dsn_out *out, const uint8_t *text, size_t length,
                             bool embedded)
{
    for (size_t at = 0; at < length;) {
        size_t size = character(text + at, length - at);

        cut_line(out, 1);
        if (size == 1 && (!needs_escape(text[at]) || embedded)) {
            sansmtp_dsn_put(out, text + at, 1);
        } else {
            put_escape(out, scalar_of(text + at, size));
        }
        at += size;
    }
}

bool sansmtp_dsn_is_text(const uint8_t *text, size_t length, bool utf8)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] < ' ' || text[i] == 0x7F) {
            return false;
        }
    }
    return utf8 ? sansmtp_utf8_valid(text, length) : sansmtp_utf8_ascii(text, length);
}

void sansmtp_dsn_put_delimiter(struct sansmtp_dsn_out *out, struct sansmtp_span boundary, bool last)
{
    uint32_t mode = out->mode;

    sansmtp_dsn_newline(out);
    out->mode = 0;
    SANSMTP_DSN_PUT(out, "--");
    sansmtp_dsn_put(out, boundary.data, boundary.length);
    if (last) {
        SANSMTP_DSN_PUT(out, "--");
    }
    sansmtp_dsn_newline(out);
    out->mode = mode;
}
