#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base64.h"
#include "guard.h"

/* Decodes from a guard page into exactly the room that the header asks for, at another one. */
static bool decode(const void *text, size_t length, uint8_t *out, size_t *out_length)
{
    size_t capacity = 3 * (length / 4);
    uint8_t *octets = guard_copy(text, length);
    uint8_t *room = guard_alloc(capacity);
    bool result = sansmtp_base64_decode(octets, length, room, out_length);

    if (capacity > 0) {
        memcpy(out, room, capacity);
    }
    guard_free(octets, length);
    guard_free(room, capacity);
    return result;
}

static void assert_decodes(const char *text, const char *expected, size_t expected_length)
{
    uint8_t out[64];
    size_t length = 99;

    assert_true(decode(text, strlen(text), out, &length));
    assert_int_equal(length, expected_length);
    assert_memory_equal(out, expected, expected_length);
}

static void assert_refused(const void *text, size_t length)
{
    uint8_t out[64];
    size_t out_length = 99;

    assert_false(decode(text, length, out, &out_length));
    assert_int_equal(out_length, 0);
}

static void test_the_vectors_of_rfc_4648(void **state)
{
    (void)state;
    assert_decodes("", "", 0);
    assert_decodes("Zg==", "f", 1);
    assert_decodes("Zm8=", "fo", 2);
    assert_decodes("Zm9v", "foo", 3);
    assert_decodes("Zm9vYg==", "foob", 4);
    assert_decodes("Zm9vYmE=", "fooba", 5);
    assert_decodes("Zm9vYmFy", "foobar", 6);
    assert_decodes("AGE=", "\0a", 2);
    assert_decodes("+/+/", "\xFB\xFF\xBF", 3);
}

/* 4954-4-o */
static void test_refuses_what_is_not_exactly_base64(void **state)
{
    static const char *const texts[] = {
        "AGE!",   "=AAA", "AAA=BBB", "AAA=BBBB", "AAA",      " AGEA", "A",     "AA",
        "====",   "A===", "AA=A",    "AAAA=",    "AAAA====", "AA==A", "AAAAA", "AGE\n",
        "AG\r\n", "AG-_", "AA=",     "AAAAA===", "AAA==",    "=",     "==",    "AA==AA==",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_refused(texts[i], strlen(texts[i]));
    }
    assert_refused("AG\0E", 4);
    assert_refused("AGE\0", 4);
}

/* 4954-4-o: only 64 octets are digits, at each of the four places. */
static void test_foreign_octets_are_refused_at_every_place(void **state)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    (void)state;

    for (size_t place = 0; place < 4; place++) {
        for (unsigned octet = 0; octet < 256; octet++) {
            const char *digit = octet == 0 ? NULL : strchr(digits, (int)octet);
            uint8_t text[8] = "AAAAAAAA";
            uint8_t out[6];
            size_t length = 99;

            text[place] = (uint8_t)octet;
            assert_int_equal(decode(text, 8, out, &length), octet < 128 && digit != NULL);
            if (octet < 128 && digit != NULL) {
                uint32_t bits = (uint32_t)(digit - digits) << (18 - 6 * place);
                uint8_t expected[6] = {(uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits};

                assert_int_equal(length, 6);
                assert_memory_equal(out, expected, 6);
            }
        }
    }
}

/* RFC 4648 section 3.5: what encodes to nothing else must be zero, or one secret has many texts. */
static void test_bits_that_padding_leaves_over_are_zero(void **state)
{
    (void)state;
    assert_refused("Zh==", 4);
    assert_refused("ZP==", 4);
    assert_refused("Zm9=", 4);
    assert_refused("Zm+=", 4);
    assert_decodes("Zw==", "g", 1);
    assert_decodes("Zm4=", "fn", 2);
}

/* CVE-2018-6789: for lengths 4n + 3 Exim computed one octet less than it wrote. */
static void test_no_length_writes_past_three_octets_a_quartet(void **state)
{
    uint8_t text[400], out[300];
    (void)state;

    memset(text, 'A', sizeof(text));
    for (size_t length = 0; length <= sizeof(text); length++) {
        size_t out_length = 99;

        assert_int_equal(decode(text, length, out, &out_length), length % 4 == 0);
        assert_int_equal(out_length, length % 4 == 0 ? length / 4 * 3 : 0);
    }
}

static void test_encoding_and_back_in_place_at_every_length(void **state)
{
    (void)state;
    for (size_t length = 0; length <= 100; length++) {
        size_t text_length = sansmtp_base64_encoded_length(length);
        uint8_t octets[100];
        uint8_t *source, *text;
        size_t out_length = 99;

        for (size_t i = 0; i < length; i++) {
            octets[i] = (uint8_t)(i * 167 + length * 31);
        }
        source = guard_copy(octets, length);
        text = guard_alloc(text_length);
        sansmtp_base64_encode(source, length, text);
        assert_int_equal(text_length, (length + 2) / 3 * 4);
        assert_true(sansmtp_base64_decode(text, text_length, text, &out_length));
        assert_int_equal(out_length, length);
        assert_memory_equal(text, octets, length);
        guard_free(source, length);
        guard_free(text, text_length);
    }
}

static void test_encodes_the_vectors_of_rfc_4648(void **state)
{
    static const char *const texts[] = {"",         "Zg==",     "Zm8=",    "Zm9v",
                                        "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    uint8_t out[8];
    (void)state;

    for (size_t length = 0; length <= 6; length++) {
        sansmtp_base64_encode((const uint8_t *)"foobar", length, out);
        assert_int_equal(sansmtp_base64_encoded_length(length), strlen(texts[length]));
        assert_memory_equal(out, texts[length], strlen(texts[length]));
    }
    sansmtp_base64_encode((const uint8_t *)"\xFB\xFF\xBF", 3, out);
    assert_memory_equal(out, "+/+/", 4);
}

static void test_the_encoded_length_does_not_wrap(void **state)
{
    (void)state;
    assert_true(sansmtp_base64_encoded_length(SIZE_MAX) == SIZE_MAX);
    assert_true(sansmtp_base64_encoded_length(SIZE_MAX / 4 * 3 + 1) == SIZE_MAX);
    assert_true(sansmtp_base64_encoded_length(SIZE_MAX / 4 * 3) == SIZE_MAX / 4 * 4);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_vectors_of_rfc_4648),
        cmocka_unit_test(test_refuses_what_is_not_exactly_base64),
        cmocka_unit_test(test_foreign_octets_are_refused_at_every_place),
        cmocka_unit_test(test_bits_that_padding_leaves_over_are_zero),
        cmocka_unit_test(test_no_length_writes_past_three_octets_a_quartet),
        cmocka_unit_test(test_encoding_and_back_in_place_at_every_length),
        cmocka_unit_test(test_encodes_the_vectors_of_rfc_4648),
        cmocka_unit_test(test_the_encoded_length_does_not_wrap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
