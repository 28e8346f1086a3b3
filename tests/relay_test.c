#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/policy.h>

#include "guard.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define SPAN(text)                                \
    {                                             \
        (const uint8_t *)(text), sizeof(text) - 1 \
    }

#define LOCAL  SANSMTP_RELAY_LOCAL
#define DOMAIN SANSMTP_RELAY_DOMAIN
#define CLIENT SANSMTP_RELAY_CLIENT
#define DENIED SANSMTP_RELAY_DENIED
#define ROUTED SANSMTP_RELAY_ROUTED
#define SYNTAX SANSMTP_RELAY_SYNTAX

static const struct sansmtp_span local_domains[] = {SPAN("ours.example"), SPAN(".sub.example")};
static const struct sansmtp_span relay_domains[] = {SPAN("backup.example")};
static const struct sansmtp_network own[] = {
    {.length = 4, .bits = 32, .address = {192, 0, 2, 1}},
    {.length = 16, .bits = 128, .address = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}},
};
static const struct sansmtp_network networks[] = {
    {.length = 4, .bits = 8, .address = {10}},
};

static struct sansmtp_relay relay(uint32_t flags)
{
    return (struct sansmtp_relay){
        .size = sizeof(struct sansmtp_relay),
        .flags = flags,
        .local_domains = local_domains,
        .local_domain_count = COUNT(local_domains),
        .relay_domains = relay_domains,
        .relay_domain_count = COUNT(relay_domains),
        .own = own,
        .own_count = COUNT(own),
        .networks = networks,
        .network_count = COUNT(networks),
    };
}

/* Of a stranger: 198.51.100.7, not authenticated. */
static struct sansmtp_relay_request stranger(const char *path)
{
    static const uint8_t address[4] = {198, 51, 100, 7};

    return (struct sansmtp_relay_request){
        .size = sizeof(struct sansmtp_relay_request),
        .client_address = {address, sizeof address},
        .path = {(const uint8_t *)path, strlen(path)},
    };
}

static struct sansmtp_relay_verdict verdict_of(const struct sansmtp_relay *by,
                                               struct sansmtp_relay_request request)
{
    struct sansmtp_relay_verdict verdict = {.size = sizeof verdict};
    uint8_t *copy = guard_copy(request.path.data, request.path.length);

    request.path.data = copy;
    assert_int_equal(sansmtp_relay_decide(by, &request, &verdict), 0);
    guard_free(copy, request.path.length);
    return verdict;
}

struct row {
    const char *path;
    uint32_t stranger; /* what a stranger gets */
    uint32_t trusted;  /* what one gets who may send to anywhere */
};

static void check(uint32_t flags, const struct row *rows, size_t count)
{
    static const uint8_t inside[4] = {10, 1, 2, 3};
    static const uint8_t mapped[16] = {[10] = 0xFF, [11] = 0xFF, [12] = 10, [15] = 1};
    const struct sansmtp_relay by = relay(flags);

    for (size_t i = 0; i < count; i++) {
        struct sansmtp_relay_request request = stranger(rows[i].path);
        uint32_t decision = verdict_of(&by, request).decision;

        if (decision != rows[i].stranger) {
            fail_msg("a stranger to %s: %u", rows[i].path, (unsigned)decision);
        }
        request.flags = SANSMTP_FLAG_AUTHENTICATED | SANSMTP_FLAG_TLS;
        assert_int_equal(verdict_of(&by, request).decision, rows[i].trusted);
        request.flags = 0;
        request.client_address = (struct sansmtp_span){inside, sizeof inside};
        assert_int_equal(verdict_of(&by, request).decision, rows[i].trusted);
        request.client_address = (struct sansmtp_span){mapped, sizeof mapped};
        assert_int_equal(verdict_of(&by, request).decision, rows[i].trusted);
        /* a client without an address is a stranger */
        request.client_address = (struct sansmtp_span){NULL, 0};
        assert_int_equal(verdict_of(&by, request).decision, rows[i].stranger);
    }
}

static void test_by_domain(void **state)
{
    static const struct row rows[] = {
        {"<ada@ours.example>", LOCAL, LOCAL},
        {"ada@ours.example", LOCAL, LOCAL},
        {"<ada@OURS.Example>", LOCAL, LOCAL},
        {"<ada@x.ours.example>", DENIED, CLIENT},
        {"<ada@notours.example>", DENIED, CLIENT},
        {"<ada@ours.example.other.example>", DENIED, CLIENT},
        {"<ada@example>", DENIED, CLIENT},
        {"<ada@a.sub.example>", LOCAL, LOCAL},
        {"<ada@b.a.SUB.example>", LOCAL, LOCAL},
        {"<ada@sub.example>", DENIED, CLIENT},
        {"<ada@xsub.example>", DENIED, CLIENT},
        {"<ada@backup.example>", DOMAIN, DOMAIN},
        {"<ada@other.example>", DENIED, CLIENT},
        {"<\"quoted ada\"@ours.example>", LOCAL, LOCAL},
        {"<\xc3\xbc@ours.example>", LOCAL, LOCAL},
        {"<ada@\xc3\xbc.example>", DENIED, CLIENT},
    };
    (void)state;

    check(0, rows, COUNT(rows));
}

/* The tricks by which relays were opened, PRACT and RFC 2505 2.1 */
static void test_ways_round(void **state)
{
    static const struct row rows[] = {
        {"<user%other.example@ours.example>", ROUTED, LOCAL},
        {"<user%other.example@backup.example>", ROUTED, DOMAIN},
        {"<user%other.example@a.sub.example>", ROUTED, LOCAL},
        {"<user%other.example@[192.0.2.1]>", ROUTED, LOCAL},
        {"<\"user%other.example\"@ours.example>", ROUTED, LOCAL},
        {"<\"user\\%other.example\"@ours.example>", ROUTED, LOCAL},
        {"<other.example!user@ours.example>", ROUTED, LOCAL},
        {"<\"other.example!user\"@ours.example>", ROUTED, LOCAL},
        {"<ours.example!other.example!user@[192.0.2.1]>", ROUTED, LOCAL},
        {"<\"user@other.example\"@ours.example>", ROUTED, LOCAL},
        {"<\"user\\@other.example\"@ours.example>", ROUTED, LOCAL},
        {"<\"user@other.example\"@[192.0.2.1]>", ROUTED, LOCAL},
        {"<\"<user@other.example>\"@ours.example>", ROUTED, LOCAL},
        {"<@ours.example:user@ours.example>", ROUTED, LOCAL},
        {"<@other.example:user@ours.example>", ROUTED, LOCAL},
        {"<@a.example,@b.example:user@backup.example>", ROUTED, DOMAIN},
        {"<@ours.example:user@other.example>", DENIED, CLIENT},
        {"<@[192.0.2.1]:user@other.example>", SYNTAX, SYNTAX},
        {"<user%other.example%ours.example@other.example>", DENIED, CLIENT},
        {"<user@ours.example@other.example>", SYNTAX, SYNTAX},
        {"<user@other.example@ours.example>", SYNTAX, SYNTAX},
        {"<user@other.example>@ours.example", SYNTAX, SYNTAX},
        {"<user@other.example,ours.example>", SYNTAX, SYNTAX},
        {"<user@other.example:ours.example>", SYNTAX, SYNTAX},
        {"<\"user@other.example>\" <ada@ours.example>", SYNTAX, SYNTAX},
        {"<user@other.example%ours.example>", SYNTAX, SYNTAX},
        {"<user%other.example>", SYNTAX, SYNTAX},
        {"<other.example!user>", SYNTAX, SYNTAX},
    };
    (void)state;

    check(0, rows, COUNT(rows));
}

static void test_what_the_host_allows(void **state)
{
    static const struct row routes[] = {
        {"<@other.example:user@ours.example>", LOCAL, LOCAL},
        {"<@ours.example:user@other.example>", DENIED, CLIENT},
        {"<@ours.example:user%other.example@ours.example>", ROUTED, LOCAL},
    };
    static const struct row signs[] = {
        {"<user%other.example@ours.example>", LOCAL, LOCAL},
        {"<other.example!user@backup.example>", DOMAIN, DOMAIN},
        {"<user%ours.example@other.example>", DENIED, CLIENT},
        {"<@other.example:user@ours.example>", ROUTED, LOCAL},
    };
    (void)state;

    check(SANSMTP_RELAY_DROP_ROUTES, routes, COUNT(routes));
    check(SANSMTP_RELAY_PLAIN_SIGNS, signs, COUNT(signs));
}

static void test_literals(void **state)
{
    static const struct row rows[] = {
        {"<ada@[192.0.2.1]>", LOCAL, LOCAL},
        {"<ada@[192.0.2.2]>", DENIED, CLIENT},
        {"<ada@[127.0.0.1]>", DENIED, CLIENT},
        {"<ada@[IPv6:2001:db8::1]>", LOCAL, LOCAL},
        {"<ada@[IPv6:2001:db8::2]>", DENIED, CLIENT},
        {"<ada@[IPv6:::ffff:192.0.2.1]>", LOCAL, LOCAL},
        {"<ada@[IPv6:::1]>", DENIED, CLIENT},
        {"<ada@[x400:ours.example]>", DENIED, CLIENT},
        {"<ada@192.0.2.1>", DENIED, CLIENT},
    };
    (void)state;

    check(0, rows, COUNT(rows));
}

/* 5321-4.5.1-a: the bare Postmaster, and that of every domain that is delivered here */
static void test_postmaster(void **state)
{
    static const struct {
        const char *path;
        uint32_t decision, flags;
    } rows[] = {
        {"<Postmaster>", LOCAL, SANSMTP_FLAG_POSTMASTER},
        {"<POSTMASTER>", LOCAL, SANSMTP_FLAG_POSTMASTER},
        {"<postmaster@ours.example>", LOCAL, SANSMTP_FLAG_POSTMASTER},
        {"<\"postmaster\"@ours.example>", LOCAL, SANSMTP_FLAG_POSTMASTER},
        {"<postmaster@[192.0.2.1]>", LOCAL, SANSMTP_FLAG_POSTMASTER},
        {"<postmaster@backup.example>", DOMAIN, 0},
        {"<postmaster@other.example>", DENIED, 0},
        {"<postmaster2@ours.example>", LOCAL, 0},
        {"<>", SYNTAX, 0},
        {"", SYNTAX, 0},
        {"<ada>", SYNTAX, 0},
    };
    const struct sansmtp_relay by = relay(0);
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_relay_verdict verdict = verdict_of(&by, stranger(rows[i].path));

        assert_int_equal(verdict.decision, rows[i].decision);
        assert_int_equal(verdict.flags, rows[i].flags);
    }
}

static void test_what_to_say(void **state)
{
    static const struct {
        const char *path;
        uint32_t code, enhanced;
        const char *text;
    } rows[] = {
        {"<ada@ours.example>", 250, 2001005, "recipient ok"},
        {"<ada@backup.example>", 250, 2001005, "recipient ok"},
        {"<ada@other.example>", 550, 5007001, "relaying denied"},
        {"<a%b@ours.example>", 550, 5007001, "no routing by address"},
        {"<>", 501, 5001003, "bad recipient address"},
    };
    const struct sansmtp_relay by = relay(0);
    struct sansmtp_relay_request request = stranger("<ada@other.example>");
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_relay_verdict verdict = verdict_of(&by, stranger(rows[i].path));

        assert_int_equal(verdict.code, rows[i].code);
        assert_int_equal(verdict.enhanced, rows[i].enhanced);
        assert_int_equal(verdict.text.length, strlen(rows[i].text));
        assert_memory_equal(verdict.text.data, rows[i].text, verdict.text.length);
    }
    request.flags = SANSMTP_FLAG_AUTHENTICATED;
    assert_int_equal(verdict_of(&by, request).code, 250);
}

/* Nobody is ours: all that a relay without tables takes is the bare Postmaster. */
static void test_no_tables(void **state)
{
    static const char *const rows[] = {"<a@ours.example>", "<a@[192.0.2.1]>", "<a@[IPv6:::]>"};
    const struct sansmtp_relay by = {.size = sizeof by};
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(verdict_of(&by, stranger(rows[i])).decision, DENIED);
    }
    assert_int_equal(verdict_of(&by, stranger("<postmaster>")).decision, LOCAL);
}

/* Whatever the local part: no stranger gets to a foreign domain, and nothing with a sign in. */
static void test_no_octet_opens_it(void **state)
{
    const struct sansmtp_relay by = relay(0);
    (void)state;

    for (unsigned octet = 1; octet < 256; octet++) {
        char path[64];
        uint32_t decision;

        for (int quoted = 0; quoted < 2; quoted++) {
            snprintf(path, sizeof path,
                     quoted ? "<\"a%cb\"@other.example>" : "<a%cb@other.example>", (int)octet);
            decision = verdict_of(&by, stranger(path)).decision;
            assert_true(decision == DENIED || decision == SYNTAX);
            snprintf(path, sizeof path, quoted ? "<\"a%cb\"@ours.example>" : "<a%cb@ours.example>",
                     (int)octet);
            decision = verdict_of(&by, stranger(path)).decision;
            if (octet == '%' || octet == '!' || octet == '@') {
                assert_true(decision == ROUTED || (octet == '@' && decision == SYNTAX));
            } else {
                assert_true(decision == LOCAL || decision == SYNTAX);
            }
        }
    }
}

static void test_lists_of_domains(void **state)
{
    static const struct sansmtp_span odd[] = {SPAN(""), SPAN("."), {NULL, 0}, SPAN("x.example")};
    const uint8_t *const x = (const uint8_t *)"x.example";
    (void)state;

    assert_int_equal(sansmtp_domain_listed(odd, COUNT(odd), x, 9), 1);
    assert_int_equal(sansmtp_domain_listed(odd, 3, x, 9), 0);
    assert_int_equal(sansmtp_domain_listed(odd, COUNT(odd), x, 0), 0);
    assert_int_equal(sansmtp_domain_listed(odd, COUNT(odd), NULL, 9), 0);
    assert_int_equal(sansmtp_domain_listed(NULL, 1, x, 9), 0);
    assert_int_equal(sansmtp_domain_listed(local_domains, COUNT(local_domains),
                                           (const uint8_t *)".sub.example", 12),
                     1);
}

static void test_wrong_arguments(void **state)
{
    struct sansmtp_relay_verdict verdict = {.size = sizeof verdict, .decision = 77};
    struct sansmtp_relay_request request = stranger("<ada@ours.example>");
    struct sansmtp_relay by = relay(0);
    (void)state;

    assert_int_equal(sansmtp_relay_decide(NULL, &request, &verdict), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_relay_decide(&by, NULL, &verdict), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_relay_decide(&by, &request, NULL), SANSMTP_ERR_ARGUMENT);
    by.flags = 4;
    assert_int_equal(sansmtp_relay_decide(&by, &request, &verdict), SANSMTP_ERR_ARGUMENT);
    by = relay(0);
    by.size--;
    assert_int_equal(sansmtp_relay_decide(&by, &request, &verdict), SANSMTP_ERR_ARGUMENT);
    by = relay(0);
    by.own = NULL;
    assert_int_equal(sansmtp_relay_decide(&by, &request, &verdict), SANSMTP_ERR_ARGUMENT);
    by = relay(0);
    by.local_domains = NULL;
    assert_int_equal(sansmtp_relay_decide(&by, &request, &verdict), SANSMTP_ERR_ARGUMENT);
    by = relay(0);
    by.relay_domains = NULL;
    assert_int_equal(sansmtp_relay_decide(&by, &request, &verdict), SANSMTP_ERR_ARGUMENT);
    by = relay(0);
    by.networks = NULL;
    assert_int_equal(sansmtp_relay_decide(&by, &request, &verdict), SANSMTP_ERR_ARGUMENT);
    by = relay(0);
    request.client_address.data = NULL;
    assert_int_equal(sansmtp_relay_decide(&by, &request, &verdict), SANSMTP_ERR_ARGUMENT);
    request = stranger("<ada@ours.example>");
    by = relay(0);
    request.client_address.length = 5;
    assert_int_equal(sansmtp_relay_decide(&by, &request, &verdict), SANSMTP_ERR_ARGUMENT);
    request = stranger("<ada@ours.example>");
    request.size = 0;
    assert_int_equal(sansmtp_relay_decide(&by, &request, &verdict), SANSMTP_ERR_ARGUMENT);
    request = stranger("<ada@ours.example>");
    request.path.data = NULL;
    assert_int_equal(sansmtp_relay_decide(&by, &request, &verdict), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(verdict.decision, 77);
    verdict.size = 4;
    request = stranger("<ada@ours.example>");
    assert_int_equal(sansmtp_relay_decide(&by, &request, &verdict), SANSMTP_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_domain),
        cmocka_unit_test(test_ways_round),
        cmocka_unit_test(test_what_the_host_allows),
        cmocka_unit_test(test_literals),
        cmocka_unit_test(test_postmaster),
        cmocka_unit_test(test_what_to_say),
        cmocka_unit_test(test_no_tables),
        cmocka_unit_test(test_no_octet_opens_it),
        cmocka_unit_test(test_lists_of_domains),
        cmocka_unit_test(test_wrong_arguments),
    };

    return cmocka_run_group_tests_name("relay", tests, NULL, NULL);
}
