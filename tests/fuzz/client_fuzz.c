/*
 * The client engine and a hostile server. The same session is played twice, whole and torn to
 * pieces: input and output bit by bit, through run(), by vectors(). Both must give the same events
 * and the same octets; what leaves must be what a client may say and what its host has lent;
 * nothing is delivered, or uncertain, that was not whole on the wire; and each piece of input is a
 * block of exactly its size.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sansmtp/callbacks.h>

#include "client_input.h"
#include "sender.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TURNS = 100000 }; /* more than any input can need to settle */

struct session {
    const uint8_t *head;
    bool torn;       /* the second of the two */
    uint32_t chance; /* what tears it */
    struct sansmtp_client_options options;
    struct sender sender;
    struct sansmtp_span in;
    size_t allowance; /* octets that may go out */
    struct text output;
};

static bool maybe(struct session *session, uint32_t one_in)
{
    return session->torn && sender_draw(&session->chance, one_in) == 0;
}

static void take(struct session *session, const struct sansmtp_event *event)
{
    struct sansmtp_event short_event = *event;

    if (event->type == SANSMTP_EVENT_INJECTION) {
        short_event.data.length = 0;
        sender_event(&session->sender, &short_event);
    } else {
        sender_event(&session->sender, event);
    }
}

static void callback(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct session *session = user;

    sender_demand(&session->sender, sansmtp_client_next(client, NULL) == NULL,
                  "next() in a callback");
    take(session, event);
}

static void wanted(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct session *session = user;

    sender_demand(&session->sender, event == NULL && client == session->sender.client,
                  "a want is no event");
    sender_serve(&session->sender);
}

#define EVENTS                                                                          \
    .challenge = callback, .ready = callback, .sender = callback, .result = callback,   \
    .final = callback, .outcome = callback, .refusal = callback, .injection = callback, \
    .reply = callback, .restart = callback, .trace = callback, .closing = callback

static const struct sansmtp_client_callbacks listening = {.size = sizeof listening, EVENTS};
static const struct sansmtp_client_callbacks serving = {
    .size = sizeof serving,
    EVENTS,
    .wants_message = wanted,
    .wants_recipient = wanted,
    .wants_body = wanted,
};

static bool pull(struct session *session, const struct sansmtp_client_callbacks *callbacks)
{
    size_t before = session->in.length, logged = session->sender.log.length;
    const struct sansmtp_event *event;

    if (maybe(session, 2)) {
        sender_demand(&session->sender,
                      sansmtp_client_run(session->sender.client, &session->in, callbacks, session) >
                          0,
                      "run() fails");
    } else if ((event = sansmtp_client_next(session->sender.client, &session->in)) != NULL) {
        take(session, event);
    }
    return session->in.length != before || logged != session->sender.log.length;
}

static bool drain(struct session *session)
{
    size_t most = session->allowance, drained;

    if (maybe(session, 2)) {
        size_t some = 1 + sender_draw(&session->chance, 9);

        most = some < most ? some : most;
    }
    drained = sender_drain(&session->sender, most, maybe(session, 2), &session->output);
    session->allowance -= session->allowance == SIZE_MAX ? 0 : drained;
    return drained > 0;
}

/* Until nothing moves any more: all is taken, done and gone that may be. */
static void settle(struct session *session)
{
    bool moved = true;

    for (unsigned turns = 0; moved; turns++) {
        sender_demand(&session->sender, turns < TURNS, "no end");
        moved = pull(session, &serving);
        sender_check(&session->sender);
        if (!maybe(session, 3)) {
            moved = sender_serve(&session->sender) || moved;
        }
        if (!moved || !maybe(session, 3)) {
            moved = drain(session) || moved;
        }
        moved = moved || sender_serve(&session->sender);
    }
    sender_demand(&session->sender, session->in.length == 0, "all input is taken");
}

/* A reply counts only if its command was wholly handed out, so the host does nothing else until all
 * that came together is taken. */
static void feed(struct session *session, const uint8_t *octets, size_t length)
{
    uint8_t *piece = malloc(length);

    if (piece == NULL) {
        abort();
    }
    memcpy(piece, octets, length);
    session->in = (struct sansmtp_span){piece, length};
    while (pull(session, &listening)) {
        sender_check(&session->sender);
    }
    sender_demand(&session->sender, session->in.length == 0, "all input is taken");
    free(piece);
    session->in = (struct sansmtp_span){NULL, 0};
}

static void feed_torn(struct session *session, const uint8_t *octets, size_t length)
{
    while (length > 0) {
        size_t piece = session->torn ? 1 + sender_draw(&session->chance, 40) : length;

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
    settle(session);
}

static void stall(struct session *session, uint32_t what)
{
    if ((session->head[CLIENT_HEAD_MODES] & CLIENT_HEAD_STALLS) == 0) {
        return;
    }
    session->allowance = what % CLIENT_ACTS == CLIENT_ACT_GO ? SIZE_MAX : what / CLIENT_ACTS;
}

static void abort_session(struct session *session)
{
    size_t length = 1;

    sender_demand(&session->sender, sansmtp_client_abort(session->sender.client) == 0,
                  "abort() is taken");
    sansmtp_client_output(session->sender.client, &length);
    sender_demand(&session->sender, length == 0, "the output is empty behind abort()");
}

static void act(struct session *session, uint8_t what)
{
    struct sansmtp_client *client = session->sender.client;
    struct sansmtp_tls tls = {.size = sizeof tls};
    int result = 0;

    tls.flags = what % CLIENT_ACTS == CLIENT_ACT_TLS_VERIFIED ? SANSMTP_TLS_VERIFIED : 0;
    switch (what % CLIENT_ACTS) {
    case CLIENT_ACT_TLS:
    case CLIENT_ACT_TLS_VERIFIED:
        result = sansmtp_client_tls_started(client, &tls);
        break;
    case CLIENT_ACT_EOF:
        result = sansmtp_client_eof(client);
        break;
    case CLIENT_ACT_ABORT:
        abort_session(session);
        break;
    case CLIENT_ACT_EXPIRED:
        result = sansmtp_client_expired(client);
        break;
    case CLIENT_ACT_STALL:
    case CLIENT_ACT_GO:
        stall(session, what);
        break;
    default:
        break;
    }
    text_print(&session->sender.log, "act %u: %d\n", what % CLIENT_ACTS, result);
    settle(session);
}

/* However it went, a connection that ends comes to CLOSE, and tells what became of the message. */
static void finish(struct session *session)
{
    sansmtp_client_eof(session->sender.client);
    session->allowance = SIZE_MAX;
    if (sansmtp_client_wants(session->sender.client) == SANSMTP_TLS) {
        sansmtp_client_abort(session->sender.client);
    }
    settle(session);
    sender_demand(&session->sender,
                  sansmtp_client_wants(session->sender.client) == SANSMTP_CLOSE &&
                      session->sender.ledger.closed && !session->sender.ledger.open,
                  "a connection that is gone comes to CLOSE");
}

static void play(struct session *session, const uint8_t *octets, size_t length)
{
    const uint8_t *head = session->head;
    uint32_t random = (uint32_t)head[CLIENT_HEAD_HOST] | (uint32_t)head[CLIENT_HEAD_HOST + 1] << 8 |
                      (uint32_t)head[CLIENT_HEAD_HOST + 2] << 16;
    size_t from = 0;

    client_input_options(&session->options, head);
    /* How much room the output has must not be seen, but where octets stay in it. */
    if (session->torn && (head[CLIENT_HEAD_MODES] & CLIENT_HEAD_STALLS) == 0) {
        session->options.output += session->chance % 3000;
    }
    session->allowance = SIZE_MAX;
    session->sender.more = head[CLIENT_HEAD_RECIPIENTS] % 4;
    session->sender.extended = session->sender.personal = true;
    sender_begin(&session->sender, &session->options, random * 2654435761u);
    sender_assume(&session->sender);
    settle(session);
    for (size_t i = 0; i < length; i++) {
        if (octets[i] != CLIENT_BARRIER || i + 1 == length) {
            continue;
        }
        feed_torn(session, octets + from, i - from);
        act(session, octets[++i]);
        from = i + 1;
    }
    feed_torn(session, octets + from, length - from);
    finish(session);
}

static uint32_t seed_of(const uint8_t *octets, size_t length)
{
    uint32_t seed = 2166136261u;

    for (size_t i = 0; i < length; i++) {
        seed = (seed ^ octets[i]) * 16777619u;
    }
    return seed | 1u;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct session whole = {.head = data}, torn = {.head = data, .torn = true};

    if (size < CLIENT_HEAD_LENGTH) {
        return 0;
    }
    torn.chance = seed_of(data, size);
    play(&whole, data + CLIENT_HEAD_LENGTH, size - CLIENT_HEAD_LENGTH);
    play(&torn, data + CLIENT_HEAD_LENGTH, size - CLIENT_HEAD_LENGTH);
    if (!text_equal(&whole.sender.log, &torn.sender.log) ||
        !text_equal(&whole.output, &torn.output)) {
        fprintf(stderr, "whole:\n%s%s\n", whole.sender.log.data, whole.output.data);
        fprintf(stderr, "torn:\n%s%s\n", torn.sender.log.data, torn.output.data);
        abort();
    }
    sender_end(&whole.sender);
    sender_end(&torn.sender);
    text_free(&whole.output);
    text_free(&torn.output);
    return 0;
}
