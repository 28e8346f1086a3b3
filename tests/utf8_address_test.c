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

    if (!decode(from, text))
        fail_msg("refused: %s", from);
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
        if (decode(bad[i], text))
            fail_msg("decoded: %s", bad[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8_as_it_is_and_escaped),
        cmocka_unit_test(test_what_cannot_be_decoded),
    };

    return cmocka_run_group_tests_name("utf8_address", tests, NULL, NULL);
}
