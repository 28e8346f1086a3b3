#define _DEFAULT_SOURCE

/* Our exchanges against GNU SASL's, in both roles. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <gsasl.h>

#include <sansmtp/sasl.h>
#include <sansmtp/scram.h>

#include "openssl_hash.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define USER     "a,b=c"
#define PASSWORD "correct horse"

static const uint8_t channel[] = "0123456789abcdef0123456789abcde"; /* 32 octets, and base64: */
static const char channel_base64[] = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZQA=";

static struct sansmtp_span span(const char *text)
{
    return (struct sansmtp_span){(const uint8_t *)text, strlen(text)};
}

/* What GNU SASL is told when it asks. */
static int their_channel_is_known;

static int answer_gsasl(Gsasl *context, Gsasl_session *session, Gsasl_property property)
{
    (void)context;
    if (property == GSASL_AUTHID) {
        return gsasl_property_set(session, property, USER);
    }
    if (property == GSASL_PASSWORD) {
        return gsasl_property_set(session, property, PASSWORD);
    }
    if (property == GSASL_ANONYMOUS_TOKEN) {
        return gsasl_property_set(session, property, "fred@example.com");
    }
    if (property == GSASL_CB_TLS_EXPORTER && their_channel_is_known) {
        return gsasl_property_set(session, property, channel_base64);
    }
    if (property == GSASL_VALIDATE_ANONYMOUS || property == GSASL_VALIDATE_EXTERNAL) {
        return GSASL_OK;
    }
    return GSASL_NO_CALLBACK;
}

static Gsasl *context;
static struct sansmtp_hash hashes[3];

static int open_all(void **state)
{
    (void)state;
    hashes[0] = openssl_hash("SHA1");
    hashes[1] = openssl_hash("SHA256");
    hashes[2] = openssl_hash("MD5");
    if (gsasl_init(&context) != GSASL_OK) {
        return -1;
    }
    gsasl_callback_set(context, answer_gsasl);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    gsasl_done(context);
    return 0;
}

/* One step of theirs; what they say is kept until the next. */
struct theirs {
    Gsasl_session *session;
    char *said;
    struct sansmtp_span text;
    int result;
};

static struct theirs begin(const char *mechanism, int as_client)
{
    struct theirs theirs = {NULL, NULL, {NULL, 0}, GSASL_NEEDS_MORE};
    int error = as_client ? gsasl_client_start(context, mechanism, &theirs.session)
                          : gsasl_server_start(context, mechanism, &theirs.session);

    assert_int_equal(error, GSASL_OK);
    gsasl_property_set(theirs.session, GSASL_SERVICE, "smtp");
    gsasl_property_set(theirs.session, GSASL_HOSTNAME, "mx.example");
    return theirs;
}

static int step(struct theirs *theirs, struct sansmtp_span in)
{
    size_t length = 0;

    gsasl_free(theirs->said);
    theirs->said = NULL;
    theirs->result = gsasl_step(theirs->session, (const char *)in.data, in.length, &theirs->said,
                                &length);
    theirs->text = (struct sansmtp_span){(const uint8_t *)theirs->said, length};
    return theirs->result;
}

static void end(struct theirs *theirs)
{
    gsasl_free(theirs->said);
    gsasl_finish(theirs->session);
}

/* -- SCRAM ------------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    size_t hash;
    uint32_t flags;
} scrams[] = {
    {"SCRAM-SHA-1", 0, 0},
    {"SCRAM-SHA-256", 1, 0},
    {"SCRAM-SHA-1-PLUS", 0, SANSMTP_SCRAM_PLUS},
    {"SCRAM-SHA-256-PLUS", 1, SANSMTP_SCRAM_PLUS},
};

static struct sansmtp_scram_binding binding;

static struct sansmtp_scram_options options(size_t row)
{
    struct sansmtp_scram_options made = {.size = sizeof made, .flags = scrams[row].flags};

    binding.name = span("tls-exporter");
    binding.data = (struct sansmtp_span){channel, sizeof channel};
    their_channel_is_known = made.flags != 0; /* without -PLUS its 2.2.0 fails if it is */
    made.hash = &hashes[scrams[row].hash];
    made.nonce = span("not-random-but-unique-here");
    if (made.flags != 0) {
        made.bindings = &binding;
        made.binding_count = 1;
    }
    return made;
}

/* Our client and their server; the last word is GSASL_OK, or whatever they say of a failure. */
static int run_client(size_t row, const char *password)
{
    struct sansmtp_scram_options made = options(row);
    struct theirs theirs = begin(scrams[row].name, 0);
    struct sansmtp_span answer;
    struct sansmtp_scram *scram;
    uint8_t block[SANSMTP_SCRAM_MEMORY];
    int result;

    made.authcid = span(USER);
    made.password = span(password);
    assert_int_equal(sansmtp_scram_client_init(&scram, block, sizeof block, &made), 0);
    assert_int_equal(sansmtp_scram_client_next(scram, NULL, &answer), 0);
    assert_int_equal(step(&theirs, answer), GSASL_NEEDS_MORE);
    assert_int_equal(sansmtp_scram_client_next(scram, &theirs.text, &answer), 0);
    result = step(&theirs, answer);
    if (result == GSASL_OK) {
        assert_int_equal(sansmtp_scram_client_next(scram, &theirs.text, &answer), 0);
        assert_int_equal(answer.length, 0);
    }
    assert_int_equal(sansmtp_scram_verified(scram), result == GSASL_OK);
    end(&theirs);
    return result;
}

static void test_scram_client(void **state)
{
    (void)state;
    for (size_t row = 0; row < COUNT(scrams); row++) {
        assert_int_equal(run_client(row, PASSWORD), GSASL_OK);
        assert_int_equal(run_client(row, "wrong"), GSASL_AUTHENTICATION_ERROR);
    }
}

/* Their client and our server; 0, or our error. */
static int run_server(size_t row, const char *password)
{
    struct sansmtp_scram_options made = options(row);
    struct theirs theirs = begin(scrams[row].name, 1);
    struct sansmtp_span text, salt = span("salt of this user"), secret = span(password);
    uint8_t stored[SANSMTP_DIGEST_MAX], server[SANSMTP_DIGEST_MAX];
    struct sansmtp_scram_record user = {.size = sizeof user, .iterations = 4096, .salt = salt};
    struct sansmtp_scram *scram;
    uint8_t block[SANSMTP_SCRAM_MEMORY];
    uint32_t what = 0;
    int error;

    user.stored_key = (struct sansmtp_span){stored, made.hash->digest};
    user.server_key = (struct sansmtp_span){server, made.hash->digest};
    assert_int_equal(sansmtp_scram_derive(made.hash, &secret, &salt, 4096, stored, server), 0);
    assert_int_equal(sansmtp_scram_server_init(&scram, block, sizeof block, &made), 0);
    assert_int_equal(step(&theirs, (struct sansmtp_span){NULL, 0}), GSASL_NEEDS_MORE);
    assert_int_equal(sansmtp_scram_server_next(scram, &theirs.text, &what, &text), 0);
    assert_int_equal(what, SANSMTP_SCRAM_LOOKUP);
    assert_int_equal(text.length, strlen(USER));
    assert_memory_equal(text.data, USER, text.length);
    assert_int_equal(sansmtp_scram_server_record(scram, &user, &text), 0);
    assert_int_equal(step(&theirs, text), GSASL_NEEDS_MORE);
    error = sansmtp_scram_server_next(scram, &theirs.text, &what, &text);
    if (error == 0) {
        assert_int_equal(what, SANSMTP_SCRAM_CHALLENGE);
        assert_int_equal(step(&theirs, text), GSASL_OK);
        assert_int_equal(sansmtp_scram_server_next(scram, &theirs.text, &what, &text), 0);
        assert_int_equal(what, SANSMTP_SCRAM_DONE);
    }
    end(&theirs);
    return error;
}

static void test_scram_server(void **state)
{
    (void)state;
    for (size_t row = 0; row < COUNT(scrams); row++) {
        assert_int_equal(run_server(row, PASSWORD), 0);
        assert_int_equal(run_server(row, "wrong"), SANSMTP_ERR_AUTH);
    }
}

/* -- CRAM-MD5 --------------------------------------------------------------------------------- */

static void test_cram(void **state)
{
    struct sansmtp_span name = span(USER), password = span(PASSWORD), wrong = span("wrong");
    (void)state;

    for (int good = 0; good < 2; good++) {
        struct theirs theirs = begin("CRAM-MD5", 0);
        uint8_t out[128];
        size_t length;

        assert_int_equal(step(&theirs, (struct sansmtp_span){NULL, 0}), GSASL_NEEDS_MORE);
        assert_int_equal(sansmtp_cram_answer(&hashes[2], &name, good ? &password : &wrong,
                                             &theirs.text, out, sizeof out, &length),
                         0);
        assert_int_equal(step(&theirs, (struct sansmtp_span){out, length}),
                         good ? GSASL_OK : GSASL_AUTHENTICATION_ERROR);
        end(&theirs);
    }
    for (int good = 0; good < 2; good++) {
        struct theirs theirs = begin("CRAM-MD5", 1);
        struct sansmtp_span unique = span("4711.0"), host = span("mx.example"), found, digits;
        uint8_t out[64];
        size_t length;

        assert_int_equal(sansmtp_cram_challenge(&unique, &host, out, sizeof out, &length), 0);
        assert_int_equal(step(&theirs, (struct sansmtp_span){out, length}), GSASL_OK);
        assert_int_equal(sansmtp_cram_read(theirs.text.data, theirs.text.length, &found, &digits),
                         0);
        assert_int_equal(found.length, strlen(USER));
        assert_memory_equal(found.data, USER, found.length);
        assert_int_equal(sansmtp_cram_check(&hashes[2], good ? &password : &wrong,
                                            &(struct sansmtp_span){out, length}, &digits),
                         good ? 0 : SANSMTP_ERR_AUTH);
        end(&theirs);
    }
}

/* -- messages --------------------------------------------------------------------------------- */

static void test_plain(void **state)
{
    struct sansmtp_sasl_credentials who = {.size = sizeof who};
    struct theirs theirs = begin("PLAIN", 1);
    uint8_t out[128];
    size_t length;
    (void)state;

    assert_int_equal(step(&theirs, (struct sansmtp_span){NULL, 0}), GSASL_OK);
    assert_int_equal(sansmtp_sasl_plain_read(theirs.text.data, theirs.text.length, &who), 0);
    assert_int_equal(who.authcid.length, strlen(USER));
    assert_memory_equal(who.authcid.data, USER, strlen(USER));
    assert_int_equal(who.password.length, strlen(PASSWORD));
    assert_int_equal(sansmtp_sasl_plain_write(&who, out, sizeof out, &length), 0);
    end(&theirs);
    theirs = begin("PLAIN", 0);
    assert_int_equal(step(&theirs, (struct sansmtp_span){out, length}), GSASL_OK);
    end(&theirs);
}

static void test_login(void **state)
{
    struct sansmtp_sasl_credentials who = {.size = sizeof who};
    struct theirs theirs = begin("LOGIN", 0);
    struct sansmtp_span challenge, answer = {NULL, 0};
    uint32_t state_of_login = SANSMTP_SASL_LOGIN_START;
    (void)state;

    who.authcid = span(USER);
    who.password = span(PASSWORD);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(step(&theirs, answer), GSASL_NEEDS_MORE);
        assert_int_equal(sansmtp_sasl_login_answer(i, &who, &answer), 0);
    }
    assert_int_equal(step(&theirs, answer), GSASL_OK);
    end(&theirs);

    theirs = begin("LOGIN", 1);
    assert_int_equal(sansmtp_sasl_login_next(&state_of_login, NULL, &challenge), 0);
    while (challenge.length > 0) {
        assert_true(step(&theirs, challenge) <= GSASL_NEEDS_MORE);
        assert_int_equal(sansmtp_sasl_login_next(&state_of_login, &theirs.text, &challenge), 0);
    }
    assert_int_equal(state_of_login, SANSMTP_SASL_LOGIN_DONE);
    end(&theirs);
}

static void test_anonymous_and_external(void **state)
{
    struct theirs theirs = begin("ANONYMOUS", 1);
    struct sansmtp_span text = span("sirhc"), found, answer, nobody = {(const uint8_t *)"", 0};
    (void)state;

    assert_int_equal(step(&theirs, nobody), GSASL_OK);
    assert_int_equal(sansmtp_sasl_anonymous_read(theirs.text.data, theirs.text.length, &found), 0);
    assert_int_equal(found.length, 16);
    end(&theirs);
    theirs = begin("ANONYMOUS", 0);
    assert_int_equal(sansmtp_sasl_anonymous_write(&text, &answer), 0);
    assert_int_equal(step(&theirs, answer), GSASL_OK);
    end(&theirs);

    theirs = begin("EXTERNAL", 1);
    assert_int_equal(step(&theirs, nobody), GSASL_OK);
    assert_int_equal(sansmtp_sasl_external_read(theirs.text.data, theirs.text.length, &found), 0);
    assert_int_equal(found.length, 0);
    end(&theirs);
    theirs = begin("EXTERNAL", 0);
    assert_int_equal(sansmtp_sasl_external_write(&text, &answer), 0);
    assert_int_equal(step(&theirs, answer), GSASL_OK);
    end(&theirs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scram_client), cmocka_unit_test(test_scram_server),
        cmocka_unit_test(test_cram),         cmocka_unit_test(test_plain),
        cmocka_unit_test(test_login),        cmocka_unit_test(test_anonymous_and_external),
    };

    return cmocka_run_group_tests_name("gsasl", tests, open_all, close_all);
}
