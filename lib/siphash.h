#ifndef SANSMTP_SIPHASH_H
#define SANSMTP_SIPHASH_H

/* SipHash-2-4 (Aumasson and Bernstein, 2012): a hash of which nobody without the seed can find keys
 * that collide. */

#include <stddef.h>
#include <stdint.h>

uint64_t sansmtp_siphash(const uint64_t seed[2], const uint8_t *octets, size_t length);

#endif
