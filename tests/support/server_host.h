#ifndef SANSMTP_TEST_SERVER_HOST_H
#define SANSMTP_TEST_SERVER_HOST_H

/* The host of a server under replay. */

#include "session.h"

/* Answers the open question as the transcript says, or by default. */
void server_host_answer(struct session *session);
/* What the transcript lets the host do at once when a notice comes, if anything. */
void server_host_notice(struct session *session, uint32_t type);
/* The action of a H: line. */
void server_host_act(struct session *session, const struct step *step);

#endif
