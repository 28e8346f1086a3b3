#include <sansmtp/wire.h>

#include "domain.h"
#include "mailbox.h"
#include "memory.h"
#include "utf8.h"

enum { PATH_LONGEST = 256, BRACKETS = 2 };

/* RFC 5321 4.1.2: at-domains with commas between them, then a colon; no spaces. Returns the octets
 * before the colon, 0 if this is no route. */
static size_t route_scan(const uint8_t *octets, size_t length, bool utf8)
{
    size_t end = 0;

    while (end < length && octets[end] == '@') {
        size_t domain = sansmtp_domain_scan(octets + end + 1, length - end - 1, utf8);

        end += 1 + domain;
        if (domain == 0 || end == length) {
            return 0;
        }
        if (octets[end] == ':') {
            return end;
        }
        if (octets[end++] != ',') {
            return 0;
        }
    }
    return 0;
}

static bool route_fits(struct sansmtp_span route)
{
    size_t at = 0;

    while (at < route.length) {
        const uint8_t *domain = route.data + at + 1;
        const uint8_t *comma = memchr(domain, ',', route.length - at - 1);
        size_t length = comma != NULL ? (size_t)(comma - domain) : route.length - at - 1;

        if (!sansmtp_domain_fits(domain, length)) {
            return false;
        }
        at += 1 + length + 1;
    }
    return true;
}

/* Postmaster without a domain: the octets of the name, 0 if it is another. */
static size_t bare_postmaster_scan(const uint8_t *octets, size_t length, struct sansmtp_path *path)
{
    size_t local = sansmtp_local_scan(octets, length, false);

    if (local == 0 || octets[0] == '"' || !sansmtp_local_is_postmaster(octets, local)) {
        return 0;
    }
    path->local = (struct sansmtp_span){octets, local};
    path->domain_kind = SANSMTP_DOMAIN_NONE;
    path->flags |= SANSMTP_FLAG_POSTMASTER;
    return local;
}

/* What stands between the brackets; returns its octets, 0 if it is none. */
static size_t inner_scan(const uint8_t *octets, size_t length, uint32_t accept,
                         struct sansmtp_path *path)
{
    bool utf8 = (accept & SANSMTP_ACCEPT_UTF8) != 0;
    size_t route = 0;
    size_t mailbox;

    if (length > 0 && octets[0] == '@') {
        route = route_scan(octets, length, utf8);
        if (route == 0) {
            return 0;
        }
        path->route = (struct sansmtp_span){octets, route};
        path->flags |= SANSMTP_FLAG_SOURCE_ROUTE;
        route++;
    }
    mailbox = sansmtp_mailbox_scan(octets + route, length - route, utf8, path);
    if (mailbox == 0 && route == 0 && (accept & SANSMTP_ACCEPT_POSTMASTER)) {
        return bare_postmaster_scan(octets, length, path);
    }
    return mailbox == 0 ? 0 : route + mailbox;
}

static size_t bracketed_scan(const uint8_t *octets, size_t length, uint32_t accept,
                             struct sansmtp_path *path)
{
    size_t inner;

    if (length >= BRACKETS && octets[1] == '>') {
        return accept & SANSMTP_ACCEPT_NULL ? BRACKETS : 0;
    }
    inner = inner_scan(octets + 1, length - 1, accept, path);
    if (inner == 0 || inner + 1 == length || octets[inner + 1] != '>') {
        return 0;
    }
    return inner + BRACKETS;
}

/* Leniency only. The first space ends such a path, even between quotes. */
static size_t unbracketed_scan(const uint8_t *octets, size_t length, uint32_t accept,
                               struct sansmtp_path *path)
{
    const uint8_t *space = memchr(octets, ' ', length);
    size_t end = space != NULL ? (size_t)(space - octets) : length;

    path->flags |= SANSMTP_FLAG_UNBRACKETED;
    return inner_scan(octets, end, accept, path) == end ? end : 0;
}

/* RFC 5321 4.5.3.1.3: 256 octets "including the punctuation and element separators". */
static bool path_fits(const struct sansmtp_path *path, uint32_t accept)
{
    size_t missing = path->flags & SANSMTP_FLAG_UNBRACKETED ? BRACKETS : 0;

    return path->raw.length + missing <= PATH_LONGEST && sansmtp_mailbox_fits(path, accept) &&
           route_fits(path->route);
}

int sansmtp_path_parse(const uint8_t *octets, size_t length, uint32_t accept,
                       struct sansmtp_path *path)
{
    size_t end = 0;

    if ((octets == NULL && length > 0) || path == NULL || path->size < sizeof(*path)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    memset(path, 0, sizeof(*path));
    path->size = sizeof(*path);
    if (length > 0 && octets[0] == '<') {
        end = bracketed_scan(octets, length, accept, path);
    } else if (length > 0 && (accept & SANSMTP_ACCEPT_UNBRACKETED)) {
        end = unbracketed_scan(octets, length, accept, path);
    }
    if (end == 0) {
        return SANSMTP_ERR_SYNTAX;
    }
    path->raw = (struct sansmtp_span){octets, end};
    if ((accept & SANSMTP_ACCEPT_UTF8) && !sansmtp_utf8_ascii(octets, end)) {
        if (!sansmtp_utf8_valid(octets, end)) {
            return SANSMTP_ERR_SYNTAX;
        }
        path->flags |= SANSMTP_FLAG_UTF8;
    }
    return path_fits(path, accept) ? 0 : SANSMTP_ERR_LENGTH;
}
