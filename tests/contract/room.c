#include "contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dialogue.h"

/* Promise 3: room before work. */

#define RECIPIENTS 100

static void open_lmtp(struct dialogue *dialogue)
{
    struct sansmtp_server_options options;

    dialogue_options(&options);
    options.flags |= SANSMTP_SERVER_LMTP;
    dialogue_open(dialogue, &options);
}

static void accept_recipients(struct dialogue *dialogue)
{
    dialogue_exchange(dialogue, "LHLO client.example\r\n" SAY_MAIL);
    for (int i = 0; i < RECIPIENTS; i++) {
        dialogue_exchange(dialogue, SAY_RECIPIENT);
    }
    dialogue_forget(dialogue);
    dialogue_exchange(dialogue, "DATA\r\nabc\r\n");
    dialogue_forget(dialogue);
}

/* The longest reply that options.reply allows, with the recipient's number in it. */
static void answer_at_length(struct dialogue *dialogue, uint32_t recipient)
{
    char text[502];
    size_t length = 512 - strlen("250 2.0.0 ") - strlen("\r\n");

    memset(text, 'x', sizeof(text));
    snprintf(text, 8, "%03u", (unsigned)recipient % 1000);
    text[3] = '.';
    assert_int_equal(sansmtp_server_reply(dialogue->server, 250, 2000000, text, length), 0);
    dialogue_answered(dialogue, true);
}

/* The next recipient is asked for when there is room, and not before; nothing is lost. */
static void deliver(struct dialogue *dialogue, uint32_t *asked)
{
    const struct sansmtp_event *event;

    while ((event = dialogue_pull(dialogue)) != NULL) {
        size_t length = 0;

        assert_int_equal(event->type, SANSMTP_EVENT_END);
        assert_int_equal(event->recipient, *asked);
        sansmtp_server_output(dialogue->server, &length);
        assert_true(length + 512 <= dialogue->options.output);
        answer_at_length(dialogue, (*asked)++);
    }
}

static void assert_in_order(const struct dialogue *dialogue)
{
    assert_int_equal(dialogue->output.length, RECIPIENTS * 512);
    for (unsigned i = 0; i < RECIPIENTS; i++) {
        char words[20];

        snprintf(words, sizeof(words), "250 2.0.0 %03u.", i % 1000);
        assert_memory_equal(dialogue->output.data + (size_t)i * 512, words, strlen(words));
    }
}

/* 2033-4.2-a, 2033-4.2-b, 2033-5-c */
void contract_room_lmtp(void **state)
{
    struct dialogue dialogue;
    uint32_t asked = 0;

    (void)state;
    open_lmtp(&dialogue);
    assert_int_equal(dialogue.options.output, 1024);
    accept_recipients(&dialogue);
    dialogue_say(&dialogue, ".\r\n");
    for (int i = 0; i < 2 * RECIPIENTS; i++) {
        deliver(&dialogue, &asked);
        dialogue_drain(&dialogue);
    }
    assert_int_equal(asked, RECIPIENTS);
    assert_in_order(&dialogue);
    assert_null(dialogue.ledger.broken);
    dialogue_close(&dialogue);
}

/* PRACT-noalloc-a: a million commands cost one paused connection: the engine stops taking them. */
void contract_room_noops(void **state)
{
    enum { COMMANDS = 1000000 };
    static const char noop[] = "NOOP\r\n";
    static uint8_t input[COMMANDS * (sizeof(noop) - 1)];
    struct sansmtp_server_options options;
    struct dialogue dialogue;
    struct sansmtp_span in = {input, sizeof(input)};
    size_t left;

    (void)state;
    for (size_t i = 0; i < COMMANDS; i++) {
        memcpy(input + i * (sizeof(noop) - 1), noop, sizeof(noop) - 1);
    }
    dialogue_options(&options);
    options.repetitions = 0;
    options.idle_commands = 0;
    dialogue_open(&dialogue, &options);
    dialogue_exchange(&dialogue, SAY_HELLO);
    assert_null(sansmtp_server_next(dialogue.server, &in));
    left = in.length;
    assert_true(left > sizeof(input) - 1024);
    for (int i = 0; i < 1000; i++) {
        assert_null(sansmtp_server_next(dialogue.server, &in));
    }
    assert_int_equal(in.length, left);
    assert_int_equal(sansmtp_server_wants(dialogue.server), SANSMTP_WRITE);
    /* Whoever does read is served, to the last. */
    dialogue_forget(&dialogue);
    while (in.length > 0 || sansmtp_server_wants(dialogue.server) != SANSMTP_READ) {
        size_t length = 0;

        assert_null(sansmtp_server_next(dialogue.server, &in));
        sansmtp_server_output(dialogue.server, &length);
        assert_int_equal(sansmtp_server_sent(dialogue.server, length), 0);
    }
    dialogue_close(&dialogue);
}

/* Drains octet by octet, so that there is never more room than just enough. */
static void trickle(struct dialogue *dialogue)
{
    size_t length = 0;
    const char *octets;

    for (;;) {
        while (dialogue_pull(dialogue) != NULL) {
            if (dialogue->question != NULL) {
                assert_int_equal(sansmtp_server_decline(dialogue->server), 0);
                dialogue_answered(dialogue, true);
            }
        }
        octets = sansmtp_server_output(dialogue->server, &length);
        if (length == 0) {
            break;
        }
        text_add(&dialogue->output, octets, 1);
        assert_int_equal(sansmtp_server_sent(dialogue->server, 1), 0);
    }
}

static size_t count(const struct dialogue *dialogue, const char *words)
{
    size_t found = 0;
    const char *at = dialogue->output.data;

    while ((at = strstr(at, words)) != NULL) {
        found++;
        at += strlen(words);
    }
    return found;
}

/* The long replies of the engine go out row by row, whatever the output holds already. */
void contract_room_lists(void **state)
{
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    for (int i = 0; i < 40; i++) {
        dialogue_say(&dialogue, SAY_HELLO "HELP\r\n");
    }
    trickle(&dialogue);
    assert_int_equal(count(&dialogue, "250-" HOSTNAME "\r\n"), 40);
    assert_int_equal(count(&dialogue, "250 EXPN\r\n"), 40);
    assert_int_equal(count(&dialogue, "214 2.0.0 "), 40);
    assert_int_equal(count(&dialogue, "214-2.0.0 QUIT\r\n"), 40);
    assert_null(replies_check(dialogue.output.data, dialogue.output.length, 512, false));
    dialogue_close(&dialogue);
}

/* reply_line is refused for want of room, and nothing is lost by it. */
void contract_room_lines(void **state)
{
    struct dialogue dialogue;
    unsigned refused = 0;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_reach(&dialogue, "EXPN all\r\n", SANSMTP_EVENT_EXPAND);
    dialogue_forget(&dialogue);
    for (int i = 0; i < 200;) {
        int error = sansmtp_server_reply_line(dialogue.server, 250, 0, "<someone@mx.example>", 20);

        if (error == 0) {
            i++;
            continue;
        }
        assert_int_equal(error, SANSMTP_ERR_ROOM);
        refused++;
        dialogue_drain(&dialogue);
    }
    assert_true(refused > 5);
    assert_int_equal(sansmtp_server_reply(dialogue.server, 250, 0, "<last@mx.example>", 17), 0);
    dialogue_answered(&dialogue, true);
    dialogue_exchange(&dialogue, "QUIT\r\n");
    assert_int_equal(count(&dialogue, "250-2.0.0 <someone@mx.example>\r\n"), 200);
    assert_int_equal(count(&dialogue, "250 2.0.0 <last@mx.example>\r\n"), 1);
    assert_null(replies_check(dialogue.output.data, dialogue.output.length, 512, false));
    dialogue_close(&dialogue);
}

static void say_line(struct dialogue *dialogue, const char *start, size_t length)
{
    char line[1500];

    memset(line, 'x', sizeof(line));
    memcpy(line, start, strlen(start));
    memcpy(line + length - 2, "\r\n", 2);
    dialogue_forget(dialogue);
    dialogue_give(dialogue, line, length);
    dialogue_until(dialogue, 0);
}

/* PRACT-noalloc-a, 5321-4.5.3.1.4-a: the longest line, and one octet more. */
void contract_room_line(void **state)
{
    static const char too_long[] = "500 5.5.2 Line too long\r\n";
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, SAY_HELLO);
    say_line(&dialogue, "NOOP ", 512);
    dialogue_expect(&dialogue, "250 2.0.0 Ok\r\n");
    say_line(&dialogue, "NOOP ", 513);
    dialogue_expect(&dialogue, too_long);
    say_line(&dialogue, "MAIL FROM:<> ENVID=", 1195); /* 512 and all increments, and one more */
    dialogue_expect(&dialogue, too_long);
    say_line(&dialogue, "MAIL FROM:<> ENVID=", 1194);
    assert_int_not_equal(strcmp(dialogue.output.data, too_long), 0);
    say_line(&dialogue, "XFROB ", 1500); /* 5321-4.5.3.1.9-a */
    dialogue_exchange(&dialogue, "NOOP\r\n");
    dialogue_expect(&dialogue, "500 5.5.2 Line too long\r\n250 2.0.0 Ok\r\n");
    dialogue_close(&dialogue);
}
