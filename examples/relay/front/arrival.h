#ifndef RELAY_ARRIVAL_H
#define RELAY_ARRIVAL_H

/*
 * A message on its way into the queue. A small one is written with its envelope in one go; a large
 * one chunk by chunk while it comes, so that at most one chunk and one read of it are in memory.
 * While the clerk writes, the message is busy, and only arrival_release may be called.
 */

#include "visit.h"

struct message;

/* Called on the loop when the clerk is done; error: 0 or errno. */
typedef void arrival_done(struct connection *connection, int error);

/* Begins one for a MAIL event. NULL: no memory. */
struct message *arrival_begin(struct connection *connection, const struct sansmtp_event *mail);

/* Adds the recipient of a RECIPIENT event. False: no memory. */
bool arrival_add(struct message *message, const struct sansmtp_event *recipient);

/* Takes octets of the body, at most one read's until arrival_write is done. */
void arrival_append(struct message *message, struct sansmtp_span octets);

/* Is it time for arrival_write? */
bool arrival_is_full(const struct message *message);

/* Writes what came so far. */
void arrival_write(struct message *message, arrival_done *done);

/* Received fields so far, without ours. */
uint32_t arrival_hops(const struct message *message);

/* The message is whole: puts it into the queue. */
void arrival_finish(struct message *message, arrival_done *done);

/* 0, or errno: why it cannot be queued, as far as is known. */
int arrival_error(const struct message *message);

/* Its name in the queue. */
uint64_t arrival_id(const struct message *message);

/* Gives it up; NULL is nothing. If it is being put into the queue, it will be, but nobody is told. */
void arrival_release(struct message *message);

#endif
