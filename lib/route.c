/* From MX records to the mail hosts to try: RFC 5321 5.1. */

#include <sansmtp/route.h>

#include <sansmtp/wire.h>

#include "memory.h"
#include "route_address.h"
#include "route_answer.h"
#include "route_name.h"

/* The best hosts so far, in their order. Of more than fit, the worst falls out at the end: whoever
 * stands before it is better, and stays, so that it can never come back. */
struct list {
    struct sansmtp_route_host *hosts;
    size_t capacity;
    size_t count;
    uint64_t seed;
    bool more; /* one fell out */
};

/* RFC 5321 5.1: lower numbers are more preferred, and within one preference the sender MUST
 * randomize. The name decides the place, so that the order of the answers plays no part in it. */
static bool before(const struct list *list, const struct sansmtp_route_host *left,
                   const struct sansmtp_route_host *right)
{
    uint64_t one, other;

    if (left->preference != right->preference) {
        return left->preference < right->preference;
    }
    one = sansmtp_route_name_rank(left->name, list->seed);
    other = sansmtp_route_name_rank(right->name, list->seed);
    return one != other ? one < other : left->record < right->record;
}

static void drop(struct list *list, size_t index)
{
    list->count--;
    memmove(&list->hosts[index], &list->hosts[index + 1],
            (list->count - index) * sizeof(list->hosts[0]));
}

/* Makes room for the host; false if there is no need for it. */
static bool make_room(struct list *list, const struct sansmtp_route_host *host)
{
    for (size_t i = 0; i < list->count; i++) {
        if (sansmtp_route_name_equal(list->hosts[i].name, host->name)) {
            if (!before(list, host, &list->hosts[i])) {
                return false;
            }
            drop(list, i);
            return true;
        }
    }
    if (list->count < list->capacity) {
        return true;
    }
    list->more = true;
    if (!before(list, host, &list->hosts[list->count - 1])) {
        return false;
    }
    list->count--;
    return true;
}

static void insert(struct list *list, const struct sansmtp_route_host *host)
{
    size_t at;

    if (!make_room(list, host)) {
        return;
    }
    at = list->count++;
    while (at > 0 && before(list, host, &list->hosts[at - 1])) {
        list->hosts[at] = list->hosts[at - 1];
        at--;
    }
    list->hosts[at] = *host;
}

static bool is_ours(const struct sansmtp_route *route, struct sansmtp_span name)
{
    if (name.length == 0) {
        return false;
    }
    for (size_t i = 0; i < route->name_count; i++) {
        if (sansmtp_route_name_equal(sansmtp_route_name(route->names[i]), name)) {
            return true;
        }
    }
    return false;
}

/* The best preference at which we stand in the list ourselves, or none. */
static uint64_t our_preference(const struct sansmtp_route *route)
{
    uint64_t best = UINT64_MAX;

    for (size_t i = 0; i < route->mx_count; i++) {
        if (route->mx[i].preference < best &&
            is_ours(route, sansmtp_route_name(route->mx[i].target))) {
            best = route->mx[i].preference;
        }
    }
    return best;
}

/* The host of a record; false if it can be none. RFC 5321 5.1: the data field MUST contain a domain
 * name; only who writes his own list may write addresses. */
static bool read_record(const struct sansmtp_route *route, size_t index,
                        struct sansmtp_route_host *host)
{
    memset(host, 0, sizeof(*host));
    host->record = (uint32_t)index;
    host->preference = route->mx[index].preference;
    host->name = sansmtp_route_name(route->mx[index].target);
    if (sansmtp_route_name_usable(host->name)) {
        return true;
    }
    return sansmtp_route_is(route, SANSMTP_ROUTE_SMART_HOSTS) &&
           sansmtp_route_address_read(host->name, &host->literal);
}

/* RFC 5321 5.1: where a record names us, "all records at that preference level and higher-numbered
 * ones MUST be discarded". */
static uint32_t order_records(const struct sansmtp_route *route, struct list *list)
{
    uint64_t ours = our_preference(route);
    struct sansmtp_route_host host;

    for (size_t i = 0; i < route->mx_count; i++) {
        if (route->mx[i].preference < ours && read_record(route, i, &host)) {
            insert(list, &host);
        }
    }
    if (list->count > 0) {
        return 0;
    }
    return ours != UINT64_MAX ? SANSMTP_ROUTE_REASON_LOOP : SANSMTP_ROUTE_REASON_UNUSABLE;
}

/* RFC 7505 3: a domain with a null MX advertises no other. Of the root there is nothing else. */
static bool is_null(const struct sansmtp_route *route)
{
    for (size_t i = 0; i < route->mx_count; i++) {
        if (sansmtp_route_name(route->mx[i].target).length != 0) {
            return false;
        }
    }
    return route->mx_count > 0;
}

/* RFC 5321 5.1: "If an empty list of MXs is returned, the address is treated as if it was
 * associated with an implicit MX RR, with a preference of 0, pointing to that host." */
static uint32_t take_domain(const struct sansmtp_route *route, struct list *list)
{
    struct sansmtp_route_host host;

    memset(&host, 0, sizeof(host));
    host.record = SANSMTP_ROUTE_NO_RECORD;
    host.flags = SANSMTP_ROUTE_IMPLICIT;
    host.name = sansmtp_route_name(route->domain);
    if (host.name.data[0] == '[') {
        if (!sansmtp_route_address_read(host.name, &host.literal)) {
            return SANSMTP_ROUTE_REASON_LITERAL;
        }
    } else if (!sansmtp_route_name_usable(host.name)) {
        return SANSMTP_ROUTE_REASON_UNUSABLE;
    } else if (is_ours(route, host.name)) {
        return SANSMTP_ROUTE_REASON_LOOP;
    }
    insert(list, &host);
    return 0;
}

static uint32_t ask_dns(const struct sansmtp_route *route, struct list *list)
{
    uint32_t doubt = sansmtp_route_doubt(route->answers);

    if (route->domain.data[0] == '[') {
        return take_domain(route, list);
    }
    if (doubt != 0) {
        return doubt;
    }
    if ((route->answers & SANSMTP_ROUTE_NXDOMAIN) != 0) {
        return SANSMTP_ROUTE_REASON_NXDOMAIN;
    }
    if (is_null(route)) {
        return SANSMTP_ROUTE_REASON_NULL_MX;
    }
    return route->mx_count > 0 ? order_records(route, list) : take_domain(route, list);
}

static uint32_t ask_list(const struct sansmtp_route *route, struct list *list)
{
    return order_records(route, list) == 0 ? 0 : SANSMTP_ROUTE_REASON_SMART_HOSTS;
}

static bool records_fit(const struct sansmtp_route *route)
{
    for (size_t i = 0; i < route->mx_count; i++) {
        if (route->mx[i].reserved != 0 || !sansmtp_route_span_fits(&route->mx[i].target)) {
            return false;
        }
    }
    return true;
}

/* The MX answer is one answer: FOUND and NODATA and NXDOMAIN exclude each other. */
static bool is_one_answer(uint32_t answers)
{
    uint32_t last = answers & (SANSMTP_ROUTE_FOUND | SANSMTP_ROUTE_NODATA | SANSMTP_ROUTE_NXDOMAIN);

    return (last & (last - 1)) == 0;
}

static int check_domain(const struct sansmtp_route *route)
{
    struct sansmtp_span name = sansmtp_route_name(route->domain);
    uint32_t kind;
    int error = sansmtp_domain_parse(name.data, name.length, 0, &kind, NULL);

    if (error < 0 || kind != SANSMTP_DOMAIN_NAME) {
        return error;
    }
    return sansmtp_route_answers_fit(route->answers, route->mx_count) &&
                   is_one_answer(route->answers)
               ? 0
               : SANSMTP_ERR_ARGUMENT;
}

int sansmtp_route_hosts(const struct sansmtp_route *route, struct sansmtp_route_host *hosts,
                        size_t capacity, struct sansmtp_route_result *result)
{
    struct list list = {.hosts = hosts, .capacity = capacity};
    bool smart;
    uint32_t reason;
    int error;

    if (!sansmtp_route_fits(route, result) || !hosts || capacity == 0 || !records_fit(route)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    smart = sansmtp_route_is(route, SANSMTP_ROUTE_SMART_HOSTS);
    if (smart && route->mx_count == 0) {
        return SANSMTP_ERR_ARGUMENT;
    }
    error = smart ? 0 : check_domain(route);
    if (error < 0) {
        return error;
    }
    list.seed = route->seed;
    reason = smart ? ask_list(route, &list) : ask_dns(route, &list);
    if (reason != 0) {
        sansmtp_route_say(result, reason);
        return 0;
    }
    if (!list.more) {
        hosts[list.count - 1].flags |= SANSMTP_ROUTE_LAST;
    }
    sansmtp_route_try(result, list.count, list.more);
    return 0;
}
