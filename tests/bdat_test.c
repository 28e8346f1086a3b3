#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bdat.h"
#include "guard.h"

static void assert_parsed(const char *argument, enum sansmtp_bdat_result expected, uint64_t size,
                          bool last)
{
    size_t length = strlen(argument);
    uint8_t *octets = guard_copy(argument, length);
    uint64_t parsed_size = 77;
    bool parsed_last = !last;

    assert_int_equal(sansmtp_bdat_parse(octets, length, &parsed_size, &parsed_last), expected);
    assert_true(parsed_size == size);
    assert_int_equal(parsed_last, last);
    guard_free(octets, length);
}

/* 3030-2-a */
static void test_size_and_last(void **state)
{
    (void)state;
    assert_parsed("5", SANSMTP_BDAT_OK, 5, false);
    assert_parsed("0", SANSMTP_BDAT_OK, 0, false);
    assert_parsed("005", SANSMTP_BDAT_OK, 5, false);
    assert_parsed("5 LAST", SANSMTP_BDAT_OK, 5, true);
    assert_parsed("5 last", SANSMTP_BDAT_OK, 5, true);
    assert_parsed("0 LaSt", SANSMTP_BDAT_OK, 0, true);
}

/* 3030-2-a */
static void test_a_bad_rest_leaves_the_size(void **state)
{
    (void)state;
    assert_parsed("5 MORE", SANSMTP_BDAT_MALFORMED, 5, false);
    assert_parsed("5 LAST x", SANSMTP_BDAT_MALFORMED, 5, false);
    assert_parsed("5  LAST", SANSMTP_BDAT_MALFORMED, 5, false);
    assert_parsed("5 LAS", SANSMTP_BDAT_MALFORMED, 5, false);
    assert_parsed("5 LASTX", SANSMTP_BDAT_MALFORMED, 5, false);
    assert_parsed("5 ", SANSMTP_BDAT_MALFORMED, 5, false);
    assert_parsed("5 5", SANSMTP_BDAT_MALFORMED, 5, false);
    assert_parsed("18446744073709551615 x", SANSMTP_BDAT_MALFORMED, UINT64_MAX, false);
}

/* 3030-2-m */
static void test_a_size_that_cannot_be_read(void **state)
{
    static const char *const arguments[] = {
        "", "x", "abc", "-1", "+1", "LAST", " 5", "5x", "5LAST", "5,LAST", "5\tLAST", "0x10", "1e3",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
        assert_parsed(arguments[i], SANSMTP_BDAT_UNREADABLE, 0, false);
    }
}

/* 3030-2-n */
static void test_sizes_are_64_bits_and_do_not_wrap(void **state)
{
    (void)state;
    assert_parsed("4294967296", SANSMTP_BDAT_OK, UINT64_C(4294967296), false);
    assert_parsed("18446744073709551615 LAST", SANSMTP_BDAT_OK, UINT64_MAX, true);
    assert_parsed("18446744073709551616", SANSMTP_BDAT_UNREADABLE, 0, false);
    assert_parsed("99999999999999999999", SANSMTP_BDAT_UNREADABLE, 0, false);
    assert_parsed("99999999999999999999 LAST", SANSMTP_BDAT_UNREADABLE, 0, false);
    assert_parsed("184467440737095516160", SANSMTP_BDAT_UNREADABLE, 0, false);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_size_and_last),
        cmocka_unit_test(test_a_bad_rest_leaves_the_size),
        cmocka_unit_test(test_a_size_that_cannot_be_read),
        cmocka_unit_test(test_sizes_are_64_bits_and_do_not_wrap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
