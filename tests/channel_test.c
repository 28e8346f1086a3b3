#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/sts.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define UNKNOWN  SANSMTP_DNS_UNKNOWN
#define SECURE   SANSMTP_DNS_SECURE
#define INSECURE SANSMTP_DNS_INSECURE
#define FAILED   SANSMTP_DNS_FAILED

#define CONNECT SANSMTP_CHANNEL_CONNECT
#define LOOK_UP SANSMTP_CHANNEL_LOOK_UP
#define SKIP    SANSMTP_CHANNEL_SKIP

#define CLEAR   SANSMTP_CHANNEL_CLEAR
#define ENCRYPT SANSMTP_CHANNEL_ENCRYPT
#define PKIX    SANSMTP_CHANNEL_PKIX
#define DANE    SANSMTP_CHANNEL_DANE

#define REQUIRETLS SANSMTP_CHANNEL_REQUIRETLS
#define BOUNCE     SANSMTP_CHANNEL_NULL_SENDER
#define OPTIONAL   SANSMTP_CHANNEL_TLS_OPTIONAL
#define NAMED      SANSMTP_CHANNEL_STS_NAMED

#define TESTING SANSMTP_STS_TESTING
#define ENFORCE SANSMTP_STS_ENFORCE

#define OFFERED SANSMTP_CHANNEL_OFFERED
#define TLS     SANSMTP_CHANNEL_TLS
#define PROVEN  SANSMTP_CHANNEL_PROVEN
#define KEYWORD SANSMTP_CHANNEL_KEYWORD

static struct sansmtp_channel decide(const struct sansmtp_channel_facts *facts)
{
    struct sansmtp_channel channel = {.size = sizeof channel, .reason = 77, .level = 77};

    assert_int_equal(sansmtp_channel_decide(facts, &channel), 0);
    return channel;
}

static struct sansmtp_channel_verdict judge(const struct sansmtp_channel *channel, uint32_t outcome)
{
    struct sansmtp_channel_verdict verdict = {.size = sizeof verdict, .action = 77, .report = 77};

    assert_int_equal(sansmtp_channel_judge(channel, outcome, &verdict), 0);
    return verdict;
}

/* A host of a domain without DNSSEC and MTA-STS. */
static struct sansmtp_channel_facts plain(uint32_t flags)
{
    return (struct sansmtp_channel_facts){
        .size = sizeof(struct sansmtp_channel_facts),
        .flags = flags,
        .mx = INSECURE,
        .address = INSECURE,
    };
}

struct row {
    uint32_t mx, address, tlsa, count, usable; /* DNS */
    uint32_t sts, flags;
    uint32_t action, level, reason;
};

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct sansmtp_channel_facts facts = plain(rows[i].flags);
        struct sansmtp_channel channel;

        facts.mx = rows[i].mx;
        facts.address = rows[i].address;
        facts.tlsa = rows[i].tlsa;
        facts.tlsa_count = rows[i].count;
        facts.tlsa_usable = rows[i].usable;
        facts.sts = rows[i].sts;
        channel = decide(&facts);
        if (channel.action != rows[i].action || channel.reason != rows[i].reason ||
            (channel.action == CONNECT && channel.level != rows[i].level)) {
            fail_msg("row %u: action %u level %u reason %u", (unsigned)i, (unsigned)channel.action,
                     (unsigned)channel.level, (unsigned)channel.reason);
        }
    }
}

/* 7672-2.2-a, 7672-2.2.2-a: what follows from the lookups */
static void test_dane(void **state)
{
    static const struct row rows[] = {
        /* usable: authenticated */
        {SECURE, SECURE, SECURE, 1, 1, 0, 0, CONNECT, DANE, 0},
        {SECURE, SECURE, SECURE, 3, 1, 0, 0, CONNECT, DANE, 0},
        {INSECURE, SECURE, SECURE, 1, 1, 0, 0, CONNECT, DANE, 0},
        /* all unusable: TLS, not authenticated */
        {SECURE, SECURE, SECURE, 2, 0, 0, 0, CONNECT, ENCRYPT, 0},
        /* none, or not signed: opportunistic */
        {SECURE, SECURE, SECURE, 0, 0, 0, 0, CONNECT, CLEAR, 0},
        {SECURE, SECURE, INSECURE, 1, 1, 0, 0, CONNECT, CLEAR, 0},
        {SECURE, SECURE, INSECURE, 0, 0, 0, 0, CONNECT, CLEAR, 0},
        /* bogus, no answer: not this host */
        {SECURE, SECURE, FAILED, 0, 0, 0, 0, SKIP, 0, SANSMTP_CHANNEL_DNS},
        {SECURE, FAILED, UNKNOWN, 0, 0, 0, 0, SKIP, 0, SANSMTP_CHANNEL_DNS},
        {FAILED, SECURE, SECURE, 1, 1, 0, 0, SKIP, 0, SANSMTP_CHANNEL_DNS},
        {INSECURE, FAILED, UNKNOWN, 0, 0, 0, 0, SKIP, 0, SANSMTP_CHANNEL_DNS},
        /* the address first; TLSA only if that is secure */
        {SECURE, SECURE, UNKNOWN, 0, 0, 0, 0, LOOK_UP, 0, 0},
        {INSECURE, SECURE, UNKNOWN, 0, 0, 0, 0, LOOK_UP, 0, 0},
        {SECURE, INSECURE, UNKNOWN, 0, 0, 0, 0, CONNECT, CLEAR, 0},
        {SECURE, INSECURE, SECURE, 1, 1, 0, 0, CONNECT, CLEAR, 0},
        {SECURE, INSECURE, FAILED, 0, 0, 0, 0, CONNECT, CLEAR, 0},
        {INSECURE, INSECURE, UNKNOWN, 0, 0, 0, 0, CONNECT, CLEAR, 0},
    };
    (void)state;

    check(rows, COUNT(rows));
}

/* 8461-5-a, 8461-5-b */
static void test_sts(void **state)
{
    static const struct row rows[] = {
        {INSECURE, INSECURE, 0, 0, 0, ENFORCE, NAMED, CONNECT, PKIX, 0},
        {INSECURE, INSECURE, 0, 0, 0, ENFORCE, 0, SKIP, 0, SANSMTP_CHANNEL_NOT_NAMED},
        {SECURE, INSECURE, 0, 0, 0, ENFORCE, 0, SKIP, 0, SANSMTP_CHANNEL_NOT_NAMED},
        {INSECURE, INSECURE, 0, 0, 0, TESTING, NAMED, CONNECT, CLEAR, 0},
        {INSECURE, INSECURE, 0, 0, 0, TESTING, 0, CONNECT, CLEAR, 0},
        {INSECURE, INSECURE, 0, 0, 0, SANSMTP_STS_NONE, NAMED, CONNECT, CLEAR, 0},
        {INSECURE, INSECURE, 0, 0, 0, SANSMTP_STS_NONE, 0, CONNECT, CLEAR, 0},
    };
    struct sansmtp_channel_facts facts = plain(0);
    (void)state;

    check(rows, COUNT(rows));
    facts.sts = TESTING;
    assert_int_equal(decide(&facts).report, SANSMTP_CHANNEL_NOT_NAMED);
    facts.flags = NAMED;
    assert_int_equal(decide(&facts).report, SANSMTP_CHANNEL_FINE);
}

/* 8461-2-a: a DANE failure is not overridden by MTA-STS; where both are there, DANE decides */
static void test_dane_and_sts(void **state)
{
    static const struct row rows[] = {
        {SECURE, SECURE, SECURE, 1, 1, ENFORCE, NAMED, CONNECT, DANE, 0},
        {SECURE, SECURE, SECURE, 1, 1, ENFORCE, 0, CONNECT, DANE, 0},
        {SECURE, SECURE, FAILED, 0, 0, ENFORCE, NAMED, SKIP, 0, SANSMTP_CHANNEL_DNS},
        {SECURE, SECURE, UNKNOWN, 0, 0, ENFORCE, NAMED, LOOK_UP, 0, 0},
        {SECURE, SECURE, SECURE, 1, 0, ENFORCE, NAMED, CONNECT, PKIX, 0},
        {SECURE, SECURE, SECURE, 1, 0, ENFORCE, 0, SKIP, 0, SANSMTP_CHANNEL_NOT_NAMED},
        {SECURE, SECURE, SECURE, 0, 0, ENFORCE, NAMED, CONNECT, PKIX, 0},
        /* the MX may be forged: a signed host of the forger's own is not enough */
        {INSECURE, SECURE, SECURE, 1, 1, ENFORCE, 0, SKIP, 0, SANSMTP_CHANNEL_NOT_NAMED},
        {INSECURE, SECURE, SECURE, 1, 1, ENFORCE, NAMED, CONNECT, DANE, 0},
        {INSECURE, SECURE, SECURE, 1, 1, TESTING, 0, CONNECT, DANE, 0},
        {SECURE, SECURE, SECURE, 1, 0, TESTING, 0, CONNECT, ENCRYPT, 0},
    };
    struct sansmtp_channel_facts facts = plain(NAMED);
    struct sansmtp_channel channel;
    (void)state;

    check(rows, COUNT(rows));
    facts.mx = facts.address = facts.tlsa = SECURE;
    facts.tlsa_count = facts.tlsa_usable = 1;
    facts.sts = ENFORCE;
    channel = decide(&facts);
    assert_int_equal(judge(&channel, OFFERED | TLS).action, SANSMTP_CHANNEL_NEXT);
}

/* 8689-2-d, 8689-4.2.2-a */
static void test_requiretls(void **state)
{
    static const struct row rows[] = {
        {INSECURE, INSECURE, 0, 0, 0, 0, REQUIRETLS, SKIP, 0, SANSMTP_CHANNEL_FORGEABLE},
        {INSECURE, SECURE, SECURE, 1, 1, 0, REQUIRETLS, SKIP, 0, SANSMTP_CHANNEL_FORGEABLE},
        {INSECURE, INSECURE, 0, 0, 0, 0, REQUIRETLS | BOUNCE, SKIP, 0, SANSMTP_CHANNEL_FORGEABLE},
        {INSECURE, INSECURE, 0, 0, 0, 0, REQUIRETLS | NAMED, SKIP, 0, SANSMTP_CHANNEL_FORGEABLE},
        {INSECURE, INSECURE, 0, 0, 0, TESTING, REQUIRETLS, SKIP, 0, SANSMTP_CHANNEL_FORGEABLE},
        {INSECURE, INSECURE, 0, 0, 0, TESTING, REQUIRETLS | NAMED, CONNECT, PKIX, 0},
        {INSECURE, INSECURE, 0, 0, 0, ENFORCE, REQUIRETLS | NAMED, CONNECT, PKIX, 0},
        {SECURE, INSECURE, 0, 0, 0, 0, REQUIRETLS, CONNECT, PKIX, 0},
        {SECURE, SECURE, SECURE, 0, 0, 0, REQUIRETLS, CONNECT, PKIX, 0},
        {SECURE, SECURE, SECURE, 1, 0, 0, REQUIRETLS, CONNECT, PKIX, 0},
        {SECURE, SECURE, SECURE, 1, 1, 0, REQUIRETLS, CONNECT, DANE, 0},
        {SECURE, SECURE, UNKNOWN, 0, 0, 0, REQUIRETLS, LOOK_UP, 0, 0},
        /* "TLS-Required: No", and that REQUIRETLS wins over it: 8689-4.1-c */
        {SECURE, SECURE, SECURE, 1, 1, 0, OPTIONAL, CONNECT, CLEAR, 0},
        {SECURE, SECURE, FAILED, 0, 0, 0, OPTIONAL, CONNECT, CLEAR, 0},
        {SECURE, SECURE, UNKNOWN, 0, 0, 0, OPTIONAL, CONNECT, CLEAR, 0},
        {INSECURE, INSECURE, 0, 0, 0, ENFORCE, OPTIONAL, CONNECT, CLEAR, 0},
        {INSECURE, FAILED, 0, 0, 0, 0, OPTIONAL, SKIP, 0, SANSMTP_CHANNEL_DNS},
        {SECURE, INSECURE, 0, 0, 0, 0, OPTIONAL | REQUIRETLS, CONNECT, PKIX, 0},
    };
    (void)state;

    check(rows, COUNT(rows));
}

/* 7672-3.1.2-a, 7672-8.1-a, 8461-7.1-a */
static void test_names(void **state)
{
    struct sansmtp_channel_facts facts = plain(NAMED);
    struct sansmtp_channel channel;
    (void)state;

    facts.sts = ENFORCE;
    channel = decide(&facts);
    assert_int_equal(channel.names, SANSMTP_CHANNEL_NAME_MX);
    assert_int_equal(channel.sni, SANSMTP_CHANNEL_NAME_MX);
    facts.sts = SANSMTP_STS_NONE;
    facts.address = facts.tlsa = SECURE;
    facts.tlsa_count = facts.tlsa_usable = 1;
    channel = decide(&facts);
    assert_int_equal(channel.names, SANSMTP_CHANNEL_NAME_BASE);
    assert_int_equal(channel.sni, SANSMTP_CHANNEL_NAME_BASE);
    facts.mx = SECURE;
    channel = decide(&facts);
    assert_int_equal(channel.names, SANSMTP_CHANNEL_NAME_BASE | SANSMTP_CHANNEL_NAME_NEXT_HOP);
    assert_int_equal(channel.sni, SANSMTP_CHANNEL_NAME_BASE);
}

static void test_the_hosts_own_demand(void **state)
{
    struct sansmtp_channel_facts facts = plain(0);
    (void)state;

    facts.least = ENCRYPT;
    assert_int_equal(decide(&facts).level, ENCRYPT);
    facts.least = PKIX;
    assert_int_equal(decide(&facts).level, PKIX);
    facts.address = facts.tlsa = SECURE;
    facts.tlsa_count = facts.tlsa_usable = 1;
    assert_int_equal(decide(&facts).level, DANE);
    facts.flags = OPTIONAL;
    assert_int_equal(decide(&facts).level, CLEAR);
}

/* What each level takes. */
static void test_levels(void **state)
{
    static const uint32_t outcomes[] = {0, OFFERED, OFFERED | TLS, OFFERED | TLS | PROVEN};
    static const uint32_t reasons[4][4] = {
        {0, 0, 0, 0},
        {SANSMTP_CHANNEL_NO_STARTTLS, SANSMTP_CHANNEL_NO_TLS, 0, 0},
        {SANSMTP_CHANNEL_NO_STARTTLS, SANSMTP_CHANNEL_NO_TLS, SANSMTP_CHANNEL_NOT_PROVEN, 0},
        {SANSMTP_CHANNEL_NO_STARTTLS, SANSMTP_CHANNEL_NO_TLS, SANSMTP_CHANNEL_NOT_PROVEN, 0},
    };
    (void)state;

    /* 7672-2.2-b: TLS that is demanded and not to be had: nothing is sent, for now */
    for (uint32_t level = CLEAR; level <= DANE; level++) {
        const struct sansmtp_channel channel = {
            .size = sizeof channel, .action = CONNECT, .level = level};

        for (size_t i = 0; i < COUNT(outcomes); i++) {
            struct sansmtp_channel_verdict verdict = judge(&channel, outcomes[i]);

            assert_int_equal(verdict.reason, reasons[level][i]);
            assert_int_equal(verdict.report, SANSMTP_CHANNEL_FINE);
            if (reasons[level][i] != 0) {
                assert_int_equal(verdict.action, SANSMTP_CHANNEL_NEXT);
                assert_int_equal(verdict.enhanced,
                                 i == 0 ? SANSMTP_ENHANCED(4, 7, 4) : SANSMTP_ENHANCED(4, 7, 5));
            } else {
                assert_int_equal(verdict.action, outcomes[i] == OFFERED ? SANSMTP_CHANNEL_SEND_CLEAR
                                                                        : SANSMTP_CHANNEL_SEND);
                assert_int_equal(verdict.enhanced, 0);
            }
        }
    }
}

/* 8461-5-b: a policy in testing lets the message go, and says what would have failed */
static void test_what_testing_reports(void **state)
{
    static const struct {
        uint32_t outcome, report;
    } rows[] = {
        {0, SANSMTP_CHANNEL_NO_STARTTLS},
        {OFFERED, SANSMTP_CHANNEL_NO_TLS},
        {OFFERED | TLS, SANSMTP_CHANNEL_NOT_PROVEN},
        {OFFERED | TLS | PROVEN, SANSMTP_CHANNEL_FINE},
    };
    struct sansmtp_channel_facts facts = plain(NAMED);
    struct sansmtp_channel channel;
    (void)state;

    facts.sts = TESTING;
    channel = decide(&facts);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_channel_verdict verdict = judge(&channel, rows[i].outcome);

        assert_int_not_equal(verdict.action, SANSMTP_CHANNEL_NEXT);
        assert_int_equal(verdict.report, rows[i].report);
    }
    facts.flags = 0;
    channel = decide(&facts);
    assert_int_equal(judge(&channel, OFFERED | TLS | PROVEN).report, SANSMTP_CHANNEL_NOT_NAMED);
}

/* 8689-4.2.1-a, 8689-5-b */
static void test_the_keyword(void **state)
{
    static const uint32_t outcomes[] = {0, OFFERED, OFFERED | TLS, OFFERED | TLS | KEYWORD};
    struct sansmtp_channel_facts facts = plain(REQUIRETLS);
    struct sansmtp_channel_verdict verdict;
    struct sansmtp_channel channel;
    (void)state;

    facts.mx = SECURE;
    for (int bounce = 0; bounce < 2; bounce++) {
        facts.flags = bounce ? REQUIRETLS | BOUNCE : REQUIRETLS;
        channel = decide(&facts);
        for (size_t i = 0; i < COUNT(outcomes); i++) {
            verdict = judge(&channel, outcomes[i]);
            assert_int_equal(verdict.action, SANSMTP_CHANNEL_NEXT);
            assert_int_equal(verdict.enhanced, SANSMTP_ENHANCED(5, 7, 10));
        }
        verdict = judge(&channel, OFFERED | TLS | PROVEN | KEYWORD);
        assert_int_equal(verdict.action, SANSMTP_CHANNEL_SEND);
        assert_int_equal(verdict.parameter, 1);
        verdict = judge(&channel, OFFERED | TLS | PROVEN);
        assert_int_equal(verdict.parameter, 0);
        if (bounce) {
            assert_int_equal(verdict.action, SANSMTP_CHANNEL_SEND);
        } else {
            assert_int_equal(verdict.action, SANSMTP_CHANNEL_NEXT);
            assert_int_equal(verdict.reason, SANSMTP_CHANNEL_NO_KEYWORD);
            assert_int_equal(verdict.enhanced, SANSMTP_ENHANCED(5, 7, 30));
        }
    }
    facts.flags = 0;
    channel = decide(&facts);
    assert_int_equal(judge(&channel, OFFERED | TLS | PROVEN | KEYWORD).parameter, 0);
}

/* Every combination of facts and outcomes: what must never come of it. */
static void look(const struct sansmtp_channel_facts *facts)
{
    static const uint32_t bits[] = {0,
                                    OFFERED,
                                    OFFERED | TLS,
                                    OFFERED | TLS | PROVEN,
                                    OFFERED | TLS | KEYWORD,
                                    OFFERED | TLS | PROVEN | KEYWORD};
    const struct sansmtp_channel channel = decide(facts);
    const bool required = (facts->flags & REQUIRETLS) != 0;
    const bool free = (facts->flags & OPTIONAL) != 0 && !required;
    const bool dane = facts->address == SECURE && facts->tlsa == SECURE && facts->tlsa_usable > 0;

    assert_true((channel.action == SKIP) == (channel.reason != 0));
    assert_true((channel.action == SKIP) == (channel.enhanced != 0));
    if (channel.action != CONNECT) {
        struct sansmtp_channel_verdict verdict = {.size = sizeof verdict};

        assert_int_equal(sansmtp_channel_judge(&channel, 0, &verdict), SANSMTP_ERR_ARGUMENT);
        return;
    }
    assert_true(channel.level >= facts->least || free);
    for (size_t i = 0; i < COUNT(bits); i++) {
        struct sansmtp_channel_verdict verdict = judge(&channel, bits[i]);
        bool sent = verdict.action != SANSMTP_CHANNEL_NEXT;
        bool tls = (bits[i] & TLS) != 0, proven = (bits[i] & PROVEN) != 0;

        assert_true(sent == (verdict.reason == 0) && sent == (verdict.enhanced == 0));
        if (!sent || free) {
            continue;
        }
        assert_true(!required || (tls && proven));
        assert_true(!required || (bits[i] & KEYWORD) != 0 || (facts->flags & BOUNCE) != 0);
        assert_true(!dane || proven);
        assert_true(facts->sts != ENFORCE || proven);
        assert_true(facts->address != SECURE || facts->tlsa != SECURE || facts->tlsa_count == 0 ||
                    tls);
        assert_true(facts->sts != ENFORCE || (facts->flags & NAMED) != 0 ||
                    (dane && facts->mx == SECURE));
    }
}

static void test_every_combination(void **state)
{
    unsigned looked = 0;
    (void)state;

    for (uint32_t flags = 0; flags < 16; flags++) {
        for (uint32_t dns = 0; dns < 3 * 3 * 4; dns++) {
            for (uint32_t records = 0; records < 3; records++) {
                for (uint32_t rest = 0; rest < 3 * 3; rest++) {
                    struct sansmtp_channel_facts facts = plain(flags);

                    facts.mx = 1 + dns % 3;
                    facts.address = 1 + dns / 3 % 3;
                    facts.tlsa = dns / 9;
                    facts.tlsa_count = records;
                    facts.tlsa_usable = records / 2;
                    facts.sts = rest % 3;
                    facts.least = rest / 3;
                    look(&facts);
                    looked++;
                }
            }
        }
    }
    assert_int_equal(looked, 16 * 36 * 3 * 9);
}

static void assert_refused(struct sansmtp_channel_facts facts)
{
    struct sansmtp_channel channel = {.size = sizeof channel, .level = 77};

    assert_int_equal(sansmtp_channel_decide(&facts, &channel), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(channel.level, 77);
}

static void test_wrong_arguments(void **state)
{
    struct sansmtp_channel channel = {.size = sizeof channel, .action = CONNECT};
    struct sansmtp_channel_verdict verdict = {.size = sizeof verdict};
    struct sansmtp_channel_facts facts = plain(0);
    static const uint32_t bad[] = {TLS, PROVEN, KEYWORD, OFFERED | PROVEN, OFFERED | KEYWORD, 16};
    (void)state;

    assert_int_equal(sansmtp_channel_decide(NULL, &channel), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_channel_decide(&facts, NULL), SANSMTP_ERR_ARGUMENT);
    facts.size = 4;
    assert_refused(facts);
    facts = plain(16);
    assert_refused(facts);
    facts = plain(0);
    facts.least = DANE;
    assert_refused(facts);
    facts = plain(0);
    facts.mx = UNKNOWN;
    assert_refused(facts);
    facts = plain(0);
    facts.mx = 4;
    assert_refused(facts);
    facts = plain(0);
    facts.address = 4;
    assert_refused(facts);
    facts = plain(0);
    facts.address = UNKNOWN;
    assert_refused(facts);
    facts = plain(0);
    facts.tlsa = 4;
    assert_refused(facts);
    facts = plain(0);
    facts.tlsa_usable = 1;
    assert_refused(facts);
    facts = plain(0);
    facts.sts = 3;
    assert_refused(facts);
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(sansmtp_channel_judge(&channel, bad[i], &verdict), SANSMTP_ERR_ARGUMENT);
    }
    assert_int_equal(sansmtp_channel_judge(NULL, 0, &verdict), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_channel_judge(&channel, 0, NULL), SANSMTP_ERR_ARGUMENT);
    verdict.size = 4;
    assert_int_equal(sansmtp_channel_judge(&channel, 0, &verdict), SANSMTP_ERR_ARGUMENT);
    verdict.size = sizeof verdict;
    channel.size = 4;
    facts = plain(0);
    assert_int_equal(sansmtp_channel_decide(&facts, &channel), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_channel_judge(&channel, 0, &verdict), SANSMTP_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dane),
        cmocka_unit_test(test_sts),
        cmocka_unit_test(test_dane_and_sts),
        cmocka_unit_test(test_requiretls),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_the_hosts_own_demand),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_what_testing_reports),
        cmocka_unit_test(test_the_keyword),
        cmocka_unit_test(test_every_combination),
        cmocka_unit_test(test_wrong_arguments),
    };

    return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
