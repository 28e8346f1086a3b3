#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/route.h>

#include "guard.h"
#include "random.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define HOSTS       8

/* From DNS answers to mail hosts. The answers are what a resolver said; a test writes them as text,
 * "10 a.example, 20 b.example". */

static struct sansmtp_span span(const char *text)
{
    return (struct sansmtp_span){(const uint8_t *)text, strlen(text)};
}

static struct sansmtp_route_mx records[64];

/* The records of "10 a, 20 b", whose targets point into text. */
static size_t read_records(const char *text)
{
    size_t count = 0;

    while (*text != '\0') {
        size_t length;

        records[count].preference = 0;
        for (; *text != ' '; text++) {
            records[count].preference = records[count].preference * 10 + (uint32_t)(*text - '0');
        }
        length = strcspn(++text, ",");
        records[count++].target = (struct sansmtp_span){(const uint8_t *)text, length};
        text += length;
        text += strspn(text, ", ");
    }
    return count;
}

static struct sansmtp_route ask(const char *domain, uint32_t answers, const char *mx)
{
    struct sansmtp_route route = {.size = sizeof(route)};

    route.domain = span(domain);
    route.answers = answers;
    route.mx_count = read_records(mx);
    route.mx = route.mx_count > 0 ? records : NULL;
    return route;
}

static struct sansmtp_route_host hosts[HOSTS];
static struct sansmtp_route_result result;
static char shown[512];

/* "10 a.example, 20 b.example" of what came out. */
static const char *show(void)
{
    size_t at = 0;

    shown[0] = '\0';
    for (size_t i = 0; i < result.count; i++) {
        at += (size_t)snprintf(shown + at, sizeof(shown) - at, "%s%u %.*s", i > 0 ? ", " : "",
                               (unsigned)hosts[i].preference, (int)hosts[i].name.length,
                               (const char *)hosts[i].name.data);
    }
    return shown;
}

static int run(const struct sansmtp_route *route, size_t capacity)
{
    memset(hosts, 0xA5, sizeof(hosts));
    result = (struct sansmtp_route_result){.size = sizeof(result)};
    return sansmtp_route_hosts(route, hosts, capacity, &result);
}

static void expect_hosts(const struct sansmtp_route *route, const char *expected)
{
    assert_int_equal(run(route, HOSTS), 0);
    assert_int_equal(result.verdict, SANSMTP_ROUTE_TRY);
    assert_int_equal(result.reason, 0);
    assert_int_equal(result.enhanced, 0);
    assert_string_equal(show(), expected);
}

static void expect_reason(const struct sansmtp_route *route, uint32_t verdict, uint32_t code,
                          uint32_t enhanced)
{
    assert_int_equal(run(route, HOSTS), 0);
    assert_int_equal(result.verdict, verdict);
    assert_int_equal(result.code, code);
    assert_int_equal(result.enhanced, enhanced);
    assert_int_not_equal(result.reason, 0);
    assert_int_equal(result.count, 0);
    assert_string_not_equal(sansmtp_route_reason_name(result.reason), "?");
}

static void expect_bounce(const struct sansmtp_route *route, uint32_t code, uint32_t enhanced)
{
    expect_reason(route, SANSMTP_ROUTE_BOUNCE, code, enhanced);
}

/* 5321-5.1-f: lower numbers first, whatever order they came in */
static void test_lower_numbers_go_first(void **state)
{
    struct sansmtp_route route = ask("x.example", SANSMTP_ROUTE_FOUND,
                                     "20 b.example, 10 a.example");
    (void)state;

    expect_hosts(&route, "10 a.example, 20 b.example");
    assert_int_equal(hosts[0].record, 1);
    assert_int_equal(hosts[1].record, 0);
    assert_int_equal(hosts[0].flags, 0);
    assert_int_equal(hosts[1].flags, SANSMTP_ROUTE_LAST);
    assert_int_equal(hosts[0].literal.length, 0);
    assert_int_equal(hosts[0].answers, 0);
    assert_int_equal(hosts[0].address_count, 0);
    assert_ptr_equal(hosts[0].name.data, records[1].target.data);
    route = ask("x.example", SANSMTP_ROUTE_FOUND,
                "65535 e.example, 0 a.example, 256 d.example, 1 b.example, 255 c.example");
    expect_hosts(&route, "0 a.example, 1 b.example, 255 c.example, 256 d.example, 65535 e.example");
}

/* 5321-5.1-g: equal preferences in random order, each first in 40 to 60 % of 1000 seeds */
static void test_equals_are_shuffled(void **state)
{
    static const char *const pairs[] = {"10 a.example, 10 b.example", "10 b.example, 10 a.example"};
    (void)state;

    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct sansmtp_route route = ask("x.example", SANSMTP_ROUTE_FOUND, pairs[i]);
        int first = 0;

        for (uint64_t seed = 0; seed < 1000; seed++) {
            route.seed = seed;
            assert_int_equal(run(&route, HOSTS), 0);
            first += hosts[0].name.data[0] == 'a';
        }
        assert_in_range(first, 400, 600);
    }
}

/* 5321-5.1-g: of five, each at each place about as often, with seeds that are hardly random */
static void test_each_at_each_place(void **state)
{
    struct sansmtp_route route = ask(
        "x.example", SANSMTP_ROUTE_FOUND,
        "5 a.example, 5 b.example, 5 c.example, 5 d.example, 5 e.example");
    int places[5][5] = {{0}};
    (void)state;

    for (uint64_t seed = 0; seed < 5000; seed++) {
        route.seed = seed << 40;
        assert_int_equal(run(&route, HOSTS), 0);
        assert_int_equal(result.count, 5);
        for (size_t place = 0; place < 5; place++) {
            places[hosts[place].name.data[0] - 'a'][place]++;
        }
    }
    for (size_t name = 0; name < 5; name++) {
        for (size_t place = 0; place < 5; place++) {
            assert_in_range(places[name][place], 850, 1150);
        }
    }
}

/* 5321-5.1-a: the host hands over the name that the CNAMEs led to; 5321-5.1-d: it is its own MX */
static void test_a_domain_without_mx(void **state)
{
    struct sansmtp_route route = ask("Y.Example.", SANSMTP_ROUTE_NODATA, "");
    (void)state;

    expect_hosts(&route, "0 Y.Example");
    assert_int_equal(hosts[0].record, SANSMTP_ROUTE_NO_RECORD);
    assert_int_equal(hosts[0].flags, SANSMTP_ROUTE_IMPLICIT | SANSMTP_ROUTE_LAST);
    route.answers = SANSMTP_ROUTE_FOUND;
    expect_hosts(&route, "0 Y.Example");
    route.answers = SANSMTP_ROUTE_NODATA | SANSMTP_ROUTE_ALIAS;
    expect_hosts(&route, "0 Y.Example");
    /* 5321-5.1-a */
    route = ask("y.example", SANSMTP_ROUTE_FOUND | SANSMTP_ROUTE_ALIAS, "5 mx.y.example");
    expect_hosts(&route, "5 mx.y.example");
}

/* 5321-5.1-b: permanent; 5321-5.1-c: temporary, whatever else is said */
static void test_failures_of_the_dns(void **state)
{
    struct sansmtp_route route = ask("x.example", SANSMTP_ROUTE_NXDOMAIN, "");
    static const uint32_t temporary[] = {
        SANSMTP_ROUTE_SERVFAIL,
        SANSMTP_ROUTE_TIMEOUT,
        SANSMTP_ROUTE_BOGUS,
        SANSMTP_ROUTE_BOGUS | SANSMTP_ROUTE_NXDOMAIN,
        SANSMTP_ROUTE_SERVFAIL | SANSMTP_ROUTE_NODATA,
        SANSMTP_ROUTE_TIMEOUT | SANSMTP_ROUTE_FOUND,
    };
    (void)state;

    expect_bounce(&route, 550, SANSMTP_ENHANCED(5u, 1, 2));
    assert_int_equal(result.reason, SANSMTP_ROUTE_REASON_NXDOMAIN);
    for (size_t i = 0; i < COUNT(temporary); i++) {
        route.answers = temporary[i];
        expect_reason(&route, SANSMTP_ROUTE_LATER, 451, SANSMTP_ENHANCED(4u, 4, 3));
        assert_int_equal(result.reason, (temporary[i] & SANSMTP_ROUTE_BOGUS) != 0
                                            ? SANSMTP_ROUTE_REASON_BOGUS
                                            : SANSMTP_ROUTE_REASON_DNS);
    }
}

/* 7505-3-a: the sole record names the root: fail at once, nothing is looked up */
static void test_null_mx(void **state)
{
    static const char *const rows[] = {"0 .", "0 ", "10 .", "0 ., 0 ."};
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_route route = ask("x.example", SANSMTP_ROUTE_FOUND, rows[i]);

        if (route.mx_count == 0) {
            fail_msg("no record in \"%s\"", rows[i]);
        }
        expect_bounce(&route, 556, SANSMTP_ENHANCED(5u, 1, 10));
        assert_int_equal(result.reason, SANSMTP_ROUTE_REASON_NULL_MX);
    }
}

/* Nor is the root a name of ours, where a host has an empty one among them. */
static void test_null_mx_and_no_name(void **state)
{
    struct sansmtp_span nobody = {NULL, 0};
    struct sansmtp_route route = ask("x.example", SANSMTP_ROUTE_FOUND, "0 ., 10 a.example");
    (void)state;

    route.names = &nobody;
    route.name_count = 1;
    expect_hosts(&route, "10 a.example");
}

/* A root that is told as nothing at all: no octets, and no address of any. */
static void test_a_root_without_octets(void **state)
{
    struct sansmtp_route route = ask("c.example", SANSMTP_ROUTE_FOUND,
                                     "10 a.example, 20 b.example");

    (void)state;
    records[0].target = (struct sansmtp_span){NULL, 0};
    expect_hosts(&route, "20 b.example");
    route.flags = SANSMTP_ROUTE_SMART_HOSTS;
    expect_hosts(&route, "20 b.example");
}

/* 7505-3-b: beside others it is ignored, and never connected to */
static void test_the_root_beside_others(void **state)
{
    struct sansmtp_route route = ask("x.example", SANSMTP_ROUTE_FOUND, "0 ., 10 a.example");
    (void)state;

    expect_hosts(&route, "10 a.example");
    route = ask("x.example", SANSMTP_ROUTE_FOUND, "0 ., 10 192.0.2.1");
    expect_bounce(&route, 550, SANSMTP_ENHANCED(5u, 4, 4));
}

/* 5321-5.1-h, 5321-5.1-i: oneself, and what is not better, is left out */
static void test_oneself_in_the_list(void **state)
{
    static const char *const selves[] = {"b.example", "B.EXAMPLE.", "b.Example"};
    static const struct {
        const char *mx, *hosts;
    } rows[] = {
        {"10 a.example, 20 b.example, 20 c.example, 30 d.example", "10 a.example"},
        {"30 d.example, 20 c.example, 20 b.example., 10 a.example", "10 a.example"},
        {"10 a.example, 20 c.example, 30 B.example", "10 a.example, 20 c.example"},
        {"10 a.example, 15 b.example, 30 b.example, 20 c.example", "10 a.example"},
        {"10 ab.example, 10 b.example.org", NULL},
        {"10 b.example, 20 c.example", ""},
        {"10 b.example, 10 c.example", ""},
        {"0 b.example", ""},
        {"4294967295 b.example, 4294967294 a.example", "4294967294 a.example"},
        {"10 192.0.2.1, 20 b.example, 30 a.example", ""},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t j = 0; j < COUNT(selves); j++) {
            struct sansmtp_route route = ask("x.example", SANSMTP_ROUTE_FOUND, rows[i].mx);
            struct sansmtp_span names[2] = {span("other.example"), span(selves[j])};

            route.names = names;
            route.name_count = 2;
            if (!rows[i].hosts) {
                assert_int_equal(run(&route, HOSTS), 0);
                assert_int_equal(result.count, 2);
            } else if (rows[i].hosts[0] != '\0') {
                expect_hosts(&route, rows[i].hosts);
            } else {
                expect_bounce(&route, 554, SANSMTP_ENHANCED(5u, 4, 6));
                assert_int_equal(result.reason, SANSMTP_ROUTE_REASON_LOOP);
            }
        }
    }
}

/* 5321-5.1-i: the domain itself, having no MX, is oneself */
static void test_oneself_without_mx(void **state)
{
    struct sansmtp_route route = ask("mx.example", SANSMTP_ROUTE_NODATA, "");
    struct sansmtp_span name = span("MX.example.");
    (void)state;

    route.names = &name;
    route.name_count = 1;
    expect_bounce(&route, 554, SANSMTP_ENHANCED(5u, 4, 6));
}

/* 5321-5.1-j: targets that are no host names are skipped; 5321-5.1-e: the domain never serves */
static void test_targets_that_are_no_names(void **state)
{
    static char long_label[] = "10 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                               "a.example";
    static const char *const rows[] = {
        "10 192.0.2.1", "10 192.0.2.1.",    "10 [192.0.2.1]", "10 2001:db8::1",
        "10 a.1",       "10 a..example",    "10 .example",    "10 a.example..",
        "10 ..",        "10 -a.example",    "10 a-.example",  "10 a b",
        "10 a\tb",      "10 a\x80.example", "10 a/b",         "10 *.example",
        "10 a:25",      "10 a@b.example",   "10 12345",       long_label,
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_route route = ask("x.example", SANSMTP_ROUTE_FOUND, rows[i]);

        expect_bounce(&route, 550, SANSMTP_ENHANCED(5u, 4, 4));
        assert_int_equal(result.reason, SANSMTP_ROUTE_REASON_UNUSABLE);
    }
}

static void test_odd_targets_that_are_names(void **state)
{
    static char longest_label[] =
        "10 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example";
    static const char *const rows[] = {
        "10 a",    "10 _mx.example",  "10 1.example", "10 xn--4ca.example",
        "10 a.1a", "10 a--b.example", longest_label};
    static char name[300];
    struct sansmtp_route route;
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        route = ask("x.example", SANSMTP_ROUTE_FOUND, rows[i]);
        expect_hosts(&route, rows[i]);
    }
    for (size_t i = 0; i < sizeof(name); i++) {
        name[i] = i % 50 == 49 ? '.' : 'a';
    }
    for (size_t length = 250; length < 260; length++) {
        route = ask("x.example", SANSMTP_ROUTE_FOUND, "1 a");
        records[0].target = (struct sansmtp_span){(const uint8_t *)name, length};
        assert_int_equal(run(&route, HOSTS), 0);
        assert_int_equal(result.count, length <= 255 ? 1 : 0);
    }
}

/* Each name once, at its best preference. */
static void test_duplicates(void **state)
{
    struct sansmtp_route route = ask(
        "x.example", SANSMTP_ROUTE_FOUND,
        "20 a.example, 10 b.example, 10 A.EXAMPLE., 15 b.example, 10 B.example");
    (void)state;

    assert_int_equal(run(&route, HOSTS), 0);
    assert_int_equal(result.count, 2);
    assert_int_equal(hosts[0].preference, 10);
    assert_int_equal(hosts[1].preference, 10);
    assert_int_equal(hosts[0].record + hosts[1].record, 3);
}

/* More than fit: the best, and both sides say that there are more. */
static void test_too_many(void **state)
{
    struct sansmtp_route route = ask(
        "x.example", SANSMTP_ROUTE_FOUND,
        "50 e.example, 20 b.example, 40 d.example, 10 a.example, 30 c.example, 20 B.example");
    (void)state;

    assert_int_equal(run(&route, 3), 0);
    assert_string_equal(show(), "10 a.example, 20 b.example, 30 c.example");
    assert_int_equal(result.flags, SANSMTP_ROUTE_MORE);
    assert_int_equal(hosts[2].flags, 0);
    assert_int_equal(run(&route, 5), 0);
    assert_int_equal(result.flags, 0);
    assert_int_equal(hosts[4].flags, SANSMTP_ROUTE_LAST);
    assert_int_equal(run(&route, 1), 0);
    assert_string_equal(show(), "10 a.example");
}

/* 5321-5.1-m: an address literal needs no DNS */
static void test_literals(void **state)
{
    static const uint8_t ipv4[4] = {192, 0, 2, 1};
    static const uint8_t ipv6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
    struct sansmtp_route route = ask("[192.0.2.1]", 0, "");
    (void)state;

    expect_hosts(&route, "0 [192.0.2.1]");
    assert_int_equal(hosts[0].literal.length, 4);
    assert_memory_equal(hosts[0].literal.octets, ipv4, 4);
    assert_int_equal(hosts[0].record, SANSMTP_ROUTE_NO_RECORD);
    route = ask("[IPv6:2001:db8::1]", 0, "");
    expect_hosts(&route, "0 [IPv6:2001:db8::1]");
    assert_int_equal(hosts[0].literal.length, 16);
    assert_memory_equal(hosts[0].literal.octets, ipv6, 16);
    route = ask("[X400:abc]", 0, "");
    expect_bounce(&route, 550, SANSMTP_ENHANCED(5u, 1, 2));
    assert_int_equal(result.reason, SANSMTP_ROUTE_REASON_LITERAL);
}

/* A slip of one's own bounces nobody's mail. */
static void expect_smart_hosts_wrong(struct sansmtp_route *route)
{
    assert_int_equal(run(route, HOSTS), 0);
    assert_int_equal(result.verdict, SANSMTP_ROUTE_LATER);
    assert_int_equal(result.reason, SANSMTP_ROUTE_REASON_SMART_HOSTS);
    assert_int_equal(result.enhanced, SANSMTP_ENHANCED(4u, 3, 5));
}

/* One's own list: addresses are welcome, the domain is not looked at, oneself is still a loop. */
static void test_smart_hosts(void **state)
{
    struct sansmtp_route route = ask(
        "", 0, "1 [192.0.2.1], 0 smtp.example, 2 192.0.2.2, 3 2001:db8::1, 4 .");
    struct sansmtp_span name = span("smtp.example");
    (void)state;

    route.flags = SANSMTP_ROUTE_SMART_HOSTS;
    expect_hosts(&route, "0 smtp.example, 1 [192.0.2.1], 2 192.0.2.2, 3 2001:db8::1");
    assert_int_equal(hosts[0].literal.length, 0);
    assert_int_equal(hosts[1].literal.length, 4);
    assert_int_equal(hosts[2].literal.length, 4);
    assert_int_equal(hosts[3].literal.length, 16);
    assert_int_equal(hosts[3].record, 3);
    route.names = &name;
    route.name_count = 1;
    expect_smart_hosts_wrong(&route);
    route.name_count = 0;
    route.mx_count = 0;
    assert_int_equal(run(&route, HOSTS), SANSMTP_ERR_ARGUMENT);
    route = ask("", 0, "0 ., 1 -a.example");
    route.flags = SANSMTP_ROUTE_SMART_HOSTS;
    expect_smart_hosts_wrong(&route);
}

/* 6531-3.2-c: what is looked up are A-labels; a U-label here is a bug of the host, and said so */
static void test_domains_that_are_none(void **state)
{
    static const struct {
        const char *domain;
        int error;
    } rows[] = {
        {"", SANSMTP_ERR_SYNTAX},
        {".", SANSMTP_ERR_SYNTAX},
        {"a b", SANSMTP_ERR_SYNTAX},
        {"b\xc3\xbc.example", SANSMTP_ERR_SYNTAX},
        {"x.example..", SANSMTP_ERR_SYNTAX},
        {"[192.0.2.256]", SANSMTP_ERR_SYNTAX},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
         SANSMTP_ERR_LENGTH},
    };
    struct sansmtp_route route;
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        route = ask(rows[i].domain, SANSMTP_ROUTE_NODATA, "");
        assert_int_equal(run(&route, HOSTS), rows[i].error);
        assert_int_equal(result.verdict, 0);
        assert_int_equal(hosts[0].flags, 0xA5A5A5A5u);
    }
    route = ask("xn--bcher-kva.example", SANSMTP_ROUTE_NODATA, "");
    expect_hosts(&route, "0 xn--bcher-kva.example");
    /* getaddrinfo would take it for an address */
    route = ask("192.0.2.1", SANSMTP_ROUTE_NODATA, "");
    expect_bounce(&route, 550, SANSMTP_ENHANCED(5u, 4, 4));
}

static void expect_argument(struct sansmtp_route route)
{
    assert_int_equal(run(&route, HOSTS), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(result.verdict, 0);
    assert_int_equal(hosts[0].flags, 0xA5A5A5A5u);
}

static void test_arguments(void **state)
{
    struct sansmtp_route good = ask("x.example", SANSMTP_ROUTE_FOUND, "10 a.example");
    struct sansmtp_route route = good;
    struct sansmtp_route_address own = {.length = 5};
    struct sansmtp_span nowhere = {NULL, 1};
    (void)state;

    assert_int_equal(sansmtp_route_hosts(NULL, hosts, 1, &result), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_route_hosts(&good, NULL, 1, &result), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_route_hosts(&good, hosts, 0, &result), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_route_hosts(&good, hosts, 1, NULL), SANSMTP_ERR_ARGUMENT);
    result.size = sizeof(result) - 1;
    assert_int_equal(sansmtp_route_hosts(&good, hosts, 1, &result), SANSMTP_ERR_ARGUMENT);
    route.size--;
    expect_argument(route);
    route = good, route.flags = 32;
    expect_argument(route);
    route = good, route.order = 6;
    expect_argument(route);
    route = good, route.reserved = 1;
    expect_argument(route);
    route = good, route.mx = NULL;
    expect_argument(route);
    route = good, route.names = NULL, route.name_count = 1;
    expect_argument(route);
    route = good, route.names = &nowhere, route.name_count = 1;
    expect_argument(route);
    route = good, route.own = &own, route.own_count = 1;
    expect_argument(route);
    route = good, route.failure_count = 1;
    expect_argument(route);
    route = good, route.domain.data = NULL;
    expect_argument(route);
    /* answers that were forgotten, are unknown, exclude each other, or do not fit the records */
    static const uint32_t answers[] = {
        0,
        SANSMTP_ROUTE_ALIAS,
        128,
        SANSMTP_ROUTE_FOUND | SANSMTP_ROUTE_NODATA,
        SANSMTP_ROUTE_FOUND | SANSMTP_ROUTE_NXDOMAIN,
        SANSMTP_ROUTE_NODATA,
        SANSMTP_ROUTE_NXDOMAIN,
        SANSMTP_ROUTE_SERVFAIL,
    };
    for (size_t i = 0; i < COUNT(answers); i++) {
        route = good, route.answers = answers[i];
        expect_argument(route);
    }
    route = good;
    records[0].reserved = 1;
    expect_argument(route);
    records[0].reserved = 0;
    expect_hosts(&good, "10 a.example");
}

/* Of a newer host, whose struct is longer. */
static void test_a_larger_question(void **state)
{
    struct {
        struct sansmtp_route route;
        uint64_t more;
    } newer = {.route = ask("x.example", SANSMTP_ROUTE_NODATA, "")};
    (void)state;

    newer.route.size = sizeof(newer);
    expect_hosts(&newer.route, "0 x.example");
    newer.more = 1;
    assert_int_equal(run(&newer.route, HOSTS), SANSMTP_ERR_ARGUMENT);
}

/* --- properties, on many small random lists */

static const char *const pool[] = {"a.example", "b.example", "c.example", "d.example", "A.example.",
                                   "B.EXAMPLE", ".",         "192.0.2.7", "e.example"};

/* Which of the letters a to e a name of the pool is; -1: no host. */
static int letter(struct sansmtp_span name)
{
    return name.length >= 9 && (name.data[0] | 32) >= 'a' ? (name.data[0] | 32) - 'a' : -1;
}

struct sample {
    size_t count;
    int ours;         /* a letter */
    uint64_t best[5]; /* the best preference of each letter that may stay; UINT64_MAX: none */
    size_t distinct;
};

/* What should come out, by brute force. */
static void work_out(struct sample *sample)
{
    uint64_t limit = UINT64_MAX;

    sample->distinct = 0;
    for (size_t i = 0; i < sample->count; i++) {
        if (letter(records[i].target) == sample->ours && records[i].preference < limit) {
            limit = records[i].preference;
        }
    }
    for (int name = 0; name < 5; name++) {
        sample->best[name] = UINT64_MAX;
        for (size_t i = 0; i < sample->count; i++) {
            if (letter(records[i].target) == name && records[i].preference < limit &&
                records[i].preference < sample->best[name]) {
                sample->best[name] = records[i].preference;
            }
        }
        sample->distinct += sample->best[name] != UINT64_MAX;
    }
}

static struct sample draw(struct random *random)
{
    struct sample sample = {.count = 1 + random_below(random, 12),
                            .ours = (int)random_below(random, 9)};

    for (size_t i = 0; i < sample.count; i++) {
        records[i].preference = random_below(random, 4);
        records[i].target = span(pool[random_below(random, COUNT(pool))]);
    }
    work_out(&sample);
    return sample;
}

static void check_list(const struct sample *sample, size_t capacity)
{
    unsigned seen = 0;

    assert_int_equal(result.count, sample->distinct < capacity ? sample->distinct : capacity);
    assert_int_equal(result.flags, sample->distinct > capacity ? SANSMTP_ROUTE_MORE : 0);
    for (size_t i = 0; i < result.count; i++) {
        int name = letter(hosts[i].name);
        int last = i + 1 == result.count && sample->distinct <= capacity;

        assert_in_range(name, 0, 4);
        assert_int_equal(seen & 1u << name, 0);
        seen |= 1u << name;
        assert_int_equal(hosts[i].preference, sample->best[name]);
        assert_int_equal(records[hosts[i].record].preference, hosts[i].preference);
        assert_true(i == 0 || hosts[i - 1].preference <= hosts[i].preference);
        assert_int_equal(hosts[i].flags, last ? SANSMTP_ROUTE_LAST : 0);
    }
    /* whoever was left out is no better than whoever was not */
    for (int name = 0; name < 5 && result.count > 0; name++) {
        assert_true((seen & 1u << name) != 0 ||
                    sample->best[name] >= hosts[result.count - 1].preference);
    }
}

static void rotate(size_t count)
{
    struct sansmtp_route_mx first = records[0];

    memmove(records, records + 1, (count - 1) * sizeof(records[0]));
    records[count - 1] = first;
}

static void test_any_list(void **state)
{
    struct random random = {1};
    size_t empty = 0;
    (void)state;

    for (int turn = 0; turn < 20000; turn++) {
        struct sansmtp_route route = {.size = sizeof(route), .answers = SANSMTP_ROUTE_FOUND};
        struct sample sample = draw(&random);
        struct sansmtp_span name = span(
            sample.ours < 5 ? pool[(size_t[]){0, 1, 2, 3, 8}[sample.ours]] : "other.example");
        size_t capacity = 1 + random_below(&random, 6);
        char before[512];

        route.domain = span("x.example");
        route.mx = records;
        route.mx_count = sample.count;
        route.names = &name;
        route.name_count = 1;
        route.seed = random_next(&random);
        assert_int_equal(run(&route, capacity), 0);
        if (sample.distinct == 0) {
            assert_int_equal(result.verdict, SANSMTP_ROUTE_BOUNCE);
            empty++;
            continue;
        }
        assert_int_equal(result.verdict, SANSMTP_ROUTE_TRY);
        check_list(&sample, capacity);
        /* a larger array begins in the same way, and so does the same set in another order */
        strcpy(before, show());
        for (size_t i = 0; i < strlen(before); i++) {
            before[i] = (char)(before[i] >= 'A' && before[i] <= 'Z' ? before[i] | 32 : before[i]);
        }
        rotate(sample.count);
        assert_int_equal(run(&route, HOSTS), 0);
        show();
        for (size_t i = 0; i < strlen(before); i++) {
            assert_int_equal(shown[i] >= 'A' && shown[i] <= 'Z' ? shown[i] | 32 : shown[i],
                             before[i]);
        }
    }
    assert_in_range(empty, 100, 15000);
}

/* Nothing is read or written beyond what was handed over. */
static void test_edges_of_memory(void **state)
{
    static const char *const texts[] = {".", "a",  "a.", "a.b", "192.0.2.1",  "[1.2.3.4]", "[",
                                        "-", "a-", "1",  "::1", "[IPv6:::1]", "a..",       ""};
    (void)state;

    for (size_t i = 0; i < COUNT(texts); i++) {
        size_t length = strlen(texts[i]);
        uint8_t *text = guard_copy(texts[i], length);
        struct sansmtp_route_mx record = {.preference = 1, .target = {text, length}};
        struct sansmtp_route_mx *mx = (void *)guard_copy(&record, sizeof(record));
        struct sansmtp_route_host *host = (void *)guard_alloc(sizeof(*host));
        struct sansmtp_route route = {.size = sizeof(route), .answers = SANSMTP_ROUTE_FOUND};

        route.domain = (struct sansmtp_span){text, length};
        route.mx = mx;
        route.mx_count = 1;
        route.names = &mx->target;
        route.name_count = 1;
        result = (struct sansmtp_route_result){.size = sizeof(result)};
        sansmtp_route_hosts(&route, host, 1, &result);
        route.flags = SANSMTP_ROUTE_SMART_HOSTS;
        assert_int_equal(sansmtp_route_hosts(&route, host, 1, &result), 0);
        assert_int_equal(result.reason, SANSMTP_ROUTE_REASON_SMART_HOSTS);
        route.name_count = 0;
        assert_int_equal(sansmtp_route_hosts(&route, host, 1, &result), 0);
        guard_free((void *)host, sizeof(*host));
        guard_free((void *)mx, sizeof(record));
        guard_free(text, length);
    }
}

static void test_reason_names(void **state)
{
    (void)state;

    assert_string_equal(sansmtp_route_reason_name(SANSMTP_ROUTE_REASON_NULL_MX),
                        "the domain takes no mail");
    for (uint32_t reason = 1; reason <= SANSMTP_ROUTE_REASON_SMART_HOSTS; reason++) {
        assert_string_not_equal(sansmtp_route_reason_name(reason), "?");
    }
    assert_string_equal(sansmtp_route_reason_name(0), "?");
    assert_string_equal(sansmtp_route_reason_name(SANSMTP_ROUTE_REASON_SMART_HOSTS + 1), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lower_numbers_go_first),
        cmocka_unit_test(test_equals_are_shuffled),
        cmocka_unit_test(test_each_at_each_place),
        cmocka_unit_test(test_a_domain_without_mx),
        cmocka_unit_test(test_failures_of_the_dns),
        cmocka_unit_test(test_null_mx),
        cmocka_unit_test(test_null_mx_and_no_name),
        cmocka_unit_test(test_the_root_beside_others),
        cmocka_unit_test(test_a_root_without_octets),
        cmocka_unit_test(test_oneself_in_the_list),
        cmocka_unit_test(test_oneself_without_mx),
        cmocka_unit_test(test_targets_that_are_no_names),
        cmocka_unit_test(test_odd_targets_that_are_names),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_literals),
        cmocka_unit_test(test_smart_hosts),
        cmocka_unit_test(test_domains_that_are_none),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_a_larger_question),
        cmocka_unit_test(test_any_list),
        cmocka_unit_test(test_edges_of_memory),
        cmocka_unit_test(test_reason_names),
    };

    return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
