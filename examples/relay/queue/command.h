#ifndef RELAY_COMMAND_H
#define RELAY_COMMAND_H

/* sansmtp-relay queue list|show|retry|hold|release|delete: on the queue of a server that runs, or
 * of one that does not. */

#include "../options/config.h"

/* arguments: count words behind "queue". Returns the status to leave with. */
int command_run(const struct config *config, int count, char **arguments);

#endif
