#include "dialogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "eventlog.h"
#include "guard.h"

static const char mechanisms[] = "EXTERNAL LOGIN PLAIN";

void dialogue_options(struct sansmtp_server_options *options)
{
    assert_int_equal(sansmtp_server_options_init(options, sizeof(*options)), 0);
    options->hostname = HOSTNAME;
    options->hostname_length = sizeof(HOSTNAME) - 1;
    options->flags = SANSMTP_SERVER_AUTH_IN_CLEAR;
    options->body_patience = 250;
    options->extensions = (SANSMTP_EXTENSION_EXPN << 1) - 1;
    options->mechanisms = mechanisms;
    options->mechanisms_length = sizeof(mechanisms) - 1;
}

void dialogue_open(struct dialogue *dialogue, const struct sansmtp_server_options *options)
{
    memset(dialogue, 0, sizeof(*dialogue));
    if (options != NULL) {
        dialogue->options = *options;
    } else {
        dialogue_options(&dialogue->options);
    }
    dialogue->ledger.lmtp = (dialogue->options.flags & SANSMTP_SERVER_LMTP) != 0;
    dialogue->block_length = sansmtp_server_memory(&dialogue->options);
    assert_int_not_equal(dialogue->block_length, 0);
    dialogue->block = guard_alloc(dialogue->block_length);
    assert_int_equal(sansmtp_server_init(&dialogue->server, dialogue->block, dialogue->block_length,
                                         &dialogue->options),
                     0);
}

void dialogue_close(struct dialogue *dialogue)
{
    guard_free(dialogue->input, dialogue->input_length);
    guard_free(dialogue->block, dialogue->block_length);
    text_free(&dialogue->events);
    text_free(&dialogue->output);
}

void dialogue_give(struct dialogue *dialogue, const void *octets, size_t length)
{
    size_t left = dialogue->in.length;
    uint8_t *input = guard_alloc(left + length);

    if (left > 0) {
        memcpy(input, dialogue->in.data, left);
    }
    memcpy(input + left, octets, length);
    guard_free(dialogue->input, dialogue->input_length);
    dialogue->input = input;
    dialogue->input_length = left + length;
    dialogue->in.data = input;
    dialogue->in.length = left + length;
}

void dialogue_say(struct dialogue *dialogue, const char *text)
{
    dialogue_give(dialogue, text, strlen(text));
}

void dialogue_note(struct dialogue *dialogue, const struct sansmtp_event *event)
{
    ledger_event(&dialogue->ledger, event);
    event_print(&dialogue->events, event);
    text_add(&dialogue->events, "\n", 1);
    if (event_is_question(event->type)) {
        dialogue->question = event;
    }
}

const struct sansmtp_event *dialogue_pull(struct dialogue *dialogue)
{
    const struct sansmtp_event *event = sansmtp_server_next(dialogue->server, &dialogue->in);

    if (event != NULL) {
        dialogue_note(dialogue, event);
    }
    return event;
}

void dialogue_answered(struct dialogue *dialogue, bool positive)
{
    if (dialogue->question != NULL) {
        ledger_answer(&dialogue->ledger, dialogue->question->type, positive);
    }
    dialogue->question = NULL;
    dialogue->lines = 0;
}

uint32_t dialogue_yes_code(uint32_t question)
{
    switch (question) {
    case SANSMTP_EVENT_CONNECT:
    case SANSMTP_EVENT_STARTTLS:
    case SANSMTP_EVENT_XCLIENT:
        return 220;
    case SANSMTP_EVENT_DATA:
        return 354;
    case SANSMTP_EVENT_AUTH:
    case SANSMTP_EVENT_RESPONSE:
        return 235;
    case SANSMTP_EVENT_HELP:
        return 214;
    default:
        return 250;
    }
}

/* LOGIN is asked for something more before it is let in. */
static bool needs_challenge(const struct sansmtp_event *question)
{
    return question->type == SANSMTP_EVENT_AUTH && question->text.length == 5 &&
           memcmp(question->text.data, "LOGIN", 5) == 0 &&
           (question->flags & SANSMTP_FLAG_INITIAL) == 0;
}

int dialogue_yes_to(struct sansmtp_server *server, const struct sansmtp_event *question,
                    uint32_t code)
{
    if (needs_challenge(question)) {
        return sansmtp_server_challenge(server, "Username:", 9);
    }
    return sansmtp_server_reply(server, code, 0, NULL, 0);
}

void dialogue_yes(struct dialogue *dialogue)
{
    uint32_t code = dialogue_yes_code(dialogue->question->type);
    int error;

    if (dialogue->lines != 0) {
        code = dialogue->lines;
    }
    error = dialogue_yes_to(dialogue->server, dialogue->question, code);
    if (error != 0) {
        fail_msg("a good answer to %s was refused: %s",
                 sansmtp_event_name(dialogue->question->type), sansmtp_error_name(error));
    }
    dialogue_answered(dialogue, code < 400);
}

void dialogue_drain(struct dialogue *dialogue)
{
    size_t length = 0;
    const void *octets = sansmtp_server_output(dialogue->server, &length);

    while (length > 0) {
        text_add(&dialogue->output, octets, length);
        assert_int_equal(sansmtp_server_sent(dialogue->server, length), 0);
        octets = sansmtp_server_output(dialogue->server, &length);
    }
}

const struct sansmtp_event *dialogue_until(struct dialogue *dialogue, uint32_t type)
{
    for (;;) {
        const struct sansmtp_event *event;
        size_t drained = dialogue->output.length;

        if (dialogue->question != NULL) {
            dialogue_yes(dialogue);
        }
        event = dialogue_pull(dialogue);
        dialogue_drain(dialogue);
        if (event != NULL && event->type == type) {
            return event;
        }
        if (event == NULL && dialogue->output.length == drained) {
            return NULL;
        }
    }
}

void dialogue_exchange(struct dialogue *dialogue, const char *text)
{
    dialogue_until(dialogue, 0);
    dialogue_say(dialogue, text);
    dialogue_until(dialogue, 0);
}

void dialogue_reach(struct dialogue *dialogue, const char *text, uint32_t type)
{
    if (type != SANSMTP_EVENT_CONNECT) {
        dialogue_until(dialogue, 0);
    }
    dialogue_say(dialogue, text);
    assert_non_null(dialogue_until(dialogue, type));
}

void dialogue_forget(struct dialogue *dialogue)
{
    text_clear(&dialogue->output);
    text_clear(&dialogue->events);
}

bool dialogue_sent(const struct dialogue *dialogue, const char *text)
{
    return dialogue->output.data != NULL && strstr(dialogue->output.data, text) != NULL;
}

bool dialogue_happened(const struct dialogue *dialogue, const char *words)
{
    return dialogue->events.data != NULL && strstr(dialogue->events.data, words) != NULL;
}

void dialogue_expect(const struct dialogue *dialogue, const char *output)
{
    assert_string_equal(dialogue->output.data == NULL ? "" : dialogue->output.data, output);
}

bool dialogue_holds(const struct dialogue *dialogue, const char *octets)
{
    size_t length = strlen(octets);

    for (size_t i = 0; i + length <= dialogue->block_length; i++) {
        if (memcmp(dialogue->block + i, octets, length) == 0) {
            return true;
        }
    }
    return false;
}
