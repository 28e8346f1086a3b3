#ifndef RELAY_LOGFILE_H
#define RELAY_LOGFILE_H

/* The file of the log. What stands in it is not for everybody: senders and recipients. */

#include "identity.h"
#include "relay.h"

/* Opens it for relay->log; one that we make is the owner's, mode 0640. Returns 0, or a status of
 * sysexits.h after having said why. */
int logfile_open(struct relay *relay, const struct identity *owner);

/* Opens the file anew: the old one may have got another name. If that fails the old one stays. */
void logfile_reopen(struct relay *relay);

#endif
