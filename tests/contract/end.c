#include "contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "dialogue.h"

/* close() at each place, the farewell, and what the host hears. */

#define FAREWELL "421 4.3.2 " HOSTNAME " Service closing, try again later\r\n"

/* Says words, then close(); returns what went out from there. */
static void close_after(struct dialogue *dialogue, const char *words)
{
    dialogue_open(dialogue, NULL);
    dialogue_exchange(dialogue, SAY_HELLO);
    dialogue_exchange(dialogue, words);
    dialogue_forget(dialogue);
    assert_int_equal(sansmtp_server_close(dialogue->server), 0);
    dialogue_until(dialogue, 0);
    assert_int_equal(sansmtp_server_wants(dialogue->server), SANSMTP_CLOSE);
    assert_int_equal(sansmtp_server_error(dialogue->server), 0);
    assert_true(dialogue_happened(dialogue, "reason=closed"));
    assert_null(dialogue->ledger.broken);
    assert_false(dialogue->ledger.open);
}

static void close_says(const char *words, const char *output)
{
    struct dialogue dialogue;

    close_after(&dialogue, words);
    dialogue_expect(&dialogue, output);
    assert_false(dialogue_happened(&dialogue, "end "));
    dialogue_close(&dialogue);
}

/* 5321-3.8-c: at a boundary, within a line, a body, a chunk or an AUTH exchange, and before TLS. */
void contract_end_close(void **state)
{
    (void)state;
    close_says("", FAREWELL);
    close_says("NOO", FAREWELL);
    close_says(SAY_MAIL SAY_RECIPIENT, FAREWELL);
    close_says(SAY_MAIL SAY_RECIPIENT "DATA\r\nabc", FAREWELL);
    close_says(SAY_MAIL SAY_RECIPIENT "DATA\r\nabc\r\n.\r", FAREWELL);
    close_says(SAY_MAIL SAY_RECIPIENT "BDAT 10 LAST\r\nabc", FAREWELL);
    close_says("AUTH LOGIN\r\nam9", FAREWELL);
    close_says("STARTTLS\r\n", "");
}

/* 5321-3.8-c: before the greeting; no enhanced code there (2034-4-b). */
void contract_end_before_greeting(void **state)
{
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    assert_int_equal(sansmtp_server_close(dialogue.server), 0);
    dialogue_until(&dialogue, 0);
    dialogue_expect(&dialogue, "421 " HOSTNAME " Service closing, try again later\r\n");
    assert_false(dialogue_happened(&dialogue, "connect"));
    assert_int_equal(sansmtp_server_wants(dialogue.server), SANSMTP_CLOSE);
    dialogue_close(&dialogue);
}

static void close_at(const char *words, uint32_t question, const char *output)
{
    struct dialogue dialogue;

    dialogue_open(&dialogue, NULL);
    dialogue_reach(&dialogue, words, question);
    dialogue_forget(&dialogue);
    assert_int_equal(sansmtp_server_close(dialogue.server), 0);
    dialogue_drain(&dialogue);
    dialogue_expect(&dialogue, "");
    assert_int_equal(sansmtp_server_wants(dialogue.server), SANSMTP_REPLY);
    dialogue_until(&dialogue, 0);
    dialogue_expect(&dialogue, output);
    assert_int_equal(sansmtp_server_wants(dialogue.server), SANSMTP_CLOSE);
    assert_false(dialogue.ledger.open);
    assert_null(dialogue.ledger.broken);
    dialogue_close(&dialogue);
}

/* While a question is open: after its answer; a message that came whole is still answered. */
void contract_end_close_at_question(void **state)
{
    (void)state;
    close_at("", SANSMTP_EVENT_CONNECT, "220 " HOSTNAME " ESMTP\r\n" FAREWELL);
    close_at(SAY_HELLO SAY_MAIL, SANSMTP_EVENT_MAIL, "250 2.1.0 Sender ok\r\n" FAREWELL);
    close_at(SAY_TRANSACTION "DATA\r\n", SANSMTP_EVENT_DATA,
             "354 Go ahead, end with <CRLF>.<CRLF>\r\n" FAREWELL);
    close_at(SAY_TRANSACTION "DATA\r\nabc\r\n.\r\nNOOP\r\n", SANSMTP_EVENT_END,
             "250 2.0.0 Message accepted\r\n" FAREWELL);
    close_at(SAY_TRANSACTION "BDAT 1\r\nx", SANSMTP_EVENT_CHUNK, "250 2.0.0 Chunk ok\r\n" FAREWELL);
    close_at(SAY_HELLO "STARTTLS\r\n", SANSMTP_EVENT_STARTTLS, "220 2.0.0 Ready to start TLS\r\n");
}

/* LMTP: a message that came whole is answered for each recipient before the end. */
void contract_end_close_lmtp(void **state)
{
    struct sansmtp_server_options options;
    struct dialogue dialogue;

    (void)state;
    dialogue_options(&options);
    options.flags |= SANSMTP_SERVER_LMTP;
    dialogue_open(&dialogue, &options);
    dialogue_reach(&dialogue, "LHLO c\r\n" SAY_MAIL SAY_RECIPIENT SAY_RECIPIENT "DATA\r\n.\r\n",
                   SANSMTP_EVENT_END);
    dialogue_forget(&dialogue);
    assert_int_equal(sansmtp_server_close(dialogue.server), 0);
    dialogue_until(&dialogue, 0);
    dialogue_expect(&dialogue,
                    "250 2.0.0 Message accepted\r\n250 2.0.0 Message accepted\r\n" FAREWELL);
    assert_null(dialogue.ledger.broken);
    dialogue_close(&dialogue);
}

/* A farewell that finds no room waits for it, and is not lost. */
void contract_end_farewell_waits(void **state)
{
    struct dialogue dialogue;
    size_t length = 0;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, SAY_HELLO);
    dialogue_forget(&dialogue);
    for (int i = 0; i < 60; i++) {
        dialogue_say(&dialogue, "NOOP\r\n");
    }
    assert_null(dialogue_pull(&dialogue));
    assert_int_equal(sansmtp_server_wants(dialogue.server), SANSMTP_WRITE);
    assert_int_equal(sansmtp_server_expired(dialogue.server), 0);
    assert_int_equal(sansmtp_server_error(dialogue.server), SANSMTP_ERR_EXPIRED);
    sansmtp_server_output(dialogue.server, &length);
    assert_int_equal(sansmtp_server_sent(dialogue.server, 1), 0);
    dialogue_until(&dialogue, 0);
    assert_true(dialogue_sent(&dialogue, "421 4.4.2 " HOSTNAME " Waited too long, closing\r\n"));
    assert_int_equal(sansmtp_server_wants(dialogue.server), SANSMTP_CLOSE);
    dialogue_close(&dialogue);
}

/* Half-close: the peer says all and shuts its side; every reply still goes out. */
void contract_end_half_close(void **state)
{
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_reach(&dialogue, SAY_TRANSACTION "DATA\r\nabc\r\n.\r\nNOOP\r\n", SANSMTP_EVENT_END);
    dialogue_forget(&dialogue);
    assert_int_equal(sansmtp_server_eof(dialogue.server), 0);
    assert_int_equal(sansmtp_server_wants(dialogue.server), SANSMTP_REPLY);
    dialogue_until(&dialogue, 0);
    dialogue_expect(&dialogue, "250 2.0.0 Message accepted\r\n250 2.0.0 Ok\r\n");
    assert_int_equal(sansmtp_server_wants(dialogue.server), SANSMTP_CLOSE);
    assert_int_equal(sansmtp_server_error(dialogue.server), SANSMTP_ERR_GONE);
    dialogue_close(&dialogue);
}

/* PRACT-errlimit-a: never silently. */
void contract_end_budget(void **state)
{
    struct sansmtp_server_options options;
    struct dialogue dialogue;

    (void)state;
    dialogue_options(&options);
    options.errors = 3;
    dialogue_open(&dialogue, &options);
    dialogue_exchange(&dialogue, SAY_HELLO);
    dialogue_forget(&dialogue);
    dialogue_exchange(&dialogue, "TURN\r\nTURN\r\nTURN\r\nTURN\r\nTURN\r\n");
    dialogue_expect(&dialogue,
                    "502 5.5.1 Command not available\r\n"
                    "502 5.5.1 Command not available\r\n"
                    "502 5.5.1 Command not available\r\n"
                    "421 4.7.0 " HOSTNAME " Too many errors or idle commands, closing\r\n");
    assert_true(dialogue_happened(&dialogue, "limit"));
    assert_int_equal(sansmtp_server_error(dialogue.server), SANSMTP_ERR_BUDGET);
    dialogue_close(&dialogue);
}
