#ifndef RECEIVE_REFUSAL_H
#define RECEIVE_REFUSAL_H

/* What the engine refuses by itself: the log has what the client was told. */

#include "receive_connection.h"

/* To be called for each RESET event, with its reason, before the transaction is forgotten. */
void refusal_log(struct connection *connection, uint32_t reason);

#endif
