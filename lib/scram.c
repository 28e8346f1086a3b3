/* A SCRAM exchange of either side: how it begins and ends. */

#include "scram.h"

#include <stdalign.h>

#include "base64.h"
#include "memory.h"
#include "sized.h"
#include "wipe.h"

enum { LEAST_ITERATIONS = 4096, MOST_ITERATIONS = 1000000 };

/* Within SANSMTP_SCRAM_MEMORY the block is aligned, wherever it begins. */
_Static_assert(sizeof(struct sansmtp_scram) + alignof(struct sansmtp_scram) <= SANSMTP_SCRAM_MEMORY,
               "an exchange fits");

int sansmtp_scram_nonce(const uint8_t random[24], uint8_t out[32])
{
    if (!random || !out) {
        return SANSMTP_ERR_ARGUMENT;
    }
    sansmtp_base64_encode(random, SANSMTP_SCRAM_RANDOM, out);
    return 0;
}

/* RFC 5056: the name of a binding is of letters, digits, '.' and '-', which no comma is. */
static bool is_binding(const struct sansmtp_scram_binding *binding)
{
    return binding->data.data && binding->data.length > 0 && binding->name.data &&
           sansmtp_scram_is_nonce(binding->name);
}

static int check_bindings(const struct sansmtp_scram_options *options)
{
    bool is_plus = (options->flags & SANSMTP_SCRAM_PLUS) != 0;

    if ((options->binding_count > 0 && !options->bindings) ||
        (is_plus && options->binding_count == 0)) {
        return SANSMTP_ERR_OPTIONS;
    }
    for (uint32_t i = 0; i < options->binding_count; i++) {
        const struct sansmtp_scram_binding *binding = &options->bindings[i];

        if (!is_binding(binding)) {
            return SANSMTP_ERR_OPTIONS;
        }
        if (binding->name.length > SANSMTP_SCRAM_PART ||
            binding->data.length > SANSMTP_SCRAM_PART) {
            return SANSMTP_ERR_LENGTH;
        }
    }
    return 0;
}

static int check(const struct sansmtp_scram_options *options)
{
    if (options->flags > SANSMTP_SCRAM_PLUS || !sansmtp_hash_usable(options->hash, 0) ||
        !options->nonce.data || !sansmtp_scram_is_nonce(options->nonce)) {
        return SANSMTP_ERR_OPTIONS;
    }
    if (options->nonce.length > SANSMTP_SCRAM_PART) {
        return SANSMTP_ERR_LENGTH;
    }
    return check_bindings(options);
}

static int set_iterations(struct sansmtp_scram_options *options)
{
    if (options->least_iterations == 0) {
        options->least_iterations = LEAST_ITERATIONS;
    }
    if (options->most_iterations == 0) {
        options->most_iterations = MOST_ITERATIONS;
    }
    return options->least_iterations > options->most_iterations ? SANSMTP_ERR_OPTIONS : 0;
}

static struct sansmtp_scram *place_in(void *memory, size_t length)
{
    uintptr_t over = (uintptr_t)memory % alignof(struct sansmtp_scram);
    size_t skip = over == 0 ? 0 : alignof(struct sansmtp_scram) - over;

    return length < SANSMTP_SCRAM_MEMORY ? NULL : (void *)((uint8_t *)memory + skip);
}

int sansmtp_scram_place(struct sansmtp_scram **scram, void *memory, size_t length,
                        const struct sansmtp_scram_options *options)
{
    struct sansmtp_scram_options copy;
    struct sansmtp_scram *made;
    int error;

    if (!scram || !memory || !options || !sansmtp_sized(options, options->size, sizeof(*options))) {
        return SANSMTP_ERR_ARGUMENT;
    }
    copy = *options;
    error = check(&copy);
    if (error == 0) {
        error = set_iterations(&copy);
    }
    made = place_in(memory, length);
    if (error != 0 || !made) {
        return error != 0 ? error : SANSMTP_ERR_MEMORY;
    }
    memset(made, 0, sizeof(*made));
    made->options = copy;
    made->hash = *copy.hash;
    *scram = made;
    return 0;
}

int sansmtp_scram_fail(struct sansmtp_scram *scram, int error)
{
    sansmtp_wipe(scram, sizeof(*scram));
    scram->state = SANSMTP_SCRAM_OVER;
    return error;
}

int sansmtp_scram_end(struct sansmtp_scram *scram)
{
    return scram ? sansmtp_scram_fail(scram, 0) : SANSMTP_ERR_ARGUMENT;
}
