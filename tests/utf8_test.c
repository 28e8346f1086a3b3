#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "utf8.h"

#define MOST ((size_t)64) /* octets of the arena */
#include "arena.h"

static const uint8_t *at_end(const void *octets, size_t length)
{
    return memcpy(arena + MOST - length, octets, length);
}

/* Puts the octets at each place of an ASCII text that is longer than the words of the fast path. */
static void assert_everywhere(const void *octets, size_t length, bool valid)
{
    for (size_t before = 0; before <= 18; before++) {
        for (size_t after = 0; after <= 18; after += 3) {
            size_t whole = before + length + after;
            uint8_t *text = arena + MOST - whole;

            memset(text, 'x', whole);
            memcpy(text + before, octets, length);
            assert_int_equal(sansmtp_utf8_valid(text, whole), valid);
        }
    }
}

static size_t encode(uint32_t character, uint8_t *out)
{
    if (character < 0x80) {
        out[0] = (uint8_t)character;
        return 1;
    }
    if (character < 0x800) {
        out[0] = (uint8_t)(0xC0 + character / 64);
        out[1] = (uint8_t)(0x80 + character % 64);
        return 2;
    }
    if (character < 0x10000) {
        out[0] = (uint8_t)(0xE0 + character / 4096);
        out[1] = (uint8_t)(0x80 + character / 64 % 64);
        out[2] = (uint8_t)(0x80 + character % 64);
        return 3;
    }
    out[0] = (uint8_t)(0xF0 + character / 262144);
    out[1] = (uint8_t)(0x80 + character / 4096 % 64);
    out[2] = (uint8_t)(0x80 + character / 64 % 64);
    out[3] = (uint8_t)(0x80 + character % 64);
    return 4;
}

static void test_every_character_is_valid_whole_and_not_in_part(void **state)
{
    (void)state;
    for (uint32_t character = 0; character < 0x120000; character++) {
        bool is_character = character < 0xD800 || (character >= 0xE000 && character < 0x110000);
        uint8_t octets[4];
        size_t length = encode(character, octets);

        assert_int_equal(sansmtp_utf8_valid(at_end(octets, length), length), is_character);
        for (size_t part = 1; part < length; part++) {
            assert_false(sansmtp_utf8_valid(at_end(octets, part), part));
        }
    }
}

/* All pairs, with and without two tails behind: so all first and second octets. */
static void test_no_other_pair_begins_a_character(void **state)
{
    uint32_t valid[3] = {0, 0, 0};
    (void)state;

    for (unsigned first = 0x80; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            uint8_t octets[4] = {(uint8_t)first, (uint8_t)second, 0x80, 0xBF};

            for (size_t length = 2; length <= 4; length++) {
                valid[length - 2] += sansmtp_utf8_valid(at_end(octets, length), length);
            }
        }
    }
    assert_int_equal(valid[0], 30 * 64);           /* C2 to DF */
    assert_int_equal(valid[1], 32 + 14 * 64 + 32); /* E0; E1 to EC, EE, EF; ED */
    assert_int_equal(valid[2], 48 + 3 * 64 + 16);  /* F0; F1 to F3; F4 */
}

static void test_finds_what_is_wrong_anywhere(void **state)
{
    (void)state;
    assert_everywhere("", 0, true);
    assert_everywhere("\xC3\xA4", 2, true);
    assert_everywhere("\xE2\x82\xAC\xF0\x9F\x93\xA7", 7, true);
    assert_everywhere("\0", 1, true);
    assert_everywhere("\xC0\xAE", 2, false);
    assert_everywhere("\xE0\x80\xAF", 3, false);
    assert_everywhere("\xED\xA0\x80", 3, false);
    assert_everywhere("\xF4\x90\x80\x80", 4, false);
    assert_everywhere("\xF5\x80\x80\x80", 4, false);
    assert_everywhere("\xE4", 1, false);
    assert_everywhere("\x80", 1, false);
    assert_everywhere("\xE2\x82", 2, false);
    assert_everywhere("\xE2\x82\x41", 3, false);
    assert_everywhere("\xF0\x9F\x93\x41", 4, false);
}

static void test_ascii_is_told_at_every_length_and_place(void **state)
{
    (void)state;
    for (size_t length = 0; length <= 40; length++) {
        uint8_t *text = arena + MOST - length;

        memset(text, 0x7F, length);
        assert_true(sansmtp_utf8_ascii(text, length));
        for (size_t at = 0; at < length; at++) {
            text[at] = 0x80;
            assert_false(sansmtp_utf8_ascii(text, length));
            text[at] = 0x7F;
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_character_is_valid_whole_and_not_in_part),
        cmocka_unit_test(test_no_other_pair_begins_a_character),
        cmocka_unit_test(test_finds_what_is_wrong_anywhere),
        cmocka_unit_test(test_ascii_is_told_at_every_length_and_place),
    };

    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
