#ifndef SANSMTP_SASLNAME_H
#define SANSMTP_SASLNAME_H

/* Names as they stand in messages of SCRAM and GS2 (RFC 5802 5.1): "," is "=2C", "=" is "=3D". */

#include <stdbool.h>

#include <sansmtp/types.h>

/* Can it be a name: UTF-8, not empty, without NUL? */
bool sansmtp_saslname_usable(struct sansmtp_span name);

/* Octets of the name as escaped, or with out the escaping itself; the memories do not overlap. */
size_t sansmtp_saslname_encode(struct sansmtp_span name, uint8_t *out);

/* Octets of what an escaped name means, written to out if that is not NULL; out may be the same
 * memory. 0: it is none. */
size_t sansmtp_saslname_decode(struct sansmtp_span text, uint8_t *out);

#endif
