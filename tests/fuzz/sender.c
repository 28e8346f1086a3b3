#include "sender.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_eventlog.h"
#include "client_words.h"

void sender_demand(const struct sender *sender, bool holds, const char *rule)
{
    if (holds) {
        return;
    }
    fprintf(stderr, "%s\n%s\n", rule, sender->log.length > 0 ? sender->log.data : "");
    abort();
}

uint32_t sender_draw(uint32_t *state, uint32_t below)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return (*state >> 3) % below;
}

static uint32_t draw(struct sender *sender, uint32_t below)
{
    return sender->plain ? 0 : sender_draw(&sender->random, below);
}

/* A block of exactly so many octets. */
static uint8_t *copy_of(const void *octets, size_t length)
{
    uint8_t *copy = malloc(length);

    if (copy == NULL && length > 0) {
        abort();
    }
    if (length > 0) {
        memcpy(copy, octets, length);
    }
    return copy;
}

void sender_begin(struct sender *sender, const struct sansmtp_client_options *options,
                  uint32_t random)
{
    sender->plain = random == 0;
    sender->random = random | 1u;
    sender->messages = 2 + draw(sender, 3);
    sender->block_length = sansmtp_client_memory(options);
    sender->block = malloc(sender->block_length);
    if (sender->block == NULL) {
        abort();
    }
    memset(sender->block, 0xaa, sender->block_length);
    sender_demand(
        sender,
        sansmtp_client_init(&sender->client, sender->block, sender->block_length, options) == 0,
        "init");
    sender->ledger.lmtp = (options->flags & SANSMTP_CLIENT_LMTP) != 0;
    sender->wire.normalises = options->body_newlines == SANSMTP_CLIENT_NEWLINES_NORMALISE;
}

void sender_assume(struct sender *sender)
{
    struct sansmtp_capabilities capabilities;

    if (draw(sender, 3) != 2) {
        return;
    }
    client_words_capabilities(&capabilities, sender->random);
    sender->assumed = sansmtp_client_assume(sender->client, &capabilities, sizeof capabilities) ==
                      0;
}

void sender_end(struct sender *sender)
{
    free(sender->block);
    free(sender->lent);
    free(sender->response);
    text_free(&sender->log);
    text_free(&sender->finals);
    client_wire_free(&sender->wire);
}

static void respond(struct sender *sender)
{
    uint32_t choice = draw(sender, 8);
    size_t length = choice == 0 ? 16 : choice == 7 ? draw(sender, 9214) : draw(sender, 400);
    uint8_t *response = NULL;

    sender->challenged = false;
    if (choice == 1) {
        sender_demand(sender, sansmtp_client_cancel(sender->client) == 0, "cancel() is taken");
        return;
    }
    response = malloc(length);
    if (response == NULL && length > 0) {
        abort();
    }
    memset(response, 'r', length);
    sender->response = response;
    sender_demand(sender, sansmtp_client_respond(sender->client, response, length) == 0,
                  "respond() is taken");
}

/* RFC 5321 6.1: with the final yes the peer has it; so it must have had all of it. */
static void outcome(struct sender *sender, const struct sansmtp_event *event)
{
    bool complete = client_wire_complete(&sender->wire);

    client_wire_end(&sender->wire);
    sender->outcome = event->reason;
    sender_demand(sender, event->reason != SANSMTP_OUTCOME_DELIVERED || complete,
                  "nothing is delivered that is not whole on the wire");
    sender_demand(sender, event->reason != SANSMTP_OUTCOME_UNCERTAIN || complete,
                  "nothing is uncertain that is not whole on the wire");
    sender_demand(sender,
                  event->reason != SANSMTP_OUTCOME_LATER || event->code != 0 || !complete ||
                      sender->wire.chunked || !sender->wire.last,
                  "what is whole on the wire, and has no answer, is uncertain");
    free(sender->lent);
    sender->lent = NULL;
}

void sender_event(struct sender *sender, const struct sansmtp_event *event)
{
    sender_demand(sender, !sender->challenged, "nothing is told while a question is open");
    if (event->type != SANSMTP_EVENT_TRACE) {
        free(sender->response);
        sender->response = NULL;
    }
    client_event_print(&sender->log, event);
    text_print(&sender->log, "\n");
    client_ledger_event(&sender->ledger, event);
    if (event->type == SANSMTP_EVENT_FINAL) {
        text_print(&sender->finals, "%c%u", (event->flags & SANSMTP_FLAG_ACCEPTED) != 0 ? '+' : '-',
                   (unsigned)event->number);
    } else if (event->type == SANSMTP_EVENT_OUTCOME) {
        outcome(sender, event);
    } else if (event->type == SANSMTP_EVENT_CHALLENGE) {
        sender->challenged = true;
        respond(sender);
    }
    sender_demand(sender, sender->ledger.broken == NULL, sender->ledger.broken);
    sender_demand(sender, sender->wire.broken == NULL, sender->wire.broken);
}

static struct sansmtp_envelope envelope_of(struct sender *sender)
{
    static const char *const senders[] = {"s@c.example", "", "caf\xc3\xa9@c.example", "a\r\nb@c",
                                          "\"a b\"@[192.0.2.1]"};
    const char *from = senders[draw(sender, 8) % 5];
    struct sansmtp_envelope envelope = {.size = sizeof envelope};

    envelope.flags = draw(sender, 4);
    envelope.body = draw(sender, 4);
    envelope.ret = draw(sender, 3);
    envelope.message_size = draw(sender, 3) == 1 ? draw(sender, 500) : 0;
    envelope.sender = from;
    envelope.sender_length = strlen(from);
    envelope.envid = "id+1";
    envelope.envid_length = draw(sender, 5);
    envelope.auth = "<>";
    envelope.auth_length = draw(sender, 2) * 2;
    if (sender->extended && draw(sender, 2) == 1) {
        client_words_envelope(&envelope, sender->random);
        envelope.flags &= ~(SANSMTP_ENVELOPE_URLS | (sender->personal ? 0 : SANSMTP_ENVELOPE_PRDR));
    }
    return envelope;
}

void sender_forget(struct sender *sender)
{
    sender->outcome = 0;
    text_clear(&sender->finals);
}

static bool quit(struct sender *sender)
{
    sender->finished = true;
    sender_demand(sender, sansmtp_client_quit(sender->client) == 0, "quit() is taken");
    return true;
}

static bool command(struct sender *sender)
{
    const char *line = client_words_command(sender_draw(&sender->random, 1000));
    int result = sansmtp_client_command(sender->client, line, strlen(line));

    text_print(&sender->log, "command %d\n", result);
    return result == 0;
}

/* What is refused changes nothing, and what is plain is always taken where it is wanted. */
static bool submit(struct sender *sender)
{
    struct sansmtp_envelope envelope = envelope_of(sender);
    uint32_t body = envelope.body;
    int result, plain = 0;

    if (sender->messages == 0) {
        return quit(sender);
    }
    if (sender->extended && draw(sender, 5) == 4 && command(sender)) {
        return true;
    }
    sender->messages--;
    result = sansmtp_client_submit(sender->client, &envelope);
    if (result != 0 && result != SANSMTP_ERR_LIMITS) {
        envelope = (struct sansmtp_envelope){.size = sizeof envelope};
        envelope.sender = "s@c.example";
        envelope.sender_length = 11;
        body = 0;
        plain = sansmtp_client_submit(sender->client, &envelope);
    }
    if (result == SANSMTP_ERR_LIMITS || plain == SANSMTP_ERR_LIMITS) {
        sender_forget(sender); /* the peer said how many it takes: there is no such message */
        return quit(sender);
    }
    sender_demand(sender, plain == 0, "a plain message is taken at the want IDLE");
    text_print(&sender->log, "submit %d\n", result);
    sender_forget(sender);
    client_ledger_submitted(&sender->ledger);
    sender->ledger.prdr = (envelope.flags & SANSMTP_ENVELOPE_PRDR) != 0;
    client_wire_begin(&sender->wire, body == SANSMTP_BODY_BINARYMIME);
    sender->recipients = sender->plain ? 1 + sender->more : 1 + draw(sender, 4);
    if (draw(sender, 40) == 9) {
        sender->recipients = 90;
    }
    sender->pieces = 1 + draw(sender, 4);
    return true;
}

static bool give_recipient(struct sender *sender)
{
    static const char *const mailboxes[] = {"r@mx.example", "Postmaster", "\xc3\xa9@mx.example",
                                            "a@b>\r\nDATA", "r.2@mx.example"};
    const char *mailbox = mailboxes[draw(sender, 5)];
    struct sansmtp_recipient recipient = {.size = sizeof recipient};
    uint8_t *copy = copy_of(mailbox, strlen(mailbox));
    int result;

    if (sender->recipients == 0) {
        free(copy);
        sender_demand(sender, sansmtp_client_recipients_end(sender->client) == 0,
                      "recipients_end() is taken");
        return true;
    }
    sender->recipients--;
    recipient.notify = draw(sender, 3);
    recipient.mailbox = (const char *)copy;
    recipient.mailbox_length = strlen(mailbox);
    recipient.orcpt_type = "rfc822";
    recipient.orcpt_type_length = draw(sender, 2) * 6;
    recipient.orcpt = "o@c";
    recipient.orcpt_length = recipient.orcpt_type_length / 2;
    if (sender->extended && draw(sender, 3) == 1) {
        client_words_recipient(&recipient, sender->random);
    }
    result = sansmtp_client_recipient(sender->client, &recipient);
    free(copy);
    if (result != 0) {
        recipient = (struct sansmtp_recipient){.size = sizeof recipient};
        recipient.mailbox = "r@mx.example";
        recipient.mailbox_length = 12;
        result = sansmtp_client_recipient(sender->client, &recipient);
    }
    if (result == SANSMTP_ERR_LIMITS) { /* all or none, and the peer does not take all */
        sender_demand(sender, sansmtp_client_withdraw(sender->client) == 0, "withdraw() is taken");
        return true;
    }
    sender_demand(sender, result == 0, "a plain recipient is taken at the want RECIPIENT");
    client_ledger_recipient(&sender->ledger);
    return true;
}

/* Words that make every case of stuffing; the later ones are refused, or normalised. */
static void make_piece(struct sender *sender, struct text *piece)
{
    static const char *const words[] = {"a",    ".",  "\r\n", "\r\n.", "..",   "hello",
                                        "\r\n", ".a", "\r",   "\n",    "\x80", "\r\n"};
    uint32_t count = draw(sender, 12), kinds = draw(sender, 3) == 0 ? 12 : 8;

    text_clear(piece);
    if (sender->plain) {
        text_print(piece, ".hello\r\n");
    }
    for (uint32_t i = 0; i < count; i++) {
        const char *word = words[draw(sender, kinds)];

        text_add(piece, word, strlen(word));
    }
}

static bool lend(struct sender *sender, const void *octets, size_t length, bool last)
{
    uint8_t *copy = copy_of(octets, length);
    int result;

    result = sansmtp_client_body(sender->client, length > 0 ? copy : NULL, length, last);
    text_print(&sender->log, "body %zu %s: %d\n", length, last ? "last" : "more", result);
    if (result != 0) {
        free(copy);
        return false;
    }
    free(sender->lent);
    sender->lent = copy;
    client_wire_lent(&sender->wire, octets, length, last);
    return true;
}

/* What is refused is mended: behind a CR that an earlier piece ended with comes its LF. */
static bool lend_body(struct sender *sender)
{
    struct text piece = {0};
    bool last = --sender->pieces == 0;

    /* The last piece is not needed any more. */
    free(sender->lent);
    sender->lent = NULL;
    make_piece(sender, &piece);
    if (sender->wire.message.length + piece.length > CLIENT_WIRE_MOST - 3) {
        text_clear(&piece);
    }
    if (!lend(sender, piece.data, piece.length, last) && !lend(sender, "x\r\n", 3, last)) {
        sender_demand(sender, lend(sender, "\nx\r\n", 4, last),
                      "a message that is mended is taken");
    }
    text_free(&piece);
    return true;
}

bool sender_serve(struct sender *sender)
{
    uint32_t wants = sansmtp_client_wants(sender->client);

    if ((wants & SANSMTP_IDLE) != 0) {
        return submit(sender);
    }
    if ((wants & SANSMTP_RECIPIENT) != 0) {
        return give_recipient(sender);
    }
    return (wants & SANSMTP_BODY) != 0 && lend_body(sender);
}

static bool is_inside(const struct sender *sender, const uint8_t *octets)
{
    return octets >= sender->block && octets < sender->block + sender->block_length;
}

size_t sender_drain(struct sender *sender, size_t most, bool gather, struct text *output)
{
    struct sansmtp_span spans[3] = {{NULL, 0}};
    size_t count = 1, total = 0;

    if (gather) {
        count = sansmtp_client_vectors(sender->client, spans, 3);
    } else {
        spans[0].data = sansmtp_client_output(sender->client, &spans[0].length);
    }
    for (size_t i = 0; i < count && total < most; i++) {
        size_t some = spans[i].length < most - total ? spans[i].length : most - total;

        if (some > 0 && is_inside(sender, spans[i].data)) {
            client_wire_command(&sender->wire, spans[i].data, some);
        } else if (some > 0) {
            client_wire_body(&sender->wire, spans[i].data, some);
        }
        text_add(output, spans[i].data, some);
        total += some;
    }
    sender_demand(sender, sender->wire.broken == NULL, sender->wire.broken);
    sender_demand(sender, !sender->ledger.closed || total == 0, "nothing leaves behind CLOSING");
    sender_demand(sender, sansmtp_client_sent(sender->client, total) == 0, "sent() is taken");
    return total;
}

void sender_check(struct sender *sender)
{
    uint32_t wants = sansmtp_client_wants(sender->client);
    uint32_t turns = wants & (SANSMTP_REPLY | SANSMTP_IDLE | SANSMTP_RECIPIENT | SANSMTP_BODY);
    int error = sansmtp_client_error(sender->client);
    size_t pending = 0;

    sansmtp_client_output(sender->client, &pending);
    sender_demand(sender, wants != 0, "something is always wanted");
    sender_demand(sender, (turns & (turns - 1)) == 0, "one turn at a time");
    sender_demand(sender,
                  turns == 0 || (sender->assumed && turns == SANSMTP_IDLE) ||
                      sansmtp_client_patience(sender->client, NULL) == 0,
                  "the peer is not waited for while the host has the turn");
    sender_demand(sender,
                  (wants & SANSMTP_TLS) != 0 || ((wants & SANSMTP_WRITE) != 0) == (pending > 0),
                  "WRITE is wanted exactly if there is output");
    sender_demand(sender, (wants & SANSMTP_CLOSE) == 0 || wants == SANSMTP_CLOSE,
                  "CLOSE stands alone");
    sender_demand(sender, sender->error == 0 || error == sender->error, "an error stays");
    sender_demand(sender, error == 0 || error <= -101, "only the peer's faults stay");
    sender->error = error;
}
