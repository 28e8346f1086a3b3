#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/wire.h>

#include "guard.h"
#include "mailbox.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static void assert_decodes(const char *local, const char *expected)
{
    size_t length = strlen(local);
    size_t capacity = strlen(expected);
    uint8_t *octets = guard_copy(local, length);
    uint8_t *out = guard_alloc(capacity);
    size_t out_length = 99;

    assert_int_equal(sansmtp_local_decode(octets, length, out, capacity, &out_length), 0);
    assert_int_equal(out_length, capacity);
    assert_memory_equal(out, expected, capacity);
    out_length = 99;
    assert_int_equal(sansmtp_local_decode(octets, length, out, capacity - 1, &out_length),
                     SANSMTP_ERR_ROOM);
    assert_int_equal(out_length, capacity);
    guard_free(octets, length);
    guard_free(out, capacity);
}

/* 5321-4.1.2-h, 5321-2.4-b: no folding, 5321-2.3.11-a: "%" is a sign like another */
static void test_decoding_takes_quotes_and_backslashes_away(void **state)
{
    (void)state;
    assert_decodes("SmiTh", "SmiTh");
    assert_decodes("a.b", "a.b");
    assert_decodes("user%host", "user%host");
    assert_decodes("\"a b\"", "a b");
    assert_decodes("\"a\\\"b\"", "a\"b");
    assert_decodes("\"\\\\\"", "\\");
    assert_decodes("\"\\a\\.\\@\"", "a.@");
    assert_decodes("\" \"", " ");
    assert_decodes("\"a..b\"", "a..b");
    assert_decodes("j\xC3\xBC", "j\xC3\xBC");
    assert_decodes("\"\xC3\xBC \"", "\xC3\xBC ");
}

static void test_what_is_no_local_part(void **state)
{
    static const char *const bad[] = {
        "",     ".",        ".a",      "a.",    "a..b", "\"\"", "\"",       "\"a",
        "a\"",  "\"a\"b",   "\"a\\\"", "\"a\\", "a b",  "a@b",  "\"a\tb\"", "\"\\\xC3\xBC\"",
        "\xC3", "\"\xC3\"", "a\\b",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        size_t length = strlen(bad[i]);
        uint8_t *octets = guard_copy(bad[i], length);
        uint8_t out[64];
        size_t out_length;

        if (sansmtp_local_decode(octets, length, out, sizeof(out), &out_length) !=
            SANSMTP_ERR_SYNTAX) {
            fail_msg("taken: %s", bad[i]);
        }
        guard_free(octets, length);
    }
}

/* 5321-4.1.2-g */
static void test_every_octet_in_an_atom(void **state)
{
    (void)state;
    for (int octet = 1; octet < 256; octet++) {
        const uint8_t local = (uint8_t)octet;
        int atext = octet < 128 && strchr("!#$%&'*+-/=?^_`{|}~0123456789"
                                          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
                                          octet) != NULL;

        assert_int_equal(sansmtp_local_scan(&local, 1, false), atext);
        assert_int_equal(sansmtp_local_scan(&local, 1, true), atext || octet >= 128);
    }
}

/* 5321-4.1.2-h */
static void test_every_octet_in_quotes(void **state)
{
    (void)state;
    for (int octet = 0; octet < 256; octet++) {
        const uint8_t plain[] = {'"', (uint8_t)octet, '"'};
        const uint8_t escaped[] = {'"', '\\', (uint8_t)octet, '"'};
        int printable = octet >= 32 && octet <= 126;
        int qtext = printable && octet != '"' && octet != '\\';

        assert_int_equal(sansmtp_local_scan(plain, 3, false), qtext ? 3 : 0);
        assert_int_equal(sansmtp_local_scan(plain, 3, true), qtext || octet >= 128 ? 3 : 0);
        assert_int_equal(sansmtp_local_scan(escaped, 4, true), printable ? 4 : 0);
    }
}

static int equal(const char *left, const char *right)
{
    size_t left_length = strlen(left);
    size_t right_length = strlen(right);
    uint8_t *a = guard_copy(left, left_length);
    uint8_t *b = guard_copy(right, right_length);
    int result = sansmtp_mailbox_equal(a, left_length, b, right_length);

    assert_int_equal(sansmtp_mailbox_equal(b, right_length, a, left_length), result);
    guard_free(a, left_length);
    guard_free(b, right_length);
    return result;
}

/* 5321-2.4-c */
static void test_the_case_of_the_domain_alone_does_not_count(void **state)
{
    (void)state;
    assert_int_equal(equal("a@EX.example", "a@ex.EXAMPLE"), 1);
    assert_int_equal(equal("A@x.example", "a@x.example"), 0);
    assert_int_equal(equal("a@x.example", "a@y.example"), 0);
    assert_int_equal(equal("a@x.example", "a@x.exampl"), 0);
    assert_int_equal(equal("ab@x.example", "a@x.example"), 0);
}

/* 5321-4.1.2-k */
static void test_all_spellings_of_a_local_part_are_equal(void **state)
{
    (void)state;
    assert_int_equal(equal("\"ab\"@x.example", "ab@x.example"), 1);
    assert_int_equal(equal("\"\\a\"@x.example", "a@x.example"), 1);
    assert_int_equal(equal("\"a\\.b\"@x.example", "a.b@x.example"), 1);
    assert_int_equal(equal("\"\\\"\"@x.example", "\"\\\\\"@x.example"), 0);
    assert_int_equal(equal("\"a \"@x.example", "a@x.example"), 0);
}

static void test_one_address_is_one_domain(void **state)
{
    (void)state;
    assert_int_equal(equal("a@[192.0.2.1]", "a@[192.0.02.001]"), 1);
    assert_int_equal(equal("a@[192.0.2.1]", "a@[192.0.2.2]"), 0);
    assert_int_equal(equal("a@[IPv6:::1]", "a@[ipv6:0:0:0:0:0:0:0:1]"), 1);
    assert_int_equal(equal("a@[IPv6:::1]", "a@[IPv6:1::1]"), 0);
    assert_int_equal(equal("a@[IPv6:::192.0.2.1]", "a@[192.0.2.1]"), 0);
    assert_int_equal(equal("a@[x:Y]", "a@[X:y]"), 1);
}

static void test_what_is_no_mailbox_equals_nothing(void **state)
{
    (void)state;
    assert_int_equal(equal("a", "a"), 0);
    assert_int_equal(equal("", ""), 0);
    assert_int_equal(equal("<a@b.example>", "<a@b.example>"), 0);
    assert_int_equal(equal("a@b.example ", "a@b.example "), 0);
    assert_int_equal(equal("\xC3@b.example", "\xC3@b.example"), 0);
    assert_int_equal(equal("\xC3\xBC@b.example", "\xC3\xBC@b.example"), 1);
    assert_int_equal(sansmtp_mailbox_equal(NULL, 0, NULL, 0), 0);
}

static int is_postmaster(const char *local)
{
    size_t length = strlen(local);
    uint8_t *octets = guard_copy(local, length);
    int result = sansmtp_local_is_postmaster(octets, length);

    guard_free(octets, length);
    return result;
}

static void test_postmaster_in_all_its_spellings(void **state)
{
    (void)state;
    assert_true(is_postmaster("Postmaster"));
    assert_true(is_postmaster("pOSTMASTER"));
    assert_true(is_postmaster("\"post\\master\""));
    assert_false(is_postmaster("postmaste"));
    assert_false(is_postmaster("postmasters"));
    assert_false(is_postmaster("\"postmaster \""));
    assert_false(is_postmaster("p"));
}

static int parse(const char *text, uint32_t accept)
{
    struct sansmtp_path path = {.size = sizeof(path)};
    size_t length = strlen(text);
    uint8_t *octets = guard_copy(text, length);
    int result = sansmtp_mailbox_parse(octets, length, accept, &path);

    guard_free(octets, length);
    return result;
}

static void test_the_longest_mailbox(void **state)
{
    char text[300];
    (void)state;

    for (size_t local = 64; local <= 250; local += 186) {
        memset(text, 'a', sizeof(text));
        strcpy(text + local, "@b.c");
        assert_int_equal(parse(text, SANSMTP_ACCEPT_LONG_LOCAL), 0);
        assert_int_equal(parse(text, 0), local == 64 ? 0 : SANSMTP_ERR_LENGTH);
    }
    strcat(text, "d");
    assert_int_equal(parse(text, SANSMTP_ACCEPT_LONG_LOCAL), SANSMTP_ERR_LENGTH);
    assert_int_equal(parse("a@b>", 0), SANSMTP_ERR_SYNTAX);
    assert_int_equal(parse("", 0), SANSMTP_ERR_SYNTAX);
}

static void test_arguments(void **state)
{
    uint8_t octet = 'a';
    size_t length;
    (void)state;

    assert_int_equal(sansmtp_local_decode(NULL, 1, &octet, 1, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_local_decode(&octet, 1, NULL, 1, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_local_decode(&octet, 1, &octet, 1, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_local_decode(NULL, 0, &octet, 1, &length), SANSMTP_ERR_SYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decoding_takes_quotes_and_backslashes_away),
        cmocka_unit_test(test_what_is_no_local_part),
        cmocka_unit_test(test_every_octet_in_an_atom),
        cmocka_unit_test(test_every_octet_in_quotes),
        cmocka_unit_test(test_the_case_of_the_domain_alone_does_not_count),
        cmocka_unit_test(test_all_spellings_of_a_local_part_are_equal),
        cmocka_unit_test(test_one_address_is_one_domain),
        cmocka_unit_test(test_what_is_no_mailbox_equals_nothing),
        cmocka_unit_test(test_postmaster_in_all_its_spellings),
        cmocka_unit_test(test_the_longest_mailbox),
        cmocka_unit_test(test_arguments),
    };

    return cmocka_run_group_tests_name("mailbox", tests, NULL, NULL);
}
