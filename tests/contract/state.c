#include "contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "dialogue.h"

/* PRACT-statetable-a: what each event clears. Everything is set that a session can know, then one
 * thing happens, then it is asked what is left. */

#define KNOWN SAY_HELLO "AUTH EXTERNAL =\r\n" SAY_MAIL SAY_RECIPIENT

struct change {
    const char *words;
    bool starts_tls;
    bool transaction, hello, authenticated; /* are they left? */
};

static const struct change changes[] = {
    {"RSET\r\n", false, false, true, true},
    {"EHLO other.example\r\n", false, false, true, true},
    {"HELO other.example\r\n", false, false, true, true},
    {"EHLO \r\n", false, true, true, true}, /* 5321-4.1.4-a */
    {"DATA\r\n.\r\n", false, false, true, true},
    {"BDAT 1 LAST\r\nx", false, false, true, true},
    {"DATA\r\na\nb\r\n.\r\n", false, false, true, true},
    {"NOOP\r\n", false, true, true, true},
    {"VRFY x\r\nEXPN x\r\nHELP\r\nXFROB\r\n", false, true, true, true},
    {SAY_MAIL, false, true, true, true},              /* 5321-4.1.4-f */
    {"STARTTLS\r\n", false, true, true, true},        /* 3207-4-d */
    {"AUTH EXTERNAL =\r\n", false, true, true, true}, /* 503, and nothing else */
    {"BDAT 1\r\nx", false, true, true, true},
    {"RSET\r\nSTARTTLS\r\n", true, false, false, false},
};

static void happen(struct dialogue *dialogue, const struct change *change)
{
    struct sansmtp_tls tls = {.size = sizeof(tls)};

    dialogue_open(dialogue, NULL);
    dialogue_exchange(dialogue, KNOWN);
    dialogue_exchange(dialogue, change->words);
    if (change->starts_tls) {
        assert_int_equal(sansmtp_server_tls_started(dialogue->server, &tls), 0);
    }
    /* 5321-4.1.4-m: what is void was told of: END and its answer, or RESET. */
    assert_null(dialogue->ledger.broken);
    assert_int_equal(dialogue->ledger.open, change->transaction);
    dialogue_forget(dialogue);
}

/* Is the first reply to these words of this code? */
static bool answers(const struct change *change, const char *words, const char *code)
{
    struct dialogue dialogue;
    bool found;

    happen(&dialogue, change);
    dialogue_exchange(&dialogue, words);
    found = strncmp(dialogue.output.data, code, 3) == 0;
    dialogue_close(&dialogue);
    return found;
}

/* Does the next question say that the client is authenticated? */
static bool still_authenticated(const struct change *change)
{
    struct dialogue dialogue;
    bool found;

    happen(&dialogue, change);
    dialogue_exchange(&dialogue, SAY_HELLO SAY_MAIL);
    found = dialogue_happened(&dialogue, "authenticated");
    dialogue_close(&dialogue);
    return found;
}

void contract_state_clears(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        const struct change *change = &changes[i];

        assert_int_equal(answers(change, "BDAT 0 LAST\r\n", "250"), change->transaction);
        assert_int_equal(answers(change, SAY_MAIL, "250"), change->hello && !change->transaction);
        assert_int_equal(answers(change, "RSET\r\n", "250"), true);
        assert_int_equal(still_authenticated(change), change->authenticated);
    }
}

/* 4954-4-ab: authentication survives RSET and a later hello; 4954-4-w. */
void contract_state_authenticated(void **state)
{
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, KNOWN "RSET\r\n" SAY_HELLO);
    dialogue_forget(&dialogue);
    dialogue_exchange(&dialogue, SAY_MAIL);
    assert_true(dialogue_happened(&dialogue, "flags=authenticated"));
    dialogue_close(&dialogue);
}

/* 5321-4.1.4-f: the transaction that a second MAIL found is the one that goes on. */
void contract_state_kept(void **state)
{
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, SAY_TRANSACTION "MAIL FROM:<other@client.example>\r\n");
    dialogue_forget(&dialogue);
    dialogue_exchange(&dialogue, SAY_RECIPIENT "DATA\r\nabc\r\n.\r\n");
    assert_true(dialogue_happened(&dialogue, "recipient=1"));
    assert_true(dialogue_sent(&dialogue, "250 2.0.0 Message accepted\r\n"));
    dialogue_close(&dialogue);
}

/* 3030-2-i, 3030-2-o: once a chunk was taken, only chunks belong to the message, until RSET. */
void contract_state_chunks(void **state)
{
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, SAY_TRANSACTION "BDAT 1\r\nx");
    dialogue_forget(&dialogue);
    dialogue_exchange(&dialogue, SAY_RECIPIENT "DATA\r\nBDAT 1 LAST\r\ny");
    dialogue_expect(&dialogue, "503 5.5.1 Bad sequence of commands\r\n"
                               "503 5.5.1 Bad sequence of commands\r\n"
                               "250 2.0.0 Message accepted\r\n");
    dialogue_close(&dialogue);
}
