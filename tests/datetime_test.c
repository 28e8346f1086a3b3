#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "datetime.h"
#include "guard.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static bool read_date(const char *from, struct sansmtp_datetime *date)
{
    size_t length = strlen(from);
    uint8_t *octets = guard_copy(from, length);
    bool good = sansmtp_datetime_read(octets, length, date);

    guard_free(octets, length);
    return good;
}

static void test_what_is_a_date(void **state)
{
    static const struct {
        const char *text;
        uint64_t seconds;
        bool utc, fraction;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0, true, false},
        {"2030-01-01T00:00:00Z", 1893456000, true, false},
        {"2030-01-01t00:00:00z", 1893456000, true, false},
        {"2030-01-01T00:00:00+00:00", 1893456000, true, false},
        {"2030-01-01T00:00:00-00:00", 1893456000, true, false},
        {"2030-01-01T01:00:00+01:00", 1893456000, false, false},
        {"2029-12-31T19:30:00-04:30", 1893456000, false, false},
        {"2030-01-01T23:59:00+23:59", 1893456000, false, false},
        {"2030-01-01T00:00:00.0Z", 1893456000, true, true},
        {"2030-01-01T00:00:00.50Z", 1893456001, true, true},
        {"2030-01-01T00:00:00.000000000000000000000001Z", 1893456001, true, true},
        {"2016-12-31T23:59:60Z", 1483228800, true, false},
        {"2000-02-29T12:00:00Z", 951825600, true, false},
        {"9999-12-31T23:59:59Z", 253402300799, true, false},
        {"1601-01-01T00:00:00Z", 0, true, false},
        {"1969-12-31T23:59:59Z", 0, true, false},
        {"1969-12-31T23:59:59-00:01", 59, false, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_datetime date;

        if (!read_date(rows[i].text, &date)) {
            fail_msg("%s is no date", rows[i].text);
        }
        if (date.seconds != rows[i].seconds) {
            fail_msg("%s is %llu", rows[i].text, (unsigned long long)date.seconds);
        }
        assert_int_equal(date.utc, rows[i].utc);
        assert_int_equal(date.fraction, rows[i].fraction);
    }
}

static void test_what_is_none(void **state)
{
    static const char *const rows[] = {
        "",
        "2030",
        "2030-01-01",
        "2030-01-01T00:00:00",
        "2030-01-01 00:00:00Z",
        "2030-01-01T00:00:00Z ",
        "2030-01-01T00:00:00ZZ",
        " 2030-01-01T00:00:00Z",
        "2030-1-01T00:00:00Z",
        "2030-00-01T00:00:00Z",
        "2030-13-01T00:00:00Z",
        "2030-01-00T00:00:00Z",
        "2030-01-32T00:00:00Z",
        "2030-04-31T00:00:00Z",
        "2030-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2030-01-01T24:00:00Z",
        "2030-01-01T00:60:00Z",
        "2030-01-01T00:00:61Z",
        "2030-01-01T00:00Z",
        "2030-01-01T00:00:00.Z",
        "2030-01-01T00:00:00,5Z",
        "2030-01-01T00:00:00+1:00",
        "2030-01-01T00:00:00+0100",
        "2030-01-01T00:00:00+24:00",
        "2030-01-01T00:00:00+00:60",
        "2030-01-01T00:00:00+",
        "1600-12-31T23:59:59Z",
        "0000-01-01T00:00:00Z",
        "+030-01-01T00:00:00Z",
        "203:-01-01T00:00:00Z",
        "203/-01-01T00:00:00Z",
    };
    struct sansmtp_datetime date;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (read_date(rows[i], &date)) {
            fail_msg("\"%s\" is taken for a date", rows[i]);
        }
    }
}

/* No part of a date is one. */
static void test_every_cut(void **state)
{
    static const char whole[] = "2030-01-01T00:00:00.25+01:30";
    struct sansmtp_datetime date;

    (void)state;
    for (size_t length = 0; length < sizeof(whole) - 1; length++) {
        uint8_t *octets = guard_copy(whole, length);

        assert_false(sansmtp_datetime_read(octets, length, &date));
        guard_free(octets, length);
    }
    assert_true(read_date(whole, &date));
    assert_true(date.seconds == 1893456001 - 5400);
}

static void write_and_read(uint64_t seconds)
{
    uint8_t *out = guard_alloc(SANSMTP_DATETIME_LENGTH);
    struct sansmtp_datetime date;

    assert_int_equal(sansmtp_datetime_write(seconds, out), SANSMTP_DATETIME_LENGTH);
    assert_true(sansmtp_datetime_read(out, SANSMTP_DATETIME_LENGTH, &date));
    assert_true(date.seconds == seconds);
    assert_true(date.utc);
    guard_free(out, SANSMTP_DATETIME_LENGTH);
}

static void test_what_is_written(void **state)
{
    static const struct {
        uint64_t seconds;
        const char *text;
    } rows[] = {
        {0, "1970-01-01T00:00:00Z"},
        {951825599, "2000-02-29T11:59:59Z"},
        {1893456000, "2030-01-01T00:00:00Z"},
        {SANSMTP_DATETIME_LAST, "9999-12-31T23:59:59Z"},
    };
    uint8_t out[SANSMTP_DATETIME_LENGTH];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(sansmtp_datetime_write(rows[i].seconds, out), sizeof(out));
        assert_memory_equal(out, rows[i].text, sizeof(out));
    }
    for (uint64_t seconds = 0; seconds <= SANSMTP_DATETIME_LAST; seconds += 86400 * 97 + 12345) {
        write_and_read(seconds);
    }
    write_and_read(SANSMTP_DATETIME_LAST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_a_date),
        cmocka_unit_test(test_what_is_none),
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_what_is_written),
    };

    return cmocka_run_group_tests_name("datetime", tests, NULL, NULL);
}
