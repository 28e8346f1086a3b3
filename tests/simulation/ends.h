#ifndef SANSMTP_TEST_ENDS_H
#define SANSMTP_TEST_ENDS_H

/* Who can stand at an end of the world's wires: our engines with their hosts, and two dumb strict
 * peers that know nothing of them. One of each at a time. */

#include "world.h"

void client_begin(struct world *world, struct books *books);
void server_begin(struct world *world, struct books *books);

void strict_client_begin(struct world *world, struct books *books);
void strict_server_begin(struct world *world, struct books *books);

#endif
