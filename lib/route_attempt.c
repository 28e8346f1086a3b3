/* From mail hosts and their addresses to the attempts to make: RFC 5321 5.1. */

#include "route_address.h"
#include "route_answer.h"

enum family { IPV4, IPV6, ANY, FAMILIES };

#define NONE SIZE_MAX

static const struct sansmtp_route_address *addresses_of(const struct sansmtp_route_host *host)
{
    return host->literal.length != 0 ? &host->literal : host->addresses;
}

static size_t count_of(const struct sansmtp_route_host *host)
{
    return host->literal.length != 0 ? 1 : host->address_count;
}

/* May a connection go there? What strangers name must not lead into this machine: its mail would
 * come back, or something that is no mail server would be spoken to. */
static bool is_open(const struct sansmtp_route *route, const struct sansmtp_route_address *address)
{
    bool ours = sansmtp_route_is(route, SANSMTP_ROUTE_SMART_HOSTS);

    switch (sansmtp_route_place(address)) {
    case SANSMTP_ROUTE_TO_PUBLIC:
        return true;
    case SANSMTP_ROUTE_TO_PRIVATE:
        return ours || !sansmtp_route_is(route, SANSMTP_ROUTE_PUBLIC_ONLY);
    case SANSMTP_ROUTE_TO_LOCAL:
        return ours || sansmtp_route_is(route, SANSMTP_ROUTE_LOCAL);
    case SANSMTP_ROUTE_TO_NOWHERE:
        break;
    }
    return false;
}

/* A way through the open addresses of one host. */
struct walk {
    const struct sansmtp_route *route;
    const struct sansmtp_route_host *host;
    size_t at[FAMILIES]; /* the next one to look at */
    enum family turn;
};

/* The next address of the family, or NONE. */
static size_t seek(struct walk *walk, enum family family)
{
    const struct sansmtp_route_address *addresses = addresses_of(walk->host);
    size_t count = count_of(walk->host);

    while (walk->at[family] < count) {
        size_t index = walk->at[family]++;
        enum family its = sansmtp_route_address_is_ipv4(&addresses[index]) ? IPV4 : IPV6;

        if ((family == ANY || family == its) && is_open(walk->route, &addresses[index])) {
            return index;
        }
    }
    return NONE;
}

static enum family other(enum family family)
{
    return family == IPV4 ? IPV6 : IPV4;
}

/* Where a walk in turns begins. */
static enum family first_turn(struct walk walk)
{
    size_t first;

    if (walk.route->order == SANSMTP_ROUTE_ORDER_IPV4_FIRST) {
        return IPV4;
    }
    if (walk.route->order == SANSMTP_ROUTE_ORDER_IPV6_FIRST) {
        return IPV6;
    }
    first = seek(&walk, ANY);
    return first == NONE || sansmtp_route_address_is_ipv4(&addresses_of(walk.host)[first]) ? IPV4
                                                                                           : IPV6;
}

static struct walk begin(const struct sansmtp_route *route, const struct sansmtp_route_host *host)
{
    struct walk walk = {.route = route, .host = host};

    walk.turn = first_turn(walk);
    return walk;
}

static size_t step_in_turns(struct walk *walk)
{
    size_t index = seek(walk, walk->turn);

    if (index == NONE) {
        return seek(walk, other(walk->turn));
    }
    if (walk->route->order == SANSMTP_ROUTE_ORDER_INTERLEAVE) {
        walk->turn = other(walk->turn);
    }
    return index;
}

/* RFC 5321 5.1: the resolver has ordered the addresses, "and the SMTP sender MUST try them in the
 * order presented". Where A and AAAA were asked for apart, nobody has: hence the other orders. */
static size_t step(struct walk *walk)
{
    switch (walk->route->order) {
    case SANSMTP_ROUTE_ORDER_RESOLVER:
        return seek(walk, ANY);
    case SANSMTP_ROUTE_ORDER_IPV4_ONLY:
        return seek(walk, IPV4);
    case SANSMTP_ROUTE_ORDER_IPV6_ONLY:
        return seek(walk, IPV6);
    default:
        return step_in_turns(walk);
    }
}

/* The attempts so far, and what is known of those that are not to be made. */
struct search {
    const struct sansmtp_route *route;
    const struct sansmtp_route_host *hosts;
    struct sansmtp_route_attempt *attempts;
    size_t capacity;
    size_t count;
    uint64_t ours;  /* the best preference at which we stand ourselves */
    uint64_t when;  /* when the first hold ends */
    uint32_t doubt; /* why the DNS may yet say more */
    bool more;      /* no room for all */
};

static bool is_listed(const struct search *search, const struct sansmtp_route_address *address)
{
    for (size_t i = 0; i < search->count; i++) {
        if (sansmtp_route_address_equal(&search->attempts[i].address, address)) {
            return true;
        }
    }
    return false;
}

static void add(struct search *search, size_t host, size_t index, uint32_t flags)
{
    const struct sansmtp_route_address *address = &addresses_of(&search->hosts[host])[index];

    if (is_listed(search, address)) {
        return;
    }
    if (search->count == search->capacity) {
        search->more = true;
        return;
    }
    search->attempts[search->count++] = (struct sansmtp_route_attempt){
        .host = (uint32_t)host,
        .index = (uint32_t)index,
        .flags = flags,
        .address = *address,
    };
}

/* flags: 0 adds the addresses that are not held, SANSMTP_ROUTE_HELD those that are. */
static void add_host(struct search *search, size_t host, uint32_t flags)
{
    const struct sansmtp_route *route = search->route;
    struct walk walk = begin(route, &search->hosts[host]);
    size_t index = step(&walk);

    for (uint32_t seen = 0; index != NONE; index = step(&walk)) {
        const struct sansmtp_route_address *address = &addresses_of(walk.host)[index];
        uint64_t until;

        if (route->per_host != 0 && seen == route->per_host) {
            return;
        }
        seen++;
        until = sansmtp_route_held(route->failures, route->failure_count, address, route->now);
        if ((until != 0) == (flags != 0)) {
            add(search, host, index, flags);
        }
        if (until != 0 && until < search->when) {
            search->when = until;
        }
    }
}

/* RFC 5321 5.1: "names or addresses by which it might be known". */
static uint64_t our_preference(const struct sansmtp_route *route,
                               const struct sansmtp_route_host *hosts, size_t count)
{
    uint64_t best = UINT64_MAX;

    for (size_t i = 0; i < count; i++) {
        const struct sansmtp_route_address *addresses = addresses_of(&hosts[i]);

        for (size_t j = 0; j < count_of(&hosts[i]); j++) {
            if (hosts[i].preference < best &&
                sansmtp_route_address_among(&addresses[j], route->own, route->own_count)) {
                best = hosts[i].preference;
            }
        }
    }
    return best;
}

static void note_doubt(struct search *search, uint32_t answers)
{
    uint32_t doubt = sansmtp_route_doubt(answers);

    if (doubt != 0 && (search->doubt == 0 || doubt < search->doubt)) {
        search->doubt = doubt;
    }
}

static void add_all(struct search *search, size_t count, uint32_t flags)
{
    for (size_t i = 0; i < count; i++) {
        const struct sansmtp_route_host *host = &search->hosts[i];

        if (host->preference >= search->ours) {
            continue;
        }
        if (host->literal.length == 0) {
            note_doubt(search, host->answers);
            if (sansmtp_route_is(search->route, SANSMTP_ROUTE_NO_ALIASES) &&
                (host->answers & SANSMTP_ROUTE_ALIAS) != 0) {
                continue;
            }
        }
        add_host(search, i, flags);
    }
}

static void conclude(const struct search *search, bool is_last, struct sansmtp_route_result *result)
{
    if (search->count > 0) {
        sansmtp_route_try(result, search->count, search->more);
    } else if (search->when != UINT64_MAX) {
        sansmtp_route_say(result, SANSMTP_ROUTE_REASON_HELD);
        result->when = search->when;
    } else if (search->doubt != 0) {
        sansmtp_route_say(result, search->doubt);
    } else if (sansmtp_route_is(search->route, SANSMTP_ROUTE_SMART_HOSTS)) {
        sansmtp_route_say(result, SANSMTP_ROUTE_REASON_SMART_HOSTS);
    } else if (search->ours != UINT64_MAX) {
        sansmtp_route_say(result, SANSMTP_ROUTE_REASON_LOOP);
    } else {
        sansmtp_route_say(result,
                          is_last ? SANSMTP_ROUTE_REASON_UNUSABLE : SANSMTP_ROUTE_REASON_CUT);
    }
}

static bool host_fits(const struct sansmtp_route_host *host)
{
    const struct sansmtp_route_address *addresses = addresses_of(host);

    if (!sansmtp_route_span_fits(&host->name) || host->reserved != 0 ||
        count_of(host) >= UINT32_MAX || (!addresses && count_of(host) > 0) ||
        (host->flags & ~(SANSMTP_ROUTE_IMPLICIT | SANSMTP_ROUTE_LAST)) != 0) {
        return false;
    }
    for (size_t i = 0; i < count_of(host); i++) {
        if (!sansmtp_route_address_fits(&addresses[i])) {
            return false;
        }
    }
    return host->literal.length != 0 ||
           sansmtp_route_answers_fit(host->answers, host->address_count);
}

static bool hosts_fit(const struct sansmtp_route_host *hosts, size_t count)
{
    if (!hosts || count == 0 || count >= UINT32_MAX) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!host_fits(&hosts[i])) {
            return false;
        }
    }
    return true;
}

int sansmtp_route_attempts(const struct sansmtp_route *route,
                           const struct sansmtp_route_host *hosts, size_t count,
                           struct sansmtp_route_attempt *attempts, size_t capacity,
                           struct sansmtp_route_result *result)
{
    struct search search = {
        .route = route,
        .hosts = hosts,
        .attempts = attempts,
        .capacity = capacity,
        .when = UINT64_MAX,
    };

    if (!sansmtp_route_fits(route, result) || !hosts_fit(hosts, count) || !attempts ||
        capacity == 0) {
        return SANSMTP_ERR_ARGUMENT;
    }
    search.ours = our_preference(route, hosts, count);
    add_all(&search, count, 0);
    if (sansmtp_route_is(route, SANSMTP_ROUTE_HELD_LAST)) {
        add_all(&search, count, SANSMTP_ROUTE_HELD);
    }
    conclude(&search, (hosts[count - 1].flags & SANSMTP_ROUTE_LAST) != 0, result);
    return 0;
}
