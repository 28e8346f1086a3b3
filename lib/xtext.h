#ifndef SANSMTP_XTEXT_H
#define SANSMTP_XTEXT_H

/* xtext (RFC 3461 4) octet by octet; the whole of it is in wire.h. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Does octet stand for itself in xtext? */
bool sansmtp_xtext_is_plain(uint8_t octet);

/* Decodes the octet at the front; returns how many octets it took, 1 or 3, or 0: not xtext.
 * Precondition: length > 0. */
size_t sansmtp_xtext_next(const uint8_t *octets, size_t length, uint8_t *octet);

#endif
