#ifndef SANSMTP_MAILBOX_H
#define SANSMTP_MAILBOX_H

/* Mailboxes: local part, "@", domain or address literal. */

#include <stdbool.h>

#include <sansmtp/wire.h>

/* RFC 5321 4.5.3.1: a local part; and a mailbox, so that its path has 256 octets with brackets. */
enum { SANSMTP_LOCAL_LONGEST = 64, SANSMTP_MAILBOX_LONGEST = 254 };

/* The octets of the local part at the front, quotes included; 0 if there is none. Non-ASCII
 * octets (if utf8 lets them in) are not yet known to be well-formed. */
size_t sansmtp_local_scan(const uint8_t *octets, size_t length, bool utf8);

/* Is this local part of the grammar Postmaster, in whatever case and however it is quoted? */
bool sansmtp_local_is_postmaster(const uint8_t *local, size_t length);

/* Reads the mailbox at the front into path: local, domain, domain_kind, address, and the flags
 * QUOTED and POSTMASTER; flags and address come in cleared. Returns its octets, 0 if there is none.
 * Non-ASCII as above. */
size_t sansmtp_mailbox_scan(const uint8_t *octets, size_t length, bool utf8,
                            struct sansmtp_path *path);

/* Are the local part and the domain in path short enough? accept as for sansmtp_path_parse. */
bool sansmtp_mailbox_fits(const struct sansmtp_path *path, uint32_t accept);

/* Is the whole of octets a mailbox? path as for sansmtp_mailbox_scan. Returns 0,
 * SANSMTP_ERR_SYNTAX or SANSMTP_ERR_LENGTH. */
int sansmtp_mailbox_parse(const uint8_t *octets, size_t length, uint32_t accept,
                          struct sansmtp_path *path);

#endif
