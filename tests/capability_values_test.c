/* What stands behind the keywords of a reply to EHLO, each line at a guard page. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "attribute.h"
#include "capability.h"
#include "guard.h"

static void add(const char *line, struct sansmtp_capabilities *capabilities)
{
    uint8_t *copy = guard_copy(line, strlen(line));

    sansmtp_capability_read(copy, strlen(line), NULL, 0, capabilities);
    guard_free(copy, strlen(line));
}

static struct sansmtp_capabilities read_line(const char *line)
{
    struct sansmtp_capabilities capabilities = {0};

    add(line, &capabilities);
    return capabilities;
}

/* A line, and one number that it must leave. */
struct line {
    const char *text;
    uint64_t number;
};

/* 2852-2-c: the least for mode R; what cannot be read says none, and DELIVERBY is there all the
 * same */
static void test_deliver_by(void **state)
{
    static const struct line lines[] = {
        {"DELIVERBY 60,x=1", 60}, {"DELIVERBY ,x", 0},         {"DELIVERBY", 0},
        {"DELIVERBY x", 0},       {"DELIVERBY 1234567890", 0}, {"DELIVERBY 999999999", 999999999},
        {"deliverby 240", 240},   {"DELIVERBY 240 5", 240},    {"DELIVERBY -5", 0},
        {"DELIVERBY 60x", 0},     {"DELIVERBY ", 0},
    };
    (void)state;

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct sansmtp_capabilities found = read_line(lines[i].text);

        assert_int_equal(found.extensions, SANSMTP_EXTENSION_DELIVERBY);
        assert_int_equal(found.deliver_by, lines[i].number);
    }
}

/* 4865-3-c: both limits, and without them no FUTURERELEASE */
static void test_hold(void **state)
{
    static const char *const bad[] = {
        "FUTURERELEASE",
        "FUTURERELEASE 0 x",
        "FUTURERELEASE 86400",
        "FUTURERELEASE 86400 ",
        "FUTURERELEASE 2030-01-01T00:00:00Z",
        "FUTURERELEASE 0 2030-01-01T00:00:00Z",
        "FUTURERELEASE 1234567890 2030-01-01T00:00:00Z",
        "FUTURERELEASE x 2030-01-01T00:00:00Z",
        "FUTURERELEASE 60 2030-01-01T00:00:00+01:00",
        "FUTURERELEASE 60 2030-13-01T00:00:00Z",
        "FUTURERELEASE 60 2030-01-01",
    };
    struct sansmtp_capabilities found = read_line("FUTURERELEASE 86400 2030-01-01T00:00:00Z");
    (void)state;

    assert_int_equal(found.extensions, SANSMTP_EXTENSION_FUTURERELEASE);
    assert_int_equal(found.hold_for, 86400);
    assert_int_equal(found.hold_until, 1893456000);
    found = read_line("futurerelease 1 2030-01-01t00:00:00.5z more");
    assert_int_equal(found.hold_for, 1);
    assert_int_equal(found.hold_until, 1893456001);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        found = read_line(bad[i]);
        assert_int_equal(found.extensions, 0);
        assert_int_equal(found.hold_for, 0);
        assert_int_equal(found.hold_until, 0);
    }
}

/* 6710-3-b, 3865-2-a: what stands there is the host's, and takes nothing away */
static void test_words_for_the_host(void **state)
{
    (void)state;
    assert_int_equal(read_line("MT-PRIORITY MIXER").extensions, SANSMTP_EXTENSION_MT_PRIORITY);
    assert_int_equal(read_line("MT-PRIORITY").extensions, SANSMTP_EXTENSION_MT_PRIORITY);
    assert_int_equal(read_line("MT-PRIORITY a b c").extensions, SANSMTP_EXTENSION_MT_PRIORITY);
    assert_int_equal(read_line("NO-SOLICITING net.example:ADV").extensions,
                     SANSMTP_EXTENSION_NO_SOLICITING);
    assert_int_equal(read_line("NO-SOLICITING").extensions, SANSMTP_EXTENSION_NO_SOLICITING);
}

static void assert_limits(const char *line, uint32_t messages, uint32_t recipients,
                          uint32_t domains)
{
    struct sansmtp_capabilities found = read_line(line);

    assert_int_equal(found.extensions, SANSMTP_EXTENSION_LIMITS);
    if (found.messages != messages || found.recipients != recipients || found.domains != domains) {
        fail_msg("%s: %u %u %u", line, (unsigned)found.messages, (unsigned)found.recipients,
                 (unsigned)found.domains);
    }
}

/* 9422-3-a, 9422-4.1-a, 9422-3.7-a */
static void test_limits(void **state)
{
    (void)state;
    assert_limits("LIMITS", 0, 0, 0);
    assert_limits("LIMITS RCPTMAX=20 MAILMAX=5", 5, 20, 0);
    assert_limits("limits rcptdomainmax=1 Mailmax=999999", 999999, 0, 1);
    assert_limits("LIMITS  MAILMAX=1  RCPTMAX=2 ", 1, 2, 0);
    assert_limits("LIMITS RCPTMAX=0 MAILMAX=5 FOO BAR=x", 5, 0, 0);
    assert_limits("LIMITS RCPTMAX=1000000 MAILMAX=5", 5, 0, 0);
    assert_limits("LIMITS RCPTMAX=x MAILMAX=5", 5, 0, 0);
    assert_limits("LIMITS RCPTMAX MAILMAX=5", 5, 0, 0);
    assert_limits("LIMITS RCPTMAX=-1 MAILMAX=5", 5, 0, 0);
    assert_limits("LIMITS RCPTMAX=5x MAILMAX=5", 5, 0, 0);
    assert_limits("LIMITS XRCPTMAX=5 RCPTMAXX=5 A_B-C=!~", 0, 0, 0);
}

/* 9422-3.7-a: what is not even of the basic form voids all that stand with it */
static void test_limits_of_no_form(void **state)
{
    (void)state;
    assert_limits("LIMITS =5 MAILMAX=5", 0, 0, 0);
    assert_limits("LIMITS MAILMAX=5 RCPTMAX=a;b", 0, 0, 0);
    assert_limits("LIMITS MAILMAX=5;RCPTMAX=3", 0, 0, 0);
    assert_limits("LIMITS MAILMAX=5 FOO=", 0, 0, 0);
    assert_limits("LIMITS MAILMAX=5 F.O=1", 0, 0, 0);
    assert_limits("LIMITS MAILMAX=5 FOO=\x80", 0, 0, 0);
    assert_limits("LIMITS MAILMAX=5 FOO=\x7F", 0, 0, 0);
    assert_limits("LIMITS MAILMAX=5 F\x01O", 0, 0, 0);
}

/* 4468-3.1-c: unknown words are passed over */
static void test_urls(void **state)
{
    static const struct line lines[] = {
        {"BURL", 0},
        {"BURL imap", SANSMTP_URLS_IMAP},
        {"BURL x imap", SANSMTP_URLS_IMAP},
        {"burl IMAP", SANSMTP_URLS_IMAP},
        {"BURL imaps", 0},
        {"BURL imap://imap.example.com", SANSMTP_URLS_SOME},
        {"BURL imap://", 0},
        {"BURL imap://a.example imap", SANSMTP_URLS_SOME | SANSMTP_URLS_IMAP},
        {"BURL http://a.example", 0},
    };
    (void)state;

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct sansmtp_capabilities found = read_line(lines[i].text);

        assert_int_equal(found.extensions, SANSMTP_EXTENSION_BURL);
        assert_int_equal(found.urls, lines[i].number);
    }
}

/* XCLIENT-syntax-f, XCLIENT-syntax-d */
static void test_attributes(void **state)
{
    uint32_t name = 1u << SANSMTP_ATTRIBUTE_NAME;
    uint32_t address = 1u << SANSMTP_ATTRIBUTE_ADDR;
    struct sansmtp_capabilities found = read_line("XCLIENT NAME addr FOO");
    (void)state;

    assert_int_equal(found.extensions, SANSMTP_EXTENSION_XCLIENT);
    assert_int_equal(found.xclient, name | address);
    assert_int_equal(found.xforward, 0);
    add("XFORWARD NAME SOURCE LOGIN", &found);
    assert_int_equal(found.xclient, name | address);
    assert_int_equal(found.xforward, name | 1u << SANSMTP_ATTRIBUTE_SOURCE);
    assert_int_equal(read_line("XCLIENT IDENT SOURCE").xclient, 0);
    assert_int_equal(read_line("XCLIENT").extensions, SANSMTP_EXTENSION_XCLIENT);
}

static void test_the_last_line_of_a_keyword_counts(void **state)
{
    struct sansmtp_capabilities found = read_line("DELIVERBY 60");
    (void)state;

    add("DELIVERBY 70", &found);
    add("LIMITS RCPTMAX=5", &found);
    add("LIMITS MAILMAX=6", &found);
    assert_int_equal(found.deliver_by, 70);
    assert_int_equal(found.recipients, 5);
    assert_int_equal(found.messages, 6);
}

static const struct sansmtp_own_extension extensions[] = {
    {.keyword = "XTEST", .keyword_length = 5, .number = 48},
    {.keyword = "X", .keyword_length = 1, .number = 62},
};
static const struct sansmtp_additions additions = {
    .size = sizeof additions, .extensions_count = 2, .extensions = extensions};

static uint64_t own(const char *line, const struct sansmtp_additions *words)
{
    uint8_t *copy = guard_copy(line, strlen(line));
    uint64_t bit = sansmtp_capability_own(copy, strlen(line), words);

    guard_free(copy, strlen(line));
    return bit;
}

static void test_own_extensions(void **state)
{
    static const char *const others[] = {"", " ", "XTES", "XTESTS", "XTEST=1", "SIZE", "XTEST-1"};
    (void)state;

    assert_int_equal(own("XTEST", &additions), UINT64_C(1) << 48);
    assert_int_equal(own("xTest one two", &additions), UINT64_C(1) << 48);
    assert_int_equal(own("XTEST ", &additions), UINT64_C(1) << 48);
    assert_int_equal(own("x", &additions), UINT64_C(1) << 62);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_int_equal(own(others[i], &additions), 0);
    }
    assert_int_equal(own("XTEST", NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deliver_by),
        cmocka_unit_test(test_hold),
        cmocka_unit_test(test_words_for_the_host),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_limits_of_no_form),
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_the_last_line_of_a_keyword_counts),
        cmocka_unit_test(test_own_extensions),
    };

    return cmocka_run_group_tests_name("capability values", tests, NULL, NULL);
}
