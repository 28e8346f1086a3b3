/*
 * Where to connect: any records and addresses. What comes is no more than there is room for, each
 * once, in order, and nothing that must not be there; the same seed gives the same; and a table of
 * failures holds an address as long as it says.
 */

#include <sansmtp/route.h>

#include "block.h"

enum { RECORDS = 8, HOSTS = 6, ADDRESSES = 4, ATTEMPTS = 10, ROWS = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct question {
    struct sansmtp_route route;
    struct sansmtp_route_mx mx[RECORDS];
    struct sansmtp_span names[2];
    struct sansmtp_route_address own;
    struct sansmtp_route_failure failures[ROWS];
    struct sansmtp_route_address addresses[HOSTS][ADDRESSES];
};

static struct sansmtp_route_address next_address(struct input *input)
{
    struct sansmtp_route_address address = {.length = next_octet(input) % 2 == 0 ? 4 : 16};

    for (uint32_t i = 0; i < address.length; i++) {
        address.octets[i] = next_octet(input);
    }
    return address;
}

static bool same_address(const struct sansmtp_route_address *left,
                         const struct sansmtp_route_address *right)
{
    return left->length == right->length && memcmp(left->octets, right->octets, left->length) == 0;
}

static void ask(struct question *question, struct input *input)
{
    struct sansmtp_route *route = &question->route;

    route->size = sizeof *route;
    route->flags = next_octet(input) & 31u;
    route->order = next_octet(input) % 6;
    route->per_host = next_octet(input) % 4;
    route->answers = next_octet(input) & 127u;
    route->seed = next_number(input, 2);
    route->now = 5000;
    route->mx = question->mx;
    route->mx_count = next_octet(input) % (RECORDS + 1);
    for (size_t i = 0; i < route->mx_count; i++) {
        question->mx[i].preference = next_octet(input) % 4;
    }
    question->own = next_address(input);
    route->own = &question->own;
    route->own_count = next_octet(input) % 2;
    route->failures = question->failures;
    route->failure_count = ROWS;
    route->names = question->names;
    route->name_count = next_octet(input) % 3;
}

static void read_names(struct question *question, struct input *input)
{
    question->route.domain = next_string(input);
    for (size_t i = 0; i < question->route.mx_count; i++) {
        question->mx[i].target = next_string(input);
    }
    for (size_t i = 0; i < question->route.name_count; i++) {
        question->names[i] = next_string(input);
    }
}

static void look_at_result(const struct sansmtp_route_result *result, size_t capacity)
{
    bool try = result->verdict == SANSMTP_ROUTE_TRY;

    HOLDS(result->verdict >= SANSMTP_ROUTE_TRY && result->verdict <= SANSMTP_ROUTE_BOUNCE);
    HOLDS(result->count <= capacity && (result->count > 0) == try);
    HOLDS((result->reason == 0) == try && (result->code == 0) == try);
    HOLDS(try || result->enhanced / 1000000 == (result->verdict == SANSMTP_ROUTE_BOUNCE ? 5 : 4));
    HOLDS((result->when != 0) == (result->reason == SANSMTP_ROUTE_REASON_HELD));
}

static void look_at_hosts(const struct sansmtp_route *route, const struct sansmtp_route_host *hosts,
                          size_t count)
{
    bool smart = (route->flags & SANSMTP_ROUTE_SMART_HOSTS) != 0;

    for (size_t i = 0; i < count; i++) {
        const struct sansmtp_route_host *host = &hosts[i];

        HOLDS(host->record == SANSMTP_ROUTE_NO_RECORD || host->record < route->mx_count);
        HOLDS(host->name.length > 0 && host->name.data[host->name.length - 1] != '.');
        HOLDS(i == 0 || hosts[i - 1].preference <= host->preference);
        HOLDS(host->literal.length == 0 || smart || (host->flags & SANSMTP_ROUTE_IMPLICIT) != 0);
        for (size_t j = 0; j < i; j++) {
            HOLDS(!same_octets(hosts[j].name, host->name));
        }
    }
}

static void answer_hosts(struct question *question, struct sansmtp_route_host *hosts, size_t count,
                         struct input *input)
{
    static const uint32_t none[] = {SANSMTP_ROUTE_NODATA, SANSMTP_ROUTE_NXDOMAIN,
                                    SANSMTP_ROUTE_SERVFAIL, SANSMTP_ROUTE_TIMEOUT};

    for (size_t i = 0; i < count; i++) {
        size_t found = next_octet(input) % (ADDRESSES + 1);

        for (size_t j = 0; j < found; j++) {
            question->addresses[i][j] = next_address(input);
        }
        hosts[i].addresses = question->addresses[i];
        hosts[i].address_count = found;
        hosts[i].answers = found > 0 ? SANSMTP_ROUTE_FOUND : none[next_octet(input) % 4];
    }
}

static void look_at_attempts(const struct sansmtp_route *route,
                             const struct sansmtp_route_host *hosts, size_t count,
                             const struct sansmtp_route_attempt *attempts, size_t tries)
{
    for (size_t i = 0; i < tries; i++) {
        const struct sansmtp_route_attempt *attempt = &attempts[i];
        bool held = sansmtp_route_held(route->failures, route->failure_count, &attempt->address,
                                       route->now) != 0;

        HOLDS(attempt->host < count);
        HOLDS(route->own_count == 0 || !same_address(&attempt->address, route->own));
        HOLDS(hosts[attempt->host].literal.length > 0 ||
              same_address(&attempt->address, &hosts[attempt->host].addresses[attempt->index]));
        HOLDS(held == ((attempt->flags & SANSMTP_ROUTE_HELD) != 0));
        HOLDS(!held || (route->flags & SANSMTP_ROUTE_HELD_LAST) != 0);
        HOLDS(held || i == 0 || (attempts[i - 1].flags & SANSMTP_ROUTE_HELD) == 0);
        for (size_t j = 0; j < i; j++) {
            HOLDS(!same_address(&attempt->address, &attempts[j].address));
        }
    }
}

static void fail_some(struct question *question, struct input *input)
{
    unsigned count = next_octet(input) % 6;

    while (count-- > 0) {
        struct sansmtp_route_address address = next_address(input);
        uint64_t now = 4000 + next_octet(input) * 4u;

        HOLDS(sansmtp_route_failed(question->failures, ROWS, &address, now, 60, 600) == 0);
        HOLDS(sansmtp_route_held(question->failures, ROWS, &address, now) >= now + 60);
        HOLDS(sansmtp_route_held(question->failures, ROWS, &address, now) <= now + 600);
        if (next_octet(input) % 4 == 0) {
            HOLDS(sansmtp_route_worked(question->failures, ROWS, &address) == 0);
            HOLDS(sansmtp_route_held(question->failures, ROWS, &address, now) == 0);
        }
    }
}

static void go(struct question *question, struct input *input)
{
    struct sansmtp_route_host hosts[HOSTS], again[HOSTS];
    struct sansmtp_route_attempt attempts[ATTEMPTS];
    struct sansmtp_route_result result = {.size = sizeof result};
    size_t capacity = 1 + next_octet(input) % HOSTS, count;

    memset(hosts, 0, sizeof hosts);
    memset(again, 0, sizeof again);
    if (sansmtp_route_hosts(&question->route, hosts, capacity, &result) != 0) {
        return;
    }
    look_at_result(&result, capacity);
    look_at_hosts(&question->route, hosts, result.count);
    count = result.count;
    HOLDS(sansmtp_route_hosts(&question->route, again, capacity, &result) == 0);
    HOLDS(result.count == count && memcmp(hosts, again, count * sizeof hosts[0]) == 0);
    if (count == 0) {
        return;
    }
    answer_hosts(question, hosts, count, input);
    capacity = 1 + next_octet(input) % ATTEMPTS;
    if (sansmtp_route_attempts(&question->route, hosts, count, attempts, capacity, &result) == 0) {
        look_at_result(&result, capacity);
        look_at_attempts(&question->route, hosts, count, attempts, result.count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *block = block_of(data, size);
    struct input input = {block, size};
    struct question question;

    memset(&question, 0, sizeof question);
    ask(&question, &input);
    read_names(&question, &input);
    fail_some(&question, &input);
    go(&question, &input);
    free(block);
    return 0;
}
