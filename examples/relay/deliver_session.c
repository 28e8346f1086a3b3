#include "trip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char stuck[] = "the host takes no recipient further";

void session_failed(struct trip *trip, const struct ending *ending)
{
    size_t length = ending->text.length;

    length = length < sizeof trip->ending_text ? length : sizeof trip->ending_text;
    if (length > 0) {
        memcpy(trip->ending_text, ending->text.data, length);
    }
    trip->ending = *ending;
    trip->ending.text = (struct sansmtp_span){trip->ending_text, length};
    trip->failed = true;
}

/* -- verdicts --------------------------------------------------------------------------------- */

static uint32_t least(uint32_t left, uint32_t right)
{
    return left < right ? left : right;
}

/* RFC 5321 4.5.4.1: what is said of the host holds for all messages, but not so long that the next
 * attempt would not find out. */
static void remember(struct trip *trip, uint32_t flags)
{
    const struct sansmtp_retry_options *retry = &trip->relay->retry;
    uint32_t first = least(SANSMTP_ROUTE_HOLD_FIRST, retry->first / 2);
    uint32_t longest = least(SANSMTP_ROUTE_HOLD_LONGEST, retry->longest / 2);

    if ((flags & SANSMTP_RETRY_HOLD) != 0 && trip->address.length > 0) {
        sansmtp_route_failed(trip->office->held, HELD_MAX, &trip->address, relay_now(), first,
                             longest); /* first 0: it is not held */
    }
}

static void complete(const struct trip *trip, struct ending *ending)
{
    ending->host = trip->place;
    ending->attempt.flags |= trip->call.tls != NULL ? SANSMTP_RETRY_THROUGH_TLS : 0;
    ending->attempt.flags |= trip->options.mechanisms != NULL ? SANSMTP_RETRY_CREDENTIALS : 0;
}

static void judge(struct trip *trip, size_t index, struct ending ending)
{
    complete(trip, &ending);
    remember(trip, fate_judge(trip->lane, index, &ending));
}

static void judge_all(struct trip *trip, struct ending ending)
{
    complete(trip, &ending);
    remember(trip, fate_judge_open(trip->lane, &ending));
}

/* This host has said all that it will. */
static void give_back(struct trip *trip)
{
    trip->taken = false;
    trip->sending = false;
    trip->body_begun = false;
    lane_wake(trip->lane);
}

/* It was idle between two consignments, and has gone since: that says nothing of the host. */
static bool was_idle(const struct trip *trip)
{
    return trip->served > 0 && !trip->asked && !trip->body_begun;
}

static struct ending why_lost(const struct trip *trip)
{
    int error = sansmtp_client_error(trip->call.engine);

    if (trip->failed) {
        return trip->ending;
    }
    if (error == 0) {
        error = SANSMTP_ERR_GONE;
    }
    if (error == SANSMTP_ERR_TLS) {
        return ending_without(SANSMTP_RETRY_STARTTLS, error,
                              "TLS is required, and the host does not offer it");
    }
    if (error == SANSMTP_ERR_AUTH) {
        return ending_without(SANSMTP_RETRY_AUTH, error,
                              "the host offers no AUTH that may be used");
    }
    return ending_without(trip->ready ? SANSMTP_RETRY_RCPT : SANSMTP_RETRY_HELLO, error,
                          error == SANSMTP_ERR_EXPIRED ? "the host is silent"
                          : error == SANSMTP_ERR_GONE  ? "the host has closed the connection"
                                                       : sansmtp_error_name(error));
}

void session_lost(struct trip *trip)
{
    if (was_idle(trip)) {
        trip->lane->next--;
    } else {
        judge_all(trip, why_lost(trip));
    }
}

/* -- what the engine tells -------------------------------------------------------------------- */

static bool is_ours(const struct trip *trip)
{
    return trip->lane != NULL && trip->taken;
}

static void on_challenge(struct sansmtp_client *client, const struct sansmtp_event *event,
                         void *user)
{
    struct trip *trip = user;

    password_answer(&trip->password, trip->relay->config.smart_user, client, event);
}

static uint32_t stage_of(uint32_t verb)
{
    switch (verb) {
    case SANSMTP_VERB_EHLO:
    case SANSMTP_VERB_HELO:
    case SANSMTP_VERB_LHLO:
        return SANSMTP_RETRY_HELLO;
    case SANSMTP_VERB_STARTTLS:
        return SANSMTP_RETRY_STARTTLS;
    case SANSMTP_VERB_AUTH:
        return SANSMTP_RETRY_AUTH;
    default:
        return SANSMTP_RETRY_GREETING;
    }
}

static void on_refusal(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct ending ending = ending_of(stage_of(event->verb), event);

    (void)client;
    session_failed(user, &ending);
}

static void on_ready(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct trip *trip = user;

    (void)event;
    trip->failed = false; /* what was refused could be done without */
    trip->ready = true;
    if (trip->address.length > 0) {
        sansmtp_route_worked(trip->office->held, HELD_MAX, &trip->address);
    }
    if (!password_is_settled(&trip->password)) {
        struct ending ending = ending_without(SANSMTP_RETRY_AUTH, SANSMTP_ERR_AUTH,
                                              "the host does not know the password");

        session_failed(trip, &ending);
        sansmtp_client_abort(client);
    }
}

/* The replies to RCPT that follow a refused MAIL say only that there is no MAIL. */
static void on_sender(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct trip *trip = user;

    (void)client;
    trip->asked = true;
    trip->no_sender = (event->flags & SANSMTP_FLAG_ACCEPTED) == 0;
    if (is_ours(trip) && trip->no_sender) {
        judge_all(trip, ending_of(SANSMTP_RETRY_MAIL, event));
    }
}

static void on_result(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct trip *trip = user;
    size_t index = trip->queue[event->recipient];
    struct ending ending = ending_of(SANSMTP_RETRY_RCPT, event);

    (void)client;
    if (!is_ours(trip) || trip->no_sender) {
        return;
    }
    if ((event->flags & SANSMTP_FLAG_ACCEPTED) != 0) {
        trip->accepted[trip->accepted_count++] = index;
    } else {
        ending.attempt.accepted = (uint32_t)trip->accepted_count;
        judge(trip, index, ending);
    }
}

/* RFC 3461 5.2.2: whoever knows DSN takes over what is to be told of those it accepts. LMTP stores
 * the message in the mailbox itself. */
static struct ending delivered(const struct trip *trip, const struct sansmtp_event *event)
{
    struct ending ending = ending_of(trip->body_whole ? SANSMTP_RETRY_END : SANSMTP_RETRY_DATA,
                                     event);

    ending.local = trip->lane->way == WAY_LMTP;
    ending.informed = !ending.local && (sansmtp_client_extensions(trip->call.engine, NULL) &
                                        SANSMTP_EXTENSION_DSN) != 0;
    return ending;
}

static void on_final(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct trip *trip = user;

    (void)client;
    if (is_ours(trip) && event->number < trip->accepted_count) {
        judge(trip, trip->accepted[event->number], delivered(trip, event));
        trip->finals = (size_t)event->number + 1;
    }
}

static struct ending end_of(const struct trip *trip, const struct sansmtp_event *event)
{
    int error = sansmtp_client_error(trip->call.engine);

    if (event->code != 0) {
        return delivered(trip, event);
    }
    if (trip->failed) {
        return trip->ending;
    }
    error = error == 0 ? SANSMTP_ERR_GONE : error;
    return event->reason == SANSMTP_OUTCOME_UNCERTAIN
               ? ending_without(SANSMTP_RETRY_END, error,
                                "all was sent, no answer came: it may be delivered or not")
               : ending_without(SANSMTP_RETRY_BODY, error, "the connection broke off");
}

static void on_outcome(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct trip *trip = user;

    (void)client;
    if (is_ours(trip)) {
        for (size_t i = trip->finals; i < trip->accepted_count; i++) {
            judge(trip, trip->accepted[i], end_of(trip, event));
        }
    }
    trip->sending = false;
    trip->body_begun = false;
}

static void on_trace(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct trip *trip = user;

    (void)client;
    dialogue_received(&trip->dialogue, event);
}

/* -- the message ------------------------------------------------------------------------------ */

static bool make_room(struct trip *trip, size_t count)
{
    if (count <= trip->capacity) {
        return true;
    }
    free(trip->queue);
    free(trip->accepted);
    trip->queue = calloc(count, sizeof *trip->queue);
    trip->accepted = calloc(count, sizeof *trip->accepted);
    trip->capacity = trip->queue == NULL || trip->accepted == NULL ? 0 : count;
    return trip->capacity > 0;
}

/* Returns how many are to be asked for. */
static size_t gather(struct trip *trip)
{
    const struct lane *lane = trip->lane;

    trip->queued = 0;
    for (size_t i = 0; i < lane->consignment->batch->count; i++) {
        if (lane->standings[i] == STANDING_OPEN) {
            trip->queue[trip->queued++] = i;
        }
    }
    return trip->queued;
}

/* What the message needs and this host has not. */
static const char *lack_text(int error)
{
    switch (error) {
    case SANSMTP_ERR_NEEDS_8BITMIME:
        return "the message has 8-bit content, the host takes none";
    case SANSMTP_ERR_NEEDS_BINARYMIME:
        return "the message is binary, the host takes no such content";
    case SANSMTP_ERR_NEEDS_SMTPUTF8:
        return "an address or the header needs SMTPUTF8, the host does not know it";
    case SANSMTP_ERR_SIZE:
        return "the message is larger than the host takes";
    case SANSMTP_ERR_NEEDS_REQUIRETLS:
        return "the message says REQUIRETLS, the host does not know it";
    case SANSMTP_ERR_NEEDS_DELIVERBY:
        return "the message has a deadline, the host does not know DELIVERBY, or not in this time";
    default:
        return sansmtp_error_name(error);
    }
}

/* The host takes no more messages in this session: on with another one. */
static void redial(struct trip *trip)
{
    struct ending ending = ending_without(SANSMTP_RETRY_MAIL, SANSMTP_ERR_GONE,
                                          "the host takes no message at all");

    if (trip->served == 0) {
        judge_all(trip, ending);
    } else {
        session_failed(trip, &ending);
        trip->lane->next--;
    }
    give_back(trip);
}

static void submit(struct trip *trip, struct sansmtp_client *client)
{
    struct consignment *consignment = trip->lane->consignment;
    struct sansmtp_channel_verdict verdict;
    struct sansmtp_envelope envelope;
    struct ending ending;
    int error;

    if (!trip_is_safe(trip, &verdict, &ending)) {
        judge_all(trip, ending);
        give_back(trip);
        return;
    }
    envelope_fill(consignment, sansmtp_client_extensions(client, NULL), &trip->texts, &envelope);
    envelope.flags |= verdict.parameter != 0 ? SANSMTP_ENVELOPE_REQUIRETLS : 0;
    error = sansmtp_client_submit(client, &envelope);
    if (error == SANSMTP_ERR_LIMITS) {
        redial(trip);
    } else if (error != 0 && error != SANSMTP_ERR_ROOM) {
        judge_all(trip, ending_without(SANSMTP_RETRY_MAIL, error, lack_text(error)));
        give_back(trip);
    } else if (error == 0) {
        trip->sending = true;
        trip->served++;
    }
}

static void on_wants_message(struct sansmtp_client *client, const struct sansmtp_event *event,
                             void *user)
{
    struct trip *trip = user;
    size_t before = trip->asked ? trip->queued : SIZE_MAX;

    (void)event;
    if (!is_ours(trip) || trip->lane->reading) { /* what is read is of a transaction that is over */
        return;
    }
    if (!make_room(trip, trip->lane->consignment->batch->count)) {
        fate_decide(trip->lane, SANSMTP_RETRY_LATER, SANSMTP_ENHANCED(4, 3, 0), "no memory");
    }
    if (trip->capacity == 0 || gather(trip) == 0) {
        give_back(trip);
        return;
    }
    if (trip->queued == before) { /* each message must bring at least one further */
        fate_decide(trip->lane, SANSMTP_RETRY_LATER, SANSMTP_ENHANCED(4, 5, 3), stuck);
        give_back(trip);
        return;
    }
    trip->given = 0;
    trip->accepted_count = 0;
    trip->finals = 0;
    trip->lent = 0;
    trip->chunk = 0;
    trip->has_piece = false;
    trip->body_whole = false;
    trip->no_sender = false;
    submit(trip, client);
}

/* One that this host cannot take is asked for elsewhere; RESULTs count those that were given. */
static void skip(struct trip *trip, int error)
{
    size_t at = trip->given;

    judge(trip, trip->queue[at], ending_without(SANSMTP_RETRY_RCPT, error, lack_text(error)));
    trip->queued--;
    memmove(&trip->queue[at], &trip->queue[at + 1], (trip->queued - at) * sizeof trip->queue[0]);
}

static void on_wants_recipient(struct sansmtp_client *client, const struct sansmtp_event *event,
                               void *user)
{
    struct trip *trip = user;
    struct sansmtp_recipient recipient;
    int error;

    (void)event;
    if (!is_ours(trip)) {
        sansmtp_client_abort(client);
        return;
    }
    if (trip->given == trip->queued) {
        if (sansmtp_client_recipients_end(client) != 0) {
            sansmtp_client_abort(client); /* none could be given */
        }
        return;
    }
    envelope_fill_recipient(&trip->lane->consignment->batch->recipients[trip->queue[trip->given]],
                            &trip->texts, &recipient);
    error = sansmtp_client_recipient(client, &recipient);
    if (error == 0) {
        trip->given++;
    } else if (error != SANSMTP_ERR_ROOM) {
        skip(trip, error);
    }
}

/* -- the body --------------------------------------------------------------------------------- */

/* It is not what it was when it was looked through, or there is no more of it: never an end. */
static void break_off(struct trip *trip, int error, const char *text)
{
    struct ending ending = ending_without(SANSMTP_RETRY_BODY, error, text);

    session_failed(trip, &ending);
    sansmtp_client_abort(trip->call.engine);
}

static void lend(struct trip *trip, struct sansmtp_span piece)
{
    uint64_t size = trip->lane->consignment->batch->envelope.size;
    bool last = trip->lent + piece.length >= size;
    int error;

    if (piece.length == 0 && trip->lent < size) {
        break_off(trip, SANSMTP_ERR_ARGUMENT, "the message is shorter than it was");
        return;
    }
    error = sansmtp_client_body(trip->call.engine, piece.data, piece.length, last);
    if (error != 0) {
        break_off(trip, error, lack_text(error));
        return;
    }
    trip->lent += piece.length;
    trip->chunk++;
    trip->body_whole = last;
}

static void on_chunk(struct consignment *consignment, const uint8_t *octets, size_t length)
{
    struct lane *lane = consignment->lane;

    lane->reading = false;
    if (lane->trip != NULL && lane->trip->taken) {
        trip_got(lane->trip, octets, length);
    }
    lane_wake(lane);
}

void trip_got(struct trip *trip, const uint8_t *octets, size_t length)
{
    if (octets == NULL) {
        break_off(trip, SANSMTP_ERR_ARGUMENT, "the message cannot be read");
    } else {
        trip->piece = (struct sansmtp_span){octets, length};
        trip->has_piece = true;
    }
    call_go(&trip->call);
}

static void on_wants_body(struct sansmtp_client *client, const struct sansmtp_event *event,
                          void *user)
{
    struct trip *trip = user;

    (void)event;
    if (!is_ours(trip)) {
        sansmtp_client_abort(client);
        return;
    }
    trip->body_begun = true;
    if (trip->chunk == 0) {
        lend(trip, trip->lane->consignment->batch->first);
    } else if (trip->has_piece) {
        trip->has_piece = false;
        lend(trip, trip->piece);
    } else if (!trip->lane->reading) {
        trip->lane->reading = true;
        consignment_read(trip->lane->consignment, trip->chunk, on_chunk);
    }
}

const struct sansmtp_client_callbacks trip_callbacks = {
    .size = sizeof trip_callbacks,
    .challenge = on_challenge,
    .ready = on_ready,
    .sender = on_sender,
    .result = on_result,
    .final = on_final,
    .outcome = on_outcome,
    .refusal = on_refusal,
    .trace = on_trace,
    .wants_message = on_wants_message,
    .wants_recipient = on_wants_recipient,
    .wants_body = on_wants_body,
};
