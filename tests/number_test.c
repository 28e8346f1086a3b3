#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "guard.h"
#include "number.h"

static bool parse(const char *text, uint64_t *value, bool *saturated)
{
    size_t length = strlen(text);
    uint8_t *octets = guard_copy(text, length);
    bool result = sansmtp_number_parse(octets, length, value, saturated);

    guard_free(octets, length);
    return result;
}

static void assert_reads(const char *text, uint64_t expected, bool expected_saturated)
{
    uint64_t value = 7;
    bool saturated = !expected_saturated;

    assert_true(parse(text, &value, &saturated));
    assert_true(value == expected);
    assert_int_equal(saturated, expected_saturated);
}

static void assert_no_number(const char *text)
{
    uint64_t value = 7;
    bool saturated = true;

    assert_false(parse(text, &value, &saturated));
    assert_true(value == 7 && saturated);
}

static void test_reads_digits(void **state)
{
    (void)state;
    assert_reads("0", 0, false);
    assert_reads("007", 7, false);
    assert_reads("1234567890", 1234567890, false);
    assert_reads("4294967296", UINT64_C(4294967296), false);
    assert_reads("0000000000000000000000000000000000000000042", 42, false);
}

static void test_saturates_above_64_bits(void **state)
{
    (void)state;
    assert_reads("18446744073709551614", UINT64_MAX - 1, false);
    assert_reads("18446744073709551615", UINT64_MAX, false);
    assert_reads("18446744073709551616", UINT64_MAX, true);
    assert_reads("18446744073709551620", UINT64_MAX, true);
    assert_reads("99999999999999999999", UINT64_MAX, true);
    assert_reads("184467440737095516150", UINT64_MAX, true);
    assert_reads("100000000000000000000000000000000000000000000000000", UINT64_MAX, true);
}

static void test_refuses_all_but_digits(void **state)
{
    (void)state;
    assert_no_number("");
    assert_no_number("-1");
    assert_no_number("+1");
    assert_no_number(" 1");
    assert_no_number("1 ");
    assert_no_number("0x10");
    assert_no_number("1e3");
    assert_no_number("\xD9\xA1"); /* an Arabic-Indic one */
    assert_no_number("99999999999999999999999x");
}

static void test_saturation_need_not_be_asked_for(void **state)
{
    uint64_t value = 0;
    (void)state;

    assert_true(parse("99999999999999999999", &value, NULL));
    assert_true(value == UINT64_MAX);
}

static void assert_written(uint64_t value, const char *expected)
{
    uint8_t *out = guard_alloc(20);

    assert_int_equal(sansmtp_number_write(value, out), strlen(expected));
    assert_memory_equal(out, expected, strlen(expected));
    guard_free(out, 20);
}

static void test_writes_without_leading_zeros(void **state)
{
    (void)state;
    assert_written(0, "0");
    assert_written(9, "9");
    assert_written(10, "10");
    assert_written(99, "99");
    assert_written(100, "100");
    assert_written(UINT64_C(9999999999), "9999999999");
    assert_written(UINT64_C(10000000000000000000), "10000000000000000000");
    assert_written(UINT64_MAX, "18446744073709551615");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_digits),
        cmocka_unit_test(test_saturates_above_64_bits),
        cmocka_unit_test(test_refuses_all_but_digits),
        cmocka_unit_test(test_saturation_need_not_be_asked_for),
        cmocka_unit_test(test_writes_without_leading_zeros),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
