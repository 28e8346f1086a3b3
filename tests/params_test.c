#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/wire.h>

#include "guard.h"
#include "params.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define MAIL   SANSMTP_VERB_MAIL
#define RCPT   SANSMTP_VERB_RCPT
#define OK     SANSMTP_PARAMS_OK
#define SYNTAX SANSMTP_PARAMS_SYNTAX
#define OTHER  SANSMTP_PARAMS_UNKNOWN

#define ALL      UINT64_C(0xFFF)
#define SIZE     SANSMTP_EXTENSION_SIZE
#define EIGHT    SANSMTP_EXTENSION_8BITMIME
#define BINARY   (SANSMTP_EXTENSION_BINARYMIME | SANSMTP_EXTENSION_CHUNKING)
#define UTF8     (SANSMTP_EXTENSION_SMTPUTF8 | EIGHT)
#define DSN      SANSMTP_EXTENSION_DSN
#define WITHAUTH SANSMTP_EXTENSION_AUTH

#define BIT(name) (UINT64_C(1) << SANSMTP_PARAMETER_##name)

static struct sansmtp_params params;

static int check_octets(const void *list, size_t length, uint32_t verb, uint64_t extensions,
                        bool double_space)
{
    const struct sansmtp_params_rules rules = {
        .verb = verb,
        .double_space = double_space,
        .extensions = extensions,
    };
    uint8_t *octets = guard_copy(list, length);
    int result;

    memset(&params, 0xA5, sizeof(params));
    result = (int)sansmtp_params_check(octets, length, &rules, &params);
    guard_free(octets, length);
    return result;
}

static int check(const char *list, uint32_t verb, uint64_t extensions)
{
    return check_octets(list, strlen(list), verb, extensions, false);
}

struct row {
    const char *list;
    uint32_t verb;
    uint64_t extensions;
    int result;
};

static void assert_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int result = check(rows[i].list, rows[i].verb, rows[i].extensions);

        if (result != rows[i].result) {
            fail_msg("row %zu \"%s\": %d, not %d", i, rows[i].list, result, rows[i].result);
        }
    }
}

static void test_what_is_read(void **state)
{
    (void)state;
    assert_int_equal(check("", MAIL, 0), OK);
    assert_true(params.present == 0);
    assert_true(params.size == 0);
    assert_int_equal(params.body, 0);
    assert_false(params.utf8);
    /* 5321-4.1.1.2-a */
    assert_int_equal(check(" SIZE=10 BODY=8BITMIME SMTPUTF8 RET=FULL ENVID=x AUTH=<>", MAIL, ALL),
                     OK);
    assert_true(params.present ==
                (BIT(SIZE) | BIT(BODY) | BIT(SMTPUTF8) | BIT(RET) | BIT(ENVID) | BIT(AUTH)));
    assert_true(params.size == 10);
    assert_int_equal(params.body, SANSMTP_BODY_8BITMIME);
    assert_true(params.utf8);
    assert_int_equal(check(" ORCPT=rfc822;a@b NOTIFY=NEVER", RCPT, ALL), OK);
    assert_true(params.present == (BIT(ORCPT) | BIT(NOTIFY)));
    /* 5321-2.4-a */
    assert_int_equal(check(" sIzE=10 bodY=7bit smtputf8 ret=hdrs", MAIL, ALL), OK);
    assert_true(params.size == 10);
    assert_int_equal(params.body, SANSMTP_BODY_7BIT);
    assert_true(params.utf8);
}

/* 5321-4.1.2-c, 5321-4.1.2-d, 5321-4.1.2-e */
static void test_the_form_of_the_list(void **state)
{
    static const struct row rows[] = {
        {"SIZE=1", MAIL, ALL, SYNTAX},
        {"\tSIZE=1", MAIL, ALL, SYNTAX},
        {"  SIZE=1", MAIL, ALL, SYNTAX},
        {" SIZE=1  BODY=7BIT", MAIL, ALL, SYNTAX},
        {" SIZE=1\tBODY=7BIT", MAIL, ALL, SYNTAX},
        {" ", MAIL, ALL, SYNTAX},
        {" SIZE=1 ", MAIL, ALL, SYNTAX},
        {" -X=1", MAIL, ALL, SYNTAX},
        {" =1", MAIL, ALL, SYNTAX},
        {" X_Y=1", MAIL, ALL, SYNTAX},
        {" X.Y", MAIL, ALL, SYNTAX},
        {" A=b=c", MAIL, ALL, SYNTAX},
        {" A==", MAIL, ALL, SYNTAX},
        {" A=", MAIL, ALL, SYNTAX},
        {" A= b", MAIL, ALL, SYNTAX},
        {" A=\x7F", MAIL, ALL, SYNTAX},
        {" A=b\x01", MAIL, ALL, SYNTAX},
        {" \xC3\xBC=1", MAIL, ALL, SYNTAX},
        {" 8X=1", MAIL, ALL, OTHER},
        {" 8-x-=1", MAIL, ALL, OTHER},
        {" A=b<c", MAIL, ALL, OTHER},
        {" A=!~", MAIL, ALL, OTHER},
        {" X", MAIL, ALL, OTHER},
    };
    (void)state;

    assert_rows(rows, COUNT(rows));
    assert_int_equal(check_octets(" SIZE=1\0", 8, MAIL, ALL, true), SYNTAX);
    assert_int_equal(check_octets(" X=\0", 4, MAIL, ALL, true), SYNTAX);
}

static void test_doubled_spaces_by_leniency(void **state)
{
    (void)state;
    assert_int_equal(check_octets("  SIZE=1   BODY=7BIT", 20, MAIL, ALL, true), OK);
    assert_true(params.present == (BIT(SIZE) | BIT(BODY)));
    assert_int_equal(check_octets("SIZE=1", 6, MAIL, ALL, true), SYNTAX);
    assert_int_equal(check_octets("  ", 2, MAIL, ALL, true), SYNTAX);
    assert_int_equal(check_octets("  SIZE=1\t BODY=7BIT", 19, MAIL, ALL, true), SYNTAX);
}

/* 5321-4.1.1.11-a, PRACT-utf8verb-a; a parameter is of one verb and of an extension that is on */
static void test_unknown_parameters(void **state)
{
    static const struct row rows[] = {
        {" FOO=1", MAIL, ALL, OTHER},
        {" FOO", RCPT, ALL, OTHER},
        {" SIZ=1", MAIL, ALL, OTHER},
        {" SIZES=1", MAIL, ALL, OTHER},
        {" SIZE=1", RCPT, ALL, OTHER},
        {" NOTIFY=NEVER", MAIL, ALL, OTHER},
        {" ORCPT=rfc822;a", MAIL, ALL, OTHER},
        {" RET=FULL", RCPT, ALL, OTHER},
        {" SIZE=1", MAIL, ALL & ~SIZE, OTHER},
        {" SIZE=x", MAIL, ALL & ~SIZE, OTHER},
        {" SIZE=1", MAIL, SIZE, OK},
        {" BODY=7BIT", MAIL, 0, OTHER},
        {" BODY=7BIT", MAIL, EIGHT, OK},
        {" BODY=7BIT", MAIL, BINARY, OK},
        {" SMTPUTF8", MAIL, EIGHT, OTHER},
        {" SMTPUTF8", MAIL, UTF8, OK},
        {" RET=FULL", MAIL, ALL & ~DSN, OTHER},
        {" ENVID=x", MAIL, ALL & ~DSN, OTHER},
        {" NOTIFY=NEVER", RCPT, ALL & ~DSN, OTHER},
        {" ORCPT=rfc822;a", RCPT, ALL & ~DSN, OTHER},
        {" RET=FULL ENVID=x", MAIL, DSN, OK},
        {" NOTIFY=NEVER ORCPT=rfc822;a", RCPT, DSN, OK},
        {" AUTH=<>", MAIL, ALL & ~WITHAUTH, OTHER},
        {" AUTH=<>", MAIL, WITHAUTH, OK},
        /* the first fault counts */
        {" FOO=1 SIZE=x", MAIL, ALL, OTHER},
        {" SIZE=x FOO=1", MAIL, ALL, SYNTAX},
        {" FOO= BAR", MAIL, ALL, SYNTAX},
        {" SIZE=1 FOO", MAIL, ALL, OTHER},
    };
    (void)state;

    assert_rows(rows, COUNT(rows));
}

/* RFC 4141 4, 5: not offered, these two have an answer of their own; on the other verb they are as
 * unknown as any. */
static void test_parameters_that_are_known_and_not_to_be_had(void **state)
{
    static const struct row rows[] = {
        {" CONPERM", MAIL, ALL, SANSMTP_PARAMS_UNAVAILABLE},
        {" conneg", RCPT, ALL, SANSMTP_PARAMS_UNAVAILABLE},
        {" CONPERM", RCPT, ALL, OTHER},
        {" CONNEG", MAIL, ALL, OTHER},
        {" SIZE=1 CONPERM", MAIL, ALL, SANSMTP_PARAMS_UNAVAILABLE},
        {" SIZE=x CONPERM", MAIL, ALL, SYNTAX},
    };
    (void)state;

    assert_rows(rows, COUNT(rows));
}

/* PRACT-dupparam-a, 1870-6-a, 6152-3-f, 3461-4.5-a */
static void test_no_parameter_twice(void **state)
{
    static const struct row rows[] = {
        {" SIZE=1 SIZE=2", MAIL, ALL, SYNTAX},
        {" SIZE=1 size=1", MAIL, ALL, SYNTAX},
        {" BODY=7BIT BODY=7BIT", MAIL, ALL, SYNTAX},
        {" BODY=7BIT BODY=8BITMIME", MAIL, ALL, SYNTAX},
        {" SMTPUTF8 SMTPUTF8", MAIL, ALL, SYNTAX},
        {" RET=FULL RET=FULL", MAIL, ALL, SYNTAX},
        {" ENVID=a SIZE=1 ENVID=b", MAIL, ALL, SYNTAX},
        {" AUTH=<> AUTH=<>", MAIL, ALL, SYNTAX},
        {" NOTIFY=NEVER NOTIFY=NEVER", RCPT, ALL, SYNTAX},
        {" ORCPT=rfc822;a ORCPT=rfc822;a", RCPT, ALL, SYNTAX},
    };
    (void)state;

    assert_rows(rows, COUNT(rows));
}

/* A value where there must be one, none where there must be none: 6531-3.1-c, 3461-4.3-a,
 * 3461-4.4-a */
static void test_values_are_there_or_not(void **state)
{
    static const struct row rows[] = {
        {" SMTPUTF8=1", MAIL, ALL, SYNTAX}, {" SIZE", MAIL, ALL, SYNTAX},
        {" SIZE=", MAIL, ALL, SYNTAX},      {" BODY", MAIL, ALL, SYNTAX},
        {" RET", MAIL, ALL, SYNTAX},        {" ENVID", MAIL, ALL, SYNTAX},
        {" ENVID=", MAIL, ALL, SYNTAX},     {" AUTH", MAIL, ALL, SYNTAX},
        {" AUTH=", MAIL, ALL, SYNTAX},      {" NOTIFY", RCPT, ALL, SYNTAX},
        {" NOTIFY=", RCPT, ALL, SYNTAX},    {" ORCPT", RCPT, ALL, SYNTAX},
        {" ORCPT=", RCPT, ALL, SYNTAX},
    };
    (void)state;

    assert_rows(rows, COUNT(rows));
}

/* 1870-3-b, 1870-3-c */
static void test_size(void **state)
{
    static const struct row rows[] = {
        {" SIZE=-1", MAIL, ALL, SYNTAX},
        {" SIZE=+1", MAIL, ALL, SYNTAX},
        {" SIZE=1k", MAIL, ALL, SYNTAX},
        {" SIZE=0x1", MAIL, ALL, SYNTAX},
        {" SIZE=123456789012345678901", MAIL, ALL, SYNTAX},
        {" SIZE=000000000000000000001", MAIL, ALL, SYNTAX},
    };
    (void)state;

    assert_rows(rows, COUNT(rows));
    assert_int_equal(check(" SIZE=18446744073709551615", MAIL, ALL), OK);
    assert_true(params.size == UINT64_MAX);
    assert_int_equal(check(" SIZE=99999999999999999999", MAIL, ALL), OK);
    assert_true(params.size == UINT64_MAX);
    assert_int_equal(check(" SIZE=18446744073709551614", MAIL, ALL), OK);
    assert_true(params.size == UINT64_MAX - 1);
    assert_int_equal(check(" SIZE=00000000000000000007", MAIL, ALL), OK);
    assert_true(params.size == 7);
    assert_int_equal(check(" SIZE=0", MAIL, ALL), OK);
    assert_true(params.size == 0);
    assert_true(params.present == BIT(SIZE));
}

/* 6152-2-a, 3030-3-b */
static void test_body(void **state)
{
    static const struct row rows[] = {
        {" BODY=8bitmime", MAIL, EIGHT, OK},      {" BODY=7Bit", MAIL, EIGHT, OK},
        {" BODY=9BIT", MAIL, EIGHT, SYNTAX},      {" BODY=8BITMIM", MAIL, EIGHT, SYNTAX},
        {" BODY=8BITMIMES", MAIL, EIGHT, SYNTAX}, {" BODY=BINARYMIME", MAIL, EIGHT, SYNTAX},
        {" BODY=BINARYMIME", MAIL, BINARY, OK},   {" BODY=BINARYMIME", MAIL, SIZE, OTHER},
        {" BODY=8BITMIME", MAIL, BINARY, OK},
    };
    (void)state;

    assert_rows(rows, COUNT(rows));
    assert_int_equal(check(" BODY=BinaryMime", MAIL, BINARY), OK);
    assert_int_equal(params.body, SANSMTP_BODY_BINARYMIME);
}

/* 6531-3.3-c: well-formed UTF-8 in values once SMTPUTF8 is announced */
static void test_utf8_in_values(void **state)
{
    static const struct row rows[] = {
        {" ORCPT=utf-8;\xC3\xBC@x.example", RCPT, DSN | UTF8, OK},
        {" ORCPT=utf-8;\xC3\xBC@x.example", RCPT, DSN, SYNTAX},
        {" ORCPT=utf-8;\xC0\xAF@x.example", RCPT, DSN | UTF8, SYNTAX},
        {" ORCPT=utf-8;\xC3", RCPT, DSN | UTF8, SYNTAX},
        {" ORCPT=rfc822;\xC3\xBC@x.example", RCPT, DSN | UTF8, SYNTAX},
        {" X=\xC3\xBC", RCPT, DSN | UTF8, OTHER},
        {" X=\xC3\xBC", RCPT, DSN, SYNTAX},
        {" X=\xC3", RCPT, DSN | UTF8, SYNTAX},
        {" ENVID=\xC3\xBC", MAIL, ALL, SYNTAX},
    };
    (void)state;

    assert_rows(rows, COUNT(rows));
}

/* 3461-5.4-a, 3461-4.4-a: the longest parameters fit and are taken */
static void test_the_longest_lists(void **state)
{
    char list[1200];
    (void)state;

    strcpy(list, " RET=FULL ENVID=");
    memset(list + 16, 'e', 100);
    list[116] = '\0';
    assert_int_equal(check(list, MAIL, DSN), OK);
    strcpy(list + 116, "e");
    assert_int_equal(check(list, MAIL, DSN), SYNTAX);
    strcpy(list, " NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;");
    memset(list + strlen(list), 'o', 500 - 7);
    list[29 + 7 + 500] = '\0';
    assert_int_equal(strlen(list), 536);
    assert_int_equal(check(list, RCPT, DSN), OK);
    strcpy(list + 536, "o");
    assert_int_equal(check(list, RCPT, DSN), SYNTAX);
}

/* PRACT-addrfuzz-a: a list cut short is read to its cut, and not beyond */
static void test_every_prefix_of_a_list(void **state)
{
    static const char list[] = " BODY=8BITMIME RET=FULL SMTPUTF8 AUTH=e+3Dm@x.example";
    static const char good[] = "x             x        x        x            x xxxxxxx";
    (void)state;

    assert_int_equal(sizeof(good), sizeof(list) + 1);
    for (size_t length = 0; length < sizeof(list); length++) {
        bool taken = check_octets(list, length, MAIL, ALL, false) == OK;

        if (taken != (good[length] == 'x')) {
            fail_msg("%.*s", (int)length, list);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_read),
        cmocka_unit_test(test_the_form_of_the_list),
        cmocka_unit_test(test_doubled_spaces_by_leniency),
        cmocka_unit_test(test_unknown_parameters),
        cmocka_unit_test(test_parameters_that_are_known_and_not_to_be_had),
        cmocka_unit_test(test_no_parameter_twice),
        cmocka_unit_test(test_values_are_there_or_not),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_body),
        cmocka_unit_test(test_utf8_in_values),
        cmocka_unit_test(test_the_longest_lists),
        cmocka_unit_test(test_every_prefix_of_a_list),
    };

    return cmocka_run_group_tests_name("params", tests, NULL, NULL);
}
