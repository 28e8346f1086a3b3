#include "send_cache.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A line for whom it is of, and a line for each number. */
static const char form[] = "sansmtp-send 1 %s %s %s\n";

struct number {
    const char *name;
    size_t offset, size;
};

#define NUMBER(member)                                            \
    {                                                             \
#member, offsetof(struct sansmtp_capabilities, member),   \
            sizeof(((struct sansmtp_capabilities *)NULL)->member) \
    }

/* AUTH is not among them: it has to be waited for. */
static const struct number numbers[] = {
    NUMBER(extensions), NUMBER(size),     NUMBER(hold_until), NUMBER(hold_for),
    NUMBER(deliver_by), NUMBER(messages), NUMBER(recipients), NUMBER(domains),
    NUMBER(xclient),    NUMBER(xforward), NUMBER(urls),
};

#define NUMBERS (sizeof numbers / sizeof numbers[0])

static uint64_t number_get(const struct sansmtp_capabilities *capabilities, const struct number *at)
{
    const uint8_t *octets = (const uint8_t *)capabilities + at->offset;
    uint64_t wide = 0;
    uint32_t narrow = 0;

    if (at->size == sizeof wide) {
        memcpy(&wide, octets, sizeof wide);
        return wide;
    }
    memcpy(&narrow, octets, sizeof narrow);
    return narrow;
}

static void number_set(struct sansmtp_capabilities *capabilities, const struct number *at,
                       uint64_t value)
{
    uint8_t *octets = (uint8_t *)capabilities + at->offset;
    uint32_t narrow = (uint32_t)value;

    if (at->size == sizeof value) {
        memcpy(octets, &value, sizeof value);
    } else {
        memcpy(octets, &narrow, sizeof narrow);
    }
}

static const char *channel_of(const struct options *options)
{
    return options->tls_implicit ? "tls" : "clear";
}

static bool read_numbers(FILE *file, struct sansmtp_capabilities *capabilities)
{
    char name[32];
    uint64_t value;

    for (size_t i = 0; i < NUMBERS; i++) {
        if (fscanf(file, "%31s %" SCNu64 " ", name, &value) != 2 ||
            strcmp(name, numbers[i].name) != 0) {
            return false;
        }
        number_set(capabilities, &numbers[i], value);
    }
    return true;
}

bool cache_read(const struct options *options, struct sansmtp_capabilities *capabilities)
{
    FILE *file = fopen(options->cache, "re");
    char line[1024] = "", wanted[1024];
    bool good;

    *capabilities = (struct sansmtp_capabilities){0};
    if (file == NULL) {
        return false;
    }
    snprintf(wanted, sizeof wanted, form, options->host, options->port, channel_of(options));
    good = fgets(line, sizeof line, file) != NULL && strcmp(line, wanted) == 0 &&
           read_numbers(file, capabilities);
    fclose(file);
    return good;
}

static bool write_numbers(FILE *file, const struct options *options,
                          const struct sansmtp_capabilities *capabilities)
{
    fprintf(file, form, options->host, options->port, channel_of(options));
    for (size_t i = 0; i < NUMBERS; i++) {
        fprintf(file, "%s %" PRIu64 "\n", numbers[i].name, number_get(capabilities, &numbers[i]));
    }
    return fclose(file) == 0;
}

void cache_write(const struct options *options, const struct sansmtp_capabilities *capabilities)
{
    uint64_t needed = SANSMTP_EXTENSION_PIPECONNECT | SANSMTP_EXTENSION_PIPELINING;
    char path[4096];
    FILE *file;

    if ((capabilities->extensions & needed) != needed) {
        cache_forget(options);
        return;
    }
    snprintf(path, sizeof path, "%s.new", options->cache);
    file = fopen(path, "we");
    if (file == NULL || !write_numbers(file, options, capabilities) ||
        rename(path, options->cache) != 0) {
        fprintf(stderr, "sansmtp-send: cannot write %s: %s\n", options->cache, strerror(errno));
        unlink(path);
    }
}

/* One of another server, or that is no such file, stays. */
void cache_forget(const struct options *options)
{
    struct sansmtp_capabilities ignored;

    if (cache_read(options, &ignored)) {
        unlink(options->cache);
    }
}
