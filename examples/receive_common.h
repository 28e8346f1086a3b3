#ifndef RECEIVE_COMMON_H
#define RECEIVE_COMMON_H

/*
 * What sessions have in common, whatever becomes of the mail: the hello, TLS, AUTH, and what the
 * engine only tells. Rows for the table of callbacks that each program makes (receive_session.h).
 */

#include "receive_connection.h"

/* An answer: what is called for the event that it is named after. user: struct connection. */
typedef void common_answer(struct sansmtp_server *server, const struct sansmtp_event *event,
                           void *user);

common_answer common_hello;
common_answer common_data;
common_answer common_starttls;
common_answer common_auth;
common_answer common_response;
common_answer common_injection;
common_answer common_early_talker;
common_answer common_limit;
common_answer common_trace;
common_answer common_closing;

/* We ourselves could not find an answer to a question of the transaction. */
void common_fail(struct connection *connection, const char *verb);

/* Gives up what these know of the session. */
void common_end(struct connection *connection);

#endif
