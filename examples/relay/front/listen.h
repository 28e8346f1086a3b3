#ifndef RELAY_LISTEN_H
#define RELAY_LISTEN_H

/* Where we listen, for whom, and what the engine offers there. */

#include "../relay.h"

struct files;

/* Makes all listeners, which have no sockets yet. Returns 0, or a status of sysexits.h after having
 * said why; so do the next two. */
int listen_prepare(struct relay *relay);

/* Takes their addresses and ports. */
int listen_bind(struct relay *relay);

/* Opens all listeners, and says on standard output where each listens: "relay 127.0.0.1:25". */
int listen_open(struct relay *relay);

/* Do these users authenticate in the same ways? Others are only taken at a start. */
bool listen_suits(const struct relay *relay, const struct files *files);

/* There are new relay->files: connections that begin now use them. */
void listen_renew(struct relay *relay);

/* No new connections; those that are idle end, the others after their transaction. */
void listen_stop(struct relay *relay);

/* All end, whatever they do. */
void listen_give_up(struct relay *relay);

#endif
