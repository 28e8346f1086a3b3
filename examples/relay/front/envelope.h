#ifndef RELAY_ENVELOPE_H
#define RELAY_ENVELOPE_H

/* MAIL and RCPT, as the queue keeps them. */

#include "../queue/queue.h"

#define ENVELOPE_PATH_MAX 256u /* of RFC 5321 4.5.3.1.3 */

/* Fills what a MAIL event says. The spans point into the event. */
void envelope_read(struct queue_envelope *envelope, const struct sansmtp_event *mail, uint64_t now);

/* Fills what a RECIPIENT event says; destination is written to domain. The other spans point into
 * the event. */
void envelope_read_recipient(struct queue_recipient *recipient, const struct sansmtp_event *event,
                             uint8_t domain[ENVELOPE_PATH_MAX]);

#define ENVELOPE_CLAUSE_MAX 16u

/* Adds the clause PRIORITY to a Received field of so many octets, which has room for
 * ENVELOPE_CLAUSE_MAX further ones. Returns how many it has then. */
size_t envelope_add_clause(const struct queue_envelope *envelope, char *field, size_t length);

/* When the queue looks at a new recipient first: the rest of recipient->retry and due. */
void envelope_schedule(const struct queue_envelope *envelope,
                       const struct sansmtp_retry_options *options,
                       struct queue_recipient *recipient);

#endif
