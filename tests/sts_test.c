#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/sts.h>

#include "guard.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct sansmtp_span span(const char *text)
{
    return (struct sansmtp_span){(const uint8_t *)text, text ? strlen(text) : 0};
}

/* The id of a record that stands alone, in front of a guard page; NULL: none. */
static void assert_id(const char *record, const char *expected)
{
    size_t length = strlen(record);
    uint8_t *copy = guard_copy(record, length);
    const struct sansmtp_span records[] = {{copy, length}};
    struct sansmtp_span id = {NULL, 77};
    int error = sansmtp_sts_txt_parse(records, 1, &id);

    if (expected == NULL) {
        if (error != SANSMTP_ERR_SYNTAX || id.length != 77) {
            fail_msg("read as a record: %s", record);
        }
    } else {
        if (error != 0) {
            fail_msg("not read: %s", record);
        }
        assert_int_equal(id.length, strlen(expected));
        assert_memory_equal(id.data, expected, id.length);
        assert_true(id.data >= copy && id.data + id.length <= copy + length);
    }
    guard_free(copy, length);
}

/* 8461-3.1-a: the form of a record, and its id of 1 to 32 letters and digits */
static void test_records(void **state)
{
    static const struct {
        const char *record, *id;
    } rows[] = {
        {"v=STSv1; id=2026a;", "2026a"},
        {"v=STSv1;id=20160831085700Z", "20160831085700Z"},
        {"v=STSv1; id=a", "a"},
        {"v=STSv1;\t id=a \t; \t", "a"},
        {"v=STSv1; x=1; id=a; y.z_-=!+:<>~", "a"},
        {"v=STSv1; id=a; id=b", "a"},
        {"v=STSv1; ID=x; id=b", "b"},
        {"v=STSv1; idx=x; id=b", "b"},
        {"v=STSv1; id=01234567890123456789012345678901", "01234567890123456789012345678901"},
        {"v=STSv1; a1234567890123456789012345678901=x; id=a", "a"},
        {"v=STSv1; id=012345678901234567890123456789012", NULL},
        {"v=STSv1; a12345678901234567890123456789012=x; id=a", NULL},
        {"v=STSv1; id=2026-a", NULL},
        {"v=STSv1; id=", NULL},
        {"v=STSv1; id", NULL},
        {"v=STSv1; id = a", NULL},
        {"v=STSv1; id=a b", NULL},
        {"v=STSv1; id=a=b", NULL},
        {"v=STSv1; id=\xc3\xbc", NULL},
        {"v=STSv1; id=a;;", NULL},
        {"v=STSv1;; id=a", NULL},
        {"v=STSv1; id=a; x", NULL},
        {"v=STSv1; id=a; x=", NULL},
        {"v=STSv1; id=a; -x=1", NULL},
        {"v=STSv1; id=a; x=\x7f", NULL},
        {"v=STSv1; id=a ", NULL},
        {"v=STSv1;", NULL},
        {"v=STSv1; ", NULL},
        {"v=STSv1; x=1", NULL},
        {"v=STSv1", NULL},
        {"v=STSv1 ; id=a", NULL},
        {"V=STSv1; id=a", NULL},
        {"v=stsv1; id=a", NULL},
        {"v=STSv12; id=a", NULL},
        {" v=STSv1; id=a", NULL},
        {"id=a; v=STSv1;", NULL},
        {"", NULL},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_id(rows[i].record, rows[i].id);
    }
}

/* 8461-3.1-a: exactly one of the records is about MTA-STS */
static void test_one_record_of_several(void **state)
{
    const struct sansmtp_span spf = span("v=spf1 -all"), good = span("v=STSv1; id=a");
    const struct sansmtp_span bad = span("v=STSv1; id=-"), none = {NULL, 0};
    struct sansmtp_span id;
    (void)state;

    assert_int_equal(sansmtp_sts_txt_parse((struct sansmtp_span[]){spf, good, none}, 3, &id), 0);
    assert_int_equal(id.length, 1);
    assert_int_equal(sansmtp_sts_txt_parse((struct sansmtp_span[]){good, good}, 2, &id),
                     SANSMTP_ERR_SYNTAX);
    assert_int_equal(sansmtp_sts_txt_parse((struct sansmtp_span[]){good, bad}, 2, &id),
                     SANSMTP_ERR_SYNTAX);
    assert_int_equal(sansmtp_sts_txt_parse((struct sansmtp_span[]){spf}, 1, &id),
                     SANSMTP_ERR_SYNTAX);
    assert_int_equal(sansmtp_sts_txt_parse(NULL, 0, &id), SANSMTP_ERR_SYNTAX);
    assert_int_equal(sansmtp_sts_txt_parse(NULL, 1, &id), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sts_txt_parse(&good, 1, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sts_txt_parse(&(struct sansmtp_span){NULL, 3}, 1, &id),
                     SANSMTP_ERR_ARGUMENT);
}

/* 8461-3.1-a: two strings in one record are joined without a space */
static void test_strings_are_joined(void **state)
{
    static const char rdata[] = "\x0bv=STSv1; id\0\x03=ab\x01z";
    const size_t length = sizeof rdata - 1;
    uint8_t *copy = guard_copy(rdata, length);
    struct sansmtp_span id, record;
    size_t need = 0;
    (void)state;

    assert_int_equal(sansmtp_txt_join(copy, length, NULL, 0, &need), SANSMTP_ERR_ROOM);
    assert_int_equal(need, 15);
    for (size_t capacity = 0; capacity <= 15; capacity++) {
        uint8_t *out = guard_alloc(capacity);

        assert_int_equal(sansmtp_txt_join(copy, length, out, capacity, &need),
                         capacity < 15 ? SANSMTP_ERR_ROOM : 0);
        assert_int_equal(need, 15);
        if (capacity == 15) {
            assert_memory_equal(out, "v=STSv1; id=abz", 15);
            record = (struct sansmtp_span){out, need};
            assert_int_equal(sansmtp_sts_txt_parse(&record, 1, &id), 0);
            assert_int_equal(id.length, 3);
        }
        guard_free(out, capacity);
    }
    assert_int_equal(sansmtp_txt_join(copy, length - 1, NULL, 0, &need), SANSMTP_ERR_SYNTAX);
    assert_int_equal(sansmtp_txt_join(NULL, 0, NULL, 0, &need), 0);
    assert_int_equal(need, 0);
    assert_int_equal(sansmtp_txt_join(NULL, 1, NULL, 0, &need), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_txt_join(copy, length, NULL, 1, &need), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_txt_join(copy, length, NULL, 0, NULL), SANSMTP_ERR_ARGUMENT);
    guard_free(copy, length);
}

/* 8461-4.1-a */
static void test_names(void **state)
{
    static const struct {
        const char *pattern, *host;
        int matches;
    } rows[] = {
        {"mail.example.com", "mail.example.com", 1},
        {"mail.example.com", "MAIL.Example.COM", 1},
        {"mail.example.com", "mail.example.com.", 1},
        {"mail.example.com", "mail.example.co", 0},
        {"mail.example.com", "xmail.example.com", 0},
        {"example.com", "mail.example.com", 0},
        {"*.example.com", "mail.example.com", 1},
        {"*.EXAMPLE.com", "mail.example.com.", 1},
        {"*.example.com.", "mail.example.com", 1},
        {"*.example.com", "example.com", 0},
        {"*.example.com", ".example.com", 0},
        {"*.example.com", "a.b.example.com", 0},
        {"*.example.com", "mail.example.com.evil.example", 0},
        {"*.example.com", "mailexample.com", 0},
        {"*.com", "example.com", 1},
        {"*", "com", 0},
        {"*.", "com.", 0},
        {"*.*.example", "a.b.example", 0},
        {"*mail.example.com", "mail.example.com", 0},
        {"m*.example.com", "mail.example.com", 0},
        {"mail.*.com", "mail.example.com", 0},
        {"*.example.com", "*.example.com", 1},
        {"mail.example.com", "*.example.com", 0},
        {".", ".", 1},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t pattern = strlen(rows[i].pattern), host = strlen(rows[i].host);
        uint8_t *one = guard_copy(rows[i].pattern, pattern);
        uint8_t *two = guard_copy(rows[i].host, host);

        if (sansmtp_sts_name_matches(one, pattern, two, host) != rows[i].matches) {
            fail_msg("%s and %s", rows[i].pattern, rows[i].host);
        }
        assert_int_equal(sansmtp_sts_name_matches(one, 0, two, host), 0);
        assert_int_equal(sansmtp_sts_name_matches(one, pattern, two, 0), 0);
        guard_free(one, pattern);
        guard_free(two, host);
    }
    assert_int_equal(sansmtp_sts_name_matches(NULL, 1, (const uint8_t *)"a", 1), 0);
    assert_int_equal(sansmtp_sts_name_matches((const uint8_t *)"a", 1, NULL, 1), 0);
}

enum { NOTHING, USE = SANSMTP_STS_USE, FETCH = SANSMTP_STS_FETCH };

/* 8461-3.3-b: what is cached and not expired holds, whatever became of record and fetch */
static void test_what_is_cached(void **state)
{
    static const struct {
        uint32_t flags;
        int64_t fetched, failed;
        uint32_t max_age;
        const char *id; /* of the record now */
        int64_t now;
        int decision;
    } rows[] = {
        /* nothing cached */
        {0, 0, 0, 0, NULL, 1000, NOTHING},
        {0, 0, 0, 0, "a", 1000, FETCH},
        {SANSMTP_STS_FAILED, 0, 900, 0, "a", 1000, NOTHING},
        {SANSMTP_STS_FAILED, 0, 701, 0, "a", 1000, NOTHING},
        {SANSMTP_STS_FAILED, 0, 700, 0, "a", 1000, FETCH},
        {SANSMTP_STS_FAILED, 0, 2000, 0, "a", 1000, NOTHING},
        /* cached and young */
        {SANSMTP_STS_CACHED, 1000, 0, 604800, NULL, 1001, USE},
        {SANSMTP_STS_CACHED, 1000, 0, 604800, "a", 1001, USE},
        {SANSMTP_STS_CACHED, 1000, 0, 604800, "b", 1001, USE | FETCH},
        {SANSMTP_STS_CACHED, 1000, 0, 604800, "aa", 1001, USE | FETCH},
        {SANSMTP_STS_CACHED | SANSMTP_STS_FAILED, 1000, 1001, 604800, "b", 1002, USE},
        /* a day old */
        {SANSMTP_STS_CACHED, 1000, 0, 604800, "a", 1000 + 86399, USE},
        {SANSMTP_STS_CACHED, 1000, 0, 604800, "a", 1000 + 86400, USE | FETCH},
        {SANSMTP_STS_CACHED, 1000, 0, 604800, NULL, 1000 + 86399, USE},
        /* who hides the record does not hide the policy: 8461 10.2 */
        {SANSMTP_STS_CACHED, 1000, 0, 604800, NULL, 1000 + 86400, USE | FETCH},
        {SANSMTP_STS_CACHED | SANSMTP_STS_FAILED, 1000, 87300, 604800, NULL, 87401, USE},
        {SANSMTP_STS_CACHED | SANSMTP_STS_FAILED, 1000, 87300, 604800, NULL, 87600, USE | FETCH},
        {SANSMTP_STS_CACHED, 1000, 0, 1000, "a", 1499, USE},
        {SANSMTP_STS_CACHED, 1000, 0, 1000, "a", 1500, USE | FETCH},
        /* at its end */
        {SANSMTP_STS_CACHED, 1000, 0, 604800, NULL, 1000 + 604800, USE | FETCH},
        {SANSMTP_STS_CACHED, 1000, 0, 604800, NULL, 1001 + 604800, NOTHING},
        {SANSMTP_STS_CACHED, 1000, 0, 604800, "a", 1001 + 604800, FETCH},
        {SANSMTP_STS_CACHED | SANSMTP_STS_FAILED, 1000, 605800, 604800, "a", 605801, NOTHING},
        {SANSMTP_STS_CACHED, 1000, 0, 0, "a", 1000, USE | FETCH},
        {SANSMTP_STS_CACHED, 1000, 0, 0, "a", 1001, FETCH},
        /* clocks at their edges */
        {SANSMTP_STS_CACHED, 1000, 0, 604800, "a", 10, USE},
        {SANSMTP_STS_CACHED, INT64_MIN, 0, UINT32_MAX, NULL, INT64_MAX, NOTHING},
        {SANSMTP_STS_CACHED, INT64_MAX, 0, 604800, NULL, INT64_MIN, USE},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct sansmtp_sts_cache cache = {
            .size = sizeof cache,
            .flags = rows[i].flags,
            .fetched = rows[i].fetched,
            .failed = rows[i].failed,
            .max_age = rows[i].max_age,
            .id = span("a"),
        };
        const struct sansmtp_span id = span(rows[i].id);
        int decision = sansmtp_sts_cache_decide(&cache, rows[i].id ? &id : NULL, rows[i].now);

        if (decision != rows[i].decision) {
            fail_msg("row %u: %d", (unsigned)i, decision);
        }
    }
}

static void test_wrong_arguments(void **state)
{
    struct sansmtp_sts_cache cache = {.size = sizeof cache};
    const struct sansmtp_span odd = {NULL, 1}, nothing = {NULL, 0};
    (void)state;

    assert_int_equal(sansmtp_sts_cache_decide(NULL, NULL, 0), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sts_cache_decide(&cache, &odd, 0), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sts_cache_decide(&cache, &nothing, 0), FETCH);
    cache.flags = SANSMTP_STS_CACHED;
    cache.max_age = 604800;
    assert_int_equal(sansmtp_sts_cache_decide(&cache, &nothing, 0), USE);
    cache.flags = 4;
    assert_int_equal(sansmtp_sts_cache_decide(&cache, NULL, 0), SANSMTP_ERR_ARGUMENT);
    cache.flags = 0;
    cache.id = odd;
    assert_int_equal(sansmtp_sts_cache_decide(&cache, NULL, 0), SANSMTP_ERR_ARGUMENT);
    cache = (struct sansmtp_sts_cache){.size = 1};
    assert_int_equal(sansmtp_sts_cache_decide(&cache, NULL, 0), SANSMTP_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_one_record_of_several),
        cmocka_unit_test(test_strings_are_joined),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_what_is_cached),
        cmocka_unit_test(test_wrong_arguments),
    };

    return cmocka_run_group_tests_name("sts", tests, NULL, NULL);
}
