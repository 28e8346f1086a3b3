/* The reader of reply lines against a naive one, and what its peers got wrong, by name. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reply.h"
#include "reply_line.h"

#define MOST 1024 /* octets of the arena */
#include "arena.h"

/* The line, at the guard page. */
static const uint8_t *place(const char *line, size_t length)
{
    if (length > 0) {
        memcpy(arena + MOST - length, line, length);
    }
    return arena + MOST - length;
}

/* --- the same by the C library: what is read is written again, and must be what was there --- */

static uint32_t naive_enhanced(const char *text, size_t *taken)
{
    unsigned class = 0, subject = 0, detail = 0;
    char word[64], again[64];

    *taken = 0;
    (void)snprintf(word, sizeof(word), "%.*s", (int)strcspn(text, " "), text);
    if (sscanf(word, "%1u.%3u.%3u", &class, &subject, &detail) != 3) {
        return 0;
    }
    (void)snprintf(again, sizeof(again), "%u.%u.%u", class, subject, detail);
    if (strcmp(word, again) != 0 || class == 3) {
        return 0;
    }
    *taken = strlen(word) + strspn(text + strlen(word), " ");
    return class * 1000000 + subject * 1000 + detail;
}

/* line has no NUL but at its end */
static bool naive_parse(const char *line, struct sansmtp_reply_line *out, size_t *text_at)
{
    char digits[4] = "";
    size_t taken;

    if (strspn(line, "0123456789") != 3 || strchr("2345", line[0]) == NULL) {
        return false;
    }
    if (line[3] != '\0' && line[3] != ' ' && line[3] != '-') {
        return false;
    }
    memcpy(digits, line, 3);
    out->code = (uint32_t)strtoul(digits, NULL, 10);
    out->last = line[3] != '-';
    *text_at = line[3] == '\0' ? 3 : 4;
    out->enhanced = naive_enhanced(line + *text_at, &taken);
    if (out->enhanced / 1000000 != out->code / 100) {
        out->enhanced = 0;
    } else {
        *text_at += taken;
    }
    return true;
}

static void check(const char *line, size_t length)
{
    struct sansmtp_reply_line expected = {0, 0, false, {NULL, 0}};
    struct sansmtp_reply_line found = {99, 99, false, {NULL, 99}};
    const uint8_t *octets = place(line, length);
    size_t text_at;

    if (!naive_parse(line, &expected, &text_at)) {
        assert_false(sansmtp_reply_line_parse(octets, length, &found));
        assert_int_equal(found.code, 99);
        assert_int_equal(found.enhanced, 99);
        assert_int_equal(found.text.length, 99);
        return;
    }
    assert_true(sansmtp_reply_line_parse(octets, length, &found));
    assert_int_equal(found.code, expected.code);
    assert_int_equal(found.enhanced, expected.enhanced);
    assert_int_equal(found.last, expected.last);
    assert_ptr_equal(found.text.data, octets + text_at);
    assert_int_equal(found.text.length, length - text_at);
    assert_true(found.enhanced == 0 || sansmtp_enhanced_valid(found.enhanced));
}

/* Every line of `lead` and up to `most` octets of the alphabet. */
static void check_all(const char *lead, const char *alphabet, size_t most)
{
    size_t letters = strlen(alphabet);
    size_t begin = strlen(lead);
    size_t count = 1;
    char line[32];

    memcpy(line, lead, begin);
    for (size_t length = 0; length <= most; length++, count *= letters) {
        for (size_t number = 0; number < count; number++) {
            size_t rest = number;

            for (size_t i = 0; i < length; i++, rest /= letters) {
                line[begin + i] = alphabet[rest % letters];
            }
            line[begin + length] = '\0';
            check(line, begin + length);
        }
    }
}

/* 5321-4.2-i, 5321-4.2-d */
static void test_every_short_line(void **state)
{
    (void)state;
    check_all("", "012569 -.a", 5);
    check_all("25", "0 -/:\t\r\n\x80\xFF", 4);
}

/* 2034-4-g, 2034-4-h */
static void test_every_short_enhanced_code(void **state)
{
    static const char *const leads[] = {"250 ", "550-", "354 ", "450 4.", "550 5.12", "250 2.1.99"};
    (void)state;

    for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
        check_all(leads[i], "250.1 x", 6);
    }
    check_all("550 5.", "01. ", 9);
}

/* 5321-4.3.2-a, 5321-4.2-h: the first digit is 2 to 5, the others are any */
static void test_every_code(void **state)
{
    (void)state;
    for (unsigned code = 0; code <= 999; code++) {
        struct sansmtp_reply_line found;
        char line[16];

        for (size_t i = 0; i < 3; i++) {
            static const char *const behind[] = {"", " x", "-x"};
            size_t length = (size_t)snprintf(line, sizeof(line), "%03u%s", code, behind[i]);

            check(line, length);
            if (code < 200 || code > 599) {
                continue;
            }
            assert_true(sansmtp_reply_line_parse(place(line, length), length, &found));
            assert_int_equal(found.code, code);
            assert_int_equal(found.last, i != 2);
        }
    }
}

/* Every octet at every place of a good line. */
static void test_every_octet_at_the_places_that_decide(void **state)
{
    static const char good[] = "550-5.1.10 x";
    (void)state;

    for (size_t at = 0; at < sizeof(good) - 1; at++) {
        for (int octet = 1; octet < 256; octet++) {
            char line[sizeof(good)];

            memcpy(line, good, sizeof(good));
            line[at] = (char)octet;
            check(line, sizeof(good) - 1);
        }
    }
}

/* --- by name --- */

static void assert_line(const char *line, size_t length, uint32_t code, bool last,
                        uint32_t enhanced, const char *text)
{
    struct sansmtp_reply_line found;

    assert_true(sansmtp_reply_line_parse(place(line, length), length, &found));
    assert_int_equal(found.code, code);
    assert_int_equal(found.last, last);
    assert_int_equal(found.enhanced, enhanced);
    assert_int_equal(found.text.length, strlen(text));
    assert_memory_equal(found.text.data, text, strlen(text));
}

#define ASSERT_LINE(line, code, last, enhanced, text) \
    assert_line(line, sizeof(line) - 1, code, last, enhanced, text)

static void assert_no_line(const char *line)
{
    struct sansmtp_reply_line found;

    assert_false(sansmtp_reply_line_parse(place(line, strlen(line)), strlen(line), &found));
}

/* 5321-4.2-d */
static void test_a_line_needs_no_text(void **state)
{
    (void)state;
    ASSERT_LINE("250", 250, true, 0, "");
    ASSERT_LINE("250 ", 250, true, 0, "");
    ASSERT_LINE("250-", 250, false, 0, "");
}

/* 5321-4.2-i */
static void test_what_is_no_reply_line(void **state)
{
    static const char *const lines[] = {
        "hello", "25",    "2200 x", "220x", "250_a", "",     " 250 x", "150 x",          "650 x",
        "050 x", "+50 x", "2.0 x",  "-250", "25O",   "0x25", "2 50",   "\xB2\xB5\xB0 x",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        assert_no_line(lines[i]);
    }
}

/* 2034-4-g */
static void test_enhanced_codes(void **state)
{
    (void)state;
    ASSERT_LINE("550 5.1.10 x", 550, true, 5001010, "x");
    ASSERT_LINE("250 2.1.5", 250, true, 2001005, "");
    ASSERT_LINE("550 5.1.1   x", 550, true, 5001001, "x");
    ASSERT_LINE("450-4.999.999 x", 450, false, 4999999, "x");
    ASSERT_LINE("550 5.0.0 ", 550, true, 5000000, "");
    ASSERT_LINE("550 5.01.1 x", 550, true, 0, "5.01.1 x");
    ASSERT_LINE("550 5.1.00 x", 550, true, 0, "5.1.00 x");
    ASSERT_LINE("550 5.1 x", 550, true, 0, "5.1 x");
    ASSERT_LINE("550 5.1.1.1 x", 550, true, 0, "5.1.1.1 x");
    ASSERT_LINE("550 5.1.1x", 550, true, 0, "5.1.1x");
    ASSERT_LINE("550 5.1.1\tx", 550, true, 0, "5.1.1\tx");
    ASSERT_LINE("550 5.1000.1 x", 550, true, 0, "5.1000.1 x");
    ASSERT_LINE("550 5.1.1000 x", 550, true, 0, "5.1.1000 x");
    ASSERT_LINE("550 5..1 x", 550, true, 0, "5..1 x");
    ASSERT_LINE("550  5.1.1 x", 550, true, 0, " 5.1.1 x");
    ASSERT_LINE("354 3.0.0 x", 354, true, 0, "3.0.0 x");
}

/* 2034-4-h */
static void test_an_enhanced_code_of_another_class_is_text(void **state)
{
    (void)state;
    ASSERT_LINE("250 5.1.1 x", 250, true, 0, "5.1.1 x");
    ASSERT_LINE("550 2.0.0 ok", 550, true, 0, "2.0.0 ok");
    ASSERT_LINE("334 2.0.0 x", 334, true, 0, "2.0.0 x");
}

/* CVE-2019-3823: a code at the end of its memory was read by strtol, past the end. */
static void test_cve_2019_3823(void **state)
{
    (void)state;
    assert_no_line("25012");
    assert_no_line("2501");
    ASSERT_LINE("250-1", 250, false, 0, "1");
    ASSERT_LINE("250", 250, true, 0, "");
    assert_no_line("25");
}

/* CVE-2020-8794: the last line of several has no text, and what stands behind it was taken for
 * some. */
static void test_cve_2020_8794(void **state)
{
    (void)state;
    ASSERT_LINE("553-", 553, false, 0, "");
    ASSERT_LINE("553", 553, true, 0, "");
}

/* CVE-2026-43964: an enhanced code without text, and what stands behind it was read. */
static void test_cve_2026_43964(void **state)
{
    (void)state;
    ASSERT_LINE("550 5.7.2", 550, true, 5007002, "");
    ASSERT_LINE("550 5.7.", 550, true, 0, "5.7.");
    ASSERT_LINE("550 5.7", 550, true, 0, "5.7");
    ASSERT_LINE("550 5.", 550, true, 0, "5.");
    ASSERT_LINE("550 5", 550, true, 0, "5");
}

static void test_any_octets_are_text(void **state)
{
    struct sansmtp_reply_line found;
    (void)state;

    ASSERT_LINE("250 \tk\xC3\xA9y", 250, true, 0, "\tk\xC3\xA9y");
    ASSERT_LINE("250 2.0.0 \xFF", 250, true, 2000000, "\xFF");
    assert_true(sansmtp_reply_line_parse(place("250 a\0b", 7), 7, &found));
    assert_int_equal(found.text.length, 3);
    assert_false(sansmtp_reply_line_parse(place("250\0a", 5), 5, &found));
}

static void test_text_of_any_length(void **state)
{
    static char line[MOST];
    struct sansmtp_reply_line found;
    (void)state;

    memset(line, 'x', sizeof(line));
    memcpy(line, "550 5.1.1 ", 10);
    for (size_t length = 10; length <= MOST; length++) {
        assert_true(sansmtp_reply_line_parse(place(line, length), length, &found));
        assert_int_equal(found.enhanced, 5001001);
        assert_ptr_equal(found.text.data, arena + MOST - length + 10);
        assert_int_equal(found.text.length, length - 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_short_line),
        cmocka_unit_test(test_every_short_enhanced_code),
        cmocka_unit_test(test_every_code),
        cmocka_unit_test(test_every_octet_at_the_places_that_decide),
        cmocka_unit_test(test_a_line_needs_no_text),
        cmocka_unit_test(test_what_is_no_reply_line),
        cmocka_unit_test(test_enhanced_codes),
        cmocka_unit_test(test_an_enhanced_code_of_another_class_is_text),
        cmocka_unit_test(test_cve_2019_3823),
        cmocka_unit_test(test_cve_2020_8794),
        cmocka_unit_test(test_cve_2026_43964),
        cmocka_unit_test(test_any_octets_are_text),
        cmocka_unit_test(test_text_of_any_length),
    };

    return cmocka_run_group_tests_name("reply_line", tests, make_arena, drop_arena);
}
