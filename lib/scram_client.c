/* SCRAM as a client. */

#include "scram.h"

#include "base64.h"
#include "memory.h"
#include "number.h"
#include "saslname.h"
#include "wipe.h"

static int check_name(struct sansmtp_span name)
{
    if (!name.data || !sansmtp_saslname_usable(name)) {
        return SANSMTP_ERR_TEXT;
    }
    return name.length > SANSMTP_SCRAM_NAME ? SANSMTP_ERR_LENGTH : 0;
}

static int check_names(const struct sansmtp_scram_options *options)
{
    int error = check_name(options->authcid);

    if (error == 0 && options->authzid.length > 0) {
        error = check_name(options->authzid);
    }
    if (error == 0 && (!options->password.data || !sansmtp_saslname_usable(options->password))) {
        error = SANSMTP_ERR_TEXT;
    }
    return error;
}

int sansmtp_scram_client_init(struct sansmtp_scram **scram, void *memory, size_t length,
                              const struct sansmtp_scram_options *options)
{
    struct sansmtp_scram *made;
    int error = sansmtp_scram_place(&made, memory, length, options);

    if (!scram || error != 0) {
        return scram ? error : SANSMTP_ERR_ARGUMENT;
    }
    error = check_names(options);
    if (error != 0) {
        return sansmtp_scram_fail(made, error);
    }
    *scram = made;
    return 0;
}

/* -- client-first ----------------------------------------------------------------------------- */

static void put_name(struct sansmtp_scram *scram, struct sansmtp_span name)
{
    uint8_t escaped[3 * SANSMTP_SCRAM_NAME];

    sansmtp_scram_put(scram, escaped, sansmtp_saslname_encode(name, escaped));
}

/* RFC 5802 6: "p" binds; "y" would, but has not been offered it; "n" cannot. */
static void put_header(struct sansmtp_scram *scram)
{
    const struct sansmtp_scram_options *options = &scram->options;

    if ((options->flags & SANSMTP_SCRAM_PLUS) != 0) {
        scram->binding = options->bindings[0].data;
        sansmtp_scram_put(scram, "p=", 2);
        sansmtp_scram_put(scram, options->bindings[0].name.data, options->bindings[0].name.length);
    } else {
        sansmtp_scram_put(scram, options->binding_count > 0 ? "y" : "n", 1);
    }
    sansmtp_scram_put(scram, ",", 1);
    if (options->authzid.length > 0) {
        sansmtp_scram_put(scram, "a=", 2);
        put_name(scram, options->authzid);
    }
    sansmtp_scram_put(scram, ",", 1);
    scram->header = scram->length;
}

static int say_first(struct sansmtp_scram *scram, struct sansmtp_span *answer)
{
    put_header(scram);
    sansmtp_scram_put(scram, "n=", 2);
    put_name(scram, scram->options.authcid);
    sansmtp_scram_put(scram, ",r=", 3);
    sansmtp_scram_put(scram, scram->options.nonce.data, scram->options.nonce.length);
    if (scram->full) {
        return SANSMTP_ERR_LENGTH;
    }
    *answer = sansmtp_scram_slice(scram, 0);
    scram->state = SANSMTP_SCRAM_CLIENT_FINAL;
    return 0;
}

/* -- client-final ----------------------------------------------------------------------------- */

struct server_first {
    uint8_t salt[SANSMTP_SALT_LONGEST];
    size_t salt_length;
    uint32_t iterations;
};

static int read_salt(struct sansmtp_span text, struct server_first *first)
{
    uint8_t salt[SANSMTP_SALT_LONGEST + 4];

    if (text.length / 4 * 3 > sizeof(salt)) {
        return SANSMTP_ERR_LENGTH;
    }
    if (!sansmtp_base64_decode(text.data, text.length, salt, &first->salt_length) ||
        first->salt_length == 0) {
        return SANSMTP_ERR_SYNTAX;
    }
    if (first->salt_length > SANSMTP_SALT_LONGEST) {
        return SANSMTP_ERR_LENGTH;
    }
    memcpy(first->salt, salt, first->salt_length);
    return 0;
}

/* RFC 7677 4: at least 4096, lest the password be guessed from what was overheard. At most what
 * the host allows, lest a server keep it busy. */
static int read_iterations(const struct sansmtp_scram *scram, struct sansmtp_span text,
                           struct server_first *first)
{
    uint64_t number;

    if (!sansmtp_number_parse(text.data, text.length, &number, NULL) || text.data[0] == '0') {
        return SANSMTP_ERR_SYNTAX;
    }
    if (number < scram->options.least_iterations || number > scram->options.most_iterations) {
        return SANSMTP_ERR_AUTH;
    }
    first->iterations = (uint32_t)number;
    return 0;
}

/* RFC 5802 5.1: "the client MUST verify that the initial part of the nonce is the nonce that it
 * sent". A server that adds nothing has not been asked anything. */
static bool is_our_nonce(const struct sansmtp_scram *scram, struct sansmtp_span nonce)
{
    struct sansmtp_span ours = scram->options.nonce;

    return nonce.length > ours.length && memcmp(nonce.data, ours.data, ours.length) == 0;
}

/* A message that begins with "m=" wants more than we know (RFC 5802 5.1); it has no "r=" there. */
static int read_first(struct sansmtp_scram *scram, struct sansmtp_span message,
                      struct server_first *first)
{
    struct sansmtp_span rest = message, nonce, salt, iterations;
    int error;

    if (!sansmtp_scram_take(&rest, 'r', &nonce) || !sansmtp_scram_is_nonce(nonce) ||
        !sansmtp_scram_take(&rest, 's', &salt) || !sansmtp_scram_take(&rest, 'i', &iterations) ||
        !sansmtp_scram_extensions(rest)) {
        return SANSMTP_ERR_SYNTAX;
    }
    if (!is_our_nonce(scram, nonce)) {
        return SANSMTP_ERR_AUTH;
    }
    error = read_salt(salt, first);
    if (error != 0) {
        return error;
    }
    sansmtp_scram_put(scram, ",", 1);
    scram->nonce = scram->length + 2;
    scram->nonce_length = nonce.length;
    sansmtp_scram_put(scram, message.data, message.length);
    sansmtp_scram_put(scram, ",", 1);
    return read_iterations(scram, iterations, first);
}

static struct sansmtp_span digest_at(const struct sansmtp_scram *scram, const uint8_t *octets)
{
    return (struct sansmtp_span){octets, scram->hash.digest};
}

static struct sansmtp_span text_of(const char *text, size_t length)
{
    return (struct sansmtp_span){(const uint8_t *)text, length};
}

/* RFC 5802 3. The proof goes to proof; the key that the server must show stays. */
static bool make_proof(struct sansmtp_scram *scram, struct sansmtp_span salted, uint8_t *proof)
{
    const struct sansmtp_hash *hash = &scram->hash;
    uint8_t stored[SANSMTP_DIGEST_MAX], signature[SANSMTP_DIGEST_MAX];
    bool good = sansmtp_hash_hmac(hash, salted, text_of("Client Key", 10), proof) &&
                sansmtp_hash_octets(hash, proof, hash->digest, stored) &&
                sansmtp_hash_hmac(hash, digest_at(scram, stored), sansmtp_scram_signed(scram),
                                  signature) &&
                sansmtp_hash_hmac(hash, salted, text_of("Server Key", 10), scram->server_key);

    for (size_t i = 0; i < hash->digest && good; i++) {
        proof[i] = (uint8_t)(proof[i] ^ signature[i]);
    }
    sansmtp_wipe(stored, sizeof(stored));
    sansmtp_wipe(signature, sizeof(signature));
    return good;
}

static bool prove(struct sansmtp_scram *scram, const struct server_first *first)
{
    uint8_t salted[SANSMTP_DIGEST_MAX], proof[SANSMTP_DIGEST_MAX];
    struct sansmtp_span salt = {first->salt, first->salt_length};
    bool good = sansmtp_hash_derive(&scram->hash, &scram->options.password, &salt,
                                    first->iterations, salted) &&
                make_proof(scram, digest_at(scram, salted), proof);

    if (good) {
        /* What the server will have signed, before the proof is put behind it. */
        good = sansmtp_hash_hmac(&scram->hash, digest_at(scram, scram->server_key),
                                 sansmtp_scram_signed(scram), scram->stored_key);
        sansmtp_scram_put(scram, ",p=", 3);
        sansmtp_scram_put_base64(scram, proof, scram->hash.digest);
    }
    sansmtp_wipe(salted, sizeof(salted));
    sansmtp_wipe(proof, sizeof(proof));
    return good;
}

static int say_final(struct sansmtp_scram *scram, struct sansmtp_span message,
                     struct sansmtp_span *answer)
{
    struct server_first first;
    int error = read_first(scram, message, &first);
    size_t final = scram->length;

    if (error != 0) {
        return error;
    }
    sansmtp_scram_put_binding(scram);
    if (!scram->full && !prove(scram, &first)) {
        return SANSMTP_ERR_OPTIONS;
    }
    if (scram->full) {
        return SANSMTP_ERR_LENGTH;
    }
    *answer = sansmtp_scram_slice(scram, final);
    scram->state = SANSMTP_SCRAM_CLIENT_VERIFY;
    return 0;
}

/* -- the server's signature ------------------------------------------------------------------- */

static int verify(struct sansmtp_scram *scram, struct sansmtp_span message,
                  struct sansmtp_span *answer)
{
    uint8_t signature[SANSMTP_DIGEST_MAX + 2];
    struct sansmtp_span rest = message, value;
    size_t length;

    if (sansmtp_scram_take(&rest, 'e', &value)) {
        return SANSMTP_ERR_AUTH;
    }
    if (!sansmtp_scram_take(&rest, 'v', &value) || !sansmtp_scram_extensions(rest) ||
        value.length / 4 * 3 > sizeof(signature) ||
        !sansmtp_base64_decode(value.data, value.length, signature, &length)) {
        return SANSMTP_ERR_SYNTAX;
    }
    if (length != scram->hash.digest || !sansmtp_hash_equal(signature, scram->stored_key, length)) {
        return SANSMTP_ERR_AUTH;
    }
    sansmtp_scram_fail(scram, 0);
    *answer = (struct sansmtp_span){scram->text, 0};
    scram->state = SANSMTP_SCRAM_CLIENT_OVER;
    return 0;
}

static int next(struct sansmtp_scram *scram, const struct sansmtp_span *challenge,
                struct sansmtp_span *answer)
{
    bool is_empty = !challenge || challenge->length == 0;

    if (scram->state == SANSMTP_SCRAM_CLIENT_FIRST) {
        return is_empty ? say_first(scram, answer) : SANSMTP_ERR_SYNTAX;
    }
    if (is_empty) {
        return SANSMTP_ERR_SYNTAX;
    }
    return scram->state == SANSMTP_SCRAM_CLIENT_FINAL ? say_final(scram, *challenge, answer)
                                                      : verify(scram, *challenge, answer);
}

int sansmtp_scram_client_next(struct sansmtp_scram *scram, const struct sansmtp_span *challenge,
                              struct sansmtp_span *answer)
{
    int error;

    if (!scram || !answer || (challenge && !challenge->data && challenge->length > 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (scram->state > SANSMTP_SCRAM_CLIENT_VERIFY) {
        return SANSMTP_ERR_STATE;
    }
    error = next(scram, challenge, answer);
    return error == 0 ? 0 : sansmtp_scram_fail(scram, error);
}

int sansmtp_scram_verified(const struct sansmtp_scram *scram)
{
    if (!scram) {
        return SANSMTP_ERR_ARGUMENT;
    }
    return scram->state == SANSMTP_SCRAM_CLIENT_OVER ? 1 : 0;
}
