#include "hash.h"

#include "memory.h"
#include "sized.h"
#include "wipe.h"

bool sansmtp_hash_usable(const struct sansmtp_hash *hash, uint32_t digest)
{
    return hash && sansmtp_sized(hash, hash->size, sizeof(*hash)) && hash->hash && hash->hmac &&
           hash->digest > 0 && hash->digest <= SANSMTP_DIGEST_MAX &&
           (digest == 0 || hash->digest == digest);
}

bool sansmtp_hash_octets(const struct sansmtp_hash *hash, const uint8_t *octets, size_t length,
                         uint8_t *out)
{
    return hash->hash(hash->user, octets, length, out) == 0;
}

bool sansmtp_hash_hmac(const struct sansmtp_hash *hash, struct sansmtp_span key,
                       struct sansmtp_span text, uint8_t *out)
{
    return hash->hmac(hash->user, key.data, key.length, text.data, text.length, out) == 0;
}

/* All rounds but the first, whose result is in round and in out. */
static bool iterate(const struct sansmtp_hash *hash, struct sansmtp_span password,
                    uint32_t iterations, uint8_t *round, uint8_t *out)
{
    uint8_t next[SANSMTP_DIGEST_MAX];
    bool good = true;

    for (uint32_t i = 1; i < iterations && good; i++) {
        good = sansmtp_hash_hmac(hash, password, (struct sansmtp_span){round, hash->digest}, next);
        for (size_t j = 0; j < hash->digest && good; j++) {
            round[j] = next[j];
            out[j] ^= next[j];
        }
    }
    sansmtp_wipe(next, sizeof(next));
    return good;
}

bool sansmtp_hash_derive(const struct sansmtp_hash *hash, const struct sansmtp_span *password,
                         const struct sansmtp_span *salt, uint32_t iterations, uint8_t *out)
{
    uint8_t first[SANSMTP_SALT_LONGEST + 4] = {0};
    uint8_t round[SANSMTP_DIGEST_MAX] = {0};
    bool good;

    if (hash->derive) {
        return hash->derive(hash->user, password, salt, iterations, out) == 0;
    }
    memcpy(first, salt->data, salt->length);
    first[salt->length + 3] = 1;
    good = sansmtp_hash_hmac(hash, *password, (struct sansmtp_span){first, salt->length + 4},
                             round);
    memcpy(out, round, hash->digest);
    good = good && iterate(hash, *password, iterations, round, out);
    sansmtp_wipe(round, sizeof(round));
    return good;
}

bool sansmtp_hash_equal(const uint8_t *left, const uint8_t *right, size_t length)
{
    volatile uint8_t differences = 0;

    for (size_t i = 0; i < length; i++) {
        differences = (uint8_t)(differences | (left[i] ^ right[i]));
    }
    return differences == 0;
}
