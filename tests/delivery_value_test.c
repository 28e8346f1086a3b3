#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "guard.h"
#include "parameter_value.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

typedef bool reader(const uint8_t *octets, size_t length, uint64_t extensions,
                    struct sansmtp_value *value);

/* An esmtp-value is never empty. */
static bool read_octets(reader *read, const char *from, size_t length, struct sansmtp_value *value)
{
    uint8_t *octets = guard_copy(from, length);
    bool good;

    *value = (struct sansmtp_value){0};
    good = read(octets, length, 0, value);
    if (value->type.length != 0) {
        value->type.data = (const uint8_t *)from + (value->type.data - octets);
    }
    guard_free(octets, length);
    return good;
}

static bool read_value(reader *read, const char *from, struct sansmtp_value *value)
{
    return read_octets(read, from, strlen(from), value);
}

static void refuse(reader *read, const char *const *rows, size_t count)
{
    struct sansmtp_value value;

    for (size_t i = 0; i < count; i++) {
        if (read_value(read, rows[i], &value)) {
            fail_msg("\"%s\" is taken", rows[i]);
        }
    }
}

/* A word of a's, as long as it should be, or an octet longer. */
static bool read_long(reader *read, const char *before, size_t middle, const char *behind)
{
    char text[1200];
    size_t front = strlen(before), back = strlen(behind);
    struct sansmtp_value value;

    memcpy(text, before, front);
    memset(text + front, 'a', middle);
    memcpy(text + front + middle, behind, back);
    return read_octets(read, text, front + middle + back, &value);
}

struct row {
    const char *text;
    uint64_t number, second;
    bool negative;
};

static void take(reader *read, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct sansmtp_value value;

        if (!read_value(read, rows[i].text, &value)) {
            fail_msg("\"%s\" is refused", rows[i].text);
        }
        assert_true(value.number == rows[i].number);
        assert_true(value.second == rows[i].second);
        assert_int_equal(value.negative, rows[i].negative);
    }
}

/* 2852-4-a */
static void test_by(void **state)
{
    static const struct row good[] = {
        {"120;R", 120, SANSMTP_BY_RETURN, false},
        {"+120;r", 120, SANSMTP_BY_RETURN, false},
        {"-5;NT", 5, SANSMTP_BY_NOTIFY | SANSMTP_BY_TRACE, true},
        {"007;nt", 7, SANSMTP_BY_NOTIFY | SANSMTP_BY_TRACE, false},
        {"0;N", 0, SANSMTP_BY_NOTIFY, false},
        {"999999999;RT", 999999999, SANSMTP_BY_RETURN | SANSMTP_BY_TRACE, false},
    };
    static const char *const bad[] = {
        "120",   "120;", ";R",  "-;R",          "+;R",  "--1;N",  "+-1;N", "1;X", "1;TR", "1;RR",
        "1;RTT", "1;R ", "1,R", "1234567890;N", "1x;N", "0x10;N", "-",     "+",   ";"};

    (void)state;
    take(sansmtp_parameter_by, good, COUNT(good));
    refuse(sansmtp_parameter_by, bad, COUNT(bad));
}

/* 4865-3-a */
static void test_hold(void **state)
{
    static const struct row good_for[] = {{"1", 1, 0, false}, {"999999999", 999999999, 0, false}};
    static const char *const bad_for[] = {"0", "060", "1000000000", "-1", "+1", "1s", "1.5"};
    static const struct row good_until[] = {
        {"2030-01-01T00:00:00Z", 1893456000, 0, false},
        {"2030-01-01T00:00:00.50z", 1893456001, 0, false},
        {"2030-01-01t00:00:00+00:00", 1893456000, 0, false},
        {"1969-01-01T00:00:00Z", 0, 0, false},
    };
    static const char *const bad_until[] = {"2030-01-01T00:00:00+01:00",
                                            "2030-13-01T00:00:00Z",
                                            "2030-01-01",
                                            "2030-01-01T00:00:00",
                                            "0",
                                            "Z"};

    (void)state;
    take(sansmtp_parameter_holdfor, good_for, COUNT(good_for));
    refuse(sansmtp_parameter_holdfor, bad_for, COUNT(bad_for));
    take(sansmtp_parameter_holduntil, good_until, COUNT(good_until));
    refuse(sansmtp_parameter_holduntil, bad_until, COUNT(bad_until));
}

/* 6710-3-a */
static void test_priority(void **state)
{
    static const struct row good[] = {
        {"-9", 9, 0, true}, {"-1", 1, 0, true}, {"0", 0, 0, false}, {"9", 9, 0, false}};
    static const char *const bad[] = {"10", "+1", "-0", "01", "-", "-10", "--1", "a", "1 "};

    (void)state;
    take(sansmtp_parameter_priority, good, COUNT(good));
    refuse(sansmtp_parameter_priority, bad, COUNT(bad));
}

/* 7293-3.1-a */
static void test_rrvs(void **state)
{
    static const struct row good[] = {
        {"2014-04-03T23:01:00Z", 1396566060, SANSMTP_RRVS_REJECT, false},
        {"2014-04-03T23:01:00Z;R", 1396566060, SANSMTP_RRVS_REJECT, false},
        {"2014-04-03t23:01:00-04:00;c", 1396580460, SANSMTP_RRVS_CONTINUE, false},
        {"2014-04-03T23:01:00+02:00", 1396558860, SANSMTP_RRVS_REJECT, false},
    };
    static const char *const bad[] = {"2014-04-03T23:01:00.5Z",
                                      "2014-04-03T23:01:00.0Z",
                                      "2014-04-03T23:01:00Z;X",
                                      "2014-04-03T23:01:00Z;",
                                      ";",
                                      "2014-04-03T23:01:00Z;CC",
                                      "2014-04-03T23:01:00Z;;C",
                                      "2014-04-03T23:01:00",
                                      "C"};

    (void)state;
    take(sansmtp_parameter_rrvs, good, COUNT(good));
    refuse(sansmtp_parameter_rrvs, bad, COUNT(bad));
}

/* 1845-2-a */
static void test_transid(void **state)
{
    static const struct row good[] = {{"<a@b>", 0, 0, false},
                                      {"<123.x@c.example>", 0, 0, false},
                                      {"<!#$%&'*+-^_`{|}~@0>", 0, 0, false}};
    static const char *const bad[] = {"<",       "<>",      "<@>",     "<a@>",      "<@c>",
                                      "a@b",     "<a@b",    "a@b>",    "<ab>",      "<a..b@c>",
                                      "<.a@b>",  "<a.@b>",  "<a@.b>",  "<a@b.>",    "<a@b@c>",
                                      "<a:b@c>", "<a b@c>", "<a@(b)>", "<a/b@c>",   "<a?b@c>",
                                      "<a@[b]>", "<a,b@c>", "<a;b@c>", "<a\\b@c>",  "<a\"b@c>",
                                      "<a=b@c>", "<<a@b>",  "<a@b>>",  "<a\x7f@b>", "<\xc3\xa9@b>"};

    (void)state;
    take(sansmtp_parameter_transid, good, COUNT(good));
    refuse(sansmtp_parameter_transid, bad, COUNT(bad));
    assert_true(read_long(sansmtp_parameter_transid, "<a@", 76, ">"));
    assert_false(read_long(sansmtp_parameter_transid, "<a@", 77, ">"));
}

/* 3865-2-a, 3865-2.3-a */
static void test_solicit(void **state)
{
    static const struct row good[] = {{"net.example:ADV,org.example:ADV", 0, 0, false},
                                      {"a", 0, 0, false},
                                      {"Z9._-:", 0, 0, false}};
    static const char *const bad[] = {"1x",  "a,,b", ",",   "a,",       ",a",         "a,1", "a+b",
                                      "a b", ".a",   "a;b", "\xc3\xa9", "a,\xc3\xa9", "@a",  "[a"};

    (void)state;
    take(sansmtp_parameter_solicit, good, COUNT(good));
    refuse(sansmtp_parameter_solicit, bad, COUNT(bad));
    assert_true(read_long(sansmtp_parameter_solicit, "a,", 998, ""));
    assert_false(read_long(sansmtp_parameter_solicit, "a,", 999, ""));
}

/* 3885-3.1-a */
static void test_mtrk(void **state)
{
    static const struct row good[] = {{"AAECAwQFBgcICQoLDA0ODxAREhM:86400", 86400, 0, false},
                                      {"AAECAwQFBgcICQoLDA0ODxAREhM", 0, 0, false},
                                      {"+/09azAZ:999999999", 999999999, 0, false},
                                      {"A:0", 0, 0, false}};
    static const char *const bad[] = {
        ":1", "A:", "A:1234567890", "A:-1", "A*A", "A=", "A::1", "A:1:1", "A-A", "A:x", ":"};
    struct sansmtp_value value;

    (void)state;
    take(sansmtp_parameter_mtrk, good, COUNT(good));
    refuse(sansmtp_parameter_mtrk, bad, COUNT(bad));
    assert_true(read_value(sansmtp_parameter_mtrk, "abc:5", &value));
    assert_int_equal(value.type.length, 3);
    assert_memory_equal(value.type.data, "abc", 3);
    assert_true(read_long(sansmtp_parameter_mtrk, "", 28, ":1"));
    assert_false(read_long(sansmtp_parameter_mtrk, "", 29, ":1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by),       cmocka_unit_test(test_hold),
        cmocka_unit_test(test_priority), cmocka_unit_test(test_rrvs),
        cmocka_unit_test(test_transid),  cmocka_unit_test(test_solicit),
        cmocka_unit_test(test_mtrk),
    };

    return cmocka_run_group_tests_name("delivery_value", tests, NULL, NULL);
}
