#ifndef RECEIVE_AUTH_H
#define RECEIVE_AUTH_H

/* AUTH PLAIN and LOGIN, and what receive_sasl.c knows. Passwords are checked on libuv's thread pool,
 * so the answer comes late. */

#include "receive_connection.h"

/* The mechanisms that serve these users, as options.mechanisms wants them. */
const char *auth_mechanisms(const struct users *users);

/* For the AUTH question. */
void auth_begin(struct connection *connection, const struct sansmtp_event *event);

/* For the RESPONSE question. */
void auth_continue(struct connection *connection, const struct sansmtp_event *event);

/* Forgets the exchange, if there is one. */
void auth_end(struct connection *connection);

/* Forgets who the client is. */
void auth_forget(struct connection *connection);

#endif
