#ifndef RELAY_OUTSIDE_H
#define RELAY_OUTSIDE_H

/* What others say of a client: DNS blocklists (RFC 5782), asked when it connects. */

#include "visit.h"

/* Called on the loop. zone: the list that has it, or NULL: none, or it cannot be found out. */
typedef void outside_said(struct connection *connection, const char *zone);

/* Asks the lists in turn. False: there are none to ask, and said is not called. */
bool outside_ask(struct connection *connection, outside_said *said);

/* The connection ends: said is not called any more. */
void outside_forget(struct connection *connection);

#endif
