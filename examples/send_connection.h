#ifndef SEND_CONNECTION_H
#define SEND_CONNECTION_H

/*
 * The server. Octets that come are given to the engine at once, whatever is being written: a server
 * may refuse a message before it has seen all of it. Of what the engine offers no more is taken
 * than the socket takes, and a little that waits for it: so the engine sees a server that does
 * not read, and knows how long to wait.
 */

#include "send_session.h"
#include "tls.h"

#include <netdb.h>

#define WAITING_ROOM 65536u

struct connection {
    uv_tcp_t stream;
    uv_timer_t timer;
    uv_connect_t connect;
    uv_write_t write;
    struct sender *sender;
    struct addrinfo *addresses; /* all that the name has */
    const struct addrinfo *address;
    struct sansmtp_client *engine;
    void *block; /* the engine's memory */
    size_t block_length;
    struct tls *tls; /* NULL: in clear */
    struct session session;
    uint8_t waiting[WAITING_ROOM]; /* on its way to the socket */
    size_t waiting_length;
    uint32_t serial; /* of the patience that set the timer */
    bool connected;
    bool writing; /* the socket takes no more for now */
    bool lost;    /* nor ever */
    bool closing;
};

/* Connects to the host of the options, one address after the other, and sends the message while the
 * loop runs; connection is all zero. False: no memory, and said so. */
bool connection_open(struct connection *connection, struct sender *sender);

/* After the loop has ended: every recipient has its line. */
void connection_end(struct connection *connection);

/* Goes as far as it can: when the socket takes octets again. */
void connection_go(struct connection *connection);

/* Hands on what the engine, and TLS, have to say. True: all of it. */
bool connection_write(struct connection *connection);

#endif
