/* What we answer to the engine's questions: receive_session.h, as sansmtp-relay has it. */

#include "../../receive_session.h"

#include "../../receive_common.h"
#include "../../receive_log.h"
#include "../../receive_refusal.h"
#include "arrival.h"
#include "etrn.h"
#include "gate.h"
#include "outside.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define GUESS_WAIT 2000u /* milliseconds that a wrong password costs */

/* Answers the open question, and logs it. */
static void answer(struct connection *connection, const char *verb, uint32_t code,
                   uint32_t enhanced, const char *text)
{
    log_reply(connection, verb, code, 0);
    sansmtp_server_reply(connection->engine, code, enhanced, text, text == NULL ? 0 : strlen(text));
}

/* Returns false if the answer was no, and was given. */
static bool let_through(struct connection *connection, const char *verb, struct gate_answer verdict)
{
    if (verdict.limit != NULL) {
        log_event(connection, "LIMIT", verdict.limit, verdict.most);
    }
    if (verdict.code != 250) {
        answer(connection, verb, verdict.code, verdict.enhanced, verdict.text);
    }
    return verdict.code == 250;
}

/* -- the beginning ---------------------------------------------------------------------------- */

static void greet(struct connection *connection, const char *zone)
{
    char text[300];

    if (zone != NULL) {
        snprintf(text, sizeof text, "Listed in %.200s", zone);
        answer(connection, "CONNECT", 554, SANSMTP_ENHANCED(5, 7, 1), text);
    } else {
        log_reply(connection, "CONNECT", 220, 0);
        sansmtp_server_accept(connection->engine);
    }
}

static void on_outside(struct connection *connection, const char *zone)
{
    greet(connection, zone);
    connection_go(connection);
}

/* Users come from anywhere, also from where others would not want mail from. */
static void on_connect(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct connection *connection = user;

    (void)event;
    connection->session.visit = calloc(1, sizeof *connection->session.visit);
    if (connection->session.visit == NULL) {
        sansmtp_server_fail(server);
        return;
    }
    relay_of(connection)->visits++;
    sansmtp_server_allow(server, SANSMTP_EXTENSION_EXPN, 0);
    if (let_through(connection, "CONNECT", gate_connect(relay_of(connection), connection)) &&
        (listener_of(connection)->role == FOR_USERS || !outside_ask(connection, on_outside))) {
        greet(connection, NULL);
    }
}

/* -- the envelope ----------------------------------------------------------------------------- */

static void on_mail(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct connection *connection = user;
    struct session *session = &connection->session;

    if (!let_through(connection, "MAIL", gate_mail(relay_of(connection), connection, event))) {
        return;
    }
    session->message = arrival_begin(connection, event);
    if (session->message == NULL) {
        common_fail(connection, "MAIL");
        return;
    }
    session->visit->declared = event->number;
    session->chunk_refused = false;
    session->verdict_due = false;
    session->in_transaction = true;
    session->recipients = 0;
    session->octets = 0;
    log_reply(connection, "MAIL", 250, event->number);
    sansmtp_server_accept(server);
}

static void on_recipient(struct sansmtp_server *server, const struct sansmtp_event *event,
                         void *user)
{
    struct connection *connection = user;

    if (!let_through(connection, "RCPT", gate_recipient(relay_of(connection), connection, event))) {
        return;
    }
    if (!arrival_add(connection->session.message, event)) {
        common_fail(connection, "RCPT");
        return;
    }
    connection->session.recipients++;
    log_reply(connection, "RCPT", 250, 0);
    sansmtp_server_accept(server);
}

/* -- the message ------------------------------------------------------------------------------ */

static void end_transaction(struct connection *connection)
{
    struct session *session = &connection->session;

    arrival_release(session->message);
    session->message = NULL;
    session->in_transaction = false;
    session->in_body = false;
    if (connection->receiver->stopping) {
        sansmtp_server_close(connection->engine);
    }
}

/* Answers CHUNK or END, whose message the queue could not take. */
static void answer_failure(struct connection *connection, const char *verb, int error)
{
    fprintf(stderr, "sansmtp-relay: %s: cannot queue a message: %s\n", connection_peer(connection),
            strerror(error));
    if (error == ENOSPC) {
        answer(connection, verb, 452, SANSMTP_ENHANCED(4, 3, 1), NULL);
    } else {
        answer(connection, verb, 451, SANSMTP_ENHANCED(4, 3, 0),
               "Message not queued, try again later");
    }
}

static void on_written(struct connection *connection, int error)
{
    (void)error; /* it is told when the message ends */
    sansmtp_server_resume(connection->engine);
    connection_go(connection);
}

/* While the clerk writes, nothing more is read. */
static void on_body(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct session *session = &((struct connection *)user)->session;

    session->in_body = true;
    session->octets += event->data.length;
    arrival_append(session->message, event->data);
    if (arrival_is_full(session->message)) {
        sansmtp_server_pause(server);
        arrival_write(session->message, on_written);
    }
}

static void on_chunk(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct connection *connection = user;
    int error = arrival_error(connection->session.message);

    connection->session.chunk_refused = error != 0;
    if (error != 0) {
        answer_failure(connection, "BDAT", error);
        return;
    }
    log_reply(connection, "BDAT", 250, event->number);
    sansmtp_server_accept(server);
}

static void on_queued(struct connection *connection, int error)
{
    struct session *session = &connection->session;
    char text[64];

    if (error != 0) {
        answer_failure(connection, "END", error);
    } else {
        snprintf(text, sizeof text, "Queued as %013" PRIX64, arrival_id(session->message));
        log_event(connection, "QUEUED", text + sizeof "Queued as " - 1, session->octets);
        answer(connection, "END", 250, SANSMTP_ENHANCED(2, 0, 0), text);
        gate_message(relay_of(connection), connection,
                     session->octets > session->visit->declared
                         ? session->octets - session->visit->declared
                         : 0);
    }
    end_transaction(connection);
    connection_go(connection);
}

/* RFC 5321 6.3: a message with so many hops behind it goes round in a circle. */
static void on_end(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct connection *connection = user;
    struct session *session = &connection->session;

    (void)server;
    session->in_body = false;
    session->octets = event->number;
    if (arrival_error(session->message) != 0) {
        answer_failure(connection, "END", arrival_error(session->message));
        end_transaction(connection);
    } else if (arrival_hops(session->message) > relay_of(connection)->config.max_hops) {
        answer(connection, "END", 554, SANSMTP_ENHANCED(5, 4, 6), "Too many hops: a mail loop");
        end_transaction(connection);
    } else {
        arrival_finish(session->message, on_queued);
    }
}

static void on_reset(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct connection *connection = user;

    (void)server;
    log_event(connection, "RESET", sansmtp_reason_name(event->reason), connection->session.octets);
    refusal_log(connection, event->reason);
    end_transaction(connection);
}

/* -- the rest --------------------------------------------------------------------------------- */

/* The engine closes after a few wrong ones; the gate counts those of all connections. */
bool session_may_try(struct connection *connection)
{
    return let_through(connection, "AUTH", gate_auth(relay_of(connection), connection));
}

uint64_t session_refused(struct connection *connection)
{
    gate_auth_refused(relay_of(connection), connection);
    return GUESS_WAIT;
}

static void on_etrn(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct connection *connection = user;

    (void)server;
    if (let_through(connection, "ETRN", gate_etrn(relay_of(connection), connection, event->text))) {
        etrn_ask(connection, event->text);
    }
}

void session_end(struct connection *connection)
{
    struct session *session = &connection->session;

    arrival_release(session->message);
    session->message = NULL;
    common_end(connection);
    if (session->visit != NULL) {
        outside_forget(connection);
        etrn_forget(connection);
        gate_leave(relay_of(connection), connection);
        relay_of(connection)->visits--;
        free(session->visit);
        session->visit = NULL;
    }
}

/* VRFY and EXPN: 252, whatever the address (RFC 5321 7.3). */
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
    .etrn = on_etrn,
    .body = on_body,
    .reset = on_reset,
    .injection = common_injection,
    .early_talker = common_early_talker,
    .limit = common_limit,
    .trace = common_trace,
    .closing = common_closing,
};
