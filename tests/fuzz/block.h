#ifndef SANSMTP_FUZZ_BLOCK_H
#define SANSMTP_FUZZ_BLOCK_H

/* What the targets of pure functions have in common: what must hold, a block of exactly so many
 * octets, and an input that is taken piece by piece. */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sansmtp/types.h>

#define HOLDS(condition) ((condition) ? (void)0 : abort())

struct input {
    const uint8_t *data;
    size_t left;
};

static inline uint8_t *block_of(const void *octets, size_t length)
{
    uint8_t *block = malloc(length);

    HOLDS(block != NULL || length == 0);
    if (length > 0) {
        memcpy(block, octets, length);
    }
    return block;
}

/* Does this span lie in the block? An empty one may lie anywhere. */
static inline bool lies_in(struct sansmtp_span span, const uint8_t *block, size_t length)
{
    return span.length == 0 || (span.data >= block && span.length <= length &&
                                (size_t)(span.data - block) <= length - span.length);
}

static inline bool same_octets(struct sansmtp_span left, struct sansmtp_span right)
{
    return left.length == right.length &&
           (left.length == 0 || memcmp(left.data, right.data, left.length) == 0);
}

/* 0 behind the end. */
static inline uint8_t next_octet(struct input *input)
{
    if (input->left == 0) {
        return 0;
    }
    input->left--;
    return *input->data++;
}

static inline uint64_t next_number(struct input *input, unsigned octets)
{
    uint64_t number = 0;

    while (octets-- > 0) {
        number = number << 8 | next_octet(input);
    }
    return number;
}

/* Up to the next octet 0xFE, which is taken, too. */
static inline struct sansmtp_span next_string(struct input *input)
{
    const uint8_t *end = input->left > 0 ? memchr(input->data, 0xFE, input->left) : NULL;
    size_t length = end != NULL ? (size_t)(end - input->data) : input->left;
    struct sansmtp_span string = {length > 0 ? input->data : NULL, length};

    if (input->left > 0) {
        input->data += length + (end != NULL);
        input->left -= length + (end != NULL);
    }
    return string;
}

#endif
