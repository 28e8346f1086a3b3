#include "contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "dialogue.h"

/* Promises 7, 11 and 12: run() alone calls the host; misuse is told; errors of the peer stick. */

void contract_door_null(void **state)
{
    struct sansmtp_server_callbacks none = {.size = sizeof(none)};
    struct sansmtp_server_options options;
    struct sansmtp_tls tls = {.size = sizeof(tls)};
    struct sansmtp_span in = {(const uint8_t *)"x", 1};
    uint8_t memory[8];
    size_t length = 0;
    uint32_t serial = 0;

    (void)state;
    dialogue_options(&options);
    assert_int_equal(sansmtp_server_init(NULL, memory, sizeof(memory), &options),
                     SANSMTP_ERR_ARGUMENT);
    assert_null(sansmtp_server_next(NULL, &in));
    assert_int_equal(in.length, 1);
    assert_int_equal(sansmtp_server_wants(NULL), 0);
    assert_null(sansmtp_server_question(NULL));
    assert_int_equal(sansmtp_server_error(NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_server_accept(NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_server_decline(NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_server_fail(NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_server_reply(NULL, 250, 0, "x", 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_server_reply_line(NULL, 250, 0, "x", 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_server_challenge(NULL, "x", 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_server_lend(NULL, memory, sizeof(memory)), SANSMTP_ERR_ARGUMENT);
    assert_null(sansmtp_server_output(NULL, &length));
    assert_int_equal(sansmtp_server_sent(NULL, 0), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_server_secret(NULL), 0);
    assert_int_equal(sansmtp_server_allow(NULL, 0, 1), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_server_tls_started(NULL, &tls), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_server_patience(NULL, &serial), 0);
    assert_int_equal(sansmtp_server_expired(NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_server_close(NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_server_eof(NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_server_pause(NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_server_resume(NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_server_run(NULL, &in, &none, NULL), SANSMTP_ERR_ARGUMENT);
}

struct visitor {
    struct sansmtp_server_callbacks *callbacks;
    struct sansmtp_span *in;
    unsigned depth, deepest, calls;
};

/* Does all that would call the host again, and hands in the rest of the input at that. */
static void reenter(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct visitor *visitor = user;
    struct sansmtp_span before = *visitor->in;

    visitor->calls++;
    visitor->depth++;
    if (visitor->depth > visitor->deepest) {
        visitor->deepest = visitor->depth;
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sansmtp_server_run(server, visitor->in, visitor->callbacks, user),
                         SANSMTP_ERR_BUSY);
        assert_null(sansmtp_server_next(server, visitor->in));
        assert_int_equal(sansmtp_server_expired(server), SANSMTP_ERR_BUSY);
        if (event->type < 64 && i == 0) {
            assert_int_equal(
                sansmtp_server_reply(server, dialogue_yes_code(event->type), 0, NULL, 0), 0);
        }
    }
    assert_ptr_equal(visitor->in->data, before.data);
    assert_int_equal(visitor->in->length, before.length);
    visitor->depth--;
}

void contract_door_reentry(void **state)
{
    struct sansmtp_server_callbacks callbacks = {.size = sizeof(callbacks),
                                                 .connect = reenter,
                                                 .hello = reenter,
                                                 .mail = reenter,
                                                 .recipient = reenter,
                                                 .data = reenter,
                                                 .end = reenter,
                                                 .body = reenter,
                                                 .closing = reenter,
                                                 .unknown = reenter,
                                                 .help = reenter,
                                                 .verify = reenter};
    struct visitor visitor = {.callbacks = &callbacks};
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    visitor.in = &dialogue.in;
    dialogue_say(&dialogue,
                 SAY_TRANSACTION "DATA\r\nabc\r\n.\r\nVRFY x\r\nHELP\r\nXFROB\r\nQUIT\r\n");
    while (sansmtp_server_run(dialogue.server, &dialogue.in, &callbacks, &visitor) !=
           SANSMTP_CLOSE) {
        dialogue_drain(&dialogue);
    }
    assert_int_equal(visitor.deepest, 1);
    assert_int_equal(visitor.calls, 11);
    assert_true(
        dialogue_sent(&dialogue, "250 2.0.0 Message accepted\r\n250 2.0.0 Ok\r\n214 2.0.0 "));
    dialogue_close(&dialogue);
}

/* eof() from a callback ends the session, and does not open the door to a second run(). */
static void leave(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct visitor *visitor = user;

    (void)event;
    visitor->calls++;
    assert_int_equal(sansmtp_server_eof(server), 0);
    assert_int_equal(sansmtp_server_accept(server), SANSMTP_ERR_STATE);
    assert_int_equal(sansmtp_server_run(server, NULL, visitor->callbacks, user), SANSMTP_ERR_BUSY);
    assert_null(sansmtp_server_next(server, NULL));
}

static void count_call(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct visitor *visitor = user;

    (void)server;
    (void)event;
    visitor->calls += 100;
}

void contract_door_eof_within(void **state)
{
    struct sansmtp_server_callbacks callbacks = {.size = sizeof(callbacks),
                                                 .end = leave,
                                                 .recipient = NULL,
                                                 .reset = count_call,
                                                 .closing = count_call};
    struct visitor visitor = {.callbacks = &callbacks};
    struct dialogue dialogue;

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, SAY_TRANSACTION "DATA\r\nabc\r\n");
    dialogue_forget(&dialogue);
    dialogue_say(&dialogue, ".\r\nNOOP\r\n");
    assert_int_equal(sansmtp_server_run(dialogue.server, &dialogue.in, &callbacks, &visitor),
                     SANSMTP_CLOSE);
    assert_int_equal(visitor.calls, 201); /* the END, its RESET, CLOSING */
    assert_int_equal(sansmtp_server_error(dialogue.server), SANSMTP_ERR_GONE);
    dialogue_drain(&dialogue);
    dialogue_expect(&dialogue, "");
    dialogue_close(&dialogue);
}

static jmp_buf way_out;

static void jump(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    (void)server;
    (void)event;
    (void)user;
    longjmp(way_out, 1);
}

/* Promise 12: an exception that passes through accepts nothing; eof() and init() work. */
void contract_door_jump(void **state)
{
    static struct dialogue dialogue;
    struct sansmtp_server_callbacks callbacks = {.size = sizeof(callbacks), .end = jump};
    struct sansmtp_span none = {NULL, 0};

    (void)state;
    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, SAY_TRANSACTION "DATA\r\nabc\r\n");
    dialogue_forget(&dialogue);
    dialogue_say(&dialogue, ".\r\n");
    if (setjmp(way_out) == 0) {
        sansmtp_server_run(dialogue.server, &dialogue.in, &callbacks, NULL);
        fail_msg("the jump came back");
    }
    assert_int_equal(sansmtp_server_run(dialogue.server, &none, &callbacks, NULL),
                     SANSMTP_ERR_BUSY);
    assert_null(sansmtp_server_next(dialogue.server, NULL));
    assert_int_equal(sansmtp_server_eof(dialogue.server), 0);
    assert_int_equal(sansmtp_server_accept(dialogue.server), SANSMTP_ERR_STATE);
    assert_int_equal(sansmtp_server_wants(dialogue.server), SANSMTP_CLOSE);
    dialogue_drain(&dialogue);
    dialogue_expect(&dialogue, "");
    assert_int_equal(sansmtp_server_init(&dialogue.server, dialogue.block, dialogue.block_length,
                                         &dialogue.options),
                     0);
    memset(&dialogue.ledger, 0, sizeof(dialogue.ledger));
    dialogue_exchange(&dialogue, "QUIT\r\n");
    assert_true(dialogue_sent(&dialogue, "221 2.0.0 "));
    dialogue_close(&dialogue);
}

/* 5321-4.1.4-n: once over, a session stays what it is, whatever is called. */
static void prod(struct dialogue *dialogue, int error)
{
    struct sansmtp_tls tls = {.size = sizeof(tls)};

    dialogue_say(dialogue, SAY_HELLO "NOOP\r\n");
    assert_null(dialogue_pull(dialogue));
    assert_int_equal(dialogue->in.length, 0);
    sansmtp_server_accept(dialogue->server);
    sansmtp_server_reply(dialogue->server, 250, 0, "x", 1);
    assert_int_equal(sansmtp_server_close(dialogue->server), 0);
    assert_int_equal(sansmtp_server_eof(dialogue->server), 0);
    assert_int_equal(sansmtp_server_expired(dialogue->server), SANSMTP_ERR_STATE);
    assert_int_equal(sansmtp_server_tls_started(dialogue->server, &tls), SANSMTP_ERR_STATE);
    assert_null(dialogue_pull(dialogue));
    assert_int_equal(sansmtp_server_error(dialogue->server), error);
    assert_int_equal(sansmtp_server_wants(dialogue->server), SANSMTP_CLOSE);
}

static void end_by(const char *words, int error)
{
    struct dialogue dialogue;

    dialogue_open(&dialogue, NULL);
    dialogue_exchange(&dialogue, SAY_HELLO);
    dialogue_exchange(&dialogue, words);
    if (error == SANSMTP_ERR_GONE) {
        assert_int_equal(sansmtp_server_eof(dialogue.server), 0);
    }
    if (error == SANSMTP_ERR_EXPIRED) {
        assert_int_equal(sansmtp_server_expired(dialogue.server), 0);
    }
    dialogue_until(&dialogue, 0);
    assert_int_equal(sansmtp_server_error(dialogue.server), error);
    dialogue_forget(&dialogue);
    prod(&dialogue, error);
    dialogue_expect(&dialogue, "");
    dialogue_close(&dialogue);
}

void contract_door_sticky(void **state)
{
    (void)state;
    end_by("QUIT\r\n", 0);
    end_by(SAY_MAIL, SANSMTP_ERR_GONE);
    end_by(SAY_MAIL, SANSMTP_ERR_EXPIRED);
    end_by("STARTTLS\r\nx", SANSMTP_ERR_INJECTION);
    end_by("BDAT x\r\n", SANSMTP_ERR_FRAMING);
    end_by(
        "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n",
        SANSMTP_ERR_BUDGET);
}

/* A table that was built for a smaller version ends where its size says. */
void contract_door_small_table(void **state)
{
    static const size_t sizes[] = {offsetof(struct sansmtp_server_callbacks, connect),
                                   offsetof(struct sansmtp_server_callbacks, hello),
                                   offsetof(struct sansmtp_server_callbacks, hello) + 1,
                                   offsetof(struct sansmtp_server_callbacks, end)};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct sansmtp_server_callbacks table;
        struct dialogue dialogue;
        int wants;

        memset(&table, 0xff, sizeof(table)); /* nothing behind size may be called */
        memset(&table, 0, sizes[i]);
        table.size = (uint32_t)sizes[i];
        dialogue_open(&dialogue, NULL);
        dialogue_say(&dialogue, SAY_TRANSACTION "DATA\r\nQUIT\r\n");
        wants = sansmtp_server_run(dialogue.server, &dialogue.in, &table, NULL);
        assert_true(wants == SANSMTP_ERR_ARGUMENT || wants > 0);
        dialogue_close(&dialogue);
    }
}
