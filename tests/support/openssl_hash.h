#ifndef SANSMTP_TEST_OPENSSL_HASH_H
#define SANSMTP_TEST_OPENSSL_HASH_H

/* OpenSSL's hash functions, as a host lends them to the library. */

#include <sansmtp/scram.h>

/* "MD5", "SHA1", "SHA256", "SHA512" */
struct sansmtp_hash openssl_hash(const char *name);

#endif
