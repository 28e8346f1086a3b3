#ifndef SEND_COMMAND_H
#define SEND_COMMAND_H

/* Commands in front of the message: those that the options have, and XFORWARD. */

#include "send_session.h"

/* Says the next one. False: all are said. */
bool command_say(struct session *session, struct sansmtp_client *client);

/* Says XFORWARD for the next message. False: it is said, or there is none to be said. */
bool command_forward(struct session *session, struct sansmtp_client *client);

/* A REPLY event. */
void command_replied(struct sansmtp_client *client, const struct sansmtp_event *event, void *user);

/* The session is over: those that were not answered end so. */
void command_end(struct session *session, const struct fate *fate);

#endif
