#ifndef SANSMTP_TEST_CLIENT_SETUP_H
#define SANSMTP_TEST_CLIENT_SETUP_H

/* How our client begins the session of a script. */

#include <sansmtp/client.h>

#include "script.h"

void client_options(const struct script *script, struct sansmtp_client_options *options);

/* PIPECONNECT: what the server is known to offer. */
int client_assume(const struct script *script, struct sansmtp_client *client);

#endif
