#include "policy.h"

#include "../names/answer.h"
#include "policy_fetch.h"
#include "policy_file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FAILURES   256u /* that are remembered */
#define DOMAIN_MAX 257u

struct waiter {
    struct waiter *next;
    policy_done *done;
    void *user;
};

struct failure {
    char domain[DOMAIN_MAX];
    char id[SANSMTP_STS_ID_LONGEST + 1];
    int64_t when;
};

struct policy_office {
    struct relay *relay;
    struct fetcher *fetcher;
    struct errand *errands;
    struct failure failures[FAILURES];
    size_t failure; /* the place of the next one */
};

/* One policy on its way. */
struct errand {
    uv_work_t work;
    struct policy_office *office;
    struct errand *next;
    struct waiter *waiters;
    char domain[DOMAIN_MAX];
    char id[SANSMTP_STS_ID_LONGEST + 1];
    struct fetch_host host;
    uint32_t pending; /* lookups */
    uint32_t addresses;
    int error;
    size_t length;
    uint8_t text[SANSMTP_STS_TEXT_MAX];
};

static struct sansmtp_span span_of(const char *text)
{
    return (struct sansmtp_span){(const uint8_t *)text, strlen(text)};
}

/* -- what failed ------------------------------------------------------------------------------ */

int64_t policy_failed(const struct relay *relay, const char *domain, struct sansmtp_span id)
{
    const struct policy_office *office = relay->policies;
    int64_t when = 0;

    for (size_t i = 0; office != NULL && i < FAILURES; i++) {
        const struct failure *failure = &office->failures[i];

        if (failure->when > when && strcmp(failure->domain, domain) == 0 &&
            strlen(failure->id) == id.length && memcmp(failure->id, id.data, id.length) == 0) {
            when = failure->when;
        }
    }
    return when;
}

static void remember(struct policy_office *office, const struct errand *errand)
{
    struct failure *failure = &office->failures[office->failure++ % FAILURES];

    memcpy(failure->domain, errand->domain, sizeof failure->domain);
    memcpy(failure->id, errand->id, sizeof failure->id);
    failure->when = (int64_t)relay_now();
}

/* -- the end ---------------------------------------------------------------------------------- */

static void tell(struct errand *errand, struct sansmtp_span text)
{
    struct waiter *next;

    for (struct waiter *at = errand->waiters; at != NULL; at = next) {
        next = at->next;
        at->done(at->user, text);
        free(at);
    }
    errand->waiters = NULL;
}

static void finish(struct errand *errand, struct sansmtp_span text)
{
    struct errand **at = &errand->office->errands;

    while (*at != errand) {
        at = &(*at)->next;
    }
    *at = errand->next; /* whoever asks from now on asks anew */
    tell(errand, text);
    free(errand);
}

/* RFC 8461 3.3: "MTAs SHOULD alert administrators (through the use of logs or similar)". */
static void fail(struct errand *errand, const char *why)
{
    relay_log(errand->office->relay, 0, "mta-sts domain=%s id=%s not fetched: %s", errand->domain,
              errand->id, why);
    remember(errand->office, errand);
    finish(errand, (struct sansmtp_span){NULL, 0});
}

/* -- keeping it ------------------------------------------------------------------------------- */

static void write_it(uv_work_t *work)
{
    struct errand *errand = work->data;

    errand->error = policy_file_write(&errand->office->relay->config, errand->domain,
                                      span_of(errand->id),
                                      (struct sansmtp_span){errand->text, errand->length});
}

/* What cannot be kept counts for those who wait for it. */
static void on_written(uv_work_t *work, int status)
{
    struct errand *errand = work->data;

    (void)status;
    if (errand->error != 0) {
        relay_log(errand->office->relay, 0, "mta-sts domain=%s cannot be kept: %s", errand->domain,
                  strerror(errand->error));
    }
    finish(errand, (struct sansmtp_span){errand->text, errand->length});
}

static void on_fetched(void *user, struct sansmtp_span text, const char *why)
{
    static const char *const modes[] = {"none", "testing", "enforce"};
    struct errand *errand = user;
    struct sansmtp_sts_policy policy = {.size = sizeof policy};

    if (text.data == NULL) {
        fail(errand, why);
        return;
    }
    if (sansmtp_sts_policy_parse(text.data, text.length, &policy) != 0) {
        fail(errand, "it is no policy");
        return;
    }
    relay_log(errand->office->relay, 0, "mta-sts domain=%s id=%s fetched: mode=%s max_age=%u",
              errand->domain, errand->id, modes[policy.mode], policy.max_age);
    memcpy(errand->text, text.data, text.length);
    errand->length = text.length;
    errand->work.data = errand;
    if (uv_queue_work(errand->office->relay->loop, &errand->work, write_it, on_written) != 0) {
        errand->error = ENOMEM;
        on_written(&errand->work, 0);
    }
}

/* -- where the host is ------------------------------------------------------------------------ */

/* Anybody may name any address: not one that only we can reach. */
static bool is_fit(const struct relay *relay, const void *address, size_t length)
{
    static const struct sansmtp_network ours[] = {
        {.length = 4, .bits = 8, .address = {0}},
        {.length = 4, .bits = 8, .address = {127}},
        {.length = 4, .bits = 16, .address = {169, 254}},
        {.length = 16, .bits = 127, .address = {0}},
        {.length = 16, .bits = 10, .address = {0xfe, 0x80}},
    };

    return relay->config.loopback ||
           sansmtp_network_contains(ours, sizeof ours / sizeof ours[0], address, length) == 0;
}

static void add_address(struct errand *errand, int family, const void *address)
{
    char text[INET6_ADDRSTRLEN] = "";
    size_t fill = strlen(errand->host.addresses);
    bool four = family == AF_INET;

    if (errand->addresses < FETCH_ADDRESSES &&
        is_fit(errand->office->relay, address, four ? 4 : 16) &&
        inet_ntop(family, address, text, sizeof text) != NULL) {
        snprintf(errand->host.addresses + fill, sizeof errand->host.addresses - fill,
                 four ? "%s%s" : "%s[%s]", fill > 0 ? "," : "", text);
        errand->addresses++;
    }
}

static void add_addresses(struct errand *errand, const uint8_t *message, size_t length)
{
    struct answer answer;
    struct answer_record record;

    if (!answer_begin(&answer, message, length)) {
        return;
    }
    while (answer_next(&answer, &record) == 1) {
        if (record.kind == RESOLVER_A || record.kind == RESOLVER_AAAA) {
            add_address(errand, record.kind == RESOLVER_A ? AF_INET : AF_INET6, record.data);
        }
    }
}

static void on_addresses(void *user, uint32_t answers, const uint8_t *message, size_t length)
{
    struct errand *errand = user;

    errand->pending--;
    if (answers == SANSMTP_ROUTE_FOUND) {
        add_addresses(errand, message, length);
    }
    if (errand->pending > 0) {
        return;
    }
    if (errand->addresses == 0) {
        fail(errand, "its host has no address");
    } else if (!fetch_begin(errand->office->fetcher, &errand->host, on_fetched, errand)) {
        fail(errand, "no memory");
    }
}

/* -- beginning -------------------------------------------------------------------------------- */

static bool wait_for(struct errand *errand, policy_done *done, void *user)
{
    struct waiter *waiter;

    if (done == NULL) {
        return true;
    }
    waiter = malloc(sizeof *waiter);
    if (waiter == NULL) {
        return false;
    }
    *waiter = (struct waiter){errand->waiters, done, user};
    errand->waiters = waiter;
    return true;
}

static struct policy_office *office_of(struct relay *relay)
{
    struct policy_office *office = relay->policies;

    if (office != NULL) {
        return office;
    }
    office = calloc(1, sizeof *office);
    if (office == NULL) {
        return NULL;
    }
    office->relay = relay;
    office->fetcher = fetcher_new(relay);
    if (office->fetcher == NULL) {
        free(office);
        return NULL;
    }
    relay->policies = office;
    return office;
}

static struct errand *make(struct policy_office *office, const char *domain, struct sansmtp_span id)
{
    struct errand *errand = calloc(1, sizeof *errand);

    if (errand == NULL) {
        return NULL;
    }
    errand->office = office;
    snprintf(errand->domain, sizeof errand->domain, "%s", domain);
    snprintf(errand->id, sizeof errand->id, "%.*s", (int)id.length, (const char *)id.data);
    snprintf(errand->host.name, sizeof errand->host.name, "mta-sts.%s", domain);
    return errand;
}

static struct errand *find(const struct policy_office *office, const char *domain)
{
    struct errand *at = office->errands;

    while (at != NULL && strcmp(at->domain, domain) != 0) {
        at = at->next;
    }
    return at;
}

bool policy_fetch(struct relay *relay, const char *domain, struct sansmtp_span id,
                  policy_done *done, void *user)
{
    struct policy_office *office = office_of(relay);
    struct errand *errand = office == NULL ? NULL : find(office, domain);

    if (office == NULL || errand != NULL) {
        return office != NULL && wait_for(errand, done, user);
    }
    errand = make(office, domain, id);
    if (errand == NULL || !wait_for(errand, done, user)) {
        free(errand);
        return false;
    }
    errand->next = office->errands;
    office->errands = errand;
    errand->pending = 2;
    resolver_ask(relay->resolver, errand->host.name, RESOLVER_A, on_addresses, errand);
    resolver_ask(relay->resolver, errand->host.name, RESOLVER_AAAA, on_addresses, errand);
    return true;
}
