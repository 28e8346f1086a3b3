#ifndef SEND_CONNECTION_H
#define SEND_CONNECTION_H

/* The server: its name's addresses, one after the other, until there is one that answers. */

#include "send_session.h"

#include <netdb.h>

struct connection {
    struct call call; /* the first member: what is told of a call is told of us */
    struct sender *sender;
    struct addrinfo *addresses; /* all that the name has */
    const struct addrinfo *address;
    struct session session;
};

/* Connects to the host of the options, and sends the message while the loop runs; connection is all
 * zero. False: no memory, and said so. */
bool connection_open(struct connection *connection, struct sender *sender);

/* After the loop has ended: every recipient has its line. True: not yet, another connection is to
 * be opened. */
bool connection_end(struct connection *connection);

#endif
