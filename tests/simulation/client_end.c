#include "ends.h"

#include <stdio.h>
#include <string.h>

#include "client_setup.h"
#include "guard.h"
#include "sender.h"
#include "store.h"

struct sender sender;

static void submit(void)
{
    struct sansmtp_envelope envelope = {.size = sizeof(envelope)};
    char mailbox[32], transid[40];

    envelope.sender = mailbox;
    envelope.sender_length = (size_t)snprintf(mailbox, sizeof(mailbox), "m%u@client.example",
                                              (unsigned)sender.message);
    envelope.flags = (sender.script->flags & SCRIPT_ALL_OR_NONE) != 0 ? SANSMTP_ENVELOPE_ALL_OR_NONE
                                                                      : 0;
    envelope.flags |= (sender.script->flags & SCRIPT_PRDR) != 0 ? SANSMTP_ENVELOPE_PRDR : 0;
    if ((sender.script->flags & SCRIPT_CHECKPOINT) != 0) {
        envelope.transid = transid;
        envelope.transid_length = (size_t)snprintf(
            transid, sizeof(transid), "<%u.%u@client.example>", (unsigned)sender.message,
            (unsigned)noted_of(sender.message)->attempt);
    }
    envelope.body = (sender.script->flags & SCRIPT_BINARY) != 0 ? SANSMTP_BODY_BINARYMIME : 0;
    sender.last = false;
    sender.pending = true;
    sender.length = script_body(sender.script, sender.message, sender.body);
    sender.lent = 0;
    sender.given_count = sender.accepted_count = sender.results = sender.finals = 0;
    sender.sender_refused = sender.later = sender.restarted = false;
    sender.begun = true;
    sender.books->closed = false;
    if (sansmtp_client_submit(sender.client, &envelope) != 0) {
        books_break(sender.books, "submit() is refused at the want IDLE");
    }
}

bool client_find_recipient(void)
{
    while (sender.next_recipient < sender.script->recipients &&
           (sender.tried[sender.message][sender.next_recipient] ||
            books_settled(sender.books, sender.message, sender.next_recipient))) {
        sender.next_recipient++;
    }
    return sender.next_recipient < sender.script->recipients;
}

static void on_idle(void)
{
    for (; sender.message < sender.script->messages; sender.message++) {
        sender.next_recipient = 0;
        if (client_find_recipient()) {
            submit();
            return;
        }
    }
    if (sansmtp_client_quit(sender.client) != 0) {
        books_break(sender.books, "quit() is refused at the want IDLE");
    }
}

static void on_recipient(void)
{
    struct sansmtp_recipient recipient = {.size = sizeof(recipient)};
    char mailbox[32];
    int error;

    if (!client_find_recipient()) {
        error = sansmtp_client_recipients_end(sender.client);
    } else {
        recipient.mailbox = mailbox;
        recipient.mailbox_length = (size_t)snprintf(mailbox, sizeof(mailbox), "r%u@server.example",
                                                    (unsigned)sender.next_recipient);
        sender.tried[sender.message][sender.next_recipient] = true;
        if ((sender.script->flags & SCRIPT_CHECKPOINT) != 0) {
            noted_give(noted_of(sender.message), sender.next_recipient);
        }
        sender.given[sender.given_count++] = sender.next_recipient++;
        error = sansmtp_client_recipient(sender.client, &recipient);
    }
    if (error != 0) {
        books_break(sender.books, "a recipient is refused at the want RECIPIENT");
    }
}

/* Chunks travel with the RCPTs. But the last one waits until all of these are answered: else the
 * message may be there, and nobody knows for whom. */
static bool holds_back(void)
{
    return (sender.script->flags & SCRIPT_CHECKPOINT) != 0 && sender.results < sender.given_count &&
           sender.length - sender.lent <= sender.script->piece;
}

/* What was lent before is overwritten: the engine must not look at it again. */
static void on_body(void)
{
    size_t left = sender.length - sender.lent;
    size_t length = left < sender.script->piece ? left : sender.script->piece;
    uint8_t *piece = sender.borrowed + BODY_MOST - length;
    bool last = left == 0 || (length == left && (sender.script->flags & SCRIPT_EMPTY_LAST) == 0);

    memset(sender.borrowed + BODY_MOST - sender.script->piece, '#', sender.script->piece);
    memcpy(piece, sender.body + sender.lent, length);
    sender.lent += length;
    sender.last = last;
    sender.pending = true;
    if (sansmtp_client_body(sender.client, piece, length, last) != 0) {
        books_break(sender.books, "body() is refused at the want BODY");
    }
}

static bool serve(uint32_t wants)
{
    if ((wants & (SANSMTP_IDLE | SANSMTP_RECIPIENT | SANSMTP_BODY)) == 0 ||
        ((wants & SANSMTP_BODY) != 0 && holds_back())) {
        return false;
    }
    if (world_puts_off(sender.world)) {
        return true;
    }
    if ((wants & SANSMTP_IDLE) != 0) {
        on_idle();
    } else if ((wants & SANSMTP_RECIPIENT) != 0) {
        on_recipient();
    } else {
        on_body();
    }
    return true;
}

static bool think(struct sansmtp_span *in)
{
    const struct sansmtp_event *event;
    bool done = false;

    while ((event = sansmtp_client_next(sender.client, in)) != NULL) {
        client_event(event);
        done = true;
    }
    return serve(sansmtp_client_wants(sender.client)) || done;
}

static uint32_t wants(void)
{
    return sansmtp_client_wants(sender.client);
}

/* Now and then all that one writev would take. */
static const void *output(size_t *length)
{
    struct sansmtp_span spans[3];
    size_t count;

    if (sender.world->pace == PACE_OCTETS) {
        return sansmtp_client_output(sender.client, length);
    }
    count = sansmtp_client_vectors(sender.client, spans, 3);
    *length = 0;
    for (size_t i = 0; i < count; i++) {
        memcpy(sender.gathered + *length, spans[i].data, spans[i].length);
        *length += spans[i].length;
    }
    return sender.gathered;
}

static int sent(size_t length)
{
    size_t left = 0;
    int error = sansmtp_client_sent(sender.client, length);

    sansmtp_client_output(sender.client, &left);
    sender.pending = left != 0;
    return error;
}

static uint32_t patience(void)
{
    uint32_t serial;

    return sansmtp_client_patience(sender.client, &serial);
}

static int expired(void)
{
    return sansmtp_client_expired(sender.client);
}

static int eof(void)
{
    return sansmtp_client_eof(sender.client);
}

static int stop(void)
{
    return sansmtp_client_abort(sender.client);
}

static int tls_started(void)
{
    struct sansmtp_tls tls = {sizeof(tls), SANSMTP_TLS_VERIFIED};

    return sansmtp_client_tls_started(sender.client, &tls);
}

void client_begin(struct world *world, struct books *books)
{
    static const struct end_calls calls = {
        .wants = wants,
        .think = think,
        .output = output,
        .sent = sent,
        .patience = patience,
        .expired = expired,
        .eof = eof,
        .stop = stop,
        .tls_started = tls_started,
    };

    if (sender.borrowed == NULL) {
        sender.borrowed = guard_alloc(BODY_MOST);
    }
    sender.world = world;
    sender.books = books;
    sender.script = books->script;
    sender.message = 0;
    sender.begun = false;
    memset(sender.tried, 0, sizeof(sender.tried));
    books->closed = true;
    client_options(sender.script, &sender.options);
    if (sansmtp_client_init(&sender.client, sender.memory, sizeof(sender.memory),
                            &sender.options) != 0) {
        books_break(books, "the client cannot begin");
    }
    if ((sender.script->flags & SCRIPT_AHEAD) != 0 &&
        client_assume(sender.script, sender.client) != 0) {
        books_break(books, "assume() is refused at the start");
    }
    world->ends[CLIENT].calls = &calls;
}
