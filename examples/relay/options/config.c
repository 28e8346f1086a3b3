#include "config.h"

#include "../../safe_text.h"
#include "config_file.h"
#include "config_option.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static int help(void)
{
    puts("usage: sansmtp-relay [--config FILE] [--option value ...]\n"
         "       sansmtp-relay [--config FILE] [--option value ...] check\n"
         "       sansmtp-relay [--config FILE] queue list|show|retry|hold|release|delete ...\n"
         "\n"
         "A mail server. Each option is also a line of FILE: option value.\n"
         "\n"
         "  --config FILE          read options from it, before those of the command line\n"
         "  --help, --version");
    for (size_t i = 0; i < CONFIG_OPTION_COUNT; i++) {
        char left[64];

        if (config_options[i].name == NULL) {
            printf("\n%s\n", config_options[i].value);
            continue;
        }
        snprintf(left, sizeof left, "--%s %s", config_options[i].name, config_options[i].value);
        printf(strlen(left) < 30 ? "  %-30s%s" : "  %s\n%32s%s", left,
               strlen(left) < 30 ? config_options[i].help : "", config_options[i].help);
        if (config_options[i].standard != NULL) {
            printf(" (default %s)", config_options[i].standard);
        }
        putchar('\n');
    }
    puts("\nsansmtp-relay check: are the options fine, and the files that they name? Makes "
         "nothing.\n"
         "sansmtp-relay queue list [--after ID] [--limit N]\n"
         "sansmtp-relay queue show|retry|hold|release|delete ID, or all but for show\n"
         "\n"
         "SIGHUP opens the log anew, and reads certificates, users and passwords again.\n"
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
    const struct config_option *option = config_option_find(argument + 2, strlen(argument + 2));
    const char *wanted;

    if (option == NULL) {
        return mistake("there is no option ", argument);
    }
    if (value == NULL) {
        fprintf(stderr, "sansmtp-relay: %s wants %s\n", argument, option->value);
        return EX_USAGE;
    }
    wanted = config_option_read(option, config, value);
    if (wanted != NULL) {
        fprintf(stderr, "sansmtp-relay: %s wants %s, not '", argument, wanted);
        put_safely(stderr, (const uint8_t *)value, strlen(value));
        fputs("'\n", stderr);
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
        if (strcmp(argv[i], "--config") == 0 && config->path != NULL) {
            status = mistake("there can be one --config", "");
        } else if (strcmp(argv[i], "--config") == 0) {
            status = argv[i + 1] == NULL ? mistake("--config wants a file", "")
                                         : config_file_read(config, argv[i + 1]);
        }
    }
    return status;
}

static void set_defaults(struct config *config)
{
    static char hostname[256], text[CONFIG_OPTION_COUNT][64];

    memset(config, 0, sizeof *config);
    for (size_t i = 0; i < CONFIG_OPTION_COUNT; i++) {
        if (config_options[i].standard != NULL) {
            snprintf(text[i], sizeof text[i], "%s", config_options[i].standard);
            config_option_read(&config_options[i], config, text[i]);
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
