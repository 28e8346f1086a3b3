#ifndef RELAY_ETRN_H
#define RELAY_ETRN_H

/* ETRN (RFC 1985): a host that was away wants what is queued for it, now. */

#include "visit.h"

/* Answers the ETRN question, later: the gate has let it through. */
void etrn_ask(struct connection *connection, struct sansmtp_span node);

/* The connection ends: nobody waits for the answer any more. */
void etrn_forget(struct connection *connection);

#endif
