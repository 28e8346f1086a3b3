/*
 * The messages of SASL mechanisms. The first octet chooses which, the rest is the message, in a
 * block of exactly its size. What is read lies inside the message, and is read the same when it is
 * written again.
 */

#include <sansmtp/sasl.h>

#include "block.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at_plain(const uint8_t *block, size_t length)
{
    struct sansmtp_sasl_credentials found = {.size = sizeof found};
    uint8_t *out = block_of(block, length);
    size_t written = 0;

    if (sansmtp_sasl_plain_read(block, length, &found) == 0) {
        HOLDS(lies_in(found.authzid, block, length) && lies_in(found.authcid, block, length) &&
              lies_in(found.password, block, length) && found.password.length > 0);
        HOLDS(sansmtp_sasl_plain_write(&found, out, length - 1, &written) == SANSMTP_ERR_ROOM &&
              written == length);
        HOLDS(sansmtp_sasl_plain_write(&found, out, length, &written) == 0 && written == length);
        HOLDS(memcmp(out, block, length) == 0);
    }
    free(out);
}

/* Responses one after the other, parted by 0xFE. */
static void look_at_login(const uint8_t *block, size_t length)
{
    struct input input = {block, length};
    uint32_t state = SANSMTP_SASL_LOGIN_START;

    for (unsigned step = 0; step < 6; step++) {
        struct sansmtp_span response = next_string(&input), challenge = {NULL, 0};
        uint32_t before = state;
        int result = sansmtp_sasl_login_next(
            &state, step == 0 && length % 2 == 0 ? NULL : &response, &challenge);

        HOLDS(result == 0 || (result == SANSMTP_ERR_STATE && state == before));
        HOLDS(state > before || result != 0);
        HOLDS(result != 0 || (challenge.length > 0) == (state == SANSMTP_SASL_LOGIN_NAME ||
                                                        state == SANSMTP_SASL_LOGIN_PASSWORD));
    }
    HOLDS(state == SANSMTP_SASL_LOGIN_DONE || state == SANSMTP_SASL_LOGIN_FAILED);
}

static void look_at_text(const uint8_t *block, size_t length,
                         int (*read)(const uint8_t *, size_t, struct sansmtp_span *),
                         int (*write)(const struct sansmtp_span *, struct sansmtp_span *))
{
    struct sansmtp_span text = {NULL, 0}, answer = {NULL, 0};

    if (read(block, length, &text) == 0) {
        HOLDS(text.length == length && lies_in(text, block, length));
        HOLDS(write(&text, &answer) == 0 && same_octets(text, answer));
    }
}

/* The name without its escapes, in the same memory and in other, is the same. */
static size_t decode(struct sansmtp_span name, uint8_t *out)
{
    uint8_t *same = block_of(name.data, name.length);
    size_t length = 0, again = 0;
    int result = sansmtp_sasl_name_decode(name.data, name.length, out, name.length, &length);

    HOLDS(sansmtp_sasl_name_decode(same, name.length, same, name.length, &again) == result);
    HOLDS(result != 0 || (length <= name.length && again == length));
    HOLDS(result != 0 || length == 0 || memcmp(same, out, length) == 0);
    free(same);
    return result == 0 ? length : SIZE_MAX;
}

static void look_at_bearer(const uint8_t *block, size_t length)
{
    struct sansmtp_sasl_bearer found = {.size = sizeof found}, again = {.size = sizeof again};
    uint8_t *out = malloc(3 * length + 64), *name = malloc(length + 1), *other = malloc(length + 1);
    size_t written = 0, decoded;

    HOLDS(out != NULL && name != NULL && other != NULL);
    if (sansmtp_sasl_bearer_read(block, length, &found) == 0) {
        HOLDS(lies_in(found.user, block, length) && lies_in(found.host, block, length) &&
              lies_in(found.token, block, length) && found.token.length > 0);
        decoded = decode(found.user, name);
        if (decoded != SIZE_MAX) {
            struct sansmtp_sasl_bearer plain = found;

            plain.user = (struct sansmtp_span){name, decoded};
            HOLDS(sansmtp_sasl_bearer_write(&plain, out, 3 * length + 64, &written) == 0);
            HOLDS(sansmtp_sasl_bearer_read(out, written, &again) == 0);
            HOLDS(again.port == found.port && same_octets(again.host, found.host) &&
                  same_octets(again.token, found.token));
            HOLDS(decode(again.user, other) == decoded);
            HOLDS(decoded == 0 || memcmp(other, name, decoded) == 0);
        }
    }
    free(out);
    free(name);
    free(other);
}

static void look_at_xoauth2(const uint8_t *block, size_t length)
{
    struct sansmtp_sasl_bearer found = {.size = sizeof found}, again = {.size = sizeof again};
    uint8_t *out = malloc(length + 64);
    size_t written = 0;

    HOLDS(out != NULL);
    if (sansmtp_sasl_xoauth2_read(block, length, &found) == 0) {
        HOLDS(lies_in(found.user, block, length) && lies_in(found.token, block, length));
        HOLDS(found.host.length == 0 && found.port == 0 && found.token.length > 0);
        HOLDS(sansmtp_sasl_xoauth2_write(&found, out, length + 64, &written) == 0);
        HOLDS(sansmtp_sasl_xoauth2_read(out, written, &again) == 0);
        HOLDS(same_octets(again.user, found.user) && same_octets(again.token, found.token));
    }
    free(out);
}

/* What it says can be said again, but for the escapes of JSON. */
static void look_at_refusal(const uint8_t *block, size_t length)
{
    struct sansmtp_sasl_refusal found = {.size = sizeof found}, again = {.size = sizeof again};
    uint8_t *out = malloc(length + 128);
    size_t written = 0;
    int result;

    HOLDS(out != NULL);
    if (sansmtp_sasl_refusal_read(block, length, &found) == 0) {
        HOLDS(lies_in(found.status, block, length) && lies_in(found.scope, block, length) &&
              lies_in(found.configuration, block, length));
        result = sansmtp_sasl_refusal_write(&found, out, length + 128, &written);
        HOLDS(result == 0 || result == SANSMTP_ERR_TEXT);
        if (result == 0) {
            HOLDS(sansmtp_sasl_refusal_read(out, written, &again) == 0);
            HOLDS(same_octets(again.status, found.status) &&
                  same_octets(again.scope, found.scope) &&
                  same_octets(again.configuration, found.configuration));
        }
    }
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *block;

    if (size < 2) {
        return 0;
    }
    block = block_of(data + 1, size - 1);
    switch (data[0] % 7) {
    case 0:
        look_at_plain(block, size - 1);
        break;
    case 1:
        look_at_login(block, size - 1);
        break;
    case 2:
        look_at_text(block, size - 1, sansmtp_sasl_external_read, sansmtp_sasl_external_write);
        break;
    case 3:
        look_at_text(block, size - 1, sansmtp_sasl_anonymous_read, sansmtp_sasl_anonymous_write);
        break;
    case 4:
        look_at_bearer(block, size - 1);
        break;
    case 5:
        look_at_xoauth2(block, size - 1);
        break;
    default:
        look_at_refusal(block, size - 1);
        break;
    }
    free(block);
    return 0;
}
