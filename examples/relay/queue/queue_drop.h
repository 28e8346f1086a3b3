#ifndef RELAY_QUEUE_DROP_H
#define RELAY_QUEUE_DROP_H

/* What goes, and what goes with it. */

#include "queue_sql.h"

/* Takes a recipient out. Returns its destination, which is to be looked at; 0: it was gone. */
uint64_t take_out(struct queue *queue, uint64_t recipient);

/* Sets when the destination is due, or drops it if nobody is there. */
void look_at_destination(struct queue *queue, uint64_t destination);

/* Both. */
void drop_recipient(struct queue *queue, uint64_t recipient);

/* Drops the message, if it has no recipients any more. */
void drop_if_done(struct queue *queue, uint64_t message);

/* Drops what was on its way in when another process ended: queue->unfinished. Nobody was told that
 * we have it. Returns 0 or an errno; it is then to be called again. */
int drop_unfinished(struct queue *queue);

#endif
