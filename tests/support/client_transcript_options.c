#define _DEFAULT_SOURCE

/* The options line of a case: struct sansmtp_client_options by the names of its members. */

#include <stdlib.h>
#include <string.h>

#include "transcript_reader.h"

struct bit {
    const char *name;
    uint32_t bit;
};

struct number {
    const char *name;
    size_t offset;
};

static const struct bit flags[] = {
    {"lmtp", SANSMTP_CLIENT_LMTP},
    {"implicit_tls", SANSMTP_CLIENT_IMPLICIT_TLS},
    {"auth_in_clear", SANSMTP_CLIENT_AUTH_IN_CLEAR},
    {"auth_optional", SANSMTP_CLIENT_AUTH_OPTIONAL},
    {"no_pipelining", SANSMTP_CLIENT_NO_PIPELINING},
    {"trace", SANSMTP_CLIENT_TRACE},
    {NULL, 0},
};

static const struct bit words[] = {
    {"strict", TRANSCRIPT_STRICT},
    {"whole", TRANSCRIPT_WHOLE},
    {"binary", TRANSCRIPT_BINARY},
    {NULL, 0},
};

static const struct bit values[] = {
    {"tls=none", SANSMTP_CLIENT_TLS_NONE},
    {"tls=opportunistic", SANSMTP_CLIENT_TLS_OPPORTUNISTIC},
    {"tls=required", SANSMTP_CLIENT_TLS_REQUIRED},
    {"chunking=auto", SANSMTP_CLIENT_CHUNKING_AUTO},
    {"chunking=off", SANSMTP_CLIENT_CHUNKING_OFF},
    {"newlines=refuse", SANSMTP_CLIENT_NEWLINES_REFUSE},
    {"newlines=normalise", SANSMTP_CLIENT_NEWLINES_NORMALISE},
    {NULL, 0},
};

#define NUMBER(name)                                         \
    {                                                        \
#name, offsetof(struct sansmtp_client_options, name) \
    }

static const struct number numbers[] = {
    NUMBER(in_flight),         NUMBER(line),         NUMBER(output),
    NUMBER(reply_line),        NUMBER(reply_lines),  NUMBER(reply_octets),
    NUMBER(greeting_patience), NUMBER(patience),     NUMBER(data_patience),
    NUMBER(body_patience),     NUMBER(end_patience), {NULL, 0},
};

static const struct bit *find(const struct bit *table, const char *name)
{
    for (; table->name != NULL; table++) {
        if (strcmp(table->name, name) == 0) {
            return table;
        }
    }
    return NULL;
}

static bool set_number(struct transcript *transcript, const struct number *number,
                       const char *value)
{
    char *end;
    uint32_t count = (uint32_t)strtoul(value, &end, 10);

    memcpy((char *)&transcript->client + number->offset, &count, sizeof count);
    if (strcmp(number->name, "line") == 0) {
        transcript->words |= TRANSCRIPT_LINE;
    }
    return end != value && *end == '\0';
}

static bool set_string(struct transcript *transcript, size_t which, const char *value)
{
    struct sansmtp_client_options *options = &transcript->client;
    const char **strings[] = {&options->hello, &options->mechanisms};
    size_t *lengths[] = {&options->hello_length, &options->mechanisms_length};

    free(transcript->strings[which]);
    transcript->strings[which] = strdup(value);
    *strings[which] = transcript->strings[which];
    *lengths[which] = strlen(value);
    return true;
}

static bool set_value(struct transcript *transcript, const char *word)
{
    const struct bit *value = find(values, word);

    if (value == NULL) {
        return false;
    }
    if (*word == 't') {
        transcript->client.tls = value->bit;
    } else if (*word == 'c') {
        transcript->client.chunking = value->bit;
    } else {
        transcript->client.body_newlines = value->bit;
    }
    return true;
}

static bool set_named(struct transcript *transcript, const char *name, size_t length,
                      const char *value)
{
    if (length == 5 && memcmp(name, "hello", 5) == 0) {
        return set_string(transcript, 0, value);
    }
    if (length == 10 && memcmp(name, "mechanisms", 10) == 0) {
        return set_string(transcript, 1, value);
    }
    if (length == 6 && memcmp(name, "offers", 6) == 0) {
        text_add(&transcript->offers, value, strlen(value));
        return true;
    }
    for (const struct number *at = numbers; at->name != NULL; at++) {
        if (strlen(at->name) == length && memcmp(at->name, name, length) == 0) {
            return set_number(transcript, at, value);
        }
    }
    return false;
}

bool client_transcript_option(struct transcript *transcript, const char *word)
{
    const struct bit *flag = find(flags, word);
    const struct bit *own = find(words, word);
    const char *equals = strchr(word, '=');

    if (flag != NULL) {
        transcript->client.flags |= flag->bit;
    } else if (own != NULL) {
        transcript->words |= own->bit;
    } else if (strcmp(word, "start=nothing") == 0) {
        text_add(&transcript->start, "nothing", 7);
    } else if (strcmp(word, "additions") == 0) {
        transcript->client.additions = &transcript_additions;
    } else if (!set_value(transcript, word)) {
        return equals != NULL && set_named(transcript, word, (size_t)(equals - word), equals + 1);
    }
    return true;
}
