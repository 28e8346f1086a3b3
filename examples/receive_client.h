#ifndef RECEIVE_CLIENT_H
#define RECEIVE_CLIENT_H

/* What XCLIENT and XFORWARD tell of a client, from those that --trust names. */

#include "receive_connection.h"

/* For the CONNECT question: may it say them? Asked once, of who connected. */
void client_begin(struct connection *connection);

/* For the XCLIENT question: from now on the client is another one. */
void client_become(struct connection *connection, const struct sansmtp_event *event);

/* For the XFORWARD question: only the log shows it. */
void client_forwarded(struct connection *connection, const struct sansmtp_event *event);

#endif
