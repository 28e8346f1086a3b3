#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include <sansmtp/header.h>

#include "guard.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct sansmtp_span span(const char *text)
{
    return (struct sansmtp_span){(const uint8_t *)text, text ? strlen(text) : 0};
}

static struct sansmtp_header_field look_for(const char *name, const char *value)
{
    return (struct sansmtp_header_field){.name = span(name), .value = span(value)};
}

static const struct sansmtp_header start = {.size = sizeof(struct sansmtp_header)};

/* Reads text in pieces of so many octets, each in front of a guard page. */
static struct sansmtp_header read_in_pieces(const char *text, size_t length, size_t piece,
                                            struct sansmtp_header_field *fields, size_t count)
{
    struct sansmtp_header header = start;
    int ended = 0;

    for (size_t at = 0; at < length; at += piece) {
        size_t here = length - at < piece ? length - at : piece;
        uint8_t *copy = guard_copy(text + at, here);

        ended = sansmtp_header_read(&header, fields, count, copy, here);
        guard_free(copy, here);
        assert_int_equal(ended, (header.flags & SANSMTP_HEADER_ENDED) != 0);
    }
    return header;
}

static struct sansmtp_header read_whole(const char *text)
{
    return read_in_pieces(text, strlen(text), strlen(text), NULL, 0);
}

static void test_where_it_ends(void **state)
{
    static const struct {
        const char *text;
        uint32_t flags, fields;
        uint64_t length;
    } rows[] = {
        {"\r\nbody", SANSMTP_HEADER_ENDED, 0, 2},
        {"\nbody", SANSMTP_HEADER_ENDED, 0, 1},
        {"A: b\r\n\r\nReceived: x\r\n", SANSMTP_HEADER_ENDED, 1, 8},
        {"A: b\n\nbody", SANSMTP_HEADER_ENDED, 1, 6},
        {"A:\r\nB:\r\n\r\n", SANSMTP_HEADER_ENDED, 2, 10},
        {"A: b\r\n c\r\n\td\r\n\r\n", SANSMTP_HEADER_ENDED, 1, 16},
        {"A: b\r\n \r\n\r\n", SANSMTP_HEADER_ENDED, 1, 11},
        {"A \t : b\r\n\r\n", SANSMTP_HEADER_ENDED, 1, 11},
        {"A: \rb\r\n\r\n", SANSMTP_HEADER_ENDED, 1, 9},
        {"A: b\r\n", 0, 1, 6},
        {"A: b", 0, 1, 4},
        {"A", 0, 0, 1},
        {"", 0, 0, 0},
        /* no field: it is body already */
        {"A: b\r\nhello there\r\n", SANSMTP_HEADER_ENDED | SANSMTP_HEADER_ODD, 1, 6},
        {"From ada Tue Feb  3\nA: b\n", SANSMTP_HEADER_ENDED | SANSMTP_HEADER_ODD, 0, 0},
        {" folded: at the start\r\n", SANSMTP_HEADER_ENDED | SANSMTP_HEADER_ODD, 0, 0},
        {"A: b\r\n: c\r\n", SANSMTP_HEADER_ENDED | SANSMTP_HEADER_ODD, 1, 6},
        {"A: b\r\nword\r\n\r\n", SANSMTP_HEADER_ENDED | SANSMTP_HEADER_ODD, 1, 6},
        {"A: b\r\nword\r\n", SANSMTP_HEADER_ENDED | SANSMTP_HEADER_ODD, 1, 6},
        {"A: b\r\nB\xc3\xbc: c\r\n", SANSMTP_HEADER_ENDED | SANSMTP_HEADER_ODD, 1, 6},
        {"A: b\r\n\rB: c\r\n", SANSMTP_HEADER_ENDED | SANSMTP_HEADER_ODD, 1, 6},
        {"A: b\r\n\r\r\n", SANSMTP_HEADER_ENDED | SANSMTP_HEADER_ODD, 1, 6},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t piece = 1; piece <= strlen(rows[i].text); piece++) {
            struct sansmtp_header header = read_in_pieces(rows[i].text, strlen(rows[i].text), piece,
                                                          NULL, 0);

            if (header.flags != rows[i].flags || header.fields != rows[i].fields ||
                header.length != rows[i].length) {
                fail_msg("%s: flags %u fields %u length %u", rows[i].text, (unsigned)header.flags,
                         (unsigned)header.fields, (unsigned)header.length);
            }
        }
    }
}

static void test_hops(void **state)
{
    static const struct {
        const char *text;
        uint32_t hops;
    } rows[] = {
        {"Received: a\r\n\r\n", 1},
        {"received: a\r\nRECEIVED:b\r\nrEcEiVeD :c\r\n\r\n", 3},
        {"Received: a\r\n by b\r\n\tReceived: folded\r\n\r\n", 1},
        {"X-Received: a\r\nReceived-SPF: b\r\nReceive: c\r\nReceivedd: d\r\n\r\n", 0},
        {"Subject: x\r\nReceived: a\r\n\r\nReceived: body\r\n", 1},
        {"Subject: x\r\nnothing\r\nReceived: body\r\n", 0},
        {"Subject: \r\n Received: a\r\n\r\n", 0},
        {"Subject: x\rReceived: a\r\n\r\n", 0},
        {"Received:", 1},
        {"Received", 0},
        {"Rece ived: a\r\n\r\n", 0},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t piece = 1; piece <= strlen(rows[i].text); piece++) {
            assert_int_equal(
                read_in_pieces(rows[i].text, strlen(rows[i].text), piece, NULL, 0).hops,
                rows[i].hops);
        }
    }
}

/* 5321-6.3-a, 5321-6.3-b: up to 100 hops are none too many, 101 are a loop */
static void test_a_loop_is_seen(void **state)
{
    static char text[101 * 64];
    size_t length = 0;
    (void)state;

    for (uint32_t hops = 1; hops <= 101; hops++) {
        struct sansmtp_header header;

        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "Received: from a by b\r\n\twith ESMTP; now\r\n");
        header = read_in_pieces(text, length, 7, NULL, 0);
        assert_int_equal(header.hops, hops);
        assert_int_equal(header.hops > SANSMTP_HOPS_MAX, hops == 101);
    }
    assert_int_equal(SANSMTP_HOPS_MAX, 100);
}

static void test_fields_by_name(void **state)
{
    static const char text[] = "Return-Path: <a@b.example>\r\nReceived: a\r\nreturn-path: <>\r\n"
                               "Return-Path-X: c\r\nX-Return-Path: d\r\n\r\nReturn-Path: body\r\n";
    (void)state;

    for (size_t piece = 1; piece < sizeof text; piece++) {
        /* 5321-4.4-p: the host is told that a header holds Return-Path */
        struct sansmtp_header_field fields[] = {
            look_for("Return-Path", NULL),
            look_for("Received", NULL),
            look_for("R", NULL),
        };
        struct sansmtp_header header = read_in_pieces(text, sizeof text - 1, piece, fields, 3);

        assert_int_equal(fields[0].count, 2);
        assert_int_equal(fields[1].count, 1);
        assert_int_equal(fields[2].count, 0);
        assert_int_equal(header.hops, 1);
        assert_int_equal(header.fields, 5);
    }
}

static void test_fields_by_value(void **state)
{
    static const struct {
        const char *text;
        uint32_t count;
    } rows[] = {
        {"Delivered-To: ada@ours.example\r\n\r\n", 1},
        {"Delivered-To: ada@ours.example\r\ndelivered-to:ADA@ours.EXAMPLE  \r\n\r\n", 2},
        {"Delivered-To: \r\n ada@ours.example\r\n \r\n\r\n", 1},
        {"Delivered-To: ada@ours.example.org\r\n\r\n", 0},
        {"Delivered-To: ada@ours.exampl\r\n\r\n", 0},
        {"Delivered-To: ada@ours.example x\r\n\r\n", 0},
        {"Delivered-To: ada@ours\r\n .example\r\n\r\n", 0},
        {"Delivered-To: x ada@ours.example\r\n\r\n", 0},
        {"Delivered-To:\r\n\r\n", 0},
        {"Delivered-To: bob@ours.example\r\nDelivered-To: ada@ours.example\r\nA: b\r\n\r\n", 1},
        {"Delivered-To: ada@ours.example\r\nbody: no\r\n", 1},
        {"X: ada@ours.example\r\n\r\nDelivered-To: ada@ours.example\r\n\r\n", 0},
        {"Delivered-To: ada@ours.example\r\nthis is body\r\n", 1},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t piece = 1; piece <= strlen(rows[i].text); piece++) {
            struct sansmtp_header_field field = look_for("Delivered-To", "ada@ours.example");

            read_in_pieces(rows[i].text, strlen(rows[i].text), piece, &field, 1);
            if (field.count != rows[i].count) {
                fail_msg("%s: %u", rows[i].text, (unsigned)field.count);
            }
        }
    }
}

static void test_white_space_in_a_value_is_one_space(void **state)
{
    static const char *const same[] = {
        "A: b c\r\n\r\n",
        "A:b  \t c \r\n\r\n",
        "A: b\r\n c\r\n\r\n",
        "A:\tb\r\n \r\n\tc\r\n\r\n",
    };
    static const char *const other[] = {"A: bc\r\n\r\n", "A: b  cc\r\n\r\n", "A: b c c\r\n\r\n"};
    (void)state;

    for (size_t i = 0; i < COUNT(same); i++) {
        struct sansmtp_header_field field = look_for("A", "B C");

        read_in_pieces(same[i], strlen(same[i]), 1, &field, 1);
        assert_int_equal(field.count, 1);
    }
    for (size_t i = 0; i < COUNT(other); i++) {
        struct sansmtp_header_field field = look_for("A", "B C");

        read_in_pieces(other[i], strlen(other[i]), 1, &field, 1);
        assert_int_equal(field.count, 0);
    }
}

/* 8689-4.1-c, 8689-3-a: "TLS-Required: No" is seen; another value, or a second field, can be,
 * too */
static void test_tls_required_no(void **state)
{
    static const char text[] = "TLS-Required: No\r\ntls-required: maybe\r\n\r\n";
    struct sansmtp_header_field fields[] = {
        look_for("TLS-Required", "No"),
        look_for("TLS-Required", NULL),
    };
    (void)state;

    read_in_pieces(text, sizeof text - 1, 5, fields, 2);
    assert_int_equal(fields[0].count, 1);
    assert_int_equal(fields[1].count, 2);
}

static void test_a_message_that_is_only_a_header(void **state)
{
    static const struct {
        const char *text;
        uint32_t flags, count;
        uint64_t length;
    } rows[] = {
        {"", SANSMTP_HEADER_ENDED, 0, 0},
        {"A: b\r\n", SANSMTP_HEADER_ENDED, 1, 6},
        {"A: b", SANSMTP_HEADER_ENDED, 1, 4},
        {"A: b\r\n ", SANSMTP_HEADER_ENDED, 1, 7},
        {"A: b\r\n c", SANSMTP_HEADER_ENDED, 0, 8},
        {"A: b\r\nA", SANSMTP_HEADER_ENDED | SANSMTP_HEADER_ODD, 1, 6},
        {"A: b\r\nA ", SANSMTP_HEADER_ENDED | SANSMTP_HEADER_ODD, 1, 6},
        {"A: b\r\n\r", SANSMTP_HEADER_ENDED | SANSMTP_HEADER_ODD, 1, 6},
        {"A: b\r\n\r\nA: b", SANSMTP_HEADER_ENDED, 1, 8},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_header_field field = look_for("A", "b");
        struct sansmtp_header header = read_in_pieces(rows[i].text, strlen(rows[i].text), 1, &field,
                                                      1);

        assert_int_equal(sansmtp_header_end(&header, &field, 1), 1);
        assert_int_equal(sansmtp_header_end(&header, &field, 1), 1);
        assert_int_equal(header.flags, rows[i].flags);
        assert_int_equal(header.length, rows[i].length);
        assert_int_equal(field.count, rows[i].count);
    }
}

/* Behind the end nothing changes. */
static void test_the_body_is_not_looked_at(void **state)
{
    struct sansmtp_header header = read_whole("A: b\r\n\r\n");
    struct sansmtp_header before = header;
    (void)state;

    assert_int_equal(sansmtp_header_read(&header, NULL, 0, (const uint8_t *)"Received: x\r\n", 13),
                     1);
    assert_memory_equal(&header, &before, sizeof header);
}

/* What the fields of a text are, read as a whole. */
static void naive(const char *text, size_t length, const char *name, uint32_t *count, uint64_t *end,
                  uint32_t *all)
{
    size_t at = 0;

    *count = *all = 0;
    for (;;) {
        const char *line_end = memchr(text + at, '\n', length - at);
        const char *colon = memchr(text + at, ':', length - at);
        size_t name_length = 0;

        if (at == length || line_end == NULL) {
            *end = UINT64_MAX;
            return;
        }
        if (text[at] == '\n' || (text[at] == '\r' && text[at + 1] == '\n')) {
            *end = (uint64_t)(line_end - text) + 1;
            return;
        }
        while (at + name_length < length && text[at + name_length] > ' ' &&
               text[at + name_length] != ':') {
            name_length++;
        }
        if ((text[at] != ' ' || *all == 0) &&
            (name_length == 0 || colon == NULL || colon != text + at + name_length)) {
            *end = at;
            return;
        }
        if (text[at] != ' ') {
            (*all)++;
            *count += name_length == strlen(name) && strncasecmp(text + at, name, name_length) == 0;
        }
        at = (size_t)(line_end - text) + 1;
    }
}

static void test_random_headers_by_another_reader(void **state)
{
    static const char letters[] = "Aab:: \r\n\n";
    uint32_t seed = 7;
    (void)state;

    for (int round = 0; round < 4000; round++) {
        char text[24];
        struct sansmtp_header_field field = look_for("ab", NULL);
        struct sansmtp_header header;
        uint32_t count, all;
        uint64_t end;
        size_t length = sizeof text;

        for (size_t i = 0; i < length; i++) {
            seed = seed * 1664525u + 1013904223u;
            text[i] = letters[(seed >> 16) % (sizeof letters - 1)];
        }
        /* white space in front of a colon is one more form, which the other does not read */
        for (size_t i = 1; i < length; i++) {
            if (text[i] == ':' && (text[i - 1] == ' ' || text[i - 1] == '\r')) {
                text[i] = 'A';
            }
        }
        text[length - 1] = '\n';
        header = read_in_pieces(text, length, 1 + (seed >> 24) % 5, &field, 1);
        naive(text, length, "AB", &count, &end, &all);
        assert_int_equal(header.fields, all);
        assert_int_equal(field.count, count);
        if (end == UINT64_MAX) {
            assert_int_equal(header.flags, 0);
            assert_int_equal(header.length, length);
        } else {
            assert_true(header.flags & SANSMTP_HEADER_ENDED);
            assert_int_equal(header.length, end);
        }
    }
}

static void test_as_many_fields_as_there_may_be(void **state)
{
    static const char text[] = "Received: a\r\nF: b\r\n\r\n";
    struct sansmtp_header_field fields[SANSMTP_HEADER_FIELDS_MAX + 1];
    struct sansmtp_header header;
    (void)state;

    for (size_t i = 0; i < COUNT(fields); i++) {
        fields[i] = look_for("F", i % 2 ? "b" : NULL);
    }
    header = read_in_pieces(text, sizeof text - 1, 1, fields, SANSMTP_HEADER_FIELDS_MAX);
    assert_int_equal(header.hops, 1);
    for (size_t i = 0; i < SANSMTP_HEADER_FIELDS_MAX; i++) {
        assert_int_equal(fields[i].count, 1);
    }
    assert_int_equal(sansmtp_header_read(&header, fields, COUNT(fields), NULL, 0),
                     SANSMTP_ERR_ARGUMENT);
}

/* What is looked for may end at the end of memory. */
static void test_names_and_values_are_not_read_beyond(void **state)
{
    static const char text[] = "Names: values\r\nName: values\r\nName: value\r\n\r\n";
    uint8_t *name = guard_copy("name", 4), *value = guard_copy("VALUE", 5);
    struct sansmtp_header_field fields[] = {
        {.name = {name, 4}},
        {.name = {name, 4}, .value = {value, 5}},
    };
    (void)state;

    read_in_pieces(text, sizeof text - 1, 3, fields, 2);
    assert_int_equal(fields[0].count, 2);
    assert_int_equal(fields[1].count, 1);
    guard_free(name, 4);
    guard_free(value, 5);
}

static void test_counts_do_not_overflow(void **state)
{
    struct sansmtp_header header = start;
    struct sansmtp_header_field field = look_for("Received", NULL);
    (void)state;

    header.hops = header.fields = field.count = UINT32_MAX;
    sansmtp_header_read(&header, &field, 1, (const uint8_t *)"Received: a\r\n", 13);
    assert_true(header.hops == UINT32_MAX && header.fields == UINT32_MAX);
    assert_true(field.count == UINT32_MAX);
}

static void test_wrong_arguments(void **state)
{
    struct sansmtp_header header = start;
    struct sansmtp_header_field field = look_for("A", NULL);
    const uint8_t *const octets = (const uint8_t *)"A: b\r\n";
    (void)state;

    assert_int_equal(sansmtp_header_read(NULL, NULL, 0, octets, 6), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_header_read(&header, NULL, 1, octets, 6), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_header_read(&header, NULL, 0, NULL, 6), SANSMTP_ERR_ARGUMENT);
    header.size = 8;
    assert_int_equal(sansmtp_header_read(&header, NULL, 0, octets, 6), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_header_end(&header, NULL, 0), SANSMTP_ERR_ARGUMENT);
    header = start;
    header.state = 77;
    assert_int_equal(sansmtp_header_read(&header, NULL, 0, octets, 6), SANSMTP_ERR_ARGUMENT);
    header = start;
    field.name.length = 0;
    assert_int_equal(sansmtp_header_read(&header, &field, 1, octets, 6), SANSMTP_ERR_ARGUMENT);
    field = look_for("A", NULL);
    field.name.data = NULL;
    assert_int_equal(sansmtp_header_read(&header, &field, 1, octets, 6), SANSMTP_ERR_ARGUMENT);
    field = look_for("A", NULL);
    field.value.length = 1;
    assert_int_equal(sansmtp_header_read(&header, &field, 1, octets, 6), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_header_read(&header, NULL, 0, NULL, 0), 0);
    assert_memory_equal(&header, &start, sizeof header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_where_it_ends),
        cmocka_unit_test(test_hops),
        cmocka_unit_test(test_a_loop_is_seen),
        cmocka_unit_test(test_fields_by_name),
        cmocka_unit_test(test_fields_by_value),
        cmocka_unit_test(test_white_space_in_a_value_is_one_space),
        cmocka_unit_test(test_tls_required_no),
        cmocka_unit_test(test_a_message_that_is_only_a_header),
        cmocka_unit_test(test_the_body_is_not_looked_at),
        cmocka_unit_test(test_random_headers_by_another_reader),
        cmocka_unit_test(test_as_many_fields_as_there_may_be),
        cmocka_unit_test(test_names_and_values_are_not_read_beyond),
        cmocka_unit_test(test_counts_do_not_overflow),
        cmocka_unit_test(test_wrong_arguments),
    };

    return cmocka_run_group_tests_name("header", tests, NULL, NULL);
}
