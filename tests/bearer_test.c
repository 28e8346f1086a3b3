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

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* A literal text with its length, so that it can hold NULs. */
#define TEXT(text)                                \
    {                                             \
        (const uint8_t *)(text), sizeof(text) - 1 \
    }

static struct sansmtp_span span(const char *text)
{
    return (struct sansmtp_span){(const uint8_t *)text, text ? strlen(text) : 0};
}

static void assert_text(struct sansmtp_span left, const char *right)
{
    assert_int_equal(left.length, strlen(right));
    if (left.length > 0) {
        assert_memory_equal(left.data, right, left.length);
    }
}

static struct sansmtp_sasl_bearer bearer(const char *user, const char *host, uint32_t port,
                                         const char *token)
{
    return (struct sansmtp_sasl_bearer){.size = sizeof(struct sansmtp_sasl_bearer),
                                        .port = port,
                                        .user = span(user),
                                        .host = span(host),
                                        .token = span(token)};
}

typedef int writer(const struct sansmtp_sasl_bearer *, uint8_t *, size_t, size_t *);
typedef int reader(const uint8_t *, size_t, struct sansmtp_sasl_bearer *);

static void assert_written(writer *write, struct sansmtp_sasl_bearer who, const char *message)
{
    size_t need = strlen(message), length;

    for (size_t capacity = 0; capacity <= need; capacity++) {
        uint8_t *out = guard_alloc(capacity);

        length = 0;
        assert_int_equal(write(&who, out, capacity, &length),
                         capacity < need ? SANSMTP_ERR_ROOM : 0);
        assert_int_equal(length, need);
        for (size_t i = 0; i < capacity; i++) {
            assert_int_equal(out[i], capacity < need ? 0 : (uint8_t)message[i]);
        }
        guard_free(out, capacity);
    }
}

/* 7628-3.1-a, XOAUTH2-0-a; the first is the example of RFC 7628 4.1 */
static void test_written(void **state)
{
    (void)state;
    assert_written(sansmtp_sasl_bearer_write,
                   bearer("user@example.com", "server.example.com", 143,
                          "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="),
                   "n,a=user@example.com,\1host=server.example.com\1port=143\1"
                   "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\1\1");
    assert_written(sansmtp_sasl_bearer_write, bearer("u@x.example", "h", 587, "T"),
                   "n,a=u@x.example,\1host=h\1port=587\1auth=Bearer T\1\1");
    assert_written(sansmtp_sasl_bearer_write, bearer(NULL, NULL, 0, "T"), "n,,\1auth=Bearer T\1\1");
    assert_written(sansmtp_sasl_bearer_write, bearer("a,b=c", NULL, 0, "T"),
                   "n,a=a=2Cb=3Dc,\1auth=Bearer T\1\1");
    assert_written(sansmtp_sasl_xoauth2_write, bearer("u", NULL, 0, "T"),
                   "user=u\1auth=Bearer T\1\1");
    assert_written(sansmtp_sasl_xoauth2_write, bearer("a,b=c", NULL, 0, "T"),
                   "user=a,b=c\1auth=Bearer T\1\1");
}

static int read_guarded(reader *read, struct sansmtp_span message, struct sansmtp_sasl_bearer *who)
{
    uint8_t *copy = guard_copy(message.data, message.length);
    int error = read(copy, message.length, who);
    struct sansmtp_span *spans[] = {&who->user, &who->host, &who->token};

    for (size_t i = 0; i < COUNT(spans) && error == 0; i++) {
        if (spans[i]->length > 0) {
            spans[i]->data = message.data + (spans[i]->data - copy);
        }
    }
    guard_free(copy, message.length);
    return error;
}

/* 7628-3.1-b: what nobody knows is ignored */
static void test_read(void **state)
{
    static const struct {
        struct sansmtp_span message;
        const char *user, *host, *token;
        uint32_t port;
    } rows[] = {
        {TEXT("n,a=user@example.com,\1host=server.example.com\1port=143\1auth=Bearer tok==\1\1"),
         "user@example.com", "server.example.com", "tok==", 143},
        {TEXT("n,,\1auth=Bearer T\1\1"), "", "", "T", 0},
        {TEXT("y,,\1auth=bearer  T\1\1"), "", "", "T", 0},
        {TEXT("n,a=a=2Cb,\1foo=bar\1auth=BEARER T\1mthd=POST\1path=/\1post=\1qs=a=b c\t\1\1"),
         "a=2Cb", "", "T", 0},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_sasl_bearer who = bearer("x", "y", 1, "z");

        assert_int_equal(read_guarded(sansmtp_sasl_bearer_read, rows[i].message, &who), 0);
        assert_text(who.user, rows[i].user);
        assert_text(who.host, rows[i].host);
        assert_text(who.token, rows[i].token);
        assert_int_equal(who.port, rows[i].port);
    }
}

static void test_messages_that_are_none(void **state)
{
    static const struct sansmtp_span rows[] = {
        TEXT(""),
        TEXT("\1"),
        TEXT("n,,\1\1"),
        TEXT("n,,\1host=h\1\1"),
        TEXT("n,,auth=Bearer T\1\1"),
        TEXT("n,\1auth=Bearer T\1\1"),
        TEXT("\1auth=Bearer T\1\1"),
        TEXT("p=tls-unique,,\1auth=Bearer T\1\1"),
        TEXT("N,,\1auth=Bearer T\1\1"),
        TEXT("n,b=x,\1auth=Bearer T\1\1"),
        TEXT("n,a=,\1auth=Bearer T\1\1"),
        TEXT("n,a=x=,\1auth=Bearer T\1\1"),
        TEXT("n,a=\xFF,\1auth=Bearer T\1\1"),
        TEXT("n,,\1auth=Bearer T\1"),
        TEXT("n,,\1auth=Bearer T"),
        TEXT("n,,\1auth=Bearer T\1\1\1"),
        TEXT("n,,\1auth=Bearer T\1\1x"),
        TEXT("n,,\1auth=Bearer \1\1"),
        TEXT("n,,\1auth=Bearer\1\1"),
        TEXT("n,,\1auth=Basic T\1\1"),
        TEXT("n,,\1auth=T\1\1"),
        TEXT("n,,\1auth=Bearer T U\1\1"),
        TEXT("n,,\1auth=Bearer T\1auth=Bearer T\1\1"),
        TEXT("n,,\1host=\1auth=Bearer T\1\1"),
        TEXT("n,,\1host=a\1host=b\1auth=Bearer T\1\1"),
        TEXT("n,,\1port=0\1auth=Bearer T\1\1"),
        TEXT("n,,\1port=65536\1auth=Bearer T\1\1"),
        TEXT("n,,\1port=x\1auth=Bearer T\1\1"),
        TEXT("n,,\1port=1\1port=1\1auth=Bearer T\1\1"),
        TEXT("n,,\1=x\1auth=Bearer T\1\1"),
        TEXT("n,,\1k1=x\1auth=Bearer T\1\1"),
        TEXT("n,,\1key\1auth=Bearer T\1\1"),
        TEXT("n,,\1key=\0\1auth=Bearer T\1\1"),
        TEXT("n,,\1key=\x80\1auth=Bearer T\1\1"),
        TEXT("user=u\1auth=Bearer T\1\1"),
    };
    static const struct sansmtp_span others[] = {
        TEXT(""),
        TEXT("user=u"),
        TEXT("user=\1auth=Bearer T\1\1"),
        TEXT("user=u\1\1"),
        TEXT("User=u\1auth=Bearer T\1\1"),
        TEXT("user=u\1auth=Bearer T\1"),
        TEXT("user=a\0b\1auth=Bearer T\1\1"),
        TEXT("auth=Bearer T\1user=u\1\1"),
        TEXT("n,,\1auth=Bearer T\1\1"),
    };
    const struct sansmtp_sasl_bearer before = bearer("x", "y", 1, "z");
    (void)state;

    for (size_t i = 0; i < COUNT(rows) + COUNT(others); i++) {
        struct sansmtp_sasl_bearer who = before;

        if (i < COUNT(rows)) {
            assert_int_equal(read_guarded(sansmtp_sasl_bearer_read, rows[i], &who),
                             SANSMTP_ERR_SYNTAX);
        } else {
            assert_int_equal(read_guarded(sansmtp_sasl_xoauth2_read, others[i - COUNT(rows)], &who),
                             SANSMTP_ERR_SYNTAX);
        }
        assert_memory_equal(&who, &before, sizeof who);
    }
}

static void test_xoauth2_read(void **state)
{
    static const struct sansmtp_span message = TEXT(
        "user=someuser@example.com\1auth=Bearer ya29.vF9\1\1");
    struct sansmtp_sasl_bearer who = bearer("x", "y", 1, "z");
    (void)state;

    assert_int_equal(read_guarded(sansmtp_sasl_xoauth2_read, message, &who), 0);
    assert_text(who.user, "someuser@example.com");
    assert_text(who.token, "ya29.vF9");
    assert_int_equal(who.host.length, 0);
    assert_int_equal(who.port, 0);
}

static void test_what_cannot_be_written(void **state)
{
    const struct sansmtp_sasl_bearer rows[] = {
        bearer("u", NULL, 0, ""),   bearer("u", NULL, 0, "a b"),  bearer("u", NULL, 0, "a\1"),
        bearer("u", "a b", 0, "T"), bearer("\xFF", NULL, 0, "T"), bearer("u", "a\1b", 0, "T"),
    };
    const struct sansmtp_sasl_bearer others[] = {
        bearer("", NULL, 0, "T"),   bearer("a\1b", NULL, 0, "T"), bearer("u", "h", 0, "T"),
        bearer("u", NULL, 25, "T"), bearer("u", NULL, 0, ""),
    };
    struct sansmtp_sasl_bearer who = bearer("u", NULL, 65536, "T");
    uint8_t out[200];
    size_t length;
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(sansmtp_sasl_bearer_write(&rows[i], out, sizeof out, &length),
                         SANSMTP_ERR_TEXT);
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        assert_int_equal(sansmtp_sasl_xoauth2_write(&others[i], out, sizeof out, &length),
                         SANSMTP_ERR_TEXT);
    }
    assert_int_equal(sansmtp_sasl_bearer_write(&who, out, 200, &length), SANSMTP_ERR_ARGUMENT);
    who = bearer("u", NULL, 0, "T");
    assert_int_equal(sansmtp_sasl_bearer_write(&who, NULL, 200, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_bearer_write(&who, out, 200, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_xoauth2_write(NULL, out, 200, &length), SANSMTP_ERR_ARGUMENT);
    who.size--;
    assert_int_equal(sansmtp_sasl_xoauth2_write(&who, out, 200, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_bearer_read(out, 0, &who), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_bearer_read(NULL, 1, &who), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_bearer_read(out, 0, NULL), SANSMTP_ERR_ARGUMENT);
}

static void test_name_decode(void **state)
{
    uint8_t text[] = "a=2Cb=3D=3D";
    uint8_t out[8];
    size_t length = 0;
    (void)state;

    assert_int_equal(sansmtp_sasl_name_decode(text, 11, out, 4, &length), SANSMTP_ERR_ROOM);
    assert_int_equal(length, 5);
    assert_int_equal(sansmtp_sasl_name_decode(text, 11, text, 11, &length), 0);
    assert_memory_equal(text, "a,b==", 5);
    assert_int_equal(sansmtp_sasl_name_decode((const uint8_t *)"a=2c", 4, out, 8, &length),
                     SANSMTP_ERR_SYNTAX);
    assert_int_equal(sansmtp_sasl_name_decode((const uint8_t *)"", 0, out, 8, &length),
                     SANSMTP_ERR_SYNTAX);
    assert_int_equal(sansmtp_sasl_name_decode(NULL, 1, out, 8, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_name_decode(text, 1, NULL, 8, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_name_decode(text, 1, out, 8, NULL), SANSMTP_ERR_ARGUMENT);
}

/* 7628-3.2.2-a: the JSON of a refusal */
static void test_refusals(void **state)
{
    static const char whole[] =
        "{\"status\":\"invalid_token\",\"scope\":\"example_scope\","
        "\"openid-configuration\":\"https://example.com/.well-known/openid-configuration\"}";
    struct sansmtp_sasl_refusal why = {.size = sizeof why, .status = span("invalid_token")};
    struct sansmtp_sasl_refusal found = {.size = sizeof found};
    uint8_t out[200];
    size_t length = 0;
    (void)state;

    assert_int_equal(sansmtp_sasl_refusal_write(&why, out, sizeof out, &length), 0);
    assert_text((struct sansmtp_span){out, length}, "{\"status\":\"invalid_token\"}");
    why.scope = span("example_scope");
    why.configuration = span("https://example.com/.well-known/openid-configuration");
    assert_int_equal(sansmtp_sasl_refusal_write(&why, out, 20, &length), SANSMTP_ERR_ROOM);
    assert_int_equal(length, sizeof whole - 1);
    assert_int_equal(sansmtp_sasl_refusal_write(&why, out, sizeof out, &length), 0);
    assert_text((struct sansmtp_span){out, length}, whole);
    assert_int_equal(sansmtp_sasl_refusal_read(out, length, &found), 0);
    assert_text(found.status, "invalid_token");
    assert_text(found.scope, "example_scope");
    assert_text(found.configuration, "https://example.com/.well-known/openid-configuration");

    why.status = span("");
    assert_int_equal(sansmtp_sasl_refusal_write(&why, out, 200, &length), SANSMTP_ERR_TEXT);
    why.status = span("a\"b");
    assert_int_equal(sansmtp_sasl_refusal_write(&why, out, 200, &length), SANSMTP_ERR_TEXT);
    why.status = span("401");
    why.scope = span("a\\b");
    assert_int_equal(sansmtp_sasl_refusal_write(&why, out, 200, &length), SANSMTP_ERR_TEXT);
    why.scope = span("a\nb");
    assert_int_equal(sansmtp_sasl_refusal_write(&why, out, 200, &length), SANSMTP_ERR_TEXT);
    assert_int_equal(sansmtp_sasl_refusal_write(NULL, out, 200, &length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_refusal_read(NULL, 1, &found), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_refusal_read(out, 1, NULL), SANSMTP_ERR_ARGUMENT);
}

/* What servers say: Google's, RFC 7628 4.3's, and JSON that is broken. */
static void test_refusals_of_others(void **state)
{
    static const struct {
        const char *message;
        const char *status; /* NULL: not JSON */
        const char *scope;
    } rows[] = {
        {"{\"status\":\"401\",\"schemes\":\"bearer mac\",\"scope\":\"https://mail.example/\"}",
         "401", "https://mail.example/"},
        {"{\r\n \"status\" : \"invalid_token\" ,\t\"scope\":\"a\" }\n", "invalid_token", "a"},
        {"{\"x\":{\"status\":[1,{\"y\":\"}\"}]},\"n\":null,\"b\":true,\"status\":\"s\"}", "s", ""},
        {"{\"status\":401}", "", ""},
        {"{\"status\":\"a\\\"b\"}", "a\\\"b", ""},
        {"{}", "", ""},
        {"", NULL, NULL},
        {"{", NULL, NULL},
        {"{\"status\":\"a\"", NULL, NULL},
        {"{\"status\":\"a}", NULL, NULL},
        {"{\"status\":\"a\\", NULL, NULL},
        {"{\"status\" \"a\"}", NULL, NULL},
        {"{\"status\":\"a\",}", NULL, NULL},
        {"{\"status\":\"a\"}x", NULL, NULL},
        {"{\"x\":]}", NULL, NULL},
        {"{\"x\":[", NULL, NULL},
        {"{x:1}", NULL, NULL},
        {"[\"status\"]", NULL, NULL},
        {"{\"a\nb\":1}", NULL, NULL},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t length = strlen(rows[i].message);
        uint8_t *copy = guard_copy(rows[i].message, length);
        struct sansmtp_sasl_refusal found = {.size = sizeof found};

        assert_int_equal(sansmtp_sasl_refusal_read(copy, length, &found),
                         rows[i].status ? 0 : SANSMTP_ERR_SYNTAX);
        assert_text(found.status, rows[i].status ? rows[i].status : "");
        assert_text(found.scope, rows[i].status ? rows[i].scope : "");
        guard_free(copy, length);
    }
}

/* What a newer host says and we do not know is an error, and 0 is nothing. */
static void test_larger_structs(void **state)
{
    struct {
        struct sansmtp_sasl_bearer who;
        uint64_t more;
    } newer = {bearer("u", NULL, 0, "T"), 0};
    struct {
        struct sansmtp_sasl_refusal why;
        uint64_t more;
    } refusal = {{.size = sizeof refusal, .status = span("401")}, 0};
    uint8_t out[64];
    size_t length;
    (void)state;

    newer.who.size = sizeof newer;
    assert_int_equal(sansmtp_sasl_bearer_write(&newer.who, out, sizeof out, &length), 0);
    assert_int_equal(sansmtp_sasl_xoauth2_write(&newer.who, out, sizeof out, &length), 0);
    assert_int_equal(sansmtp_sasl_refusal_write(&refusal.why, out, sizeof out, &length), 0);
    newer.more = refusal.more = 1;
    assert_int_equal(sansmtp_sasl_bearer_write(&newer.who, out, sizeof out, &length),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_xoauth2_write(&newer.who, out, sizeof out, &length),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_sasl_refusal_write(&refusal.why, out, sizeof out, &length),
                     SANSMTP_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_larger_structs),
        cmocka_unit_test(test_written),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_messages_that_are_none),
        cmocka_unit_test(test_xoauth2_read),
        cmocka_unit_test(test_what_cannot_be_written),
        cmocka_unit_test(test_name_decode),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_refusals_of_others),
    };

    return cmocka_run_group_tests_name("bearer", tests, NULL, NULL);
}
