#ifndef RELAY_POLICY_H
#define RELAY_POLICY_H

/*
 * MTA-STS policies by HTTPS: one fetch for a domain at a time, however many wait for it, and none
 * within five minutes of one that failed (RFC 8461 3.3).
 */

#include "../relay.h"

/* text: the policy, which lives for the call; absent: there was none to be had. */
typedef void policy_done(void *user, struct sansmtp_span text);

/* When a fetch for this domain and this id of its record last failed; 0: of late none did. */
int64_t policy_failed(const struct relay *relay, const char *domain, struct sansmtp_span id);

/* Fetches the policy and keeps it. done (NULL: nobody waits) is called on the loop, never before
 * this returns. False: no memory, and it will not be called. */
bool policy_fetch(struct relay *relay, const char *domain, struct sansmtp_span id,
                  policy_done *done, void *user);

#endif
