#ifndef SANSMTP_UTF8_ADDRESS_H
#define SANSMTP_UTF8_ADDRESS_H

/* The address type utf-8 (RFC 6533 3): UTF-8 as it is, or as \x{HEX}. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the whole of octets to text, which holds length octets, or is NULL: not wanted. Returns
 * false if it cannot be decoded; *text_length and text are then unspecified. */
bool sansmtp_utf8_address_decode(const uint8_t *octets, size_t length, uint8_t *text,
                                 size_t *text_length);

/* The form that ORCPT has: with the escapes of RFC 6533 3, and where UTF-8 may not stand (plain is
 * false) all that is not ASCII escaped too. Returns the octets written, 0: text is no UTF-8, holds
 * a control, or needs more than capacity. */
size_t sansmtp_utf8_address_encode(const uint8_t *text, size_t length, bool plain, uint8_t *out,
                                   size_t capacity);

#endif
