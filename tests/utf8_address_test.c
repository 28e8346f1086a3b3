#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "guard.h"
#include "utf8_address.h"

static bool decode(const char *from, char *text)
{
    size_t length = strlen(from);
    uint8_t *octets = guard_copy(from, length);
    uint8_t *out = guard_alloc(length);
    size_t text_length = 99;
    size_t counted = 77;
    bool good = sansmtp_utf8_address_decode(octets, length, out, &text_length);

    assert_int_equal(sansmtp_utf8_address_decode(octets, length, NULL, &counted), good);
    if (good) {
        assert_int_equal(counted, text_length);
        memcpy(text, out, text_length);
        text[text_length] = '\0';
    }
    guard_free(octets, length);
    guard_free(out, length);
    return good;
}

static void assert_decodes(const char *from, const char *expected)
{
    char text[100];

    if (!decode(from, text)) {
        fail_msg("refused: %s", from);
    }
    assert_string_equal(text, expected);
}

/* 6533-3-a */
static void test_utf8_as_it_is_and_escaped(void **state)
{
    (void)state;
    assert_decodes("", "");
    assert_decodes("d@x.example", "d@x.example");
    assert_decodes("d\\x{F6}@x.example", "d\xC3\xB6@x.example");
    assert_decodes("d\\x{f6}@x.example", "d\xC3\xB6@x.example");
    assert_decodes("d\xC3\xB6@x.example", "d\xC3\xB6@x.example");
    assert_decodes("\\x{2B}\\x{3D}\\x{5C}\\x{20}", "+=\\ ");
    assert_decodes("\\x{80}", "\xC2\x80");
    assert_decodes("\\x{7FF}\\x{800}", "\xDF\xBF\xE0\xA0\x80");
    assert_decodes("\\x{D7FF}\\x{E000}", "\xED\x9F\xBF\xEE\x80\x80");
    assert_decodes("\\x{FFFF}\\x{10000}", "\xEF\xBF\xBF\xF0\x90\x80\x80");
    assert_decodes("\\x{10FFFF}", "\xF4\x8F\xBF\xBF");
    assert_decodes("x{F6}", "x{F6}");
}

/* 6533-3-b */
static void test_what_cannot_be_decoded(void **state)
{
    static const char *const bad[] = {
        "\\x{D800}",    "\\x{DFFF}",     "\\x{110000}", "\\x{5",        "\\x{41}", "\\x{5}",
        "\\x{}",        "\\x{F6",        "\\x{",        "\\x",          "\\",      "a\\",
        "\\x{0F6}",     "\\x{00F6}",     "\\X{F6}",     "\\x{G6}",      "\\x{F6]", "\\x(F6)",
        "\\x{1000000}", "\\x{0010FFFF}", "\\x{00}",     "\\x{0A}",      "\\x{0D}", "\\x{09}",
        "\\x{7F}",      "\\\\",          "a+b",         "a=b",          "a b",     "a\x7F",
        "a\tb",         "\xC0\xAF",      "\xC3",        "\xED\xA0\x80",
    };
    char text[100];
    (void)state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (decode(bad[i], text)) {
            fail_msg("decoded: %s", bad[i]);
        }
    }
}

/* The form of from in exactly so much room; returns its octets, 0: there is none. */
static size_t encode(const char *from, size_t length, bool plain, char *out, size_t capacity)
{
    uint8_t *text = guard_copy(from, length);
    uint8_t *room = guard_alloc(capacity);
    size_t written = sansmtp_utf8_address_encode(text, length, plain, room, capacity);

    assert_true(written <= capacity);
    memcpy(out, room, written);
    out[written] = '\0';
    guard_free(text, length);
    guard_free(room, capacity);
    return written;
}

static void assert_encodes(const char *from, bool plain, const char *expected)
{
    size_t need = strlen(expected);
    char out[100];

    assert_int_equal(encode(from, strlen(from), plain, out, need), need);
    assert_string_equal(out, expected);
    assert_int_equal(encode(from, strlen(from), plain, out, need + 7), need);
    for (size_t less = 0; less < need; less++) {
        assert_int_equal(encode(from, strlen(from), plain, out, less), 0);
    }
}

/* 6533-3-c: escaped where the peer takes no UTF-8; +, =, backslash and space always */
static void test_encoded(void **state)
{
    (void)state;
    assert_encodes("d@x.example", false, "d@x.example");
    assert_encodes("d\xC3\xB6@x.example", false, "d\\x{F6}@x.example");
    assert_encodes("d\xC3\xB6@x.example", true, "d\xC3\xB6@x.example");
    assert_encodes("+=\\ ", true, "\\x{2B}\\x{3D}\\x{5C}\\x{20}");
    assert_encodes("+=\\ ", false, "\\x{2B}\\x{3D}\\x{5C}\\x{20}");
    assert_encodes("\xC2\x80\xDF\xBF\xE0\xA0\x80", false, "\\x{80}\\x{7FF}\\x{800}");
    assert_encodes("\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", false,
                   "\\x{FFFF}\\x{10000}\\x{10FFFF}");
    assert_encodes("\xEF\xBF\xBF\xF4\x8F\xBF\xBF", true, "\xEF\xBF\xBF\xF4\x8F\xBF\xBF");
}

static void test_what_cannot_be_encoded(void **state)
{
    static const char *const bad[] = {
        "a\r\n", "a\tb", "\x7F", "\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xFF", "\xF5\x80\x80\x80",
    };
    char out[100];
    (void)state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(encode(bad[i], strlen(bad[i]), false, out, 50), 0);
        assert_int_equal(encode(bad[i], strlen(bad[i]), true, out, 50), 0);
    }
    assert_int_equal(encode("a\0b", 3, false, out, 50), 0);
    assert_int_equal(encode("", 0, false, out, 50), 0);
}

static void there_and_back(const char *text, size_t length, bool plain)
{
    char coded[100];
    char decoded[100];
    size_t written = encode(text, length, plain, coded, 40);

    if (written == 0) {
        fail_msg("not encoded: %s", text);
    }
    for (size_t i = 0; i < written && !plain; i++) {
        assert_true((uint8_t)coded[i] < 0x80);
    }
    assert_true(decode(coded, decoded));
    assert_int_equal(strlen(decoded), length);
    assert_memory_equal(decoded, text, length);
}

/* Every character that may stand there comes back as it was, both ways. */
static void test_there_and_back(void **state)
{
    (void)state;
    for (uint32_t scalar = 0x20; scalar <= 0x10FFFF; scalar += scalar < 0x900 ? 1 : 251) {
        char text[8];
        size_t length = 0;

        if (scalar == 0x7F || (scalar >= 0xD800 && scalar <= 0xDFFF)) {
            continue;
        }
        if (scalar >= 0x10000) {
            text[length++] = (char)(0xF0 | scalar >> 18);
        }
        if (scalar >= 0x800) {
            text[length++] = (char)(scalar >= 0x10000 ? 0x80 | (scalar >> 12 & 63)
                                                      : 0xE0 | scalar >> 12);
        }
        if (scalar >= 0x80) {
            text[length++] = (char)(scalar >= 0x800 ? 0x80 | (scalar >> 6 & 63)
                                                    : 0xC0 | scalar >> 6);
        }
        text[length++] = (char)(scalar >= 0x80 ? 0x80 | (scalar & 63) : scalar);
        text[length] = '\0';
        there_and_back(text, length, false);
        there_and_back(text, length, true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8_as_it_is_and_escaped),
        cmocka_unit_test(test_what_cannot_be_decoded),
        cmocka_unit_test(test_encoded),
        cmocka_unit_test(test_what_cannot_be_encoded),
        cmocka_unit_test(test_there_and_back),
    };

    return cmocka_run_group_tests_name("utf8_address", tests, NULL, NULL);
}
