#define _DEFAULT_SOURCE

/* The options line of a case: words of struct sansmtp_server_options by the names they have there. */

#include "transcript.h"

#include <stdlib.h>
#include <string.h>

struct bit {
    const char *name;
    uint64_t bit;
};

struct number {
    const char *name;
    size_t offset;
    bool wide;
};

static const struct bit flags[] = {
    {"lmtp", SANSMTP_SERVER_LMTP},
    {"implicit_tls", SANSMTP_SERVER_IMPLICIT_TLS},
    {"require_tls", SANSMTP_SERVER_REQUIRE_TLS},
    {"require_auth", SANSMTP_SERVER_REQUIRE_AUTH},
    {"auth_in_clear", SANSMTP_SERVER_AUTH_IN_CLEAR},
    {"refuse_nul", SANSMTP_SERVER_REFUSE_NUL},
    {"strict_pipelining", SANSMTP_SERVER_STRICT_PIPELINING},
    {"trace", SANSMTP_SERVER_TRACE},
    {"gone_after_521", SANSMTP_SERVER_GONE_AFTER_521},
    {NULL, 0},
};

static const struct bit words[] = {
    {"strict", TRANSCRIPT_STRICT}, {"early", TRANSCRIPT_EARLY}, {"whole", TRANSCRIPT_WHOLE},
    {"utf8", TRANSCRIPT_UTF8},     {"tls", TRANSCRIPT_TLS},     {NULL, 0},
};

static const struct bit leniencies[] = {
    {"TRAILING_SPACE", SANSMTP_LENIENT_TRAILING_SPACE}, {"HELLO", SANSMTP_LENIENT_HELLO},
    {"LOCAL_PART", SANSMTP_LENIENT_LOCAL_PART},         {"INITIAL", SANSMTP_LENIENT_INITIAL},
    {"PATH_SPACE", SANSMTP_LENIENT_PATH_SPACE},         {"BRACKETS", SANSMTP_LENIENT_BRACKETS},
    {"DOUBLE_SPACE", SANSMTP_LENIENT_DOUBLE_SPACE},     {NULL, 0},
};

static const struct bit extensions[] = {
    {"PIPELINING", SANSMTP_EXTENSION_PIPELINING},
    {"SIZE", SANSMTP_EXTENSION_SIZE},
    {"8BITMIME", SANSMTP_EXTENSION_8BITMIME},
    {"SMTPUTF8", SANSMTP_EXTENSION_SMTPUTF8},
    {"CHUNKING", SANSMTP_EXTENSION_CHUNKING},
    {"BINARYMIME", SANSMTP_EXTENSION_BINARYMIME},
    {"ENHANCEDSTATUSCODES", SANSMTP_EXTENSION_ENHANCEDSTATUSCODES},
    {"DSN", SANSMTP_EXTENSION_DSN},
    {"STARTTLS", SANSMTP_EXTENSION_STARTTLS},
    {"AUTH", SANSMTP_EXTENSION_AUTH},
    {"HELP", SANSMTP_EXTENSION_HELP},
    {"EXPN", SANSMTP_EXTENSION_EXPN},
    {NULL, 0},
};

static const struct bit bare_newlines[] = {
    {"refuse", SANSMTP_BARE_REFUSE},
    {"normalise", SANSMTP_BARE_NORMALISE},
    {"pass", SANSMTP_BARE_PASS},
    {NULL, 0},
};

#define NUMBER(name, wide)                                         \
    {                                                              \
#name, offsetof(struct sansmtp_server_options, name), wide \
    }

static const struct number numbers[] = {
    NUMBER(message_size, true),
    NUMBER(line, false),
    NUMBER(output, false),
    NUMBER(reply, false),
    NUMBER(recipients, false),
    NUMBER(messages, false),
    NUMBER(errors, false),
    NUMBER(unknown, false),
    NUMBER(idle_commands, false),
    NUMBER(repetitions, false),
    NUMBER(verifications, false),
    NUMBER(authentications, false),
    NUMBER(auth_line, false),
    NUMBER(patience, false),
    NUMBER(body_patience, false),
    NUMBER(progress, false),
    {NULL, 0, false},
};

static const struct bit *bit_find(const struct bit *table, const char *name, size_t length)
{
    for (; table->name != NULL; table++) {
        if (strlen(table->name) == length && memcmp(table->name, name, length) == 0)
            return table;
    }
    return NULL;
}

uint64_t transcript_extension(const char *name)
{
    const struct bit *found = bit_find(extensions, name, strlen(name));

    return found == NULL ? 0 : found->bit;
}

/* "+A,-B,C": C and those with a plus are set, those with a minus cleared. "none" in front clears all. */
static bool change_set(uint64_t *set, const struct bit *table, const char *list)
{
    if (strncmp(list, "none", 4) == 0) {
        *set = 0;
        list += list[4] == ',' ? 5 : 4;
    }
    while (*list != '\0') {
        bool off = *list == '-';
        const char *name = list + (off || *list == '+');
        size_t length = strcspn(name, ",");
        const struct bit *found = bit_find(table, name, length);

        if (found == NULL)
            return false;
        *set = off ? *set & ~found->bit : *set | found->bit;
        list = name + length;
        list += *list == ',';
    }
    return true;
}

static bool set_number(struct sansmtp_server_options *options, const struct number *number,
                       const char *value)
{
    char *end;
    uint64_t wide = strtoull(value, &end, 10);
    uint32_t narrow = (uint32_t)wide;
    char *member = (char *)options + number->offset;

    if (end == value || *end != '\0')
        return false;
    if (number->wide)
        memcpy(member, &wide, sizeof wide);
    else
        memcpy(member, &narrow, sizeof narrow);
    return true;
}

static bool set_string(struct transcript *transcript, size_t which, const char *value)
{
    struct sansmtp_server_options *options = &transcript->options;
    const char **strings[] = {&options->hostname, &options->greeting, &options->mechanisms};
    size_t *lengths[] = {&options->hostname_length, &options->greeting_length,
                         &options->mechanisms_length};

    free(transcript->strings[which]);
    transcript->strings[which] = strdup(value);
    *strings[which] = transcript->strings[which];
    *lengths[which] = strlen(value);
    return true;
}

static bool set_named(struct transcript *transcript, const char *name, size_t length,
                      const char *value)
{
    struct sansmtp_server_options *options = &transcript->options;
    static const char *const strings[] = {"hostname", "greeting", "mechanisms"};
    uint64_t set = options->leniency;

    for (size_t i = 0; i < 3; i++) {
        if (strlen(strings[i]) == length && memcmp(strings[i], name, length) == 0)
            return set_string(transcript, i, value);
    }
    for (const struct number *at = numbers; at->name != NULL; at++) {
        if (strlen(at->name) == length && memcmp(at->name, name, length) == 0)
            return set_number(options, at, value);
    }
    if (length == 7 && memcmp(name, "lenient", 7) == 0) {
        bool known = change_set(&set, leniencies, value);

        options->leniency = (uint32_t)set;
        return known;
    }
    return length == 10 && memcmp(name, "extensions", 10) == 0 &&
           change_set(&options->extensions, extensions, value);
}

static bool set_bare(struct transcript *transcript, const char *value)
{
    const struct bit *found = bit_find(bare_newlines, value, strlen(value));

    if (found != NULL)
        transcript->options.bare_newlines = (uint32_t)found->bit;
    return found != NULL;
}

static bool set_start(struct transcript *transcript, const char *value)
{
    text_clear(&transcript->start);
    text_add(&transcript->start, value, strlen(value));
    return true;
}

bool transcript_option(struct transcript *transcript, const char *word)
{
    const char *equals = strchr(word, '=');
    const struct bit *flag = bit_find(flags, word, strlen(word));
    const struct bit *own = bit_find(words, word, strlen(word));

    if (flag != NULL)
        transcript->options.flags |= (uint32_t)flag->bit;
    else if (own != NULL)
        transcript->words |= (uint32_t)own->bit;
    if (flag != NULL || own != NULL)
        return true;
    if (equals == NULL)
        return false;
    if (strncmp(word, "start=", 6) == 0)
        return set_start(transcript, equals + 1);
    if (strncmp(word, "bare=", 5) == 0)
        return set_bare(transcript, equals + 1);
    return set_named(transcript, word, (size_t)(equals - word), equals + 1);
}
