#ifndef SEND_LIMITS_H
#define SEND_LIMITS_H

/* Which recipients a server takes in one session: it may limit their domains (RFC 9422 4.3). */

#include "send_session.h"

/* Moves the next recipient that may be given now to session->given. False: there is none. */
bool limits_choose(struct session *session, const struct sansmtp_client *client);

/* The one at session->given was given: its domain counts. */
void limits_count(struct session *session);

#endif
