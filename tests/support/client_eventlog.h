#ifndef SANSMTP_TEST_CLIENT_EVENTLOG_H
#define SANSMTP_TEST_CLIENT_EVENTLOG_H

/* An event of the client as one line of words, "result recipient=1 code=550 enhanced=5.1.1":
 * its type, then every member that is not zero. Values with spaces stand in double quotes. */

#include <sansmtp/client.h>

#include "text.h"

void client_event_print(struct text *line, const struct sansmtp_event *event);

#endif
