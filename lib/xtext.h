#ifndef SANSMTP_XTEXT_H
#define SANSMTP_XTEXT_H

/* The two parts of xtext (RFC 3461 4): xchar and hexchar. The whole of it is in wire.h. */

#include <stddef.h>
#include <stdint.h>

/* How many octets at the front stand for themselves. */
size_t sansmtp_xtext_plain(const uint8_t *octets, size_t length);

/* Decodes the "+" and two hexadecimal digits at the front; returns 3, or 0: this is none. */
size_t sansmtp_xtext_escape(const uint8_t *octets, size_t length, uint8_t *octet);

#endif
