/* What comes at a moment when it was not looked for: replies that nobody asked for, calls while a
 * reply is half in, commands while the peer still holds a transaction. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client_dialogue.h"

#define PIPED    "250-mx.example\r\n250-PIPELINING\r\n"
#define SAID(it) (it), sizeof(it) - 1

static void greet(struct client_dialogue *dialogue, const struct sansmtp_client_options *options,
                  const char *offers)
{
    client_dialogue_open(dialogue, options);
    client_dialogue_say(dialogue, "220 mx.example\r\n");
    client_dialogue_drain(dialogue);
    client_dialogue_say(dialogue, offers);
    text_clear(&dialogue->output);
}

static bool went_out(struct client_dialogue *dialogue, const char *octets)
{
    bool same;

    client_dialogue_drain(dialogue);
    same = strcmp(dialogue->output.data, octets) == 0;
    text_clear(&dialogue->output);
    return same;
}

static void submit_flagged(struct client_dialogue *dialogue, uint32_t flags)
{
    struct sansmtp_envelope envelope = client_dialogue_envelope;

    envelope.flags = flags;
    assert_int_equal(sansmtp_client_submit(dialogue->client, &envelope), 0);
    client_ledger_submitted(&dialogue->ledger);
}

/* A message to one recipient. */
static void give_envelope(struct client_dialogue *dialogue)
{
    client_dialogue_submit(dialogue);
    client_dialogue_recipient(dialogue);
    client_dialogue_end(dialogue);
}

/* PRACT-strayreply-a: a refusal that comes before its command is out answers nothing. If it were
 * taken for an answer, all that follow would be taken for others. */
static void test_stray_refusal(void **state)
{
    struct client_dialogue dialogue;

    (void)state;
    greet(&dialogue, NULL, PIPED "250 CHUNKING\r\n");
    give_envelope(&dialogue);
    client_dialogue_body(&dialogue, "x\r\n", 1);
    client_dialogue_say(&dialogue, "550 5.7.1 stray\r\n");
    assert_true(client_dialogue_happened(&dialogue, "outcome reason=later"));
    assert_int_equal(sansmtp_client_error(dialogue.client), SANSMTP_ERR_PROTOCOL);
    client_dialogue_close(&dialogue);
}

/* PRACT-strayreply-a: a yes that begins while octets of its chunk are still to go out is none,
 * however it is cut; what becomes of a message that then went out whole is not known. */
static void test_yes_amid_a_chunk(void **state)
{
    (void)state;
    for (int last = 0; last < 2; last++) {
        struct client_dialogue dialogue;
        size_t length;

        greet(&dialogue, NULL, PIPED "250 CHUNKING\r\n");
        give_envelope(&dialogue);
        client_dialogue_drain(&dialogue);
        client_dialogue_say(&dialogue, "250 ok\r\n250 ok\r\n");
        client_dialogue_body(&dialogue, "x\r\n", last);
        (void)sansmtp_client_output(dialogue.client, &length);
        assert_int_equal(sansmtp_client_sent(dialogue.client, length), 0);
        client_dialogue_say(&dialogue, "250 que");
        client_dialogue_drain(&dialogue);
        client_dialogue_say(&dialogue, "ued\r\n");
        assert_int_equal(sansmtp_client_error(dialogue.client), SANSMTP_ERR_PROTOCOL);
        assert_true(client_dialogue_happened(&dialogue, last == 0 ? "outcome reason=later"
                                                                  : "outcome reason=uncertain"));
        client_dialogue_close(&dialogue);
    }
}

static void assume(struct client_dialogue *dialogue)
{
    struct sansmtp_client_options options;
    struct sansmtp_capabilities offered = {.extensions = SANSMTP_EXTENSION_PIPELINING |
                                                         SANSMTP_EXTENSION_PIPECONNECT |
                                                         SANSMTP_EXTENSION_DSN};

    client_dialogue_options(&options);
    options.mechanisms_length = 0;
    client_dialogue_open(dialogue, &options);
    assert_int_equal(sansmtp_client_assume(dialogue->client, &offered, sizeof offered), 0);
    client_dialogue_pull(dialogue);
}

/* While half of the reply to EHLO is in, half of what is offered is known: the host is asked for
 * nothing that hangs on it. */
static void test_half_a_hello(void **state)
{
    static const char *const halves[] = {"220 hi\r\n250-mx\r\n",
                                         "220 hi\r\n250-mx\r\n250-PIPELINING\r\n250-PIPECO"};

    (void)state;
    for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++) {
        struct client_dialogue dialogue;

        assume(&dialogue);
        client_dialogue_submit(&dialogue);
        client_dialogue_drain(&dialogue);
        client_dialogue_say(&dialogue, halves[i]);
        assert_int_equal(sansmtp_client_wants(dialogue.client), SANSMTP_READ);
        assert_int_equal(sansmtp_client_recipient(dialogue.client, &client_dialogue_mailbox),
                         SANSMTP_ERR_STATE);
        client_dialogue_say(&dialogue, i == 0 ? "250-PIPELINING\r\n250-PIPECONNECT\r\n250 DSN\r\n"
                                              : "NNECT\r\n250 DSN\r\n");
        assert_int_equal(sansmtp_client_wants(dialogue.client), SANSMTP_READ | SANSMTP_RECIPIENT);
        client_dialogue_close(&dialogue);

        assume(&dialogue);
        client_dialogue_drain(&dialogue);
        client_dialogue_say(&dialogue, halves[i]);
        assert_int_equal(sansmtp_client_wants(dialogue.client), SANSMTP_READ);
        assert_int_equal(sansmtp_client_submit(dialogue.client, &client_dialogue_envelope),
                         SANSMTP_ERR_STATE);
        client_dialogue_close(&dialogue);
    }
}

/* 9422-4.2-a: a limit that comes to be known when more were given already. */
static void test_limit_learned_late(void **state)
{
    struct client_dialogue dialogue;

    (void)state;
    assume(&dialogue);
    client_dialogue_submit(&dialogue);
    for (uint32_t i = 0; i < 3; i++) {
        client_dialogue_recipient(&dialogue);
    }
    client_dialogue_drain(&dialogue);
    client_dialogue_say(&dialogue, "220 hi\r\n" PIPED
                                   "250-PIPECONNECT\r\n250-LIMITS RCPTMAX=2\r\n250 DSN\r\n");
    assert_int_equal(sansmtp_client_wants(dialogue.client) & SANSMTP_RECIPIENT, 0);
    assert_true(strstr(dialogue.output.data, "DATA") == NULL);
    text_clear(&dialogue.output);
    assert_true(went_out(&dialogue, "DATA\r\n"));
    client_dialogue_close(&dialogue);
}

/* All recipients refused, and pipelining: the peer still holds a transaction. */
static void refuse_all(struct client_dialogue *dialogue)
{
    greet(dialogue, NULL, PIPED "250 ETRN\r\n");
    give_envelope(dialogue);
    client_dialogue_drain(dialogue);
    client_dialogue_say(dialogue, "250 ok\r\n550 no\r\n503 no\r\n");
}

/* In a transaction a peer takes no ETRN (Postfix: 503). */
static void test_command_behind_a_transaction(void **state)
{
    struct client_dialogue dialogue;

    (void)state;
    refuse_all(&dialogue);
    text_clear(&dialogue.output);
    assert_int_equal(sansmtp_client_command(dialogue.client, SAID("ETRN c.example")), 0);
    assert_true(went_out(&dialogue, "RSET\r\nETRN c.example\r\n"));
    client_dialogue_say(&dialogue, "250 flushed\r\n");
    assert_false(client_dialogue_happened(&dialogue, "reply"));
    client_dialogue_say(&dialogue, "250 started\r\n");
    assert_true(client_dialogue_happened(&dialogue, "text=started"));
    client_dialogue_submit(&dialogue);
    assert_true(went_out(&dialogue, "MAIL FROM:<s@c.example>\r\n"));
    client_dialogue_close(&dialogue);
}

/* RSET cannot be refused; who does so is out of step. */
static void test_command_and_a_refused_rset(void **state)
{
    struct client_dialogue dialogue;

    (void)state;
    refuse_all(&dialogue);
    assert_int_equal(sansmtp_client_command(dialogue.client, SAID("NOOP")), 0);
    client_dialogue_drain(&dialogue);
    client_dialogue_say(&dialogue, "500 what\r\n");
    assert_int_equal(sansmtp_client_error(dialogue.client), SANSMTP_ERR_PROTOCOL);
    client_dialogue_close(&dialogue);
}

/* 5321-3.8-f: the command's reply is told, though it is the session's last. */
static void test_421_to_a_command(void **state)
{
    struct client_dialogue dialogue;

    (void)state;
    greet(&dialogue, NULL, PIPED "250 ETRN\r\n");
    assert_int_equal(sansmtp_client_command(dialogue.client, SAID("ETRN c.example")), 0);
    client_dialogue_drain(&dialogue);
    client_dialogue_say(&dialogue, "421 4.3.2 shut\r\n");
    assert_true(client_dialogue_happened(&dialogue, "reply verb=ETRN code=421 enhanced=4.3.2"));
    assert_int_equal(sansmtp_client_wants(dialogue.client), SANSMTP_CLOSE);
    client_dialogue_close(&dialogue);
}

/* Only 2yz is a yes. */
static void test_354_is_no_yes(void **state)
{
    struct client_dialogue dialogue;

    (void)state;
    greet(&dialogue, NULL, PIPED "250 DSN\r\n");
    assert_int_equal(sansmtp_client_command(dialogue.client, SAID("NOOP")), 0);
    client_dialogue_drain(&dialogue);
    client_dialogue_say(&dialogue, "354 go\r\n");
    assert_int_equal(sansmtp_client_error(dialogue.client), SANSMTP_ERR_PROTOCOL);
    assert_false(client_dialogue_happened(&dialogue, "accepted"));
    client_dialogue_close(&dialogue);

    client_dialogue_open(&dialogue, NULL);
    client_dialogue_say(&dialogue, "354 go\r\n");
    assert_true(client_dialogue_happened(&dialogue, "refusal code=354"));
    assert_false(client_dialogue_happened(&dialogue, "accepted"));
    client_dialogue_close(&dialogue);
}

/* 6531-3.7.4.2-a: UTF-8 in VRFY and EXPN, which say so, and in no other command. */
static void test_utf8_in_commands(void **state)
{
    struct client_dialogue dialogue;

    (void)state;
    greet(&dialogue, NULL, PIPED "250 SMTPUTF8\r\n");
    assert_int_equal(sansmtp_client_command(dialogue.client, SAID("NOOP \xC3\xA9")),
                     SANSMTP_ERR_TEXT);
    assert_int_equal(sansmtp_client_command(dialogue.client, SAID("HELP \xC3\xA9")),
                     SANSMTP_ERR_TEXT);
    assert_int_equal(sansmtp_client_command(dialogue.client, SAID("VRFY \xC3\xA9")),
                     SANSMTP_ERR_TEXT);
    assert_int_equal(sansmtp_client_command(dialogue.client, SAID("VRFY \xC3\xA9SMTPUTF8")),
                     SANSMTP_ERR_TEXT);
    assert_int_equal(sansmtp_client_command(dialogue.client, SAID("vrfy \xC3\xA9 smtputf8")), 0);
    assert_true(went_out(&dialogue, "vrfy \xC3\xA9 smtputf8\r\n"));
    client_dialogue_close(&dialogue);
}

/* What is to be normalised goes by DATA; with URLS it cannot, so it is refused as it stands. */
static void test_normalise_and_urls(void **state)
{
    struct sansmtp_client_options options;
    struct client_dialogue dialogue;

    (void)state;
    client_dialogue_options(&options);
    options.body_newlines = SANSMTP_CLIENT_NEWLINES_NORMALISE;
    greet(&dialogue, &options, PIPED "250-CHUNKING\r\n250 BURL imap\r\n");
    submit_flagged(&dialogue, SANSMTP_ENVELOPE_URLS);
    client_dialogue_recipient(&dialogue);
    client_dialogue_end(&dialogue);
    assert_int_equal(sansmtp_client_body(dialogue.client, SAID("a\nb"), 0), SANSMTP_ERR_TEXT);
    assert_int_equal(sansmtp_client_body(dialogue.client, SAID("a\r\nb"), 0), 0);
    client_dialogue_close(&dialogue);
}

/* RFC 3461 4.2: the type is an atom. */
static void test_type_of_original_recipient(void **state)
{
    struct sansmtp_recipient recipient = client_dialogue_mailbox;
    struct client_dialogue dialogue;

    (void)state;
    greet(&dialogue, NULL, PIPED "250 DSN\r\n");
    client_dialogue_submit(&dialogue);
    recipient.orcpt_type = "a(b)";
    recipient.orcpt_type_length = 4;
    recipient.orcpt = "x";
    recipient.orcpt_length = 1;
    assert_int_equal(sansmtp_client_recipient(dialogue.client, &recipient), SANSMTP_ERR_TEXT);
    client_dialogue_close(&dialogue);
}

/* What decided stays, whatever the host does before it is told. */
static void test_abort_before_the_outcome(void **state)
{
    struct sansmtp_client_options options;
    struct client_dialogue dialogue;
    uint8_t stored[] = "250 2.0.0 stored\r\n";
    struct sansmtp_span in = {stored, sizeof stored - 1};
    const struct sansmtp_event *event;

    (void)state;
    client_dialogue_options(&options);
    options.flags |= SANSMTP_CLIENT_LMTP;
    greet(&dialogue, &options, PIPED "250 DSN\r\n");
    give_envelope(&dialogue);
    client_dialogue_drain(&dialogue);
    client_dialogue_say(&dialogue, "250 ok\r\n250 ok\r\n354 go\r\n");
    client_dialogue_body(&dialogue, "x\r\n", 1);
    client_dialogue_drain(&dialogue);
    event = sansmtp_client_next(dialogue.client, &in);
    assert_int_equal(event->type, SANSMTP_EVENT_FINAL);
    client_ledger_event(&dialogue.ledger, event);
    assert_int_equal(sansmtp_client_abort(dialogue.client), 0);
    client_dialogue_pull(&dialogue);
    assert_true(client_dialogue_happened(&dialogue, "outcome reason=delivered code=250"));
    client_dialogue_close(&dialogue);
}

static void test_own_parameter_once(void **state)
{
    static const struct sansmtp_own_extension extension = {
        .keyword = "XONE", .keyword_length = 4, .number = 48};
    static const struct sansmtp_own_parameter parameter = {.keyword = "XONE",
                                                           .keyword_length = 4,
                                                           .number = 48,
                                                           .verb = SANSMTP_VERB_MAIL,
                                                           .extension = 48};
    const struct sansmtp_additions additions = {.size = sizeof additions,
                                                .extensions_count = 1,
                                                .parameters_count = 1,
                                                .extensions = &extension,
                                                .parameters = &parameter};
    const struct sansmtp_own_value twice[] = {{.number = 48}, {.number = 48}};
    struct sansmtp_envelope envelope = client_dialogue_envelope;
    struct sansmtp_client_options options;
    struct client_dialogue dialogue;

    (void)state;
    client_dialogue_options(&options);
    options.additions = &additions;
    greet(&dialogue, &options, PIPED "250 XONE\r\n");
    envelope.own = twice;
    envelope.own_count = 2;
    assert_int_equal(sansmtp_client_submit(dialogue.client, &envelope), SANSMTP_ERR_ARGUMENT);
    envelope.own_count = 1;
    assert_int_equal(sansmtp_client_submit(dialogue.client, &envelope), 0);
    assert_true(went_out(&dialogue, "MAIL FROM:<s@c.example> XONE\r\n"));
    client_dialogue_close(&dialogue);
}

static void lend_nothing(struct sansmtp_client *client, const struct sansmtp_event *event,
                         void *user)
{
    unsigned *calls = user;

    (void)event;
    ++*calls;
    assert_true(*calls < 100); /* else it would have no end */
    assert_int_equal(sansmtp_client_body(client, NULL, 0, 0), 0);
}

/* A host that has nothing to lend yet is not asked again within the same run. */
static void test_nothing_to_lend_yet(void **state)
{
    const struct sansmtp_client_callbacks callbacks = {.size = sizeof callbacks,
                                                       .wants_body = lend_nothing};
    static const char *const offers[] = {PIPED "250 DSN\r\n", PIPED "250 CHUNKING\r\n"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct client_dialogue dialogue;
        unsigned calls = 0;

        greet(&dialogue, NULL, offers[i]);
        give_envelope(&dialogue);
        client_dialogue_drain(&dialogue);
        client_dialogue_say(&dialogue,
                            i == 0 ? "250 ok\r\n250 ok\r\n354 go\r\n" : "250 ok\r\n250 ok\r\n");
        assert_int_equal(sansmtp_client_run(dialogue.client, NULL, &callbacks, &calls),
                         SANSMTP_READ | SANSMTP_BODY);
        assert_int_equal(calls, 1);
        client_dialogue_close(&dialogue);
    }
}

/* PRACT-cleartextpw-a: nor do credentials stay where the exchange breaks off. */
static void test_credentials_of_a_broken_exchange(void **state)
{
    struct client_dialogue dialogue;

    (void)state;
    for (int way = 0; way < 3; way++) {
        struct sansmtp_span none = {NULL, 0};

        greet(&dialogue, NULL, "250-mx.example\r\n250 AUTH PLAIN\r\n");
        assert_int_equal(sansmtp_client_respond(dialogue.client, SAID("\0user\0secret")), 0);
        if (way == 0) {
            client_dialogue_drain(&dialogue);
            client_dialogue_say(&dialogue, "421 4.3.0 shut\r\n");
        } else if (way == 1) {
            assert_int_equal(sansmtp_client_eof(dialogue.client), 0);
            (void)sansmtp_client_next(dialogue.client, &none);
        } else {
            assert_int_equal(sansmtp_client_abort(dialogue.client), 0);
        }
        for (size_t i = 0; i + 8 <= dialogue.block_length; i++) {
            assert_int_not_equal(memcmp(dialogue.block + i, "c2VjcmV0", 8), 0);
            assert_int_not_equal(memcmp(dialogue.block + i, "AHVzZXIA", 8), 0);
        }
        client_dialogue_close(&dialogue);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stray_refusal),
        cmocka_unit_test(test_yes_amid_a_chunk),
        cmocka_unit_test(test_half_a_hello),
        cmocka_unit_test(test_limit_learned_late),
        cmocka_unit_test(test_command_behind_a_transaction),
        cmocka_unit_test(test_command_and_a_refused_rset),
        cmocka_unit_test(test_421_to_a_command),
        cmocka_unit_test(test_354_is_no_yes),
        cmocka_unit_test(test_utf8_in_commands),
        cmocka_unit_test(test_normalise_and_urls),
        cmocka_unit_test(test_type_of_original_recipient),
        cmocka_unit_test(test_abort_before_the_outcome),
        cmocka_unit_test(test_own_parameter_once),
        cmocka_unit_test(test_nothing_to_lend_yet),
        cmocka_unit_test(test_credentials_of_a_broken_exchange),
    };

    return cmocka_run_group_tests_name("client_order", tests, NULL, NULL);
}
