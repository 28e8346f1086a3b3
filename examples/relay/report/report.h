#ifndef RELAY_REPORT_H
#define RELAY_REPORT_H

/* Tells senders what became of their messages (RFC 3464): takes what queue_pick_report gives, and
 * puts a message of our own. */

#include <stdbool.h>

struct relay;

/* Something may be to be told: dispatch.c says so whenever it has recorded such results, and when
 * the program starts. On the loop. */
void report_wake(struct relay *relay);

/* Is no report being written? When relay->stopping is set, no new one is begun. */
bool report_is_idle(const struct relay *relay);

#endif
