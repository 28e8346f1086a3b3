/* The message that a report is about. What goes back as it is goes through the same scan as before:
 * so it can have nothing that the part's header does not say. A CR at the end of a piece waits for
 * what follows it. */

#include "dsn.h"

#include "memory.h"

enum {
    OCTET_LONGEST = 6, /* quoted-printable: a soft break, and the octet */
    PIECE_LEAST = 32,  /* what one call must have room for, beside the header of the part */
    LINE_LONGEST = 998 /* RFC 5322 2.1.1; a longer line is only in a part that is encoded */
};

static void put_type(struct sansmtp_dsn_out *out, bool global, bool cut)
{
    SANSMTP_DSN_PUT(out, "Content-Type: ");
    if (global && cut) {
        SANSMTP_DSN_PUT(out, "message/global-headers");
    } else if (global) {
        SANSMTP_DSN_PUT(out, "message/global");
    } else if (cut) {
        SANSMTP_DSN_PUT(out, "text/rfc822-headers");
    } else {
        SANSMTP_DSN_PUT(out, "message/rfc822");
    }
    sansmtp_dsn_newline(out);
}

static void put_encoding(struct sansmtp_dsn_out *out, bool quoted, bool eight)
{
    SANSMTP_DSN_PUT(out, "Content-Transfer-Encoding: ");
    if (quoted) {
        SANSMTP_DSN_PUT(out, "quoted-printable");
    } else if (eight) {
        SANSMTP_DSN_PUT(out, "8bit");
    } else {
        SANSMTP_DSN_PUT(out, "7bit");
    }
    sansmtp_dsn_newline(out);
}

static void begin_part(struct sansmtp_dsn *dsn, struct sansmtp_dsn_out *out)
{
    const struct sansmtp_dsn_report *report = dsn->report;
    uint32_t found = sansmtp_dsn_returned(report);
    bool quoted = sansmtp_dsn_is_quoted(report);
    bool eight = (found & (SANSMTP_DSN_HEADER_8BIT | SANSMTP_DSN_BODY_8BIT)) != 0;
    bool cut = sansmtp_dsn_returns(report) != SANSMTP_DSN_RETURN_FULL;

    sansmtp_dsn_put_delimiter(out, report->boundary, false);
    put_type(out, sansmtp_dsn_is_global(found), cut);
    put_encoding(out, quoted, eight);
    sansmtp_dsn_newline(out);
    dsn->step = SANSMTP_DSN_AT_ORIGINAL;
    dsn->flags |= quoted ? SANSMTP_DSN_RETURN_QUOTED : 0;
    dsn->flags |= cut ? SANSMTP_DSN_RETURN_CUT : 0;
    dsn->flags |= eight && !quoted ? SANSMTP_DSN_NEEDS_8BIT : 0;
    dsn->flags |= eight && !quoted && sansmtp_dsn_is_global(found) ? SANSMTP_DSN_NEEDS_UTF8 : 0;
}

/* Takes up the encoded line where it was left. */
static void resume_line(const struct sansmtp_dsn *dsn, struct sansmtp_dsn_out *out)
{
    out->column = dsn->column;
    out->blank = (dsn->flags & SANSMTP_DSN_RETURN_BLANK) != 0;
}

static void leave_line(struct sansmtp_dsn *dsn, const struct sansmtp_dsn_out *out)
{
    dsn->column = (uint32_t)out->column;
    dsn->flags &= ~(uint32_t)SANSMTP_DSN_RETURN_BLANK;
    dsn->flags |= out->blank ? SANSMTP_DSN_RETURN_BLANK : 0;
}

/* Is a CR left over behind these? */
static bool put_quoted(struct sansmtp_dsn_out *out, bool cr, const uint8_t *octets, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        bool newline = cr && octets[i] == '\n';

        if (newline) {
            sansmtp_dsn_newline(out);
        } else if (cr) {
            sansmtp_dsn_quote(out, '\r');
        }
        cr = octets[i] == '\r';
        if (!cr && !newline) {
            sansmtp_dsn_quote(out, octets[i]);
        }
    }
    return cr;
}

static bool put_plain(struct sansmtp_dsn_out *out, bool cr, const uint8_t *octets, size_t length)
{
    bool left = length > 0 ? octets[length - 1] == '\r' : cr;

    if (cr && length > 0) {
        SANSMTP_DSN_PUT(out, "\r");
    }
    if (length > 0) {
        sansmtp_dsn_put(out, octets, length - left);
    }
    return left;
}

/* A header that is longer than the limit ends with the line that reaches it: whoever writes a large
 * one has no more sent to the sender he has named than whoever writes a large body. */
static size_t bounded(struct sansmtp_dsn *dsn, uint64_t before, const uint8_t *octets,
                      size_t length)
{
    uint64_t limit = sansmtp_dsn_limit(dsn->report);

    if (dsn->flags & SANSMTP_DSN_RETURN_FULL_UP) {
        return 0;
    }
    if (before + length < limit) {
        return length;
    }
    for (size_t at = limit > before ? (size_t)(limit - before - 1) : 0; at < length; at++) {
        if (octets[at] == '\n' || before + at > limit + LINE_LONGEST) {
            dsn->flags |= SANSMTP_DSN_RETURN_FULL_UP;
            return at + 1;
        }
    }
    return length;
}

/* So many octets of the message, which the scan knows already. Behind the header they are dropped;
 * the CR that waits may be that of the blank line. */
static void put_piece(struct sansmtp_dsn *dsn, struct sansmtp_dsn_out *out, const uint8_t *octets,
                      size_t length)
{
    uint64_t before = dsn->scan.length - length;
    uint64_t end = dsn->flags & SANSMTP_DSN_RETURN_CUT ? dsn->scan.header_length : dsn->scan.length;
    bool cr = dsn->flags & SANSMTP_DSN_RETURN_CR && end >= before;
    size_t kept = end > before ? (size_t)(end - before) : 0;

    if (dsn->flags & SANSMTP_DSN_RETURN_CUT) {
        kept = bounded(dsn, before, octets, kept);
    }
    resume_line(dsn, out);
    cr = dsn->flags & SANSMTP_DSN_RETURN_QUOTED ? put_quoted(out, cr, octets, kept)
                                                : put_plain(out, cr, octets, kept);
    leave_line(dsn, out);
    dsn->flags &= ~(uint32_t)SANSMTP_DSN_RETURN_CR;
    dsn->flags |= cr && !(dsn->flags & SANSMTP_DSN_RETURN_FULL_UP) ? SANSMTP_DSN_RETURN_CR : 0;
}

/* How many octets there is room for, whatever they are. */
static size_t fitting(const struct sansmtp_dsn *dsn, const struct sansmtp_dsn_out *out)
{
    size_t room = out->length < out->capacity ? out->capacity - out->length : 0;

    if (room < PIECE_LEAST) {
        return 0;
    }
    return dsn->flags & SANSMTP_DSN_RETURN_QUOTED ? room / OCTET_LONGEST - 1 : room - 1;
}

static bool is_foretold(const struct sansmtp_dsn *dsn, uint32_t flags)
{
    uint32_t mask = sansmtp_dsn_flags((dsn->flags & SANSMTP_DSN_RETURN_CUT) != 0);

    return (flags & mask & ~sansmtp_dsn_found(dsn->report->returned)) == 0;
}

int sansmtp_dsn_put_original_piece(struct sansmtp_dsn *dsn, struct sansmtp_span *in, char *octets,
                                   size_t capacity, size_t *out_length)
{
    struct sansmtp_dsn_out out = {.octets = octets, .capacity = capacity};
    size_t length;

    if (dsn->step != SANSMTP_DSN_AT_ORIGINAL) {
        begin_part(dsn, &out);
        dsn->column = 0;
    }
    length = fitting(dsn, &out);
    if (out.length > capacity || (length == 0 && in->length > 0)) {
        *out_length = out.length + PIECE_LEAST;
        return SANSMTP_ERR_ROOM;
    }
    length = in->length < length ? in->length : length;
    sansmtp_dsn_scan(&dsn->scan, in->data, length);
    if (!is_foretold(dsn, dsn->scan.flags)) {
        return SANSMTP_ERR_TEXT;
    }
    put_piece(dsn, &out, in->data, length);
    if (length > 0) {
        in->data += length;
        in->length -= length;
    }
    *out_length = out.length;
    return 0;
}

int sansmtp_dsn_end_original(struct sansmtp_dsn *dsn, struct sansmtp_dsn_out *out)
{
    bool cut = dsn->flags & SANSMTP_DSN_RETURN_CUT && dsn->scan.header_length < dsn->scan.length;

    if (dsn->step != SANSMTP_DSN_AT_ORIGINAL) {
        return 0;
    }
    if (!is_foretold(dsn, sansmtp_dsn_found(&dsn->scan))) {
        return SANSMTP_ERR_TEXT;
    }
    resume_line(dsn, out);
    if (dsn->flags & SANSMTP_DSN_RETURN_CR && !cut) {
        sansmtp_dsn_quote(out, '\r');
    }
    return 0;
}
