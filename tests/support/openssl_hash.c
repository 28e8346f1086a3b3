#include "openssl_hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

static int hash(void *user, const uint8_t *octets, size_t length, uint8_t *out)
{
    return EVP_Digest(octets, length, out, NULL, user, NULL) == 1 ? 0 : -1;
}

static int hmac(void *user, const uint8_t *key, size_t key_length, const uint8_t *octets,
                size_t length, uint8_t *out)
{
    unsigned int made = 0;

    return HMAC(user, key, (int)key_length, octets, length, out, &made) != NULL ? 0 : -1;
}

static int derive(void *user, const struct sansmtp_span *password, const struct sansmtp_span *salt,
                  uint32_t iterations, uint8_t *out)
{
    return PKCS5_PBKDF2_HMAC((const char *)password->data, (int)password->length, salt->data,
                             (int)salt->length, (int)iterations, user, EVP_MD_get_size(user),
                             out) == 1
               ? 0
               : -1;
}

struct sansmtp_hash openssl_hash(const char *name)
{
    EVP_MD *algorithm = EVP_MD_fetch(NULL, name, NULL);
    struct sansmtp_hash made = {.size = sizeof made, .hash = hash, .hmac = hmac, .derive = derive};

    if (algorithm == NULL) {
        abort();
    }
    made.user = algorithm; /* it stays until the test ends */
    made.digest = (uint32_t)EVP_MD_get_size(algorithm);
    return made;
}
