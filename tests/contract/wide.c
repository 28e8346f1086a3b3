#include "contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dialogue.h"

/* Promise 13: 64-bit counts on every target. */

static void open_unlimited(struct dialogue *dialogue)
{
    struct sansmtp_server_options options;

    dialogue_options(&options);
    options.message_size = 0;
    dialogue_open(dialogue, &options);
    dialogue_exchange(dialogue, SAY_HELLO);
}

/* Payload that looks like commands, much of it, and no reply to any. */
static void pour(struct dialogue *dialogue)
{
    static const char commands[] = "QUIT\r\nRSET\r\n.\r\nMAIL FROM:<x@evil.example>\r\n";

    for (int i = 0; i < 1000; i++) {
        dialogue_exchange(dialogue, commands);
    }
}

/* 3030-2-n, 3030-2-f: a chunk nobody will ever send whole: skipped by count, however wide the
 * number. */
static void skip_chunk(const char *size)
{
    struct dialogue dialogue;
    char line[64];

    open_unlimited(&dialogue);
    dialogue_forget(&dialogue);
    snprintf(line, sizeof(line), "BDAT %s LAST\r\n", size);
    dialogue_exchange(&dialogue, line);
    pour(&dialogue);
    dialogue_expect(&dialogue, ""); /* refused, and still payload */
    assert_int_equal(sansmtp_server_wants(dialogue.server), SANSMTP_READ);
    assert_int_equal(sansmtp_server_error(dialogue.server), 0);
    dialogue_close(&dialogue);
}

void contract_wide_skipped_chunk(void **state)
{
    (void)state;
    skip_chunk("4294967296");           /* 2^32: not 0 */
    skip_chunk("4294967297");           /* not 1 */
    skip_chunk("9223372036854775808");  /* 2^63: not negative */
    skip_chunk("18446744073709551615"); /* 2^64 - 1 */
}

/* 3030-2-m: one more than can be counted is not a small number: out of step, 501 and close. */
void contract_wide_unreadable_chunk(void **state)
{
    static const char *const sizes[] = {"18446744073709551616", "99999999999999999999",
                                        "184467440737095516150", "36893488147419103233"};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct dialogue dialogue;
        char line[64];

        open_unlimited(&dialogue);
        dialogue_forget(&dialogue);
        snprintf(line, sizeof(line), "BDAT %s LAST\r\nQUIT\r\n", sizes[i]);
        dialogue_exchange(&dialogue, line);
        dialogue_expect(&dialogue, "501 5.5.4 Syntax error in arguments\r\n");
        assert_int_equal(sansmtp_server_error(dialogue.server), SANSMTP_ERR_FRAMING);
        dialogue_close(&dialogue);
    }
}

/* An accepted chunk is handed on, and a wide one never ends by itself. */
void contract_wide_chunk(void **state)
{
    struct dialogue dialogue;

    (void)state;
    open_unlimited(&dialogue);
    dialogue_exchange(&dialogue, SAY_MAIL SAY_RECIPIENT "BDAT 9223372036854775808 LAST\r\n");
    dialogue_forget(&dialogue);
    pour(&dialogue);
    dialogue_expect(&dialogue, "");
    assert_false(dialogue_happened(&dialogue, "end "));
    assert_true(dialogue_happened(&dialogue, "body "));
    assert_int_equal(sansmtp_server_eof(dialogue.server), 0);
    dialogue_until(&dialogue, 0);
    assert_false(dialogue.ledger.open);
    dialogue_close(&dialogue);
}

/* Two chunks whose sum passes 2^64 are not within a limit. */
void contract_wide_sum(void **state)
{
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, SAY_TRANSACTION "BDAT 5\r\nabcde");
    dialogue_forget(&dialogue);
    dialogue_exchange(&dialogue, "BDAT 18446744073709551615 LAST\r\n");
    dialogue_expect(&dialogue, "");
    assert_true(dialogue_happened(&dialogue, "limit"));
    assert_true(dialogue_happened(&dialogue, "reset"));
    dialogue_close(&dialogue);
}

static uint64_t declared(const char *size, bool *refused)
{
    struct dialogue dialogue;
    const struct sansmtp_event *event;
    char line[80];
    uint64_t number = 0;

    open_unlimited(&dialogue);
    snprintf(line, sizeof(line), "MAIL FROM:<> SIZE=%s\r\n", size);
    dialogue_say(&dialogue, line);
    event = dialogue_until(&dialogue, SANSMTP_EVENT_MAIL);
    *refused = event == NULL;
    if (event != NULL) {
        number = event->number;
    }
    dialogue_close(&dialogue);
    return number;
}

/* 1870-3-b, 1870-3-c */
void contract_wide_size(void **state)
{
    bool refused = false;

    (void)state;
    assert_true(declared("4294967296", &refused) == UINT64_C(4294967296));
    assert_true(declared("18446744073709551614", &refused) == UINT64_MAX - 1);
    assert_true(declared("18446744073709551615", &refused) == UINT64_MAX);
    assert_true(declared("18446744073709551616", &refused) == UINT64_MAX);
    assert_true(declared("99999999999999999999", &refused) == UINT64_MAX);
    assert_false(refused);
    declared("100000000000000000000", &refused);
    assert_true(refused);
}

/* 1870-3-c, 1870-6.1-a: with a limit, too large is too large. */
void contract_wide_size_limited(void **state)
{
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, SAY_HELLO);
    dialogue_forget(&dialogue);
    dialogue_exchange(&dialogue, "MAIL FROM:<> SIZE=99999999999999999999\r\n"
                                 "MAIL FROM:<> SIZE=33554433\r\nMAIL FROM:<> SIZE=33554432\r\n");
    dialogue_expect(&dialogue, "552 5.3.4 Message larger than this host accepts\r\n"
                               "552 5.3.4 Message larger than this host accepts\r\n"
                               "250 2.1.0 Sender ok\r\n");
    dialogue_close(&dialogue);
}
