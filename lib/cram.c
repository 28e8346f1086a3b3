/* CRAM-MD5: RFC 2195. */

#include "hash.h"

#include "ascii.h"
#include "memory.h"
#include "saslname.h"
#include "wipe.h"

enum { DIGEST = 16, DIGITS = 2 * DIGEST };

static bool is_span(const struct sansmtp_span *span)
{
    return span && (span->data || span->length == 0) && span->length <= SIZE_MAX / 4;
}

/* RFC 2195 2: the challenge is a message-id, so octets that are atext there, and literals. */
static bool is_part_of_id(struct sansmtp_span text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (!sansmtp_ascii_is_let_dig(text.data[i]) && !memchr("-._+=:[]", text.data[i], 8)) {
            return false;
        }
    }
    return text.length > 0;
}

int sansmtp_cram_challenge(const struct sansmtp_span *unique, const struct sansmtp_span *hostname,
                           uint8_t *out, size_t capacity, size_t *out_length)
{
    if (!is_span(unique) || !is_span(hostname) || !out_length || (!out && capacity > 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!is_part_of_id(*unique) || !is_part_of_id(*hostname)) {
        return SANSMTP_ERR_TEXT;
    }
    *out_length = unique->length + hostname->length + 3;
    if (*out_length > capacity) {
        return SANSMTP_ERR_ROOM;
    }
    out[0] = '<';
    memcpy(out + 1, unique->data, unique->length);
    out[unique->length + 1] = '@';
    memcpy(out + unique->length + 2, hostname->data, hostname->length);
    out[*out_length - 1] = '>';
    return 0;
}

/* "The digest is hexadecimal in lower case." */
static bool make_digits(const struct sansmtp_hash *hash, struct sansmtp_span password,
                        struct sansmtp_span challenge, uint8_t digits[DIGITS])
{
    static const char hexadecimal[] = "0123456789abcdef";
    uint8_t digest[DIGEST];
    bool good;

    if (challenge.length == 0) {
        challenge.data = (const uint8_t *)"";
    }
    good = sansmtp_hash_hmac(hash, password, challenge, digest);
    for (size_t i = 0; i < DIGEST && good; i++) {
        digits[2 * i] = (uint8_t)hexadecimal[digest[i] >> 4];
        digits[2 * i + 1] = (uint8_t)hexadecimal[digest[i] & 15];
    }
    sansmtp_wipe(digest, sizeof(digest));
    return good;
}

int sansmtp_cram_answer(const struct sansmtp_hash *hash, const struct sansmtp_span *name,
                        const struct sansmtp_span *password, const struct sansmtp_span *challenge,
                        uint8_t *out, size_t capacity, size_t *out_length)
{
    uint8_t digits[DIGITS];

    if (!sansmtp_hash_usable(hash, DIGEST) || !is_span(name) || !is_span(password) ||
        !is_span(challenge) || !out_length || (!out && capacity > 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!sansmtp_saslname_usable(*name) || !sansmtp_saslname_usable(*password)) {
        return SANSMTP_ERR_TEXT;
    }
    *out_length = name->length + 1 + DIGITS;
    if (*out_length > capacity) {
        return SANSMTP_ERR_ROOM;
    }
    if (!make_digits(hash, *password, *challenge, digits)) {
        return SANSMTP_ERR_OPTIONS;
    }
    memcpy(out, name->data, name->length);
    out[name->length] = ' ';
    memcpy(out + name->length + 1, digits, DIGITS);
    return 0;
}

static bool are_digits(const uint8_t *octets)
{
    for (size_t i = 0; i < DIGITS; i++) {
        if (!sansmtp_ascii_is_digit(octets[i]) && (octets[i] < 'a' || octets[i] > 'f')) {
            return false;
        }
    }
    return true;
}

int sansmtp_cram_read(const uint8_t *response, size_t length, struct sansmtp_span *name,
                      struct sansmtp_span *digits)
{
    struct sansmtp_span text;

    if ((!response && length > 0) || !name || !digits) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (length < DIGITS + 2 || response[length - DIGITS - 1] != ' ' ||
        !are_digits(response + length - DIGITS)) {
        return SANSMTP_ERR_SYNTAX;
    }
    /* A name may hold spaces: the digits are what stands behind the last. */
    text = (struct sansmtp_span){response, length - DIGITS - 1};
    if (!sansmtp_saslname_usable(text)) {
        return SANSMTP_ERR_SYNTAX;
    }
    *name = text;
    *digits = (struct sansmtp_span){response + length - DIGITS, DIGITS};
    return 0;
}

int sansmtp_cram_check(const struct sansmtp_hash *hash, const struct sansmtp_span *password,
                       const struct sansmtp_span *challenge, const struct sansmtp_span *digits)
{
    uint8_t right[DIGITS];
    int result;

    if (!sansmtp_hash_usable(hash, DIGEST) || !is_span(password) || password->length == 0 ||
        !is_span(challenge) || !is_span(digits) || digits->length != DIGITS) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!make_digits(hash, *password, *challenge, right)) {
        return SANSMTP_ERR_OPTIONS;
    }
    result = sansmtp_hash_equal(right, digits->data, DIGITS) ? 0 : SANSMTP_ERR_AUTH;
    sansmtp_wipe(right, sizeof(right));
    return result;
}
