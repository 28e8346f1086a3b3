#include "trip.h"

#include <stdlib.h>
#include <string.h>

static const char stuck[] = "the host takes no recipient further";

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
        session_judge_all(trip, ending);
    } else {
        session_failed(trip, &ending);
        trip->lane->next--;
    }
    session_give_back(trip);
}

static void submit(struct trip *trip, struct sansmtp_client *client)
{
    struct consignment *consignment = trip->lane->consignment;
    struct sansmtp_channel_verdict verdict;
    struct sansmtp_envelope envelope;
    struct ending ending;
    int error;

    if (!trip_is_safe(trip, &verdict, &ending)) {
        session_judge_all(trip, ending);
        session_give_back(trip);
        return;
    }
    envelope_fill(consignment, sansmtp_client_extensions(client, NULL), &trip->texts, &envelope);
    envelope.flags |= verdict.parameter != 0 ? SANSMTP_ENVELOPE_REQUIRETLS : 0;
    error = sansmtp_client_submit(client, &envelope);
    if (error == SANSMTP_ERR_LIMITS) {
        redial(trip);
    } else if (error != 0 && error != SANSMTP_ERR_ROOM) {
        session_judge_all(trip, ending_without(SANSMTP_RETRY_MAIL, error, lack_text(error)));
        session_give_back(trip);
    } else if (error == 0) {
        trip->sending = true;
        trip->served++;
    }
}

void message_wants_message(struct sansmtp_client *client, const struct sansmtp_event *event,
                           void *user)
{
    struct trip *trip = user;
    size_t before = trip->asked ? trip->queued : SIZE_MAX;

    (void)event;
    if (!session_is_ours(trip) ||
        trip->lane->reading) { /* what is read is of a transaction that is over */
        return;
    }
    if (!make_room(trip, trip->lane->consignment->batch->count)) {
        fate_decide(trip->lane, SANSMTP_RETRY_LATER, SANSMTP_ENHANCED(4, 3, 0), "no memory");
    }
    if (trip->capacity == 0 || gather(trip) == 0) {
        session_give_back(trip);
        return;
    }
    if (trip->queued == before) { /* each message must bring at least one further */
        fate_decide(trip->lane, SANSMTP_RETRY_LATER, SANSMTP_ENHANCED(4, 5, 3), stuck);
        session_give_back(trip);
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

    session_judge(trip, trip->queue[at],
                  ending_without(SANSMTP_RETRY_RCPT, error, lack_text(error)));
    trip->queued--;
    memmove(&trip->queue[at], &trip->queue[at + 1], (trip->queued - at) * sizeof trip->queue[0]);
}

void message_wants_recipient(struct sansmtp_client *client, const struct sansmtp_event *event,
                             void *user)
{
    struct trip *trip = user;
    struct sansmtp_recipient recipient;
    int error;

    (void)event;
    if (!session_is_ours(trip)) {
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

void message_wants_body(struct sansmtp_client *client, const struct sansmtp_event *event,
                        void *user)
{
    struct trip *trip = user;

    (void)event;
    if (!session_is_ours(trip)) {
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
