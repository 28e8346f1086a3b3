#include "contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "dialogue.h"

/* Promise 8: TLS is a wall. */

static const char injected[] = "STARTTLS\r\nRSET\r\nEHLO evil\r\nMAIL FROM:<x@evil.example>\r\n";

#define COMMAND_LENGTH 10 /* STARTTLS with its CRLF */

static void start_tls(struct dialogue *dialogue, uint32_t flags)
{
    struct sansmtp_tls tls = {.size = sizeof(tls), .flags = flags};

    assert_int_equal(sansmtp_server_wants(dialogue->server), SANSMTP_TLS);
    assert_int_equal(sansmtp_server_tls_started(dialogue->server, &tls), 0);
}

/* Octets up to the cut, then the rest; of what stands behind the command, at least one octet. */
static void inject(size_t cut, size_t length, bool drained)
{
    struct dialogue dialogue;

    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, SAY_HELLO);
    dialogue_forget(&dialogue);
    dialogue_give(&dialogue, injected, cut);
    while (dialogue_pull(&dialogue) != NULL) {
        if (dialogue.question != NULL) {
            dialogue_yes(&dialogue);
        }
    }
    if (drained) {
        dialogue_drain(&dialogue);
    }
    dialogue_give(&dialogue, injected + cut, length - cut);
    dialogue_until(&dialogue, 0);
    assert_int_equal(sansmtp_server_wants(dialogue.server), SANSMTP_CLOSE);
    assert_int_equal(sansmtp_server_error(dialogue.server), SANSMTP_ERR_INJECTION);
    dialogue_expect(&dialogue, "220 2.0.0 Ready to start TLS\r\n");
    assert_true(dialogue_happened(&dialogue, "starttls"));
    assert_true(dialogue_happened(&dialogue, "injection"));
    assert_true(dialogue_happened(&dialogue, "reason=injection"));
    assert_false(dialogue_happened(&dialogue, "evil\n")); /* no hello of that name */
    assert_false(dialogue_happened(&dialogue, "mail "));
    dialogue_close(&dialogue);
}

/* 3207-6-a: whole, and cut at every octet; half a line, even one octet, counts. */
void contract_wall_injection(void **state)
{
    (void)state;
    for (size_t cut = 1; cut <= sizeof(injected) - 1; cut++) {
        inject(cut, sizeof(injected) - 1, false);
        inject(cut, sizeof(injected) - 1, true);
    }
    for (size_t length = COMMAND_LENGTH + 1; length < sizeof(injected); length++) {
        inject(COMMAND_LENGTH, length, false);
        inject(COMMAND_LENGTH, length, true);
    }
}

/* The handshake is asked for only once the 220 is drained, to its last octet. */
void contract_wall_drain(void **state)
{
    struct sansmtp_tls tls = {.size = sizeof(tls)};
    struct dialogue dialogue;
    size_t length = 0;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, SAY_HELLO);
    dialogue_say(&dialogue, "STARTTLS\r\n");
    assert_non_null(dialogue_pull(&dialogue));
    dialogue_yes(&dialogue);
    for (;;) {
        assert_null(dialogue_pull(&dialogue));
        sansmtp_server_output(dialogue.server, &length);
        if (length == 0) {
            break;
        }
        assert_int_equal(sansmtp_server_wants(dialogue.server), SANSMTP_WRITE);
        assert_int_equal(sansmtp_server_tls_started(dialogue.server, &tls), SANSMTP_ERR_STATE);
        assert_int_equal(sansmtp_server_sent(dialogue.server, 1), 0);
    }
    start_tls(&dialogue, 0);
    assert_int_equal(sansmtp_server_tls_started(dialogue.server, &tls), SANSMTP_ERR_STATE);
    dialogue_close(&dialogue);
}

/* 3207-4.2-b, 3207-4.2-c, 3207-4.2-a: what was known before is forgotten. */
void contract_wall_forgets(void **state)
{
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, SAY_HELLO "AUTH LOGIN\r\nam9l\r\nSTARTTLS\r\n");
    dialogue_forget(&dialogue);
    start_tls(&dialogue, 0);
    dialogue_until(&dialogue, 0);
    dialogue_expect(&dialogue, ""); /* no second greeting */
    dialogue_exchange(&dialogue, SAY_MAIL);
    dialogue_expect(&dialogue, "503 5.5.1 Bad sequence of commands\r\n");
    dialogue_exchange(&dialogue, SAY_HELLO);
    assert_false(dialogue_sent(&dialogue, "STARTTLS"));
    dialogue_forget(&dialogue);
    dialogue_exchange(&dialogue, "STARTTLS\r\nAUTH EXTERNAL =\r\n" SAY_MAIL);
    assert_true(dialogue_sent(&dialogue, "503 5.5.1 Bad sequence of commands\r\n235 2.7.0 "));
    assert_true(dialogue_happened(&dialogue, "flags=tls,authenticated"));
    dialogue_close(&dialogue);
}

/* 3207-4.1-a */
void contract_wall_insufficient(void **state)
{
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, SAY_HELLO "STARTTLS\r\n");
    dialogue_forget(&dialogue);
    start_tls(&dialogue, SANSMTP_TLS_INSUFFICIENT);
    dialogue_exchange(&dialogue, SAY_HELLO "NOOP\r\nQUIT\r\n");
    dialogue_expect(&dialogue, "554 TLS not good enough for this host\r\n"
                               "554 5.7.0 TLS not good enough for this host\r\n"
                               "221 2.0.0 " HOSTNAME " Goodbye\r\n");
    dialogue_close(&dialogue);
}

/* What came in clear text before the channel was said to be under TLS was not said under it. */
void contract_wall_early(void **state)
{
    struct sansmtp_tls tls = {.size = sizeof(tls)};
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_say(&dialogue, "EHLO evil\r\n");
    assert_int_equal(dialogue_pull(&dialogue)->type, SANSMTP_EVENT_EARLY_TALKER);
    assert_int_equal(sansmtp_server_tls_started(dialogue.server, &tls), SANSMTP_ERR_STATE);
    dialogue_close(&dialogue);

    dialogue_open(&dialogue, NULL);
    assert_int_equal(sansmtp_server_tls_started(dialogue.server, &tls), 0);
    dialogue_exchange(&dialogue, SAY_HELLO);
    assert_true(dialogue_happened(&dialogue, "flags=tls"));
    assert_false(dialogue_sent(&dialogue, "STARTTLS"));
    dialogue_close(&dialogue);
}

/* Implicit TLS: the greeting waits for the handshake. */
void contract_wall_implicit(void **state)
{
    struct sansmtp_server_options options;
    struct dialogue dialogue;

    (void)state;
    dialogue_options(&options);
    options.flags |= SANSMTP_SERVER_IMPLICIT_TLS;
    dialogue_open(&dialogue, &options);
    assert_null(dialogue_pull(&dialogue));
    start_tls(&dialogue, 0);
    dialogue_exchange(&dialogue, SAY_HELLO);
    assert_memory_equal(dialogue.output.data, "220 " HOSTNAME, 14);
    assert_false(dialogue_sent(&dialogue, "STARTTLS"));
    dialogue_close(&dialogue);
}

/* 3207-4.1-c: a handshake that failed is the end. */
void contract_wall_failed(void **state)
{
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, SAY_HELLO "STARTTLS\r\n");
    dialogue_forget(&dialogue);
    assert_int_equal(sansmtp_server_eof(dialogue.server), 0);
    dialogue_until(&dialogue, 0);
    assert_int_equal(sansmtp_server_wants(dialogue.server), SANSMTP_CLOSE);
    dialogue_expect(&dialogue, "");
    dialogue_close(&dialogue);
}
