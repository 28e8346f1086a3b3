#ifndef RECEIVE_MESSAGE_H
#define RECEIVE_MESSAGE_H

/* A message on its way to the store. What blocks is done on libuv's thread pool; while it is, the
 * message is busy, and only message_release may be called. */

#include "receive_connection.h"

struct message;

/* Called on the loop when the pool is done. */
typedef void message_done(struct connection *connection, struct message *message);

/* Begins one for a MAIL event. NULL: no memory. */
struct message *message_begin(struct connection *connection, const struct sansmtp_event *mail);

/* Adds the recipient of a RECIPIENT event. False: no memory. */
bool message_add(struct message *message, const struct sansmtp_event *recipient);

/* This recipient gets nothing. False: no memory. */
bool message_skip(struct message *message, uint32_t recipient);

/* Takes octets of the body, at most one read's until message_write is done. */
void message_append(struct message *message, struct sansmtp_span octets);

/* Is it time for message_write? */
bool message_is_full(const struct message *message);

/* Writes what came so far. */
void message_write(struct message *message, message_done *done);

/* Stores the message, which is whole, for count recipients from the first one on. */
void message_publish(struct message *message, uint32_t first, uint32_t count, message_done *done);

/* 0, or errno: why it cannot be stored, as far as is known. */
int message_error(const struct message *message);

/* 0, or errno of the last message_publish. */
int message_outcome(const struct message *message);

/* Gives it up; NULL is nothing. If it is being stored, it will be, but nobody is told. */
void message_release(struct message *message);

#endif
