/*
 * Both engines, back to back. The input is a head for each, then a script of octets that says who
 * moves, how many octets of what lies in the pipes are taken, what the server's host answers, and
 * where the connection breaks. When all is over both books are laid side by side: what the server's
 * host took is what the client's host lent, its client heard of it, or is uncertain where the
 * connection broke; and what the client calls delivered, the server's host has.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_input.h"
#include "naive_stuff.h"
#include "receiver.h"
#include "sender.h"
#include "server_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TURNS = 200000, SCRIPT_MOST = 4096 };

struct both {
    const uint8_t *script;
    size_t left;
    struct sansmtp_client_options options;
    struct sender sender;
    struct receiver receiver;
    struct text up, down; /* octets on their way to the server, to the client */
    size_t life;          /* octets down until the connection breaks */
    bool broken;          /* it did, or the client left */
    bool gone_up;         /* the server was told of the end, */
    bool gone_down;       /* the client */
};

static void demand(const struct both *both, bool holds, const char *rule)
{
    if (!holds) {
        fprintf(stderr, "the server's side:\n%s",
                both->receiver.log.length > 0 ? both->receiver.log.data : "");
        sender_demand(&both->sender, holds, rule);
    }
}

static uint8_t next_octet(struct both *both)
{
    if (both->left == 0) {
        return 0;
    }
    both->left--;
    return *both->script++;
}

static void remove_front(struct text *text, size_t length)
{
    memmove(text->data, text->data + length, text->length - length);
    text->length -= length;
}

/* What the server's host has must be what the client's host lent. */
static void check_content(const struct both *both)
{
    const struct client_wire *wire = &both->sender.wire;
    const struct text *content = &both->receiver.content;
    struct naive_lines lines = {.length = wire->message.length};

    demand(both, client_wire_complete(wire) && wire->last,
           "only what is whole on the wire is kept");
    memcpy(lines.octets, wire->message.data, lines.length);
    if (!wire->chunked && wire->normalises) {
        naive_normalise((const uint8_t *)wire->message.data, wire->message.length, &lines);
    }
    if (!wire->chunked && !naive_ends_line(&lines)) {
        memcpy(lines.octets + lines.length, "\r\n", 2);
        lines.length += 2;
    }
    demand(both,
           content->length == lines.length &&
               memcmp(content->data, lines.octets, lines.length) == 0,
           "what is kept is what was lent");
}

/* The books of one message, once no more can come of it. */
static void balance(struct both *both)
{
    const struct receiver *receiver = &both->receiver;
    uint32_t outcome = both->sender.outcome;
    bool lmtp = both->sender.ledger.lmtp;

    if (outcome == 0) {
        demand(both, receiver->kept == 0, "nothing is kept of a message that was not submitted");
        return;
    }
    demand(both,
           receiver->kept == 0 || outcome == SANSMTP_OUTCOME_DELIVERED || lmtp ||
               (outcome == SANSMTP_OUTCOME_UNCERTAIN && both->broken),
           "what is kept is delivered, or uncertain where the connection broke");
    demand(both, outcome != SANSMTP_OUTCOME_DELIVERED || receiver->kept > 0,
           "what is delivered is kept");
    demand(both,
           outcome != SANSMTP_OUTCOME_DELIVERED || !lmtp ||
               receiver->kept == both->sender.ledger.accepted,
           "in LMTP delivered means to all");
    demand(both, receiver->kept <= 1 || lmtp, "nothing is kept twice");
}

/* LMTP: each FINAL is what the host said of that recipient; who has none is uncertain. */
static void balance_finals(struct both *both)
{
    const char *at = both->sender.finals.data;
    uint32_t heard = 0;

    while (at != NULL && *at != '\0') {
        bool yes = *at == '+';
        unsigned long number = strtoul(at + 1, (char **)(uintptr_t)&at, 10);

        demand(both, number < RECEIVER_KEPT && both->receiver.kept_of[number] == yes,
               "a FINAL is what the host said of this recipient");
        heard += yes ? 1 : 0;
    }
    demand(both,
           heard == both->receiver.kept ||
               (both->sender.outcome == SANSMTP_OUTCOME_UNCERTAIN && both->broken),
           "what is kept for a recipient is told as final");
}

/* Of each message once: a command of the client's host may come between it and the next. */
static void close_books(struct both *both)
{
    balance(both);
    if (both->sender.ledger.lmtp) {
        balance_finals(both);
    }
    sender_forget(&both->sender);
    receiver_forget(&both->receiver);
}

static void answer(struct both *both)
{
    struct receiver *receiver = &both->receiver;
    uint32_t kept = receiver->kept;

    demand(both, receiver_answer(receiver, next_octet(both), next_octet(both)),
           "a question can be answered");
    if (receiver->kept != kept) {
        check_content(both);
    }
}

/* Takes at most so many octets of a pipe, in a block of their size; returns how many were taken. */
static bool server_takes(struct both *both, size_t most)
{
    size_t length = both->up.length < most ? both->up.length : most;
    uint8_t *block = malloc(length);
    struct sansmtp_span in = {block, length};
    const struct sansmtp_event *event = NULL;
    bool told = false;

    if (length > 0) {
        memcpy(block, both->up.data, length);
    }
    while (both->receiver.question == NULL &&
           (event = sansmtp_server_next(both->receiver.server, &in)) != NULL) {
        receiver_event(&both->receiver, event);
        demand(both, both->receiver.ledger.broken == NULL, both->receiver.ledger.broken);
        demand(both,
               event->type != SANSMTP_EVENT_INJECTION && event->type != SANSMTP_EVENT_EARLY_TALKER,
               "our client does not talk out of turn");
        told = true;
    }
    remove_front(&both->up, length - in.length);
    told = told || in.length != length;
    free(block);
    return told;
}

static bool client_takes(struct both *both, size_t most)
{
    size_t length = both->down.length < most ? both->down.length : most;
    uint8_t *block = malloc(length);
    struct sansmtp_span in = {block, length};
    const struct sansmtp_event *event = NULL;
    bool told = length > 0;

    if (length > 0) {
        memcpy(block, both->down.data, length);
    }
    while ((event = sansmtp_client_next(both->sender.client, &in)) != NULL) {
        sender_event(&both->sender, event);
        demand(both, event->type != SANSMTP_EVENT_INJECTION, "our server injects nothing");
        told = true;
    }
    demand(both, in.length == 0, "the client takes all");
    remove_front(&both->down, length);
    sender_check(&both->sender);
    free(block);
    return told;
}

static bool server_drains(struct both *both, size_t most)
{
    size_t length = 0, some;
    const void *output = sansmtp_server_output(both->receiver.server, &length);

    length = length < most ? length : most;
    some = length < both->life ? length : both->life;
    if (!both->gone_down) {
        text_add(&both->down, output, some);
    }
    both->life -= both->life == SIZE_MAX ? 0 : some;
    both->broken = both->broken || both->life == 0;
    demand(both, sansmtp_server_sent(both->receiver.server, length) == 0, "sent() is taken");
    return length > 0;
}

static bool client_drains(struct both *both, size_t most, bool gather)
{
    struct text output = {0};
    size_t length = sender_drain(&both->sender, most, gather, &output);

    if (!both->gone_up && length > 0) {
        text_add(&both->up, output.data, length);
    }
    text_free(&output);
    return length > 0;
}

static bool client_serves(struct both *both)
{
    uint32_t wants = sansmtp_client_wants(both->sender.client);

    if ((wants & SANSMTP_IDLE) != 0 && both->sender.messages > 0) {
        close_books(both);
    }
    return sender_serve(&both->sender);
}

/* The handshake: nothing may be left over on either side. */
static bool shake_hands(struct both *both)
{
    struct sansmtp_tls tls = {.size = sizeof tls};

    if (sansmtp_client_wants(both->sender.client) != SANSMTP_TLS ||
        (sansmtp_server_wants(both->receiver.server) & SANSMTP_TLS) == 0) {
        return false;
    }
    demand(both, both->up.length == 0 && both->down.length == 0, "nothing is said around TLS");
    demand(both, sansmtp_server_tls_started(both->receiver.server, &tls) == 0, "TLS there");
    tls.flags = next_octet(both) % 2 == 0 ? SANSMTP_TLS_VERIFIED : 0;
    demand(both, sansmtp_client_tls_started(both->sender.client, &tls) == 0, "TLS here");
    return true;
}

/* Who has closed is heard of once all that was sent before has arrived. */
static bool say_goodbye(struct both *both)
{
    bool client = sansmtp_client_wants(both->sender.client) == SANSMTP_CLOSE;
    bool server = sansmtp_server_wants(both->receiver.server) == SANSMTP_CLOSE;
    bool moved = false;

    if ((both->broken || client) && both->up.length == 0 && !both->gone_up) {
        demand(both, sansmtp_server_eof(both->receiver.server) == 0, "eof() there");
        both->gone_up = moved = true;
    }
    if ((both->broken || server) && both->down.length == 0 && !both->gone_down) {
        demand(both, sansmtp_client_eof(both->sender.client) == 0, "eof() here");
        both->gone_down = moved = true;
    }
    return moved;
}

/* The connection breaks: of what is on its way some still arrives. */
static void break_connection(struct both *both)
{
    uint8_t some = next_octet(both);

    both->broken = true;
    both->up.length = some < both->up.length ? some : both->up.length;
    both->down.length = some < both->down.length ? some : both->down.length;
    both->gone_up = both->gone_down = false;
    demand(both, sansmtp_client_error(both->sender.client) <= 0, "an error is negative");
}

static void fault(struct both *both)
{
    uint8_t what = next_octet(both) % 32;

    if (what == 0) {
        break_connection(both);
    } else if (what == 1) {
        both->broken = true;
        sansmtp_client_abort(both->sender.client);
    } else if (what == 2 && sansmtp_client_expired(both->sender.client) == 0) {
        both->broken = true;
    } else if (what == 3) {
        sansmtp_server_expired(both->receiver.server);
    } else if (what == 4) {
        sansmtp_server_close(both->receiver.server);
    }
}

static void act(struct both *both)
{
    uint8_t what = next_octet(both);
    size_t most = what < 128 ? SIZE_MAX : 1u + what % 8u;

    switch (what % 8) {
    case 0:
        client_takes(both, most);
        break;
    case 1:
        server_takes(both, what < 128 ? SIZE_MAX : 1u + what / 8u % 16u);
        break;
    case 2:
        client_drains(both, most, what / 8 % 2 == 0);
        break;
    case 3:
        server_drains(both, most);
        break;
    case 4:
        client_serves(both);
        break;
    case 5:
        if (both->receiver.question != NULL) {
            answer(both);
        }
        break;
    case 6:
        fault(both);
        break;
    default:
        say_goodbye(both);
        shake_hands(both);
        break;
    }
}

/* Everything that can still happen does; unless it broke, no side may be left waiting. */
static void finish(struct both *both)
{
    bool moved = true;

    for (unsigned turns = 0; moved; turns++) {
        demand(both, turns < TURNS, "no end");
        moved = client_takes(both, SIZE_MAX);
        moved = server_takes(both, SIZE_MAX) || moved;
        if (both->receiver.question != NULL) {
            answer(both);
            moved = true;
        }
        moved = server_drains(both, SIZE_MAX) || moved;
        moved = client_drains(both, SIZE_MAX, true) || moved;
        moved = client_serves(both) || moved;
        moved = shake_hands(both) || moved;
        moved = say_goodbye(both) || moved;
    }
    demand(both, sansmtp_client_wants(both->sender.client) == SANSMTP_CLOSE, "the client ends");
    demand(both, sansmtp_server_wants(both->receiver.server) == SANSMTP_CLOSE, "the server ends");
    close_books(both);
}

/* The two heads, made to fit each other. */
static void begin(struct both *both, const uint8_t *client_head, const uint8_t *server_head)
{
    uint8_t head[HEAD_LENGTH];
    uint32_t flags = client_head[CLIENT_HEAD_FLAGS];
    uint32_t random = (uint32_t)client_head[CLIENT_HEAD_HOST] |
                      (uint32_t)client_head[CLIENT_HEAD_HOST + 1] << 8;

    memcpy(head, server_head, sizeof head);
    head[HEAD_FLAGS] &= (uint8_t)~HEAD_LMTP;
    head[HEAD_FLAGS] |= (flags & SANSMTP_CLIENT_LMTP) != 0 ? HEAD_LMTP : 0;
    server_input_options(&both->receiver.options, head);
    if ((flags & SANSMTP_CLIENT_IMPLICIT_TLS) != 0) {
        both->receiver.options.flags |= SANSMTP_SERVER_IMPLICIT_TLS;
    }
    demand(both, receiver_begin(&both->receiver), "init");
    client_input_options(&both->options, client_head);
    both->life = client_head[CLIENT_HEAD_HOST + 2] * (size_t)4;
    both->life = both->life == 0 ? SIZE_MAX : both->life;
    both->sender.more = client_head[CLIENT_HEAD_RECIPIENTS] % 4;
    both->sender.extended = true;
    sender_begin(&both->sender, &both->options, random * 2654435761u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct both both = {.script = data + CLIENT_HEAD_LENGTH + HEAD_LENGTH};

    if (size < CLIENT_HEAD_LENGTH + HEAD_LENGTH || size > SCRIPT_MOST) {
        return 0;
    }
    both.left = size - CLIENT_HEAD_LENGTH - HEAD_LENGTH;
    text_clear(&both.up);
    text_clear(&both.down);
    begin(&both, data, data + CLIENT_HEAD_LENGTH);
    while (both.left > 0) {
        act(&both);
    }
    finish(&both);
    receiver_end(&both.receiver);
    text_free(&both.up);
    text_free(&both.down);
    sender_end(&both.sender);
    return 0;
}
