#ifndef SANSMTP_BASE64_H
#define SANSMTP_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 4648 section 4, strictly: whole quartets, '=' only as the last one or two octets, the bits
 * that padding leaves over are zero, nothing foreign. False, and *out_length 0, if not so.
 * `out` has room for 3 * (length / 4) octets, or is the same memory as `octets`. */
bool sansmtp_base64_decode(const uint8_t *octets, size_t length, uint8_t *out, size_t *out_length);

/* What sansmtp_base64_encode writes for so many octets; SIZE_MAX if a size_t cannot hold it. */
size_t sansmtp_base64_encoded_length(size_t length);

void sansmtp_base64_encode(const uint8_t *octets, size_t length, uint8_t *out);

#endif
