#include "search.h"

#include "../names/answer.h"
#include "../names/idna.h"
#include "../names/own.h"
#include "lane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One question about one host. */
struct question {
    struct search *search;
    uint32_t host;
};

/* -- the end ---------------------------------------------------------------------------------- */

static void order(struct search *search)
{
    sansmtp_route_attempts(&search->route, search->hosts, search->host_count, search->attempts,
                           SEARCH_ATTEMPTS, &search->result);
}

/* An answer has come. Returns false if it was the last that somebody wants no more to hear of. */
static bool count_answer(struct search *search)
{
    search->pending--;
    if (search->given_up && search->pending == 0) {
        free(search);
        return false;
    }
    return !search->given_up;
}

static void finish(struct search *search)
{
    search->done(search->user);
}

/* Something was answered that is not asked of one host; so far all is known but that. */
static void on_safe(struct search *search)
{
    if (count_answer(search) && search->pending == 0) {
        finish(search);
    }
}

/* Addresses are known: what is left is how safe they are. */
static void look_after_safety(struct search *search)
{
    order(search);
    search->pending++; /* so that an answer at once is not taken for the last */
    if (search->result.verdict == SANSMTP_ROUTE_TRY) {
        search_policy(search, on_safe);
        for (uint32_t i = 0; i < search->host_count; i++) {
            search_tlsa(search, i, on_safe);
        }
    }
    on_safe(search);
}

/* -- addresses -------------------------------------------------------------------------------- */

static uint32_t safety_of(const struct search *search, uint32_t answers, const uint8_t *message,
                          size_t length)
{
    return search->relay->config.dane ? search_safety(answers, message, length)
                                      : SANSMTP_DNS_INSECURE;
}

static void add_address(struct search_host *more, const void *octets, uint32_t length)
{
    struct sansmtp_route_address *address = &more->addresses[more->address_count];

    if (more->address_count < SEARCH_ADDRESSES) {
        memcpy(address->octets, octets, length);
        address->length = length;
        more->address_count++;
    }
}

static void add_addresses(struct search_host *more, const uint8_t *message, size_t length)
{
    struct answer answer;
    struct answer_record record;

    if (!answer_begin(&answer, message, length)) {
        return;
    }
    while (answer_next(&answer, &record) == 1) {
        if (record.kind == RESOLVER_A || record.kind == RESOLVER_AAAA) {
            add_address(more, record.data, record.kind == RESOLVER_A ? 4 : 16);
        }
    }
}

/* The worse of A and AAAA; UNKNOWN is none yet. */
static uint32_t worse(uint32_t left, uint32_t right)
{
    return left > right ? left : right;
}

static void note_alias(struct search_host *more, const uint8_t *message, size_t length)
{
    char name[ANSWER_NAME_MAX];

    if (answer_alias(message, length, name) && strlen(name) < sizeof more->alias) {
        snprintf(more->alias, sizeof more->alias, "%s", name);
    }
}

static void on_addresses(void *user, uint32_t answers, const uint8_t *message, size_t length)
{
    struct question *question = user;
    struct search *search = question->search;
    struct search_host *more = &search->more[question->host];
    struct sansmtp_route_host *host = &search->hosts[question->host];

    free(question);
    if (!count_answer(search)) {
        return;
    }
    more->address_safety = worse(more->address_safety, safety_of(search, answers, message, length));
    if (answers == SANSMTP_ROUTE_FOUND) {
        size_t before = more->address_count;

        add_addresses(more, message, length);
        note_alias(more, message, length);
        answers = more->address_count > before ? SANSMTP_ROUTE_FOUND : SANSMTP_ROUTE_NODATA;
    }
    host->answers |= answers;
    host->addresses = more->addresses;
    host->address_count = more->address_count;
    if (search->pending == 0) {
        look_after_safety(search);
    }
}

static void ask(struct search *search, uint32_t host, const char *name, int type)
{
    struct question *question = malloc(sizeof *question);

    if (question == NULL) {
        abort(); /* as resolver_ask */
    }
    *question = (struct question){search, host};
    search->pending++;
    resolver_ask(search->relay->resolver, name, type, on_addresses, question);
}

/* A literal is its own address; how it was come by is the MX' business. */
static void ask_addresses(struct search *search)
{
    char name[SEARCH_NAME_MAX];

    for (uint32_t i = 0; i < search->host_count; i++) {
        const struct sansmtp_route_host *host = &search->hosts[i];

        if (host->literal.length > 0) {
            search->more[i].address_safety = SANSMTP_DNS_INSECURE;
            continue;
        }
        snprintf(name, sizeof name, "%.*s", (int)host->name.length, (const char *)host->name.data);
        ask(search, i, name, RESOLVER_A);
        ask(search, i, name, RESOLVER_AAAA);
    }
    if (search->pending == 0) {
        look_after_safety(search);
    }
}

/* -- mail hosts ------------------------------------------------------------------------------- */

static void choose_hosts(struct search *search)
{
    int error = sansmtp_route_hosts(&search->route, search->hosts, SEARCH_HOSTS, &search->result);

    if (error != 0) { /* RFC 5321 2.3.5: no name that DNS could know */
        search->result.verdict = SANSMTP_ROUTE_BOUNCE;
        search->result.reason = SANSMTP_ROUTE_REASON_NXDOMAIN;
        search->result.enhanced = SANSMTP_ENHANCED(5, 1, 2);
    }
    if (search->result.verdict != SANSMTP_ROUTE_TRY) {
        finish(search);
        return;
    }
    search->host_count = search->result.count;
    for (size_t i = 0; i < search->host_count; i++) {
        uint32_t record = search->hosts[i].record;

        search->more[i].port = search->port;
        if (record < SEARCH_MX && search->mx_ports[record] != 0) {
            search->more[i].port = search->mx_ports[record];
        }
    }
    ask_addresses(search);
}

/* Of more than SEARCH_MX the best are kept. */
static size_t worst(const struct search *search)
{
    size_t found = 0;

    for (size_t i = 1; i < search->route.mx_count; i++) {
        if (search->mx[i].preference > search->mx[found].preference) {
            found = i;
        }
    }
    return found;
}

static void add_host(struct search *search, const char *name, uint32_t preference, uint32_t port)
{
    size_t at = search->route.mx_count < SEARCH_MX ? search->route.mx_count : worst(search);

    if (strlen(name) >= SEARCH_NAME_MAX) {
        return;
    }
    if (at == search->route.mx_count || preference < search->mx[at].preference) {
        snprintf(search->mx_names[at], SEARCH_NAME_MAX, "%s", name);
        search->mx[at].preference = preference;
        search->mx[at].target = (struct sansmtp_span){(const uint8_t *)search->mx_names[at],
                                                      strlen(search->mx_names[at])};
        search->mx_ports[at] = port;
        search->route.mx_count += at == search->route.mx_count;
    }
}

static void add_hosts(struct search *search, const uint8_t *message, size_t length)
{
    char name[ANSWER_NAME_MAX];
    struct answer answer;
    struct answer_record record;

    if (!answer_begin(&answer, message, length)) {
        return;
    }
    while (answer_find(&answer, RESOLVER_MX, &record)) {
        if (record.length > 2 && answer_name(&answer, record.data + 2, name)) {
            add_host(search, name, (uint32_t)record.data[0] << 8 | record.data[1], 0);
        }
    }
}

static void on_mx(void *user, uint32_t answers, const uint8_t *message, size_t length)
{
    struct search *search = user;

    if (!count_answer(search)) {
        return;
    }
    search->mx_safety = safety_of(search, answers, message, length);
    if (answers == SANSMTP_ROUTE_FOUND) {
        add_hosts(search, message, length);
    }
    if (answers == SANSMTP_ROUTE_FOUND && search->route.mx_count == 0) {
        answers = SANSMTP_ROUTE_NODATA; /* a CNAME that leads to no MX */
    }
    search->route.answers = answers;
    choose_hosts(search);
}

/* -- smart hosts ------------------------------------------------------------------------------ */

/* Puts the name into the DNS's form. */
static bool to_ascii(char name[SEARCH_NAME_MAX])
{
    uint8_t found[IDNA_MAX];
    size_t length = idna_ascii((struct sansmtp_span){(const uint8_t *)name, strlen(name)}, found);

    memcpy(name, found, length);
    name[length] = '\0';
    return length > 0;
}

/* HOST, HOST:PORT, [ADDRESS], [ADDRESS]:PORT; the first is tried first. */
static void add_smart_host(struct search *search, const char *text, uint32_t preference)
{
    char name[SEARCH_NAME_MAX];
    char *port;
    unsigned long number = 0;

    snprintf(name, sizeof name, "%s", text);
    port = strrchr(name, ']') != NULL ? strrchr(name, ']') + 1 : strrchr(name, ':');
    if (port != NULL && *port == ':') {
        number = strtoul(port + 1, NULL, 10);
        *port = '\0';
    }
    if (to_ascii(name)) {
        add_host(search, name, preference, number < 65536 ? (uint32_t)number : 0);
    }
}

/* -- beginning -------------------------------------------------------------------------------- */

/* Names and addresses by which we might be known (RFC 5321 5.1). */
static void set_route(struct search *search)
{
    const struct config *config = &search->relay->config;
    struct sansmtp_route *route = &search->route;

    route->size = sizeof *route;
    route->flags = config->loopback ? SANSMTP_ROUTE_LOCAL : 0;
    route->order = SANSMTP_ROUTE_ORDER_INTERLEAVE;
    route->seed = relay_random();
    route->now = relay_now();
    route->domain = (struct sansmtp_span){(const uint8_t *)search->domain, strlen(search->domain)};
    route->mx = search->mx;
    route->failures = search->relay->deliveries->held;
    route->failure_count = HELD_MAX;
    search->own_name = (struct sansmtp_span){(const uint8_t *)config->hostname,
                                             strlen(config->hostname)};
    route->names = &search->own_name;
    route->name_count = 1;
    route->own = search->own;
    route->own_count = own_addresses(config, search->port, search->own, SEARCH_OWN);
    search->result.size = sizeof search->result;
}

/* Nothing is to be asked for a literal, or for our own choice; but nobody hears before we return. */
static void on_timer_closed(uv_handle_t *handle)
{
    struct search *search = handle->data;

    free(handle);
    if (count_answer(search)) {
        choose_hosts(search);
    }
}

static void on_smart(uv_timer_t *timer)
{
    uv_close((uv_handle_t *)timer, on_timer_closed);
}

static bool begin_without_mx(struct search *search)
{
    uv_timer_t *timer = malloc(sizeof *timer);

    if (timer == NULL) {
        return false;
    }
    search->mx_safety = SANSMTP_DNS_SECURE;
    timer->data = search;
    uv_timer_init(search->relay->loop, timer);
    uv_timer_start(timer, on_smart, 0, 0);
    return true;
}

struct search *search_begin(struct relay *relay, const char *domain, uint32_t flags,
                            search_done *done, void *user)
{
    struct search *search = calloc(1, sizeof *search);
    const struct config_texts *hosts = &relay->config.smart_host;

    if (search == NULL) {
        return NULL;
    }
    search->relay = relay;
    search->done = done;
    search->user = user;
    search->port = (uint32_t)relay->config.port;
    snprintf(search->domain, sizeof search->domain, "%s", domain);
    set_route(search);
    search->pending = 1;
    search->route.flags |= flags;
    if ((flags & SANSMTP_ROUTE_SMART_HOSTS) != 0) {
        search->route.flags |= SANSMTP_ROUTE_LOCAL;
        for (size_t i = 0; i < hosts->count; i++) {
            add_smart_host(search, hosts->items[i], (uint32_t)i);
        }
    } else if (domain[0] != '[') {
        resolver_ask(relay->resolver, domain, RESOLVER_MX, on_mx, search);
        return search;
    } else {
        search->route.answers = SANSMTP_ROUTE_NODATA;
    }
    if (!begin_without_mx(search)) {
        free(search);
        return NULL;
    }
    return search;
}

void search_end(struct search *search)
{
    if (search == NULL) {
        return;
    }
    search->given_up = true;
    if (search->pending == 0) {
        free(search);
    }
}
