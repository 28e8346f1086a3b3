#include "config.h"

#include "../arguments.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum kind { TEXT, TEXTS, NUMBER, SWITCH, RATE, NETWORKS, WORD };

struct option {
    enum kind kind;
    size_t offset; /* into struct config */
    const char *name, *value, *standard, *help;
};

static const struct option known[] = {
#define SECTION(title) {TEXT, 0, NULL, title, NULL, NULL},
#define OPTION(kind, member, name, value, standard, help) \
    {kind, offsetof(struct config, member), name, value, standard, help},
#include "config.def"
};

#define COUNT (sizeof known / sizeof known[0])

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

static const char *read_value(struct config *config, const struct option *option, char *text)
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

static const struct option *find(const char *name, size_t length)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (known[i].name != NULL && strlen(known[i].name) == length &&
            memcmp(known[i].name, name, length) == 0) {
            return &known[i];
        }
    }
    return NULL;
}

/* -- the file --------------------------------------------------------------------------------- */

static int complain_line(const char *path, size_t line, const char *name, const char *wanted)
{
    fprintf(stderr, "sansmtp-relay: %s:%zu: %s wants %s\n", path, line, name, wanted);
    return EX_CONFIG;
}

/* Cuts white space off both ends. */
static char *trimmed(char *text)
{
    size_t length;

    text += strspn(text, " \t");
    length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL) {
        text[--length] = '\0';
    }
    return text;
}

/* text stays: values point into it. */
static int read_line(struct config *config, char *text, const char *path, size_t line)
{
    char *name = trimmed(text);
    size_t length = strcspn(name, " \t");
    const struct option *option = find(name, length);
    const char *wanted;

    if (name[0] == '\0' || name[0] == '#') {
        return -1;
    }
    if (option == NULL) {
        fprintf(stderr, "sansmtp-relay: %s:%zu: there is no option %s\n", path, line, name);
        return EX_CONFIG;
    }
    if (name[length] == '\0') {
        return complain_line(path, line, option->name, option->value);
    }
    wanted = read_value(config, option, trimmed(name + length));
    return wanted == NULL ? -1 : complain_line(path, line, option->name, wanted);
}

/* The file as it is, with a NUL behind it; NULL if it cannot be read or has a NUL in it. */
static char *whole_file(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t capacity = 0;
    int problem;

    if (file == NULL) {
        return NULL;
    }
    if (getdelim(&text, &capacity, '\0', file) < 0 && text != NULL) {
        text[0] = '\0'; /* there is nothing in it */
    }
    problem = fgetc(file) != EOF ? EINVAL : ferror(file) != 0 ? errno : 0;
    fclose(file);
    if (problem != 0) {
        free(text);
        text = NULL;
        errno = problem;
    }
    return text;
}

static int read_file(struct config *config, const char *path)
{
    size_t line = 0;
    int status = -1;
    char *rest;

    config->text = whole_file(path);
    if (config->text == NULL) {
        fprintf(stderr, "sansmtp-relay: cannot read %s: %s\n", path, strerror(errno));
        return EX_NOINPUT;
    }
    rest = config->text;
    while (status < 0 && rest != NULL) {
        status = read_line(config, strsep(&rest, "\n"), path, ++line);
    }
    return status;
}

/* -- the command line ------------------------------------------------------------------------- */

static int help(void)
{
    puts("usage: sansmtp-relay [--config FILE] [--option value ...]\n"
         "       sansmtp-relay [--config FILE] queue list|show|retry|hold|release|delete ...\n"
         "\n"
         "A mail server. Each option is also a line of FILE: option value.\n"
         "\n"
         "  --config FILE          read options from it, before those of the command line\n"
         "  --help, --version");
    for (size_t i = 0; i < COUNT; i++) {
        char left[64];

        if (known[i].name == NULL) {
            printf("\n%s\n", known[i].value);
            continue;
        }
        snprintf(left, sizeof left, "--%s %s", known[i].name, known[i].value);
        printf(strlen(left) < 30 ? "  %-30s%s" : "  %s\n%32s%s", left,
               strlen(left) < 30 ? known[i].help : "", known[i].help);
        if (known[i].standard != NULL) {
            printf(" (default %s)", known[i].standard);
        }
        putchar('\n');
    }
    puts("\nsansmtp-relay queue list [--after ID] [--limit N]\n"
         "sansmtp-relay queue show|retry|hold|release|delete ID, or all but for show\n"
         "\n"
         "SIGTERM and SIGINT let open transactions finish, for 30 seconds at most; a second one\n"
         "does not.");
    return EX_OK;
}

static int mistake(const char *what, const char *value)
{
    fprintf(stderr, "sansmtp-relay: %s%s\nTry sansmtp-relay --help.\n", what, value);
    return EX_USAGE;
}

static int read_argument(struct config *config, const char *argument, char *value)
{
    const struct option *option = find(argument + 2, strlen(argument + 2));
    const char *wanted;

    if (option == NULL) {
        return mistake("there is no option ", argument);
    }
    if (value == NULL) {
        fprintf(stderr, "sansmtp-relay: %s wants %s\n", argument, option->value);
        return EX_USAGE;
    }
    wanted = read_value(config, option, value);
    if (wanted != NULL) {
        fprintf(stderr, "sansmtp-relay: %s wants %s, not '%s'\n", argument, wanted, value);
        return EX_USAGE;
    }
    return -1;
}

static int read_arguments(struct config *config, int argc, char **argv, int *rest)
{
    int status = -1, i = 1;

    for (; status < 0 && i < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        if (strcmp(argv[i], "--config") != 0) {
            status = read_argument(config, argv[i], argv[i + 1]);
        }
    }
    *rest = i;
    return status;
}

/* --config comes first, wherever it stands; and what only asks needs no file. */
static int read_first(struct config *config, int argc, char **argv)
{
    int status = -1;

    for (int i = 1; status < 0 && i < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        if (strcmp(argv[i], "--help") == 0) {
            return help();
        }
        if (strcmp(argv[i], "--version") == 0) {
            printf("sansmtp-relay %s\n", sansmtp_version());
            return EX_OK;
        }
        if (strcmp(argv[i], "--config") == 0) {
            status = argv[i + 1] == NULL ? mistake("--config wants a file", "")
                                         : read_file(config, argv[i + 1]);
        }
    }
    return status;
}

static void set_defaults(struct config *config)
{
    static char hostname[256], text[COUNT][64];

    memset(config, 0, sizeof *config);
    for (size_t i = 0; i < COUNT; i++) {
        if (known[i].standard != NULL) {
            snprintf(text[i], sizeof text[i], "%s", known[i].standard);
            read_value(config, &known[i], text[i]);
        }
    }
    config->hostname = "localhost";
    if (gethostname(hostname, sizeof hostname - 1) == 0 && hostname[0] != '\0') {
        config->hostname = hostname;
    }
}

int config_read(struct config *config, int argc, char **argv, int *rest)
{
    int status;

    set_defaults(config);
    status = read_first(config, argc, argv);
    if (status < 0) {
        status = read_arguments(config, argc, argv, rest);
    }
    if (config->tls_key == NULL) {
        config->tls_key = config->tls_cert;
    }
    return status;
}

void config_retry(const struct config *config, struct sansmtp_retry_options *options)
{
    sansmtp_retry_options_init(options, sizeof *options);
    options->first = (uint32_t)config->retry_first;
    options->greylisted = (uint32_t)config->retry_greylisted;
    options->longest = (uint32_t)config->retry_longest;
    options->warn_after = config->warn_after;
    options->lifetime = config->lifetime;
    options->bounce_lifetime = config->bounce_lifetime;
}
