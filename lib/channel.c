/* What the channel to a host must be, and whether it is. DANE, MTA-STS, REQUIRETLS and the host's
 * own demand meet here, and nowhere else. */

#include <sansmtp/sts.h>

#include <stdbool.h>

#include "sized.h"

/* struct sansmtp_channel.flags */
enum { REQUIRED = 1, BOUNCE = 2, TESTED = 4 };

static const uint32_t known_facts = SANSMTP_CHANNEL_REQUIRETLS | SANSMTP_CHANNEL_NULL_SENDER |
                                    SANSMTP_CHANNEL_TLS_OPTIONAL | SANSMTP_CHANNEL_STS_NAMED;
static const uint32_t known_outcome = SANSMTP_CHANNEL_OFFERED | SANSMTP_CHANNEL_TLS |
                                      SANSMTP_CHANNEL_PROVEN | SANSMTP_CHANNEL_KEYWORD;

static bool has(const struct sansmtp_channel_facts *facts, uint32_t flag)
{
    return (facts->flags & flag) != 0;
}

static void at_least(struct sansmtp_channel *channel, uint32_t level)
{
    if (channel->level < level) {
        channel->level = level;
    }
}

static void skip(struct sansmtp_channel *channel, uint32_t reason, uint32_t enhanced)
{
    channel->action = SANSMTP_CHANNEL_SKIP;
    channel->reason = reason;
    channel->enhanced = enhanced;
}

/* RFC 7672 section 2.2.2: without secure addresses there is no TLSA lookup; section 2.2: what is
 * not signed counts as if it were not there. */
static void ask_dane(const struct sansmtp_channel_facts *facts, struct sansmtp_channel *channel)
{
    if (facts->address != SANSMTP_DNS_SECURE) {
        return;
    }
    if (facts->tlsa == SANSMTP_DNS_UNKNOWN) {
        channel->action = SANSMTP_CHANNEL_LOOK_UP;
    } else if (facts->tlsa == SANSMTP_DNS_FAILED) {
        /* RFC 7672 section 2.1.2: not "no record": who drops packets could switch DANE off */
        skip(channel, SANSMTP_CHANNEL_DNS, SANSMTP_ENHANCED(4, 7, 5));
    } else if (facts->tlsa == SANSMTP_DNS_SECURE && facts->tlsa_usable > 0) {
        at_least(channel, SANSMTP_CHANNEL_DANE);
    } else if (facts->tlsa == SANSMTP_DNS_SECURE && facts->tlsa_count > 0) {
        /* RFC 7672 section 2.2: all are unusable: TLS is mandatory, authentication is not. */
        at_least(channel, SANSMTP_CHANNEL_ENCRYPT);
    }
}

/* RFC 8461 section 2: MTA-STS must not override a failed DANE validation. Where the MX is not
 * secure, though, DANE proves only that this is the host which somebody has named. */
static void ask_sts(const struct sansmtp_channel_facts *facts, struct sansmtp_channel *channel)
{
    bool named = has(facts, SANSMTP_CHANNEL_STS_NAMED);

    if (facts->sts == SANSMTP_STS_NONE ||
        (channel->level == SANSMTP_CHANNEL_DANE && facts->mx == SANSMTP_DNS_SECURE)) {
        return;
    }
    if (facts->sts == SANSMTP_STS_TESTING) {
        channel->report = named ? SANSMTP_CHANNEL_FINE : SANSMTP_CHANNEL_NOT_NAMED;
        channel->flags |= named ? TESTED : 0;
    } else if (named) {
        at_least(channel, SANSMTP_CHANNEL_PKIX);
    } else {
        skip(channel, SANSMTP_CHANNEL_NOT_NAMED, SANSMTP_ENHANCED(4, 7, 5));
    }
}

/* RFC 8689 section 4.2.1: the name of the host from a signed MX or an MTA-STS policy, and a
 * certificate that proves it. */
static void ask_requiretls(const struct sansmtp_channel_facts *facts,
                           struct sansmtp_channel *channel)
{
    bool named = facts->sts != SANSMTP_STS_NONE && has(facts, SANSMTP_CHANNEL_STS_NAMED);

    channel->flags |= REQUIRED;
    if (has(facts, SANSMTP_CHANNEL_NULL_SENDER)) {
        channel->flags |= BOUNCE;
    }
    if (facts->mx != SANSMTP_DNS_SECURE && !named) {
        skip(channel, SANSMTP_CHANNEL_FORGEABLE, SANSMTP_ENHANCED(5, 7, 10));
    }
    at_least(channel, SANSMTP_CHANNEL_PKIX);
}

/* RFC 7672 section 3.2.2, 8.1: by DANE the TLSA base domain, and the next-hop domain if nobody can
 * have forged what leads from it to this host. RFC 8461 section 4.2, 7.1: by PKIX the MX host. */
static void name(const struct sansmtp_channel_facts *facts, struct sansmtp_channel *channel)
{
    if (channel->level != SANSMTP_CHANNEL_DANE) {
        channel->names = SANSMTP_CHANNEL_NAME_MX;
        channel->sni = SANSMTP_CHANNEL_NAME_MX;
        return;
    }
    channel->names = SANSMTP_CHANNEL_NAME_BASE;
    channel->sni = SANSMTP_CHANNEL_NAME_BASE;
    if (facts->mx == SANSMTP_DNS_SECURE) {
        channel->names |= SANSMTP_CHANNEL_NAME_NEXT_HOP;
    }
}

static void decide(const struct sansmtp_channel_facts *facts, struct sansmtp_channel *channel)
{
    bool required = has(facts, SANSMTP_CHANNEL_REQUIRETLS);

    channel->action = SANSMTP_CHANNEL_CONNECT;
    if (facts->mx == SANSMTP_DNS_FAILED || facts->address == SANSMTP_DNS_FAILED) {
        skip(channel, SANSMTP_CHANNEL_DNS, SANSMTP_ENHANCED(4, 4, 3));
        return;
    }
    /* RFC 8689 section 3, 4.2.2: policies of the recipient's domain are ignored. */
    if (has(facts, SANSMTP_CHANNEL_TLS_OPTIONAL) && !required) {
        name(facts, channel);
        return;
    }
    ask_dane(facts, channel);
    if (channel->action == SANSMTP_CHANNEL_CONNECT) {
        ask_sts(facts, channel);
    }
    if (required && channel->action == SANSMTP_CHANNEL_CONNECT) {
        ask_requiretls(facts, channel);
    }
    at_least(channel, facts->least);
    name(facts, channel);
}

static bool are_facts(const struct sansmtp_channel_facts *facts)
{
    return facts != NULL && sansmtp_sized(facts, facts->size, sizeof(*facts)) &&
           (facts->flags & ~known_facts) == 0 && facts->least <= SANSMTP_CHANNEL_PKIX &&
           facts->mx != SANSMTP_DNS_UNKNOWN && facts->mx <= SANSMTP_DNS_FAILED &&
           facts->address != SANSMTP_DNS_UNKNOWN && facts->address <= SANSMTP_DNS_FAILED &&
           facts->tlsa <= SANSMTP_DNS_FAILED && facts->tlsa_usable <= facts->tlsa_count &&
           facts->sts <= SANSMTP_STS_ENFORCE;
}

int sansmtp_channel_decide(const struct sansmtp_channel_facts *facts,
                           struct sansmtp_channel *channel)
{
    uint32_t size;

    if (!are_facts(facts) || channel == NULL || channel->size < sizeof(*channel)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    size = channel->size;
    *channel = (struct sansmtp_channel){.size = size};
    decide(facts, channel);
    return 0;
}

/* What a channel of that level lacks. */
static uint32_t lack(uint32_t level, uint32_t outcome)
{
    if (level == SANSMTP_CHANNEL_CLEAR) {
        return SANSMTP_CHANNEL_FINE;
    }
    if ((outcome & SANSMTP_CHANNEL_OFFERED) == 0) {
        return SANSMTP_CHANNEL_NO_STARTTLS;
    }
    if ((outcome & SANSMTP_CHANNEL_TLS) == 0) {
        return SANSMTP_CHANNEL_NO_TLS;
    }
    return level >= SANSMTP_CHANNEL_PKIX && (outcome & SANSMTP_CHANNEL_PROVEN) == 0
               ? SANSMTP_CHANNEL_NOT_PROVEN
               : SANSMTP_CHANNEL_FINE;
}

static uint32_t code_of(uint32_t reason, bool required)
{
    if (reason == SANSMTP_CHANNEL_NO_KEYWORD) {
        return SANSMTP_ENHANCED(5, 7, 30);
    }
    if (required) {
        return SANSMTP_ENHANCED(5, 7, 10);
    }
    return reason == SANSMTP_CHANNEL_NO_STARTTLS ? SANSMTP_ENHANCED(4, 7, 4)
                                                 : SANSMTP_ENHANCED(4, 7, 5);
}

static void judge(const struct sansmtp_channel *channel, uint32_t outcome,
                  struct sansmtp_channel_verdict *verdict)
{
    const bool required = (channel->flags & REQUIRED) != 0, bounce = (channel->flags & BOUNCE) != 0;
    const bool keyword = (outcome & SANSMTP_CHANNEL_KEYWORD) != 0;
    uint32_t reason = lack(channel->level, outcome);

    verdict->report = channel->report;
    if ((channel->flags & TESTED) != 0) {
        verdict->report = lack(SANSMTP_CHANNEL_PKIX, outcome);
    }
    /* RFC 8689 section 5: a bounce is not dropped only because the next hop lacks the keyword. */
    if (reason == SANSMTP_CHANNEL_FINE && required && !keyword && !bounce) {
        reason = SANSMTP_CHANNEL_NO_KEYWORD;
    }
    if (reason != SANSMTP_CHANNEL_FINE) {
        verdict->action = SANSMTP_CHANNEL_NEXT;
        verdict->reason = reason;
        verdict->enhanced = code_of(reason, required);
        return;
    }
    verdict->action = (outcome & SANSMTP_CHANNEL_OFFERED) != 0 &&
                              (outcome & SANSMTP_CHANNEL_TLS) == 0
                          ? SANSMTP_CHANNEL_SEND_CLEAR
                          : SANSMTP_CHANNEL_SEND;
    verdict->parameter = required && keyword;
}

static bool is_outcome(uint32_t outcome)
{
    const uint32_t inside = SANSMTP_CHANNEL_PROVEN | SANSMTP_CHANNEL_KEYWORD;
    bool offered = (outcome & SANSMTP_CHANNEL_OFFERED) != 0;
    bool tls = (outcome & SANSMTP_CHANNEL_TLS) != 0;

    return (outcome & ~known_outcome) == 0 && (offered || !tls) && (tls || (outcome & inside) == 0);
}

int sansmtp_channel_judge(const struct sansmtp_channel *channel, uint32_t outcome,
                          struct sansmtp_channel_verdict *verdict)
{
    uint32_t size;

    if (channel == NULL || channel->size < sizeof(*channel) ||
        channel->action != SANSMTP_CHANNEL_CONNECT || !is_outcome(outcome) || verdict == NULL ||
        verdict->size < sizeof(*verdict)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    size = verdict->size;
    *verdict = (struct sansmtp_channel_verdict){.size = size};
    judge(channel, outcome, verdict);
    return 0;
}
