/*
 * The lines of a reply to EHLO. Input: lines, parted by LF; the first is the host's list of
 * mechanisms; each in a block of exactly its size. A line sets only what its keyword allows, its
 * case does not matter, and to read it twice changes nothing.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ascii.h"
#include "capability.h"
#include "extension.h"

#define HOLDS(condition) ((condition) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *copy(const uint8_t *octets, size_t length)
{
    uint8_t *block = malloc(length);

    HOLDS(block != NULL || length == 0);
    if (length > 0) {
        memcpy(block, octets, length);
    }
    return block;
}

static int same(struct sansmtp_capabilities left, struct sansmtp_capabilities right)
{
    return left.extensions == right.extensions && left.size == right.size &&
           left.mechanisms == right.mechanisms && left.hold_until == right.hold_until &&
           left.hold_for == right.hold_for && left.deliver_by == right.deliver_by &&
           left.messages == right.messages && left.recipients == right.recipients &&
           left.domains == right.domains && left.xclient == right.xclient &&
           left.xforward == right.xforward && left.urls == right.urls;
}

static void read_line(const uint8_t *octets, size_t length, struct sansmtp_span list,
                      struct sansmtp_capabilities *all)
{
    struct sansmtp_capabilities alone = {0}, upper = {0}, twice;
    uint8_t *line = copy(octets, length);
    const char *mechanisms = (const char *)list.data;

    sansmtp_capability_read(line, length, mechanisms, list.length, &alone);
    HOLDS((alone.extensions & (alone.extensions - 1)) == 0);
    HOLDS(alone.extensions < UINT64_C(1) << SANSMTP_EXTENSIONS);
    HOLDS(alone.size == 0 || alone.extensions == SANSMTP_EXTENSION_SIZE);
    HOLDS(alone.mechanisms == 0 || alone.extensions == SANSMTP_EXTENSION_AUTH);
    twice = alone;
    sansmtp_capability_read(line, length, mechanisms, list.length, &twice);
    HOLDS(same(alone, twice));
    sansmtp_capability_read(line, length, mechanisms, list.length, all);
    HOLDS((all->extensions & alone.extensions) == alone.extensions);
    HOLDS((all->mechanisms & alone.mechanisms) == alone.mechanisms);
    for (size_t i = 0; i < length; i++) {
        line[i] = sansmtp_ascii_upper(line[i]);
    }
    sansmtp_capability_read(line, length, mechanisms, list.length, &upper);
    HOLDS(same(alone, upper));
    free(line);
}

static size_t line_length(const uint8_t *octets, size_t length)
{
    const uint8_t *end = length > 0 ? memchr(octets, '\n', length) : NULL;

    return end != NULL ? (size_t)(end - octets) : length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sansmtp_capabilities all = {0};
    size_t at = line_length(data, size);
    uint8_t *mechanisms = copy(data, at);
    struct sansmtp_span list = {mechanisms, at};

    while (at < size) {
        size_t length = line_length(data + at + 1, size - at - 1);

        read_line(data + at + 1, length, list, &all);
        at += 1 + length;
    }
    HOLDS(all.extensions < UINT64_C(1) << SANSMTP_EXTENSIONS);
    free(mechanisms);
    return 0;
}
