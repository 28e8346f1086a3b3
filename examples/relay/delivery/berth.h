#ifndef RELAY_BERTH_H
#define RELAY_BERTH_H

/*
 * A berth is a lane to a destination and the consignment that is on it. What became of one
 * consignment is recorded, and the next for the same lane is picked, in one transaction.
 */

#include "../relay.h"
#include "deliver.h"

#define BERTH_NAME_MAX 256u /* octets of a destination */

/* Opens a berth for this batch, which is the berth's from now on. */
void berth_open(struct relay *relay, struct queue_batch *batch);

/* Calls full for each destination that has all the lanes that it may have; for some more than
 * once. */
typedef void berth_full(void *user, struct sansmtp_span destination);
void berth_each_full(const struct relay *relay, berth_full *full, void *user);

/* What could not be recorded (the disk was full) is tried once more. */
void berth_record_again(struct relay *relay);

/* No new consignments; with force also an end to those that are on their way. */
void berth_stop(struct relay *relay, bool force);

#endif
