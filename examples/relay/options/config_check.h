#ifndef RELAY_CONFIG_CHECK_H
#define RELAY_CONFIG_CHECK_H

/* Options that are good each, and not together. */

#include "config.h"

/* Looks at nothing but the options. Returns 0, or the status to leave with, after having said why:
 * EX_CONFIG if there is a file, else EX_USAGE. */
int config_check(const struct config *config);

#endif
