#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include <cmocka.h>

#include <sansmtp/route.h>

#include "guard.h"
#include "random.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define HOSTS       8
#define ADDRESSES   16
#define ATTEMPTS    32

/* From mail hosts and their addresses to attempts. A test writes addresses as text, the first
 * letter of an attempt is its host: "a 192.0.2.1, b 2001:db8::1". */

static struct sansmtp_route route;
static struct sansmtp_route_host hosts[HOSTS];
static struct sansmtp_route_address addresses[HOSTS][ADDRESSES];
static size_t host_count;
static struct sansmtp_route_attempt attempts[ATTEMPTS];
static struct sansmtp_route_result result;
static char shown[2048];

static struct sansmtp_route_address read_address(const char *text)
{
    struct sansmtp_route_address address = {.length = 4};

    if (strchr(text, ':')) {
        address.length = 16;
        assert_int_equal(inet_pton(AF_INET6, text, address.octets), 1);
    } else {
        assert_int_equal(inet_pton(AF_INET, text, address.octets), 1);
    }
    return address;
}

static size_t read_addresses(const char *text, struct sansmtp_route_address *out)
{
    size_t count = 0;
    char copy[512], *rest = copy;

    strcpy(copy, text);
    for (char *one = strtok(copy, " "); one; one = strtok(NULL, " ")) {
        out[count++] = read_address(one);
    }
    (void)rest;
    return count;
}

static int begin(void **state)
{
    (void)state;
    route = (struct sansmtp_route){.size = sizeof(route), .now = 1000};
    memset(hosts, 0, sizeof(hosts));
    host_count = 0;
    return 0;
}

/* One more host, called a, b and so on; the DNS said answers beside FOUND. */
static struct sansmtp_route_host *add(uint32_t preference, const char *text, uint32_t answers)
{
    static const char letters[] = "abcdefgh";
    struct sansmtp_route_host *host = &hosts[host_count];

    host->record = (uint32_t)host_count;
    host->preference = preference;
    host->name = (struct sansmtp_span){(const uint8_t *)&letters[host_count], 1};
    host->address_count = read_addresses(text, addresses[host_count]);
    host->addresses = addresses[host_count];
    host->answers = answers | (host->address_count > 0 ? SANSMTP_ROUTE_FOUND : 0);
    for (size_t i = 0; i < host_count; i++) {
        hosts[i].flags = 0;
    }
    host->flags = SANSMTP_ROUTE_LAST;
    host_count++;
    return host;
}

static int run(size_t capacity)
{
    memset(attempts, 0xA5, sizeof(attempts));
    result = (struct sansmtp_route_result){.size = sizeof(result)};
    return sansmtp_route_attempts(&route, hosts, host_count, attempts, capacity, &result);
}

static const char *show(void)
{
    size_t at = 0;

    shown[0] = '\0';
    for (size_t i = 0; i < result.count; i++) {
        char text[INET6_ADDRSTRLEN];
        const struct sansmtp_route_address *address = &attempts[i].address;

        inet_ntop(address->length == 4 ? AF_INET : AF_INET6, address->octets, text, sizeof(text));
        at += (size_t)snprintf(shown + at, sizeof(shown) - at, "%s%c %s%s", i > 0 ? ", " : "",
                               "abcdefgh"[attempts[i].host], text,
                               attempts[i].flags == SANSMTP_ROUTE_HELD ? " held" : "");
    }
    return shown;
}

static void expect_attempts(const char *expected)
{
    assert_int_equal(run(ATTEMPTS), 0);
    assert_int_equal(result.verdict, SANSMTP_ROUTE_TRY);
    assert_string_equal(show(), expected);
}

static void expect_reason(uint32_t verdict, uint32_t reason, uint32_t enhanced)
{
    assert_int_equal(run(ATTEMPTS), 0);
    assert_int_equal(result.verdict, verdict);
    assert_int_equal(result.reason, reason);
    assert_int_equal(result.enhanced, enhanced);
    assert_int_equal(result.count, 0);
}

static void expect_unusable(void)
{
    expect_reason(SANSMTP_ROUTE_BOUNCE, SANSMTP_ROUTE_REASON_UNUSABLE, SANSMTP_ENHANCED(5u, 4, 4));
}

static void expect_loop(void)
{
    expect_reason(SANSMTP_ROUTE_BOUNCE, SANSMTP_ROUTE_REASON_LOOP, SANSMTP_ENHANCED(5u, 4, 6));
}

static void expect_later(uint32_t reason)
{
    expect_reason(SANSMTP_ROUTE_LATER, reason, SANSMTP_ENHANCED(4u, 4, 3));
}

/* 5321-5.1-k: all addresses in order, the second after the first; 5321-5.1-l: as the resolver has
 * them */
static void test_all_addresses_in_order(void **state)
{
    (void)state;

    add(10, "192.0.2.9 192.0.2.1", 0);
    add(20, "2001:db8::2 192.0.2.2 2001:db8::1", 0);
    expect_attempts("a 192.0.2.9, a 192.0.2.1, b 2001:db8::2, b 192.0.2.2, b 2001:db8::1");
    assert_int_equal(attempts[1].host, 0);
    assert_int_equal(attempts[1].index, 1);
    assert_int_equal(attempts[4].host, 1);
    assert_int_equal(attempts[4].index, 2);
    assert_int_equal(result.flags, 0);
}

static void test_orders_of_families(void **state)
{
    static const struct {
        uint32_t order;
        const char *attempts;
    } rows[] = {
        {SANSMTP_ROUTE_ORDER_RESOLVER,
         "a 192.0.2.1, a 192.0.2.2, a 192.0.2.3, a 2001:db8::1, a 2001:db8::2"},
        {SANSMTP_ROUTE_ORDER_INTERLEAVE,
         "a 192.0.2.1, a 2001:db8::1, a 192.0.2.2, a 2001:db8::2, a 192.0.2.3"},
        {SANSMTP_ROUTE_ORDER_IPV4_FIRST,
         "a 192.0.2.1, a 192.0.2.2, a 192.0.2.3, a 2001:db8::1, a 2001:db8::2"},
        {SANSMTP_ROUTE_ORDER_IPV6_FIRST,
         "a 2001:db8::1, a 2001:db8::2, a 192.0.2.1, a 192.0.2.2, a 192.0.2.3"},
        {SANSMTP_ROUTE_ORDER_IPV4_ONLY, "a 192.0.2.1, a 192.0.2.2, a 192.0.2.3"},
        {SANSMTP_ROUTE_ORDER_IPV6_ONLY, "a 2001:db8::1, a 2001:db8::2"},
    };
    (void)state;

    add(10, "192.0.2.1 192.0.2.2 192.0.2.3 2001:db8::1 2001:db8::2", 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        route.order = rows[i].order;
        expect_attempts(rows[i].attempts);
    }
}

/* The turn begins with what can be tried, and goes on past what cannot. */
static void test_turns(void **state)
{
    (void)state;

    route.order = SANSMTP_ROUTE_ORDER_INTERLEAVE;
    add(10, "127.0.0.1 2001:db8::1 2001:db8::2 192.0.2.1 2001:db8::3", 0);
    add(10, "2001:db8::4 2001:db8::5", 0);
    expect_attempts("a 2001:db8::1, a 192.0.2.1, a 2001:db8::2, a 2001:db8::3, b 2001:db8::4, "
                    "b 2001:db8::5");
}

/* A domain without IPv4 is out of reach of a host without IPv6. */
static void test_no_address_of_the_family(void **state)
{
    (void)state;

    add(10, "2001:db8::1", 0);
    route.order = SANSMTP_ROUTE_ORDER_IPV4_ONLY;
    expect_unusable();
}

static void test_limit_per_host(void **state)
{
    (void)state;

    add(10, "127.0.0.1 192.0.2.1 192.0.2.2 192.0.2.3", 0);
    add(10, "192.0.2.4", 0);
    route.per_host = 2;
    expect_attempts("a 192.0.2.1, a 192.0.2.2, b 192.0.2.4");
    assert_int_equal(result.flags, 0);
}

static void test_too_many(void **state)
{
    (void)state;

    add(10, "192.0.2.1 192.0.2.2", 0);
    add(20, "192.0.2.3", 0);
    for (size_t capacity = 1; capacity <= 4; capacity++) {
        assert_int_equal(run(capacity), 0);
        assert_int_equal(result.count, capacity < 3 ? capacity : 3);
        assert_int_equal(result.flags, capacity < 3 ? SANSMTP_ROUTE_MORE : 0);
        assert_int_equal(attempts[0].host, 0);
    }
}

static void test_each_address_once(void **state)
{
    (void)state;

    add(10, "192.0.2.1 192.0.2.1 ::ffff:192.0.2.1", 0);
    add(20, "192.0.2.2 192.0.2.1 2001:db8::1", 0);
    expect_attempts("a 192.0.2.1, b 192.0.2.2, b 2001:db8::1");
    assert_int_equal(run(3), 0);
    assert_int_equal(result.flags, 0);
}

/* 5321-5.1-h, 5321-5.1-i: "names or addresses by which it might be known" */
static void test_our_own_addresses(void **state)
{
    struct sansmtp_route_address own[2] = {read_address("2001:db8::9"), read_address("192.0.2.9")};
    (void)state;

    route.own = own;
    route.own_count = 2;
    add(10, "192.0.2.1", 0);
    add(20, "192.0.2.2", 0);
    add(20, "192.0.2.3 ::ffff:192.0.2.9", 0);
    add(30, "192.0.2.4", 0);
    expect_attempts("a 192.0.2.1");
    hosts[0].preference = 20;
    expect_loop();
    begin(NULL);
    route.own = own;
    route.own_count = 1;
    add(0, "2001:db8::9", 0);
    expect_loop();
    route.own_count = 0;
    expect_attempts("a 2001:db8::9");
}

/* 5321-5.1-e: all that was found by MX is unusable, and that is that */
static void test_hosts_without_addresses(void **state)
{
    static const uint32_t answers[] = {
        SANSMTP_ROUTE_NODATA,
        SANSMTP_ROUTE_NXDOMAIN,
        SANSMTP_ROUTE_NODATA | SANSMTP_ROUTE_NXDOMAIN,
        SANSMTP_ROUTE_FOUND,
    };
    (void)state;

    for (size_t i = 0; i < COUNT(answers); i++) {
        begin(NULL);
        add(10, "", answers[i])->addresses = NULL;
        expect_unusable();
        add(20, "", SANSMTP_ROUTE_NODATA);
        expect_unusable();
        add(30, "192.0.2.1", 0);
        expect_attempts("c 192.0.2.1");
    }
}

/* The same of one's own list: no mail bounces for a name that was mistyped there. */
static void test_smart_hosts_without_addresses(void **state)
{
    struct sansmtp_route_address own = read_address("192.0.2.9");
    (void)state;

    route.flags = SANSMTP_ROUTE_SMART_HOSTS;
    add(10, "", SANSMTP_ROUTE_NXDOMAIN);
    expect_reason(SANSMTP_ROUTE_LATER, SANSMTP_ROUTE_REASON_SMART_HOSTS,
                  SANSMTP_ENHANCED(4u, 3, 5));
    route.own = &own;
    route.own_count = 1;
    add(10, "192.0.2.9", 0);
    expect_reason(SANSMTP_ROUTE_LATER, SANSMTP_ROUTE_REASON_SMART_HOSTS,
                  SANSMTP_ENHANCED(4u, 3, 5));
    hosts[0].answers = SANSMTP_ROUTE_SERVFAIL;
    hosts[0].preference = 5;
    expect_later(SANSMTP_ROUTE_REASON_DNS);
}

/* 5321-5.1-c: a temporary failure keeps the message, unless there is something to try */
static void test_doubts(void **state)
{
    (void)state;

    add(10, "", SANSMTP_ROUTE_NODATA);
    add(20, "", SANSMTP_ROUTE_NODATA | SANSMTP_ROUTE_BOGUS);
    expect_later(SANSMTP_ROUTE_REASON_BOGUS);
    add(30, "", SANSMTP_ROUTE_SERVFAIL);
    expect_later(SANSMTP_ROUTE_REASON_DNS);
    hosts[2].answers = SANSMTP_ROUTE_TIMEOUT | SANSMTP_ROUTE_NODATA;
    expect_later(SANSMTP_ROUTE_REASON_DNS);
    add(40, "127.0.0.1", 0);
    expect_later(SANSMTP_ROUTE_REASON_DNS);
    add(50, "192.0.2.1", SANSMTP_ROUTE_SERVFAIL);
    expect_attempts("e 192.0.2.1");
}

/* Doubts about what is no better than oneself are none. */
static void test_doubts_behind_oneself(void **state)
{
    struct sansmtp_route_address own = read_address("192.0.2.9");
    (void)state;

    route.own = &own;
    route.own_count = 1;
    add(10, "192.0.2.9", 0);
    add(20, "", SANSMTP_ROUTE_SERVFAIL);
    expect_loop();
    hosts[1].preference = 5;
    expect_later(SANSMTP_ROUTE_REASON_DNS);
}

/* Not all hosts were handed over: there may be one that can be used. */
static void test_part_of_the_list(void **state)
{
    (void)state;

    add(10, "", SANSMTP_ROUTE_NXDOMAIN);
    add(20, "192.0.2.1", 0);
    host_count = 1;
    expect_reason(SANSMTP_ROUTE_LATER, SANSMTP_ROUTE_REASON_CUT, SANSMTP_ENHANCED(4u, 4, 4));
    host_count = 2;
    expect_attempts("b 192.0.2.1");
}

/* 5321-5.1-j: a target that is an alias is tried, unless one insists */
static void test_aliases(void **state)
{
    (void)state;

    add(10, "192.0.2.1", SANSMTP_ROUTE_ALIAS);
    add(20, "192.0.2.2", 0);
    expect_attempts("a 192.0.2.1, b 192.0.2.2");
    route.flags = SANSMTP_ROUTE_NO_ALIASES;
    expect_attempts("b 192.0.2.2");
    host_count = 1;
    hosts[0].flags = SANSMTP_ROUTE_LAST;
    expect_unusable();
}

/* 5321-5.1-m */
static void test_literals(void **state)
{
    struct sansmtp_route_address own = read_address("::ffff:192.0.2.1");
    (void)state;

    add(0, "", SANSMTP_ROUTE_NODATA)->answers = 0;
    hosts[0].literal = read_address("192.0.2.1");
    expect_attempts("a 192.0.2.1");
    assert_int_equal(attempts[0].index, 0);
    route.own = &own;
    route.own_count = 1;
    expect_loop();
    route.own_count = 0;
    hosts[0].literal = read_address("127.0.0.1");
    expect_unusable();
}

enum { OPEN, PRIVATE, LOCAL, NOWHERE };

static const struct {
    const char *address;
    int place;
} places[] = {
    {"0.0.0.0", NOWHERE},
    {"0.255.255.255", NOWHERE},
    {"1.0.0.0", OPEN},
    {"9.255.255.255", OPEN},
    {"10.0.0.0", PRIVATE},
    {"10.255.255.255", PRIVATE},
    {"11.0.0.0", OPEN},
    {"100.63.255.255", OPEN},
    {"100.64.0.0", PRIVATE},
    {"100.127.255.255", PRIVATE},
    {"100.128.0.0", OPEN},
    {"126.255.255.255", OPEN},
    {"127.0.0.1", LOCAL},
    {"127.255.255.255", LOCAL},
    {"128.0.0.0", OPEN},
    {"169.253.255.255", OPEN},
    {"169.254.169.254", LOCAL},
    {"169.255.0.0", OPEN},
    {"172.15.255.255", OPEN},
    {"172.16.0.0", PRIVATE},
    {"172.31.255.255", PRIVATE},
    {"172.32.0.0", OPEN},
    {"192.167.255.255", OPEN},
    {"192.168.0.0", PRIVATE},
    {"192.169.0.0", OPEN},
    {"223.255.255.255", OPEN},
    {"224.0.0.0", NOWHERE},
    {"239.0.0.1", NOWHERE},
    {"240.0.0.0", NOWHERE},
    {"255.255.255.255", NOWHERE},
    {"::", NOWHERE},
    {"::127.0.0.1", NOWHERE},
    {"::c000:201", NOWHERE},
    {"::1", LOCAL},
    {"::2", NOWHERE},
    {"0:ffff::1", NOWHERE},
    {"1::", OPEN},
    {"::ffff:127.0.0.1", LOCAL},
    {"::ffff:10.0.0.1", PRIVATE},
    {"::ffff:192.0.2.1", OPEN},
    {"::ffff:0.0.0.0", NOWHERE},
    {"::fffe:127.0.0.1", NOWHERE},
    {"64:ff9b::127.0.0.1", LOCAL},
    {"64:ff9b::192.0.2.1", OPEN},
    {"2001:db8::1", OPEN},
    {"fbff::1", OPEN},
    {"fc00::1", PRIVATE},
    {"fdff::1", PRIVATE},
    {"fe00::1", OPEN},
    {"fe80::1", NOWHERE},
    {"fec0::1", NOWHERE},
    {"ff02::1", NOWHERE},
};

/* Where strangers may send us: nowhere that is only here. */
static void test_places(void **state)
{
    static const struct {
        uint32_t flags;
        int furthest;
    } policies[] = {
        {0, PRIVATE},
        {SANSMTP_ROUTE_PUBLIC_ONLY, OPEN},
        {SANSMTP_ROUTE_LOCAL, LOCAL},
        {SANSMTP_ROUTE_SMART_HOSTS, LOCAL},
        {SANSMTP_ROUTE_SMART_HOSTS | SANSMTP_ROUTE_PUBLIC_ONLY, LOCAL},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(places); i++) {
        for (size_t j = 0; j < COUNT(policies); j++) {
            begin(NULL);
            route.flags = policies[j].flags;
            add(10, places[i].address, 0);
            assert_int_equal(run(ATTEMPTS), 0);
            if (result.count != (places[i].place <= policies[j].furthest)) {
                fail_msg("%s, policy %zu", places[i].address, j);
            }
        }
    }
}

static struct sansmtp_route_failure failures[8];

static void hold(const char *address, uint64_t now, uint32_t seconds)
{
    struct sansmtp_route_address one = read_address(address);

    assert_int_equal(sansmtp_route_failed(failures, COUNT(failures), &one, now, seconds, seconds),
                     0);
    route.failures = failures;
    route.failure_count = COUNT(failures);
}

/* 5321-4.5.4.1-e: a failed address is skipped until its hold ends */
static void test_held_addresses(void **state)
{
    (void)state;

    memset(failures, 0, sizeof(failures));
    add(10, "192.0.2.1 192.0.2.2", 0);
    add(20, "192.0.2.3", 0);
    hold("192.0.2.1", 900, 200);
    expect_attempts("a 192.0.2.2, b 192.0.2.3");
    hold("::ffff:192.0.2.2", 900, 300);
    expect_attempts("b 192.0.2.3");
    hold("192.0.2.3", 900, 250);
    expect_reason(SANSMTP_ROUTE_LATER, SANSMTP_ROUTE_REASON_HELD, SANSMTP_ENHANCED(4u, 4, 1));
    assert_int_equal(result.when, 1100);
    route.now = 1099;
    expect_reason(SANSMTP_ROUTE_LATER, SANSMTP_ROUTE_REASON_HELD, SANSMTP_ENHANCED(4u, 4, 1));
    route.now = 1100;
    expect_attempts("a 192.0.2.1");
    assert_int_equal(result.when, 0);
    route.now = 1200;
    expect_attempts("a 192.0.2.1, a 192.0.2.2, b 192.0.2.3");
}

static void test_held_last(void **state)
{
    (void)state;

    memset(failures, 0, sizeof(failures));
    route.flags = SANSMTP_ROUTE_HELD_LAST;
    add(10, "192.0.2.1 192.0.2.2", 0);
    add(20, "192.0.2.3 192.0.2.1", 0);
    hold("192.0.2.1", 1000, 100);
    expect_attempts("a 192.0.2.2, b 192.0.2.3, a 192.0.2.1 held");
    hold("192.0.2.2", 1000, 100);
    hold("192.0.2.3", 1000, 100);
    expect_attempts("a 192.0.2.1 held, a 192.0.2.2 held, b 192.0.2.3 held");
}

static void expect_argument(void)
{
    assert_int_equal(run(ATTEMPTS), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(result.verdict, 0);
    assert_int_equal(attempts[0].host, 0xA5A5A5A5u);
}

static void test_arguments(void **state)
{
    struct sansmtp_route_host good;
    (void)state;

    add(10, "192.0.2.1", 0);
    good = hosts[0];
    assert_int_equal(run(0), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_route_attempts(NULL, hosts, 1, attempts, 1, &result),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_route_attempts(&route, NULL, 1, attempts, 1, &result),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_route_attempts(&route, hosts, 0, attempts, 1, &result),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_route_attempts(&route, hosts, 1, NULL, 1, &result),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_route_attempts(&route, hosts, 1, attempts, 1, NULL),
                     SANSMTP_ERR_ARGUMENT);
    hosts[0].answers = 0;
    expect_argument();
    hosts[0].answers = SANSMTP_ROUTE_NODATA;
    expect_argument();
    hosts[0].answers = SANSMTP_ROUTE_FOUND | 128;
    expect_argument();
    hosts[0] = good, hosts[0].addresses = NULL;
    expect_argument();
    hosts[0] = good, hosts[0].name.data = NULL;
    expect_argument();
    hosts[0] = good, hosts[0].flags = 4;
    expect_argument();
    hosts[0] = good, hosts[0].reserved = 1;
    expect_argument();
    hosts[0] = good, hosts[0].literal.length = 1;
    expect_argument();
    hosts[0] = good, addresses[0][0].length = 0;
    expect_argument();
    addresses[0][0].length = 17;
    expect_argument();
    addresses[0][0].length = 4;
    expect_attempts("a 192.0.2.1");
}

/* --- properties, on many small random lists */

static const char *const pool[] = {
    "192.0.2.1",   "192.0.2.2",   "192.0.2.3",        "192.0.2.4", "2001:db8::1", "2001:db8::2",
    "2001:db8::3", "2001:db8::4", "::ffff:192.0.2.1", "127.0.0.1", "10.0.0.1",    "fe80::1",
};
static struct sansmtp_route_address known[COUNT(pool)];

static int same(const struct sansmtp_route_address *left, const struct sansmtp_route_address *right)
{
    struct sansmtp_route_address mapped = known[8];
    const struct sansmtp_route_address *one = left, *other = right;

    if (one->length == 16 && memcmp(one, &mapped, sizeof(mapped)) == 0) {
        one = &known[0];
    }
    if (other->length == 16 && memcmp(other, &mapped, sizeof(mapped)) == 0) {
        other = &known[0];
    }
    return memcmp(one, other, sizeof(*one)) == 0;
}

static int is_ipv4(const struct sansmtp_route_address *address)
{
    return address->length == 4 || same(address, &known[0]);
}

/* May the address be tried at all, held or not? */
static int is_wanted(const struct sansmtp_route_address *address)
{
    int any = same(address, &known[9])    ? (route.flags & SANSMTP_ROUTE_LOCAL) != 0
              : same(address, &known[10]) ? (route.flags & SANSMTP_ROUTE_PUBLIC_ONLY) == 0
                                          : !same(address, &known[11]);

    return any && !(route.order == SANSMTP_ROUTE_ORDER_IPV4_ONLY && !is_ipv4(address)) &&
           !(route.order == SANSMTP_ROUTE_ORDER_IPV6_ONLY && is_ipv4(address));
}

static uint64_t held_until(const struct sansmtp_route_address *address)
{
    return sansmtp_route_held(failures, COUNT(failures), address, route.now);
}

static uint64_t our_preference(void)
{
    uint64_t best = UINT64_MAX;

    for (size_t i = 0; i < host_count; i++) {
        for (size_t j = 0; j < hosts[i].address_count; j++) {
            if (route.own_count > 0 && same(&addresses[i][j], route.own) &&
                hosts[i].preference < best) {
                best = hosts[i].preference;
            }
        }
    }
    return best;
}

static void draw(struct random *random)
{
    static struct sansmtp_route_address own;
    uint32_t preference = 0;

    begin(NULL);
    memset(failures, 0, sizeof(failures));
    own = known[random_below(random, COUNT(pool))];
    route.own = &own;
    route.own_count = random_below(random, 3) == 0;
    route.order = random_below(random, 6);
    route.per_host = random_below(random, 4) == 0 ? 1 + random_below(random, 3) : 0;
    route.flags = random_below(random, 2) * SANSMTP_ROUTE_HELD_LAST |
                  random_below(random, 2) * SANSMTP_ROUTE_LOCAL |
                  random_below(random, 2) * SANSMTP_ROUTE_PUBLIC_ONLY;
    for (uint32_t i = 1 + random_below(random, 4); i > 0; i--) {
        struct sansmtp_route_host *host = add(preference, "", SANSMTP_ROUTE_NODATA);

        preference += random_below(random, 2);
        host->address_count = random_below(random, 6);
        host->answers = SANSMTP_ROUTE_FOUND;
        for (size_t j = 0; j < host->address_count; j++) {
            addresses[host_count - 1][j] = known[random_below(random, COUNT(pool))];
        }
    }
    for (uint32_t i = random_below(random, 5); i > 0; i--) {
        hold(pool[random_below(random, COUNT(pool))], 1000 - random_below(random, 20),
             1 + random_below(random, 30));
    }
}

static void check_attempts(size_t capacity)
{
    uint64_t ours = our_preference();
    size_t fresh = 0;

    assert_true(result.count <= capacity);
    for (size_t i = 0; i < result.count; i++) {
        const struct sansmtp_route_attempt *one = &attempts[i];

        assert_true(one->host < host_count);
        assert_true(one->index < hosts[one->host].address_count);
        assert_memory_equal(&one->address, &addresses[one->host][one->index], sizeof(one->address));
        assert_true(is_wanted(&one->address));
        assert_true(hosts[one->host].preference < ours);
        assert_int_equal(held_until(&one->address) != 0, one->flags == SANSMTP_ROUTE_HELD);
        for (size_t j = 0; j < i; j++) {
            assert_false(same(&one->address, &attempts[j].address));
        }
        if (one->flags == 0) {
            assert_int_equal(fresh, i); /* none behind one that is held */
            fresh++;
        } else {
            assert_int_not_equal(route.flags & SANSMTP_ROUTE_HELD_LAST, 0);
        }
        if (i > 0 && attempts[i - 1].flags == one->flags) {
            assert_true(attempts[i - 1].host <= one->host);
        }
    }
}

static int is_among(const struct sansmtp_route_address *address)
{
    for (size_t i = 0; i < result.count; i++) {
        if (same(address, &attempts[i].address)) {
            return 1;
        }
    }
    return 0;
}

/* Whatever may be tried is there. */
static void check_complete(void)
{
    uint64_t ours = our_preference();

    for (size_t i = 0; i < host_count; i++) {
        for (size_t j = 0; j < hosts[i].address_count; j++) {
            const struct sansmtp_route_address *address = &addresses[i][j];

            if (route.per_host == 0 && hosts[i].preference < ours && is_wanted(address) &&
                (held_until(address) == 0 || (route.flags & SANSMTP_ROUTE_HELD_LAST) != 0)) {
                assert_true(is_among(address));
            }
        }
    }
}

static void test_any_list(void **state)
{
    struct random random = {2};
    size_t verdicts[4] = {0};
    (void)state;

    for (size_t i = 0; i < COUNT(pool); i++) {
        known[i] = read_address(pool[i]);
    }
    for (int turn = 0; turn < 20000; turn++) {
        size_t capacity = 1 + random_below(&random, 6), count;
        struct sansmtp_route_attempt first[8];
        uint32_t more;

        draw(&random);
        assert_int_equal(run(capacity), 0);
        check_attempts(capacity);
        memcpy(first, attempts, sizeof(first));
        count = result.count;
        more = result.flags;
        assert_int_equal(run(ATTEMPTS), 0);
        check_attempts(ATTEMPTS);
        check_complete();
        assert_int_equal(result.flags, 0);
        assert_int_equal(more != 0, result.count > capacity);
        assert_int_equal(count, result.count < capacity ? result.count : capacity);
        assert_memory_equal(first, attempts, count * sizeof(first[0]));
        assert_int_equal(result.verdict == SANSMTP_ROUTE_TRY, result.count > 0);
        if (result.reason == SANSMTP_ROUTE_REASON_HELD) {
            assert_true(result.when > route.now);
        }
        verdicts[result.verdict]++;
    }
    assert_true(verdicts[SANSMTP_ROUTE_TRY] > 1000);
    assert_true(verdicts[SANSMTP_ROUTE_LATER] > 100);
    assert_true(verdicts[SANSMTP_ROUTE_BOUNCE] > 1000);
}

/* Nothing is read or written beyond what was handed over. */
static void test_edges_of_memory(void **state)
{
    static const uint32_t orders = SANSMTP_ROUTE_ORDER_IPV6_ONLY;
    (void)state;

    for (uint32_t order = 0; order <= orders; order++) {
        struct sansmtp_route_host *host;
        struct sansmtp_route_attempt *attempt = (void *)guard_alloc(2 * sizeof(*attempt));
        struct sansmtp_route_address *address;

        begin(NULL);
        add(10, "192.0.2.1 2001:db8::1 2001:db8::2", 0);
        address = (void *)guard_copy(addresses[0], 3 * sizeof(*address));
        hosts[0].addresses = address;
        host = (void *)guard_copy(hosts, sizeof(*host));
        route.order = order;
        route.own = address;
        route.own_count = 3;
        result = (struct sansmtp_route_result){.size = sizeof(result)};
        assert_int_equal(sansmtp_route_attempts(&route, host, 1, attempt, 2, &result), 0);
        assert_int_equal(result.reason, SANSMTP_ROUTE_REASON_LOOP);
        route.own_count = 0;
        assert_int_equal(sansmtp_route_attempts(&route, host, 1, attempt, 2, &result), 0);
        assert_int_equal(result.count, order == SANSMTP_ROUTE_ORDER_IPV4_ONLY ? 1 : 2);
        guard_free((void *)host, sizeof(*host));
        guard_free((void *)address, 3 * sizeof(*address));
        guard_free((void *)attempt, 2 * sizeof(*attempt));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_all_addresses_in_order, begin),
        cmocka_unit_test_setup(test_orders_of_families, begin),
        cmocka_unit_test_setup(test_turns, begin),
        cmocka_unit_test_setup(test_no_address_of_the_family, begin),
        cmocka_unit_test_setup(test_limit_per_host, begin),
        cmocka_unit_test_setup(test_too_many, begin),
        cmocka_unit_test_setup(test_each_address_once, begin),
        cmocka_unit_test_setup(test_our_own_addresses, begin),
        cmocka_unit_test_setup(test_hosts_without_addresses, begin),
        cmocka_unit_test_setup(test_smart_hosts_without_addresses, begin),
        cmocka_unit_test_setup(test_doubts, begin),
        cmocka_unit_test_setup(test_doubts_behind_oneself, begin),
        cmocka_unit_test_setup(test_part_of_the_list, begin),
        cmocka_unit_test_setup(test_aliases, begin),
        cmocka_unit_test_setup(test_literals, begin),
        cmocka_unit_test_setup(test_places, begin),
        cmocka_unit_test_setup(test_held_addresses, begin),
        cmocka_unit_test_setup(test_held_last, begin),
        cmocka_unit_test_setup(test_arguments, begin),
        cmocka_unit_test_setup(test_any_list, begin),
        cmocka_unit_test_setup(test_edges_of_memory, begin),
    };

    return cmocka_run_group_tests_name("route_attempt", tests, NULL, NULL);
}
