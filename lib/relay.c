/* Relaying. An open relay is most often made by two programs that read one address differently: a
 * server that finds its own domain behind the "@", and a router behind it that finds another way in
 * the local part. So what may be read in two ways is refused from those who are not trusted. */

#include <sansmtp/policy.h>
#include <sansmtp/wire.h>

#include <stdbool.h>

#include "ascii.h"
#include "memory.h"
#include "sized.h"

static const uint32_t known_flags = SANSMTP_RELAY_DROP_ROUTES | SANSMTP_RELAY_PLAIN_SIGNS;

struct answer {
    uint32_t code;
    uint32_t enhanced;
    const char *text;
    size_t length;
};

#define ANSWER(code, enhanced, text)           \
    {                                          \
        code, enhanced, text, sizeof(text) - 1 \
    }

/* By decision. */
static const struct answer answers[] = {
    [SANSMTP_RELAY_LOCAL] = ANSWER(250, SANSMTP_ENHANCED(2, 1, 5), "recipient ok"),
    [SANSMTP_RELAY_DOMAIN] = ANSWER(250, SANSMTP_ENHANCED(2, 1, 5), "recipient ok"),
    [SANSMTP_RELAY_CLIENT] = ANSWER(250, SANSMTP_ENHANCED(2, 1, 5), "recipient ok"),
    [SANSMTP_RELAY_DENIED] = ANSWER(550, SANSMTP_ENHANCED(5, 7, 1), "relaying denied"),
    [SANSMTP_RELAY_ROUTED] = ANSWER(550, SANSMTP_ENHANCED(5, 7, 1), "no routing by address"),
    [SANSMTP_RELAY_SYNTAX] = ANSWER(501, SANSMTP_ENHANCED(5, 1, 3), "bad recipient address"),
};

static bool is_below(const struct sansmtp_span *pattern, const uint8_t *domain, size_t length)
{
    return pattern->length > 1 && pattern->data[0] == '.' && length > pattern->length &&
           sansmtp_ascii_equal(pattern->data, pattern->length, domain + (length - pattern->length),
                               pattern->length);
}

int sansmtp_domain_listed(const struct sansmtp_span *patterns, size_t count, const uint8_t *domain,
                          size_t length)
{
    if (patterns == NULL || domain == NULL || length == 0) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        const struct sansmtp_span *pattern = &patterns[i];

        if (pattern->data == NULL || pattern->length == 0) {
            continue;
        }
        if (sansmtp_ascii_equal(pattern->data, pattern->length, domain, length) ||
            is_below(pattern, domain, length)) {
            return 1;
        }
    }
    return 0;
}

static bool is_trusted(const struct sansmtp_relay *relay,
                       const struct sansmtp_relay_request *request)
{
    return (request->flags & SANSMTP_FLAG_AUTHENTICATED) != 0 ||
           sansmtp_network_contains(relay->networks, relay->network_count,
                                    request->client_address.data, request->client_address.length);
}

/* A sign counts wherever it stands: quotes and backslashes take none of it from a router that
 * reads the local part without them. */
static bool has_route_sign(const struct sansmtp_span *local)
{
    for (size_t i = 0; i < local->length; i++) {
        uint8_t octet = local->data[i];

        if (octet == '%' || octet == '!' || octet == '@') {
            return true;
        }
    }
    return false;
}

static bool is_routed(const struct sansmtp_relay *relay, const struct sansmtp_path *path)
{
    if ((path->flags & SANSMTP_FLAG_SOURCE_ROUTE) != 0 &&
        (relay->flags & SANSMTP_RELAY_DROP_ROUTES) == 0) {
        return true;
    }
    return (relay->flags & SANSMTP_RELAY_PLAIN_SIGNS) == 0 && has_route_sign(&path->local);
}

static bool is_own(const struct sansmtp_relay *relay, const struct sansmtp_path *path)
{
    size_t length = path->domain_kind == SANSMTP_DOMAIN_IPV4 ? 4 : 16;

    return sansmtp_network_contains(relay->own, relay->own_count, path->address, length);
}

/* Where the recipient would go, as far as the domain says. */
static uint32_t destination(const struct sansmtp_relay *relay, const struct sansmtp_path *path)
{
    const struct sansmtp_span *domain = &path->domain;

    switch (path->domain_kind) {
    case SANSMTP_DOMAIN_NONE: /* RFC 5321 section 4.5.1: the bare Postmaster is ours. */
        return SANSMTP_RELAY_LOCAL;
    case SANSMTP_DOMAIN_IPV4:
    case SANSMTP_DOMAIN_IPV6:
        return is_own(relay, path) ? SANSMTP_RELAY_LOCAL : SANSMTP_RELAY_DENIED;
    case SANSMTP_DOMAIN_NAME:
        break;
    default:
        return SANSMTP_RELAY_DENIED;
    }
    if (sansmtp_domain_listed(relay->local_domains, relay->local_domain_count, domain->data,
                              domain->length)) {
        return SANSMTP_RELAY_LOCAL;
    }
    return sansmtp_domain_listed(relay->relay_domains, relay->relay_domain_count, domain->data,
                                 domain->length)
               ? SANSMTP_RELAY_DOMAIN
               : SANSMTP_RELAY_DENIED;
}

static uint32_t decide(const struct sansmtp_relay *relay,
                       const struct sansmtp_relay_request *request, struct sansmtp_path *path)
{
    const uint32_t accept = SANSMTP_ACCEPT_UTF8 | SANSMTP_ACCEPT_POSTMASTER |
                            SANSMTP_ACCEPT_LONG_LOCAL | SANSMTP_ACCEPT_UNBRACKETED;
    const struct sansmtp_span *raw = &request->path;
    bool trusted = is_trusted(relay, request);
    uint32_t where;

    if (raw->length == 0 || sansmtp_path_parse(raw->data, raw->length, accept, path) != 0 ||
        path->raw.length != raw->length) {
        return SANSMTP_RELAY_SYNTAX;
    }
    where = destination(relay, path);
    if (trusted) {
        return where == SANSMTP_RELAY_DENIED ? SANSMTP_RELAY_CLIENT : where;
    }
    return where != SANSMTP_RELAY_DENIED && is_routed(relay, path) ? SANSMTP_RELAY_ROUTED : where;
}

static bool is_table(const void *rows, size_t count)
{
    return rows != NULL || count == 0;
}

static bool is_relay(const struct sansmtp_relay *relay)
{
    return relay != NULL && sansmtp_sized(relay, relay->size, sizeof(*relay)) &&
           (relay->flags & ~known_flags) == 0 &&
           is_table(relay->local_domains, relay->local_domain_count) &&
           is_table(relay->relay_domains, relay->relay_domain_count) &&
           is_table(relay->own, relay->own_count) &&
           is_table(relay->networks, relay->network_count);
}

static bool is_request(const struct sansmtp_relay_request *request)
{
    const struct sansmtp_span *address;

    if (request == NULL || !sansmtp_sized(request, request->size, sizeof(*request))) {
        return false;
    }
    address = &request->client_address;
    return is_table(request->path.data, request->path.length) &&
           is_table(address->data, address->length) &&
           (address->length == 0 || address->length == 4 || address->length == 16);
}

int sansmtp_relay_decide(const struct sansmtp_relay *relay,
                         const struct sansmtp_relay_request *request,
                         struct sansmtp_relay_verdict *verdict)
{
    struct sansmtp_path path = {.size = sizeof(path)};
    const struct answer *answer;

    if (!is_relay(relay) || !is_request(request) || verdict == NULL ||
        verdict->size < sizeof(*verdict)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    verdict->decision = decide(relay, request, &path);
    answer = &answers[verdict->decision];
    verdict->code = answer->code;
    verdict->enhanced = answer->enhanced;
    verdict->text = (struct sansmtp_span){(const uint8_t *)answer->text, answer->length};
    verdict->reserved = 0;
    /* RFC 5321 section 4.5.1: Postmaster of every domain served here is taken. */
    verdict->flags = verdict->decision == SANSMTP_RELAY_LOCAL ? path.flags & SANSMTP_FLAG_POSTMASTER
                                                              : 0;
    return 0;
}
