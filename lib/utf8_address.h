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

#endif
