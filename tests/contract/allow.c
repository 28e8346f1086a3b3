#include "contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "dialogue.h"

/* Extensions a session: allow(). */

#define ALL ((SANSMTP_EXTENSION_EXPN << 1) - 1)

static int off(struct dialogue *dialogue, uint64_t extensions)
{
    return sansmtp_server_allow(dialogue->server, extensions, 0);
}

static int on(struct dialogue *dialogue, uint64_t extensions)
{
    return sansmtp_server_allow(dialogue->server, extensions, 1);
}

static void say_again(struct dialogue *dialogue, const char *words)
{
    dialogue_forget(dialogue);
    dialogue_exchange(dialogue, words);
}

/* What is off is not announced, its verb is 502 and its parameter 555; and back again. */
void contract_allow_off_and_on(void **state)
{
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, "");
    assert_int_equal(off(&dialogue, SANSMTP_EXTENSION_AUTH | SANSMTP_EXTENSION_SIZE), 0);
    say_again(&dialogue, SAY_HELLO);
    assert_false(dialogue_sent(&dialogue, "AUTH"));
    assert_false(dialogue_sent(&dialogue, "SIZE"));
    assert_true(dialogue_sent(&dialogue, "250-DSN\r\n"));
    say_again(&dialogue, "AUTH EXTERNAL =\r\nMAIL FROM:<> SIZE=1\r\n");
    dialogue_expect(&dialogue, "502 5.5.1 Command not available\r\n"
                               "555 5.5.4 Parameter not recognised\r\n");
    assert_int_equal(on(&dialogue, SANSMTP_EXTENSION_AUTH | SANSMTP_EXTENSION_SIZE), 0);
    say_again(&dialogue, "AUTH EXTERNAL =\r\nMAIL FROM:<> SIZE=1\r\n");
    dialogue_expect(&dialogue, "235 2.7.0 Authentication succeeded\r\n250 2.1.0 Sender ok\r\n");
    dialogue_close(&dialogue);
}

/* RFC 5321 7.3: EXPN that is off by policy is 252. */
void contract_allow_expand(void **state)
{
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, SAY_HELLO);
    assert_int_equal(off(&dialogue, SANSMTP_EXTENSION_EXPN), 0);
    say_again(&dialogue, "EXPN list\r\n");
    assert_memory_equal(dialogue.output.data, "252 2.5.0 ", 10);
    assert_false(dialogue_happened(&dialogue, "expand"));
    dialogue_close(&dialogue);
}

/* Only what options have; never a contradiction (3030-3-a, 6531-3.1-a, 2033-5-a). */
void contract_allow_refused(void **state)
{
    struct sansmtp_server_options options;
    struct dialogue dialogue;

    (void)state;
    dialogue_options(&options);
    options.extensions &= ~SANSMTP_EXTENSION_DSN;
    options.flags |= SANSMTP_SERVER_LMTP;
    dialogue_open(&dialogue, &options);
    assert_int_equal(on(&dialogue, SANSMTP_EXTENSION_DSN), SANSMTP_ERR_OPTIONS);
    assert_int_equal(on(&dialogue, UINT64_C(1) << 63), SANSMTP_ERR_OPTIONS);
    assert_int_equal(off(&dialogue, SANSMTP_EXTENSION_CHUNKING), SANSMTP_ERR_OPTIONS);
    assert_int_equal(off(&dialogue, SANSMTP_EXTENSION_8BITMIME), SANSMTP_ERR_OPTIONS);
    assert_int_equal(off(&dialogue, SANSMTP_EXTENSION_PIPELINING), SANSMTP_ERR_OPTIONS);
    assert_int_equal(off(&dialogue, SANSMTP_EXTENSION_BINARYMIME), 0);
    assert_int_equal(off(&dialogue, SANSMTP_EXTENSION_CHUNKING), 0);
    assert_int_equal(on(&dialogue, SANSMTP_EXTENSION_BINARYMIME), SANSMTP_ERR_OPTIONS);
    assert_int_equal(on(&dialogue, SANSMTP_EXTENSION_BINARYMIME | SANSMTP_EXTENSION_CHUNKING), 0);
    dialogue_close(&dialogue);
}

/* The rows of an EHLO are whole, whatever is switched while they go out. */
static void switch_between(uint64_t extensions, bool before)
{
    struct dialogue dialogue;

    dialogue_open(&dialogue, NULL);
    dialogue_reach(&dialogue, SAY_HELLO, SANSMTP_EVENT_HELLO);
    dialogue_forget(&dialogue);
    if (before) {
        assert_int_equal(off(&dialogue, extensions), 0);
    }
    dialogue_yes(&dialogue);
    if (!before) {
        assert_int_equal(off(&dialogue, extensions), 0);
    }
    dialogue_until(&dialogue, 0);
    assert_null(replies_check(dialogue.output.data, dialogue.output.length, 512, false));
    dialogue_close(&dialogue);
}

void contract_allow_rows(void **state)
{
    (void)state;
    switch_between(ALL, true);
    switch_between(ALL, false);
    switch_between(SANSMTP_EXTENSION_EXPN, true);
    switch_between(SANSMTP_EXTENSION_EXPN, false);
}

/* 2034-4-a, 2034-4-d: a reply that began with enhanced codes ends with one. */
void contract_allow_lines(void **state)
{
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_reach(&dialogue, SAY_TRANSACTION, SANSMTP_EVENT_RECIPIENT);
    dialogue_forget(&dialogue);
    assert_int_equal(sansmtp_server_reply_line(dialogue.server, 250, 2001005, "a", 1), 0);
    assert_int_equal(off(&dialogue, SANSMTP_EXTENSION_ENHANCEDSTATUSCODES), 0);
    assert_int_equal(sansmtp_server_reply(dialogue.server, 250, 2001005, "b", 1), 0);
    dialogue_drain(&dialogue);
    dialogue_expect(&dialogue, "250-2.1.5 a\r\n250 2.1.5 b\r\n");
    dialogue_close(&dialogue);
}

/* One session's switches are no other's. */
void contract_allow_per_session(void **state)
{
    struct sansmtp_server_options options;
    struct dialogue one, other;

    (void)state;
    dialogue_options(&options);
    dialogue_open(&one, &options);
    dialogue_open(&other, &options);
    assert_int_equal(off(&one, SANSMTP_EXTENSION_DSN), 0);
    dialogue_exchange(&one, SAY_HELLO);
    dialogue_exchange(&other, SAY_HELLO);
    assert_false(dialogue_sent(&one, "DSN"));
    assert_true(dialogue_sent(&other, "DSN"));
    dialogue_close(&one);
    dialogue_close(&other);
}
