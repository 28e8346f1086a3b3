#include "contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dialogue.h"
#include "guard.h"

/* Promise 10: nothing goes out malformed. */

struct place {
    const char *words;
    uint32_t question;
    uint32_t code;   /* the one yes; 2: any 2yz */
    bool turns_away; /* a no is 421, 521 or 554 only */
};

static const struct place places[] = {
    {"", SANSMTP_EVENT_CONNECT, 220, true},
    {SAY_HELLO, SANSMTP_EVENT_HELLO, 250, false},
    {SAY_HELLO SAY_MAIL, SANSMTP_EVENT_MAIL, 2, false},
    {SAY_TRANSACTION, SANSMTP_EVENT_RECIPIENT, 2, false},
    {SAY_TRANSACTION "DATA\r\n", SANSMTP_EVENT_DATA, 354, false},
    {SAY_TRANSACTION "BDAT 1\r\nx", SANSMTP_EVENT_CHUNK, 2, false},
    {SAY_TRANSACTION "DATA\r\n.\r\n", SANSMTP_EVENT_END, 2, false},
    {"VRFY x\r\n", SANSMTP_EVENT_VERIFY, 2, false},
    {"EXPN x\r\n", SANSMTP_EVENT_EXPAND, 2, false},
    {"HELP\r\n", SANSMTP_EVENT_HELP, 2, false},
    {SAY_HELLO "STARTTLS\r\n", SANSMTP_EVENT_STARTTLS, 220, false},
    {SAY_HELLO "AUTH EXTERNAL =\r\n", SANSMTP_EVENT_AUTH, 235, false},
    {SAY_HELLO "AUTH LOGIN\r\neA==\r\n", SANSMTP_EVENT_RESPONSE, 235, false},
    {"XFROB\r\n", SANSMTP_EVENT_UNKNOWN, 2, false},
};

#define PLACES (sizeof(places) / sizeof(places[0]))

static void open_at(struct dialogue *dialogue, const struct place *place)
{
    dialogue_open(dialogue, NULL);
    dialogue_reach(dialogue, place->words, place->question);
    dialogue_drain(dialogue);
    dialogue_forget(dialogue);
}

/* An answer: refused with this error, or taken; refused, it must have changed nothing. */
static int try_answer(const struct place *place, uint32_t code, uint32_t enhanced, const char *text,
                      size_t length)
{
    struct dialogue dialogue;
    int result;

    open_at(&dialogue, place);
    result = sansmtp_server_reply(dialogue.server, code, enhanced, text, length);
    if (result != 0) {
        size_t pending = 0;

        sansmtp_server_output(dialogue.server, &pending);
        assert_int_equal(pending, 0);
        assert_int_equal(sansmtp_server_wants(dialogue.server), SANSMTP_REPLY);
        assert_int_equal(sansmtp_server_error(dialogue.server), 0);
        dialogue_yes(&dialogue);
    }
    dialogue_drain(&dialogue);
    if (place->question != SANSMTP_EVENT_HELLO) {
        assert_null(replies_check(dialogue.output.data, dialogue.output.length, 512, false));
    }
    dialogue_close(&dialogue);
    return result;
}

/* RFC 5321 4.2: %x32-35 %x30-35 %x30-39. */
static bool code_belongs(const struct place *place, uint32_t code)
{
    if (code < 200 || code > 559 || code / 10 % 10 > 5) {
        return false;
    }
    if (code >= 400) {
        return !place->turns_away || code == 421 || code == 521 || code == 554;
    }
    return place->code == 2 ? code < 300 : code == place->code;
}

/* 5321-4.2-g, 5321-4.2-c */
void contract_gate_codes(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLACES; i++) {
        for (uint32_t code = 0; code <= 700; code++) {
            assert_int_equal(try_answer(&places[i], code, 0, "x", 1),
                             code_belongs(&places[i], code) ? 0 : SANSMTP_ERR_CODE);
        }
        assert_int_equal(try_answer(&places[i], UINT32_MAX, 0, "x", 1), SANSMTP_ERR_CODE);
        assert_int_equal(try_answer(&places[i], 1250, 0, "x", 1), SANSMTP_ERR_CODE);
    }
}

/* PRACT-replyinject-a, 6531-3.7.4.2-c: every octet there is. */
void contract_gate_octets(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLACES; i++) {
        for (unsigned octet = 0; octet < 256; octet++) {
            const char text[3] = {'a', (char)octet, 'b'};
            bool good = octet == '\t' || (octet >= 0x20 && octet < 0x7f);
            uint32_t code = dialogue_yes_code(places[i].question);

            assert_int_equal(try_answer(&places[i], code, 0, text, 3), good ? 0 : SANSMTP_ERR_TEXT);
            assert_int_equal(try_answer(&places[i], 554, 0, text, 3), good ? 0 : SANSMTP_ERR_TEXT);
        }
    }
}

/* 2034-4-e: the class is the reply's. */
void contract_gate_enhanced(void **state)
{
    static const uint32_t wrong[] = {
        1,         999999, 1000000, 3000000, 4001001, 2001001, 6000000, 9999999, UINT32_C(55001001),
        UINT32_MAX};
    const struct place *place = &places[3];

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(try_answer(place, 550, wrong[i], "x", 1), SANSMTP_ERR_CODE);
    }
    assert_int_equal(try_answer(place, 250, 5001001, "x", 1), SANSMTP_ERR_CODE);
    assert_int_equal(try_answer(place, 450, 5001001, "x", 1), SANSMTP_ERR_CODE);
    assert_int_equal(try_answer(place, 550, 5001001, "x", 1), 0);
    assert_int_equal(try_answer(place, 550, 5999999, "x", 1), 0);
    assert_int_equal(try_answer(place, 450, 4000000, "x", 1), 0);
    assert_int_equal(try_answer(&places[4], 354, 2000000, "x", 1), SANSMTP_ERR_CODE);
}

/* How many octets of text a reply takes before it would be longer than options.reply: found by
 * asking, and held against what then goes out. The text ends at a guard page. */
static void longest_text(const struct place *place, uint32_t code, uint32_t enhanced)
{
    for (size_t length = 400; length <= 520; length++) {
        uint8_t *text = guard_alloc(length);
        struct dialogue dialogue;
        int result;

        memset(text, 'x', length);
        open_at(&dialogue, place);
        result = sansmtp_server_reply(dialogue.server, code, enhanced, (const char *)text, length);
        dialogue_drain(&dialogue);
        if (result == 0) {
            assert_true(strstr(dialogue.output.data, "\r\n") - dialogue.output.data + 2 <= 512);
        } else {
            assert_int_equal(result, SANSMTP_ERR_TEXT);
        }
        assert_true(length > 480 || result == 0);
        assert_true(length < 509 || result != 0);
        guard_free(text, length);
        dialogue_close(&dialogue);
    }
}

/* 5321-4.5.3.1.5-a: the default enhanced code counts too. */
void contract_gate_lengths(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLACES; i++) {
        uint32_t code = dialogue_yes_code(places[i].question);

        longest_text(&places[i], code, 0);
        longest_text(&places[i], 421, 0);
        longest_text(&places[i], 421, 4123123);
        longest_text(&places[i], 554, 5000000);
    }
}

/* With no more room than a question needs, the longest answer still stays inside the block: it ends
 * at a guard page. */
void contract_gate_least_room(void **state)
{
    (void)state;
    for (size_t length = 480; length <= 512; length++) {
        struct dialogue dialogue;
        size_t pending = 0;
        char text[512];

        memset(text, 'x', sizeof(text));
        dialogue_open(&dialogue, NULL);
        dialogue_exchange(&dialogue, SAY_TRANSACTION);
        for (size_t left = 512; left > 0; left -= pending) {
            /* VRFY fills the output to the octet: its last answer is as long as what is left */
            size_t own = left > 512 - 12 ? 300 : left;

            dialogue_say(&dialogue, "VRFY x\r\n");
            assert_non_null(dialogue_pull(&dialogue));
            assert_int_equal(sansmtp_server_reply(dialogue.server, 250, 2000000, text, own - 12),
                             0);
            dialogue_answered(&dialogue, true);
            pending = own;
        }
        sansmtp_server_output(dialogue.server, &pending);
        assert_int_equal(pending, 512);
        dialogue_say(&dialogue, SAY_RECIPIENT);
        assert_non_null(dialogue_pull(&dialogue));
        sansmtp_server_reply(dialogue.server, 550, 0, text, length);
        sansmtp_server_output(dialogue.server, &pending);
        assert_true(pending <= dialogue.options.output);
        dialogue_drain(&dialogue);
        assert_null(replies_check(dialogue.output.data, dialogue.output.length, 512, false));
        dialogue_close(&dialogue);
    }
}

/* PRACT-replyinject-a, row's own words. */
void contract_gate_injection(void **state)
{
    static const char forged[] = "ok\r\n250 x";

    (void)state;
    for (size_t i = 0; i < PLACES; i++) {
        uint32_t code = dialogue_yes_code(places[i].question);

        assert_int_equal(try_answer(&places[i], code, 0, forged, 9), SANSMTP_ERR_TEXT);
        assert_int_equal(try_answer(&places[i], code, 0, "\n", 1), SANSMTP_ERR_TEXT);
        assert_int_equal(try_answer(&places[i], code, 0, "\0", 1), SANSMTP_ERR_TEXT);
    }
}

static size_t lines_of(const struct dialogue *dialogue, const char *start)
{
    size_t found = 0;

    for (const char *at = dialogue->output.data; at != NULL && *at != '\0';) {
        found += strncmp(at, start, strlen(start)) == 0;
        at = strchr(at, '\n');
        at = at == NULL ? NULL : at + 1;
    }
    return found;
}

/* 5321-4.2.1-a, 2034-4-d: a reply has one code and one enhanced code, or the host is told. */
void contract_gate_lines(void **state)
{
    struct dialogue dialogue;

    (void)state;
    open_at(&dialogue, &places[3]);
    assert_int_equal(sansmtp_server_reply_line(dialogue.server, 550, 5001001, "a", 1), 0);
    assert_int_equal(sansmtp_server_reply_line(dialogue.server, 551, 5001001, "b", 1),
                     SANSMTP_ERR_CODE);
    assert_int_equal(sansmtp_server_reply(dialogue.server, 250, 0, "b", 1), SANSMTP_ERR_CODE);
    assert_int_equal(sansmtp_server_accept(dialogue.server), SANSMTP_ERR_STATE);
    assert_int_equal(sansmtp_server_reply(dialogue.server, 550, 5001001, "b", 1), 0);
    dialogue_drain(&dialogue);
    dialogue_expect(&dialogue, "550-5.1.1 a\r\n550 5.1.1 b\r\n");
    dialogue_close(&dialogue);
}

/* 2034-4-d: what the host leaves out on the last line is what the lines before have. */
void contract_gate_lines_enhanced(void **state)
{
    static const uint32_t enhanced[] = {0, 5007001, 5001002};

    (void)state;
    for (size_t i = 0; i < sizeof(enhanced) / sizeof(enhanced[0]); i++) {
        struct dialogue dialogue;

        open_at(&dialogue, &places[3]);
        assert_int_equal(sansmtp_server_reply_line(dialogue.server, 550, 5001001, "a", 1), 0);
        if (sansmtp_server_reply(dialogue.server, 550, enhanced[i], "b", 1) != 0) {
            assert_int_equal(sansmtp_server_reply(dialogue.server, 550, 5001001, "b", 1), 0);
        }
        dialogue_drain(&dialogue);
        assert_int_equal(lines_of(&dialogue, "550"), 2);
        assert_int_equal(lines_of(&dialogue, "550-5.1.1 ") + lines_of(&dialogue, "550 5.1.1 "), 2);
        dialogue_close(&dialogue);
    }
}

static int answer_vrfy(struct dialogue *dialogue, const char *command, uint32_t code)
{
    static const char utf8[] = "<j\xc3\xbcrgen@mx.example>";

    dialogue_open(dialogue, NULL);
    dialogue_reach(dialogue, command, SANSMTP_EVENT_VERIFY);
    dialogue_drain(dialogue);
    dialogue_forget(dialogue);
    return sansmtp_server_reply(dialogue->server, code, 0, utf8, sizeof(utf8) - 1);
}

/* 6531-3.7.4.2-b, 6531-3.7.4.2-c: UTF-8 is shown where it was asked for, and nowhere else; 421 ends
 * the session however it is worded. */
void contract_gate_utf8(void **state)
{
    struct dialogue dialogue;

    (void)state;
    assert_int_equal(answer_vrfy(&dialogue, SAY_HELLO "VRFY j\r\n", 250), 0);
    dialogue_drain(&dialogue);
    assert_memory_equal(dialogue.output.data, "252 2.6.8 ", 10);
    dialogue_close(&dialogue);
    assert_int_equal(answer_vrfy(&dialogue, SAY_HELLO "VRFY j SMTPUTF8\r\n", 250), 0);
    dialogue_drain(&dialogue);
    assert_true(dialogue_sent(&dialogue, "250 2.0.0 <j\xc3\xbcrgen@mx.example>\r\n"));
    dialogue_close(&dialogue);
    if (answer_vrfy(&dialogue, SAY_HELLO "VRFY j\r\n", 421) == 0) {
        dialogue_answered(&dialogue, false);
        dialogue_until(&dialogue, 0);
        assert_int_equal(sansmtp_server_wants(dialogue.server), SANSMTP_CLOSE);
    }
    dialogue_close(&dialogue);
}
