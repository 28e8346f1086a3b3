#ifndef RELAY_RELOAD_H
#define RELAY_RELOAD_H

/* SIGHUP: the log is opened anew, and what files.h names is read again. If anything is wrong with
 * it all stays as it was. */

#include "relay.h"

/* From now on. Returns 0, or a status of sysexits.h after having said why. */
int reload_begin(struct relay *relay);

#endif
