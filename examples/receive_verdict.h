#ifndef RECEIVE_VERDICT_H
#define RECEIVE_VERDICT_H

/* What a recipient says to a message when it is whole: --max-size-for. Under LMTP and PRDR each one
 * says it for himself; else a message that one of them refuses is refused for all. */

#include "receive_connection.h"

/* For a RECIPIENT question, before it is accepted. False: no memory. */
bool verdict_note(struct connection *connection, const struct sansmtp_event *recipient);

/* Does this recipient, or SANSMTP_RECIPIENT_ALL: does any, refuse a message of so many octets? */
bool verdict_refuses(const struct connection *connection, uint32_t recipient, uint64_t octets);

/* Answers the END question with such a refusal. */
void verdict_reply(struct connection *connection);

/* The transaction is over. */
void verdict_forget(struct connection *connection);

#endif
