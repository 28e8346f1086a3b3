#include "contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "dialogue.h"

/* Promise 9: nothing is accepted by accident. */

static bool ended(const struct dialogue *dialogue)
{
    return dialogue_happened(dialogue, "\nend ");
}

static bool accepted(const struct dialogue *dialogue)
{
    return dialogue_sent(dialogue, "Message accepted");
}

enum loss { LOST, EXPIRED, CLOSED };

static void lose(struct dialogue *dialogue, enum loss loss)
{
    switch (loss) {
    case LOST:
        assert_int_equal(sansmtp_server_eof(dialogue->server), 0);
        break;
    case EXPIRED:
        assert_int_equal(sansmtp_server_expired(dialogue->server), 0);
        break;
    case CLOSED:
        assert_int_equal(sansmtp_server_close(dialogue->server), 0);
        break;
    }
}

/* The session comes as far as length octets, and is lost. */
static void break_off(const char *octets, size_t length, size_t whole, enum loss loss)
{
    struct dialogue dialogue;

    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, SAY_HELLO);
    dialogue_give(&dialogue, octets, length);
    dialogue_until(&dialogue, 0);
    assert_int_equal(ended(&dialogue), length >= whole);
    assert_int_equal(accepted(&dialogue), length >= whole);
    lose(&dialogue, loss);
    dialogue_until(&dialogue, 0);
    assert_int_equal(sansmtp_server_wants(dialogue.server), SANSMTP_CLOSE);
    assert_int_equal(ended(&dialogue), length >= whole);
    assert_int_equal(accepted(&dialogue), length >= whole);
    assert_null(dialogue.ledger.broken);
    assert_false(dialogue.ledger.open); /* END and its answer, or RESET */
    dialogue_close(&dialogue);
}

static void break_off_everywhere(const char *octets)
{
    size_t whole = strlen(octets);

    for (size_t length = 0; length <= whole; length++) {
        break_off(octets, length, whole, LOST);
        break_off(octets, length, whole, EXPIRED);
        break_off(octets, length, whole, CLOSED);
    }
}

void contract_accident_data(void **state)
{
    (void)state;
    break_off_everywhere(SAY_MAIL SAY_RECIPIENT "DATA\r\nSubject: x\r\n\r\n..\r\n.\r\n");
}

void contract_accident_chunks(void **state)
{
    (void)state;
    break_off_everywhere(SAY_MAIL SAY_RECIPIENT "BDAT 4\r\nabc\nBDAT 3\r\n\r\n.BDAT 2 LAST\r\n.\r");
}

/* PRACT-smuggling-a, PRACT-smuggling-b: one bare octet, and the message is read to its true end and
 * refused, once. */
void contract_accident_bare(void **state)
{
    static const char *const bodies[] = {"a\nb",         "a\rb",     "a\n.\nb",       "a\r\n.\nb",
                                         "a\n.\r\nb",    "a\r.\rb",  "a\r\n.\rb",     "a\r\r\n",
                                         "a\r\n.\r\r\n", "\n.\r\nx", "a\n\r\n.\n\r\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct dialogue dialogue;

        dialogue_open(&dialogue, NULL);
        dialogue_exchange(&dialogue, SAY_TRANSACTION "DATA\r\n");
        dialogue_forget(&dialogue);
        dialogue_say(&dialogue, bodies[i]);
        dialogue_exchange(&dialogue, "\r\n.\r\nNOOP\r\n");
        dialogue_expect(&dialogue, "550 5.6.0 Message holds a bare CR or LF\r\n250 2.0.0 Ok\r\n");
        assert_false(dialogue_happened(&dialogue, "end "));
        assert_true(dialogue_happened(&dialogue, "reset"));
        assert_null(dialogue.ledger.broken);
        dialogue_close(&dialogue);
    }
}

static void open_small(struct dialogue *dialogue, uint64_t message_size)
{
    struct sansmtp_server_options options;

    dialogue_options(&options);
    options.message_size = message_size;
    dialogue_open(dialogue, &options);
    dialogue_exchange(dialogue, SAY_TRANSACTION);
    dialogue_forget(dialogue);
}

/* A message one octet over the limit, with commands in it: payload all the same. */
void contract_accident_limit(void **state)
{
    struct dialogue dialogue;

    (void)state;
    open_small(&dialogue, 14);
    dialogue_exchange(&dialogue, "DATA\r\n0123456789ab\r\n.\r\n");
    assert_true(accepted(&dialogue));
    dialogue_close(&dialogue);
    open_small(&dialogue, 13);
    dialogue_exchange(&dialogue, "DATA\r\n0123456789ab\r\nQUIT\r\n.\r\nNOOP\r\n");
    dialogue_expect(&dialogue, "354 Go ahead, end with <CRLF>.<CRLF>\r\n"
                               "552 5.3.4 Message larger than this host accepts\r\n"
                               "250 2.0.0 Ok\r\n");
    assert_false(dialogue_happened(&dialogue, "end "));
    dialogue_close(&dialogue);
    open_small(&dialogue, 13);
    dialogue_exchange(&dialogue, "BDAT 14 LAST\r\nQUIT\r\nNOOP\r\nQUNOOP\r\n");
    dialogue_expect(&dialogue, "552 5.3.4 Message larger than this host accepts\r\n"
                               "250 2.0.0 Ok\r\n");
    dialogue_close(&dialogue);
}

/* Nobody said that a recipient is ours: none is. */
void contract_accident_silence(void **state)
{
    struct sansmtp_server_callbacks none = {.size = sizeof(none)};
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_say(&dialogue, SAY_TRANSACTION "DATA\r\nNOOP\r\n");
    assert_true(sansmtp_server_run(dialogue.server, &dialogue.in, &none, NULL) > 0);
    dialogue_drain(&dialogue);
    assert_true(dialogue_sent(&dialogue, "550 5.7.1 Recipient not accepted here\r\n"
                                         "554 5.5.1 No valid recipients\r\n"
                                         "250 2.0.0 Ok\r\n"));
    dialogue_close(&dialogue);
}

static void recipients_only(struct sansmtp_server *server, const struct sansmtp_event *event,
                            void *user)
{
    (void)event;
    (void)user;
    assert_int_equal(sansmtp_server_accept(server), 0);
}

/* Nobody said that the message is stored: it is not. */
void contract_accident_unstored(void **state)
{
    struct sansmtp_server_callbacks callbacks = {.size = sizeof(callbacks),
                                                 .recipient = recipients_only};
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_say(&dialogue, SAY_TRANSACTION "DATA\r\nabc\r\n.\r\n");
    assert_true(sansmtp_server_run(dialogue.server, &dialogue.in, &callbacks, NULL) > 0);
    dialogue_drain(&dialogue);
    assert_true(dialogue_sent(&dialogue, "451 4.3.0 Message not stored, try again later\r\n"));
    dialogue_close(&dialogue);
}
