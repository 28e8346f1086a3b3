#ifndef SANSMTP_UTF8_H
#define SANSMTP_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF, no character cut short. */
bool sansmtp_utf8_valid(const uint8_t *octets, size_t length);

/* Every octet is below 128. */
bool sansmtp_utf8_ascii(const uint8_t *octets, size_t length);

#endif
