#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/wire.h>

#include "guard.h"
#include "params.h"

/* The parameters that are not of the base, the host's own, and what sansmtp_parameter_get() and
 * sansmtp_parameter_find() say of them. */

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define MAIL   SANSMTP_VERB_MAIL
#define RCPT   SANSMTP_VERB_RCPT
#define OK     SANSMTP_PARAMS_OK
#define SYNTAX SANSMTP_PARAMS_SYNTAX
#define VALUE  SANSMTP_PARAMS_VALUE
#define OTHER  SANSMTP_PARAMS_UNKNOWN
#define ABSENT SANSMTP_PARAMS_UNAVAILABLE

#define ALL (UINT64_MAX >> 1)

#define BIT(name) (UINT64_C(1) << SANSMTP_PARAMETER_##name)

static const struct sansmtp_own_extension own_extensions[] = {
    {.keyword = "XTEST", .keyword_length = 5, .number = 48},
    {.keyword = "XMUTE", .keyword_length = 5, .number = 62},
};

static const struct sansmtp_own_parameter own_parameters[] = {
    {"XWEIGHT", 7, 48, MAIL, 48, SANSMTP_OWN_VALUE_REQUIRED},
    {"XQUIET", 6, 49, MAIL, 62, SANSMTP_OWN_VALUE_NONE},
    {"XNOTE", 5, 62, RCPT, 48, SANSMTP_OWN_VALUE_OPTIONAL},
};

static const struct sansmtp_additions additions = {
    .size = sizeof(additions),
    .extensions_count = 2,
    .parameters_count = 3,
    .extensions = own_extensions,
    .parameters = own_parameters,
};

static struct sansmtp_params params;

static int check_of(const char *list, uint32_t verb, uint64_t extensions,
                    const struct sansmtp_additions *own)
{
    const struct sansmtp_params_rules rules = {
        .verb = verb, .extensions = extensions, .additions = own};
    uint8_t *octets = guard_copy(list, strlen(list));
    int result;

    memset(&params, 0xA5, sizeof(params));
    result = (int)sansmtp_params_check(octets, strlen(list), &rules, &params);
    guard_free(octets, strlen(list));
    return result;
}

static int check(const char *list, uint32_t verb, uint64_t extensions)
{
    return check_of(list, verb, extensions, NULL);
}

struct row {
    const char *list;
    uint32_t verb;
    uint64_t extensions;
    int result;
};

static void assert_rows(const struct row *rows, size_t count, const struct sansmtp_additions *own)
{
    for (size_t i = 0; i < count; i++) {
        int result = check_of(rows[i].list, rows[i].verb, rows[i].extensions, own);

        if (result != rows[i].result) {
            fail_msg("row %zu \"%s\": %d, not %d", i, rows[i].list, result, rows[i].result);
        }
    }
}

/* 5321-4.1.1.11-a, 4141-4.2-b, 4141-5.2-a, 6710-4.1-a: each has the reply of its RFC */
static void test_what_is_said_of_each(void **state)
{
    static const struct row rows[] = {
        {" BY=1;R", MAIL, SANSMTP_EXTENSION_DELIVERBY, OK},
        {" BY=1;R", MAIL, 0, OTHER},
        {" BY=1;R", RCPT, ALL, OTHER},
        {" BY=1", MAIL, ALL, SYNTAX},
        {" BY", MAIL, ALL, SYNTAX},
        {" BY=1;R BY=1;R", MAIL, ALL, SYNTAX},
        {" HOLDFOR=1", MAIL, SANSMTP_EXTENSION_FUTURERELEASE, OK},
        {" HOLDUNTIL=2030-01-01T00:00:00+00:00", MAIL, SANSMTP_EXTENSION_FUTURERELEASE, OK},
        {" HOLDFOR=1", MAIL, 0, OTHER},
        {" HOLDFOR=0", MAIL, ALL, SYNTAX},
        {" MT-PRIORITY=3", MAIL, SANSMTP_EXTENSION_MT_PRIORITY, OK},
        {" MT-PRIORITY=3", MAIL, 0, OTHER},
        {" MT-PRIORITY=10", MAIL, ALL, VALUE},
        {" MT-PRIORITY", MAIL, ALL, VALUE},
        {" MT-PRIORITY=", MAIL, ALL, SYNTAX},
        {" MT-PRIORITY=3 MT-PRIORITY=3", MAIL, ALL, VALUE},
        {" REQUIRETLS", MAIL, SANSMTP_EXTENSION_REQUIRETLS, OK},
        {" REQUIRETLS=1", MAIL, ALL, SYNTAX},
        {" RRVS=2014-04-03T23:01:00Z;C", RCPT, SANSMTP_EXTENSION_RRVS, OK},
        {" RRVS=2014-04-03T23:01:00Z", MAIL, ALL, OTHER},
        {" TRANSID=<a@b>", MAIL, SANSMTP_EXTENSION_CHECKPOINT, OK},
        {" SOLICIT=a:b", MAIL, SANSMTP_EXTENSION_NO_SOLICITING, OK},
        {" PRDR", MAIL, SANSMTP_EXTENSION_PRDR, OK},
        {" PRDR=1", MAIL, ALL, SYNTAX},
        {" CONPERM", MAIL, SANSMTP_EXTENSION_CONPERM, OK},
        {" CONPERM", MAIL, 0, ABSENT},
        {" CONPERM=1", MAIL, ALL, SYNTAX},
        {" CONPERM", RCPT, ALL, OTHER},
        {" CONNEG", RCPT, SANSMTP_EXTENSION_CONNEG, OK},
        {" CONNEG", RCPT, 0, ABSENT},
        {" CONNEG", MAIL, ALL, OTHER},
        {" SUBMITTER=a@b", MAIL, ALL, OTHER},
        {" NOTIFY=NEVER", RCPT, SANSMTP_EXTENSION_MTRK, OTHER},
    };

    (void)state;
    assert_rows(rows, COUNT(rows), NULL);
}

/* 3885-2-b, 3885-3.2-a */
static void test_tracking(void **state)
{
    static const struct {
        const char *list;
        bool tracked;
    } rows[] = {
        {" MTRK=AAAA ENVID=a@b", true},
        {" ENVID=a@b MTRK=AAAA:1", true},
        {" ENVID=a+2Bb@c", true},
        {" ENVID=a@b@c", true},
        {" MTRK=AAAA", false},
        {" MTRK=AAAA ENVID=abc", false},
        {" MTRK=AAAA ENVID=@x", false},
        {" MTRK=AAAA ENVID=a@", false},
        {" ENVID=@", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(check(rows[i].list, MAIL, SANSMTP_EXTENSION_MTRK), OK);
        if (params.tracked != rows[i].tracked) {
            fail_msg("\"%s\"", rows[i].list);
        }
    }
    assert_int_equal(check(" ORCPT=rfc822;a@b", RCPT, SANSMTP_EXTENSION_MTRK), OK);
    assert_int_equal(check(" RET=FULL", MAIL, SANSMTP_EXTENSION_MTRK), OTHER);
}

static void test_what_the_engine_acts_on(void **state)
{
    (void)state;
    assert_int_equal(check(" BY=-60;RT HOLDFOR=30 MT-PRIORITY=5", MAIL, ALL), OK);
    assert_true(params.by == 60);
    assert_true(params.by_negative);
    assert_true(params.by_mode == (SANSMTP_BY_RETURN | SANSMTP_BY_TRACE));
    assert_true(params.hold_for == 30);
    assert_true(params.hold_until == 0);
    assert_true(params.priority == 5);
    assert_true(params.present == (BIT(BY) | BIT(HOLDFOR) | BIT(MT_PRIORITY)));
    assert_int_equal(check(" MT-PRIORITY=-5 HOLDUNTIL=2030-01-01T00:00:00Z", MAIL, ALL), OK);
    assert_true(params.priority == 0);
    assert_true(params.hold_until == 1893456000);
    assert_true(params.by == 0 && params.by_mode == 0 && !params.by_negative);
}

static void test_the_hosts_own(void **state)
{
    static const struct row rows[] = {
        {" XWEIGHT=1", MAIL, ALL, OK},
        {" xweight=heavy;x SIZE=1 XQUIET", MAIL, ALL, OK},
        {" XWEIGHT", MAIL, ALL, SYNTAX},
        {" XWEIGHT=", MAIL, ALL, SYNTAX},
        {" XQUIET=1", MAIL, ALL, SYNTAX},
        {" XQUIET XQUIET", MAIL, ALL, SYNTAX},
        {" XWEIGHT=1", RCPT, ALL, OTHER},
        {" XWEIGHT=1", MAIL, UINT64_C(1) << 62, OTHER},
        {" XQUIET", MAIL, UINT64_C(1) << 62, OK},
        {" XNOTE", RCPT, ALL, OK},
        {" XNOTE=1", RCPT, ALL, OK},
        {" XNOTE", MAIL, ALL, OTHER},
        {" XNOTED", RCPT, ALL, OTHER},
    };

    (void)state;
    assert_rows(rows, COUNT(rows), &additions);
    assert_int_equal(check(" XQUIET", MAIL, ALL), OTHER);
    assert_int_equal(check_of(" XQUIET XWEIGHT=1 SIZE=1", MAIL, ALL, &additions), OK);
    assert_true(params.present == (UINT64_C(1) << 48 | UINT64_C(1) << 49 | BIT(SIZE)));
}

static struct sansmtp_event event_of(const char *list, uint32_t verb)
{
    struct sansmtp_event event = {.verb = verb};

    assert_int_equal(check_of(list, verb, ALL, &additions), OK);
    event.parameters = params.present;
    event.parameters_text = (struct sansmtp_span){(const uint8_t *)list, strlen(list)};
    return event;
}

static void test_get(void **state)
{
    static const struct {
        const char *list;
        uint32_t verb, id, flags;
        uint64_t number, second;
        const char *raw, *type;
    } rows[] = {
        {" BY=-60;NT", MAIL, SANSMTP_PARAMETER_BY, SANSMTP_VALUE_PRESENT | SANSMTP_VALUE_NEGATIVE,
         60, SANSMTP_BY_NOTIFY | SANSMTP_BY_TRACE, "-60;NT", ""},
        {" BY=60;R", MAIL, SANSMTP_PARAMETER_BY, SANSMTP_VALUE_PRESENT, 60, SANSMTP_BY_RETURN,
         "60;R", ""},
        {" HOLDFOR=9", MAIL, SANSMTP_PARAMETER_HOLDFOR, SANSMTP_VALUE_PRESENT, 9, 0, "9", ""},
        {" HOLDUNTIL=2030-01-01T00:00:00.1Z", MAIL, SANSMTP_PARAMETER_HOLDUNTIL,
         SANSMTP_VALUE_PRESENT, 1893456001, 0, "2030-01-01T00:00:00.1Z", ""},
        {" MT-PRIORITY=-4", MAIL, SANSMTP_PARAMETER_MT_PRIORITY,
         SANSMTP_VALUE_PRESENT | SANSMTP_VALUE_NEGATIVE, 4, 0, "-4", ""},
        {" REQUIRETLS", MAIL, SANSMTP_PARAMETER_REQUIRETLS, 0, 0, 0, "", ""},
        {" RRVS=2014-04-03T23:01:00Z", RCPT, SANSMTP_PARAMETER_RRVS, SANSMTP_VALUE_PRESENT,
         1396566060, SANSMTP_RRVS_REJECT, "2014-04-03T23:01:00Z", ""},
        {" RRVS=2014-04-03T23:01:00Z;c", RCPT, SANSMTP_PARAMETER_RRVS, SANSMTP_VALUE_PRESENT,
         1396566060, SANSMTP_RRVS_CONTINUE, "2014-04-03T23:01:00Z;c", ""},
        {" TRANSID=<A@b>", MAIL, SANSMTP_PARAMETER_TRANSID, SANSMTP_VALUE_PRESENT, 0, 0, "<A@b>",
         ""},
        {" SOLICIT=a:b,c", MAIL, SANSMTP_PARAMETER_SOLICIT, SANSMTP_VALUE_PRESENT, 0, 0, "a:b,c",
         ""},
        {" MTRK=AAAA:60 ENVID=a@b", MAIL, SANSMTP_PARAMETER_MTRK, SANSMTP_VALUE_PRESENT, 60, 0,
         "AAAA:60", "AAAA"},
        {" PRDR", MAIL, SANSMTP_PARAMETER_PRDR, 0, 0, 0, "", ""},
        {" CONPERM", MAIL, SANSMTP_PARAMETER_CONPERM, 0, 0, 0, "", ""},
        {" CONNEG", RCPT, SANSMTP_PARAMETER_CONNEG, 0, 0, 0, "", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_event event = event_of(rows[i].list, rows[i].verb);
        struct sansmtp_parameter out = {.size = sizeof(out)};

        assert_int_equal(sansmtp_parameter_get(&event, rows[i].id, &out), 1);
        assert_int_equal(out.flags, rows[i].flags);
        assert_true(out.number == rows[i].number);
        assert_true(out.second == rows[i].second);
        assert_int_equal(out.raw.length, strlen(rows[i].raw));
        assert_memory_equal(out.raw.length == 0 ? (const uint8_t *)"" : out.raw.data, rows[i].raw,
                            out.raw.length);
        assert_int_equal(out.type.length, strlen(rows[i].type));
        for (uint32_t id = 0; id <= SANSMTP_PARAMETER_SUBMITTER; id++) {
            struct sansmtp_parameter other = {.size = sizeof(other)};

            assert_int_equal(sansmtp_parameter_get(&event, id, &other),
                             (int)(event.parameters >> id & 1));
        }
    }
}

/* 6710-4.1-b: of whom the host may believe it */
static void test_trust(void **state)
{
    struct sansmtp_event event = event_of(" MT-PRIORITY=9", MAIL);
    struct sansmtp_parameter out = {.size = sizeof(out)};

    (void)state;
    event.flags = SANSMTP_FLAG_AUTHENTICATED;
    assert_int_equal(sansmtp_parameter_get(&event, SANSMTP_PARAMETER_MT_PRIORITY, &out), 1);
    assert_int_equal(out.flags, SANSMTP_VALUE_PRESENT | SANSMTP_VALUE_TRUSTED);
}

/* The host's own are not the library's to decode: they are found by their keyword. */
static void test_find(void **state)
{
    struct sansmtp_event event = event_of(" XQUIET SIZE=7 xWeight=a+2Bb", MAIL);
    struct sansmtp_parameter out = {.size = sizeof(out)};
    struct sansmtp_span value = {NULL, 1};

    (void)state;
    assert_int_equal(sansmtp_parameter_get(&event, 48, &out), 0);
    assert_int_equal(sansmtp_parameter_get(&event, UINT32_MAX, &out), 0);
    assert_int_equal(sansmtp_parameter_find(&event, "XWEIGHT", 7, &value), 1);
    assert_int_equal(value.length, 5);
    assert_memory_equal(value.data, "a+2Bb", 5);
    assert_int_equal(sansmtp_parameter_find(&event, "xquiet", 6, &value), 1);
    assert_null(value.data);
    assert_int_equal(value.length, 0);
    assert_int_equal(sansmtp_parameter_find(&event, "SIZE", 4, &value), 1);
    assert_int_equal(value.length, 1);
    assert_int_equal(sansmtp_parameter_find(&event, "XWEIGH", 6, &value), 0);
    assert_int_equal(sansmtp_parameter_find(&event, "XNOTE", 5, &value), 0);
    assert_int_equal(sansmtp_parameter_find(&event, "", 0, &value), 0);
    assert_int_equal(sansmtp_parameter_find(NULL, "SIZE", 4, &value), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_parameter_find(&event, NULL, 4, &value), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_parameter_find(&event, "SIZE", 4, NULL), SANSMTP_ERR_ARGUMENT);
    event.parameters_text = (struct sansmtp_span){NULL, 0};
    assert_int_equal(sansmtp_parameter_find(&event, "SIZE", 4, &value), 0);
    event.parameters_text = (struct sansmtp_span){(const uint8_t *)"broken", 6};
    assert_int_equal(sansmtp_parameter_find(&event, "SIZE", 4, &value), SANSMTP_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_said_of_each),
        cmocka_unit_test(test_tracking),
        cmocka_unit_test(test_what_the_engine_acts_on),
        cmocka_unit_test(test_the_hosts_own),
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_trust),
        cmocka_unit_test(test_find),
    };

    return cmocka_run_group_tests_name("params_later", tests, NULL, NULL);
}
