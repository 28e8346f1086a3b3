#ifndef RELAY_DISPATCH_H
#define RELAY_DISPATCH_H

/* What is sent when: asks the queue for what is due, and opens a berth for it (berth.h), as long as
 * there may be more. */

#include "../relay.h"
#include "deliver.h"

/* Returns 0, or a status of sysexits.h after having said why. */
int dispatch_open(struct relay *relay);

/* Begins to look for what is due. dispatch_wake is in relay.h. */
void dispatch_begin(struct relay *relay);

/* No new consignments; with force also an end to those that are on their way. */
void dispatch_stop(struct relay *relay, bool force);

/* Is nothing on its way any more? */
bool dispatch_is_idle(const struct relay *relay);

/* Releases it, once it is idle. */
void dispatch_close(struct relay *relay);

#endif
