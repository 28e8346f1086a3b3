#include "mailbox.h"

#include "ascii.h"
#include "class.h"
#include "domain.h"
#include "memory.h"
#include "utf8.h"

/* Atoms joined by single dots. */
static size_t dot_string_scan(const uint8_t *octets, size_t length, bool utf8)
{
    const uint32_t atext = sansmtp_class_with(SANSMTP_CLASS_ATEXT, utf8);
    size_t end = 0;

    for (;;) {
        size_t atom = sansmtp_class_span(octets + end, length - end, atext);

        end += atom;
        if (atom == 0) {
            return 0;
        }
        if (end == length || octets[end] != '.') {
            return end;
        }
        end++;
    }
}

/* RFC 5321 4.1.2: a backslash may stand before any of 32 to 126, UTF-8 is not among them. */
static bool is_escape(const uint8_t *octets, size_t length)
{
    return length >= 2 && octets[0] == '\\' && octets[1] >= ' ' && octets[1] < 0x7F;
}

/* Erratum 5414 of RFC 5321: a quoted string as local part is not empty. */
static size_t quoted_scan(const uint8_t *octets, size_t length, bool utf8)
{
    const uint32_t qtext = sansmtp_class_with(SANSMTP_CLASS_QTEXT, utf8);
    size_t end = 1;

    for (;;) {
        end += sansmtp_class_span(octets + end, length - end, qtext);
        if (!is_escape(octets + end, length - end)) {
            break;
        }
        end += 2;
    }
    return end < length && octets[end] == '"' && end > 1 ? end + 1 : 0;
}

size_t sansmtp_local_scan(const uint8_t *octets, size_t length, bool utf8)
{
    if (length > 0 && octets[0] == '"') {
        return quoted_scan(octets, length, utf8);
    }
    return dot_string_scan(octets, length, utf8);
}

/* A local part of the grammar, read without its quotes and backslashes. */
struct reader {
    const uint8_t *octets;
    size_t length;
    size_t at;
};

static struct reader reader_of(const uint8_t *local, size_t length)
{
    struct reader reader = {local, length, 0};

    if (local[0] == '"') {
        reader.at = 1;
        reader.length--;
    }
    return reader;
}

/* The next octet, or -1 at the end. A backslash outside quotes is outside the grammar. */
static int reader_next(struct reader *reader)
{
    if (reader->at < reader->length && reader->octets[reader->at] == '\\') {
        reader->at++;
    }
    return reader->at < reader->length ? reader->octets[reader->at++] : -1;
}

bool sansmtp_local_is_postmaster(const uint8_t *local, size_t length)
{
    static const uint8_t name[] = "POSTMASTER";
    struct reader reader = reader_of(local, length);

    if (length < sizeof(name) - 1) {
        return false;
    }
    for (size_t i = 0; i < sizeof(name) - 1; i++) {
        int octet = reader_next(&reader);

        if (octet < 0 || sansmtp_ascii_upper((uint8_t)octet) != name[i]) {
            return false;
        }
    }
    return reader_next(&reader) < 0;
}

int sansmtp_local_decode(const uint8_t *local, size_t length, uint8_t *out, size_t capacity,
                         size_t *out_length)
{
    struct reader reader;
    size_t written = 0;

    if ((local == NULL && length > 0) || (out == NULL && capacity > 0) || out_length == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (length == 0 || sansmtp_local_scan(local, length, true) != length ||
        !sansmtp_utf8_valid(local, length)) {
        return SANSMTP_ERR_SYNTAX;
    }
    reader = reader_of(local, length);
    for (int octet = reader_next(&reader); octet >= 0; octet = reader_next(&reader)) {
        if (written < capacity) {
            out[written] = (uint8_t)octet;
        }
        written++;
    }
    *out_length = written;
    return written <= capacity ? 0 : SANSMTP_ERR_ROOM;
}

static size_t scan_after_at(const uint8_t *octets, size_t length, bool utf8,
                            struct sansmtp_path *path)
{
    if (length > 0 && octets[0] == '[') {
        return sansmtp_literal_scan(octets, length, &path->domain_kind, path->address);
    }
    path->domain_kind = SANSMTP_DOMAIN_NAME;
    return sansmtp_domain_scan(octets, length, utf8);
}

size_t sansmtp_mailbox_scan(const uint8_t *octets, size_t length, bool utf8,
                            struct sansmtp_path *path)
{
    size_t local = sansmtp_local_scan(octets, length, utf8);
    size_t domain;

    if (local == 0 || local == length || octets[local] != '@') {
        return 0;
    }
    domain = scan_after_at(octets + local + 1, length - local - 1, utf8, path);
    if (domain == 0) {
        return 0;
    }
    path->local = (struct sansmtp_span){octets, local};
    path->domain = (struct sansmtp_span){octets + local + 1, domain};
    if (octets[0] == '"') {
        path->flags |= SANSMTP_FLAG_QUOTED;
    }
    if (sansmtp_local_is_postmaster(octets, local)) {
        path->flags |= SANSMTP_FLAG_POSTMASTER;
    }
    return local + 1 + domain;
}

int sansmtp_mailbox_parse(const uint8_t *octets, size_t length, uint32_t accept,
                          struct sansmtp_path *path)
{
    bool utf8 = (accept & SANSMTP_ACCEPT_UTF8) != 0;

    if (length == 0 || sansmtp_mailbox_scan(octets, length, utf8, path) != length) {
        return SANSMTP_ERR_SYNTAX;
    }
    if (utf8 && !sansmtp_utf8_ascii(octets, length) && !sansmtp_utf8_valid(octets, length)) {
        return SANSMTP_ERR_SYNTAX;
    }
    if (length > SANSMTP_MAILBOX_LONGEST) {
        return SANSMTP_ERR_LENGTH;
    }
    return sansmtp_mailbox_fits(path, accept) ? 0 : SANSMTP_ERR_LENGTH;
}

bool sansmtp_mailbox_fits(const struct sansmtp_path *path, uint32_t accept)
{
    if (path->local.length > SANSMTP_LOCAL_LONGEST && !(accept & SANSMTP_ACCEPT_LONG_LOCAL)) {
        return false;
    }
    return path->domain_kind != SANSMTP_DOMAIN_NAME ||
           sansmtp_domain_fits(path->domain.data, path->domain.length);
}

static bool same_local(struct sansmtp_span left, struct sansmtp_span right)
{
    struct reader a = reader_of(left.data, left.length);
    struct reader b = reader_of(right.data, right.length);
    int octet;

    do {
        octet = reader_next(&a);
        if (octet != reader_next(&b)) {
            return false;
        }
    } while (octet >= 0);
    return true;
}

/* RFC 5321 2.4: domains are compared without regard to case; IP literals by their address, for
 * one address has many spellings. */
static bool same_domain(const struct sansmtp_path *left, const struct sansmtp_path *right)
{
    if (left->domain_kind != right->domain_kind) {
        return false;
    }
    if (left->domain_kind == SANSMTP_DOMAIN_IPV4) {
        return memcmp(left->address, right->address, 4) == 0;
    }
    if (left->domain_kind == SANSMTP_DOMAIN_IPV6) {
        return memcmp(left->address, right->address, 16) == 0;
    }
    return sansmtp_ascii_equal(left->domain.data, left->domain.length, right->domain.data,
                               right->domain.length);
}

int sansmtp_mailbox_equal(const uint8_t *left, size_t left_length, const uint8_t *right,
                          size_t right_length)
{
    const uint32_t accept = SANSMTP_ACCEPT_UTF8 | SANSMTP_ACCEPT_LONG_LOCAL;
    struct sansmtp_path a = {.size = sizeof(a)};
    struct sansmtp_path b = {.size = sizeof(b)};

    if (left == NULL || right == NULL ||
        sansmtp_mailbox_parse(left, left_length, accept, &a) != 0 ||
        sansmtp_mailbox_parse(right, right_length, accept, &b) != 0) {
        return 0;
    }
    return same_local(a.local, b.local) && same_domain(&a, &b);
}
