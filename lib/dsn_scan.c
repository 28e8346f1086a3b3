/* What a message has that decides how it can be returned. Octet by octet: no more is kept between
 * two pieces than the last octet, the length of the line, how much of the boundary stands at its
 * start, and what is awaited of a character. */

#include <sansmtp/dsn.h>

#include "class.h"
#include "dsn.h"
#include "memory.h"
#include "sized.h"

enum {
    LINE_LONGEST = 998, /* RFC 5322 2.1.1 */
    BOUNDARY_LONGEST = 70
};

/* The length of what would begin a delimiter line: two hyphens and the boundary. */
static size_t delimiter_length(const struct sansmtp_dsn_scanned *scan)
{
    return scan->boundary.length + 2;
}

static void find(struct sansmtp_dsn_scanned *scan, uint32_t in_header, uint32_t in_body)
{
    scan->flags |= scan->flags & SANSMTP_DSN_HEADER_ENDED ? in_body : in_header;
}

/* RFC 2046 5.1.1: a delimiter may be followed by anything, so that a line which only begins so is
 * as bad. */
static void match_boundary(struct sansmtp_dsn_scanned *scan, uint8_t octet)
{
    bool same;

    if (scan->boundary.length == 0 || scan->line != scan->matched) {
        return;
    }
    same = octet == (scan->matched < 2 ? '-' : scan->boundary.data[scan->matched - 2]);
    scan->matched += same;
    if (same && scan->matched == delimiter_length(scan)) {
        find(scan, SANSMTP_DSN_HEADER_BOUNDARY, SANSMTP_DSN_BODY_BOUNDARY);
        scan->matched = UINT32_MAX;
    }
}

/* RFC 3629 4: what the octet behind the first may be. scan->utf8 has how many octets are awaited,
 * and the least and the greatest that the next may be. */
static uint32_t await(uint8_t first)
{
    uint32_t many = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    uint32_t least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint32_t most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;

    return many | least << 8 | most << 16;
}

static void read_character(struct sansmtp_dsn_scanned *scan, uint8_t octet)
{
    uint32_t many = scan->utf8 & 0xFF;

    if (many > 0) {
        if (octet < (scan->utf8 >> 8 & 0xFF) || octet > scan->utf8 >> 16) {
            scan->flags |= SANSMTP_DSN_HEADER_NOT_UTF8;
        }
        scan->utf8 = many > 1 ? (many - 1) | UINT32_C(0xBF8000) : 0;
    } else if (octet >= 0x80) {
        if (octet < 0xC2 || octet > 0xF4) {
            scan->flags |= SANSMTP_DSN_HEADER_NOT_UTF8;
        } else {
            scan->utf8 = await(octet);
        }
    }
}

static void end_line(struct sansmtp_dsn_scanned *scan)
{
    if (scan->utf8 != 0) {
        scan->flags |= SANSMTP_DSN_HEADER_NOT_UTF8;
        scan->utf8 = 0;
    }
    if (scan->line == 0 && !(scan->flags & SANSMTP_DSN_HEADER_ENDED)) {
        scan->flags |= SANSMTP_DSN_HEADER_ENDED;
        scan->header_length = scan->length - 1;
    }
    scan->line = 0;
    scan->matched = 0;
}

/* An octet of a line; a CR that turned out to be alone is one, too. */
static void take_octet(struct sansmtp_dsn_scanned *scan, uint8_t octet)
{
    match_boundary(scan, octet);
    if (scan->line < UINT32_MAX - 1) {
        scan->line++;
    }
    if (octet == '\0' || octet == '\r' || octet == '\n' || scan->line > LINE_LONGEST) {
        find(scan, SANSMTP_DSN_HEADER_BINARY, SANSMTP_DSN_BODY_BINARY);
    }
    if (octet >= 0x80) {
        find(scan, SANSMTP_DSN_HEADER_8BIT, SANSMTP_DSN_BODY_8BIT);
    }
    if (!(scan->flags & SANSMTP_DSN_HEADER_ENDED)) {
        read_character(scan, octet);
    }
}

static void scan_octet(struct sansmtp_dsn_scanned *scan, uint8_t octet)
{
    bool after_cr = scan->last == '\r' && scan->length > 0;

    if (after_cr && octet == '\n') {
        end_line(scan);
    } else {
        if (after_cr) {
            take_octet(scan, '\r');
        }
        if (octet != '\r') {
            take_octet(scan, octet);
        }
    }
    scan->last = octet;
    scan->length++;
    if (!(scan->flags & SANSMTP_DSN_HEADER_ENDED)) {
        scan->header_length = scan->length;
    }
}

int sansmtp_dsn_scan(struct sansmtp_dsn_scanned *scan, const uint8_t *octets, size_t length)
{
    if (!scan || !sansmtp_sized(scan, scan->size, sizeof(*scan)) || (!octets && length > 0) ||
        (!scan->boundary.data && scan->boundary.length > 0) ||
        scan->boundary.length > BOUNDARY_LONGEST) {
        return SANSMTP_ERR_ARGUMENT;
    }
    for (size_t i = 0; i < length; i++) {
        scan_octet(scan, octets[i]);
    }
    return 0;
}

uint32_t sansmtp_dsn_found(const struct sansmtp_dsn_scanned *scan)
{
    struct sansmtp_dsn_scanned end = *scan;

    if (end.last == '\r' && end.length > 0) {
        take_octet(&end, '\r');
    }
    if (end.utf8 != 0) {
        end.flags |= SANSMTP_DSN_HEADER_NOT_UTF8;
    }
    return end.flags;
}

/* RFC 2046 5.1.1: bchars */
static bool is_boundary_octet(uint8_t octet)
{
    static const char signs[] = "'()+_,-./:=? ";

    return sansmtp_class_is(octet, SANSMTP_CLASS_LET_DIG) ||
           (octet != '\0' && memchr(signs, octet, sizeof(signs) - 1));
}

int sansmtp_dsn_boundary_check(const uint8_t *boundary, size_t length)
{
    if (!boundary && length > 0) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (length == 0 || length > BOUNDARY_LONGEST) {
        return SANSMTP_ERR_LENGTH;
    }
    for (size_t i = 0; i < length; i++) {
        if (!is_boundary_octet(boundary[i])) {
            return SANSMTP_ERR_SYNTAX;
        }
    }
    return boundary[length - 1] == ' ' ? SANSMTP_ERR_SYNTAX : 0;
}
