#include "client_engine.h"

#include "memory.h"

/* The client's loop: a reply is collected, then looked at by the room that knows what was asked. */

static const struct sansmtp_event *tell_outcome(struct sansmtp_client *client)
{
    struct sansmtp_event *event = &client->event;

    client->knows &= ~(uint32_t)SANSMTP_CLIENT_OUTCOME_DUE;
    event = sansmtp_client_event(client, SANSMTP_EVENT_OUTCOME);
    event->reason = client->outcome;
    event->code = client->outcome_code;
    event->enhanced = client->outcome_enhanced;
    if (event->code != 0 && client->decided == client->answered) {
        event->text.data = client->text;
        event->text.length = client->text_length;
    }
    event->taken = client->taken;
    event->answered = client->told;
    event->accepted = client->accepted;
    return event;
}

static const struct sansmtp_event *tell_ready(struct sansmtp_client *client)
{
    struct sansmtp_event *event = sansmtp_client_event(client, SANSMTP_EVENT_READY);

    client->knows &= ~(uint32_t)SANSMTP_CLIENT_READY_DUE;
    event->parameters = client->offered.extensions;
    event->number = client->offered.size;
    return event;
}

static const struct sansmtp_event *notice(struct sansmtp_client *client)
{
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_OUTCOME_DUE)) {
        return tell_outcome(client);
    }
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_READY_DUE)) {
        return tell_ready(client);
    }
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_CHALLENGE_DUE)) {
        sansmtp_client_ask_initial(client);
        return &client->event;
    }
    if (client->closing != 0 && !sansmtp_client_knows(client, SANSMTP_CLIENT_ENDED)) {
        struct sansmtp_event *event = sansmtp_client_event(client, SANSMTP_EVENT_CLOSING);

        client->knows |= SANSMTP_CLIENT_ENDED;
        event->reason = client->closing;
        return event;
    }
    return NULL;
}

static enum sansmtp_client_step swallow(struct sansmtp_span *in)
{
    in->data = in->length == 0 ? in->data : in->data + in->length;
    in->length = 0;
    return SANSMTP_CLIENT_WAIT;
}

/* RFC 3207 6, CVE-2021-22947: what stands between the 220 and the handshake was put there. */
static enum sansmtp_client_step injection(struct sansmtp_client *client, struct sansmtp_span *in)
{
    if (in->length == 0) {
        return SANSMTP_CLIENT_WAIT;
    }
    sansmtp_client_event(client, SANSMTP_EVENT_INJECTION)->data = *in;
    swallow(in);
    sansmtp_client_over(client, SANSMTP_REASON_INJECTION, SANSMTP_ERR_INJECTION);
    return SANSMTP_CLIENT_TELL;
}

/* What the opening waits to be answered. */
static uint32_t opening_verb(const struct sansmtp_client *client)
{
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_GREETING_DUE)) {
        return SANSMTP_VERB_UNKNOWN;
    }
    if (client->phase == SANSMTP_AWAITS_HELLO ||
        sansmtp_client_knows(client, SANSMTP_CLIENT_HELLO_DUE)) {
        return sansmtp_client_hello_verb(client);
    }
    if (client->phase == SANSMTP_AWAITS_STARTTLS) {
        return SANSMTP_VERB_STARTTLS;
    }
    return client->phase == SANSMTP_AWAITS_AUTH ? SANSMTP_VERB_AUTH : SANSMTP_VERB_UNKNOWN;
}

/* Before messages can go the host hears of a 421 as of any other refusal, and as of any other reply
 * to a command of its own. */
static enum sansmtp_client_step shut_down(struct sansmtp_client *client,
                                          const struct sansmtp_client_reply *reply)
{
    bool opening = client->phase < SANSMTP_AWAITS_MESSAGE ||
                   sansmtp_client_knows(client,
                                        SANSMTP_CLIENT_GREETING_DUE | SANSMTP_CLIENT_HELLO_DUE);
    bool command = client->phase == SANSMTP_AWAITS_COMMAND;
    uint32_t verb = opening_verb(client);

    if (client->phase == SANSMTP_AWAITS_OUTCOME &&
        !sansmtp_client_sends(client, SANSMTP_SENDS_MAIL_REFUSED)) {
        client->outcome_code = reply->code;
        client->outcome_enhanced = reply->enhanced;
        client->decided = client->answered;
    }
    sansmtp_client_over(client, SANSMTP_REASON_CLOSED, SANSMTP_ERR_REFUSED);
    if (command) {
        sansmtp_client_reply_event(client, SANSMTP_EVENT_REPLY, reply)->verb = client->verb;
        return SANSMTP_CLIENT_TELL;
    }
    if (opening) {
        sansmtp_client_refusal(client, verb, reply);
        return SANSMTP_CLIENT_TELL;
    }
    return SANSMTP_CLIENT_ON;
}

/* A refusal may come while the message still goes out, or have begun while it did. BDAT has been
 * asked for as soon as its line is out. */
static bool early_verdict(const struct sansmtp_client *client,
                          const struct sansmtp_client_reply *reply)
{
    return client->phase == SANSMTP_AWAITS_OUTCOME && reply->code >= 400 &&
           !sansmtp_client_sends(client, SANSMTP_SENDS_CHUNKS) &&
           (sansmtp_client_body_pending(client) ||
            sansmtp_client_sends(client, SANSMTP_SENDS_FINAL));
}

/* 421 may come at any time (RFC 5321 3.8); any other reply must have been asked for before it
 * began. The message's own end counts as asked for only once its last octet is handed out. */
static enum sansmtp_client_step look_at_reply(struct sansmtp_client *client)
{
    struct sansmtp_client_reply reply = sansmtp_client_take(client);

    sansmtp_client_renew(client);
    if (reply.code == 421) {
        return shut_down(client, &reply);
    }
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_EARLY) && !early_verdict(client, &reply)) {
        sansmtp_client_over(client, SANSMTP_REASON_PROTOCOL, SANSMTP_ERR_PROTOCOL);
        return SANSMTP_CLIENT_ON;
    }
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_GREETING_DUE | SANSMTP_CLIENT_HELLO_DUE)) {
        return sansmtp_client_opening(client, &reply);
    }
    return client->phase == SANSMTP_AWAITS_OUTCOME ? sansmtp_client_transaction(client, &reply)
                                                   : sansmtp_client_session(client, &reply);
}

static enum sansmtp_client_step wait_for_input(struct sansmtp_client *client)
{
    if (!sansmtp_client_knows(client, SANSMTP_CLIENT_EOF)) {
        return SANSMTP_CLIENT_WAIT;
    }
    sansmtp_client_over(client, SANSMTP_REASON_GONE, SANSMTP_ERR_GONE);
    return SANSMTP_CLIENT_ON;
}

static enum sansmtp_client_step step(struct sansmtp_client *client, struct sansmtp_span *in)
{
    if (client->phase == SANSMTP_AWAITS_NOTHING) {
        return swallow(in);
    }
    if (client->phase == SANSMTP_AWAITS_TURN) {
        return SANSMTP_CLIENT_WAIT; /* what comes now is the other role's */
    }
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_LINE_DUE)) {
        return sansmtp_client_whole_line(client);
    }
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_WHOLE)) {
        return look_at_reply(client);
    }
    if (client->phase == SANSMTP_AWAITS_TLS && in->length != 0) {
        return injection(client, in);
    }
    return in->length == 0 ? wait_for_input(client) : sansmtp_client_collect(client, in);
}

static const struct sansmtp_event *pull(struct sansmtp_client *client, struct sansmtp_span *in)
{
    for (;;) {
        const struct sansmtp_event *event = notice(client);
        enum sansmtp_client_step done;

        if (event != NULL) {
            return event;
        }
        done = step(client, in);
        if (done == SANSMTP_CLIENT_TELL) {
            return &client->event;
        }
        if (done == SANSMTP_CLIENT_WAIT) {
            return NULL;
        }
    }
}

const struct sansmtp_event *sansmtp_client_next(struct sansmtp_client *client,
                                                struct sansmtp_span *in)
{
    struct sansmtp_span none = {NULL, 0};

    if (client == NULL || (in != NULL && in->data == NULL && in->length != 0)) {
        return NULL;
    }
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_BUSY | SANSMTP_CLIENT_CHALLENGED)) {
        return NULL;
    }
    return pull(client, in != NULL ? in : &none);
}

/* What the host is asked for, beside input and output. */
static uint32_t asks(const struct sansmtp_client *client)
{
    if (client->phase == SANSMTP_AWAITS_MESSAGE) {
        return sansmtp_client_idle(client) ? SANSMTP_IDLE : 0;
    }
    if (client->phase != SANSMTP_AWAITS_OUTCOME) {
        return 0;
    }
    if (sansmtp_client_asks_recipient(client)) {
        return SANSMTP_RECIPIENT;
    }
    return sansmtp_client_asks_body(client) ? SANSMTP_BODY : 0;
}

uint32_t sansmtp_client_wants(const struct sansmtp_client *client)
{
    size_t pending = 0;
    uint32_t wants;

    if (client == NULL) {
        return 0;
    }
    sansmtp_client_output(client, &pending);
    wants = pending != 0 ? SANSMTP_WRITE : 0;
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_CHALLENGED)) {
        return wants | SANSMTP_REPLY;
    }
    if (client->phase == SANSMTP_AWAITS_TLS) {
        return SANSMTP_TLS;
    }
    if (client->phase == SANSMTP_AWAITS_NOTHING) {
        return wants != 0 ? wants : SANSMTP_CLOSE;
    }
    if (client->phase == SANSMTP_AWAITS_TURN) {
        return SANSMTP_TURN;
    }
    return wants | asks(client) | SANSMTP_READ;
}

const struct sansmtp_event *sansmtp_client_question(const struct sansmtp_client *client)
{
    return client != NULL && sansmtp_client_knows(client, SANSMTP_CLIENT_CHALLENGED)
               ? &client->event
               : NULL;
}

int sansmtp_client_error(const struct sansmtp_client *client)
{
    return client == NULL ? SANSMTP_ERR_ARGUMENT : client->error;
}

uint64_t sansmtp_client_extensions(const struct sansmtp_client *client, uint64_t *size)
{
    if (client == NULL) {
        return 0;
    }
    if (size != NULL) {
        *size = client->offered.size;
    }
    return client->offered.extensions;
}
