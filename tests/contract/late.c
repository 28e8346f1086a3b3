#include "contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "dialogue.h"
#include "eventlog.h"
#include "guard.h"

/* Promises 5 and 6: a question is a state, and its spans live until it is answered. */

static const char session[] = SAY_HELLO
    "VRFY joe\r\nEXPN list\r\nHELP\r\nXFROB x\r\nAUTH LOGIN\r\nam9l\r\n" SAY_MAIL SAY_RECIPIENT
        SAY_RECIPIENT "DATA\r\n..abc\r\n\r\n.\r\n" SAY_MAIL SAY_RECIPIENT
    "BDAT 3\r\nabcBDAT 2 LAST\r\nde"
    "STARTTLS\r\n";

/* All that a host may do while it has no answer yet. None of it may change anything. */
static void dawdle(struct dialogue *dialogue)
{
    static const uint8_t more[] = "QUIT\r\n";
    struct sansmtp_span in = {more, sizeof(more) - 1};
    struct sansmtp_server_callbacks none = {.size = sizeof(none)};
    uint32_t serial = 0;
    int wants;

    for (int i = 0; i < 3; i++) {
        assert_null(sansmtp_server_next(dialogue->server, &in));
        assert_null(sansmtp_server_next(dialogue->server, NULL));
        assert_int_equal(in.length, sizeof(more) - 1);
        wants = sansmtp_server_run(dialogue->server, &in, &none, NULL);
        assert_true(wants > 0 && ((uint32_t)wants & SANSMTP_REPLY) != 0);
        assert_int_equal(in.length, sizeof(more) - 1);
        assert_int_equal(sansmtp_server_patience(dialogue->server, &serial), 0);
        assert_int_equal(sansmtp_server_expired(dialogue->server), SANSMTP_ERR_STATE);
        assert_int_equal(sansmtp_server_pause(dialogue->server), 0);
        assert_int_equal(sansmtp_server_resume(dialogue->server), 0);
        dialogue_drain(dialogue);
    }
}

/* The host's own memory of the input is overwritten while a question is open. */
static void overwrite_input(struct dialogue *dialogue)
{
    size_t taken = dialogue->input_length - dialogue->in.length;

    memset(dialogue->input, '#', taken);
}

/* Every question late, each asked only once, and reading the same from first to last. */
static void go_late(struct dialogue *dialogue)
{
    struct text early = {0}, late = {0};

    while (dialogue_pull(dialogue) != NULL || dialogue->question != NULL) {
        if (dialogue->question != NULL) {
            text_clear(&early);
            text_clear(&late);
            event_print(&early, dialogue->question);
            overwrite_input(dialogue);
            dawdle(dialogue);
            assert_ptr_equal(sansmtp_server_question(dialogue->server), dialogue->question);
            event_print(&late, dialogue->question);
            assert_string_equal(late.data, early.data);
            dialogue_yes(dialogue);
        }
        dialogue_drain(dialogue);
    }
    text_free(&early);
    text_free(&late);
}

void contract_late_answers(void **state)
{
    struct dialogue at_once, late;

    (void)state;
    dialogue_open(&at_once, NULL);
    dialogue_exchange(&at_once, session);
    dialogue_open(&late, NULL);
    dialogue_until(&late, 0);
    dialogue_say(&late, session);
    go_late(&late);
    assert_true(dialogue_happened(&at_once, "starttls"));
    assert_true(dialogue_happened(&at_once, "end verb=BDAT"));
    assert_string_equal(late.events.data, at_once.events.data);
    assert_string_equal(late.output.data, at_once.output.data);
    assert_null(late.ledger.broken);
    dialogue_close(&at_once);
    dialogue_close(&late);
}

/* Promise 6: a body is never copied; what the host gets lies in its own input. */
void contract_late_body_is_borrowed(void **state)
{
    struct dialogue dialogue;
    const struct sansmtp_event *event;
    size_t bodies = 0;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, SAY_TRANSACTION "DATA\r\n");
    dialogue_say(&dialogue, "one\r\n..two\r\nthree\r\n.\r\n");
    while ((event = dialogue_pull(&dialogue)) != NULL && event->type == SANSMTP_EVENT_BODY) {
        assert_true(event->data.data >= dialogue.input);
        assert_true(event->data.data + event->data.length <=
                    dialogue.input + dialogue.input_length);
        bodies++;
    }
    assert_int_equal(event->type, SANSMTP_EVENT_END);
    assert_true(bodies >= 2);
    dialogue_close(&dialogue);
}

static void pause_in_body(struct sansmtp_server *server, const struct sansmtp_event *event,
                          void *user)
{
    struct sansmtp_span *body = user;

    assert_int_equal(body->length, 0);
    *body = event->data;
    assert_int_equal(sansmtp_server_pause(server), 0);
}

/* A slow store: run() returns behind the body, and nothing is read until resume. */
void contract_late_pause(void **state)
{
    struct sansmtp_server_callbacks callbacks = {.size = sizeof(callbacks), .body = pause_in_body};
    struct sansmtp_span body = {NULL, 0};
    struct dialogue dialogue;
    uint32_t before = 0, after = 0;
    size_t left;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, SAY_TRANSACTION "DATA\r\n");
    dialogue_say(&dialogue, "one\r\n..two\r\n.\r\n");
    assert_int_equal(sansmtp_server_run(dialogue.server, &dialogue.in, &callbacks, &body),
                     SANSMTP_REPLY);
    assert_memory_equal(body.data, "one\r\n", body.length);
    left = dialogue.in.length;
    assert_true(left > 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(sansmtp_server_run(dialogue.server, &dialogue.in, &callbacks, &body),
                         SANSMTP_REPLY);
    }
    assert_int_equal(dialogue.in.length, left);
    assert_int_equal(sansmtp_server_patience(dialogue.server, &before), 0);
    assert_int_equal(sansmtp_server_resume(dialogue.server), 0);
    assert_int_equal(sansmtp_server_patience(dialogue.server, &after), 250);
    assert_int_not_equal(before, after);
    dialogue_until(&dialogue, 0);
    assert_true(dialogue_sent(&dialogue, "250 2.0.0 Message accepted\r\n"));
    dialogue_close(&dialogue);
}
