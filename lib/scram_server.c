/* SCRAM as a server. */

#include "scram.h"

#include "base64.h"
#include "memory.h"
#include "number.h"
#include "saslname.h"
#include "sized.h"
#include "wipe.h"

static bool is_span(const struct sansmtp_span *span)
{
    return span && (span->data || span->length == 0);
}

int sansmtp_scram_derive(const struct sansmtp_hash *hash, const struct sansmtp_span *password,
                         const struct sansmtp_span *salt, uint32_t iterations, uint8_t *stored_key,
                         uint8_t *server_key)
{
    static const struct sansmtp_span client = {(const uint8_t *)"Client Key", 10};
    static const struct sansmtp_span server = {(const uint8_t *)"Server Key", 10};
    uint8_t octets[SANSMTP_DIGEST_MAX], key[SANSMTP_DIGEST_MAX];
    struct sansmtp_span salted = {octets, 0};
    bool good;

    if (!sansmtp_hash_usable(hash, 0) || !is_span(password) || password->length == 0 ||
        !is_span(salt) || salt->length == 0 || iterations == 0 || !stored_key || !server_key) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (salt->length > SANSMTP_SALT_LONGEST) {
        return SANSMTP_ERR_LENGTH;
    }
    salted.length = hash->digest;
    good = sansmtp_hash_derive(hash, password, salt, iterations, octets) &&
           sansmtp_hash_hmac(hash, salted, client, key) &&
           sansmtp_hash_octets(hash, key, hash->digest, stored_key) &&
           sansmtp_hash_hmac(hash, salted, server, server_key);
    sansmtp_wipe(octets, sizeof(octets));
    sansmtp_wipe(key, sizeof(key));
    return good ? 0 : SANSMTP_ERR_OPTIONS;
}

int sansmtp_scram_server_init(struct sansmtp_scram **scram, void *memory, size_t length,
                              const struct sansmtp_scram_options *options)
{
    int error = sansmtp_scram_place(scram, memory, length, options);

    if (error == 0) {
        (*scram)->state = SANSMTP_SCRAM_SERVER_FIRST;
    }
    return error;
}

/* -- client-first ----------------------------------------------------------------------------- */

static bool same(struct sansmtp_span left, struct sansmtp_span right)
{
    return left.length == right.length && memcmp(left.data, right.data, left.length) == 0;
}

static int choose_binding(struct sansmtp_scram *scram, struct sansmtp_span name)
{
    for (uint32_t i = 0; i < scram->options.binding_count; i++) {
        if (same(scram->options.bindings[i].name, name)) {
            scram->binding = scram->options.bindings[i].data;
            return 0;
        }
    }
    return SANSMTP_ERR_AUTH;
}

/* RFC 5802 6: "p" comes with the -PLUS form and only with it. "y" says that the client could bind
 * but saw no -PLUS form: if we offered it, somebody has taken it away. */
static int read_flag(struct sansmtp_scram *scram, struct sansmtp_span flag)
{
    bool is_plus = (scram->options.flags & SANSMTP_SCRAM_PLUS) != 0;

    if (flag.length > 2 && memcmp(flag.data, "p=", 2) == 0) {
        return is_plus
                   ? choose_binding(scram, (struct sansmtp_span){flag.data + 2, flag.length - 2})
                   : SANSMTP_ERR_AUTH;
    }
    if (flag.length != 1 || (flag.data[0] != 'n' && flag.data[0] != 'y')) {
        return SANSMTP_ERR_SYNTAX;
    }
    if (is_plus || (flag.data[0] == 'y' && scram->options.binding_count > 0)) {
        return SANSMTP_ERR_AUTH;
    }
    return 0;
}

static int read_name(struct sansmtp_span text, uint8_t name[SANSMTP_SCRAM_NAME], size_t *length)
{
    *length = sansmtp_saslname_decode(text, NULL);
    if (*length == 0) {
        return SANSMTP_ERR_SYNTAX;
    }
    if (*length > SANSMTP_SCRAM_NAME) {
        return SANSMTP_ERR_LENGTH;
    }
    sansmtp_saslname_decode(text, name);
    return 0;
}

/* Takes what stands in front of the next comma, and the comma. */
static bool take_part(struct sansmtp_span *rest, struct sansmtp_span *part)
{
    const uint8_t *comma = rest->length > 0 ? memchr(rest->data, ',', rest->length) : NULL;

    if (!comma) {
        return false;
    }
    *part = (struct sansmtp_span){rest->data, (size_t)(comma - rest->data)};
    *rest = (struct sansmtp_span){comma + 1, rest->length - part->length - 1};
    return true;
}

/* gs2-cbind-flag "," [ "a=" authzid ] "," */
static int read_header(struct sansmtp_scram *scram, struct sansmtp_span *rest)
{
    struct sansmtp_span flag, authzid;
    int error;

    if (!take_part(rest, &flag) || !take_part(rest, &authzid)) {
        return SANSMTP_ERR_SYNTAX;
    }
    scram->header = flag.length + authzid.length + 2;
    error = read_flag(scram, flag);
    if (error != 0 || authzid.length == 0) {
        return error;
    }
    if (authzid.length < 3 || memcmp(authzid.data, "a=", 2) != 0) {
        return SANSMTP_ERR_SYNTAX;
    }
    return read_name((struct sansmtp_span){authzid.data + 2, authzid.length - 2}, scram->authzid,
                     &scram->authzid_length);
}

/* A message that begins with "m=" wants more than we know (RFC 5802 5.1); it has no "n=" there. */
static int read_first(struct sansmtp_scram *scram, struct sansmtp_span message,
                      struct sansmtp_span *text)
{
    struct sansmtp_span rest = message, name, nonce;
    int error = read_header(scram, &rest);

    if (error != 0) {
        return error;
    }
    if (!sansmtp_scram_take(&rest, 'n', &name) || !sansmtp_scram_take(&rest, 'r', &nonce) ||
        !sansmtp_scram_is_nonce(nonce) || !sansmtp_scram_extensions(rest)) {
        return SANSMTP_ERR_SYNTAX;
    }
    error = read_name(name, scram->name, &scram->name_length);
    if (error != 0) {
        return error;
    }
    sansmtp_scram_put(scram, message.data, message.length);
    if (scram->full || nonce.length > SANSMTP_SCRAM_PART) {
        return SANSMTP_ERR_LENGTH;
    }
    scram->nonce = (size_t)(nonce.data - message.data);
    scram->nonce_length = nonce.length;
    scram->state = SANSMTP_SCRAM_SERVER_RECORD;
    *text = (struct sansmtp_span){scram->name, scram->name_length};
    return 0;
}

/* -- server-first ----------------------------------------------------------------------------- */

static bool is_record(const struct sansmtp_scram *scram, const struct sansmtp_scram_record *record)
{
    size_t digest = scram->hash.digest;
    bool is_nobody = record->stored_key.length == 0 && record->server_key.length == 0;

    return sansmtp_sized(record, record->size, sizeof(*record)) && record->iterations > 0 &&
           record->salt.data && record->salt.length > 0 &&
           (is_nobody ||
            (record->stored_key.data && record->server_key.data &&
             record->stored_key.length == digest && record->server_key.length == digest));
}

static void put_server_first(struct sansmtp_scram *scram, const struct sansmtp_scram_record *record)
{
    uint8_t digits[20];
    size_t at = scram->length + 2;

    sansmtp_scram_put(scram, "r=", 2);
    sansmtp_scram_put(scram, scram->text + scram->nonce, scram->nonce_length);
    sansmtp_scram_put(scram, scram->options.nonce.data, scram->options.nonce.length);
    scram->nonce = at;
    scram->nonce_length += scram->options.nonce.length;
    sansmtp_scram_put(scram, ",s=", 3);
    sansmtp_scram_put_base64(scram, record->salt.data, record->salt.length);
    sansmtp_scram_put(scram, ",i=", 3);
    sansmtp_scram_put(scram, digits, sansmtp_number_write(record->iterations, digits));
}

int sansmtp_scram_server_record(struct sansmtp_scram *scram,
                                const struct sansmtp_scram_record *record,
                                struct sansmtp_span *challenge)
{
    size_t first;

    if (!scram || !record || !challenge) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (scram->state != SANSMTP_SCRAM_SERVER_RECORD) {
        return SANSMTP_ERR_STATE;
    }
    if (!is_record(scram, record)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (record->salt.length > SANSMTP_SALT_LONGEST) {
        return SANSMTP_ERR_LENGTH;
    }
    sansmtp_scram_put(scram, ",", 1);
    first = scram->length;
    put_server_first(scram, record);
    if (scram->full) {
        return sansmtp_scram_fail(scram, SANSMTP_ERR_LENGTH);
    }
    scram->is_known = record->stored_key.length > 0;
    if (scram->is_known) {
        memcpy(scram->stored_key, record->stored_key.data, scram->hash.digest);
        memcpy(scram->server_key, record->server_key.data, scram->hash.digest);
    }
    scram->state = SANSMTP_SCRAM_SERVER_FINAL;
    *challenge = sansmtp_scram_slice(scram, first);
    return 0;
}

/* -- client-final ----------------------------------------------------------------------------- */

/* Takes the proof, which is the last attribute, off the end. */
static bool split_proof(struct sansmtp_span message, struct sansmtp_span *without,
                        struct sansmtp_span *proof)
{
    size_t comma = message.length;

    while (comma > 0 && message.data[comma - 1] != ',') {
        comma--;
    }
    if (comma == 0 || message.length - comma < 2 || memcmp(message.data + comma, "p=", 2) != 0) {
        return false;
    }
    *without = (struct sansmtp_span){message.data, comma - 1};
    *proof = (struct sansmtp_span){message.data + comma + 2, message.length - comma - 2};
    return true;
}

/* The message must begin with just what we expect: our view of the header, the channel and the
 * nonce. What stands behind is extensions that nobody has to know. */
static int take_final(struct sansmtp_scram *scram, struct sansmtp_span without)
{
    size_t before, expected;

    sansmtp_scram_put(scram, ",", 1);
    before = scram->length;
    sansmtp_scram_put_binding(scram);
    expected = scram->length - before;
    if (scram->full) {
        return SANSMTP_ERR_LENGTH;
    }
    if (without.length < expected || memcmp(without.data, scram->text + before, expected) != 0 ||
        (without.length > expected && without.data[expected] != ',')) {
        return SANSMTP_ERR_AUTH;
    }
    scram->length = before;
    sansmtp_scram_put(scram, without.data, without.length);
    if (scram->full) {
        return SANSMTP_ERR_LENGTH;
    }
    return without.length == expected ||
                   (without.length > expected + 1 &&
                    sansmtp_scram_extensions((struct sansmtp_span){without.data + expected + 1,
                                                                   without.length - expected - 1}))
               ? 0
               : SANSMTP_ERR_SYNTAX;
}

/* RFC 5802 3: the proof xor the signature is the client's key, whose hash we know. */
static int check_proof(struct sansmtp_scram *scram, uint8_t *proof)
{
    const struct sansmtp_hash *hash = &scram->hash;
    struct sansmtp_span stored = {scram->stored_key, hash->digest};
    uint8_t octets[SANSMTP_DIGEST_MAX];
    bool good = sansmtp_hash_hmac(hash, stored, sansmtp_scram_signed(scram), octets);
    bool is_right = false;

    for (size_t i = 0; i < hash->digest && good; i++) {
        proof[i] = (uint8_t)(proof[i] ^ octets[i]);
    }
    good = good && sansmtp_hash_octets(hash, proof, hash->digest, octets);
    if (good) {
        is_right = sansmtp_hash_equal(octets, scram->stored_key, hash->digest);
    }
    sansmtp_wipe(octets, sizeof(octets));
    if (!good) {
        return SANSMTP_ERR_OPTIONS;
    }
    return is_right && scram->is_known ? 0 : SANSMTP_ERR_AUTH;
}

static int sign(struct sansmtp_scram *scram, struct sansmtp_span *text)
{
    struct sansmtp_span key = {scram->server_key, scram->hash.digest};
    uint8_t signature[SANSMTP_DIGEST_MAX];
    size_t at = scram->length;

    if (!sansmtp_hash_hmac(&scram->hash, key, sansmtp_scram_signed(scram), signature)) {
        return SANSMTP_ERR_OPTIONS;
    }
    sansmtp_scram_put(scram, "v=", 2);
    sansmtp_scram_put_base64(scram, signature, scram->hash.digest);
    if (scram->full) {
        return SANSMTP_ERR_LENGTH;
    }
    *text = sansmtp_scram_slice(scram, at);
    scram->state = SANSMTP_SCRAM_SERVER_EMPTY;
    return 0;
}

static int read_final(struct sansmtp_scram *scram, struct sansmtp_span message,
                      struct sansmtp_span *text)
{
    uint8_t proof[SANSMTP_DIGEST_MAX + 2];
    struct sansmtp_span without, encoded;
    size_t length;
    int error;

    if (!split_proof(message, &without, &encoded) || encoded.length / 4 * 3 > sizeof(proof) ||
        !sansmtp_base64_decode(encoded.data, encoded.length, proof, &length) ||
        length != scram->hash.digest) {
        return SANSMTP_ERR_SYNTAX;
    }
    error = take_final(scram, without);
    if (error == 0) {
        error = check_proof(scram, proof);
    }
    sansmtp_wipe(proof, sizeof(proof));
    return error == 0 ? sign(scram, text) : error;
}

/* -- the order -------------------------------------------------------------------------------- */

static int next(struct sansmtp_scram *scram, struct sansmtp_span response, uint32_t *step,
                struct sansmtp_span *text)
{
    int error;

    if (scram->state == SANSMTP_SCRAM_SERVER_FIRST) {
        error = read_first(scram, response, text);
        *step = SANSMTP_SCRAM_LOOKUP;
        return error;
    }
    if (scram->state == SANSMTP_SCRAM_SERVER_FINAL) {
        error = read_final(scram, response, text);
        *step = SANSMTP_SCRAM_CHALLENGE;
        return error;
    }
    /* RFC 4954 4: the client has nothing more to say, and says that. */
    if (response.length > 0) {
        return SANSMTP_ERR_SYNTAX;
    }
    *step = SANSMTP_SCRAM_DONE;
    *text = (struct sansmtp_span){NULL, 0};
    scram->state = SANSMTP_SCRAM_OVER;
    return 0;
}

int sansmtp_scram_server_next(struct sansmtp_scram *scram, const struct sansmtp_span *response,
                              uint32_t *step, struct sansmtp_span *text)
{
    uint32_t now = 0;
    int error;

    if (!scram || !is_span(response) || !step || !text) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (scram->state < SANSMTP_SCRAM_SERVER_FIRST || scram->state == SANSMTP_SCRAM_SERVER_RECORD ||
        scram->state == SANSMTP_SCRAM_OVER) {
        return SANSMTP_ERR_STATE;
    }
    error = next(scram, *response, &now, text);
    if (error != 0) {
        return sansmtp_scram_fail(scram, error);
    }
    *step = now;
    return 0;
}

int sansmtp_scram_authzid(const struct sansmtp_scram *scram, struct sansmtp_span *authzid)
{
    if (!scram || !authzid) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (scram->name_length == 0) {
        return SANSMTP_ERR_STATE;
    }
    *authzid = (struct sansmtp_span){scram->authzid, scram->authzid_length};
    return 0;
}
