#ifndef RELAY_MAILBOX_H
#define RELAY_MAILBOX_H

/*
 * Which mailboxes there are here: those that recipient-file lists, or else, as local-recipients
 * says, those whose Maildir exists, or all. Who takes mail for a mailbox that there is not has to
 * send it back, most often to somebody who never wrote it; so it is refused while the client is
 * there to be told (RFC 5321 6.2).
 */

#include "../queue/queue.h"
#include "addresses.h"

/* Reads what is listed. Returns 0, or a status of sysexits.h after having said why. */
int mailbox_read(struct addresses *recipients, const struct config *config);

/* Is there one for the recipient of this event, whose domain is ours? Looks into the file system. */
bool mailbox_exists(const struct addresses *recipients, const struct config *config,
                    const struct sansmtp_event *event);

/* Its folder: RFC 5321 2.4 leaves the case of a local part to the host that delivers. Here it makes
 * no difference, and all is in lower case. */
void mailbox_folder(const struct queue_recipient *recipient, char folder[FOLDER_MAX]);

#endif
