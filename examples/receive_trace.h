#ifndef RECEIVE_TRACE_H
#define RECEIVE_TRACE_H

/* The Received field that we put in front of a message. */

#include "receive_connection.h"

/* What the connection does not know of it. */
struct trace {
    struct sansmtp_span id;        /* of the message */
    struct sansmtp_span recipient; /* path or mailbox, if there is but one; may be absent */
    bool utf8;                     /* MAIL said SMTPUTF8 */
};

/* Returns the octets written. */
size_t trace_received(struct connection *connection, const struct trace *trace,
                      char out[SANSMTP_RECEIVED_MAX]);

#endif
