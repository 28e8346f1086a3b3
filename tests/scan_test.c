#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scan.h"

#define MOST ((size_t)256) /* octets of the arena */
#include "arena.h"

#define BARE SANSMTP_SCAN_BARE
#define NUL  SANSMTP_SCAN_NUL

/* What the header says, for one octet, and by the neighbours alone. -1 stands for no octet. */
static bool is_stop(int before, int octet, int next, int after_next, uint32_t also)
{
    if (octet == 0) {
        return (also & NUL) != 0;
    }
    if (octet == '\n') {
        return before != '\r' && (also & BARE);
    }
    if (octet != '\r') {
        return false;
    }
    if (next == '\n') {
        return after_next == '.' || after_next == -1;
    }
    return next == -1 || (also & BARE);
}

static size_t naive_text(const uint8_t *octets, size_t length, uint32_t also)
{
    for (size_t i = 0; i < length; i++) {
        int before = i > 0 ? octets[i - 1] : -1;
        int next = i + 1 < length ? octets[i + 1] : -1;
        int after_next = i + 2 < length ? octets[i + 2] : -1;

        if (is_stop(before, octets[i], next, after_next, also)) {
            return i;
        }
    }
    return length;
}

static size_t naive_line(const uint8_t *octets, size_t length)
{
    size_t at = 0;

    while (at < length && octets[at] != '\r' && octets[at] != '\n' && octets[at] != 0) {
        at++;
    }
    return at;
}

static bool naive_eight_bit(const uint8_t *octets, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (octets[i] & 0x80) {
            return true;
        }
    }
    return false;
}

/* The octets must stand at the end of the arena. */
static void check(const uint8_t *octets, size_t length)
{
    for (uint32_t also = 0; also <= (BARE | NUL); also++) {
        assert_int_equal(sansmtp_scan_text(octets, length, also), naive_text(octets, length, also));
    }
    assert_int_equal(sansmtp_scan_line(octets, length), naive_line(octets, length));
    assert_int_equal(sansmtp_scan_eight_bit(octets, length), naive_eight_bit(octets, length));
}

/* Three octets around every place of texts of every length about the sizes of vectors. */
static void test_triples_at_every_place_of_every_length(void **state)
{
    static const uint8_t alphabet[] = {'\r', '\n', '.', 'a', '\0', 0x8D};
    (void)state;

    for (size_t length = 3; length <= 136; length += length < 40 || length > 62 ? 1 : 5) {
        uint8_t *octets = arena + MOST - length;

        memset(octets, 'x', length);
        for (size_t at = 0; at + 3 <= length; at++) {
            for (size_t number = 0; number < 6 * 6 * 6; number++) {
                octets[at] = alphabet[number % 6];
                octets[at + 1] = alphabet[number / 6 % 6];
                octets[at + 2] = alphabet[number / 36];
                check(octets, length);
            }
            memset(octets + at, 'x', 3);
        }
    }
}

static void test_every_short_input(void **state)
{
    static const uint8_t alphabet[] = {'\r', '\n', '.', 'a', '\0'};
    size_t count = 1;
    (void)state;

    check(arena + MOST, 0);
    for (size_t length = 1; length <= 6; length++) {
        count *= sizeof(alphabet);
        for (size_t number = 0; number < count; number++) {
            uint8_t *octets = arena + MOST - length;
            size_t rest = number;

            for (size_t i = 0; i < length; i++, rest /= sizeof(alphabet)) {
                octets[i] = alphabet[rest % sizeof(alphabet)];
            }
            check(octets, length);
        }
    }
}

/* Honest lines in front, so that a stop is looked for behind many CRLF that are none. */
static void test_random_texts(void **state)
{
    static const uint8_t octets_of[] = {'\r', '\n', '.', 'a', '\0', '\t', 0x0E, 0x8A, 0xFF};
    uint64_t seed = 78;
    (void)state;

    for (int round = 0; round < 60000; round++) {
        size_t length;
        uint8_t *octets;

        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        length = 1 + (size_t)(seed >> 40) % 200;
        octets = arena + MOST - length;
        for (size_t i = 0; i < length; i++) {
            size_t line = (i + (size_t)(seed >> 33)) % 20;

            octets[i] = line == 0 ? '\r' : line == 1 ? '\n' : (uint8_t)(32 + (seed >> 20) % 90);
        }
        octets[(size_t)(seed >> 50) % length] = octets_of[(seed >> 13) % sizeof(octets_of)];
        check(octets, length);
    }
}

static void test_every_octet_value_alone(void **state)
{
    (void)state;
    for (unsigned octet = 0; octet < 256; octet++) {
        memset(arena, (int)octet, MOST);
        for (size_t length = 1; length <= 80; length++) {
            check(arena + MOST - length, length);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_triples_at_every_place_of_every_length),
        cmocka_unit_test(test_every_short_input),
        cmocka_unit_test(test_random_texts),
        cmocka_unit_test(test_every_octet_value_alone),
    };

    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
