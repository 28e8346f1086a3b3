/* On 32-bit targets glibc reaches past 2038 only when asked to. */
#define _DEFAULT_SOURCE
#define _FILE_OFFSET_BITS 64
#define _TIME_BITS        64

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <sansmtp/trace.h>

#include "guard.h"

_Static_assert(sizeof(time_t) >= 8, "the C library is asked about the year 9999");

#define DAY   INT64_C(86400)
#define FIRST INT64_C(-2208988800)  /* 1900-01-01 00:00:00 UTC */
#define LAST  INT64_C(253402300799) /* 9999-12-31 23:59:59 UTC */

/* The date by the C library's calendar. */
static size_t expected_date(int64_t seconds, int32_t offset, int unknown, char *text, size_t size)
{
    char form[64];
    struct tm tm;
    time_t local = (time_t)(unknown ? seconds : seconds + offset * 60);
    int32_t distance = unknown ? 0 : offset < 0 ? -offset : offset;

    assert_non_null(gmtime_r(&local, &tm));
    /* strftime cannot write a day of one digit */
    snprintf(form, sizeof form, "%%a, %d %%b %%Y %%H:%%M:%%S %c%02d%02d", tm.tm_mday,
             unknown || offset < 0 ? '-' : '+', (int)(distance / 60), (int)(distance % 60));
    return strftime(text, size, form, &tm);
}

static void check_against_the_c_library(int64_t seconds, int32_t offset, int unknown)
{
    char expected[64], out[32];
    size_t expected_length = expected_date(seconds, offset, unknown, expected, sizeof expected);
    size_t length = 0;

    assert_int_equal(sansmtp_date_write(seconds, offset, unknown, out, &length), 0);
    assert_int_equal(length, expected_length);
    assert_memory_equal(out, expected, length);
}

/* 5321-4.4-h, 5321-4.4-i: the full form of RFC 5322, with a numeric zone */
static void test_known_dates(void **state)
{
    static const struct {
        int64_t seconds;
        int32_t offset;
        int unknown;
        const char *text;
    } rows[] = {
        {1770087906, 60, 0, "Tue, 3 Feb 2026 04:05:06 +0100"},
        {0, 0, 0, "Thu, 1 Jan 1970 00:00:00 +0000"},
        {0, 0, 1, "Thu, 1 Jan 1970 00:00:00 -0000"},
        {0, 60, 1, "Thu, 1 Jan 1970 00:00:00 -0000"},
        {0, -480, 0, "Wed, 31 Dec 1969 16:00:00 -0800"},
        {0, -30, 0, "Wed, 31 Dec 1969 23:30:00 -0030"},
        {-1, 0, 0, "Wed, 31 Dec 1969 23:59:59 +0000"},
        {951782400, 345, 0, "Tue, 29 Feb 2000 05:45:00 +0545"},
        {1709164800, 0, 0, "Thu, 29 Feb 2024 00:00:00 +0000"},
        {INT64_C(4107542400), 0, 0, "Mon, 1 Mar 2100 00:00:00 +0000"},
        {INT64_C(4107542399), 0, 0, "Sun, 28 Feb 2100 23:59:59 +0000"},
        {INT32_MAX, 0, 0, "Tue, 19 Jan 2038 03:14:07 +0000"},
        {INT64_C(2147483648), 0, 0, "Tue, 19 Jan 2038 03:14:08 +0000"},
        {FIRST, 0, 0, "Mon, 1 Jan 1900 00:00:00 +0000"},
        {LAST, 0, 0, "Fri, 31 Dec 9999 23:59:59 +0000"},
        {LAST, -1, 0, "Fri, 31 Dec 9999 23:58:59 -0001"},
        {0, 5999, 0, "Mon, 5 Jan 1970 03:59:00 +9959"},
        {0, -5999, 0, "Sat, 27 Dec 1969 20:01:00 -9959"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[33] = "";
        size_t length = 0;

        assert_int_equal(
            sansmtp_date_write(rows[i].seconds, rows[i].offset, rows[i].unknown, text, &length), 0);
        assert_int_equal(length, strlen(rows[i].text));
        text[length] = '\0';
        assert_string_equal(text, rows[i].text);
    }
}

static void test_every_day_of_four_centuries_as_the_c_library_has_it(void **state)
{
    (void)state;
    for (int64_t day = FIRST / DAY; day < FIRST / DAY + 146097; day++) {
        check_against_the_c_library(day * DAY + (day * 7919 % DAY + DAY) % DAY, 0, 0);
    }
}

static void test_days_up_to_9999_as_the_c_library_has_them(void **state)
{
    (void)state;
    for (int64_t seconds = FIRST; seconds <= LAST; seconds += 41 * DAY + 12345) {
        check_against_the_c_library(seconds, 0, 0);
    }
}

static void test_zones_as_the_c_library_has_them(void **state)
{
    static const int64_t times[] = {0, -1, 68169599, 68169600, 951782400, 1770087906, 4107542399};
    (void)state;

    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        for (int32_t offset = -5999; offset <= 5999; offset++) {
            check_against_the_c_library(times[i], offset, 0);
        }
        check_against_the_c_library(times[i], 60, 1);
    }
}

static void test_no_more_than_31_octets_are_written(void **state)
{
    uint8_t *out = guard_alloc(31);
    size_t length = 0;
    (void)state;

    assert_int_equal(sansmtp_date_write(INT64_C(253401436799), 0, 0, (char *)out, &length), 0);
    assert_int_equal(length, 31);
    assert_memory_equal(out, "Tue, 21 Dec 9999 23:59:59 +0000", 31);
    guard_free(out, 31);
}

static void test_what_has_no_four_digit_year_is_refused(void **state)
{
    static const struct {
        int64_t seconds;
        int32_t offset;
    } rows[] = {
        /* 2^32 days: a count of 32 bits would come round to 1970 */
        {DAY * (INT64_C(1) << 32), 0},
        {-DAY * (INT64_C(1) << 32), 0},
        {FIRST - 1, 0},
        {FIRST, -1},
        {LAST + 1, 0},
        {LAST, 1},
        {INT64_MAX, 0},
        {INT64_MIN, 0},
        {INT64_MAX, 5999},
        {INT64_MIN, -5999},
        {0, 6000},
        {0, -6000},
        {0, INT32_MAX},
        {0, INT32_MIN},
        {LAST * 2, 0},
        {FIRST - 60 * 5999, 5998},
    };
    char out[32];
    size_t length = 77;
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(sansmtp_date_write(rows[i].seconds, rows[i].offset, 0, out, &length),
                         SANSMTP_ERR_ARGUMENT);
    }
    assert_int_equal(length, 77);
    assert_int_equal(sansmtp_date_write(0, 0, 0, NULL, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_date_write(0, 0, 0, out, NULL), SANSMTP_ERR_ARGUMENT);
}

/* A year at the edge that only the zone brings in. */
static void test_the_year_is_that_of_the_zone(void **state)
{
    (void)state;
    check_against_the_c_library(FIRST - 60, 1, 0);
    check_against_the_c_library(LAST + 60, -1, 0);
    check_against_the_c_library(LAST + 5999 * 60, -5999, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_dates),
        cmocka_unit_test(test_every_day_of_four_centuries_as_the_c_library_has_it),
        cmocka_unit_test(test_days_up_to_9999_as_the_c_library_has_them),
        cmocka_unit_test(test_zones_as_the_c_library_has_them),
        cmocka_unit_test(test_no_more_than_31_octets_are_written),
        cmocka_unit_test(test_what_has_no_four_digit_year_is_refused),
        cmocka_unit_test(test_the_year_is_that_of_the_zone),
    };

    return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
