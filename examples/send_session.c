#include "send_session.h"

#include "send_cache.h"
#include "send_command.h"
#include "send_extensions.h"
#include "send_limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool session_begin(struct session *session, struct sender *sender)
{
    size_t count = sender->options.to_count;

    *session = (struct session){.sender = sender};
    session->queue = calloc(count + 1, sizeof *session->queue);
    session->accepted = calloc(count + 1, sizeof *session->accepted);
    session->domains = calloc(count + 1, sizeof *session->domains);
    if (session->queue == NULL || session->accepted == NULL || session->domains == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!sender->report.settled[i]) {
            session->queue[session->queued++] = i;
        }
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

void session_assume(struct session *session, struct sansmtp_client *client)
{
    struct sender *sender = session->sender;
    struct sansmtp_capabilities earlier;

    session->assumed = sender->options.cache != NULL && !sender->assumes_nothing &&
                       cache_read(&sender->options, &earlier) &&
                       sansmtp_client_assume(client, &earlier, sizeof earlier) == 0;
}

/* The server is not what it was; of what we said too early it took nothing. */
static bool was_wrong_to_assume(const struct session *session, const struct sansmtp_client *client)
{
    int error = sansmtp_client_error(client);

    return session->assumed && !session->uncertain &&
           (error == SANSMTP_ERR_REFUSED || error == SANSMTP_ERR_PROTOCOL);
}

static void remember(const struct session *session, const struct sansmtp_client *client)
{
    struct sansmtp_capabilities now;

    if (session->sender->options.cache != NULL && session->call->parting &&
        sansmtp_client_capabilities(client, &now, sizeof now) == 0) {
        cache_write(&session->sender->options, &now);
    }
}

static void release(struct session *session)
{
    free(session->queue);
    free(session->accepted);
    free(session->domains);
}

/* client is NULL if nobody was ever called. */
bool session_end(struct session *session, const struct sansmtp_client *client)
{
    struct sender *sender = session->sender;
    struct fate fate;

    if (was_wrong_to_assume(session, client)) {
        cache_forget(&sender->options);
        sender->assumes_nothing = true;
        release(session);
        return true;
    }
    if (client != NULL) {
        remember(session, client);
    }
    if (session->full && session->began && !session->failed) {
        sender->options.transid = NULL; /* it was that of the message that this server has */
        release(session);
        return true;
    }
    fate = end_of(session, client);
    settle_all(session, &fate);
    command_end(session, &fate);
    release(session);
    return false;
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

static void on_result(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct session *session = user;
    struct fate fate = fate_of_reply(event);
    size_t index = session->queue[event->recipient];

    (void)client;
    if (fate.result == RESULT_OK) {
        session->accepted[session->accepted_count++] = index;
    } else if ((event->flags & SANSMTP_FLAG_ENOUGH) == 0) {
        report_settle(&session->sender->report, index, &fate);
    }
}

static void on_final(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct session *session = user;
    struct fate fate = fate_of_reply(event);

    (void)client;
    /* PRDR: a no is one; a yes depends on the answer for all. */
    if (session->sender->options.lmtp || fate.result != RESULT_OK) {
        report_settle(&session->sender->report, session->accepted[event->number], &fate);
    }
    if (session->sender->options.lmtp) {
        session->finals = (size_t)event->number + 1;
    }
}

/* The server has these recipients, and the message up to here. */
static void on_restart(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct session *session = user;

    (void)client;
    session->restarted = true;
    session->sender->body.at = event->number;
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

    size_t before = session->queued;

    (void)client;
    session->uncertain = event->reason == SANSMTP_OUTCOME_UNCERTAIN;
    for (size_t i = session->finals; i < session->accepted_count; i++) {
        report_settle(&session->sender->report, session->accepted[i], &fate);
    }
    if (session->restarted) {
        settle_all(session, &fate);
    }
    keep_unsettled(session);
    session->stuck = session->queued == before;
}

static void on_trace(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct session *session = user;

    (void)client;
    dialogue_received(&session->sender->dialogue, event);
}

/* -- what the engine wants -------------------------------------------------------------------- */

static struct sansmtp_envelope envelope_of(const struct session *session)
{
    const struct sender *sender = session->sender;
    const struct options *options = &sender->options;
    struct sansmtp_envelope envelope = {.size = sizeof envelope};

    envelope.flags = options->smtputf8 ? SANSMTP_ENVELOPE_UTF8 : 0;
    envelope.sender = options->from;
    envelope.sender_length = strlen(options->from);
    if (options->url_count > 0) { /* nobody here knows what they give */
        envelope.body = SANSMTP_BODY_8BITMIME;
    } else {
        envelope.body = sender->body.scan.eight_bit ? SANSMTP_BODY_8BITMIME : 0;
        envelope.message_size = scan_size(&sender->body.scan);
    }
    extension_envelope(options, !session->began, &envelope);
    return envelope;
}

static void submit(struct session *session, struct sansmtp_client *client)
{
    struct sansmtp_envelope envelope = envelope_of(session);
    int error = sansmtp_client_submit(client, &envelope);

    if (error != 0) {
        struct fate fate = end_of_refusal(error);

        session->full = error == SANSMTP_ERR_LIMITS && session->began;
        if (!session->full) {
            session_fail(session, &fate);
        }
        call_quit(session->call);
        return;
    }
    session->began = true;
    session->restarted = false;
    session->forwarded = false;
    session->accepted_count = 0;
    session->finals = 0;
    session->urls_given = 0;
    body_rewind(&session->sender->body);
}

/* Each message must have brought at least one recipient further, or there is no end. */
static void on_wants_message(struct sansmtp_client *client, const struct sansmtp_event *event,
                             void *user)
{
    struct session *session = user;

    (void)event;
    session->given = 0;
    if (command_say(session, client)) {
        return;
    }
    if (session->queued == 0 || session->stuck) {
        call_quit(session->call);
    } else if (!limits_choose(session, client)) {
        session->full = true;
        call_quit(session->call);
    } else if (!command_forward(session, client)) {
        submit(session, client);
    }
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
    if (!limits_choose(session, client)) {
        sansmtp_client_recipients_end(client);
        return;
    }
    recipient.mailbox = options->to[session->queue[session->given]];
    recipient.mailbox_length = strlen(recipient.mailbox);
    recipient.rrvs = options->rrvs[session->queue[session->given]];
    recipient.rrvs = recipient.rrvs == NULL ? options->rrvs_of_all : recipient.rrvs;
    recipient.rrvs_length = recipient.rrvs == NULL ? 0 : strlen(recipient.rrvs);
    error = sansmtp_client_recipient(client, &recipient);
    if (error != 0) {
        struct fate fate = end_of_refusal(error);

        stop(session, client, &fate);
        return;
    }
    limits_count(session);
    session->given++;
}

/* What the server shall fetch by itself follows what we have. */
static int lend_url(struct session *session, struct sansmtp_client *client)
{
    const struct options *options = &session->sender->options;
    const char *url = options->urls[session->urls_given++];

    return sansmtp_client_burl(client, url, strlen(url), session->urls_given == options->url_count);
}

static void on_wants_body(struct sansmtp_client *client, const struct sansmtp_event *event,
                          void *user)
{
    struct session *session = user;
    struct sender *sender = session->sender;
    bool last = false, with_urls = sender->options.url_count > 0;
    bool from_url = with_urls && sender->body.at == sender->body.scan.octets;
    long length = from_url ? 0 : body_next(&sender->body, &last);
    struct fate fate;
    int error;

    (void)event;
    if (length < 0) {
        fate = fate_of(RESULT_TEMP, errno == 0 ? "the message became shorter" : strerror(errno));
        stop(session, client, &fate);
        return;
    }
    error = from_url ? lend_url(session, client)
                     : sansmtp_client_body(client, sender->body.piece, (size_t)length,
                                           last && !with_urls);
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
    .reply = command_replied,
    .restart = on_restart,
    .trace = on_trace,
    .wants_message = on_wants_message,
    .wants_recipient = on_wants_recipient,
    .wants_body = on_wants_body,
};
