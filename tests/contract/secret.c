#include "contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dialogue.h"
#include "guard.h"

/* PRACT-cleartextpw-a: credentials are in no memory of the engine once their exchange is over. */

#define SECRET  "tanstaaftanstaaf"
#define ENCODED "AHRpbQB0YW5zdGFhZnRhbnN0YWFm" /* NUL tim NUL SECRET */

static bool holds_secret(const struct dialogue *dialogue)
{
    return dialogue_holds(dialogue, SECRET) || dialogue_holds(dialogue, "dGFuc3RhYWZ0YW5zdGFhZg") ||
           dialogue_holds(dialogue, "YW5zdGFhZnRhbnN0");
}

static void open_session(struct dialogue *dialogue, uint32_t flags)
{
    struct sansmtp_server_options options;

    dialogue_options(&options);
    options.flags = flags;
    dialogue_open(dialogue, &options);
    dialogue_exchange(dialogue, SAY_HELLO);
    dialogue_forget(dialogue);
}

static void answer(const char *words, uint32_t question, uint32_t code)
{
    struct dialogue dialogue;

    open_session(&dialogue, SANSMTP_SERVER_AUTH_IN_CLEAR);
    assert_int_equal(sansmtp_server_secret(dialogue.server), 0);
    dialogue_reach(&dialogue, words, question);
    assert_int_equal(sansmtp_server_secret(dialogue.server), 1);
    assert_true(holds_secret(&dialogue)); /* the search finds it while it must be there */
    assert_int_equal(sansmtp_server_reply(dialogue.server, code, 0, NULL, 0), 0);
    dialogue_answered(&dialogue, code < 400);
    assert_false(holds_secret(&dialogue));
    assert_int_equal(sansmtp_server_secret(dialogue.server), 0);
    dialogue_close(&dialogue);
}

void contract_secret_answered(void **state)
{
    static const char inline_response[] = "AUTH PLAIN " ENCODED "\r\n";
    static const char late_response[] = "AUTH PLAIN\r\n" ENCODED "\r\n";
    static const char login[] = "AUTH LOGIN\r\ndGFuc3RhYWZ0YW5zdGFhZg==\r\n";
    static const uint32_t codes[] = {235, 535, 454, 421};

    (void)state;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        answer(inline_response, SANSMTP_EVENT_AUTH, codes[i]);
        answer(late_response, SANSMTP_EVENT_AUTH, codes[i]);
        answer(login, SANSMTP_EVENT_RESPONSE, codes[i]);
    }
}

/* Refused without a question: a mechanism not offered, TLS demanded, bad base64, a second AUTH. */
static void refused(const char *words, uint32_t flags, const char *code)
{
    struct dialogue dialogue;

    open_session(&dialogue, flags);
    dialogue_exchange(&dialogue, words);
    if (!dialogue_sent(&dialogue, code)) {
        fail_msg("%s is not among:\n%s", code, dialogue.output.data);
    }
    assert_false(holds_secret(&dialogue));
    dialogue_close(&dialogue);
}

void contract_secret_refused(void **state)
{
    (void)state;
    refused("AUTH PLAIN " ENCODED "\r\n", 0, "504 5.5.4 "); /* 4954-4-aa */
    refused("AUTH PLAIN " ENCODED "\r\n", SANSMTP_SERVER_REQUIRE_TLS, "530 5.7.0 ");
    refused("AUTH PLAIN " ENCODED "!\r\n", SANSMTP_SERVER_AUTH_IN_CLEAR, "501 5.5.2 ");
    refused("AUTH PLAIN\r\n" ENCODED "!\r\n", SANSMTP_SERVER_AUTH_IN_CLEAR, "501 5.5.2 ");
    refused(SAY_MAIL "AUTH PLAIN " ENCODED "\r\n", SANSMTP_SERVER_AUTH_IN_CLEAR, "503 5.5.1 ");
    refused("AUTH EXTERNAL =\r\nAUTH PLAIN " ENCODED "\r\n", SANSMTP_SERVER_AUTH_IN_CLEAR,
            "503 5.5.1 ");
}

/* The session ends in the middle of an exchange, or of the line. */
static void ended(const char *words, int (*end)(struct sansmtp_server *server))
{
    struct dialogue dialogue;

    open_session(&dialogue, SANSMTP_SERVER_AUTH_IN_CLEAR);
    dialogue_exchange(&dialogue, words);
    assert_int_equal(end(dialogue.server), 0);
    dialogue_until(&dialogue, 0);
    assert_int_equal(sansmtp_server_wants(dialogue.server), SANSMTP_CLOSE);
    assert_false(holds_secret(&dialogue));
    assert_int_equal(sansmtp_server_secret(dialogue.server), 0);
    dialogue_close(&dialogue);
}

void contract_secret_ended(void **state)
{
    static const char *const words[] = {"AUTH PLAIN\r\n" ENCODED, "AUTH PLAIN " ENCODED};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        ended(words[i], sansmtp_server_eof);
        ended(words[i], sansmtp_server_close);
        ended(words[i], sansmtp_server_expired);
    }
}

static char *encoded_block(size_t octets)
{
    static const char quartets[] =
        "dGFuc3RhYWZ0YW5zdGFhZnRh"; /* 18 octets of the secret, again and again */
    size_t length = octets / 18 * 24;
    char *text = malloc(length + 3);

    assert_non_null(text);
    for (size_t i = 0; i < length; i++) {
        text[i] = quartets[i % 24];
    }
    memcpy(text + length, "\r\n", 3);
    return text;
}

static bool all_zero(const uint8_t *octets, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (octets[i] != 0) {
            return false;
        }
    }
    return true;
}

/* 4954-4-q: a long response in lent memory; both memories are wiped, and written nowhere behind. */
void contract_secret_lent(void **state)
{
    static const uint32_t codes[] = {235, 535};
    char *line = encoded_block(3600);

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        uint8_t *lent = guard_alloc(5000);
        struct dialogue dialogue;

        open_session(&dialogue, SANSMTP_SERVER_AUTH_IN_CLEAR);
        assert_int_equal(sansmtp_server_lend(dialogue.server, lent, 5000), 0);
        dialogue_exchange(&dialogue, "AUTH PLAIN\r\n");
        dialogue_reach(&dialogue, line, SANSMTP_EVENT_AUTH);
        assert_int_equal(dialogue.question->data.length, 3600);
        assert_false(all_zero(lent, 5000));
        assert_int_equal(sansmtp_server_lend(dialogue.server, NULL, 0), SANSMTP_ERR_STATE);
        assert_int_equal(sansmtp_server_reply(dialogue.server, codes[i], 0, NULL, 0), 0);
        dialogue_answered(&dialogue, false);
        assert_true(all_zero(lent, 5000));
        assert_false(holds_secret(&dialogue));
        assert_int_equal(sansmtp_server_lend(dialogue.server, NULL, 0), 0);
        dialogue_close(&dialogue);
        guard_free(lent, 5000);
    }
    free(line);
}

/* A long line that is refused before anybody is asked leaves nothing in lent memory either. */
static void refused_lent(const char *line, uint32_t flags, const char *code)
{
    uint8_t *lent = guard_alloc(5000);
    struct dialogue dialogue;

    open_session(&dialogue, flags);
    assert_int_equal(sansmtp_server_lend(dialogue.server, lent, 5000), 0);
    dialogue_say(&dialogue, line);
    dialogue_until(&dialogue, 0);
    if (!dialogue_sent(&dialogue, code)) {
        fail_msg("%s is not among:\n%s", code, dialogue.output.data);
    }
    assert_true(all_zero(lent, 5000));
    assert_false(holds_secret(&dialogue));
    dialogue_close(&dialogue);
    guard_free(lent, 5000);
}

void contract_secret_lent_refused(void **state)
{
    char *response = encoded_block(3600);
    struct text line = {0};

    (void)state;
    text_print(&line, "AUTH PLAIN %s", response);
    refused_lent(line.data, 0, "504 5.5.4 ");
    refused_lent(line.data, SANSMTP_SERVER_REQUIRE_TLS, "530 5.7.0 ");
    text_clear(&line);
    text_print(&line, "AUTH PLAIN !%s", response);
    refused_lent(line.data, SANSMTP_SERVER_AUTH_IN_CLEAR, "501 5.5.2 ");
    text_clear(&line);
    text_print(&line, "AUTH PLAIN %.3600s%s", response, response);
    refused_lent(line.data, SANSMTP_SERVER_AUTH_IN_CLEAR, "500 5.5.6 ");
    text_free(&line);
    free(response);
}

/* A whole AUTH line that waits for room in the output when the session ends: the replies before it
 * are drained until it is taken, and no further. */
static void waiting(int (*end)(struct sansmtp_server *server))
{
    struct dialogue dialogue;

    open_session(&dialogue, SANSMTP_SERVER_AUTH_IN_CLEAR);
    for (int i = 0; i < 60; i++) {
        dialogue_say(&dialogue, "NOOP\r\n");
    }
    dialogue_say(&dialogue, "AUTH PLAIN " ENCODED "\r\n");
    while (dialogue_pull(&dialogue) == NULL && dialogue.in.length > 0) {
        assert_int_equal(sansmtp_server_sent(dialogue.server, 1), 0);
    }
    assert_null(dialogue.question);
    assert_true(holds_secret(&dialogue));
    assert_int_equal(end(dialogue.server), 0);
    dialogue_until(&dialogue, 0);
    assert_int_equal(sansmtp_server_wants(dialogue.server), SANSMTP_CLOSE);
    assert_false(holds_secret(&dialogue));
    dialogue_close(&dialogue);
}

void contract_secret_waiting(void **state)
{
    (void)state;
    waiting(sansmtp_server_expired);
    waiting(sansmtp_server_close);
}

/* 4954-9-a: three failures are each answered before the session may end. */
void contract_secret_three_failures(void **state)
{
    struct sansmtp_server_options options;
    struct dialogue dialogue;

    (void)state;
    dialogue_options(&options);
    options.authentications = 3;
    dialogue_open(&dialogue, &options);
    dialogue_exchange(&dialogue, SAY_HELLO);
    for (int i = 0; i < 3; i++) {
        dialogue_reach(&dialogue, "AUTH PLAIN " ENCODED "\r\n", SANSMTP_EVENT_AUTH);
        dialogue_forget(&dialogue);
        assert_int_equal(sansmtp_server_reply(dialogue.server, 535, 0, NULL, 0), 0);
        dialogue_answered(&dialogue, false);
        dialogue_until(&dialogue, 0);
        dialogue_expect(&dialogue, "535 5.7.8 Authentication credentials invalid\r\n");
        assert_int_equal(sansmtp_server_wants(dialogue.server), SANSMTP_READ);
    }
    dialogue_exchange(&dialogue, "AUTH PLAIN " ENCODED "\r\n");
    assert_true(dialogue_sent(&dialogue, "421 4.7.0 " HOSTNAME " "));
    assert_int_equal(sansmtp_server_error(dialogue.server), SANSMTP_ERR_BUDGET);
    assert_false(holds_secret(&dialogue));
    dialogue_close(&dialogue);
}
