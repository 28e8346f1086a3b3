/* Recipients by the hundred and the thousand, and the limits that a peer has for them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client_dialogue.h"

/* Gives recipients for as long as they are asked for, but no more than most. */
static uint32_t give(struct client_dialogue *dialogue, uint32_t most)
{
    uint32_t given = 0;

    while (given < most && (sansmtp_client_wants(dialogue->client) & SANSMTP_RECIPIENT) != 0) {
        client_dialogue_recipient(dialogue);
        given++;
    }
    return given;
}

static void begin(struct client_dialogue *dialogue, uint32_t in_flight, const char *offers)
{
    struct sansmtp_client_options options;

    client_dialogue_options(&options);
    options.in_flight = in_flight;
    client_dialogue_open(dialogue, &options);
    client_dialogue_say(dialogue, "220 mx.example\r\n");
    client_dialogue_drain(dialogue);
    client_dialogue_say(dialogue, offers);
    client_dialogue_submit(dialogue);
    client_dialogue_drain(dialogue);
}

static void deliver(struct client_dialogue *dialogue)
{
    client_dialogue_drain(dialogue);
    client_dialogue_say(dialogue, "354 go\r\n");
    client_dialogue_body(dialogue, "x\r\n", 1);
    client_dialogue_drain(dialogue);
    client_dialogue_say(dialogue, "250 queued\r\n");
}

/* 5321-4.5.3.1.8-c: 150 recipients, and the peer takes 100. */
static void test_hundred(void **state)
{
    struct client_dialogue dialogue;
    uint32_t given = 0;

    (void)state;
    begin(&dialogue, 64, "250 mx.example\r\n");
    client_dialogue_say(&dialogue, "250 ok\r\n");
    for (; given < 150 && give(&dialogue, 1) == 1; given++) {
        client_dialogue_drain(&dialogue);
        client_dialogue_say(&dialogue, given < 100 ? "250 ok\r\n" : "452 too many\r\n");
    }
    assert_int_equal(given, 101);
    deliver(&dialogue);
    assert_true(client_dialogue_happened(
        &dialogue, "reason=delivered code=250 text=queued taken=101 answered=101 accepted=100"));
    client_dialogue_submit(&dialogue);
    client_dialogue_close(&dialogue);
}

/* 5321-4.5.3.1.10-c: 552 without an enhanced code is such a limit from the hundredth on. */
static void test_552(void **state)
{
    (void)state;
    for (uint32_t accepted = 99; accepted <= 100; accepted++) {
        struct client_dialogue dialogue;

        begin(&dialogue, 64, "250 mx.example\r\n");
        client_dialogue_say(&dialogue, "250 ok\r\n");
        for (uint32_t i = 0; i <= accepted; i++) {
            assert_int_equal(give(&dialogue, 1), 1);
            client_dialogue_drain(&dialogue);
            client_dialogue_say(&dialogue, i < accepted ? "250 ok\r\n" : "552 too many\r\n");
        }
        assert_int_equal(give(&dialogue, 1), accepted < 100 ? 1 : 0);
        client_dialogue_drain(&dialogue);
        assert_int_equal(strstr(dialogue.output.data, "DATA\r\n") != NULL, accepted >= 100);
        client_dialogue_close(&dialogue);
    }
}

/* 2920-3.1-h: thousands, pipelined: never more than in_flight commands await their replies, and the
 * memory is that of any session. */
static void test_thousands(void **state)
{
    const uint32_t most = 5000, in_flight = 16;
    struct client_dialogue dialogue;
    uint32_t given = 0, answered = 0;

    (void)state;
    begin(&dialogue, in_flight, "250-mx.example\r\n250 PIPELINING\r\n");
    while (answered < most) {
        given += give(&dialogue, most - given);
        assert_true(given + 1 - answered <= in_flight + 1);
        if (given == most && (sansmtp_client_wants(dialogue.client) & SANSMTP_RECIPIENT) != 0) {
            client_dialogue_end(&dialogue);
        }
        client_dialogue_drain(&dialogue);
        if (answered == 0) {
            client_dialogue_say(&dialogue, "250 sender\r\n");
        }
        client_dialogue_say(&dialogue, answered++ % 3 == 0 ? "550 no\r\n" : "250 ok\r\n");
        text_clear(&dialogue.output);
    }
    if ((sansmtp_client_wants(dialogue.client) & SANSMTP_RECIPIENT) != 0) {
        client_dialogue_end(&dialogue);
    }
    deliver(&dialogue);
    assert_true(client_dialogue_happened(
        &dialogue, "reason=delivered code=250 text=queued taken=5000 answered=5000 accepted=3333"));
    client_dialogue_close(&dialogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hundred),
        cmocka_unit_test(test_552),
        cmocka_unit_test(test_thousands),
    };

    return cmocka_run_group_tests_name("client_recipients", tests, NULL, NULL);
}
