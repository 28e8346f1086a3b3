#define _DEFAULT_SOURCE

/* The options line of a case: words of struct sansmtp_server_options by the names they have
 * there. */

#include "transcript_reader.h"

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
    {"submission", SANSMTP_SERVER_SUBMISSION},
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

/* The words that a made-up host brings along: the option "additions". */
static const struct sansmtp_own_extension own_extensions[] = {
    {.keyword = "XTEST",
     .keyword_length = 5,
     .value = "one two",
     .value_length = 7,
     .number = 48,
     .mail = 40,
     .rcpt = 20},
    {.keyword = "XMUTE", .keyword_length = 5, .number = 62},
};

static const struct sansmtp_own_parameter own_parameters[] = {
    {"XWEIGHT", 7, 48, SANSMTP_VERB_MAIL, 48, SANSMTP_OWN_VALUE_REQUIRED},
    {"XQUIET", 6, 49, SANSMTP_VERB_MAIL, 62, SANSMTP_OWN_VALUE_NONE},
    {"XNOTE", 5, 50, SANSMTP_VERB_RCPT, 48, SANSMTP_OWN_VALUE_OPTIONAL},
};

static const struct sansmtp_own_verb own_verbs[] = {
    {"XPING", 5, "XPING [string]", 14, 256, 48},
    {"XFREE", 5, NULL, 0, 257, 0},
};

const struct sansmtp_additions transcript_additions = {
    .size = sizeof transcript_additions,
    .extensions_count = 2,
    .parameters_count = 3,
    .verbs_count = 2,
    .extensions = own_extensions,
    .parameters = own_parameters,
    .verbs = own_verbs,
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
    NUMBER(hold_until, true),
    NUMBER(hold_for, false),
    NUMBER(deliver_by, false),
    NUMBER(recipient_domains, false),
    {NULL, 0, false},
};

static const struct bit *bit_find(const struct bit *table, const char *name, size_t length)
{
    for (; table->name != NULL; table++) {
        if (strlen(table->name) == length && memcmp(table->name, name, length) == 0) {
            return table;
        }
    }
    return NULL;
}

static bool is_word(const char *word, const char *name, size_t length)
{
    return strlen(word) == length && memcmp(word, name, length) == 0;
}

static uint64_t extension_find(const char *name, size_t length)
{
    for (uint32_t i = 0; strcmp(sansmtp_extension_name(i), "?") != 0; i++) {
        if (is_word(sansmtp_extension_name(i), name, length)) {
            return UINT64_C(1) << i;
        }
    }
    for (uint32_t i = 0; i < transcript_additions.extensions_count; i++) {
        if (is_word(own_extensions[i].keyword, name, length)) {
            return UINT64_C(1) << own_extensions[i].number;
        }
    }
    return 0;
}

uint64_t transcript_extension(const char *name)
{
    return extension_find(name, strlen(name));
}

/* The bit of a name in the table; no table: of an extension. */
static uint64_t find(const struct bit *table, const char *name, size_t length)
{
    const struct bit *found = table == NULL ? NULL : bit_find(table, name, length);

    if (table == NULL) {
        return extension_find(name, length);
    }
    return found == NULL ? 0 : found->bit;
}

/* "+A,-B,C": C and those with a plus are set, those with a minus cleared. "none" in front clears
 * all. */
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
        uint64_t bit = find(table, name, length);

        if (bit == 0) {
            return false;
        }
        *set = off ? *set & ~bit : *set | bit;
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

    if (end == value || *end != '\0') {
        return false;
    }
    if (number->wide) {
        memcpy(member, &wide, sizeof wide);
    } else {
        memcpy(member, &narrow, sizeof narrow);
    }
    return true;
}

static const struct {
    const char *name;
    size_t text, length;
} strings[] = {
#define STRING(name)                                               \
    {                                                              \
#name, offsetof(struct sansmtp_server_options, name),      \
            offsetof(struct sansmtp_server_options, name##_length) \
    }
    STRING(hostname), STRING(greeting),      STRING(mechanisms),
    STRING(urls),     STRING(solicitations), STRING(priorities),
};

static bool set_string(struct transcript *transcript, size_t which, const char *value)
{
    char *options = (char *)&transcript->server;
    size_t length = strlen(value);

    free(transcript->strings[which]);
    transcript->strings[which] = strdup(value);
    memcpy(options + strings[which].text, &transcript->strings[which], sizeof(char *));
    memcpy(options + strings[which].length, &length, sizeof length);
    return true;
}

static bool set_named(struct transcript *transcript, const char *name, size_t length,
                      const char *value)
{
    struct sansmtp_server_options *options = &transcript->server;
    uint64_t set = options->leniency;

    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        if (is_word(strings[i].name, name, length)) {
            return set_string(transcript, i, value);
        }
    }
    for (const struct number *at = numbers; at->name != NULL; at++) {
        if (strlen(at->name) == length && memcmp(at->name, name, length) == 0) {
            return set_number(options, at, value);
        }
    }
    if (length == 7 && memcmp(name, "lenient", 7) == 0) {
        bool known = change_set(&set, leniencies, value);

        options->leniency = (uint32_t)set;
        return known;
    }
    return length == 10 && memcmp(name, "extensions", 10) == 0 &&
           change_set(&options->extensions, NULL, value);
}

static bool set_bare(struct transcript *transcript, const char *value)
{
    const struct bit *found = bit_find(bare_newlines, value, strlen(value));

    if (found != NULL) {
        transcript->server.bare_newlines = (uint32_t)found->bit;
    }
    return found != NULL;
}

static bool set_start(struct transcript *transcript, const char *value)
{
    text_clear(&transcript->start);
    text_add(&transcript->start, value, strlen(value));
    return true;
}

bool server_transcript_option(struct transcript *transcript, const char *word)
{
    const char *equals = strchr(word, '=');
    const struct bit *flag = bit_find(flags, word, strlen(word));
    const struct bit *own = bit_find(words, word, strlen(word));

    if (flag != NULL) {
        transcript->server.flags |= (uint32_t)flag->bit;
    } else if (own != NULL) {
        transcript->words |= (uint32_t)own->bit;
    }
    if (strcmp(word, "additions") == 0) {
        transcript->server.additions = &transcript_additions;
        return true;
    }
    if (flag != NULL || own != NULL) {
        return true;
    }
    if (equals == NULL) {
        return false;
    }
    if (strncmp(word, "start=", 6) == 0) {
        return set_start(transcript, equals + 1);
    }
    if (strncmp(word, "bare=", 5) == 0) {
        return set_bare(transcript, equals + 1);
    }
    return set_named(transcript, word, (size_t)(equals - word), equals + 1);
}
