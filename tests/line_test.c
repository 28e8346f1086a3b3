#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "line.h"

#define MOST ((size_t)256) /* octets of the arena */
#include "arena.h"

static const uint32_t facts = SANSMTP_LINE_BARE | SANSMTP_LINE_NUL;

struct result {
    size_t taken;
    uint32_t state;
    bool complete;
};

static void feed(struct result *result, const uint8_t *octets, size_t length)
{
    const uint8_t *chunk = memcpy(arena + MOST - length, octets, length);
    size_t taken;

    if (result->complete) {
        return;
    }
    taken = sansmtp_line_scan(chunk, length, &result->state, &result->complete);
    assert_true(taken <= length && (taken == length || result->complete));
    result->taken += taken;
}

/* Sees the whole input: the line ends at the first LF behind a CR; all other CR and LF are bare. */
static struct result naive(const uint8_t *octets, size_t length)
{
    struct result result = {length, 0, false};

    for (size_t i = 0; i < length; i++) {
        bool pair = octets[i] == '\r' && i + 1 < length && octets[i + 1] == '\n';

        if (octets[i] == 0) {
            result.state |= SANSMTP_LINE_NUL;
        }
        if (octets[i] == '\n' || (octets[i] == '\r' && i + 1 < length && !pair)) {
            result.state |= SANSMTP_LINE_BARE;
        }
        if (pair) {
            result.taken = i + 2;
            result.complete = true;
            break;
        }
    }
    return result;
}

static void check_all_cuts(const uint8_t *octets, size_t length)
{
    struct result expected = naive(octets, length);

    for (size_t step = 1; step <= 2 * length; step++) {
        size_t cut = step <= length ? step : step - length;
        struct result result = {0, 0, false};

        feed(&result, octets, cut);
        if (step <= length) {
            feed(&result, octets + cut, length - cut);
        } else {
            for (size_t at = cut; at < length; at += cut) {
                feed(&result, octets + at, length - at < cut ? length - at : cut);
            }
        }
        assert_int_equal(result.complete, expected.complete);
        assert_int_equal(result.taken, expected.taken);
        assert_int_equal(result.state & facts, expected.state);
    }
}

/* 5321-2.3.8-a, PRACT-nulbytes-a */
static void test_every_short_input_at_every_cut(void **state)
{
    static const uint8_t alphabet[] = {'\r', '\n', 'a', '\0'};
    size_t count = 1;
    (void)state;

    for (size_t length = 1; length <= 7; length++) {
        count *= sizeof(alphabet);
        for (size_t number = 0; number < count; number++) {
            uint8_t octets[7];
            size_t rest = number;

            for (size_t i = 0; i < length; i++, rest /= sizeof(alphabet)) {
                octets[i] = alphabet[rest % sizeof(alphabet)];
            }
            check_all_cuts(octets, length);
        }
    }
}

static void test_octets_of_decision_at_every_place_of_a_long_line(void **state)
{
    static const char *const pieces[] = {"\r\n", "\n", "\r", "\r\r\n", "\n\r\n", "\r\nx"};
    (void)state;

    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        for (size_t before = 0; before <= 70; before++) {
            uint8_t octets[80];
            size_t length = strlen(pieces[i]);

            memset(octets, 'x', sizeof(octets));
            memcpy(octets + before, pieces[i], length);
            check_all_cuts(octets, before + length);
            octets[before / 2] = 0;
            check_all_cuts(octets, before + length);
            octets[before / 2] = 0x8D; /* what a CR is in seven bits */
            check_all_cuts(octets, sizeof(octets));
        }
    }
}

static void assert_line(const char *octets, size_t length, size_t taken, uint32_t expected)
{
    for (size_t cut = 0; cut < taken; cut++) {
        struct result result = {0, 0, false};

        feed(&result, (const uint8_t *)octets, cut);
        feed(&result, (const uint8_t *)octets + cut, length - cut);
        assert_true(result.complete);
        assert_int_equal(result.taken, taken);
        assert_int_equal(result.state, expected);
    }
}

/* 5321-2.3.8-a, PRACT-nulbytes-a */
static void test_lines_by_name(void **state)
{
    (void)state;
    assert_line("NOOP\r\nRSET\r\n", 12, 6, 0);
    assert_line("\r\n", 2, 2, 0);
    assert_line("NOOP\n\r\n", 7, 7, SANSMTP_LINE_BARE);
    assert_line("NOOP\nRSET\r\n", 11, 11, SANSMTP_LINE_BARE);
    assert_line("NOOP\rRSET\r\n", 11, 11, SANSMTP_LINE_BARE);
    assert_line("NOOP\r\r\n", 7, 7, SANSMTP_LINE_BARE);
    assert_line("NOOP\0X\r\n", 8, 8, SANSMTP_LINE_NUL);
    assert_line("NOOP\r\0\n\r\n", 9, 9, SANSMTP_LINE_BARE | SANSMTP_LINE_NUL);
}

static void test_a_waiting_cr_is_remembered_and_no_input_changes_nothing(void **state)
{
    struct result result = {0, 0, false};
    (void)state;

    feed(&result, (const uint8_t *)"a\r", 2);
    assert_int_equal(result.state, SANSMTP_LINE_AFTER_CR);
    feed(&result, (const uint8_t *)"", 0);
    assert_int_equal(result.state, SANSMTP_LINE_AFTER_CR);
    assert_false(result.complete);
    feed(&result, (const uint8_t *)"\n", 1);
    assert_true(result.complete);
    assert_int_equal(result.state, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_short_input_at_every_cut),
        cmocka_unit_test(test_octets_of_decision_at_every_place_of_a_long_line),
        cmocka_unit_test(test_lines_by_name),
        cmocka_unit_test(test_a_waiting_cr_is_remembered_and_no_input_changes_nothing),
    };

    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
