#ifndef RELAY_SENDER_H
#define RELAY_SENDER_H

/* Whom a user may send as: what the file of the option senders says. */

#include "addresses.h"

/* Reads the file, if there is one. Returns 0, or a status of sysexits.h after having said why. */
int sender_read(struct addresses *senders, const struct config *config);

/* May this user send as the sender of this MAIL event? */
bool sender_is_of(const struct addresses *senders, const char *user,
                  const struct sansmtp_event *mail);

#endif
