#ifndef RECEIVE_AUTH_H
#define RECEIVE_AUTH_H

/* AUTH PLAIN and LOGIN. Passwords are checked on libuv's thread pool, so the answer comes late. */

#include "receive_connection.h"

/* The mechanisms that auth_begin knows, as options.mechanisms wants them. */
#define AUTH_MECHANISMS "PLAIN LOGIN"

/* For the AUTH question. */
void auth_begin(struct connection *connection, const struct sansmtp_event *event);

/* For the RESPONSE question. */
void auth_continue(struct connection *connection, const struct sansmtp_event *event);

/* Forgets the exchange, if there is one. */
void auth_end(struct connection *connection);

#endif
