#define _DEFAULT_SOURCE
#define _FILE_OFFSET_BITS 64
#define _TIME_BITS        64

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "calendar.h"

_Static_assert(sizeof(time_t) >= 8, "the C library is asked about the year 9999");

#define FIRST (-135080) /* 1 March 1600 */
#define LAST  2932896   /* 31 December 9999 */

static void check_day(int32_t days)
{
    time_t seconds = (time_t)days * 86400;
    struct sansmtp_day day = sansmtp_calendar_day(days);
    struct tm tm;

    assert_non_null(gmtime_r(&seconds, &tm));
    if (day.year != (uint32_t)tm.tm_year + 1900 || day.month != (uint32_t)tm.tm_mon ||
        day.day != (uint32_t)tm.tm_mday) {
        fail_msg("day %d is %u-%u-%u", (int)days, (unsigned)day.year, (unsigned)day.month + 1,
                 (unsigned)day.day);
    }
    assert_int_equal(sansmtp_calendar_days(day), days);
}

/* Every day there is, by the C library's calendar, there and back. */
static void test_every_day(void **state)
{
    (void)state;
    for (int32_t days = FIRST; days <= LAST; days++) {
        check_day(days);
    }
}

static void test_known_days(void **state)
{
    struct sansmtp_day epoch = sansmtp_calendar_day(0);
    struct sansmtp_day leap = sansmtp_calendar_day(11016);

    (void)state;
    assert_int_equal(epoch.year, 1970);
    assert_int_equal(epoch.month, 0);
    assert_int_equal(epoch.day, 1);
    assert_int_equal(leap.year, 2000);
    assert_int_equal(leap.month, 1);
    assert_int_equal(leap.day, 29);
    assert_int_equal(sansmtp_calendar_day(FIRST).year, 1600);
}

static void test_the_length_of_months(void **state)
{
    static const uint32_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    (void)state;
    for (uint32_t month = 0; month < 12; month++) {
        assert_int_equal(sansmtp_calendar_month_length(2023, month), lengths[month]);
        assert_int_equal(sansmtp_calendar_month_length(1900, month), lengths[month]);
        assert_int_equal(sansmtp_calendar_month_length(2024, month),
                         lengths[month] + (month == 1 ? 1 : 0));
        assert_int_equal(sansmtp_calendar_month_length(2000, month),
                         lengths[month] + (month == 1 ? 1 : 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day),
        cmocka_unit_test(test_known_days),
        cmocka_unit_test(test_the_length_of_months),
    };

    return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
