#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/wire.h>

#include "guard.h"
#include "xtext.h"

/* Decodes text at a guard page into exactly capacity octets; gives back what was written. */
static int decode(const char *text, size_t capacity, char *out, size_t *length)
{
    size_t text_length = strlen(text);
    uint8_t *octets = guard_copy(text, text_length);
    uint8_t *room = guard_alloc(capacity);
    int result = sansmtp_xtext_decode(octets, text_length, room, capacity, length);

    memcpy(out, room, capacity);
    guard_free(octets, text_length);
    guard_free(room, capacity);
    return result;
}

static void assert_decodes(const char *text, const char *expected)
{
    char out[64] = {0};
    size_t length = 99;

    assert_int_equal(decode(text, strlen(expected), out, &length), 0);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(out, expected, length);
}

static void assert_no_xtext(const char *text)
{
    char out[64];
    size_t length;

    assert_int_equal(decode(text, sizeof(out), out, &length), SANSMTP_ERR_SYNTAX);
}

/* 3461-4-a */
static void test_decodes_plain_octets_and_hexadecimal_of_either_case(void **state)
{
    (void)state;
    assert_decodes("", "");
    assert_decodes("a+2Bb", "a+b");
    assert_decodes("a+2bb", "a+b");
    assert_decodes("+0D+0a", "\r\n");
    assert_decodes("+FF+fF", "\xFF\xFF");
    assert_decodes("!\"#~", "!\"#~");
}

/* 3461-4-a */
static void test_refuses_what_is_no_xtext(void **state)
{
    (void)state;
    assert_no_xtext("a+2");
    assert_no_xtext("a+");
    assert_no_xtext("a+ZZ");
    assert_no_xtext("a+2G");
    assert_no_xtext("a+G2");
    assert_no_xtext("a=b");
    assert_no_xtext("a b");
    assert_no_xtext("a\tb");
    assert_no_xtext("a\x7F");
    assert_no_xtext("\xC3\xBC");
}

static void test_every_octet_that_stands_for_itself(void **state)
{
    (void)state;
    for (int octet = 0; octet < 256; octet++) {
        const uint8_t text[] = {'a', (uint8_t)octet};
        int plain = octet >= 33 && octet <= 126 && octet != '+' && octet != '=';

        assert_int_equal(sansmtp_xtext_plain(text, 2), plain ? 2 : 1);
    }
}

static void test_an_escape_alone(void **state)
{
    uint8_t *octets = guard_copy("+2Bx", 4);
    uint8_t octet = 0;
    (void)state;

    assert_int_equal(sansmtp_xtext_escape(octets, 4, &octet), 3);
    assert_int_equal(octet, '+');
    assert_int_equal(sansmtp_xtext_escape(octets + 1, 3, &octet), 0);
    assert_int_equal(sansmtp_xtext_escape(octets, 2, &octet), 0);
    assert_int_equal(sansmtp_xtext_escape(octets + 4, 0, &octet), 0);
    guard_free(octets, 4);
}

static void test_tells_the_room_that_is_needed(void **state)
{
    char out[64];
    size_t length = 0;
    (void)state;

    assert_int_equal(decode("a+2Bb", 2, out, &length), SANSMTP_ERR_ROOM);
    assert_int_equal(length, 3);
    assert_int_equal(decode("a+2Bb", 0, out, &length), SANSMTP_ERR_ROOM);
    assert_int_equal(length, 3);
    assert_int_equal(decode("a+2Bb+", 1, out, &length), SANSMTP_ERR_SYNTAX);
}

static void test_decodes_in_place(void **state)
{
    uint8_t octets[] = "+41+42c+44";
    size_t length;
    (void)state;

    assert_int_equal(
        sansmtp_xtext_decode(octets, sizeof(octets) - 1, octets, sizeof(octets) - 1, &length), 0);
    assert_int_equal(length, 4);
    assert_memory_equal(octets, "ABcD", 4);
}

/* 3461-4-b, 3461-4-a: upper case */
static void test_encodes_everything_else(void **state)
{
    static const uint8_t from[] = "a b+=\x7F\0\xFF";
    static const char expected[] = "a+20b+2B+3D+7F+00+FF";
    uint8_t *octets = guard_copy(from, sizeof(from) - 1);
    uint8_t *out = guard_alloc(sizeof(expected) - 1);
    size_t length;
    (void)state;

    assert_int_equal(
        sansmtp_xtext_encode(octets, sizeof(from) - 1, out, sizeof(expected) - 1, &length), 0);
    assert_int_equal(length, sizeof(expected) - 1);
    assert_memory_equal(out, expected, length);
    assert_int_equal(
        sansmtp_xtext_encode(octets, sizeof(from) - 1, out, sizeof(expected) - 2, &length),
        SANSMTP_ERR_ROOM);
    assert_int_equal(length, sizeof(expected) - 1);
    guard_free(octets, sizeof(from) - 1);
    guard_free(out, sizeof(expected) - 1);
}

static void test_what_was_encoded_decodes_to_itself(void **state)
{
    uint8_t all[256];
    uint8_t encoded[768];
    uint8_t decoded[256];
    size_t length;
    (void)state;

    for (size_t i = 0; i < sizeof(all); i++) {
        all[i] = (uint8_t)i;
    }
    assert_int_equal(sansmtp_xtext_encode(all, sizeof(all), encoded, sizeof(encoded), &length), 0);
    assert_int_equal(sansmtp_xtext_decode(encoded, length, decoded, sizeof(decoded), &length), 0);
    assert_int_equal(length, sizeof(all));
    assert_memory_equal(decoded, all, sizeof(all));
}

static void test_refuses_null(void **state)
{
    uint8_t octet = 'a';
    size_t length;
    (void)state;

    assert_int_equal(sansmtp_xtext_decode(NULL, 1, &octet, 1, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_xtext_decode(&octet, 1, NULL, 1, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_xtext_decode(&octet, 1, &octet, 1, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_xtext_encode(NULL, 1, &octet, 1, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_xtext_encode(&octet, 1, NULL, 1, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_xtext_encode(&octet, 1, &octet, 1, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_xtext_encode(&octet, SIZE_MAX, &octet, 1, &length),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_xtext_decode(NULL, 0, NULL, 0, &length), 0);
    assert_int_equal(length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decodes_plain_octets_and_hexadecimal_of_either_case),
        cmocka_unit_test(test_refuses_what_is_no_xtext),
        cmocka_unit_test(test_every_octet_that_stands_for_itself),
        cmocka_unit_test(test_an_escape_alone),
        cmocka_unit_test(test_tells_the_room_that_is_needed),
        cmocka_unit_test(test_decodes_in_place),
        cmocka_unit_test(test_encodes_everything_else),
        cmocka_unit_test(test_what_was_encoded_decodes_to_itself),
        cmocka_unit_test(test_refuses_null),
    };

    return cmocka_run_group_tests_name("xtext", tests, NULL, NULL);
}
