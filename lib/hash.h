#ifndef SANSMTP_HASH_H
#define SANSMTP_HASH_H

/* The host's hash function, and what is made of it. */

#include <stdbool.h>

#include <sansmtp/scram.h>

enum { SANSMTP_SALT_LONGEST = 128 };

/* digest: what it must make; 0: anything that fits */
bool sansmtp_hash_usable(const struct sansmtp_hash *hash, uint32_t digest);

/* Of these each returns false if the host's function failed. */
bool sansmtp_hash_octets(const struct sansmtp_hash *hash, const uint8_t *octets, size_t length,
                         uint8_t *out);
bool sansmtp_hash_hmac(const struct sansmtp_hash *hash, struct sansmtp_span key,
                       struct sansmtp_span text, uint8_t *out);

/* Hi() of RFC 5802 2.2, which is PBKDF2. Precondition: the salt has 1 to SANSMTP_SALT_LONGEST
 * octets, and there are iterations. */
bool sansmtp_hash_derive(const struct sansmtp_hash *hash, const struct sansmtp_span *password,
                         const struct sansmtp_span *salt, uint32_t iterations, uint8_t *out);

/* Compares all octets, whatever the first ones are. */
bool sansmtp_hash_equal(const uint8_t *left, const uint8_t *right, size_t length);

#endif
