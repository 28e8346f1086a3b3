#include "trip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static const char unknown_password[] = "the host does not know the password";

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

void session_judge(struct trip *trip, size_t index, struct ending ending)
{
    complete(trip, &ending);
    remember(trip, fate_judge(trip->lane, index, &ending));
}

void session_judge_all(struct trip *trip, struct ending ending)
{
    complete(trip, &ending);
    remember(trip, fate_judge_open(trip->lane, &ending));
}

/* This host has said all that it will. */
void session_give_back(struct trip *trip)
{
    trip->taken = false;
    trip->sending = false;
    trip->body_begun = false;
    lane_wake(trip->lane);
}

/* It was idle between two consignments, and has gone since: that says nothing of the host. */
static bool was_idle(const struct trip *trip)
{
    return trip->reused && !trip->failed && !trip->asked && !trip->body_begun;
}

static const char *fault_text(int error)
{
    switch (error) {
    case SANSMTP_ERR_EXPIRED:
        return "the host is silent";
    case SANSMTP_ERR_GONE:
        return "the host has closed the connection";
    case SANSMTP_ERR_BUDGET:
    case SANSMTP_ERR_LENGTH:
        return "the host's reply has no end";
    case SANSMTP_ERR_INJECTION:
        return "octets came in clear behind the yes to STARTTLS, maybe of somebody in between";
    case SANSMTP_ERR_FRAMING:
    case SANSMTP_ERR_SYNTAX:
    case SANSMTP_ERR_PROTOCOL:
        return "what the host says is no SMTP";
    default:
        return sansmtp_error_name(error);
    }
}

static const char *place_text(const struct trip *trip)
{
    if (trip->shaking) {
        return "in the TLS handshake";
    }
    if (!trip->ready) {
        return "at the greeting, hello or AUTH";
    }
    return trip->body_begun ? "in the middle of the message" : "at MAIL, RCPT or DATA";
}

struct ending session_loss(struct trip *trip)
{
    int error = sansmtp_client_error(trip->call.engine);
    uint32_t stage = trip->shaking      ? SANSMTP_RETRY_TLS
                     : !trip->ready     ? SANSMTP_RETRY_HELLO
                     : trip->body_begun ? SANSMTP_RETRY_BODY
                                        : SANSMTP_RETRY_RCPT;

    error = error == 0 ? SANSMTP_ERR_GONE : error;
    snprintf(trip->loss_text, sizeof trip->loss_text, "%s, %s", fault_text(error),
             place_text(trip));
    return ending_without(stage, trip->shaking ? SANSMTP_ERR_TLS : error, trip->loss_text);
}

/* The password is only for a host that has shown who it is. */
static struct ending without_password(struct trip *trip)
{
    const char *text = "the host offers no AUTH mechanism that we know";

    if (trip->call.tls == NULL) {
        text = "the host is not reached by TLS, so it does not get the password";
    } else if (!trip->proven) {
        snprintf(trip->loss_text, sizeof trip->loss_text,
                 "the host's certificate is not good, so it does not get the password: %s",
                 trip->unproven);
        text = trip->loss_text;
    }
    return ending_without(SANSMTP_RETRY_AUTH, SANSMTP_ERR_AUTH, text);
}

static struct ending why_lost(struct trip *trip)
{
    int error;

    if (trip->failed) { /* there may be no engine */
        return trip->ending;
    }
    error = sansmtp_client_error(trip->call.engine);
    if (error == SANSMTP_ERR_TLS) {
        return ending_without(SANSMTP_RETRY_STARTTLS, error,
                              "TLS is required, and the host does not offer it");
    }
    return error == SANSMTP_ERR_AUTH ? without_password(trip) : session_loss(trip);
}

void session_lost(struct trip *trip)
{
    if (was_idle(trip)) {
        trip->lane->next--;
    } else {
        session_judge_all(trip, why_lost(trip));
    }
}

/* -- what the engine tells -------------------------------------------------------------------- */

bool session_is_ours(const struct trip *trip)
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
    case SANSMTP_VERB_UNKNOWN:
        return SANSMTP_RETRY_GREETING;
    case SANSMTP_VERB_STARTTLS:
        return SANSMTP_RETRY_STARTTLS;
    case SANSMTP_VERB_AUTH:
        return SANSMTP_RETRY_AUTH;
    default:
        return SANSMTP_RETRY_HELLO;
    }
}

/* A password that is wrong is no reason to give up any message; nor is a yes to one that the host
 * has not shown to know. */
static void on_refusal(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct ending ending = ending_of(stage_of(event->verb), event);

    (void)client;
    if (event->verb == SANSMTP_VERB_AUTH && event->code / 100 == 2) {
        ending = ending_without(SANSMTP_RETRY_AUTH, SANSMTP_ERR_AUTH, unknown_password);
    }
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
                                              unknown_password);

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
    if (session_is_ours(trip) && trip->no_sender) {
        session_judge_all(trip, ending_of(SANSMTP_RETRY_MAIL, event));
    }
}

static void on_result(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct trip *trip = user;
    size_t index = trip->queue[event->recipient];
    struct ending ending = ending_of(SANSMTP_RETRY_RCPT, event);

    (void)client;
    if (!session_is_ours(trip) || trip->no_sender) {
        return;
    }
    if ((event->flags & SANSMTP_FLAG_ACCEPTED) != 0) {
        trip->accepted[trip->accepted_count++] = index;
    } else {
        ending.attempt.accepted = (uint32_t)trip->accepted_count;
        session_judge(trip, index, ending);
    }
}

/* RFC 3461 5.2.2: whoever knows DSN takes over what is to be told of those it accepts. LMTP stores
 * the message in the mailbox itself. */
static struct ending delivered(const struct trip *trip, const struct sansmtp_event *event)
{
    struct ending ending = ending_of(trip->body_whole ? SANSMTP_RETRY_END : SANSMTP_RETRY_DATA,
                                     event);
    uint64_t extensions = sansmtp_client_extensions(trip->call.engine, NULL);

    ending.local = trip->lane->way == WAY_LMTP;
    ending.informed = !ending.local && (extensions & SANSMTP_EXTENSION_DSN) != 0;
    ending.untimed = (extensions & SANSMTP_EXTENSION_DELIVERBY) == 0;
    return ending;
}

static void on_final(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct trip *trip = user;

    (void)client;
    if (session_is_ours(trip) && event->number < trip->accepted_count) {
        session_judge(trip, trip->accepted[event->number], delivered(trip, event));
        trip->finals = (size_t)event->number + 1;
    }
}

static struct ending end_of(struct trip *trip, const struct sansmtp_event *event)
{
    int error = sansmtp_client_error(trip->call.engine);

    if (event->code != 0) {
        return delivered(trip, event);
    }
    if (trip->failed) {
        return trip->ending;
    }
    return event->reason == SANSMTP_OUTCOME_UNCERTAIN
               ? ending_without(SANSMTP_RETRY_END, error == 0 ? SANSMTP_ERR_GONE : error,
                                "all was sent, no answer came: it may be delivered or not")
               : session_loss(trip);
}

static void on_outcome(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct trip *trip = user;

    (void)client;
    if (session_is_ours(trip)) {
        for (size_t i = trip->finals; i < trip->accepted_count; i++) {
            session_judge(trip, trip->accepted[i], end_of(trip, event));
        }
    }
    if (event->code == 421 && !trip->failed) { /* for those, too, who have had no answer */
        struct ending ending = ending_of(SANSMTP_RETRY_MAIL, event);

        session_failed(trip, &ending);
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
    .wants_message = message_wants_message,
    .wants_recipient = message_wants_recipient,
    .wants_body = message_wants_body,
};
