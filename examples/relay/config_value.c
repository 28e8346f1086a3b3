#include "config_option.h"

#include "../arguments.h"

#include <stdlib.h>
#include <string.h>

/* -- values ----------------------------------------------------------------------------------- */

/* Each returns NULL, or what is wanted instead. */

static const char *read_text(void *member, char *text)
{
    *(const char **)member = text;
    return NULL;
}

static const char *read_texts(void *member, char *text)
{
    struct config_texts *texts = member;
    const char **items = realloc(texts->items, (texts->count + 1) * sizeof *items);
    struct sansmtp_span *spans = realloc(texts->spans, (texts->count + 1) * sizeof *spans);

    texts->items = items == NULL ? texts->items : items;
    texts->spans = spans == NULL ? texts->spans : spans;
    if (items == NULL || spans == NULL) {
        return "more memory";
    }
    items[texts->count] = text;
    spans[texts->count] = (struct sansmtp_span){(const uint8_t *)text, strlen(text)};
    texts->count++;
    return NULL;
}

static const char *read_number(void *member, char *text)
{
    return argument_number(text, member) ? NULL : "a number";
}

static const char *read_switch(void *member, char *text)
{
    *(bool *)member = strcmp(text, "yes") == 0;
    return strcmp(text, "yes") == 0 || strcmp(text, "no") == 0 ? NULL : "yes or no";
}

static const char *read_rate(void *member, char *text)
{
    struct sansmtp_rate_limit *limit = member;
    char *slash = strchr(text, '/');
    uint64_t window = 0;

    if (slash == NULL) {
        return "N/SECONDS";
    }
    *slash = '\0';
    if (!argument_number(text, &limit->limit) || !argument_number(slash + 1, &window) ||
        limit->limit == 0 || limit->limit > SANSMTP_RATE_LIMIT_MAX || window == 0 ||
        window > SANSMTP_RATE_WINDOW_MAX) {
        *slash = '/';
        return "N/SECONDS, both in range";
    }
    limit->window = (uint32_t)window;
    return NULL;
}

static const char *read_network(void *member, char *text)
{
    struct config_networks *networks = member;
    struct sansmtp_network *items = realloc(networks->items, (networks->count + 1) * sizeof *items);

    if (items == NULL) {
        return "more memory";
    }
    networks->items = items;
    if (sansmtp_network_parse((const uint8_t *)text, strlen(text), &items[networks->count]) != 0) {
        return "a network, with no bits set behind its length";
    }
    networks->count++;
    return NULL;
}

/* words: "may|must" */
static const char *read_word(void *member, char *text, const char *words)
{
    size_t length = strlen(text);
    uint32_t place = 0;

    for (const char *at = words; at != NULL; place++) {
        const char *bar = strchr(at, '|');
        size_t word = bar == NULL ? strlen(at) : (size_t)(bar - at);

        if (word == length && memcmp(at, text, length) == 0) {
            *(uint32_t *)member = place;
            return NULL;
        }
        at = bar == NULL ? NULL : bar + 1;
    }
    return words;
}

const char *config_option_read(const struct config_option *option, struct config *config,
                               char *text)
{
    void *member = (char *)config + option->offset;

    switch (option->kind) {
    case TEXT:
        return read_text(member, text);
    case TEXTS:
        return read_texts(member, text);
    case NUMBER:
        return read_number(member, text);
    case SWITCH:
        return read_switch(member, text);
    case RATE:
        return read_rate(member, text);
    case NETWORKS:
        return read_network(member, text);
    case WORD:
        return read_word(member, text, option->value);
    }
    return "another program";
}
