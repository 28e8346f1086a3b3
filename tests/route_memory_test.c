#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/route.h>

#include "guard.h"
#include "random.h"

#define ROWS 4

/* The table of addresses that failed of late. */

static struct sansmtp_route_failure *table;

static int begin(void **state)
{
    (void)state;
    table = (void *)guard_alloc(ROWS * sizeof(*table));
    return 0;
}

static int end(void **state)
{
    (void)state;
    guard_free((void *)table, ROWS * sizeof(*table));
    return 0;
}

static struct sansmtp_route_address address(uint8_t last)
{
    return (struct sansmtp_route_address){{192, 0, 2, last}, 4};
}

static void failed(uint8_t last, uint64_t now)
{
    struct sansmtp_route_address one = address(last);

    assert_int_equal(sansmtp_route_failed(table, ROWS, &one, now, 100, 1000), 0);
}

static uint64_t held(uint8_t last, uint64_t now)
{
    struct sansmtp_route_address one = address(last);

    return sansmtp_route_held(table, ROWS, &one, now);
}

/* 5321-4.5.4.1-e: connect failure, skipped until its hold time */
static void test_a_hold_begins_and_ends(void **state)
{
    (void)state;

    assert_int_equal(held(1, 5000), 0);
    failed(1, 5000);
    assert_int_equal(held(1, 5000), 5100);
    assert_int_equal(held(1, 5099), 5100);
    assert_int_equal(held(1, 5100), 0);
    assert_int_equal(held(2, 5000), 0);
    /* the clock was set back */
    assert_int_equal(held(1, 4999), 0);
}

static void test_holds_double_up_to_the_longest(void **state)
{
    static const uint64_t holds[] = {100, 200, 400, 800, 1000, 1000};
    uint64_t now = 0;
    (void)state;

    for (size_t i = 0; i < sizeof(holds) / sizeof(holds[0]); i++) {
        failed(1, now);
        assert_int_equal(held(1, now), now + holds[i]);
        now += holds[i];
    }
    /* long after, it is a first failure again */
    failed(1, now + 1000);
    assert_int_equal(held(1, now + 1000), now + 2000);
    failed(1, now + 2000 + 1001);
    assert_int_equal(held(1, now + 3001), now + 3101);
}

static void test_what_worked_is_forgotten(void **state)
{
    struct sansmtp_route_address one = address(1), other = address(2);
    (void)state;

    failed(1, 0);
    failed(1, 100);
    assert_int_equal(sansmtp_route_worked(table, ROWS, &other), 0);
    assert_int_equal(held(1, 100), 300);
    assert_int_equal(sansmtp_route_worked(table, ROWS, &one), 0);
    assert_int_equal(held(1, 100), 0);
    failed(1, 100);
    assert_int_equal(held(1, 100), 200);
}

/* The row whose hold ends first is given away, those that still hold longer stay. */
static void test_a_full_table(void **state)
{
    (void)state;

    failed(1, 0);
    failed(1, 0);
    failed(2, 10);
    failed(3, 20);
    failed(4, 30);
    failed(5, 40);
    assert_int_equal(held(2, 40), 0);
    assert_int_equal(held(1, 40), 200);
    assert_int_equal(held(3, 40), 120);
    assert_int_equal(held(4, 40), 130);
    assert_int_equal(held(5, 40), 140);
}

/* One socket for both families shows IPv4 as ::ffff:192.0.2.1. */
static void test_mapped_addresses(void **state)
{
    struct sansmtp_route_address mapped = {{[10] = 0xFF, 0xFF, 192, 0, 2, 1}, 16};
    struct sansmtp_route_address near = {{[10] = 0xFF, 0xFE, 192, 0, 2, 1}, 16};
    (void)state;

    failed(1, 0);
    assert_int_equal(sansmtp_route_held(table, ROWS, &mapped, 0), 100);
    assert_int_equal(sansmtp_route_held(table, ROWS, &near, 0), 0);
    assert_int_equal(sansmtp_route_failed(table, ROWS, &mapped, 0, 100, 1000), 0);
    assert_int_equal(held(1, 0), 200);
    assert_int_equal(sansmtp_route_worked(table, ROWS, &mapped), 0);
    assert_int_equal(held(1, 0), 0);
}

static void test_times_do_not_overflow(void **state)
{
    (void)state;

    for (int i = 0; i < 100; i++) {
        failed(1, UINT64_MAX - 50);
    }
    assert_int_equal(held(1, UINT64_MAX - 50), UINT64_MAX);
    assert_int_equal(held(1, UINT64_MAX - 1), UINT64_MAX);
    table[0].failures = UINT32_MAX;
    failed(1, UINT64_MAX - 50);
    assert_int_equal(table[0].failures, UINT32_MAX);
}

static void test_arguments(void **state)
{
    struct sansmtp_route_address one = address(1), none = {{0}, 0}, odd = {{0}, 6};
    struct sansmtp_route_failure before[ROWS];
    (void)state;

    failed(1, 0);
    memcpy(before, table, sizeof(before));
    assert_int_equal(sansmtp_route_failed(NULL, ROWS, &one, 0, 1, 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_route_failed(table, 0, &one, 0, 1, 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_route_failed(table, ROWS, NULL, 0, 1, 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_route_failed(table, ROWS, &none, 0, 1, 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_route_failed(table, ROWS, &odd, 0, 1, 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_route_failed(table, ROWS, &one, 0, 0, 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_route_failed(table, ROWS, &one, 0, 2, 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_route_worked(NULL, ROWS, &one), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_route_worked(table, ROWS, &none), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_route_held(table, ROWS, &none, 0), 0);
    assert_int_equal(sansmtp_route_held(NULL, 0, &one, 0), 0);
    assert_memory_equal(table, before, sizeof(before));
}

/* Whatever happens: each address at most once, no hold over the longest, and the one that failed
 * last is held. */
static void test_any_course(void **state)
{
    struct random random = {3};
    uint64_t now = 1000;
    (void)state;

    for (int turn = 0; turn < 50000; turn++) {
        uint8_t last = (uint8_t)random_below(&random, 8);
        struct sansmtp_route_address one = address(last);

        now += random_below(&random, 300);
        if (random_below(&random, 4) == 0) {
            assert_int_equal(sansmtp_route_worked(table, ROWS, &one), 0);
            assert_int_equal(held(last, now), 0);
            continue;
        }
        failed(last, now);
        assert_in_range(held(last, now), now + 100, now + 1000);
        for (size_t i = 0; i < ROWS; i++) {
            assert_true(table[i].until <= now + 1000);
            for (size_t j = 0; j < i; j++) {
                assert_true(
                    table[i].address.length == 0 ||
                    memcmp(&table[i].address, &table[j].address, sizeof(table[i].address)) != 0);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_hold_begins_and_ends, begin, end),
        cmocka_unit_test_setup_teardown(test_holds_double_up_to_the_longest, begin, end),
        cmocka_unit_test_setup_teardown(test_what_worked_is_forgotten, begin, end),
        cmocka_unit_test_setup_teardown(test_a_full_table, begin, end),
        cmocka_unit_test_setup_teardown(test_mapped_addresses, begin, end),
        cmocka_unit_test_setup_teardown(test_times_do_not_overflow, begin, end),
        cmocka_unit_test_setup_teardown(test_arguments, begin, end),
        cmocka_unit_test_setup_teardown(test_any_course, begin, end),
    };

    return cmocka_run_group_tests_name("route_memory", tests, NULL, NULL);
}
