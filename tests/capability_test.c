/* The lines of a reply to EHLO, each at a guard page. */

#define _POSIX_C_SOURCE 200809L

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "capability.h"
#include "extension.h"

#define MOST 256 /* octets of the arena */
#include "arena.h"

#define AUTH SANSMTP_EXTENSION_AUTH
#define SIZE SANSMTP_EXTENSION_SIZE

static void add(const char *line, size_t length, const char *mechanisms,
                struct sansmtp_capabilities *capabilities)
{
    if (length > 0) {
        memcpy(arena + MOST - length, line, length);
    }
    sansmtp_capability_read(arena + MOST - length, length, mechanisms, strlen(mechanisms),
                            capabilities);
}

static struct sansmtp_capabilities read_line(const char *line, const char *mechanisms)
{
    struct sansmtp_capabilities capabilities = {0};

    add(line, strlen(line), mechanisms, &capabilities);
    return capabilities;
}

static void assert_line(const char *line, uint64_t extensions, uint64_t size, uint32_t mechanisms)
{
    struct sansmtp_capabilities found = read_line(line, "EXTERNAL PLAIN LOGIN");

    assert_int_equal(found.extensions, extensions);
    assert_int_equal(found.size, size);
    assert_int_equal(found.mechanisms, mechanisms);
}

static void flip_case(char *word, size_t length, uint32_t flips)
{
    for (size_t i = 0; i < length; i++) {
        bool letter = (word[i] | 0x20) >= 'a' && (word[i] | 0x20) <= 'z';

        if (letter && (flips >> (i % 8) & 1)) {
            word[i] = (char)(word[i] ^ 0x20);
        }
    }
}

/* What a keyword says that stands alone: of FUTURERELEASE, which needs its two values, nothing. */
static uint64_t alone(uint32_t bit)
{
    uint64_t extension = UINT64_C(1) << bit;

    return extension == SANSMTP_EXTENSION_FUTURERELEASE ? 0 : extension;
}

/* 5321-4.1.1.1-k: each keyword of the table, in every pattern of case */
static void test_keywords_in_any_case(void **state)
{
    (void)state;
    for (uint32_t bit = 0; bit < SANSMTP_EXTENSIONS; bit++) {
        const struct sansmtp_extension *row = sansmtp_extension_row(bit);

        for (uint32_t flips = 0; flips < 256; flips++) {
            char word[32];

            memcpy(word, row->keyword, row->keyword_length + 1);
            flip_case(word, row->keyword_length, flips);
            assert_line(word, alone(bit), 0, 0);
        }
    }
    assert_line("StartTLS", SANSMTP_EXTENSION_STARTTLS, 0, 0);
}

/* 5321-4.1.1.1-j, 5321-4.1.1.1-l: a keyword with one octet more, less or other is none of ours */
static void test_what_is_not_quite_a_keyword(void **state)
{
    (void)state;
    for (uint32_t bit = 0; bit < SANSMTP_EXTENSIONS; bit++) {
        const struct sansmtp_extension *row = sansmtp_extension_row(bit);
        size_t length = row->keyword_length;
        char word[32] = "";

        memcpy(word, row->keyword, length - 1);
        assert_line(word, 0, 0, 0);
        for (int octet = 1; octet < 256; octet++) {
            bool separates = octet == ' ' || octet == '\t' || (octet == '=' && bit == 9);

            memcpy(word, row->keyword, length + 1);
            word[length] = (char)octet;
            assert_line(word, separates ? alone(bit) : 0, 0, 0);
        }
        for (size_t at = 0; at < length; at++) {
            memcpy(word, row->keyword, length + 1);
            word[at] = (char)(word[at] ^ 0x80);
            assert_line(word, 0, 0, 0);
            if (row->keyword[at] <= '9') {
                word[at] = (char)(row->keyword[at] ^ 0x20);
                assert_line(word, 0, 0, 0);
            }
            word[at] = '_';
            assert_line(word, 0, 0, 0);
        }
    }
}

/* 5321-4.1.1.1-j, 5321-4.1.1.1-l */
static void test_other_lines_add_nothing(void **state)
{
    static const char *const lines[] = {
        "",     " ",      "XFOO bar",     "_x",        "-SIZE", " SIZE 1000",
        "\t",   "=",      "AUTH:PLAIN",   "SIZE=1000", "XSIZE", "SIZE-10",
        "8BIT", "AUTH-X", "host.example", "2.0.0 ok",  "X",     "\xC3\x89SIZE",
    };
    struct sansmtp_capabilities capabilities = {
        .extensions = SIZE | AUTH, .size = 17, .mechanisms = 5};
    (void)state;

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        assert_line(lines[i], 0, 0, 0);
        add(lines[i], strlen(lines[i]), "PLAIN", &capabilities);
        assert_int_equal(capabilities.extensions, SIZE | AUTH);
        assert_int_equal(capabilities.size, 17);
        assert_int_equal(capabilities.mechanisms, 5);
    }
    add("SIZE\0", 5, "PLAIN", &capabilities);
    assert_int_equal(capabilities.size, 17);
}

/* 6531-3.1-b, 5321-4.1.1.1-j */
static void test_parameters_that_mean_nothing_are_ignored(void **state)
{
    (void)state;
    assert_line("SMTPUTF8 x", SANSMTP_EXTENSION_SMTPUTF8, 0, 0);
    assert_line("8BITMIME SIZE 12 PLAIN", SANSMTP_EXTENSION_8BITMIME, 0, 0);
    assert_line("PIPELINING ", SANSMTP_EXTENSION_PIPELINING, 0, 0);
    assert_line("HELP \x01\xFF", SANSMTP_EXTENSION_HELP, 0, 0);
}

/* 1870-3-e, 5321-4.1.1.1-j */
static void test_size(void **state)
{
    (void)state;
    assert_line("SIZE", SIZE, 0, 0);
    assert_line("SIZE 0", SIZE, 0, 0);
    assert_line("SIZE 1000", SIZE, 1000, 0);
    assert_line("size 0001000", SIZE, 1000, 0);
    assert_line("SIZE 18446744073709551615", SIZE, UINT64_MAX, 0);
    assert_line("SIZE 18446744073709551616", SIZE, UINT64_MAX, 0);
    assert_line("SIZE 99999999999999999999999", SIZE, UINT64_MAX, 0);
    assert_line("SIZE -1", SIZE, 0, 0);
    assert_line("SIZE +1", SIZE, 0, 0);
    assert_line("SIZE 10k", SIZE, 0, 0);
    assert_line("SIZE 0x10", SIZE, 0, 0);
    assert_line("SIZE ", SIZE, 0, 0);
    assert_line("SIZE  1000 ", SIZE, 1000, 0);
    assert_line("SIZE 1000 2000", SIZE, 1000, 0);
    assert_line("SIZE x 2000", SIZE, 0, 0);
}

static void test_the_last_size_counts(void **state)
{
    struct sansmtp_capabilities capabilities = {0};
    (void)state;

    add("SIZE 1000", 9, "", &capabilities);
    add("SIZE 2000", 9, "", &capabilities);
    assert_int_equal(capabilities.size, 2000);
}

/* 5321-4.1.1.1-j, 4954-3-b */
static void test_mechanisms(void **state)
{
    (void)state;
    assert_line("AUTH", AUTH, 0, 0);
    assert_line("AUTH PLAIN LOGIN", AUTH, 0, 6);
    assert_line("AUTH LOGIN PLAIN", AUTH, 0, 6);
    assert_line("auth plain", AUTH, 0, 2);
    assert_line("AUTH EXTERNAL", AUTH, 0, 1);
    assert_line("AUTH CRAM-MD5 LOGIN X", AUTH, 0, 4);
    assert_line("AUTH  LOGIN\tPLAIN ", AUTH, 0, 6);
    assert_line("AUTH PLAINLOGIN PLAI LOGIN=", AUTH, 0, 0);
    assert_line("AUTH=LOGIN", AUTH, 0, 4);
    assert_line("AUTH=LOGIN PLAIN", AUTH, 0, 6);
    assert_line("AUTH= LOGIN", AUTH, 0, 4);
    assert_line("AUTH==LOGIN", AUTH, 0, 0);
    assert_line("AUTH =LOGIN", AUTH, 0, 0);
}

static void test_lines_add_up(void **state)
{
    static const char *const lines[] = {
        "PIPELINING", "SIZE 42", "AUTH PLAIN", "AUTH=LOGIN", "XFOO", "_bad", "CHUNKING",
    };
    struct sansmtp_capabilities capabilities = {0};
    (void)state;

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        add(lines[i], strlen(lines[i]), "EXTERNAL PLAIN LOGIN", &capabilities);
    }
    assert_int_equal(capabilities.extensions,
                     SANSMTP_EXTENSION_PIPELINING | SIZE | AUTH | SANSMTP_EXTENSION_CHUNKING);
    assert_int_equal(capabilities.size, 42);
    assert_int_equal(capabilities.mechanisms, 6);
}

static void test_a_host_without_mechanisms(void **state)
{
    struct sansmtp_capabilities capabilities = {0};
    (void)state;

    assert_int_equal(read_line("AUTH PLAIN", "").mechanisms, 0);
    memcpy(arena + MOST - 10, "AUTH PLAIN", 10);
    sansmtp_capability_read(arena + MOST - 10, 10, NULL, 0, &capabilities);
    assert_int_equal(capabilities.extensions, AUTH);
    assert_int_equal(capabilities.mechanisms, 0);
}

/* Words behind the 32nd have no bit. */
static void test_a_host_with_more_mechanisms_than_bits(void **state)
{
    char list[40 * 4 + 1];
    (void)state;

    for (unsigned i = 0; i < 40; i++) {
        (void)snprintf(list + 4 * i, 5, "M%02u ", i % 100);
    }
    list[sizeof(list) - 2] = '\0';
    for (unsigned i = 0; i < 40; i++) {
        char line[16];

        (void)snprintf(line, sizeof(line), "AUTH M%02u", i % 100);
        assert_int_equal(read_line(line, list).mechanisms, i < 32 ? UINT32_C(1) << i : 0);
    }
}

/* --- the same by the C library --- */

static void naive_read(const char *line, const char *const *list,
                       struct sansmtp_capabilities *capabilities)
{
    unsigned long long number = 0;
    char copy[MOST];
    char *rest = copy, *word, end = 'x';

    (void)snprintf(copy, sizeof(copy), "%s", line);
    if (strncasecmp(copy, "AUTH=", 5) == 0) {
        copy[4] = ' ';
    }
    if (copy[0] == ' ') {
        return;
    }
    word = strtok_r(copy, " ", &rest);
    for (uint32_t bit = 0; word != NULL && bit < SANSMTP_EXTENSIONS; bit++) {
        if (strcasecmp(word, sansmtp_extension_row(bit)->keyword) == 0) {
            capabilities->extensions |= UINT64_C(1) << bit;
        }
    }
    if (word != NULL && strcasecmp(word, "SIZE") == 0) {
        word = strtok_r(NULL, " ", &rest);
        if (word != NULL && word[0] != '-' && sscanf(word, "%20llu%c", &number, &end) == 1) {
            capabilities->size = number;
        }
    } else if (word != NULL && strcasecmp(word, "AUTH") == 0) {
        while ((word = strtok_r(NULL, " ", &rest)) != NULL) {
            for (uint32_t i = 0; list[i] != NULL; i++) {
                capabilities->mechanisms |= strcasecmp(word, list[i]) == 0 ? 1u << i : 0;
            }
        }
    }
}

static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % below;
}

static void test_random_lines(void **state)
{
    static const char *const words[] = {
        "SIZE", "AUTH", "AUTH=", "DSN", "SMTPUTF8", "BINARYMIME", "plain", "LOGIN",
        "XO",   "1000", "12x",   "-1",  "0",        "EXPN",       "=",     "size",
    };
    static const char *const list[] = {"LOGIN", "XO", "PLAIN", NULL};
    static const char *const spaces[] = {"", "", " ", " ", " ", "  ", "  ", "  "};
    uint64_t seed = 4111;
    (void)state;

    for (int round = 0; round < 50000; round++) {
        struct sansmtp_capabilities expected = {0}, found;
        char line[MOST] = "";
        size_t length = 0;

        for (uint32_t left = draw(&seed, 6); left > 0; left--) {
            length += (size_t)snprintf(line + length, sizeof(line) - length, "%s%s",
                                       words[draw(&seed, sizeof(words) / sizeof(words[0]))],
                                       spaces[draw(&seed, 8)]);
        }
        flip_case(line, length, draw(&seed, 256));
        naive_read(line, list, &expected);
        found = read_line(line, "LOGIN XO PLAIN");
        assert_int_equal(found.extensions, expected.extensions);
        assert_int_equal(found.size, expected.size);
        assert_int_equal(found.mechanisms, expected.mechanisms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keywords_in_any_case),
        cmocka_unit_test(test_what_is_not_quite_a_keyword),
        cmocka_unit_test(test_other_lines_add_nothing),
        cmocka_unit_test(test_parameters_that_mean_nothing_are_ignored),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_the_last_size_counts),
        cmocka_unit_test(test_mechanisms),
        cmocka_unit_test(test_lines_add_up),
        cmocka_unit_test(test_a_host_without_mechanisms),
        cmocka_unit_test(test_a_host_with_more_mechanisms_than_bits),
        cmocka_unit_test(test_random_lines),
    };

    return cmocka_run_group_tests_name("capability", tests, make_arena, drop_arena);
}
