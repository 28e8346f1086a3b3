#define _DEFAULT_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/sasl.h>

#include "guard.h"
#include "wipe.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* A literal text with its length, so that it can hold NULs. */
#define TEXT(text)                                \
    {                                             \
        (const uint8_t *)(text), sizeof(text) - 1 \
    }

static const struct sansmtp_span nothing = {NULL, 0};

static struct sansmtp_sasl_credentials
credentials(struct sansmtp_span authzid, struct sansmtp_span authcid, struct sansmtp_span password)
{
    return (struct sansmtp_sasl_credentials){
        .size = sizeof(struct sansmtp_sasl_credentials),
        .authzid = authzid,
        .authcid = authcid,
        .password = password,
    };
}

static struct sansmtp_span span(const char *text)
{
    return (struct sansmtp_span){(const uint8_t *)text, text ? strlen(text) : 0};
}

static void assert_span(struct sansmtp_span left, struct sansmtp_span right)
{
    assert_int_equal(left.length, right.length);
    if (left.length > 0) {
        assert_memory_equal(left.data, right.data, left.length);
    }
}

/* 4616-2-a */
static void test_plain_messages(void **state)
{
    static const struct {
        struct sansmtp_span message, authzid, authcid, password;
    } rows[] = {
        {TEXT("\0u\0p"), TEXT(""), TEXT("u"), TEXT("p")},
        {TEXT("z\0u\0p"), TEXT("z"), TEXT("u"), TEXT("p")},
        {TEXT("\0tim\0tanstaaftanstaaf"), TEXT(""), TEXT("tim"), TEXT("tanstaaftanstaaf")},
        {TEXT("Ursel\0Kurt\0xipj3plmq"), TEXT("Ursel"), TEXT("Kurt"), TEXT("xipj3plmq")},
        {TEXT("\0\xc3\xa4\0\xf0\x9f\x94\x91"), TEXT(""), TEXT("\xc3\xa4"),
         TEXT("\xf0\x9f\x94\x91")},
        {TEXT("\0a b\0\x01\x7f\r\n"), TEXT(""), TEXT("a b"), TEXT("\x01\x7f\r\n")},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t *message = guard_copy(rows[i].message.data, rows[i].message.length);
        struct sansmtp_sasl_credentials who = credentials(nothing, nothing, nothing);

        assert_int_equal(sansmtp_sasl_plain_read(message, rows[i].message.length, &who), 0);
        assert_span(who.authzid, rows[i].authzid);
        assert_span(who.authcid, rows[i].authcid);
        assert_span(who.password, rows[i].password);
        assert_ptr_equal(who.password.data + who.password.length, message + rows[i].message.length);
        guard_free(message, rows[i].message.length);
    }
}

/* 4616-2-a: failed logins */
static void test_messages_that_are_not_plain(void **state)
{
    static const struct sansmtp_span rows[] = {
        TEXT(""),
        TEXT("u"),
        TEXT("\0"),
        TEXT("\0\0"),
        TEXT("u\0p"),
        TEXT("\0\0p"),
        TEXT("\0u\0"),
        TEXT("z\0u\0"),
        TEXT("\0u\0p\0x"),
        TEXT("\0u\0p\0"),
        TEXT("\0u\0\0p"),
        TEXT("\0\0\0"),
        TEXT("\0\xC0\xAF\0p"),
        TEXT("\0u\0\xff"),
        TEXT("\xed\xa0\x80\0u\0p"),
        TEXT("\0u\xc3\0\xa4p"),
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t *message = guard_copy(rows[i].data, rows[i].length);
        struct sansmtp_sasl_credentials who = credentials(span("a"), span("b"), span("c"));

        assert_int_equal(sansmtp_sasl_plain_read(message, rows[i].length, &who),
                         SANSMTP_ERR_SYNTAX);
        assert_span(who.authzid, span("a"));
        assert_span(who.authcid, span("b"));
        assert_span(who.password, span("c"));
        guard_free(message, rows[i].length);
    }
}

/* 4616-2-b: 255 octets each, and nothing ends there; written and read back */
static void test_every_length_goes_there_and_back(void **state)
{
    static const size_t lengths[] = {0, 1, 2, 63, 64, 127, 128, 254, 255, 256, 1000, 4096};
    static uint8_t octets[4096];
    (void)state;

    memset(octets, 'x', sizeof octets);
    for (size_t i = 0; i < COUNT(lengths) * COUNT(lengths) * COUNT(lengths); i++) {
        size_t one = lengths[i % COUNT(lengths)];
        size_t two = lengths[i / COUNT(lengths) % COUNT(lengths)];
        size_t three = lengths[i / COUNT(lengths) / COUNT(lengths)];
        size_t length = 0, need = one + two + three + 2;
        struct sansmtp_sasl_credentials read = credentials(nothing, nothing, nothing);
        struct sansmtp_sasl_credentials who = credentials((struct sansmtp_span){octets, one},
                                                          (struct sansmtp_span){octets, two},
                                                          (struct sansmtp_span){octets, three});
        uint8_t *out = guard_alloc(need);
        int error = sansmtp_sasl_plain_write(&who, out, need, &length);

        if (two == 0 || three == 0) {
            assert_int_equal(error, SANSMTP_ERR_TEXT);
        } else {
            assert_int_equal(error, 0);
            assert_int_equal(length, need);
            assert_int_equal(sansmtp_sasl_plain_read(out, length, &read), 0);
            assert_span(read.authzid, who.authzid);
            assert_span(read.authcid, who.authcid);
            assert_span(read.password, who.password);
        }
        guard_free(out, need);
    }
}

static void test_plain_write_says_the_room_and_leaves_no_half_secret(void **state)
{
    static const uint8_t expected[] = "z\0user\0secret";
    const struct sansmtp_sasl_credentials who = credentials(span("z"), span("user"),
                                                            span("secret"));
    static const size_t need = sizeof expected - 1;
    (void)state;

    for (size_t capacity = 0; capacity < need; capacity++) {
        uint8_t *out = guard_alloc(capacity);
        size_t length = 0;

        assert_int_equal(sansmtp_sasl_plain_write(&who, out, capacity, &length), SANSMTP_ERR_ROOM);
        assert_int_equal(length, need);
        for (size_t i = 0; i < capacity; i++) {
            assert_int_equal(out[i], 0);
        }
        guard_free(out, capacity);
    }
    for (size_t capacity = need; capacity < need + 4; capacity++) {
        uint8_t out[sizeof expected + 4];
        size_t length = 0;

        assert_int_equal(sansmtp_sasl_plain_write(&who, out, capacity, &length), 0);
        assert_int_equal(length, need);
        assert_memory_equal(out, expected, need);
    }
}

static void test_plain_write_takes_only_what_can_be_said(void **state)
{
    static const struct {
        struct sansmtp_span authzid, authcid, password;
    } rows[] = {
        {TEXT("a\0b"), TEXT("u"), TEXT("p")}, {TEXT(""), TEXT("u\0"), TEXT("p")},
        {TEXT(""), TEXT("u"), TEXT("p\0q")},  {TEXT(""), TEXT(""), TEXT("p")},
        {TEXT(""), TEXT("u"), TEXT("")},      {TEXT("\xff"), TEXT("u"), TEXT("p")},
        {TEXT(""), TEXT("\xc3"), TEXT("p")},  {TEXT(""), TEXT("u"), TEXT("\xc0\xaf")},
    };
    uint8_t out[32];
    size_t length = 77;
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_sasl_credentials who = credentials(rows[i].authzid, rows[i].authcid,
                                                          rows[i].password);

        assert_int_equal(sansmtp_sasl_plain_write(&who, out, sizeof out, &length),
                         SANSMTP_ERR_TEXT);
    }
    assert_int_equal(length, 77);
}

static void test_plain_arguments(void **state)
{
    struct sansmtp_sasl_credentials who = credentials(nothing, span("u"), span("p"));
    struct sansmtp_sasl_credentials other = who;
    uint8_t out[32] = {0};
    size_t length;
    (void)state;

    other.size--;
    assert_int_equal(sansmtp_sasl_plain_read(out, 3, &other), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_plain_read(out, 3, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_plain_read(NULL, 1, &who), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_plain_read(NULL, 0, &who), SANSMTP_ERR_SYNTAX);
    assert_int_equal(sansmtp_sasl_plain_write(&other, out, 32, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_plain_write(NULL, out, 32, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_plain_write(&who, NULL, 1, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_plain_write(&who, out, 32, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_plain_write(&who, NULL, 0, &length), SANSMTP_ERR_ROOM);
    for (int place = 0; place < 3; place++) {
        struct sansmtp_span *spans[] = {&other.authzid, &other.authcid, &other.password};

        other = who;
        *spans[place] = (struct sansmtp_span){NULL, 1};
        assert_int_equal(sansmtp_sasl_plain_write(&other, out, 32, &length), SANSMTP_ERR_ARGUMENT);
        /* a sum of lengths that would wrap round to 2 */
        *spans[place] = (struct sansmtp_span){out, SIZE_MAX - 1};
        assert_int_equal(sansmtp_sasl_plain_write(&other, out, 32, &length), SANSMTP_ERR_ARGUMENT);
    }
}

/* One step with the response at a guard page; NULL is none. */
static int login_next(uint32_t *state, const char *response, struct sansmtp_span *challenge)
{
    size_t length = response ? strlen(response) : 0;
    uint8_t *copy = guard_copy(response, length);
    struct sansmtp_span given = {copy, length};
    int error = sansmtp_sasl_login_next(state, response ? &given : NULL, challenge);

    guard_free(copy, length);
    return error;
}

/* LOGIN-2.2-a: name, then password, in the words that clients expect */
static void test_login_asks_for_name_and_password(void **state)
{
    uint32_t login = SANSMTP_SASL_LOGIN_START;
    struct sansmtp_span challenge = nothing;
    (void)state;

    assert_int_equal(login_next(&login, NULL, &challenge), 0);
    assert_int_equal(login, SANSMTP_SASL_LOGIN_NAME);
    assert_span(challenge, span("Username:"));
    assert_int_equal(login_next(&login, "user", &challenge), 0);
    assert_int_equal(login, SANSMTP_SASL_LOGIN_PASSWORD);
    assert_span(challenge, span("Password:"));
    assert_int_equal(login_next(&login, "secret", &challenge), 0);
    assert_int_equal(login, SANSMTP_SASL_LOGIN_DONE);
    assert_int_equal(challenge.length, 0);
    assert_null(challenge.data);
}

/* LOGIN-2.2-b: a name in the initial response */
static void test_login_takes_the_name_at_once(void **state)
{
    uint32_t login = SANSMTP_SASL_LOGIN_START;
    struct sansmtp_span challenge = nothing;
    (void)state;

    assert_int_equal(login_next(&login, "u", &challenge), 0);
    assert_int_equal(login, SANSMTP_SASL_LOGIN_PASSWORD);
    assert_span(challenge, span("Password:"));
    assert_int_equal(login_next(&login, "p", &challenge), 0);
    assert_int_equal(login, SANSMTP_SASL_LOGIN_DONE);
}

/* An empty name or password, or one with a NUL, is a failed login at every step; and a failed or
 * finished exchange goes no further. */
static void test_login_fails_and_ends(void **state)
{
    static const struct sansmtp_span wrong[] = {TEXT(""), {NULL, 0}, TEXT("a\0b"), TEXT("\0")};
    static const uint32_t before[] = {SANSMTP_SASL_LOGIN_START, SANSMTP_SASL_LOGIN_NAME,
                                      SANSMTP_SASL_LOGIN_PASSWORD};
    (void)state;

    for (size_t i = 0; i < COUNT(wrong) * COUNT(before); i++) {
        uint32_t login = before[i % COUNT(before)];
        struct sansmtp_span challenge = span("untouched");

        assert_int_equal(sansmtp_sasl_login_next(&login, &wrong[i / COUNT(before)], &challenge), 0);
        assert_int_equal(login, SANSMTP_SASL_LOGIN_FAILED);
        assert_int_equal(challenge.length, 0);
        assert_int_equal(login_next(&login, "again", &challenge), SANSMTP_ERR_STATE);
        assert_int_equal(login, SANSMTP_SASL_LOGIN_FAILED);
    }
}

/* Every state with and without a response: what it may become, and that errors change nothing. */
static void test_every_state_of_login(void **state)
{
    static const struct {
        uint32_t before;
        const char *response;
        int error;
        uint32_t after;
    } rows[] = {
        {SANSMTP_SASL_LOGIN_START, NULL, 0, SANSMTP_SASL_LOGIN_NAME},
        {SANSMTP_SASL_LOGIN_START, "x", 0, SANSMTP_SASL_LOGIN_PASSWORD},
        {SANSMTP_SASL_LOGIN_NAME, "x", 0, SANSMTP_SASL_LOGIN_PASSWORD},
        {SANSMTP_SASL_LOGIN_PASSWORD, "x", 0, SANSMTP_SASL_LOGIN_DONE},
        {SANSMTP_SASL_LOGIN_NAME, NULL, SANSMTP_ERR_STATE, SANSMTP_SASL_LOGIN_NAME},
        {SANSMTP_SASL_LOGIN_PASSWORD, NULL, SANSMTP_ERR_STATE, SANSMTP_SASL_LOGIN_PASSWORD},
        {SANSMTP_SASL_LOGIN_DONE, NULL, SANSMTP_ERR_STATE, SANSMTP_SASL_LOGIN_DONE},
        {SANSMTP_SASL_LOGIN_DONE, "x", SANSMTP_ERR_STATE, SANSMTP_SASL_LOGIN_DONE},
        {SANSMTP_SASL_LOGIN_FAILED, NULL, SANSMTP_ERR_STATE, SANSMTP_SASL_LOGIN_FAILED},
        {SANSMTP_SASL_LOGIN_FAILED, "x", SANSMTP_ERR_STATE, SANSMTP_SASL_LOGIN_FAILED},
        {SANSMTP_SASL_LOGIN_FAILED + 1, "x", SANSMTP_ERR_ARGUMENT, SANSMTP_SASL_LOGIN_FAILED + 1},
        {UINT32_MAX, NULL, SANSMTP_ERR_ARGUMENT, UINT32_MAX},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t login = rows[i].before;
        struct sansmtp_span challenge = span("untouched");

        assert_int_equal(login_next(&login, rows[i].response, &challenge), rows[i].error);
        assert_int_equal(login, rows[i].after);
        if (rows[i].error != 0) {
            assert_span(challenge, span("untouched"));
        }
    }
}

static void test_login_arguments(void **state)
{
    static const struct sansmtp_span nowhere = {NULL, 1};
    uint32_t login = SANSMTP_SASL_LOGIN_START;
    struct sansmtp_span challenge;
    (void)state;

    assert_int_equal(sansmtp_sasl_login_next(NULL, NULL, &challenge), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_login_next(&login, NULL, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_login_next(&login, &nowhere, &challenge), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(login, SANSMTP_SASL_LOGIN_START);
}

/* LOGIN-2.1-a: the number of the challenge decides, not its words */
static void test_login_answers(void **state)
{
    const struct sansmtp_sasl_credentials who = credentials(nothing, span("user"), span("secret"));
    struct sansmtp_span answer = nothing;
    (void)state;

    assert_int_equal(sansmtp_sasl_login_answer(0, &who, &answer), 0);
    assert_ptr_equal(answer.data, who.authcid.data);
    assert_span(answer, span("user"));
    assert_int_equal(sansmtp_sasl_login_answer(1, &who, &answer), 0);
    assert_ptr_equal(answer.data, who.password.data);
    assert_span(answer, span("secret"));
    answer = nothing;
    assert_int_equal(sansmtp_sasl_login_answer(2, &who, &answer), SANSMTP_ERR_STATE);
    assert_int_equal(sansmtp_sasl_login_answer(UINT32_MAX, &who, &answer), SANSMTP_ERR_STATE);
    assert_null(answer.data);
}

static void test_login_answers_only_what_can_be_said(void **state)
{
    struct sansmtp_sasl_credentials who = credentials(span("z"), span("u"), span("p"));
    struct sansmtp_span answer = nothing;
    (void)state;

    for (uint32_t number = 0; number < 2; number++) {
        who = credentials(span("z"), span("u"), span("p"));
        assert_int_equal(sansmtp_sasl_login_answer(number, &who, &answer), SANSMTP_ERR_TEXT);
        who = credentials(nothing, nothing, span("p"));
        assert_int_equal(sansmtp_sasl_login_answer(number, &who, &answer), SANSMTP_ERR_TEXT);
        who = credentials(nothing, span("u"), nothing);
        assert_int_equal(sansmtp_sasl_login_answer(number, &who, &answer), SANSMTP_ERR_TEXT);
        who = credentials(nothing, (struct sansmtp_span)TEXT("u\0v"), span("p"));
        assert_int_equal(sansmtp_sasl_login_answer(number, &who, &answer), SANSMTP_ERR_TEXT);
        assert_int_equal(sansmtp_sasl_login_answer(number, NULL, &answer), SANSMTP_ERR_ARGUMENT);
        who = credentials(nothing, span("u"), span("p"));
        assert_int_equal(sansmtp_sasl_login_answer(number, &who, NULL), SANSMTP_ERR_ARGUMENT);
        who.size--;
        assert_int_equal(sansmtp_sasl_login_answer(number, &who, &answer), SANSMTP_ERR_ARGUMENT);
    }
    assert_null(answer.data);
}

/* The struct of a newer host is taken if what is new in it is 0. */
static void test_larger_credentials(void **state)
{
    struct {
        struct sansmtp_sasl_credentials who;
        uint64_t more;
    } newer = {credentials(nothing, span("u"), span("p")), 0};
    struct sansmtp_span answer;
    uint8_t out[8];
    size_t length;
    (void)state;

    newer.who.size = sizeof newer;
    assert_int_equal(sansmtp_sasl_plain_write(&newer.who, out, sizeof out, &length), 0);
    assert_int_equal(sansmtp_sasl_login_answer(0, &newer.who, &answer), 0);
    newer.more = 1;
    assert_int_equal(sansmtp_sasl_plain_write(&newer.who, out, sizeof out, &length),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_login_answer(0, &newer.who, &answer), SANSMTP_ERR_ARGUMENT);
}

/* Our client side against our server side, with and without initial response. */
static void test_login_against_itself(void **state)
{
    const struct sansmtp_sasl_credentials who = credentials(nothing, span("user"), span("secret"));
    (void)state;

    for (int initial = 0; initial < 2; initial++) {
        uint32_t login = SANSMTP_SASL_LOGIN_START, number = 0;
        struct sansmtp_span challenge, answer, seen[3] = {nothing, nothing, nothing};

        assert_int_equal(sansmtp_sasl_login_next(&login, initial ? &who.authcid : NULL, &challenge),
                         0);
        number = initial ? 1 : 0;
        while (challenge.length > 0) {
            assert_true(number < COUNT(seen));
            assert_int_equal(sansmtp_sasl_login_answer(number, &who, &answer), 0);
            seen[number++] = answer;
            assert_int_equal(sansmtp_sasl_login_next(&login, &answer, &challenge), 0);
        }
        assert_int_equal(login, SANSMTP_SASL_LOGIN_DONE);
        assert_int_equal(number, 2);
        assert_span(seen[0], initial ? nothing : span("user"));
        assert_span(seen[1], span("secret"));
    }
}

/* RFC 4422 appendix A, RFC 4505 2: the text is the message */
static void test_external_and_anonymous(void **state)
{
    static char long_token[257];
    static const struct {
        struct sansmtp_span text;
        int external, anonymous;
    } rows[] = {
        {TEXT(""), 0, 0},
        {TEXT("fred@example.com"), 0, 0},
        {TEXT("sirhc"), 0, 0},
        {TEXT("a b \xc3\xa4"), 0, 0},
        {TEXT("\xc3\xa4@example.com"), 0, 0},
        {TEXT("a@"), 0, SANSMTP_ERR_SYNTAX},
        {TEXT("@"), 0, SANSMTP_ERR_SYNTAX},
        {TEXT("a@b@c"), 0, SANSMTP_ERR_SYNTAX},
        {TEXT("a\nb"), 0, SANSMTP_ERR_SYNTAX},
        {TEXT("a\x7f"), 0, SANSMTP_ERR_SYNTAX},
        {TEXT("a\0b"), SANSMTP_ERR_SYNTAX, SANSMTP_ERR_SYNTAX},
        {TEXT("\xc3"), SANSMTP_ERR_SYNTAX, SANSMTP_ERR_SYNTAX},
    };
    struct sansmtp_span found, token;
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t *copy = guard_copy(rows[i].text.data, rows[i].text.length);
        struct sansmtp_span text = {copy, rows[i].text.length};
        int external = rows[i].external, anonymous = rows[i].anonymous;

        found = span("untouched");
        assert_int_equal(sansmtp_sasl_external_read(copy, text.length, &found), external);
        assert_span(found, external == 0 ? text : span("untouched"));
        found = span("untouched");
        assert_int_equal(sansmtp_sasl_anonymous_read(copy, text.length, &found), anonymous);
        assert_span(found, anonymous == 0 ? text : span("untouched"));
        assert_int_equal(sansmtp_sasl_external_write(&text, &found),
                         external == 0 ? 0 : SANSMTP_ERR_TEXT);
        assert_int_equal(sansmtp_sasl_anonymous_write(&text, &found),
                         anonymous == 0 ? 0 : SANSMTP_ERR_TEXT);
        guard_free(copy, text.length);
    }
    memset(long_token, 'x', 256);
    token = span(long_token);
    assert_int_equal(sansmtp_sasl_anonymous_write(&token, &found), SANSMTP_ERR_LENGTH);
    token.length = 255;
    assert_int_equal(sansmtp_sasl_anonymous_write(&token, &found), 0);
    assert_ptr_equal(found.data, token.data);
    assert_int_equal(sansmtp_sasl_external_read(NULL, 1, &found), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_external_read(NULL, 0, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_anonymous_write(NULL, &found), SANSMTP_ERR_ARGUMENT);
    token.data = NULL;
    assert_int_equal(sansmtp_sasl_anonymous_write(&token, &found), SANSMTP_ERR_ARGUMENT);
}

static void test_wipe_leaves_nothing_and_keeps_to_its_length(void **state)
{
    (void)state;
    for (size_t length = 0; length < 40; length++) {
        uint8_t *octets = guard_alloc(40);

        memset(octets, 'x', 40);
        sansmtp_wipe(octets + 40 - length, length);
        for (size_t i = 0; i < 40; i++) {
            assert_int_equal(octets[i], i < 40 - length ? 'x' : 0);
        }
        guard_free(octets, 40);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_messages),
        cmocka_unit_test(test_messages_that_are_not_plain),
        cmocka_unit_test(test_every_length_goes_there_and_back),
        cmocka_unit_test(test_plain_write_says_the_room_and_leaves_no_half_secret),
        cmocka_unit_test(test_plain_write_takes_only_what_can_be_said),
        cmocka_unit_test(test_plain_arguments),
        cmocka_unit_test(test_login_asks_for_name_and_password),
        cmocka_unit_test(test_login_takes_the_name_at_once),
        cmocka_unit_test(test_login_fails_and_ends),
        cmocka_unit_test(test_every_state_of_login),
        cmocka_unit_test(test_login_arguments),
        cmocka_unit_test(test_login_answers),
        cmocka_unit_test(test_login_answers_only_what_can_be_said),
        cmocka_unit_test(test_larger_credentials),
        cmocka_unit_test(test_login_against_itself),
        cmocka_unit_test(test_external_and_anonymous),
        cmocka_unit_test(test_wipe_leaves_nothing_and_keeps_to_its_length),
    };

    return cmocka_run_group_tests_name("sasl", tests, NULL, NULL);
}
