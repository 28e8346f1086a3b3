#ifndef RELAY_VISIT_H
#define RELAY_VISIT_H

/* What the relay knows of a connection, beside what session in receive_connection.h holds. */

#include "../../receive_connection.h"
#include "../relay.h"
#include "crowd.h"

/* A listener, and what its engine offers. receiver is the first member: a connection's receiver is
 * its listener. */
struct listener {
    struct receiver receiver;
    uv_tcp_t socket;
    struct relay *relay;
    struct listener *next;
    const char *name, *where; /* as the option has them */
    char mechanisms[64];      /* of AUTH */
    enum { FOR_SERVERS, FOR_USERS } role;
};

struct outside;
struct etrn;

struct visit {
    struct crowd_place place; /* among those who are here */
    struct outside *outside;  /* what others are asked of it; NULL: nothing */
    struct etrn *etrn;        /* what the queue is asked for it; NULL: nothing */
    uint64_t declared;        /* octets that MAIL said would come */
};

struct listener *listener_of(const struct connection *connection);
struct relay *relay_of(const struct connection *connection);

#endif
