#include "send_session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool session_begin(struct session *session, struct sender *sender)
{
    size_t count = sender->options.to_count;

    *session = (struct session){.sender = sender, .queued = count};
    session->queue = calloc(count, sizeof *session->queue);
    session->accepted = calloc(count, sizeof *session->accepted);
    if (session->queue == NULL || session->accepted == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        session->queue[i] = i;
    }
    return true;
}

void session_fail(struct session *session, const struct fate *fate)
{
    struct sansmtp_span text = fate->text;

    if (text.length > sizeof session->failure_text) {
        text.length = sizeof session->failure_text;
    }
    if (text.length > 0) {
        memcpy(session->failure_text, text.data, text.length);
    }
    session->failure = *fate;
    session->failure.text = (struct sansmtp_span){session->failure_text, text.length};
    session->failed = true;
}

static void settle_all(struct session *session, const struct fate *fate)
{
    for (size_t i = 0; i < session->queued; i++) {
        report_settle(&session->sender->report, session->queue[i], fate);
    }
}

void session_end(struct session *session, const struct sansmtp_client *client)
{
    struct fate fate = end_of(session, client);

    settle_all(session, &fate);
    free(session->queue);
    free(session->accepted);
}

/* -- what the engine tells -------------------------------------------------------------------- */

static void on_challenge(struct sansmtp_client *client, const struct sansmtp_event *event,
                         void *user)
{
    struct session *session = user;
    struct sender *sender = session->sender;

    password_answer(&sender->password, sender->options.user, client, event);
}

static void on_refusal(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct fate fate = fate_of_reply(event);

    (void)client;
    if (fate.result != RESULT_TEMP) {
        fate.result = RESULT_REFUSED;
    }
    session_fail(user, &fate);
}

static void on_ready(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct session *session = user;

    (void)event;
    session->failed = false; /* what was refused could be done without */
    if (!password_is_settled(&session->sender->password)) {
        struct fate fate = fate_of(RESULT_REFUSED, "the server does not know the password");

        session_fail(session, &fate);
        sansmtp_client_abort(client);
    }
}

/* The replies to RCPT that follow say only that there is no MAIL. */
static void on_sender(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct fate fate = fate_of_reply(event);

    (void)client;
    if (fate.result != RESULT_OK) {
        settle_all(user, &fate);
    }
}

/* RFC 5321 4.5.3.1.10: too many for one message; these are asked for again with the next one. */
static bool is_one_too_many(const struct session *session, const struct sansmtp_event *event)
{
    uint32_t detail = event->enhanced % 1000000u;

    if (session->accepted_count == 0) {
        return false;
    }
    if (event->code == 452) {
        return event->enhanced == 0 || detail == 5003;
    }
    return event->code == 552 &&
           (detail == 5003 || (event->enhanced == 0 && session->accepted_count >= 100));
}

static void on_result(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct session *session = user;
    struct fate fate = fate_of_reply(event);
    size_t index = session->queue[event->recipient];

    (void)client;
    if (fate.result == RESULT_OK) {
        session->accepted[session->accepted_count++] = index;
    } else if (!is_one_too_many(session, event)) {
        report_settle(&session->sender->report, index, &fate);
    }
}

static void on_final(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct session *session = user;
    struct fate fate = fate_of_reply(event);

    (void)client;
    report_settle(&session->sender->report, session->accepted[event->number], &fate);
    session->finals = (size_t)event->number + 1;
}

static struct fate outcome_of(const struct session *session, const struct sansmtp_client *client,
                              const struct sansmtp_event *event)
{
    if (event->code != 0) {
        return fate_of_reply(event);
    }
    if (event->reason == SANSMTP_OUTCOME_UNCERTAIN) {
        return fate_of(RESULT_UNKNOWN, "all was sent, no answer came: it may be delivered or not");
    }
    return end_of(session, client);
}

static void keep_unsettled(struct session *session)
{
    size_t kept = 0;

    for (size_t i = 0; i < session->queued; i++) {
        if (!session->sender->report.settled[session->queue[i]]) {
            session->queue[kept++] = session->queue[i];
        }
    }
    session->queued = kept;
}

static void on_outcome(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct session *session = user;
    struct fate fate = outcome_of(session, client, event);

    for (size_t i = session->finals; i < session->accepted_count; i++) {
        report_settle(&session->sender->report, session->accepted[i], &fate);
    }
    keep_unsettled(session);
}

static void on_trace(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct session *session = user;

    (void)client;
    dialogue_received(&session->sender->dialogue, event);
}

/* -- what the engine wants -------------------------------------------------------------------- */

static struct sansmtp_envelope envelope_of(const struct sender *sender)
{
    const struct options *options = &sender->options;
    struct sansmtp_envelope envelope = {.size = sizeof envelope};

    envelope.flags = options->smtputf8 ? SANSMTP_ENVELOPE_UTF8 : 0;
    envelope.body = sender->body.scan.eight_bit ? SANSMTP_BODY_8BITMIME : 0;
    envelope.ret = options->ret;
    envelope.message_size = scan_size(&sender->body.scan);
    envelope.sender = options->from;
    envelope.sender_length = strlen(options->from);
    if (options->envid != NULL) {
        envelope.envid = options->envid;
        envelope.envid_length = strlen(options->envid);
    }
    return envelope;
}

/* Each message must have brought at least one recipient further, or there is no end. */
static void on_wants_message(struct sansmtp_client *client, const struct sansmtp_event *event,
                             void *user)
{
    struct session *session = user;
    struct sansmtp_envelope envelope = envelope_of(session->sender);
    int error;

    (void)event;
    if (session->queued == 0 || (session->began && session->accepted_count == 0)) {
        call_quit(session->call);
        return;
    }
    error = sansmtp_client_submit(client, &envelope);
    if (error != 0) {
        struct fate fate = end_of_refusal(error);

        session_fail(session, &fate);
        call_quit(session->call);
        return;
    }
    session->began = true;
    session->given = 0;
    session->accepted_count = 0;
    session->finals = 0;
    body_rewind(&session->sender->body);
}

static void stop(struct session *session, struct sansmtp_client *client, const struct fate *fate)
{
    session_fail(session, fate);
    sansmtp_client_abort(client);
}

static void on_wants_recipient(struct sansmtp_client *client, const struct sansmtp_event *event,
                               void *user)
{
    struct session *session = user;
    const struct options *options = &session->sender->options;
    struct sansmtp_recipient recipient = {.size = sizeof recipient, .notify = options->notify};
    int error;

    (void)event;
    if (session->given == session->queued) {
        sansmtp_client_recipients_end(client);
        return;
    }
    recipient.mailbox = options->to[session->queue[session->given]];
    recipient.mailbox_length = strlen(recipient.mailbox);
    error = sansmtp_client_recipient(client, &recipient);
    if (error != 0) {
        struct fate fate = end_of_refusal(error);

        stop(session, client, &fate);
        return;
    }
    session->given++;
}

static void on_wants_body(struct sansmtp_client *client, const struct sansmtp_event *event,
                          void *user)
{
    struct session *session = user;
    struct sender *sender = session->sender;
    bool last = false;
    long length = body_next(&sender->body, &last);
    struct fate fate;
    int error;

    (void)event;
    if (length < 0) {
        fate = fate_of(RESULT_TEMP, errno == 0 ? "the message became shorter" : strerror(errno));
        stop(session, client, &fate);
        return;
    }
    error = sansmtp_client_body(client, sender->body.piece, (size_t)length, last);
    if (error != 0) { /* it is not what we looked through */
        fate = end_of_refusal(error);
        stop(session, client, &fate);
        return;
    }
    report_progress(&sender->report, sender->body.at, uv_now(sender->loop));
}

const struct sansmtp_client_callbacks session_callbacks = {
    .size = sizeof session_callbacks,
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
