#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/wire.h>

#include "guard.h"
#include "parameter_value.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define ALL         UINT64_C(0xFFF)

typedef bool reader(const uint8_t *octets, size_t length, uint64_t extensions,
                    struct sansmtp_value *value);

/* Reads a value at a guard page, with the decoded text and without: both must say the same. */
static bool read_value(reader *read, const char *from, uint64_t extensions,
                       struct sansmtp_value *value, uint8_t *decoded)
{
    size_t length = strlen(from);
    uint8_t *octets = guard_copy(from, length);
    struct sansmtp_value checked = {0};
    bool good;

    *value = (struct sansmtp_value){.text = decoded};
    good = read(octets, length, extensions, value);
    assert_int_equal(read(octets, length, extensions, &checked), good);
    if (good) {
        assert_true(checked.number == value->number);
        assert_int_equal(checked.text_length, value->text_length);
        assert_int_equal(checked.decoded, value->decoded);
        assert_int_equal(checked.type.length, value->type.length);
    }
    guard_free(octets, length);
    return good;
}

static void assert_number(reader *read, const char *from, uint64_t number)
{
    uint8_t decoded[SANSMTP_VALUE_LONGEST];
    struct sansmtp_value value;

    if (!read_value(read, from, ALL, &value, decoded)) {
        fail_msg("refused: %s", from);
    }
    assert_true(value.number == number);
    assert_false(value.decoded);
}

static void assert_text(reader *read, const char *from, const char *expected)
{
    uint8_t *decoded = guard_alloc(SANSMTP_VALUE_LONGEST);
    struct sansmtp_value value;

    if (!read_value(read, from, ALL, &value, decoded)) {
        fail_msg("refused: %s", from);
    }
    assert_int_equal(value.decoded, expected != NULL);
    if (expected != NULL) {
        assert_int_equal(value.text_length, strlen(expected));
        assert_memory_equal(decoded, expected, value.text_length);
    }
    guard_free(decoded, SANSMTP_VALUE_LONGEST);
}

static void assert_bad(reader *read, const char *from)
{
    uint8_t decoded[SANSMTP_VALUE_LONGEST];
    struct sansmtp_value value;

    if (read_value(read, from, ALL, &value, decoded)) {
        fail_msg("taken: %s", from);
    }
}

/* 3461-4.3-a */
static void test_ret(void **state)
{
    (void)state;
    assert_number(sansmtp_parameter_ret, "FULL", SANSMTP_RET_FULL);
    assert_number(sansmtp_parameter_ret, "hdrs", SANSMTP_RET_HDRS);
    assert_bad(sansmtp_parameter_ret, "BOTH");
    assert_bad(sansmtp_parameter_ret, "FULLY");
    assert_bad(sansmtp_parameter_ret, "");
}

/* 6152-2-a, 3030-3-b */
static void test_body(void **state)
{
    struct sansmtp_value value;
    (void)state;

    assert_number(sansmtp_parameter_body, "7bit", SANSMTP_BODY_7BIT);
    assert_number(sansmtp_parameter_body, "8bitmime", SANSMTP_BODY_8BITMIME);
    assert_number(sansmtp_parameter_body, "BinaryMIME", SANSMTP_BODY_BINARYMIME);
    assert_bad(sansmtp_parameter_body, "9BIT");
    assert_false(
        read_value(sansmtp_parameter_body, "BINARYMIME", SANSMTP_EXTENSION_8BITMIME, &value, NULL));
}

/* 1870-3-b, 1870-3-c */
static void test_size(void **state)
{
    (void)state;
    assert_number(sansmtp_parameter_size, "0", 0);
    assert_number(sansmtp_parameter_size, "18446744073709551615", UINT64_MAX);
    assert_number(sansmtp_parameter_size, "99999999999999999999", UINT64_MAX);
    assert_bad(sansmtp_parameter_size, "000000000000000000000");
    assert_bad(sansmtp_parameter_size, "");
    assert_bad(sansmtp_parameter_size, "1 ");
}

/* 6531-3.1-c */
static void test_none(void **state)
{
    (void)state;
    assert_number(sansmtp_parameter_none, "", 0);
    assert_bad(sansmtp_parameter_none, "1");
}

/* 3461-4.1-a, 3461-4.1-b */
static void test_notify(void **state)
{
    static const char *const bad[] = {
        "",
        ",",
        "FOO",
        "NEVER,SUCCESS",
        "SUCCESS,NEVER",
        "NEVER,",
        "NEVERS",
        "NEVER,NEVER",
        "SUCCESS;DELAY",
        "SUCCESS,FOO",
        "SUCCES",
        ",SUCCESS,FAILURE,DELAY",
        "SUCCESS,FAILURE,DELAY,",
    };
    (void)state;

    assert_number(sansmtp_parameter_notify, "NEVER", SANSMTP_NOTIFY_NEVER);
    assert_number(sansmtp_parameter_notify, "never", SANSMTP_NOTIFY_NEVER);
    assert_number(sansmtp_parameter_notify, "success,Failure",
                  SANSMTP_NOTIFY_SUCCESS | SANSMTP_NOTIFY_FAILURE);
    assert_number(sansmtp_parameter_notify, "SUCCESS,FAILURE,DELAY",
                  SANSMTP_NOTIFY_SUCCESS | SANSMTP_NOTIFY_FAILURE | SANSMTP_NOTIFY_DELAY);
    assert_number(sansmtp_parameter_notify, "SUCCESS,SUCCESS", SANSMTP_NOTIFY_SUCCESS);
    assert_number(sansmtp_parameter_notify, "SUCCESS,,DELAY",
                  SANSMTP_NOTIFY_SUCCESS | SANSMTP_NOTIFY_DELAY);
    assert_number(sansmtp_parameter_notify, ",DELAY,", SANSMTP_NOTIFY_DELAY);
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_bad(sansmtp_parameter_notify, bad[i]);
    }
}

/* 3461-4.4-a, 3461-4.2-b, 3461-4-a */
static void test_envid(void **state)
{
    static const char *const bad[] = {
        "", "a+00b", "a+0D+0Ab", "a+7F", "a+C3+BC", "\xC3\xBC", "a+2", "a+ZZ", "a=b", "a b", "a+1F",
    };
    char longest[102];
    (void)state;

    assert_text(sansmtp_parameter_envid, "a+20b", "a b");
    assert_text(sansmtp_parameter_envid, "a+09b", "a\tb");
    assert_text(sansmtp_parameter_envid, "QQ314159", "QQ314159");
    assert_text(sansmtp_parameter_envid, "+2b+3D+7e", "+=~");
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_bad(sansmtp_parameter_envid, bad[i]);
    }
    memset(longest, 'e', sizeof(longest));
    longest[100] = '\0';
    assert_text(sansmtp_parameter_envid, longest, longest);
    longest[100] = 'e';
    longest[101] = '\0';
    assert_bad(sansmtp_parameter_envid, longest);
}

/* 4954-5-a */
static void test_auth(void **state)
{
    static const char *const bad[] = {
        "",      "foo",    "<a@x.example>", "<",      "<>x",    "a@",         "a@b+",
        "a@b@c", "a+00@b", "a@b=c",         "+20a@b", "@r:a@b", "postmaster", "+C3@b",
    };
    struct sansmtp_value value;
    char longest[400];
    (void)state;

    assert_text(sansmtp_parameter_auth, "<>", "<>");
    assert_text(sansmtp_parameter_auth, "+3C+3e", "<>");
    assert_text(sansmtp_parameter_auth, "e+3Dmc2@x.example", "e=mc2@x.example");
    assert_text(sansmtp_parameter_auth, "+22a+20b+22@x.example", "\"a b\"@x.example");
    assert_text(sansmtp_parameter_auth, "a@[192.0.2.1]", "a@[192.0.2.1]");
    assert_text(sansmtp_parameter_auth, "+C3+BC@x.example", "\xC3\xBC@x.example");
    assert_false(read_value(sansmtp_parameter_auth, "+C3+BC@x.example", SANSMTP_EXTENSION_AUTH,
                            &value, NULL));
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_bad(sansmtp_parameter_auth, bad[i]);
    }
    memset(longest, 'a', 252);
    strcpy(longest + 252, "@b");
    assert_text(sansmtp_parameter_auth, longest, longest);
    strcpy(longest + 252, "@bc");
    assert_bad(sansmtp_parameter_auth, longest);
}

/* 3461-4.2-a, 3461-4.2-b */
static void test_orcpt(void **state)
{
    static const char *const bad[] = {
        "",           "a@x.example", ";a@x.example",   "rfc822",        "rfc822;a=b",
        "rfc822;a+2", "rfc822;a+00", "rfc822;a+0D+0A", "rfc822;a+E9@x", "rfc822;\xC3\xBC",
        "rf c;a",     "rfc.822;a",   "rfc@;a",         "\xC3\xBC;a",    "rfc822;a b",
    };
    char longest[502];
    (void)state;

    assert_text(sansmtp_parameter_orcpt, "rfc822;a+2Bb@x.example", "a+b@x.example");
    assert_text(sansmtp_parameter_orcpt, "x-y;a;b", "a;b");
    assert_text(sansmtp_parameter_orcpt, "rfc822;", "");
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_bad(sansmtp_parameter_orcpt, bad[i]);
    }
    memset(longest, 'o', sizeof(longest));
    longest[6] = ';';
    longest[500] = '\0';
    assert_text(sansmtp_parameter_orcpt, longest, longest + 7);
    longest[500] = 'o';
    longest[501] = '\0';
    assert_bad(sansmtp_parameter_orcpt, longest);
}

/* 6533-3-a, 6533-3-b */
static void test_utf8_orcpt(void **state)
{
    (void)state;
    assert_text(sansmtp_parameter_orcpt, "utf-8;d\\x{F6}@x.example", "d\xC3\xB6@x.example");
    assert_text(sansmtp_parameter_orcpt, "UTF-8;d\xC3\xB6@x.example", "d\xC3\xB6@x.example");
    assert_text(sansmtp_parameter_orcpt, "utf-8;a\\x{2B}b", "a+b");
    /* carried on, not decoded */
    assert_text(sansmtp_parameter_orcpt, "utf-8;\\x{D800}@x.example", NULL);
    assert_text(sansmtp_parameter_orcpt, "utf-8;\\x{110000}", NULL);
    assert_text(sansmtp_parameter_orcpt, "utf-8;\\x{5", NULL);
    assert_text(sansmtp_parameter_orcpt, "utf-8;\\x{41}", NULL);
    assert_text(sansmtp_parameter_orcpt, "utf-8;a+2Bb", NULL);
    assert_bad(sansmtp_parameter_orcpt, "utf-8;a+2");
    assert_bad(sansmtp_parameter_orcpt, "utf-8;\xC0\xAF@x.example");
    assert_bad(sansmtp_parameter_orcpt, "utf-8;\xC3");
    assert_bad(sansmtp_parameter_orcpt, "utf-8;a=b");
    assert_bad(sansmtp_parameter_orcpt, "utf-8;a\x7F");
}

static struct sansmtp_event event_of(const char *list, uint64_t parameters)
{
    return (struct sansmtp_event){
        .type = SANSMTP_EVENT_MAIL,
        .parameters = parameters,
        .parameters_text = {(const uint8_t *)list, strlen(list)},
    };
}

/* What sansmtp_parameter_get says with exactly capacity octets of text, at a guard page. */
static struct sansmtp_parameter out;
static char text[SANSMTP_VALUE_LONGEST + 1];

static int get(const struct sansmtp_event *event, uint32_t id, size_t capacity)
{
    uint8_t *room = guard_alloc(capacity);
    int result;

    memset(&out, 0xA5, sizeof(out));
    out.size = sizeof(out);
    out.text = room;
    out.capacity = capacity;
    result = sansmtp_parameter_get(event, id, &out);
    memset(text, 0, sizeof(text));
    memcpy(text, room, capacity);
    guard_free(room, capacity);
    return result;
}

static void test_getting_what_an_event_has(void **state)
{
    static const char list[] = " Size=10  auth=e+3Dmc2@x.example SMTPUTF8 ENVID=a+20b";
    struct sansmtp_event event = event_of(
        list, 1u << SANSMTP_PARAMETER_SIZE | 1u << SANSMTP_PARAMETER_AUTH |
                  1u << SANSMTP_PARAMETER_SMTPUTF8 | 1u << SANSMTP_PARAMETER_ENVID);
    (void)state;

    assert_int_equal(get(&event, SANSMTP_PARAMETER_SIZE, 0), 1);
    assert_int_equal(out.flags, SANSMTP_VALUE_PRESENT);
    assert_true(out.number == 10);
    assert_true(out.second == 0);
    assert_ptr_equal(out.raw.data, list + 6);
    assert_int_equal(out.raw.length, 2);
    assert_int_equal(out.type.length, 0);
    assert_int_equal(out.text_length, 0);
    assert_int_equal(get(&event, SANSMTP_PARAMETER_SMTPUTF8, 0), 1);
    assert_int_equal(out.flags, 0);
    assert_int_equal(out.raw.length, 0);
    assert_true(out.number == 0);
    assert_int_equal(get(&event, SANSMTP_PARAMETER_ENVID, 3), 1);
    assert_int_equal(out.flags, SANSMTP_VALUE_PRESENT | SANSMTP_VALUE_DECODED);
    assert_int_equal(out.text_length, 3);
    assert_string_equal(text, "a b");
    assert_int_equal(out.raw.length, 5);
    assert_int_equal(get(&event, SANSMTP_PARAMETER_RET, 0), 0);
}

static void test_the_room_that_a_value_needs(void **state)
{
    struct sansmtp_event event = event_of(" ENVID=a+20b", 1u << SANSMTP_PARAMETER_ENVID);
    (void)state;

    assert_int_equal(get(&event, SANSMTP_PARAMETER_ENVID, 2), SANSMTP_ERR_ROOM);
    assert_int_equal(out.text_length, 3);
    assert_string_equal(text, "");
    assert_int_equal(get(&event, SANSMTP_PARAMETER_ENVID, SANSMTP_VALUE_LONGEST), 1);
    assert_string_equal(text, "a b");
    /* without memory: everything but the text */
    out = (struct sansmtp_parameter){.size = sizeof(out)};
    assert_int_equal(sansmtp_parameter_get(&event, SANSMTP_PARAMETER_ENVID, &out), 1);
    assert_int_equal(out.flags, SANSMTP_VALUE_PRESENT);
    assert_int_equal(out.text_length, 3);
    assert_int_equal(out.raw.length, 5);
}

/* 4954-5-b: whether an identity is trusted is the session's matter, not the sender's */
static void test_auth_is_trusted_after_authentication_alone(void **state)
{
    struct sansmtp_event event = event_of(" AUTH=e+3Dmc2@x.example", 1u << SANSMTP_PARAMETER_AUTH);
    (void)state;

    assert_int_equal(get(&event, SANSMTP_PARAMETER_AUTH, 15), 1);
    assert_int_equal(out.flags, SANSMTP_VALUE_PRESENT | SANSMTP_VALUE_DECODED);
    assert_string_equal(text, "e=mc2@x.example");
    event.flags = SANSMTP_FLAG_AUTHENTICATED;
    assert_int_equal(get(&event, SANSMTP_PARAMETER_AUTH, 15), 1);
    assert_int_equal(out.flags,
                     SANSMTP_VALUE_PRESENT | SANSMTP_VALUE_DECODED | SANSMTP_VALUE_TRUSTED);
    event = event_of(" ENVID=x", 1u << SANSMTP_PARAMETER_ENVID);
    event.flags = SANSMTP_FLAG_AUTHENTICATED;
    assert_int_equal(get(&event, SANSMTP_PARAMETER_ENVID, 1), 1);
    assert_int_equal(out.flags, SANSMTP_VALUE_PRESENT | SANSMTP_VALUE_DECODED);
}

/* 6533-3-b: given as raw, without the flag; and nothing is written, however little room there is */
static void test_getting_an_orcpt_that_cannot_be_decoded(void **state)
{
    static const char list[] = " ORCPT=utf-8;abc\\x{D800}@x NOTIFY=DELAY";
    struct sansmtp_event event = event_of(list, 1u << SANSMTP_PARAMETER_ORCPT);
    (void)state;

    for (size_t capacity = 0; capacity < 8; capacity++) {
        assert_int_equal(get(&event, SANSMTP_PARAMETER_ORCPT, capacity), 1);
        assert_int_equal(out.flags, SANSMTP_VALUE_PRESENT);
        assert_int_equal(out.text_length, 0);
        assert_string_equal(text, "");
        assert_int_equal(out.raw.length, 19);
        assert_memory_equal(out.raw.data, "utf-8;abc\\x{D800}@x", 19);
        assert_int_equal(out.type.length, 5);
        assert_ptr_equal(out.type.data, out.raw.data);
    }
}

static void test_getting_by_wrong_arguments(void **state)
{
    struct sansmtp_event event = event_of(" SIZE=1", 1u << SANSMTP_PARAMETER_SIZE);
    (void)state;

    assert_int_equal(get(NULL, 0, 0), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_parameter_get(&event, 0, NULL), SANSMTP_ERR_ARGUMENT);
    out = (struct sansmtp_parameter){.size = 0};
    assert_int_equal(sansmtp_parameter_get(&event, 0, &out), SANSMTP_ERR_ARGUMENT);
    /* a number that this library does not know is absent, as a newer host must expect */
    event.parameters = UINT64_MAX;
    assert_int_equal(get(&event, 63, 0), 0);
    assert_int_equal(get(&event, UINT32_MAX, 0), 0);
    /* an event that no engine made */
    event = event_of(" BODY=7BIT", 1u << SANSMTP_PARAMETER_SIZE);
    assert_int_equal(get(&event, SANSMTP_PARAMETER_SIZE, 0), SANSMTP_ERR_ARGUMENT);
    event = event_of(" SIZE=x", 1u << SANSMTP_PARAMETER_SIZE);
    assert_int_equal(get(&event, SANSMTP_PARAMETER_SIZE, 0), SANSMTP_ERR_ARGUMENT);
    event = event_of(" =", 1u << SANSMTP_PARAMETER_SIZE);
    assert_int_equal(get(&event, SANSMTP_PARAMETER_SIZE, 0), SANSMTP_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ret),
        cmocka_unit_test(test_body),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_notify),
        cmocka_unit_test(test_envid),
        cmocka_unit_test(test_auth),
        cmocka_unit_test(test_orcpt),
        cmocka_unit_test(test_utf8_orcpt),
        cmocka_unit_test(test_getting_what_an_event_has),
        cmocka_unit_test(test_the_room_that_a_value_needs),
        cmocka_unit_test(test_auth_is_trusted_after_authentication_alone),
        cmocka_unit_test(test_getting_an_orcpt_that_cannot_be_decoded),
        cmocka_unit_test(test_getting_by_wrong_arguments),
    };

    return cmocka_run_group_tests_name("parameter_value", tests, NULL, NULL);
}
