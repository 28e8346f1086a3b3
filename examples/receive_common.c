#include "receive_common.h"

#include "receive_auth.h"
#include "receive_log.h"
#include "receive_session.h"

#include <stdlib.h>
#include <string.h>

void common_fail(struct connection *connection, const char *verb)
{
    log_reply(connection, verb, 451, 0);
    sansmtp_server_fail(connection->engine);
}

/* -- the hello -------------------------------------------------------------------------------- */

static void forget_hello(struct session *session)
{
    free(session->hello);
    session->hello = NULL;
    session->hello_length = 0;
    session->hello_told = false;
}

void common_hello(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct connection *connection = user;
    struct session *session = &connection->session;

    session->verb = event->verb;
    if (!session->hello_told) {
        forget_hello(session);
    }
    if (event->text.length > 0 && !session->hello_told) {
        session->hello = malloc(event->text.length);
        if (session->hello != NULL) {
            session->hello_length = event->text.length;
            memcpy(session->hello, event->text.data, event->text.length);
        }
    }
    log_reply(connection, sansmtp_verb_name(event->verb), 250, 0);
    sansmtp_server_accept(server);
}

/* -- the message ------------------------------------------------------------------------------ */

void common_data(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct connection *connection = user;

    (void)event;
    connection->session.in_body = true;
    log_reply(connection, "DATA", 354, 0);
    sansmtp_server_accept(server);
}

/* -- TLS and AUTH ----------------------------------------------------------------------------- */

void common_starttls(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    (void)event;
    log_reply(user, "STARTTLS", 220, 0);
    sansmtp_server_accept(server);
}

void session_tls_started(struct connection *connection)
{
    log_event(connection, "TLS", "started", 0);
    forget_hello(&connection->session);
    auth_forget(connection);
}

void common_auth(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    (void)server;
    auth_begin(user, event);
}

void common_response(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    (void)server;
    auth_continue(user, event);
}

void session_ran(struct connection *connection)
{
    /* The client may have cancelled it, which no event tells. */
    if (connection->session.exchange != NULL && sansmtp_server_secret(connection->engine) == 0) {
        auth_end(connection);
    }
}

/* -- what the engine tells -------------------------------------------------------------------- */

void common_injection(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    (void)server;
    log_event(user, "STARTTLS", "injection", event->data.length);
}

void common_early_talker(struct sansmtp_server *server, const struct sansmtp_event *event,
                         void *user)
{
    (void)server;
    log_event(user, "CONNECT", "early-talker", event->data.length);
}

void common_limit(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    (void)server;
    log_event(user, "LIMIT", sansmtp_limit_name(event->reason), event->number);
}

void common_trace(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    (void)server;
    log_received(user, event);
}

void common_closing(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct connection *connection = user;

    (void)server;
    connection->session.quit = event->reason == SANSMTP_REASON_QUIT;
    log_event(connection, "CLOSING", sansmtp_reason_name(event->reason), 0);
}

void common_end(struct connection *connection)
{
    auth_end(connection);
    auth_forget(connection);
    forget_hello(&connection->session);
}
