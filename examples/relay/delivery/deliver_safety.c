#include "../names/answer.h"
#include "lane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void answered(struct search *search);

/* A question, and who is to be told of its answer. */
struct inquiry {
    struct search *search;
    answered *answered;
    uint32_t host;
};

static void inquire(struct search *search, uint32_t host, const char *name, int type,
                    resolver_done *done, answered *tell)
{
    struct inquiry *inquiry = malloc(sizeof *inquiry);

    if (inquiry == NULL) {
        abort(); /* as resolver_ask */
    }
    *inquiry = (struct inquiry){search, tell, host};
    search->pending++;
    resolver_ask(search->relay->resolver, name, type, done, inquiry);
}

/* -- DANE ------------------------------------------------------------------------------------- */

static void add_record(struct search_host *more, const uint8_t *rdata, size_t length)
{
    size_t at = more->tlsa_count;

    if (at < SEARCH_TLSA && length <= SEARCH_RDATA) {
        memcpy(more->rdata[at], rdata, length);
        if (sansmtp_tlsa_parse(more->rdata[at], length, &more->tlsa[at]) == 0) {
            more->tlsa_count++;
        }
    }
}

/* c-ares 1.18 does not know TLSA. */
static void read_records(struct search_host *more, const uint8_t *message, size_t length)
{
    struct answer answer;
    struct answer_record record;

    if (!answer_begin(&answer, message, length)) {
        return;
    }
    while (answer_find(&answer, RESOLVER_TLSA, &record)) {
        add_record(more, record.data, record.length);
    }
}

static void ask_keys(struct search *search, uint32_t host, const char *base, answered *tell);

static const char *host_name(const struct search *search, uint32_t host, char out[SEARCH_NAME_MAX])
{
    struct sansmtp_span name = search->hosts[host].name;

    snprintf(out, SEARCH_NAME_MAX, "%.*s", (int)name.length, (const char *)name.data);
    return out;
}

/* RFC 4035 3.2.3: the validating resolver has set AD. RFC 7672 2.1.1: an answer that fails is no
 * proof that there are none. */
uint32_t search_safety(uint32_t answers, const uint8_t *message, size_t length)
{
    if ((answers & (SANSMTP_ROUTE_SERVFAIL | SANSMTP_ROUTE_TIMEOUT)) != 0 ||
        length < ANSWER_HEADER) {
        return SANSMTP_DNS_FAILED;
    }
    return (message[3] & 0x20u) != 0 ? SANSMTP_DNS_SECURE : SANSMTP_DNS_INSECURE;
}

/* RFC 7672 2.2.2: first the name that the CNAMEs lead to, then the host's own. */
static void on_tlsa(void *user, uint32_t answers, const uint8_t *message, size_t length)
{
    struct inquiry *inquiry = user;
    struct search *search = inquiry->search;
    struct search_host *more = &search->more[inquiry->host];
    char name[SEARCH_NAME_MAX];

    more->tlsa_safety = search_safety(answers, message, length);
    if (more->tlsa_safety == SANSMTP_DNS_SECURE) {
        read_records(more, message, length);
    }
    if (more->tlsa_count == 0 && more->tlsa_safety != SANSMTP_DNS_FAILED &&
        strcmp(more->base, more->alias) == 0) {
        ask_keys(search, inquiry->host, host_name(search, inquiry->host, name), inquiry->answered);
    }
    inquiry->answered(search);
    free(inquiry);
}

static void ask_keys(struct search *search, uint32_t host, const char *base, answered *tell)
{
    struct search_host *more = &search->more[host];
    char name[SEARCH_NAME_MAX + 16];
    size_t length = 0;

    if (sansmtp_tlsa_name_write((const uint8_t *)base, strlen(base), more->port, name,
                                sizeof name - 1, &length) == 0) {
        name[length] = '\0';
        snprintf(more->base, sizeof more->base, "%s", base);
        inquire(search, host, name, RESOLVER_TLSA, on_tlsa, tell);
    }
}

/* RFC 7672 2.2.2: the host's own name is signed, though what it leads to is not. */
static void on_alias(void *user, uint32_t answers, const uint8_t *message, size_t length)
{
    struct inquiry *inquiry = user;
    struct search *search = inquiry->search;
    struct search_host *more = &search->more[inquiry->host];
    char name[SEARCH_NAME_MAX];

    more->address_safety = search_safety(answers, message, length);
    more->alias[0] = '\0';
    if (more->address_safety == SANSMTP_DNS_SECURE) {
        ask_keys(search, inquiry->host, host_name(search, inquiry->host, name), inquiry->answered);
    }
    inquiry->answered(search);
    free(inquiry);
}

/* RFC 7672 2.2.2: only where the host's name is secure is there anything to gain. */
void search_tlsa(struct search *search, uint32_t host, answered *tell)
{
    const struct search_host *more = &search->more[host];
    char name[SEARCH_NAME_MAX];

    if (!search->relay->config.dane || search->hosts[host].literal.length > 0) {
        return;
    }
    host_name(search, host, name);
    if (more->address_safety == SANSMTP_DNS_SECURE) {
        ask_keys(search, host, more->alias[0] != '\0' ? more->alias : name, tell);
    } else if (more->address_safety == SANSMTP_DNS_INSECURE && more->alias[0] != '\0') {
        inquire(search, host, name, RESOLVER_CNAME, on_alias, tell);
    }
}

/* -- what is known ---------------------------------------------------------------------------- */

void search_facts(const struct search *search, uint32_t host, struct sansmtp_channel_facts *facts)
{
    static const uint32_t least[] = {
        [TLS_MAY] = SANSMTP_CHANNEL_CLEAR,
        [TLS_MUST] = SANSMTP_CHANNEL_ENCRYPT,
        [TLS_VERIFY] = SANSMTP_CHANNEL_PKIX,
        [TLS_NEVER] = SANSMTP_CHANNEL_CLEAR,
    };
    const struct search_host *more = &search->more[host];
    struct sansmtp_span name = search->hosts[host].name;

    *facts = (struct sansmtp_channel_facts){.size = sizeof *facts};
    facts->least = least[search->relay->config.tls];
    facts->mx = search->mx_safety;
    facts->address = more->address_safety;
    facts->tlsa = more->tlsa_safety;
    if (more->address_safety == SANSMTP_DNS_SECURE && more->tlsa_safety == SANSMTP_DNS_UNKNOWN) {
        facts->tlsa = SANSMTP_DNS_INSECURE; /* it has no name that could be asked */
    }
    for (size_t i = 0; i < more->tlsa_count; i++) {
        facts->tlsa_usable += sansmtp_tlsa_usable(&more->tlsa[i]) == 1;
    }
    facts->tlsa_count = (uint32_t)more->tlsa_count;
    if (search->has_policy) {
        facts->sts = search->kept.policy.mode;
        if (sansmtp_sts_policy_names(&search->kept.policy, name.data, name.length) == 1) {
            facts->flags |= SANSMTP_CHANNEL_STS_NAMED;
        }
    }
}
