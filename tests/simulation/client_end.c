#include "ends.h"

#include <stdio.h>
#include <string.h>

#include "client_setup.h"
#include "guard.h"

/* Our client and its host: a mail queue that submits what is not settled yet, and believes what it
 * is told. */

enum { GATHERED = 16384 };

static struct {
    struct world *world;
    struct books *books;
    const struct script *script;
    struct sansmtp_client_options options;
    struct sansmtp_client *client;
    uint8_t memory[SANSMTP_CLIENT_MEMORY(1024, 2048)];

    uint32_t message;                           /* to submit next, or in hand */
    bool begun;                                 /* it was submitted, and has no outcome */
    uint32_t next_recipient;                    /* to give */
    bool tried[MESSAGES_MOST][RECIPIENTS_MOST]; /* was given, in this session */
    uint32_t given[RECIPIENTS_MOST], given_count;
    uint32_t accepted[RECIPIENTS_MOST], accepted_count;
    uint32_t final_codes[RECIPIENTS_MOST]; /* PRDR: they wait for the answer for all */
    uint32_t results, finals;
    bool sender_refused, later; /* later: somebody was refused by a 4yz */

    uint8_t body[BODY_MOST];
    size_t length, lent;
    bool last;         /* all of it was lent */
    bool pending;      /* and the end of it was not handed to the transport */
    uint8_t *borrowed; /* ends at a guard page; the engine has a piece of body in it */

    uint8_t gathered[GATHERED];
} me;

static void submit(void)
{
    struct sansmtp_envelope envelope = {.size = sizeof(envelope)};
    char sender[32];

    envelope.sender = sender;
    envelope.sender_length = (size_t)snprintf(sender, sizeof(sender), "m%u@client.example",
                                              (unsigned)me.message);
    envelope.flags = (me.script->flags & SCRIPT_ALL_OR_NONE) != 0 ? SANSMTP_ENVELOPE_ALL_OR_NONE
                                                                  : 0;
    envelope.flags |= (me.script->flags & SCRIPT_PRDR) != 0 ? SANSMTP_ENVELOPE_PRDR : 0;
    envelope.body = (me.script->flags & SCRIPT_BINARY) != 0 ? SANSMTP_BODY_BINARYMIME : 0;
    me.last = false;
    me.pending = true;
    me.length = script_body(me.script, me.message, me.body);
    me.lent = 0;
    me.given_count = me.accepted_count = me.results = me.finals = 0;
    me.sender_refused = me.later = false;
    me.begun = true;
    me.books->closed = false;
    if (sansmtp_client_submit(me.client, &envelope) != 0) {
        books_break(me.books, "submit() is refused at the want IDLE");
    }
}

/* The next recipient of this message who is not settled; false: there is none. */
static bool find_recipient(void)
{
    while (me.next_recipient < me.script->recipients &&
           (me.tried[me.message][me.next_recipient] ||
            books_settled(me.books, me.message, me.next_recipient))) {
        me.next_recipient++;
    }
    return me.next_recipient < me.script->recipients;
}

static void on_idle(void)
{
    for (; me.message < me.script->messages; me.message++) {
        me.next_recipient = 0;
        if (find_recipient()) {
            submit();
            return;
        }
    }
    if (sansmtp_client_quit(me.client) != 0) {
        books_break(me.books, "quit() is refused at the want IDLE");
    }
}

static void on_recipient(void)
{
    struct sansmtp_recipient recipient = {.size = sizeof(recipient)};
    char mailbox[32];
    int error;

    if (!find_recipient()) {
        error = sansmtp_client_recipients_end(me.client);
    } else {
        recipient.mailbox = mailbox;
        recipient.mailbox_length = (size_t)snprintf(mailbox, sizeof(mailbox), "r%u@server.example",
                                                    (unsigned)me.next_recipient);
        me.tried[me.message][me.next_recipient] = true;
        me.given[me.given_count++] = me.next_recipient++;
        error = sansmtp_client_recipient(me.client, &recipient);
    }
    if (error != 0) {
        books_break(me.books, "a recipient is refused at the want RECIPIENT");
    }
}

/* What was lent before is overwritten: the engine must not look at it again. */
static void on_body(void)
{
    size_t left = me.length - me.lent;
    size_t length = left < me.script->piece ? left : me.script->piece;
    uint8_t *piece = me.borrowed + BODY_MOST - length;
    bool last = left == 0 || (length == left && (me.script->flags & SCRIPT_EMPTY_LAST) == 0);

    memset(me.borrowed + BODY_MOST - me.script->piece, '#', me.script->piece);
    memcpy(piece, me.body + me.lent, length);
    me.lent += length;
    me.last = last;
    me.pending = true;
    if (sansmtp_client_body(me.client, piece, length, last) != 0) {
        books_break(me.books, "body() is refused at the want BODY");
    }
}

static void on_challenge(const struct sansmtp_event *event)
{
    if (event->text.length != 5 || memcmp(event->text.data, "PLAIN", 5) != 0 ||
        sansmtp_client_respond(me.client, "\0joe\0secret", 11) != 0) {
        books_break(me.books, "the challenge is not what PLAIN has");
    }
}

static void on_result(const struct sansmtp_event *event)
{
    uint32_t recipient = event->recipient;

    if (recipient != me.results || recipient >= me.given_count) {
        books_break(me.books, "a result has not the number of its recipient");
        return;
    }
    me.results++;
    if (event->code < 400) {
        if (event->number != me.accepted_count) {
            books_break(me.books, "the accepted are not counted right");
        }
        me.accepted[me.accepted_count++] = me.given[recipient];
    }
    me.later = me.later || (!me.sender_refused && event->code >= 400 && event->code < 500);
    /* To one whose sender was refused nothing is said but that: the outcome holds for all. */
    if (!me.sender_refused) {
        books_result(me.books, me.message, me.given[recipient], event->code);
    }
}

static enum fate fate_of_code(uint32_t code)
{
    if (code < 400) {
        return FATE_DELIVERED;
    }
    return code >= 500 ? FATE_REFUSED : FATE_LATER;
}

static void on_final(const struct sansmtp_event *event)
{
    if (event->number != me.finals || me.finals >= me.accepted_count) {
        books_break(me.books, "a final has not the number of its recipient");
        return;
    }
    me.final_codes[me.finals] = event->code;
    if ((me.script->flags & SCRIPT_PRDR) == 0) {
        books_fate(me.books, me.message, me.accepted[me.finals], fate_of_code(event->code));
    }
    me.finals++;
}

/* A recipient has it if both its own answer and that for all are a yes; a no for good is one. */
static void settle_finals(enum fate all)
{
    for (uint32_t i = 0; i < me.finals; i++) {
        bool own = me.final_codes[i] >= 400 && all != FATE_REFUSED;

        books_fate(me.books, me.message, me.accepted[i],
                   own ? fate_of_code(me.final_codes[i]) : all);
    }
}

/* At a limit of the peer the others of this message go with the next. */
static bool others_wait(enum fate fate)
{
    me.next_recipient = 0;
    return (me.script->flags & SCRIPT_LIMITS) != 0 && fate == FATE_DELIVERED && find_recipient();
}

static enum fate fate_of_outcome(uint32_t outcome)
{
    static const enum fate fates[] = {
        [SANSMTP_OUTCOME_DELIVERED] = FATE_DELIVERED,
        [SANSMTP_OUTCOME_REFUSED] = FATE_REFUSED,
        [SANSMTP_OUTCOME_LATER] = FATE_LATER,
        [SANSMTP_OUTCOME_UNCERTAIN] = FATE_UNCERTAIN,
    };

    return outcome < sizeof(fates) / sizeof(fates[0]) ? fates[outcome] : FATE_NONE;
}

/* A message that nobody was to get: nothing that is said behind that changes it. */
static void look_at_nobody(enum fate fate)
{
    if (me.accepted_count != 0 || me.results != me.given_count) {
        return;
    }
    if (fate == FATE_DELIVERED || fate == FATE_UNCERTAIN) {
        books_break(me.books, "delivered, or maybe, to nobody");
    }
    if (fate == FATE_REFUSED && me.later) {
        books_break(me.books, "a refusal for now becomes one for good");
    }
}

/* Those who have neither a refusal nor a FINAL of their own. */
static void on_outcome(const struct sansmtp_event *event)
{
    enum fate fate = fate_of_outcome(event->reason);
    bool lmtp = (me.script->flags & SCRIPT_LMTP) != 0;

    if (!me.begun || fate == FATE_NONE) {
        books_break(me.books, "an outcome that nothing was submitted for");
        return;
    }
    if (event->taken != me.given_count || event->answered != me.results ||
        event->accepted != me.accepted_count) {
        books_break(me.books, "an outcome that does not count its recipients");
    }
    if (fate == FATE_UNCERTAIN && (!me.last || me.pending)) {
        books_break(me.books, "uncertain, though the end of the message was never sent");
    }
    look_at_nobody(fate);
    if ((me.script->flags & SCRIPT_PRDR) != 0) {
        settle_finals(fate);
    }
    for (uint32_t i = me.finals; i < me.accepted_count; i++) {
        if (lmtp && fate == FATE_DELIVERED) {
            books_break(me.books, "delivered without a final");
        }
        books_fate(me.books, me.message, me.accepted[i], fate);
    }
    for (uint32_t i = me.sender_refused ? 0 : me.results; i < me.given_count; i++) {
        if (fate == FATE_DELIVERED) {
            books_break(me.books, "delivered to one who was not answered");
        }
        books_fate(me.books, me.message, me.given[i], fate);
    }
    me.begun = false;
    me.books->closed = true;
    me.message += others_wait(fate) ? 0 : 1;
}

static void on_event(const struct sansmtp_event *event)
{
    switch (event->type) {
    case SANSMTP_EVENT_CHALLENGE:
        on_challenge(event);
        break;
    case SANSMTP_EVENT_SENDER:
        me.sender_refused = event->code >= 400;
        me.later = event->code >= 400 && event->code < 500;
        break;
    case SANSMTP_EVENT_RESULT:
        on_result(event);
        break;
    case SANSMTP_EVENT_FINAL:
        on_final(event);
        break;
    case SANSMTP_EVENT_OUTCOME:
        on_outcome(event);
        break;
    case SANSMTP_EVENT_CLOSING:
        if (me.begun) {
            books_break(me.books, "closing, and a message has no outcome");
        }
        break;
    case SANSMTP_EVENT_INJECTION:
        books_break(me.books, "an injection that nobody made");
        break;
    default:
        break;
    }
}

static bool serve(uint32_t wants)
{
    if ((wants & (SANSMTP_IDLE | SANSMTP_RECIPIENT | SANSMTP_BODY)) == 0) {
        return false;
    }
    if (world_puts_off(me.world)) {
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

    while ((event = sansmtp_client_next(me.client, in)) != NULL) {
        on_event(event);
        done = true;
    }
    return serve(sansmtp_client_wants(me.client)) || done;
}

static uint32_t wants(void)
{
    return sansmtp_client_wants(me.client);
}

/* Now and then all that one writev would take. */
static const void *output(size_t *length)
{
    struct sansmtp_span spans[3];
    size_t count;

    if (me.world->pace == PACE_OCTETS) {
        return sansmtp_client_output(me.client, length);
    }
    count = sansmtp_client_vectors(me.client, spans, 3);
    *length = 0;
    for (size_t i = 0; i < count; i++) {
        memcpy(me.gathered + *length, spans[i].data, spans[i].length);
        *length += spans[i].length;
    }
    return me.gathered;
}

static int sent(size_t length)
{
    size_t left = 0;
    int error = sansmtp_client_sent(me.client, length);

    sansmtp_client_output(me.client, &left);
    me.pending = left != 0;
    return error;
}

static uint32_t patience(void)
{
    uint32_t serial;

    return sansmtp_client_patience(me.client, &serial);
}

static int expired(void)
{
    return sansmtp_client_expired(me.client);
}

static int eof(void)
{
    return sansmtp_client_eof(me.client);
}

static int stop(void)
{
    return sansmtp_client_abort(me.client);
}

static int tls_started(void)
{
    struct sansmtp_tls tls = {sizeof(tls), SANSMTP_TLS_VERIFIED};

    return sansmtp_client_tls_started(me.client, &tls);
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

    if (me.borrowed == NULL) {
        me.borrowed = guard_alloc(BODY_MOST);
    }
    me.world = world;
    me.books = books;
    me.script = books->script;
    me.message = 0;
    me.begun = false;
    memset(me.tried, 0, sizeof(me.tried));
    books->closed = true;
    client_options(me.script, &me.options);
    if (sansmtp_client_init(&me.client, me.memory, sizeof(me.memory), &me.options) != 0) {
        books_break(books, "the client cannot begin");
    }
    if ((me.script->flags & SCRIPT_AHEAD) != 0 && client_assume(me.script, me.client) != 0) {
        books_break(books, "assume() is refused at the start");
    }
    world->ends[CLIENT].calls = &calls;
}
