#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/sts.h>

#include "guard.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define NONE        SANSMTP_STS_NONE
#define TESTING     SANSMTP_STS_TESTING
#define ENFORCE     SANSMTP_STS_ENFORCE

/* RFC 8461 section 3.2 has such a one. */
#define SAMPLE                                      \
    "version: STSv1\r\nmode: enforce\r\n"           \
    "mx: mail.example.com\r\nmx: *.example.net\r\n" \
    "mx: backupmx.example.com\r\nmax_age: 604800\r\n"

static int parse(const char *text, struct sansmtp_sts_policy *policy)
{
    size_t length = strlen(text);
    uint8_t *copy = guard_copy(text, length);
    int error;

    *policy = (struct sansmtp_sts_policy){.size = sizeof *policy, .mx_count = 77};
    error = sansmtp_sts_policy_parse(copy, length, policy);
    guard_free(copy, length);
    /* what is left points to the same octets elsewhere */
    if (error == 0) {
        assert_int_equal(policy->text.length, length);
        policy->text.data = (const uint8_t *)text;
    } else {
        assert_int_equal(policy->mx_count, 77);
    }
    return error;
}

static int names(const struct sansmtp_sts_policy *policy, const char *host)
{
    return sansmtp_sts_policy_names(policy, (const uint8_t *)host, strlen(host));
}

/* 8461-3.2-a */
static void test_a_sample(void **state)
{
    struct sansmtp_sts_policy policy;
    (void)state;

    assert_int_equal(parse(SAMPLE, &policy), 0);
    assert_int_equal(policy.mode, ENFORCE);
    assert_int_equal(policy.max_age, 604800);
    assert_int_equal(policy.mx_count, 3);
    assert_int_equal(names(&policy, "mail.example.com"), 1);
    assert_int_equal(names(&policy, "MX1.example.net."), 1);
    assert_int_equal(names(&policy, "backupmx.example.com"), 1);
    assert_int_equal(names(&policy, "example.net"), 0);
    assert_int_equal(names(&policy, "a.b.example.net"), 0);
    assert_int_equal(names(&policy, "mail.example.org"), 0);
    assert_int_equal(names(&policy, "STSv1"), 0);
    assert_int_equal(names(&policy, ""), 0);
}

#define HEAD "version: STSv1\nmax_age: 86400\n"

static void test_what_is_a_policy(void **state)
{
    static const struct {
        const char *text;
        uint32_t mode, max_age, mx_count;
    } rows[] = {
        {HEAD "mode: testing\nmx: a.example\n", TESTING, 86400, 1},
        {HEAD "mode: testing\nmx: a.example", TESTING, 86400, 1},
        {HEAD "mode: enforce\r\nmx: a.example\r\n", ENFORCE, 86400, 1},
        {HEAD "mode: none", NONE, 86400, 0},
        {HEAD "mode: none\nmx: a.example\n", NONE, 86400, 1},
        {"mode:none\nmax_age:0\nversion:STSv1\n", NONE, 0, 0},
        {"mode: \t none \t \nmax_age: 31557600\nversion: STSv1\t\r\n", NONE, 31557600, 0},
        {"version: STSv1\nmode: none\nmax_age: 0000086400\n", NONE, 86400, 0},
        /* of a key given twice the first counts, and the others are not even looked at */
        {HEAD "mode: testing\nmode: none\nmx: a.example\n", TESTING, 86400, 1},
        {HEAD "mode: testing\nmode: what\nmax_age: 1\nversion: 2\nmx: a.example", TESTING, 86400,
         1},
        {HEAD "mode: testing\nmx: a.example\nmx: a.example", TESTING, 86400, 2},
        /* unknown keys, by case and else */
        {HEAD "Mode: none\nmode: testing\nmx: a.example\n", TESTING, 86400, 1},
        {HEAD "mode: none\nx: y\nX_1.-: some words, \xc3\xbc\xe2\x82\xac\n", NONE, 86400, 0},
        {HEAD "mode: none\na1234567890123456789012345678901: y\n", NONE, 86400, 0},
        {HEAD "mode: none\nMX: -\n", NONE, 86400, 0},
        /* empty lines are passed over */
        {"\n\r\n" HEAD "\nmode: none\n \t\n\n", NONE, 86400, 0},
    };
    struct sansmtp_sts_policy policy;
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        if (parse(rows[i].text, &policy) != 0) {
            fail_msg("not read: %s", rows[i].text);
        }
        assert_int_equal(policy.mode, rows[i].mode);
        assert_int_equal(policy.max_age, rows[i].max_age);
        assert_int_equal(policy.mx_count, rows[i].mx_count);
    }
}

static void test_what_is_none(void **state)
{
    static const char *const rows[] = {
        "",
        "\n",
        "version: STSv1",
        "version: STSv1\nmode: none\n",
        "version: STSv1\nmax_age: 1\n",
        "mode: none\nmax_age: 1\n",
        HEAD "mode: enforce\n",
        HEAD "mode: testing\n",
        HEAD "mode: Enforce\nmx: a.example\n",
        HEAD "mode: enforced\nmx: a.example\n",
        HEAD "mode:\nmx: a.example\n",
        HEAD "Mode: enforce\nmx: a.example\n",
        HEAD "mode: enforce\nMX: a.example\n",
        "version: STSv2\nmode: none\nmax_age: 1\n",
        "version: stsv1\nmode: none\nmax_age: 1\n",
        "version: STSv1\nmode: none\nmax_age: 31557601\n",
        "version: STSv1\nmode: none\nmax_age: 00000086400\n",
        "version: STSv1\nmode: none\nmax_age: 18446744073709551617\n",
        "version: STSv1\nmode: none\nmax_age: -1\n",
        "version: STSv1\nmode: none\nmax_age: 1 2\n",
        "version: STSv1\nmode: none\nmax_age: 1d\n",
        "version: STSv1\nmode: none\nmax_age:\n",
        HEAD "mode: none\nmx: *.*.example\n",
        HEAD "mode: none\nmx: *\n",
        HEAD "mode: none\nmx: *.\n",
        HEAD "mode: none\nmx: a*.example\n",
        HEAD "mode: none\nmx: .example\n",
        HEAD "mode: none\nmx: a.example.\n",
        HEAD "mode: none\nmx: a_b.example\n",
        HEAD "mode: none\nmx: a.example, b.example\n",
        HEAD "mode: none\nmx: [192.0.2.1]\n",
        HEAD "mode: none\nmx: \xc3\xbc.example\n",
        HEAD "mode: none\nmx: "
             "a123456789012345678901234567890123456789012345678901234567890123.example\n",
        HEAD "mode: none\n x: y\n",
        HEAD "mode: none\nx : y\n",
        HEAD "mode: none\nx\n",
        HEAD "mode: none\nx:\n",
        HEAD "mode: none\n: y\n",
        HEAD "mode: none\n-x: y\n",
        HEAD "mode: none\nx y: z\n",
        HEAD "mode: none\nx: \xff\n",
        HEAD "mode: none\nx: a\x01\n",
        HEAD "mode: none\nx: \x01\n",
        HEAD "mode: none\nx: a\tb\n",
        HEAD "mode: none\nx: a\rb\n",
        HEAD "mode: none\rx: a\n",
        HEAD "mode: none\na12345678901234567890123456789012: y\n",
        "\xef\xbb\xbf" HEAD "mode: none\n",
        "<html>",
    };
    struct sansmtp_sts_policy policy;
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        if (parse(rows[i], &policy) != SANSMTP_ERR_SYNTAX) {
            fail_msg("read as a policy: %s", rows[i]);
        }
    }
}

/* No cut of the sample is a policy that says less than it: but for its last line's end. */
static void test_a_text_that_was_cut(void **state)
{
    const size_t length = sizeof SAMPLE - 1;
    (void)state;

    for (size_t cut = 0; cut < length; cut++) {
        uint8_t *copy = guard_copy(SAMPLE, cut);
        struct sansmtp_sts_policy policy = {.size = sizeof policy};
        int error = sansmtp_sts_policy_parse(copy, cut, &policy);

        guard_free(copy, cut);
        /* a cut within the number makes a shorter life: HTTPS tells that a text was cut */
        if (cut <= length - 8 || cut == length - 1) {
            assert_int_equal(error, SANSMTP_ERR_SYNTAX);
        } else {
            assert_int_equal(error, 0);
            assert_true(policy.mx_count == 3 && policy.max_age <= 604800);
        }
    }
}

/* One octet changed: never a read beyond the text, and never a host that nobody named. */
static void test_every_octet_changed(void **state)
{
    const size_t length = sizeof SAMPLE - 1;
    (void)state;

    for (size_t at = 0; at < length; at++) {
        uint8_t *copy = guard_copy(SAMPLE, length);

        for (unsigned octet = 0; octet < 256; octet++) {
            struct sansmtp_sts_policy policy = {.size = sizeof policy};

            copy[at] = (uint8_t)octet;
            if (sansmtp_sts_policy_parse(copy, length, &policy) == 0) {
                assert_true(policy.mode == ENFORCE && policy.mx_count > 0);
                assert_true(policy.max_age <= SANSMTP_STS_MAX_AGE);
                assert_int_equal(names(&policy, "evil.example"), 0);
            }
        }
        guard_free(copy, length);
    }
}

static void test_a_text_that_is_too_long(void **state)
{
    static uint8_t text[SANSMTP_STS_TEXT_MAX + 1];
    struct sansmtp_sts_policy policy = {.size = sizeof policy};
    (void)state;

    memset(text, '\n', sizeof text);
    memcpy(text, HEAD "mode: none", sizeof(HEAD "mode: none") - 1);
    assert_int_equal(sansmtp_sts_policy_parse(text, sizeof text - 1, &policy), 0);
    assert_int_equal(sansmtp_sts_policy_parse(text, sizeof text, &policy), SANSMTP_ERR_LENGTH);
}

static void test_wrong_arguments(void **state)
{
    struct sansmtp_sts_policy policy = {.size = sizeof policy};
    const uint8_t *const text = (const uint8_t *)SAMPLE;
    (void)state;

    assert_int_equal(sansmtp_sts_policy_parse(NULL, 1, &policy), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sts_policy_parse(NULL, 0, &policy), SANSMTP_ERR_SYNTAX);
    assert_int_equal(sansmtp_sts_policy_parse(text, 3, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(names(NULL, "a"), 0);
    assert_int_equal(names(&policy, "a"), 0);
    policy.size = 4;
    assert_int_equal(sansmtp_sts_policy_parse(text, sizeof SAMPLE - 1, &policy),
                     SANSMTP_ERR_ARGUMENT);
    policy.text = (struct sansmtp_span){text, sizeof SAMPLE - 1};
    assert_int_equal(names(&policy, "mail.example.com"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sample),
        cmocka_unit_test(test_what_is_a_policy),
        cmocka_unit_test(test_what_is_none),
        cmocka_unit_test(test_a_text_that_was_cut),
        cmocka_unit_test(test_every_octet_changed),
        cmocka_unit_test(test_a_text_that_is_too_long),
        cmocka_unit_test(test_wrong_arguments),
    };

    return cmocka_run_group_tests_name("sts_policy", tests, NULL, NULL);
}
