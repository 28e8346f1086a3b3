#ifndef SANSMTP_TEST_CLIENT_HOST_H
#define SANSMTP_TEST_CLIENT_HOST_H

/* The host of a client under replay. */

#include "session.h"

/* client_host.c: answers the open challenge as the transcript says. */
void client_host_answer(struct session *session);
/* client_host.c: the action of a H: line that is a barrier. */
void client_host_act(struct session *session, const struct step *step);

/* client_intent.c: does the next thing that the engine wants and the transcript has; true: done. */
bool client_host_serve(struct session *session, uint32_t wants);
/* client_intent.c: the intents in front of this step are not done; a refusal must have been. */
void client_host_pass_over(struct session *session, size_t until);
/* client_intent.c: what was lent is taken back. */
void client_host_reclaim(struct session *session);
/* client_intent.c: one intent, now; what the engine says to it. */
int client_intend(struct session *session, const char *words);
/* client_submit.c: a message, a recipient, as their words have them. */
int client_submit(struct session *session, const char *text);
int client_recipient(struct session *session, const char *text);
/* client_capability.c: "assume PIPELINING,SIZE size=10", "capabilities size=10". */
int client_assume(struct session *session, const char *words);
int client_check_capabilities(struct session *session, const char *words);

#endif
