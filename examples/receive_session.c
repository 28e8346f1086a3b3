#include "receive_session.h"

#include "receive_client.h"
#include "receive_common.h"
#include "receive_log.h"
#include "receive_message.h"
#include "receive_refusal.h"
#include "receive_verdict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool stores(const struct connection *connection)
{
    return connection->receiver->options.maildir != NULL;
}

/* -- the beginning ---------------------------------------------------------------------------- */

static void on_connect(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    (void)event;
    client_begin(user);
    log_reply(user, "CONNECT", 220, 0);
    sansmtp_server_accept(server);
}

/* -- the envelope ----------------------------------------------------------------------------- */

static void on_mail(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct connection *connection = user;
    struct session *session = &connection->session;

    if (stores(connection)) {
        session->message = message_begin(connection, event);
        if (session->message == NULL) {
            common_fail(connection, "MAIL");
            return;
        }
    }
    session->in_transaction = true;
    session->recipients = 0;
    session->octets = 0;
    session->chunk_refused = false;
    session->verdict_due = false;
    log_reply(connection, "MAIL", 250, event->number);
    log_parameters(connection, event);
    sansmtp_server_accept(server);
}

/* RFC 5321 4.5.1: Postmaster without a domain is always ours. */
static bool is_ours(const struct connection *connection, const struct sansmtp_event *event)
{
    return event->domain_kind == SANSMTP_DOMAIN_NONE ||
           options_serve(&connection->receiver->options, event->domain.data, event->domain.length);
}

static bool is_one_too_many(const struct connection *connection)
{
    uint64_t most = connection->receiver->options.max_recipients;

    return most > 0 && connection->session.recipients >= most;
}

static void on_recipient(struct sansmtp_server *server, const struct sansmtp_event *event,
                         void *user)
{
    struct connection *connection = user;
    struct session *session = &connection->session;
    static const char too_many[] = "Too many recipients";

    if (!is_ours(connection, event)) {
        log_reply(connection, "RCPT", 550, 0);
        sansmtp_server_decline(server);
    } else if (is_one_too_many(connection)) {
        log_reply(connection, "RCPT", 452, 0);
        sansmtp_server_reply(server, 452, SANSMTP_ENHANCED(4, 5, 3), too_many, sizeof too_many - 1);
    } else if (!verdict_note(connection, event) ||
               (stores(connection) &&
                (session->message == NULL || !message_add(session->message, event)))) {
        common_fail(connection, "RCPT");
    } else {
        session->recipients++;
        log_reply(connection, "RCPT", 250, 0);
        log_parameters(connection, event);
        sansmtp_server_accept(server);
    }
}

/* -- the message ------------------------------------------------------------------------------ */

static void end_transaction(struct connection *connection)
{
    struct session *session = &connection->session;

    message_release(session->message);
    session->message = NULL;
    verdict_forget(connection);
    session->in_transaction = false;
    session->in_body = false;
    if (connection->receiver->stopping) {
        sansmtp_server_close(connection->engine);
    }
}

static bool is_full_disk(int error)
{
    return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

/* Answers CHUNK or END, whose message the store could not take. */
static void answer_failure(struct connection *connection, const char *verb, int error)
{
    static const char text[] = "Message not stored, try again later";
    uint32_t code = is_full_disk(error) ? 452 : 451;

    fprintf(stderr, "sansmtp-receive: %s: cannot store a message in %s: %s\n",
            connection_peer(connection), connection->receiver->options.maildir, strerror(error));
    log_reply(connection, verb, code, 0);
    if (code == 452) {
        sansmtp_server_reply(connection->engine, 452, SANSMTP_ENHANCED(4, 3, 1), NULL, 0);
    } else {
        sansmtp_server_reply(connection->engine, 451, SANSMTP_ENHANCED(4, 3, 0), text,
                             sizeof text - 1);
    }
}

static void on_written(struct connection *connection, struct message *message)
{
    (void)message;
    sansmtp_server_resume(connection->engine);
    connection_go(connection);
}

/* While the pool writes, nothing more is read. */
static void on_body(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct session *session = &((struct connection *)user)->session;

    session->in_body = true;
    session->octets += event->data.length;
    if (session->message != NULL) {
        message_append(session->message, event->data);
        if (message_is_full(session->message)) {
            sansmtp_server_pause(server);
            message_write(session->message, on_written);
        }
    }
}

static void on_chunk(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct connection *connection = user;
    struct session *session = &connection->session;
    struct message *message = session->message;

    session->chunk_refused = stores(connection) && (message == NULL || message_error(message) != 0);
    if (!session->chunk_refused) {
        log_reply(connection, "BDAT", 250, event->number);
        sansmtp_server_accept(server);
    } else if (message == NULL) {
        common_fail(connection, "BDAT");
    } else {
        answer_failure(connection, "BDAT", message_error(message));
    }
}

static void on_stored(struct connection *connection, struct message *message)
{
    int error = message_outcome(message);

    if (error == 0) {
        log_reply(connection, "END", 250, connection->session.octets);
        sansmtp_server_accept(connection->engine);
    } else {
        answer_failure(connection, "END", error);
    }
    if (connection->session.last_answer) {
        end_transaction(connection);
    }
    connection_go(connection);
}

/* PRDR: what one recipient says; the message is stored, or not, when all have been asked. */
static void ask_one(struct connection *connection, uint32_t recipient)
{
    struct session *session = &connection->session;

    if (!verdict_refuses(connection, recipient, session->octets)) {
        log_reply(connection, "END", 250, session->octets);
        sansmtp_server_accept(connection->engine);
    } else if (session->message != NULL && !message_skip(session->message, recipient)) {
        common_fail(connection, "END");
    } else {
        session->refusing++;
        verdict_reply(connection);
    }
}

/* Is the message refused for whom this END is about? Under PRDR only if nobody wants it. */
static bool is_refused(const struct connection *connection, const struct sansmtp_event *event)
{
    const struct session *session = &connection->session;

    if (session->refusing > 0) {
        return session->refusing == session->recipients;
    }
    return verdict_refuses(connection, event->recipient, event->number);
}

/* Under LMTP each recipient is asked for by itself (RFC 2033 4.2). */
static void on_end(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct connection *connection = user;
    struct session *session = &connection->session;
    bool lmtp = connection->receiver->options.lmtp;

    session->in_body = false;
    session->octets = event->number;
    session->last_answer = (event->flags & SANSMTP_FLAG_LAST) != 0;
    if (!lmtp && event->recipient != SANSMTP_RECIPIENT_ALL) {
        ask_one(connection, event->recipient);
        return;
    }
    if (is_refused(connection, event)) {
        verdict_reply(connection);
        if (session->last_answer) {
            end_transaction(connection);
        }
        return;
    }
    if (session->message != NULL) {
        message_publish(session->message, lmtp ? event->recipient : 0,
                        lmtp ? 1 : session->recipients, on_stored);
        return;
    }
    if (stores(connection)) {
        common_fail(connection, "END");
    } else {
        log_reply(connection, "END", 250, event->number);
        sansmtp_server_accept(server);
    }
    if (session->last_answer) {
        end_transaction(connection);
    }
}

/* -- the rest --------------------------------------------------------------------------------- */

static void on_reset(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct connection *connection = user;
    /* RFC 2033 4.2: one answer a recipient, so without any there is none. */
    bool silent = connection->receiver->options.lmtp && connection->session.recipients == 0;

    (void)server;
    log_event(connection, "RESET", sansmtp_reason_name(event->reason), connection->session.octets);
    if (!silent) {
        refusal_log(connection, event->reason);
    }
    end_transaction(connection);
}

/* Whoever guesses has a few guesses a connection, by the engine's count, and no other limit here. */
bool session_may_try(struct connection *connection)
{
    (void)connection;
    return true;
}

uint64_t session_refused(struct connection *connection)
{
    (void)connection;
    return 0;
}

static void on_etrn(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    log_reply(user, "ETRN", 250, 0);
    log_value(user, "ETRN", "QUEUE", event->text);
    sansmtp_server_accept(server);
}

static void on_xclient(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    (void)server;
    client_become(user, event);
}

static void on_xforward(struct sansmtp_server *server, const struct sansmtp_event *event,
                        void *user)
{
    (void)server;
    client_forwarded(user, event);
}

void session_end(struct connection *connection)
{
    message_release(connection->session.message);
    connection->session.message = NULL;
    verdict_forget(connection);
    common_end(connection);
}

const struct sansmtp_server_callbacks session_callbacks = {
    .size = sizeof session_callbacks,
    .connect = on_connect,
    .hello = common_hello,
    .mail = on_mail,
    .recipient = on_recipient,
    .data = common_data,
    .chunk = on_chunk,
    .end = on_end,
    .starttls = common_starttls,
    .auth = common_auth,
    .response = common_response,
    .body = on_body,
    .reset = on_reset,
    .injection = common_injection,
    .early_talker = common_early_talker,
    .limit = common_limit,
    .trace = common_trace,
    .closing = common_closing,
    .etrn = on_etrn,
    .xclient = on_xclient,
    .xforward = on_xforward,
};
