#ifndef RECEIVE_EXTENSIONS_H
#define RECEIVE_EXTENSIONS_H

/* Which extensions sansmtp-receive offers, and with what. */

#include "receive_options.h"

/* Takes the value of --extensions. False: there is a word in it that is none of ours. */
bool extensions_read(struct options *options, const char *text);

/* Fills the engine's options from ours. */
void extensions_set(struct sansmtp_server_options *engine, const struct options *options);

#endif
