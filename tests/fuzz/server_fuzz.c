/*
 * The server engine. The same session is replayed twice, whole and torn to pieces: output taken bit
 * by bit, answered late, through run(), with more room for output. Both must give the same events
 * and the same octets; every reply must be well-formed; what MAIL began must end as promised; and
 * each piece of input is a block of exactly its size.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sansmtp/callbacks.h>

#include "eventlog.h"
#include "ledger.h"
#include "server_input.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct session {
    const uint8_t *head;
    bool torn;        /* the second of the two replays */
    uint32_t chance;  /* what tears it */
    uint32_t answers; /* what the host says; depends on the questions alone */
    struct sansmtp_server_options options;
    struct sansmtp_server *server;
    uint8_t *lent;
    struct sansmtp_span in;
    uint8_t *piece; /* the block that in lies in */
    const struct sansmtp_event *question;
    unsigned patience;  /* calls until the late answer */
    uint32_t restarted; /* recipients of the transaction that goes on, 0: it does not */
    struct ledger ledger;
    struct text log, output, body, challenge;
    uint32_t last; /* type of the last event */
};

static _Noreturn void give_up(const struct session *session, const char *why)
{
    fprintf(stderr, "%s, %s\n%s\n", why, session->torn ? "torn" : "whole",
            session->log.length > 0 ? session->log.data : "");
    abort();
}

static void demand(const struct session *session, bool holds, const char *why)
{
    if (!holds) {
        give_up(session, why);
    }
}

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state >> 3;
}

static bool maybe(struct session *session, uint32_t one_in)
{
    return session->torn && next_random(&session->chance) % one_in == 0;
}

static void log_body(struct session *session)
{
    if (session->body.length == 0) {
        return;
    }
    text_add_escaped(&session->log, session->body.data, session->body.length);
    text_print(&session->log, " body\n");
    text_clear(&session->body);
}

static void log_event(struct session *session, const struct sansmtp_event *event)
{
    uint32_t last = session->last;

    session->last = event->type;
    if (event->type == SANSMTP_EVENT_BODY) {
        text_add(&session->body, event->data.data, event->data.length);
        return;
    }
    log_body(session);
    /* In how many pieces plaintext comes behind STARTTLS is the wire's business. */
    if (event->type == SANSMTP_EVENT_INJECTION) {
        if (last != SANSMTP_EVENT_INJECTION) {
            text_print(&session->log, "injection\n");
        }
        return;
    }
    event_print(&session->log, event);
    text_print(&session->log, "\n");
}

/* Replies that fit many questions, some that fit few, and a few that fit none. */
static const char *const sayings[] = {
    "ok", "", "no such user", "caf\xc3\xa9", "a\r\n250 b", "a tab\tx", "\x1b[31m", "try <a@b>",
};
static const uint32_t codes[] = {250, 251, 252, 421, 450, 451, 452, 454, 500, 502,
                                 503, 521, 530, 535, 550, 551, 552, 553, 554, 556,
                                 220, 235, 354, 334, 211, 214, 199, 999};

static int say(struct session *session, bool last, uint32_t code)
{
    uint32_t random = next_random(&session->answers);
    const char *text = sayings[random % (sizeof sayings / sizeof sayings[0])];
    uint32_t enhanced = (random >> 4) % 3 == 0 ? code / 100 * 1000000 + random % 1000 * 1000 : 0;

    if (last) {
        return sansmtp_server_reply(session->server, code, enhanced, text, strlen(text));
    }
    return sansmtp_server_reply_line(session->server, code, enhanced, text, strlen(text));
}

static void drain(struct session *session, size_t most)
{
    size_t length = 0;
    const void *output = sansmtp_server_output(session->server, &length);

    if (length > most) {
        length = most;
    }
    text_add(&session->output, output, length);
    demand(session, sansmtp_server_sent(session->server, length) == 0, "sent() is refused");
}

static int answer_in_words(struct session *session)
{
    uint32_t code = codes[next_random(&session->answers) % (sizeof codes / sizeof codes[0])];
    unsigned lines = next_random(&session->answers) % 4;
    uint32_t before = session->answers;
    int result;

    while (lines-- > 0) {
        before = session->answers;
        result = say(session, false, code);
        if (result == SANSMTP_ERR_ROOM) {
            drain(session, SIZE_MAX);
            session->answers = before;
            result = say(session, false, code);
        }
        demand(session, result != SANSMTP_ERR_ROOM, "no room in an empty output");
    }
    return say(session, true, code);
}

static int challenge(struct session *session)
{
    size_t length = next_random(&session->answers) % 40;

    text_clear(&session->challenge);
    for (size_t i = 0; i < length; i++) {
        text_print(&session->challenge, "%c", (int)('!' + i));
    }
    return sansmtp_server_challenge(session->server, session->challenge.data, length);
}

static int restart(struct session *session)
{
    uint32_t random = next_random(&session->answers), recipients = 1 + random % 3;
    int result = sansmtp_server_restart(session->server, random / 3 % 64, recipients);

    session->restarted = result == 0 ? recipients : 0;
    return result;
}

/* One answer; what it says comes from the input, and is the same however the rest is torn. */
static int answer_once(struct session *session, bool *yes)
{
    uint32_t type = session->question->type, choice = next_random(&session->answers) % 16;

    *yes = false;
    if (choice < 3) {
        return answer_in_words(session);
    }
    if (choice == 3) {
        return sansmtp_server_fail(session->server);
    }
    if (choice < 6) {
        return challenge(session);
    }
    if (choice < 8 && (session->question->parameters >> SANSMTP_PARAMETER_TRANSID & 1) != 0) {
        return restart(session);
    }
    *yes = choice < 14 || (type != SANSMTP_EVENT_RECIPIENT && type != SANSMTP_EVENT_END);
    return choice < 14 ? sansmtp_server_accept(session->server)
                       : sansmtp_server_decline(session->server);
}

static bool last_reply_was_yes(const struct session *session)
{
    size_t length = 0;
    const char *output = (const char *)sansmtp_server_output(session->server, &length);
    size_t at = length < 2 ? 0 : length - 2;

    while (at > 0 && output[at - 1] != '\n') {
        at--;
    }
    return length > 0 && (output[at] == '2' || output[at] == '3');
}

static void answer(struct session *session)
{
    uint32_t type = session->question->type;
    int result = SANSMTP_ERR_STATE;
    bool yes = false;

    for (unsigned tries = 0; tries < 4 && result != 0; tries++) {
        result = session->head[HEAD_ANSWERS] == 0 ? sansmtp_server_accept(session->server)
                                                  : answer_once(session, &yes);
    }
    if (session->head[HEAD_ANSWERS] == 0) {
        yes = result == 0;
    }
    if (result != 0) {
        yes = type != SANSMTP_EVENT_RECIPIENT && type != SANSMTP_EVENT_END;
        result = sansmtp_server_decline(session->server);
    }
    if (result != 0) {
        result = sansmtp_server_fail(session->server);
    }
    if (result != 0) { /* lines of one code stand before: only that code is left */
        for (size_t i = 0; i < sizeof codes / sizeof codes[0] && result != 0; i++) {
            result = sansmtp_server_reply(session->server, codes[i], 0, "", 0);
        }
    }
    demand(session, result == 0, "a question cannot be answered");
    session->question = NULL;
    if (type == SANSMTP_EVENT_MAIL || type == SANSMTP_EVENT_RECIPIENT) {
        yes = last_reply_was_yes(session);
    }
    ledger_answer(&session->ledger, type, yes);
    if (session->restarted != 0) {
        ledger_restart(&session->ledger, session->restarted);
    }
    session->restarted = 0;
}

static void take(struct session *session, const struct sansmtp_event *event)
{
    log_event(session, event);
    ledger_event(&session->ledger, event);
    demand(session, session->ledger.broken == NULL,
           session->ledger.broken == NULL ? "" : session->ledger.broken);
    if (!event_is_question(event->type)) {
        return;
    }
    demand(session, session->question == NULL, "two questions are open");
    session->question = event;
    session->patience = maybe(session, 2) ? 2 : 0;
    if (session->patience == 0) {
        answer(session);
    }
}

static void callback(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    demand(user, sansmtp_server_next(server, NULL) == NULL, "next() in a callback");
    take(user, event);
}

static const struct sansmtp_server_callbacks callbacks = {
    .size = sizeof callbacks,
    .connect = callback,
    .hello = callback,
    .mail = callback,
    .recipient = callback,
    .data = callback,
    .chunk = callback,
    .end = callback,
    .verify = callback,
    .expand = callback,
    .help = callback,
    .starttls = callback,
    .auth = callback,
    .response = callback,
    .unknown = callback,
    .body = callback,
    .reset = callback,
    .injection = callback,
    .early_talker = callback,
    .limit = callback,
    .trace = callback,
    .closing = callback,
    .etrn = callback,
    .atrn = callback,
    .burl = callback,
    .xclient = callback,
    .xforward = callback,
};

static bool pull(struct session *session)
{
    size_t before = session->in.length, logged = session->log.length + session->body.length;
    const struct sansmtp_event *event;

    if (maybe(session, 2)) {
        demand(session, sansmtp_server_run(session->server, &session->in, &callbacks, session) > 0,
               "run() fails");
        return session->in.length != before || logged != session->log.length + session->body.length;
    }
    event = sansmtp_server_next(session->server, &session->in);
    if (event != NULL) {
        take(session, event);
    }
    return event != NULL || session->in.length != before;
}

/* Until nothing moves any more. */
static void settle(struct session *session)
{
    bool moved = true;

    while (moved) {
        size_t length = 0;

        moved = pull(session);
        if (session->question != NULL) {
            if (session->patience-- == 0) {
                answer(session);
            }
            moved = true;
        }
        sansmtp_server_output(session->server, &length);
        if (length > 0 && (!moved || !maybe(session, 3))) {
            drain(session, maybe(session, 2) ? 1 + next_random(&session->chance) % 9 : SIZE_MAX);
            moved = true;
        }
    }
}

/* A piece of input, behind what was not taken of the last, in a block of exactly its size. */
static void feed(struct session *session, const uint8_t *octets, size_t length)
{
    size_t left = session->in.length;
    uint8_t *piece = malloc(left + length);

    if (piece == NULL) {
        abort();
    }
    if (left > 0) {
        memcpy(piece, session->in.data, left);
    }
    memcpy(piece + left, octets, length);
    free(session->piece);
    session->piece = piece;
    session->in.data = piece;
    session->in.length = left + length;
    settle(session);
}

static void feed_torn(struct session *session, const uint8_t *octets, size_t length)
{
    while (length > 0) {
        size_t piece = session->torn ? 1 + next_random(&session->chance) % 40 : length;

        if (maybe(session, 3)) {
            piece = 1;
        }
        if (piece > length) {
            piece = length;
        }
        feed(session, octets, piece);
        octets += piece;
        length -= piece;
    }
}

static void act(struct session *session, uint8_t what)
{
    struct sansmtp_tls tls = {.size = sizeof tls};

    tls.flags = what % ACTS == ACT_TLS_WEAK ? SANSMTP_TLS_INSUFFICIENT : 0;
    if (what % ACTS == ACT_TLS || what % ACTS == ACT_TLS_WEAK) {
        sansmtp_server_tls_started(session->server, &tls);
    } else if (what % ACTS == ACT_EOF) {
        sansmtp_server_eof(session->server);
    } else if (what % ACTS == ACT_CLOSE) {
        sansmtp_server_close(session->server);
    } else if (what % ACTS == ACT_EXPIRED) {
        sansmtp_server_expired(session->server);
    } else if (what % ACTS == ACT_ALLOW) {
        sansmtp_server_allow(session->server, UINT64_C(1) << (what / ACTS % 30), what & 1);
    } else if (what % ACTS == ACT_PAUSE && sansmtp_server_pause(session->server) == 0) {
        demand(session, sansmtp_server_next(session->server, &session->in) == NULL, "paused");
        sansmtp_server_resume(session->server);
    }
    log_body(session);
    text_print(&session->log, "act %u\n", what % ACTS);
    text_print(&session->output, "\r\n");
    settle(session);
}

static void replay(struct session *session, const uint8_t *octets, size_t length)
{
    size_t need, from = 0;
    uint8_t *block;

    server_input_options(&session->options, session->head);
    /* How much room the output has must not be seen. */
    if (session->torn) {
        session->options.output += session->chance % 3000;
    }
    need = sansmtp_server_memory(&session->options);
    block = malloc(need);
    if (block == NULL ||
        sansmtp_server_init(&session->server, block, need, &session->options) != 0) {
        give_up(session, "init");
    }
    session->ledger.lmtp = (session->options.flags & SANSMTP_SERVER_LMTP) != 0;
    if ((session->head[HEAD_FLAGS] & HEAD_LENT) != 0) {
        session->lent = malloc(3000);
        sansmtp_server_lend(session->server, session->lent, 3000);
    }
    if ((session->head[HEAD_FLAGS] & HEAD_TLS) != 0) {
        struct sansmtp_tls tls = {.size = sizeof tls};

        demand(session, sansmtp_server_tls_started(session->server, &tls) == 0, "TLS");
    }
    settle(session);
    for (size_t i = 0; i < length; i++) {
        if (octets[i] != BARRIER || i + 1 == length) {
            continue;
        }
        feed_torn(session, octets + from, i - from);
        act(session, octets[++i]);
        from = i + 1;
    }
    feed_torn(session, octets + from, length - from);
    log_body(session);
    free(block);
}

/* The marks of act() part the replies; each stretch must be well-formed. */
static void check_replies(const struct session *session)
{
    const char *at = session->output.data;
    size_t left = session->output.length;
    struct text replies = {0};
    const char *wrong;

    while (left > 0) {
        size_t line = (size_t)((const char *)memchr(at, '\n', left) - at) + 1;

        if (line > 2) {
            text_add(&replies, at, line);
        }
        at += line;
        left -= line;
    }
    wrong = replies_check(replies.data, replies.length, 512, true);
    demand(session, wrong == NULL, wrong == NULL ? "" : wrong);
    text_free(&replies);
}

static void end(struct session *session)
{
    free(session->piece);
    free(session->lent);
    text_free(&session->log);
    text_free(&session->output);
    text_free(&session->body);
    text_free(&session->challenge);
}

static uint32_t seed_of(const uint8_t *octets, size_t length)
{
    uint32_t seed = 2166136261u;

    for (size_t i = 0; i < length; i++) {
        seed = (seed ^ octets[i]) * 16777619u;
    }
    return seed | 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct session whole = {.head = data}, torn = {.head = data, .torn = true};

    if (size < HEAD_LENGTH) {
        return 0;
    }
    torn.chance = seed_of(data, size);
    whole.answers = torn.answers = seed_of(data + HEAD_ANSWERS, 3);
    replay(&whole, data + HEAD_LENGTH, size - HEAD_LENGTH);
    check_replies(&whole);
    replay(&torn, data + HEAD_LENGTH, size - HEAD_LENGTH);
    if (!text_equal(&whole.log, &torn.log) || !text_equal(&whole.output, &torn.output)) {
        fprintf(stderr, "whole:\n%s%s\n", whole.log.data, whole.output.data);
        fprintf(stderr, "torn:\n%s%s\n", torn.log.data, torn.output.data);
        abort();
    }
    end(&whole);
    end(&torn);
    return 0;
}
