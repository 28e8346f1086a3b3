#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/wire.h>

#include "guard.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static uint32_t kind;
static uint8_t address[16];

static int parse(const char *text, uint32_t accept)
{
    size_t length = strlen(text);
    uint8_t *octets = guard_copy(text, length);
    int result = sansmtp_domain_parse(octets, length, accept, &kind, address);

    guard_free(octets, length);
    return result;
}

static void assert_kind(const char *text, uint32_t accept, uint32_t expected)
{
    int result = parse(text, accept);

    if (result != 0 || kind != expected) {
        fail_msg("\"%s\": result %d, kind %u, not %u", text, result, kind, expected);
    }
}

static void assert_error(const char *text, uint32_t accept, int expected)
{
    int result = parse(text, accept);

    if (result != expected) {
        fail_msg("\"%s\": %d, not %d", text, result, expected);
    }
}

/* 5321-4.1.2-m, 5321-4.1.2-o */
static void test_domains(void **state)
{
    static const char *const good[] = {
        "x.example", "localhost", "a-b.c1.example", "1.2.3.4",
        "a",         "1",         "A--b.EXAMPLE",   "xn--bcher-kva.example",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(good); i++) {
        assert_kind(good[i], 0, SANSMTP_DOMAIN_NAME);
    }
}

/* 5321-4.1.2-a, 5321-4.1.2-m, 5321-4.1.2-n */
static void test_what_is_no_domain(void **state)
{
    static const char *const bad[] = {
        "",
        "x-.example",
        "-x.example",
        "x..example",
        ".example",
        "x.example.",
        ".",
        "-",
        "my_host.example",
        "x example",
        "x.example ",
        " x.example",
        "x@example",
        "x.ex\x07mple",
        "x.example\x7F",
        "x.exa:mple",
        "\xC3\xBC.example",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_error(bad[i], 0, SANSMTP_ERR_SYNTAX);
    }
}

/* 5321-4.1.3-a, 5321-4.1.3-b, 5321-4.1.3-e, 5321-4.1.3-f */
static void test_literals(void **state)
{
    (void)state;
    assert_kind("[1.2.3.4]", 0, SANSMTP_DOMAIN_IPV4);
    assert_memory_equal(address, "\1\2\3\4", 4);
    assert_kind("[IPv6:2001:db8::1]", 0, SANSMTP_DOMAIN_IPV6);
    assert_memory_equal(address, "\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
    assert_kind("[ipv6:::1]", 0, SANSMTP_DOMAIN_IPV6);
    assert_kind("[IPV6:::ffff:192.0.2.1]", 0, SANSMTP_DOMAIN_IPV6);
    assert_kind("[IPv6:1:2:3:4:5:6:192.0.2.1]", 0, SANSMTP_DOMAIN_IPV6);
    assert_kind("[X400:abc]", 0, SANSMTP_DOMAIN_GENERAL);
    assert_kind("[2001:db8::1]", 0, SANSMTP_DOMAIN_GENERAL);
    assert_kind("[-a:!Z^~]", 0, SANSMTP_DOMAIN_GENERAL);
    assert_kind("[IPv66:a]", 0, SANSMTP_DOMAIN_GENERAL);
}

/* 5321-4.1.3-a, 5321-4.1.3-c, 5321-4.1.3-d, 5321-4.1.3-e, 5321-4.1.3-f, 5321-4.1.3-g */
static void test_what_is_no_literal(void **state)
{
    static const char *const bad[] = {
        "[",
        "[]",
        "[1.2.3.4",
        "1.2.3.4]",
        "[1.2.3.4]x",
        "[1.2.3.4].",
        "[256.1.1.1]",
        "[1.2.3]",
        "[1.2.3.4.5]",
        "[1.2.3.1234]",
        "[ 1.2.3.4]",
        "[[1.2.3.4]]",
        "[IPv6:1:2:3:4:5:6:7]",
        "[IPv6:1:2:3:4:5:6:7:8:9]",
        "[IPv6:12345::]",
        "[IPv6:1:2:3:4:5:6:7::]",
        "[IPv6:1::2::3]",
        "[IPv6:1:2:3:4:5::192.0.2.1]",
        "[IPv6:zzz]",
        "[ipV6:zzz]",
        "[IPv6:]",
        "[IPv6:fe80::1%eth0]",
        "[IPv6:::1/64]",
        "[x:a[b]",
        "[x:a\\b]",
        "[x:a b]",
        "[x:]",
        "[x-:a]",
        "[:a]",
        "[x_y:a]",
        "[abc]",
        "[x:\x7F]",
        "[x:\xC3\xBC]",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_error(bad[i], 0, SANSMTP_ERR_SYNTAX);
        assert_error(bad[i], SANSMTP_ACCEPT_UTF8, SANSMTP_ERR_SYNTAX);
    }
}

/* Labels of the length, joined by dots, up to so many octets in all. */
static void fill_labels(char *out, size_t label, size_t total)
{
    for (size_t i = 0; i < total; i++) {
        out[i] = i % (label + 1) == label ? '.' : 'a';
    }
    out[total] = '\0';
}

/* 5321-4.5.3.1.2-a, PRACT-dnslabel-a */
static void test_lengths(void **state)
{
    char name[300];
    (void)state;

    fill_labels(name, 63, 255);
    assert_kind(name, 0, SANSMTP_DOMAIN_NAME);
    fill_labels(name, 62, 256);
    assert_error(name, 0, SANSMTP_ERR_LENGTH);
    assert_error(name, SANSMTP_ACCEPT_ODD_NAME, SANSMTP_ERR_LENGTH);
    fill_labels(name, 63, 63);
    assert_kind(name, 0, SANSMTP_DOMAIN_NAME);
    fill_labels(name, 64, 64);
    assert_error(name, 0, SANSMTP_ERR_LENGTH);
    assert_kind(name, SANSMTP_ACCEPT_ODD_NAME, SANSMTP_DOMAIN_ODD);
    fill_labels(name, 64, 100);
    assert_error(name, 0, SANSMTP_ERR_LENGTH);
    memset(name, 'a', sizeof(name));
    memcpy(name, "[x:", 3);
    memcpy(name + 254, "]", 2);
    assert_kind(name, 0, SANSMTP_DOMAIN_GENERAL);
    memcpy(name + 254, "a]", 3);
    assert_error(name, 0, SANSMTP_ERR_LENGTH);
}

/* 6531-3.3-a, 6531-3.3-b */
static void test_utf8_labels(void **state)
{
    static const char *const bad[] = {
        "\xC0\xAF.example",
        "\xED\xA0\x80.example",
        "\xF5\x80\x80\x80.example",
        "x\x80.example",
        "x.\xE2\x82",
        "\xC3.\xBC",
        "\xC3\xBC-.example",
        ".\xC3\xBC",
        "\xC3\xBC..example",
    };
    char name[200] = "";
    (void)state;

    assert_kind("b\xC3\xBC"
                "cher.example",
                SANSMTP_ACCEPT_UTF8, SANSMTP_DOMAIN_NAME);
    assert_kind("\xF4\x8F\xBF\xBF.example", SANSMTP_ACCEPT_UTF8, SANSMTP_DOMAIN_NAME);
    /* a fullwidth dot is a character of the label */
    assert_kind("a\xEF\xBC\x8E"
                "b",
                SANSMTP_ACCEPT_UTF8, SANSMTP_DOMAIN_NAME);
    assert_error("a.\xEF\xBC\x8E-.b", SANSMTP_ACCEPT_UTF8, SANSMTP_ERR_SYNTAX);
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_error(bad[i], SANSMTP_ACCEPT_UTF8, SANSMTP_ERR_SYNTAX);
        assert_error(bad[i], SANSMTP_ACCEPT_ODD_NAME, SANSMTP_ERR_SYNTAX);
    }
    /* 40 characters in 80 octets: what DNS limits is the A-label */
    for (size_t i = 0; i < 40; i++) {
        strcat(name, "\xC3\xBC");
    }
    assert_kind(name, SANSMTP_ACCEPT_UTF8, SANSMTP_DOMAIN_NAME);
}

/* 5321-4.1.2-a */
static void test_odd_hello_names(void **state)
{
    static const char *const odd[] = {
        "my_host.example", "x.example.", "[256.1.1.1]", "two words", "-", "~!@#$%^&*()", "x..y",
    };
    static const char *const bad[] = {
        "", " x", "x\ty", "x\x01", "x\x7F", "x\xC3\xBC y",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(odd); i++) {
        assert_kind(odd[i], SANSMTP_ACCEPT_ODD_NAME, SANSMTP_DOMAIN_ODD);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_error(bad[i], SANSMTP_ACCEPT_ODD_NAME, SANSMTP_ERR_SYNTAX);
    }
    assert_kind("x.example", SANSMTP_ACCEPT_ODD_NAME, SANSMTP_DOMAIN_NAME);
    assert_kind("[192.0.2.9]", SANSMTP_ACCEPT_ODD_NAME, SANSMTP_DOMAIN_IPV4);
    assert_kind("x\xC3\xBC y", SANSMTP_ACCEPT_ODD_NAME | SANSMTP_ACCEPT_UTF8, SANSMTP_DOMAIN_ODD);
    assert_error("x\xC3 y", SANSMTP_ACCEPT_ODD_NAME | SANSMTP_ACCEPT_UTF8, SANSMTP_ERR_SYNTAX);
}

static void test_nul_is_no_end(void **state)
{
    static const uint8_t name[] = "x.example\0";
    (void)state;

    assert_int_equal(sansmtp_domain_parse(name, sizeof(name) - 1, 0, &kind, NULL),
                     SANSMTP_ERR_SYNTAX);
    assert_int_equal(
        sansmtp_domain_parse(name, sizeof(name) - 1, SANSMTP_ACCEPT_ODD_NAME, &kind, NULL),
        SANSMTP_ERR_SYNTAX);
}

static void test_arguments(void **state)
{
    const uint8_t literal[] = "[1.2.3.4]";
    (void)state;

    assert_int_equal(sansmtp_domain_parse(NULL, 1, 0, &kind, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_domain_parse(literal, 9, 0, NULL, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_domain_parse(NULL, 0, 0, &kind, NULL), SANSMTP_ERR_SYNTAX);
    assert_int_equal(sansmtp_domain_parse(literal, 9, 0, &kind, NULL), 0);
    assert_int_equal(kind, SANSMTP_DOMAIN_IPV4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_domains),         cmocka_unit_test(test_what_is_no_domain),
        cmocka_unit_test(test_literals),        cmocka_unit_test(test_what_is_no_literal),
        cmocka_unit_test(test_lengths),         cmocka_unit_test(test_utf8_labels),
        cmocka_unit_test(test_odd_hello_names), cmocka_unit_test(test_nul_is_no_end),
        cmocka_unit_test(test_arguments),
    };

    return cmocka_run_group_tests_name("domain", tests, NULL, NULL);
}
