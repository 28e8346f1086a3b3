#include "contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "dialogue.h"

/* Promise 13: time is an input, deadlines are an output. */

static uint32_t serial(const struct dialogue *dialogue)
{
    uint32_t now = 0;

    sansmtp_server_patience(dialogue->server, &now);
    return now;
}

static uint32_t seconds(const struct dialogue *dialogue)
{
    return sansmtp_server_patience(dialogue->server, NULL);
}

static void open_greeted(struct dialogue *dialogue)
{
    dialogue_open(dialogue, NULL);
    dialogue_exchange(dialogue, SAY_HELLO);
}

/* 5321-4.5.3.2.7-a: a line is a wait; octets of a line that does not end are no progress. */
void contract_patience_line(void **state)
{
    struct dialogue dialogue;
    uint32_t before;

    (void)state;
    open_greeted(&dialogue);
    assert_int_equal(seconds(&dialogue), 300);
    before = serial(&dialogue);
    for (int i = 0; i < 2000; i++) {
        dialogue_exchange(&dialogue, "x");
    }
    assert_int_equal(serial(&dialogue), before);
    dialogue_exchange(&dialogue, "\r\n");
    assert_int_not_equal(serial(&dialogue), before);
    dialogue_close(&dialogue);
}

/* Reading the clock, draining, and calls that are refused are no progress either. */
void contract_patience_nothing_else(void **state)
{
    struct dialogue dialogue;
    uint32_t before;

    (void)state;
    open_greeted(&dialogue);
    dialogue_say(&dialogue, "NOOP\r\n");
    assert_null(dialogue_pull(&dialogue));
    before = serial(&dialogue);
    for (int i = 0; i < 3; i++) {
        assert_null(dialogue_pull(&dialogue));
        assert_int_equal(sansmtp_server_accept(dialogue.server), SANSMTP_ERR_STATE);
        assert_int_equal(sansmtp_server_sent(dialogue.server, 1), 0);
        assert_int_equal(sansmtp_server_lend(dialogue.server, NULL, 0), 0);
    }
    dialogue_drain(&dialogue);
    assert_int_equal(serial(&dialogue), before);
    dialogue_close(&dialogue);
}

/* 5321-4.5.3.2.7-b: in a body only so many octets renew the wait. */
static void body_progress(const char *words)
{
    struct dialogue dialogue;
    uint32_t before;

    open_greeted(&dialogue);
    dialogue_exchange(&dialogue, SAY_MAIL SAY_RECIPIENT);
    dialogue_exchange(&dialogue, words);
    assert_int_equal(seconds(&dialogue), 250);
    before = serial(&dialogue);
    for (int i = 0; i < 1023; i++) {
        dialogue_exchange(&dialogue, "x");
        assert_int_equal(serial(&dialogue), before);
    }
    dialogue_exchange(&dialogue, "x");
    assert_int_not_equal(serial(&dialogue), before);
    assert_int_equal(seconds(&dialogue), 250);
    dialogue_close(&dialogue);
}

void contract_patience_body(void **state)
{
    (void)state;
    body_progress("DATA\r\n");
    body_progress("BDAT 100000\r\n");
    body_progress("RSET\r\nBDAT 100000\r\n"); /* refused payload counts the same */
}

/* Nobody waits on the peer while the host owes an answer; after it, anew. */
void contract_patience_question(void **state)
{
    struct dialogue dialogue;
    uint32_t before;

    (void)state;
    open_greeted(&dialogue);
    dialogue_reach(&dialogue, SAY_MAIL, SANSMTP_EVENT_MAIL);
    assert_int_equal(seconds(&dialogue), 0);
    assert_int_equal(sansmtp_server_expired(dialogue.server), SANSMTP_ERR_STATE);
    before = serial(&dialogue);
    assert_int_equal(sansmtp_server_close(dialogue.server), 0);
    assert_int_equal(seconds(&dialogue), 0);
    dialogue_yes(&dialogue);
    assert_int_not_equal(serial(&dialogue), before);
    dialogue_close(&dialogue);
}

/* When the engine itself refuses a message, the wait for the next command begins anew. */
static void after_refusal(const char *words, const char *rest, const char *reply)
{
    struct dialogue dialogue;
    uint32_t before;

    open_greeted(&dialogue);
    dialogue_exchange(&dialogue, words);
    before = serial(&dialogue);
    assert_int_equal(seconds(&dialogue), 250);
    dialogue_forget(&dialogue);
    dialogue_exchange(&dialogue, rest);
    assert_memory_equal(dialogue.output.data, reply, 3);
    assert_int_equal(seconds(&dialogue), 300);
    assert_int_not_equal(serial(&dialogue), before);
    dialogue_close(&dialogue);
}

void contract_patience_refusal(void **state)
{
    (void)state;
    after_refusal(SAY_MAIL SAY_RECIPIENT "DATA\r\na\nb", "\r\n.\r\n", "550");
    after_refusal("BDAT 4\r\nab", "cd", "503");
}

/* An expiry in the middle of a message: 421, and the message is void. */
void contract_patience_expired(void **state)
{
    struct dialogue dialogue;

    (void)state;
    open_greeted(&dialogue);
    dialogue_exchange(&dialogue, SAY_MAIL SAY_RECIPIENT "DATA\r\nabc\r\n.\r");
    dialogue_forget(&dialogue);
    assert_int_equal(sansmtp_server_expired(dialogue.server), 0);
    dialogue_until(&dialogue, 0);
    dialogue_expect(&dialogue, "421 4.4.2 " HOSTNAME " Waited too long, closing\r\n");
    assert_true(dialogue_happened(&dialogue, "reset"));
    assert_int_equal(seconds(&dialogue), 0);
    assert_int_equal(sansmtp_server_expired(dialogue.server), SANSMTP_ERR_STATE);
    dialogue_close(&dialogue);
}
