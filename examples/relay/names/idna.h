#ifndef RELAY_IDNA_H
#define RELAY_IDNA_H

/*
 * Domains as the DNS has them: A-labels, in lower case (RFC 6531 3.2, RFC 5891). A domain that is
 * written in UTF-8 and the same in A-labels is one domain: so the queue, the lists of domains and
 * the Maildirs know only this form.
 */

#include "../options/config.h"

#include <sansmtp/sansmtp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDNA_MAX      256u  /* octets of a domain, and one */
#define IDNA_PATH_MAX 1024u /* and of a path */

/* Returns the octets written; 0: no domain can be called so. What is ASCII, literals too, is put
 * into lower case and not judged. */
size_t idna_ascii(struct sansmtp_span domain, uint8_t out[IDNA_MAX]);

/* The path of a RECIPIENT event with its domain in this form; out is written only if it has
 * another. False: no domain can be called so. */
bool idna_path(const struct sansmtp_event *event, uint8_t out[IDNA_PATH_MAX],
               struct sansmtp_span *path);

/* A mailbox, without brackets, in ASCII; 0: its local part is not, or no domain is called so. */
size_t idna_mailbox(struct sansmtp_span mailbox, uint8_t out[IDNA_PATH_MAX]);

/* Puts the lists of domains into this form. False, after having said why: there is one that no
 * domain can be called. */
bool idna_configure(struct config *config);

#endif
