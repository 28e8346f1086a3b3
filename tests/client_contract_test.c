/*
 * The contract of the client engine, as client.h writes it: every call in every state in which the
 * engine can rest. A call that does not fit is refused and changes not one octet of the engine's
 * block; one that fits does what it says.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client_situation.h"

/* Every situation is what it says it is: wants and patience. */
static void test_situations(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLIENT_SITUATIONS; i++) {
        const struct client_situation *situation = &client_situations[i];
        struct client_dialogue dialogue;
        uint32_t wants, patience;

        client_situation_reach(&dialogue, situation);
        wants = sansmtp_client_wants(dialogue.client);
        patience = sansmtp_client_patience(dialogue.client, NULL);
        if (wants != situation->wants || patience != situation->patience) {
            fail_msg("%s: wants %u, patience %u", situation->name, (unsigned)wants,
                     (unsigned)patience);
        }
        client_dialogue_close(&dialogue);
    }
}

/* A call, and what the table says of it. */
typedef int call(struct client_dialogue *dialogue);
typedef int rule(const struct client_situation *situation);

static int call_submit(struct client_dialogue *dialogue)
{
    int result = sansmtp_client_submit(dialogue->client, &client_dialogue_envelope);

    if (result == 0) {
        client_ledger_submitted(&dialogue->ledger);
    }
    return result;
}

static int call_recipient(struct client_dialogue *dialogue)
{
    int result = sansmtp_client_recipient(dialogue->client, &client_dialogue_mailbox);

    if (result == 0) {
        client_ledger_recipient(&dialogue->ledger);
    }
    return result;
}

static int call_end(struct client_dialogue *dialogue)
{
    return sansmtp_client_recipients_end(dialogue->client);
}

static int call_body(struct client_dialogue *dialogue)
{
    return sansmtp_client_body(dialogue->client, "x\r\n", 3, 0);
}

static int call_last(struct client_dialogue *dialogue)
{
    return sansmtp_client_body(dialogue->client, NULL, 0, 1);
}

static int call_respond(struct client_dialogue *dialogue)
{
    return sansmtp_client_respond(dialogue->client, "x", 1);
}

static int call_cancel(struct client_dialogue *dialogue)
{
    return sansmtp_client_cancel(dialogue->client);
}

static int call_quit(struct client_dialogue *dialogue)
{
    return sansmtp_client_quit(dialogue->client);
}

static int call_tls(struct client_dialogue *dialogue)
{
    struct sansmtp_tls tls = {.size = sizeof tls, .flags = SANSMTP_TLS_VERIFIED};

    return sansmtp_client_tls_started(dialogue->client, &tls);
}

static int call_expired(struct client_dialogue *dialogue)
{
    return sansmtp_client_expired(dialogue->client);
}

static int call_command(struct client_dialogue *dialogue)
{
    return sansmtp_client_command(dialogue->client, "NOOP", 4);
}

static int call_burl(struct client_dialogue *dialogue)
{
    return sansmtp_client_burl(dialogue->client, "imap://a.example/b", 18, 1);
}

static int call_tls_failed(struct client_dialogue *dialogue)
{
    return sansmtp_client_tls_failed(dialogue->client);
}

/* With mechanisms in the options there is nothing to assume: AUTH must come first. */
static int call_assume(struct client_dialogue *dialogue)
{
    struct sansmtp_capabilities capabilities = {.extensions = SANSMTP_EXTENSION_PIPECONNECT |
                                                              SANSMTP_EXTENSION_PIPELINING};

    return sansmtp_client_assume(dialogue->client, &capabilities, sizeof capabilities);
}

static int when(const struct client_situation *situation, uint32_t want)
{
    return (situation->wants & want) != 0 ? 0 : SANSMTP_ERR_STATE;
}

static int at_idle(const struct client_situation *situation)
{
    return when(situation, SANSMTP_IDLE);
}

static int at_recipient(const struct client_situation *situation)
{
    return when(situation, SANSMTP_RECIPIENT);
}

static int at_end(const struct client_situation *situation)
{
    return situation->end;
}

static int at_body(const struct client_situation *situation)
{
    return when(situation, SANSMTP_BODY);
}

static int at_reply(const struct client_situation *situation)
{
    return when(situation, SANSMTP_REPLY);
}

static int at_tls(const struct client_situation *situation)
{
    return when(situation, SANSMTP_TLS);
}

/* No situation has a message of URLs, nor a client that may assume. */
static int nowhere(const struct client_situation *situation)
{
    (void)situation;
    return SANSMTP_ERR_STATE;
}

/* Who waits for the host cannot be late. */
static int at_patience(const struct client_situation *situation)
{
    return situation->patience != 0 ? 0 : SANSMTP_ERR_STATE;
}

static const struct {
    const char *name;
    call *make;
    rule *expected;
} calls[] = {
    {"submit", call_submit, at_idle},     {"recipient", call_recipient, at_recipient},
    {"recipients_end", call_end, at_end}, {"body", call_body, at_body},
    {"last body", call_last, at_body},    {"respond", call_respond, at_reply},
    {"cancel", call_cancel, at_reply},    {"quit", call_quit, at_idle},
    {"tls_started", call_tls, at_tls},    {"expired", call_expired, at_patience},
    {"command", call_command, at_idle},   {"burl", call_burl, nowhere},
    {"assume", call_assume, nowhere},     {"tls_failed", call_tls_failed, at_tls},
};

/* Every call in every situation: taken exactly where it is wanted, and else without a trace.
 * 5321-4.1.4-g: no MAIL within a transaction, among others. */
static void test_calls(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLIENT_SITUATIONS * (sizeof calls / sizeof calls[0]); i++) {
        const struct client_situation *situation = &client_situations[i % CLIENT_SITUATIONS];
        size_t which = i / CLIENT_SITUATIONS;
        struct client_dialogue dialogue;
        uint8_t *before;
        int result;

        client_situation_reach(&dialogue, situation);
        before = malloc(dialogue.block_length);
        assert_non_null(before);
        memcpy(before, dialogue.block, dialogue.block_length);
        result = calls[which].make(&dialogue);
        if (result != calls[which].expected(situation)) {
            fail_msg("%s, %s: %s", situation->name, calls[which].name, sansmtp_error_name(result));
        }
        if (result != 0 && memcmp(before, dialogue.block, dialogue.block_length) != 0) {
            fail_msg("%s, %s: refused, and something changed", situation->name, calls[which].name);
        }
        if (result == 0 && memcmp(before, dialogue.block, dialogue.block_length) == 0) {
            fail_msg("%s, %s: taken, and nothing changed", situation->name, calls[which].name);
        }
        free(before);
        client_dialogue_pull(&dialogue);
        client_dialogue_close(&dialogue);
    }
}

/* Arguments that are none: refused anywhere, and nothing changes. */
static void misuse(struct client_dialogue *dialogue)
{
    struct sansmtp_client *client = dialogue->client;
    struct sansmtp_envelope envelope = client_dialogue_envelope;
    struct sansmtp_recipient recipient = client_dialogue_mailbox;
    struct sansmtp_tls tls = {.size = sizeof tls, .flags = SANSMTP_TLS_INSUFFICIENT};
    struct sansmtp_span in = {NULL, 1};
    struct sansmtp_client_callbacks callbacks = {.size = sizeof callbacks};

    assert_int_equal(sansmtp_client_submit(client, NULL), SANSMTP_ERR_ARGUMENT);
    envelope.size--;
    assert_int_equal(sansmtp_client_submit(client, &envelope), SANSMTP_ERR_ARGUMENT);
    envelope = client_dialogue_envelope;
    envelope.flags = 0x80000000u;
    assert_int_equal(sansmtp_client_submit(client, &envelope), SANSMTP_ERR_ARGUMENT);
    envelope = client_dialogue_envelope;
    envelope.sender = NULL;
    assert_int_equal(sansmtp_client_submit(client, &envelope), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_recipient(client, NULL), SANSMTP_ERR_ARGUMENT);
    recipient.size--;
    assert_int_equal(sansmtp_client_recipient(client, &recipient), SANSMTP_ERR_ARGUMENT);
    recipient = client_dialogue_mailbox;
    recipient.mailbox = NULL;
    assert_int_equal(sansmtp_client_recipient(client, &recipient), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_body(client, NULL, 1, 0), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_respond(client, NULL, 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_tls_started(client, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_tls_started(client, &tls), SANSMTP_ERR_ARGUMENT);
    tls = (struct sansmtp_tls){.size = sizeof tls - 1};
    assert_int_equal(sansmtp_client_tls_started(client, &tls), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_sent(client, client_dialogue_pending(dialogue) + 1000),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_sent(client, SIZE_MAX), SANSMTP_ERR_ARGUMENT);
    assert_null(sansmtp_client_next(client, &in));
    assert_int_equal(sansmtp_client_run(client, &in, &callbacks, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_run(client, NULL, NULL, NULL), SANSMTP_ERR_ARGUMENT);
    callbacks.size = 3;
    assert_int_equal(sansmtp_client_run(client, NULL, &callbacks, NULL), SANSMTP_ERR_ARGUMENT);
    assert_null(sansmtp_client_output(client, NULL));
    assert_int_equal(sansmtp_client_vectors(client, NULL, 3), 0);
    assert_int_equal(sansmtp_client_sent(client, 0), 0);
}

/* Envelopes and recipients of which a member is wrong, and the calls of the extensions. */
static void misuse_extensions(struct client_dialogue *dialogue)
{
    struct sansmtp_client *client = dialogue->client;
    struct sansmtp_envelope envelope = client_dialogue_envelope;
    struct sansmtp_recipient recipient = client_dialogue_mailbox;
    struct sansmtp_capabilities capabilities = {.extensions = SANSMTP_EXTENSION_PIPECONNECT};
    size_t length = sizeof capabilities;

    envelope.reserved = 1;
    assert_int_equal(sansmtp_client_submit(client, &envelope), SANSMTP_ERR_ARGUMENT);
    envelope = client_dialogue_envelope;
    envelope.transid_length = 1;
    assert_int_equal(sansmtp_client_submit(client, &envelope), SANSMTP_ERR_ARGUMENT);
    envelope = client_dialogue_envelope;
    envelope.solicit_length = 1;
    assert_int_equal(sansmtp_client_submit(client, &envelope), SANSMTP_ERR_ARGUMENT);
    envelope = client_dialogue_envelope;
    envelope.mtrk_length = 1;
    assert_int_equal(sansmtp_client_submit(client, &envelope), SANSMTP_ERR_ARGUMENT);
    recipient.reserved = 1;
    assert_int_equal(sansmtp_client_recipient(client, &recipient), SANSMTP_ERR_ARGUMENT);
    recipient = client_dialogue_mailbox;
    recipient.rrvs_length = 1;
    assert_int_equal(sansmtp_client_recipient(client, &recipient), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_command(client, NULL, 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_burl(client, NULL, 1, 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_assume(client, NULL, length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_assume(client, &capabilities, length), SANSMTP_ERR_ARGUMENT);
    capabilities.extensions |= SANSMTP_EXTENSION_PIPELINING;
    assert_int_equal(sansmtp_client_assume(client, &capabilities, length - 1),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_capabilities(client, NULL, length), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_capabilities(client, &capabilities, length - 1),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_capabilities(client, &capabilities, length), 0);
    assert_true(sansmtp_client_question(client) == NULL ||
                sansmtp_client_wants(client) == SANSMTP_REPLY);
}

static void test_misuse(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLIENT_SITUATIONS; i++) {
        struct client_dialogue dialogue;
        uint8_t *before;

        client_situation_reach(&dialogue, &client_situations[i]);
        before = malloc(dialogue.block_length);
        assert_non_null(before);
        memcpy(before, dialogue.block, dialogue.block_length);
        misuse(&dialogue);
        misuse_extensions(&dialogue);
        if (memcmp(before, dialogue.block, dialogue.block_length) != 0) {
            fail_msg("%s: something changed", client_situations[i].name);
        }
        free(before);
        client_dialogue_close(&dialogue);
    }
}

/* How a session can be ended from outside, and the error that stays. */
static const struct {
    int (*end)(struct sansmtp_client *client);
    int error;
} ends[] = {
    {sansmtp_client_abort, 0},
    {sansmtp_client_eof, SANSMTP_ERR_GONE},
    {sansmtp_client_expired, SANSMTP_ERR_EXPIRED},
};

static void check_over(struct client_dialogue *dialogue, int error)
{
    assert_false(dialogue->ledger.open);
    assert_int_equal(sansmtp_client_wants(dialogue->client), SANSMTP_CLOSE);
    assert_int_equal(client_dialogue_pending(dialogue), 0);
    assert_int_equal(sansmtp_client_error(dialogue->client), error);
    assert_int_equal(sansmtp_client_patience(dialogue->client, NULL), 0);
}

static void check_told(struct client_dialogue *dialogue, const struct client_situation *situation)
{
    bool open = dialogue->ledger.open;
    static const char *const outcomes[] = {"", "delivered", "refused", "outcome reason=later",
                                           "outcome reason=uncertain"};

    client_dialogue_pull(dialogue);
    if (!client_dialogue_happened(dialogue, "closing reason=")) {
        fail_msg("%s: CLOSING did not come", situation->name);
    }
    assert_true(open == (situation->outcome != 0));
    if (open && !client_dialogue_happened(dialogue, outcomes[situation->outcome])) {
        fail_msg("%s: another outcome:\n%s", situation->name, dialogue->events.data);
    }
}

/* 5321-3.8-e, 5321-4.5.3.2-c: abort, eof, expired: nothing more goes out, the outcome is told. */
static void test_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLIENT_SITUATIONS * 3; i++) {
        const struct client_situation *situation = &client_situations[i % CLIENT_SITUATIONS];
        size_t how = i / CLIENT_SITUATIONS;
        struct client_dialogue dialogue;
        int error;

        if (ends[how].end == sansmtp_client_expired && situation->patience == 0) {
            continue;
        }
        client_situation_reach(&dialogue, situation);
        error = situation->wants == SANSMTP_CLOSE ? 0 : ends[how].error;
        if (strchr(situation->path, 'Q') != NULL && error == SANSMTP_ERR_GONE) {
            error = 0; /* QUIT is said: nothing is gone that was wanted */
        }
        assert_int_equal(ends[how].end(dialogue.client), 0);
        check_told(&dialogue, situation);
        check_over(&dialogue, error);
        /* Once more changes nothing. */
        assert_int_equal(sansmtp_client_abort(dialogue.client), 0);
        assert_int_equal(sansmtp_client_eof(dialogue.client), 0);
        client_dialogue_say(&dialogue, "250 more\r\n");
        check_over(&dialogue, error);
        client_dialogue_close(&dialogue);
    }
}

static void test_null(void **state)
{
    uint32_t serial = 7;
    uint64_t size = 7;
    size_t length = 7;
    struct sansmtp_span span;
    struct sansmtp_capabilities capabilities = {.extensions = SANSMTP_EXTENSION_PIPECONNECT |
                                                              SANSMTP_EXTENSION_PIPELINING};

    (void)state;
    assert_null(sansmtp_client_next(NULL, NULL));
    assert_int_equal(sansmtp_client_wants(NULL), 0);
    assert_int_equal(sansmtp_client_error(NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_extensions(NULL, &size), 0);
    assert_int_equal(sansmtp_client_submit(NULL, &client_dialogue_envelope), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_recipient(NULL, &client_dialogue_mailbox),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_recipients_end(NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_body(NULL, "x", 1, 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_respond(NULL, "x", 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_cancel(NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_quit(NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_abort(NULL), SANSMTP_ERR_ARGUMENT);
    assert_null(sansmtp_client_output(NULL, &length));
    assert_int_equal(sansmtp_client_vectors(NULL, &span, 1), 0);
    assert_int_equal(sansmtp_client_sent(NULL, 0), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_secret(NULL), 0);
    assert_int_equal(sansmtp_client_patience(NULL, &serial), 0);
    assert_int_equal(sansmtp_client_expired(NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_eof(NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_command(NULL, "NOOP", 4), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_burl(NULL, "a:b", 3, 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_assume(NULL, &capabilities, sizeof capabilities),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_capabilities(NULL, &capabilities, sizeof capabilities),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_client_tls_failed(NULL), SANSMTP_ERR_ARGUMENT);
    assert_null(sansmtp_client_question(NULL));
}

/* A larger struct of a later header: what this library does not know is 0. */
static void test_capabilities_of_a_later_header(void **state)
{
    struct {
        struct sansmtp_capabilities known;
        uint64_t unknown;
    } later = {.unknown = 7};
    struct client_dialogue dialogue;

    (void)state;
    client_dialogue_open(&dialogue, NULL);
    client_dialogue_say(&dialogue, "220 mx.example\r\n");
    client_dialogue_drain(&dialogue);
    client_dialogue_say(&dialogue, "250-mx.example\r\n250 SIZE 5\r\n");
    assert_int_equal(sansmtp_client_capabilities(dialogue.client, &later.known, sizeof later), 0);
    assert_int_equal(later.known.size, 5);
    assert_int_equal(later.unknown, 0);
    client_dialogue_close(&dialogue);
}

/* question() is the open challenge as it came, until it is answered. */
static void test_question(void **state)
{
    for (size_t i = 0; i < CLIENT_SITUATIONS; i++) {
        const struct client_situation *situation = &client_situations[i];
        const struct sansmtp_event *question;
        struct client_dialogue dialogue;

        (void)state;
        client_situation_reach(&dialogue, situation);
        question = sansmtp_client_question(dialogue.client);
        assert_true((question != NULL) == (situation->wants == SANSMTP_REPLY));
        if (question != NULL) {
            assert_int_equal(question->type, SANSMTP_EVENT_CHALLENGE);
            assert_int_equal(sansmtp_client_cancel(dialogue.client), 0);
            assert_null(sansmtp_client_question(dialogue.client));
        }
        client_dialogue_close(&dialogue);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_situations),
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_misuse),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_null),
        cmocka_unit_test(test_question),
        cmocka_unit_test(test_capabilities_of_a_later_header),
    };

    return cmocka_run_group_tests_name("client contract", tests, NULL, NULL);
}
