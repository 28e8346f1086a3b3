/*
 * The path parser. The first octet is the set of SANSMTP_ACCEPT_ bits, the rest is input, in a
 * block of exactly its size. Whatever is taken must lie inside the input, hold together, and be the
 * same when the path is read again alone; a mailbox must equal itself.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sansmtp/wire.h>

#define HOLDS(condition) ((condition) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct sansmtp_span part, struct sansmtp_span whole)
{
    if (part.data == NULL) {
        HOLDS(part.length == 0);
        return;
    }
    HOLDS(part.data >= whole.data && part.length <= whole.length);
    HOLDS((size_t)(part.data - whole.data) <= whole.length - part.length);
}

static int same(struct sansmtp_span left, struct sansmtp_span right)
{
    return left.length == right.length &&
           (left.length == 0 || memcmp(left.data, right.data, left.length) == 0);
}

static void same_path(const struct sansmtp_path *left, const struct sansmtp_path *right)
{
    HOLDS(left->flags == right->flags && left->domain_kind == right->domain_kind);
    HOLDS(same(left->raw, right->raw) && same(left->route, right->route));
    HOLDS(same(left->local, right->local) && same(left->domain, right->domain));
    HOLDS(memcmp(left->address, right->address, sizeof(left->address)) == 0);
}

static void look(const struct sansmtp_path *path, uint32_t accept, const uint8_t *input,
                 size_t size)
{
    const struct sansmtp_span all = {input, size};
    struct sansmtp_path again = {.size = sizeof(again)};
    uint8_t *raw = malloc(path->raw.length);

    inside(path->raw, all);
    HOLDS(path->raw.data == input && path->raw.length > 0 && path->raw.length <= 256);
    inside(path->local, path->raw);
    inside(path->domain, path->raw);
    inside(path->route, path->raw);
    HOLDS(raw != NULL && memchr(path->raw.data, '\0', path->raw.length) == NULL);
    memcpy(raw, path->raw.data, path->raw.length);
    HOLDS(sansmtp_path_parse(raw, path->raw.length, accept, &again) == 0);
    same_path(path, &again);
    free(raw);
}

static void look_at_mailbox(const struct sansmtp_path *path)
{
    size_t length = path->local.length + 1 + path->domain.length;
    uint8_t decoded[256];
    size_t decoded_length;
    uint32_t kind;

    if (path->local.length == 0) {
        return;
    }
    HOLDS(sansmtp_local_decode(path->local.data, path->local.length, decoded, sizeof(decoded),
                               &decoded_length) == 0);
    HOLDS(decoded_length > 0 && decoded_length <= path->local.length);
    if (path->domain.length == 0) {
        return;
    }
    HOLDS(path->domain.data == path->local.data + path->local.length + 1);
    HOLDS(sansmtp_mailbox_equal(path->local.data, length, path->local.data, length));
    HOLDS(sansmtp_domain_parse(path->domain.data, path->domain.length, SANSMTP_ACCEPT_UTF8, &kind,
                               NULL) == 0);
    HOLDS(kind == path->domain_kind);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sansmtp_path path = {.size = sizeof(path)};
    uint8_t address[16];
    uint8_t *input;
    uint32_t accept;
    uint32_t kind;

    if (size < 1) {
        return 0;
    }
    accept = data[0];
    input = malloc(size - 1);
    HOLDS(input != NULL);
    memcpy(input, data + 1, size - 1);
    if (sansmtp_path_parse(input, size - 1, accept, &path) == 0) {
        look(&path, accept, input, size - 1);
        look_at_mailbox(&path);
    }
    if (sansmtp_domain_parse(input, size - 1, accept, &kind, address) == 0) {
        HOLDS(size - 1 <= 255 && kind != SANSMTP_DOMAIN_NONE);
    }
    free(input);
    return 0;
}
