#ifndef RELAY_CONFIG_FILE_H
#define RELAY_CONFIG_FILE_H

/* The file of options: a line for each, `name value`; empty lines and those that begin with # do
 * not count. */

#include "config.h"

/* Reads it into config, which keeps its text. Returns -1, or the status to leave with, after having
 * said why. */
int config_file_read(struct config *config, const char *path);

#endif
