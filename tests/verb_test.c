#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "guard.h"
#include "verb.h"

static size_t verb_length;

static uint32_t find_octets(const void *line, size_t length)
{
    uint8_t *octets = guard_copy(line, length);
    uint32_t verb = sansmtp_verb_find(octets, length, &verb_length);

    guard_free(octets, length);
    return verb;
}

static uint32_t find(const char *line)
{
    return find_octets(line, strlen(line));
}

/* 5321-2.4-a: each verb in upper, lower and mixed case, alone and with an argument */
static void test_every_verb_is_found_in_any_case(void **state)
{
    (void)state;
    for (uint32_t verb = 1; verb <= SANSMTP_VERBS; verb++) {
        const struct sansmtp_verb *row = sansmtp_verb_row(verb);
        char line[32];

        assert_int_equal(row->length, strlen(row->wire));
        for (unsigned mask = 0; mask < 4; mask++) {
            strcpy(line, row->wire);
            for (size_t i = 0; line[i] != '\0'; i++) {
                line[i] = (char)((mask >> (i & 1) & 1) ? line[i] | 0x20 : line[i]);
            }
            assert_int_equal(find(line), verb);
            assert_int_equal(verb_length, row->length);
            strcat(line, " x");
            assert_int_equal(find(line), verb);
            assert_int_equal(verb_length, row->length);
        }
    }
}

/* PRACT-emptyline-a */
static void test_only_a_space_or_the_end_ends_a_verb(void **state)
{
    static const char *const lines[] = {
        "",          " ",          " NOOP", "\tQUIT",   "NOOP\tx",   "NOOP\r",       "NOO",
        "NOOPX",     "MAI L",      "MAIL:", "DATA,",    "STARTTL",   "STARTTLSX",    "STARTTLS\t",
        "STARTTLSS", "GET / HTTP", "Q",     "QUITQUIT", "QUITQUITQ", "AAAAAAAAAAAA",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        assert_int_equal(find(lines[i]), SANSMTP_VERB_UNKNOWN);
        assert_int_equal(verb_length, strcspn(lines[i], " "));
    }
}

/* PRACT-nulbytes-a: the padding of a row is no match for a NUL of the line */
static void test_nul_is_no_padding(void **state)
{
    (void)state;
    assert_int_equal(find_octets("NOOP\0", 5), SANSMTP_VERB_UNKNOWN);
    assert_int_equal(verb_length, 5);
    assert_int_equal(find_octets("NOOP\0\0\0\0", 8), SANSMTP_VERB_UNKNOWN);
    assert_int_equal(find_octets("\0", 1), SANSMTP_VERB_UNKNOWN);
    assert_int_equal(find_octets("NOOP\0 x", 7), SANSMTP_VERB_UNKNOWN);
    assert_int_equal(verb_length, 5);
}

/* Whatever octet stands in a verb's place, it is that verb only as its letter. */
static void test_no_other_octet_passes_for_a_letter(void **state)
{
    (void)state;
    for (uint32_t verb = 1; verb <= SANSMTP_VERBS; verb++) {
        const struct sansmtp_verb *row = sansmtp_verb_row(verb);

        for (size_t i = 0; i < row->length; i++) {
            char line[9];

            memcpy(line, row->wire, sizeof(line));
            for (int octet = 0; octet < 256; octet++) {
                int letter = octet == row->wire[i] || octet == (row->wire[i] | 0x20);

                line[i] = (char)octet;
                assert_int_equal(find_octets(line, row->length) == verb, letter);
            }
        }
    }
}

static void test_rows(void **state)
{
    const struct sansmtp_verb *row = sansmtp_verb_row(SANSMTP_VERB_STARTTLS);
    (void)state;

    assert_null(sansmtp_verb_row(SANSMTP_VERB_UNKNOWN));
    assert_null(sansmtp_verb_row(SANSMTP_VERBS + 1));
    assert_null(sansmtp_verb_row(UINT32_MAX));
    assert_string_equal(row->wire, "STARTTLS");
    assert_int_equal(row->form, SANSMTP_FORM_NONE);
    assert_int_equal(row->roles, SANSMTP_ROLE_BOTH);
    assert_int_equal(row->gates, SANSMTP_GATE_PRE_TLS | SANSMTP_GATE_PRE_AUTH);
    assert_int_equal(row->budget, SANSMTP_BUDGET_COMMAND);
    assert_int_equal(row->last, 1);
    assert_int_equal(row->question, SANSMTP_EVENT_STARTTLS);
    assert_true(row->extension == SANSMTP_EXTENSION_STARTTLS);
    assert_int_equal(row->syntax_length, 8);
    assert_int_equal(sansmtp_verb_row(SANSMTP_VERB_LHLO)->roles, SANSMTP_ROLE_LMTP);
    assert_int_equal(sansmtp_verb_row(SANSMTP_VERB_RSET)->question, 0);
    assert_true(sansmtp_verb_row(SANSMTP_VERB_TURN)->extension == SANSMTP_EXTENSION_NEVER);
    for (uint32_t verb = 1; verb <= SANSMTP_VERBS; verb++) {
        row = sansmtp_verb_row(verb);
        assert_int_equal(row->syntax_length, strlen(row->syntax));
        assert_memory_equal(row->syntax, row->wire, row->length);
    }
}

/* RFC 2920 3.1: what may stand anywhere in a group; the rest of ours must be its last. */
static void test_the_last_of_a_group(void **state)
{
    static const uint32_t anywhere[] = {
        SANSMTP_VERB_MAIL,     SANSMTP_VERB_RCPT, SANSMTP_VERB_RSET, SANSMTP_VERB_BDAT,
        SANSMTP_VERB_SEND,     SANSMTP_VERB_SOML, SANSMTP_VERB_SAML, SANSMTP_VERB_BURL,
        SANSMTP_VERB_XFORWARD, SANSMTP_VERB_VERB, SANSMTP_VERB_ONEX,
    };
    (void)state;

    for (uint32_t verb = 1; verb <= SANSMTP_VERBS; verb++) {
        uint8_t last = 1;

        for (size_t i = 0; i < sizeof(anywhere) / sizeof(anywhere[0]); i++) {
            if (anywhere[i] == verb) {
                last = 0;
            }
        }
        assert_int_equal(sansmtp_verb_row(verb)->last, last);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_verb_is_found_in_any_case),
        cmocka_unit_test(test_only_a_space_or_the_end_ends_a_verb),
        cmocka_unit_test(test_nul_is_no_padding),
        cmocka_unit_test(test_no_other_octet_passes_for_a_letter),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_the_last_of_a_group),
    };

    return cmocka_run_group_tests_name("verb", tests, NULL, NULL);
}
