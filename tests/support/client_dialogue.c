#include "client_dialogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "client_eventlog.h"
#include "guard.h"

#define HELLO      "c.example"
#define MECHANISMS "PLAIN CRAM-MD5"

const struct sansmtp_envelope client_dialogue_envelope = {
    .size = sizeof(struct sansmtp_envelope), .sender = "s@c.example", .sender_length = 11};
const struct sansmtp_recipient client_dialogue_mailbox = {
    .size = sizeof(struct sansmtp_recipient), .mailbox = "r@mx.example", .mailbox_length = 12};

void client_dialogue_options(struct sansmtp_client_options *options)
{
    assert_int_equal(sansmtp_client_options_init(options, sizeof *options), 0);
    options->tls = SANSMTP_CLIENT_TLS_NONE;
    options->flags = SANSMTP_CLIENT_AUTH_OPTIONAL | SANSMTP_CLIENT_AUTH_IN_CLEAR;
    options->hello = HELLO;
    options->hello_length = sizeof HELLO - 1;
    options->mechanisms = MECHANISMS;
    options->mechanisms_length = sizeof MECHANISMS - 1;
}

void client_dialogue_open(struct client_dialogue *dialogue,
                          const struct sansmtp_client_options *options)
{
    memset(dialogue, 0, sizeof *dialogue);
    if (options != NULL) {
        dialogue->options = *options;
    } else {
        client_dialogue_options(&dialogue->options);
    }
    text_clear(&dialogue->events);
    text_clear(&dialogue->output);
    dialogue->block_length = sansmtp_client_memory(&dialogue->options);
    assert_int_not_equal(dialogue->block_length, 0);
    dialogue->block = guard_alloc(dialogue->block_length);
    assert_int_equal(sansmtp_client_init(&dialogue->client, dialogue->block, dialogue->block_length,
                                         &dialogue->options),
                     0);
    dialogue->ledger.lmtp = (dialogue->options.flags & SANSMTP_CLIENT_LMTP) != 0;
}

void client_dialogue_close(struct client_dialogue *dialogue)
{
    if (dialogue->ledger.broken != NULL) {
        fail_msg("%s:\n%s", dialogue->ledger.broken, dialogue->events.data);
    }
    guard_free(dialogue->block, dialogue->block_length);
    text_free(&dialogue->events);
    text_free(&dialogue->output);
}

static void take(struct client_dialogue *dialogue, struct sansmtp_span *in)
{
    const struct sansmtp_event *event;

    while ((event = sansmtp_client_next(dialogue->client, in)) != NULL) {
        client_ledger_event(&dialogue->ledger, event);
        client_event_print(&dialogue->events, event);
        text_add(&dialogue->events, "\n", 1);
    }
}

void client_dialogue_say(struct client_dialogue *dialogue, const char *text)
{
    size_t length = strlen(text);
    uint8_t *copy = guard_copy(text, length);
    struct sansmtp_span in = {copy, length};

    take(dialogue, &in);
    guard_free(copy, length);
}

void client_dialogue_pull(struct client_dialogue *dialogue)
{
    take(dialogue, NULL);
}

size_t client_dialogue_pending(const struct client_dialogue *dialogue)
{
    size_t length = 0;

    (void)sansmtp_client_output(dialogue->client, &length);
    return length;
}

void client_dialogue_drain(struct client_dialogue *dialogue)
{
    size_t length = 0;
    const void *octets = sansmtp_client_output(dialogue->client, &length);

    while (length > 0) {
        text_add(&dialogue->output, octets, length);
        assert_int_equal(sansmtp_client_sent(dialogue->client, length), 0);
        octets = sansmtp_client_output(dialogue->client, &length);
    }
}

void client_dialogue_submit(struct client_dialogue *dialogue)
{
    assert_int_equal(sansmtp_client_submit(dialogue->client, &client_dialogue_envelope), 0);
    client_ledger_submitted(&dialogue->ledger);
}

void client_dialogue_recipient(struct client_dialogue *dialogue)
{
    assert_int_equal(sansmtp_client_recipient(dialogue->client, &client_dialogue_mailbox), 0);
    client_ledger_recipient(&dialogue->ledger);
}

void client_dialogue_end(struct client_dialogue *dialogue)
{
    assert_int_equal(sansmtp_client_recipients_end(dialogue->client), 0);
}

void client_dialogue_body(struct client_dialogue *dialogue, const char *text, int last)
{
    assert_int_equal(sansmtp_client_body(dialogue->client, text, strlen(text), last), 0);
}

bool client_dialogue_happened(const struct client_dialogue *dialogue, const char *words)
{
    return strstr(dialogue->events.data, words) != NULL;
}
