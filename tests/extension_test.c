#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/server.h>

#include "extension.h"
#include "verb.h"

#define ALL UINT64_C(0xFFF) /* of the base */

static void test_rows(void **state)
{
    const struct sansmtp_extension *row = sansmtp_extension_row(7);
    (void)state;

    assert_string_equal(row->keyword, "DSN");
    assert_string_equal(row->rfc, "3461");
    assert_int_equal(row->value, SANSMTP_EHLO_NONE);
    assert_int_equal(row->when, SANSMTP_WHEN_ALWAYS);
    assert_null(sansmtp_extension_row(SANSMTP_EXTENSIONS));
    assert_null(sansmtp_extension_row(UINT32_MAX));
    assert_int_equal(sansmtp_extension_row(1)->value, SANSMTP_EHLO_MESSAGE_SIZE);
    assert_int_equal(sansmtp_extension_row(8)->when, SANSMTP_WHEN_PLAIN);
    assert_int_equal(sansmtp_extension_row(9)->value, SANSMTP_EHLO_MECHANISMS);
    assert_int_equal(sansmtp_extension_row(9)->when, SANSMTP_WHEN_ALLOWED);
    for (uint32_t bit = 0; bit < SANSMTP_EXTENSIONS; bit++) {
        row = sansmtp_extension_row(bit);
        assert_int_equal(row->keyword_length, strlen(row->keyword));
        assert_int_equal(row->needs & ~UINT64_C(0x3FFFFFFF), 0);
        assert_string_equal(row->since, "0.1");
    }
}

/* 5321-4.5.3.1.4-a */
static void test_without_extensions_every_line_is_512(void **state)
{
    (void)state;
    for (uint32_t verb = SANSMTP_VERB_UNKNOWN; verb <= SANSMTP_VERBS; verb++) {
        assert_int_equal(sansmtp_extension_line(0, verb), 512);
    }
}

/* 1870-3-d, 6152-2-b, 6531-3.1-c, 3030-3-b, 4954-5-a, 3461-5.4-a, 2852-2-b, 4865-3-b, 3885-2-a */
static void test_each_extension_adds_its_increment(void **state)
{
    static const struct {
        uint64_t extension;
        size_t mail;
        size_t rcpt;
    } rows[] = {
        {SANSMTP_EXTENSION_PIPELINING, 0, 0},
        {SANSMTP_EXTENSION_SIZE, 26, 0},
        {SANSMTP_EXTENSION_8BITMIME, 14, 0},
        {SANSMTP_EXTENSION_SMTPUTF8, 10, 0},
        {SANSMTP_EXTENSION_CHUNKING, 0, 0},
        {SANSMTP_EXTENSION_BINARYMIME, 16, 0},
        {SANSMTP_EXTENSION_ENHANCEDSTATUSCODES, 0, 0},
        {SANSMTP_EXTENSION_DSN, 107 + 9, 507 + 29},
        {SANSMTP_EXTENSION_STARTTLS, 0, 0},
        {SANSMTP_EXTENSION_AUTH, 500, 0},
        {SANSMTP_EXTENSION_HELP, 0, 0},
        {SANSMTP_EXTENSION_EXPN, 0, 0},
        {SANSMTP_EXTENSION_DELIVERBY, 17, 0},
        {SANSMTP_EXTENSION_FUTURERELEASE, 34, 0},
        {SANSMTP_EXTENSION_MT_PRIORITY, 15, 0},
        {SANSMTP_EXTENSION_REQUIRETLS, 11, 0},
        {SANSMTP_EXTENSION_RRVS, 0, 33},
        {SANSMTP_EXTENSION_LIMITS, 0, 0},
        {SANSMTP_EXTENSION_CHECKPOINT, 89, 0},
        {SANSMTP_EXTENSION_NO_SOLICITING, 1009, 0},
        {SANSMTP_EXTENSION_MTRK, 44 + 107, 507},
        {SANSMTP_EXTENSION_CONPERM, 8, 0},
        {SANSMTP_EXTENSION_CONNEG, 0, 7},
        {SANSMTP_EXTENSION_BURL, 0, 0},
        {SANSMTP_EXTENSION_ETRN, 0, 0},
        {SANSMTP_EXTENSION_ATRN, 0, 0},
        {SANSMTP_EXTENSION_PRDR, 5, 0},
        {SANSMTP_EXTENSION_PIPECONNECT, 0, 0},
        {SANSMTP_EXTENSION_XCLIENT, 0, 0},
        {SANSMTP_EXTENSION_XFORWARD, 0, 0},
    };
    (void)state;

    assert_int_equal(sizeof(rows) / sizeof(rows[0]), SANSMTP_EXTENSIONS);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(sansmtp_extension_line(rows[i].extension, SANSMTP_VERB_MAIL),
                         512 + rows[i].mail);
        assert_int_equal(sansmtp_extension_line(rows[i].extension, SANSMTP_VERB_RCPT),
                         512 + rows[i].rcpt);
    }
    assert_int_equal(sansmtp_extension_line(ALL, SANSMTP_VERB_MAIL),
                     512 + 26 + 14 + 10 + 16 + 116 + 500);
    assert_int_equal(sansmtp_extension_line(ALL, SANSMTP_VERB_RCPT), 1048);
    assert_int_equal(sansmtp_extension_line(ALL, SANSMTP_VERB_AUTH), 512);
    assert_int_equal(sansmtp_extension_line(UINT64_MAX, SANSMTP_VERB_RCPT), 1048 + 33 + 507 + 7);
    assert_in_range(sansmtp_extension_line(UINT64_MAX, SANSMTP_VERB_MAIL), 2000,
                    SANSMTP_SERVER_LINE_ALL);
}

/* 6531-3.1-a; RFC 3030 3: BINARYMIME needs CHUNKING */
static void test_what_an_extension_needs(void **state)
{
    const uint64_t utf8 = SANSMTP_EXTENSION_SMTPUTF8;
    const uint64_t eight = SANSMTP_EXTENSION_8BITMIME;
    const uint64_t binary = SANSMTP_EXTENSION_BINARYMIME;
    const uint64_t chunking = SANSMTP_EXTENSION_CHUNKING;
    (void)state;

    assert_true(sansmtp_extension_missing(0) == 0);
    assert_true(sansmtp_extension_missing(ALL) == 0);
    assert_true(sansmtp_extension_missing(utf8) == utf8);
    assert_true(sansmtp_extension_missing(utf8 | eight) == 0);
    assert_true(sansmtp_extension_missing(binary) == binary);
    assert_true(sansmtp_extension_missing(binary | chunking) == 0);
    assert_true(sansmtp_extension_missing(binary | utf8) == (binary | utf8));
    assert_true(sansmtp_extension_missing(eight | chunking) == 0);
    assert_true(sansmtp_extension_missing(ALL & ~eight) == utf8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_without_extensions_every_line_is_512),
        cmocka_unit_test(test_each_extension_adds_its_increment),
        cmocka_unit_test(test_what_an_extension_needs),
    };

    return cmocka_run_group_tests_name("extension", tests, NULL, NULL);
}
