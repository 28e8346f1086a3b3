#ifndef RELAY_LISTEN_H
#define RELAY_LISTEN_H

/* Where we listen, for whom, and what the engine offers there. */

#include "relay.h"

/* Opens all listeners, and says on standard output where each listens: "relay 127.0.0.1:25".
 * Returns 0, or a status of sysexits.h after having said why. */
int listen_open(struct relay *relay);

/* No new connections; those that are idle end, the others after their transaction. */
void listen_stop(struct relay *relay);

/* All end, whatever they do. */
void listen_give_up(struct relay *relay);

#endif
