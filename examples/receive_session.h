#ifndef RECEIVE_SESSION_H
#define RECEIVE_SESSION_H

/* What we answer to the engine's questions. */

#include "receive_connection.h"

extern const struct sansmtp_server_callbacks session_callbacks; /* user: struct connection */

/* TLS is up: what was known before is void (RFC 3207 4.2). */
void session_tls_started(struct connection *connection);

/* A client wants to authenticate itself, or to hear whether its credentials were right. False: not
 * now, and that has been answered. */
bool session_may_try(struct connection *connection);

/* Its credentials were wrong. Returns the milliseconds that it has to wait for the answer. */
uint64_t session_refused(struct connection *connection);

/* The engine has run: forgets the credentials of an exchange that is over. */
void session_ran(struct connection *connection);

/* These octets of the engine's output go out now. */
void session_says(struct connection *connection, const uint8_t *octets, size_t length);

/* The connection is being closed: gives up all that the session holds. */
void session_end(struct connection *connection);

#endif
