#ifndef RECEIVE_PROXY_H
#define RECEIVE_PROXY_H

/* Connections that come through a proxy: its header stands in front of all else, and says who the
 * client is. While it is awaited, connection->proxy is set and the engine has not begun. */

#include "receive_connection.h"

#define PROXY_WAIT 10000u /* milliseconds for the whole header */

/* A new connection: shall a header come first? If it may not bring one, the connection is lost. */
void proxy_begin(struct connection *connection);

/* Takes octets of the header off the front of in; it has come when connection->proxy is NULL. */
void proxy_take(struct connection *connection, struct sansmtp_span *in);

void proxy_end(struct connection *connection);

#endif
