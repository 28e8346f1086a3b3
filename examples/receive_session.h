#ifndef RECEIVE_SESSION_H
#define RECEIVE_SESSION_H

/* What we answer to the engine's questions. */

#include "receive_connection.h"

extern const struct sansmtp_server_callbacks session_callbacks; /* user: struct connection */

/* After each run: if enough of a message is held in memory, pauses the engine until it is written. */
void session_relieve(struct connection *connection);

/* TLS is up: what was known before is void (RFC 3207 4.2). */
void session_tls_started(struct connection *connection);

/* The connection is being closed: gives up all that the session holds. */
void session_end(struct connection *connection);

#endif
