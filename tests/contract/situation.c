#include "matrix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* How a session gets into each situation. The host says yes to all, and drains, unless it is the
 * point that it does not. */

static void nothing(struct dialogue *dialogue)
{
    (void)dialogue;
}

static void idle(struct dialogue *dialogue)
{
    dialogue_exchange(dialogue, SAY_HELLO);
}

static void mailing(struct dialogue *dialogue)
{
    dialogue_exchange(dialogue, SAY_TRANSACTION);
}

static void half_line(struct dialogue *dialogue)
{
    dialogue_exchange(dialogue, SAY_HELLO "NOOP ");
}

static void body(struct dialogue *dialogue)
{
    dialogue_exchange(dialogue, SAY_TRANSACTION "DATA\r\nabc\r\n");
}

static void chunk(struct dialogue *dialogue)
{
    dialogue_exchange(dialogue, SAY_TRANSACTION "BDAT 10 LAST\r\nabc");
}

static void pull_all(struct dialogue *dialogue)
{
    while (dialogue_pull(dialogue) != NULL) {
        if (dialogue->question != NULL) {
            dialogue_yes(dialogue);
        }
    }
}

/* Says so and drains nothing. */
static void say_undrained(struct dialogue *dialogue, const char *text)
{
    dialogue_say(dialogue, text);
    pull_all(dialogue);
}

static size_t pending(const struct dialogue *dialogue)
{
    size_t length = 0;

    sansmtp_server_output(dialogue->server, &length);
    return length;
}

/* Room for one more reply, and for no second. */
static void fill_output(struct dialogue *dialogue)
{
    size_t most = dialogue->options.output - dialogue->options.reply;

    while (pending(dialogue) + strlen("250 2.0.0 Ok\r\n") <= most) {
        say_undrained(dialogue, "NOOP\r\n");
    }
}

static void command_waits(struct dialogue *dialogue)
{
    idle(dialogue);
    fill_output(dialogue);
    say_undrained(dialogue, "NOOP\r\nNOOP\r\n");
}

static void verdict_waits(struct dialogue *dialogue)
{
    mailing(dialogue);
    fill_output(dialogue);
    say_undrained(dialogue, "DATA\r\nabc\r\n.\r\n");
}

static void tls_undrained(struct dialogue *dialogue)
{
    idle(dialogue);
    say_undrained(dialogue, "STARTTLS\r\n");
}

static void tls_drained(struct dialogue *dialogue)
{
    dialogue_exchange(dialogue, SAY_HELLO "STARTTLS\r\n");
}

static void turn_undrained(struct dialogue *dialogue)
{
    dialogue_exchange(dialogue, SAY_HELLO "AUTH EXTERNAL =\r\n");
    say_undrained(dialogue, "ATRN\r\n");
}

static void turn_drained(struct dialogue *dialogue)
{
    dialogue_exchange(dialogue, SAY_HELLO "AUTH EXTERNAL =\r\nATRN\r\n");
}

static void somebody(struct dialogue *dialogue)
{
    dialogue_reach(dialogue, SAY_HELLO "XCLIENT ADDR=192.0.2.1\r\n", SANSMTP_EVENT_XCLIENT);
    dialogue_yes(dialogue);
}

static void proxied(struct dialogue *dialogue)
{
    somebody(dialogue);
    assert_non_null(dialogue_until(dialogue, SANSMTP_EVENT_CONNECT));
}

static void exchange(struct dialogue *dialogue)
{
    dialogue_exchange(dialogue, SAY_HELLO "AUTH LOGIN\r\n");
}

/* Base64 that no line buffer holds; its last quartet is still to come. */
static void lent_line(struct dialogue *dialogue)
{
    static uint8_t memory[4096];
    char line[2001];

    memset(line, 'A', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\0';
    assert_int_equal(sansmtp_server_lend(dialogue->server, memory, sizeof(memory)), 0);
    exchange(dialogue);
    dialogue_exchange(dialogue, line);
}

static void hello_rows(struct dialogue *dialogue)
{
    idle(dialogue);
    fill_output(dialogue);
    say_undrained(dialogue, SAY_HELLO);
}

static void help_rows(struct dialogue *dialogue)
{
    idle(dialogue);
    fill_output(dialogue);
    dialogue_say(dialogue, "HELP\r\n");
    assert_non_null(dialogue_pull(dialogue));
    assert_int_equal(sansmtp_server_decline(dialogue->server), 0);
    dialogue_answered(dialogue, true);
    pull_all(dialogue);
}

static void challenge_waits(struct dialogue *dialogue)
{
    static const uint8_t challenge[900];

    idle(dialogue);
    fill_output(dialogue);
    dialogue_say(dialogue, "AUTH LOGIN\r\n");
    assert_non_null(dialogue_pull(dialogue));
    assert_int_equal(sansmtp_server_challenge(dialogue->server, challenge, sizeof(challenge)), 0);
    dialogue_answered(dialogue, true);
    pull_all(dialogue);
}

static void closing(struct dialogue *dialogue)
{
    idle(dialogue);
    say_undrained(dialogue, "QUIT\r\n");
}

static void closed(struct dialogue *dialogue)
{
    dialogue_exchange(dialogue, SAY_HELLO "QUIT\r\n");
}

static void at_recipient(struct dialogue *dialogue, uint32_t code)
{
    dialogue_reach(dialogue, SAY_TRANSACTION, SANSMTP_EVENT_RECIPIENT);
    assert_int_equal(sansmtp_server_reply_line(dialogue->server, code, 0, "one", 3), 0);
    dialogue->lines = code;
}

static void lines_yes(struct dialogue *dialogue)
{
    at_recipient(dialogue, 250);
    dialogue_drain(dialogue);
}

static void lines_no(struct dialogue *dialogue)
{
    at_recipient(dialogue, 550);
    dialogue_drain(dialogue);
}

static void paused(struct dialogue *dialogue)
{
    idle(dialogue);
    assert_int_equal(sansmtp_server_pause(dialogue->server), 0);
}

static void paused_body(struct dialogue *dialogue)
{
    body(dialogue);
    assert_int_equal(sansmtp_server_pause(dialogue->server), 0);
}

static void at_end(struct dialogue *dialogue)
{
    dialogue_reach(dialogue, SAY_TRANSACTION "DATA\r\nabc\r\n.\r\n", SANSMTP_EVENT_END);
}

static void paused_end(struct dialogue *dialogue)
{
    at_end(dialogue);
    assert_int_equal(sansmtp_server_pause(dialogue->server), 0);
}

static void paused_tls(struct dialogue *dialogue)
{
    tls_drained(dialogue);
    assert_int_equal(sansmtp_server_pause(dialogue->server), 0);
}

static void gone_at_end(struct dialogue *dialogue)
{
    at_end(dialogue);
    assert_int_equal(sansmtp_server_eof(dialogue->server), 0);
}

static void close_at_mail(struct dialogue *dialogue)
{
    dialogue_reach(dialogue, SAY_HELLO SAY_MAIL, SANSMTP_EVENT_MAIL);
    assert_int_equal(sansmtp_server_close(dialogue->server), 0);
}

struct situation contract_situations[] = {
#define ASKED_BY(text, number, where, words, tail)                                                 \
    {                                                                                              \
        text, SANSMTP_EVENT_##number, where, 0, SANSMTP_REPLY, NOBODY, TAKES_NOTHING, NULL, words, \
            tail                                                                                   \
    }
#define ASKED(id, number, words, tail)                                          \
    ASKED_BY(#id " is open", number, OUTSIDE, words, tail),                     \
        ASKED_BY("inside the callback of " #id, number, CALLBACK, words, tail), \
        ASKED_BY("the callback of " #id " was left by a jump", number, JUMPED, words, tail),
#define SANSMTP_EVENT_0 0
#define RESTING(id, name, number, where, traits, wants, wait, takes, arrange, tail) \
    {name, SANSMTP_EVENT_##number, where, traits, wants, wait, takes, arrange, "", tail},
#include "situations.def"
#undef ASKED
#undef RESTING
};

/* A submission server has what a relay must not have, and the other way round. */
static void offer(struct sansmtp_server_options *options, bool submission)
{
    options->extensions |= SANSMTP_EXTENSION_CHECKPOINT | SANSMTP_EXTENSION_PRDR |
                           SANSMTP_EXTENSION_XCLIENT | SANSMTP_EXTENSION_XFORWARD;
    if (!submission) {
        options->extensions |= SANSMTP_EXTENSION_ETRN | SANSMTP_EXTENSION_ATRN;
        return;
    }
    options->flags |= SANSMTP_SERVER_SUBMISSION;
    options->extensions |= SANSMTP_EXTENSION_BURL;
    options->urls = "imap";
    options->urls_length = 4;
}

void contract_arrive(struct dialogue *dialogue, const struct situation *situation)
{
    struct sansmtp_server_options options;

    dialogue_options(&options);
    offer(&options, situation->question == SANSMTP_EVENT_BURL);
    dialogue_open(dialogue, &options);
    if (situation->arrange != NULL) {
        situation->arrange(dialogue);
        return;
    }
    if (situation->where == OUTSIDE) {
        dialogue_reach(dialogue, situation->words, situation->question);
        return;
    }
    if (situation->question != SANSMTP_EVENT_CONNECT) {
        dialogue_until(dialogue, 0);
    }
    dialogue_say(dialogue, situation->words);
}
