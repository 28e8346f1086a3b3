/* MTA-STS (RFC 8461): has the next hop's domain a policy, and do we have it? */

#include "policy.h"
#include "search.h"

#include <ares.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TXT_MAX  16u
#define TEXT_MAX 512u

struct inquiry {
    struct search *search;
    void (*answered)(struct search *search);
};

static void settle(struct inquiry *inquiry)
{
    inquiry->answered(inquiry->search);
    free(inquiry);
}

/* -- what is kept, and what is fetched -------------------------------------------------------- */

static void on_fetched(void *user, struct sansmtp_span text)
{
    struct inquiry *inquiry = user;
    struct policy_kept *kept = &inquiry->search->kept;

    if (text.data != NULL && text.length <= sizeof kept->octets) {
        memcpy(kept->octets, text.data, text.length);
        inquiry->search->has_policy = sansmtp_sts_policy_parse(kept->octets, text.length,
                                                               &kept->policy) == 0;
    }
    settle(inquiry);
}

static bool same(struct sansmtp_span left, struct sansmtp_span right)
{
    return left.length == right.length && memcmp(left.data, right.data, left.length) == 0;
}

static int ask_cache(const struct search *search, struct sansmtp_sts_cache *cache,
                     const struct sansmtp_span *id)
{
    struct sansmtp_span known = id != NULL ? *id : cache->id;

    if (known.length > 0) {
        cache->failed = policy_failed(search->relay, search->policy_domain, known);
        cache->flags |= cache->failed > 0 ? SANSMTP_STS_FAILED : 0;
        cache->id = cache->id.length == 0 ? known : cache->id; /* it is not known for which */
    }
    return sansmtp_sts_cache_decide(cache, id, (int64_t)relay_now());
}

/* RFC 8461 5.1: a policy that is new is fetched before it is known what holds; one that only grows
 * old is fetched for the next message, and that though its record is not to be had (10.2). */
static void decide(struct inquiry *inquiry, const struct sansmtp_span *id)
{
    struct search *search = inquiry->search;
    struct sansmtp_sts_cache *cache = &search->kept.cache;
    struct sansmtp_span wanted;
    int decision;
    bool fetch, wait;

    policy_file_read(&search->relay->config, search->policy_domain, &search->kept);
    decision = ask_cache(search, cache, id);
    search->has_policy = decision >= 0 && ((uint32_t)decision & SANSMTP_STS_USE) != 0;
    wanted = id != NULL ? *id : cache->id;
    fetch = decision >= 0 && ((uint32_t)decision & SANSMTP_STS_FETCH) != 0;
    wait = fetch && (!search->has_policy || !same(cache->id, wanted));
    if (fetch &&
        policy_fetch(search->relay, search->policy_domain, wanted, wait ? on_fetched : NULL,
                     inquiry) &&
        wait) {
        return;
    }
    settle(inquiry);
}

/* -- its record ------------------------------------------------------------------------------- */

/* RFC 8461 3.1: the strings of a record are joined. Returns how many records there are. */
static size_t join(const struct ares_txt_ext *records, char joined[TXT_MAX][TEXT_MAX],
                   struct sansmtp_span texts[TXT_MAX])
{
    size_t count = 0;

    for (const struct ares_txt_ext *at = records; at != NULL; at = at->next) {
        size_t fill = count == 0 || at->record_start ? 0 : texts[count - 1].length;

        if (fill == 0 && count == TXT_MAX) {
            break;
        }
        count += fill == 0;
        if (fill + at->length <= TEXT_MAX) {
            memcpy(joined[count - 1] + fill, at->txt, at->length);
            fill += at->length;
        }
        texts[count - 1] = (struct sansmtp_span){(const uint8_t *)joined[count - 1], fill};
    }
    return count;
}

static void on_record(void *user, uint32_t answers, const uint8_t *message, size_t length)
{
    struct ares_txt_ext *records = NULL;
    struct sansmtp_span texts[TXT_MAX], id;
    char joined[TXT_MAX][TEXT_MAX];
    size_t count = 0;

    if (answers == SANSMTP_ROUTE_FOUND &&
        ares_parse_txt_reply_ext(message, (int)length, &records) == ARES_SUCCESS) {
        count = join(records, joined, texts);
    }
    decide(user, sansmtp_sts_txt_parse(texts, count, &id) == 0 ? &id : NULL);
    if (records != NULL) {
        ares_free_data(records);
    }
}

/* RFC 8461 3.4: the domain of the recipients, or, where all goes by one smart host, that host; a
 * literal has none. With several each would have its own. */
static bool find_domain(struct search *search)
{
    struct sansmtp_span name = {(const uint8_t *)search->domain, strlen(search->domain)};

    if ((search->route.flags & SANSMTP_ROUTE_SMART_HOSTS) != 0) {
        if (search->host_count != 1 || search->hosts[0].literal.length > 0) {
            return false;
        }
        name = search->hosts[0].name;
    }
    snprintf(search->policy_domain, sizeof search->policy_domain, "%.*s", (int)name.length,
             (const char *)name.data);
    return name.length > 0 && name.data[0] != '[';
}

void search_policy(struct search *search, void (*answered)(struct search *search))
{
    char name[SEARCH_NAME_MAX + 16];
    struct inquiry *inquiry;

    if (!search->relay->config.mta_sts || !find_domain(search)) {
        return;
    }
    inquiry = malloc(sizeof *inquiry);
    if (inquiry == NULL) {
        abort(); /* as resolver_ask */
    }
    *inquiry = (struct inquiry){search, answered};
    search->pending++;
    snprintf(name, sizeof name, "_mta-sts.%s", search->policy_domain);
    resolver_ask(search->relay->resolver, name, RESOLVER_TXT, on_record, inquiry);
}
