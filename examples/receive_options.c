#include "receive_options.h"

#include "arguments.h"
#include "option_table.h"
#include "receive_extensions.h"

#include <sansmtp/sansmtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>
#include <unistd.h>
#include <uv.h>

static const char usage[] =
    "usage: sansmtp-receive --domain D (--maildir DIR | --store none) [options]\n"
    "\n"
    "Receives mail by SMTP or LMTP.\n"
    "\n";

static const char signals[] =
    "\n"
    "SIGTERM and SIGINT let open transactions finish, for 30 seconds at most; a second one does\n"
    "not.\n";

#define HELP_COLUMN 25

enum option_letter {
    FIRST,
#define OPTION OPTION_LETTER
#include "receive_options.def"
#undef OPTION
    LETTERS_END
};

static const struct option_row rows[] = {
#define OPTION OPTION_ROW
#include "receive_options.def"
#undef OPTION
};

#define ROWS (sizeof rows / sizeof rows[0])

static int put_help(void)
{
    fputs(usage, stdout);
    option_table_help(rows, ROWS, HELP_COLUMN);
    fputs(signals, stdout);
    return EX_OK;
}

static int mistake(const char *what, const char *value)
{
    fprintf(stderr, "sansmtp-receive: %s%s\nTry sansmtp-receive --help.\n", what, value);
    return EX_USAGE;
}

static int read_count(uint64_t *number, const char *name, const char *text)
{
    if (argument_number(text, number)) {
        return -1;
    }
    fprintf(stderr, "sansmtp-receive: %s wants a number, not '%s'\n", name, text);
    return EX_USAGE;
}

static int read_listen(struct options *options, char *text)
{
    const char *wrong = argument_endpoint(text, &options->address, &options->port);

    if (wrong == NULL) {
        return -1;
    }
    fprintf(stderr, "sansmtp-receive: --listen wants %s, not %s\nTry sansmtp-receive --help.\n",
            wrong, text);
    return EX_USAGE;
}

static int read_bare_newline(struct options *options, const char *text)
{
    if (strcmp(text, "refuse") == 0) {
        options->bare_newlines = SANSMTP_BARE_REFUSE;
    } else if (strcmp(text, "normalise") == 0) {
        options->bare_newlines = SANSMTP_BARE_NORMALISE;
    } else if (strcmp(text, "pass") == 0) {
        options->bare_newlines = SANSMTP_BARE_PASS;
    } else {
        return mistake("--bare-newline wants refuse, normalise or pass, not ", text);
    }
    return -1;
}

static void add_domain(struct options *options, const char *domain)
{
    if (strcmp(domain, "*") == 0) {
        options->any_domain = true;
    }
    options->domains[options->domain_count++] = domain;
}

static int add_proxy(struct options *options, const char *address)
{
    uint8_t octets[16];

    if (strcmp(address, "*") != 0 && uv_inet_pton(AF_INET, address, octets) != 0 &&
        uv_inet_pton(AF_INET6, address, octets) != 0) {
        return mistake("--proxy-protocol wants the address of a proxy, or *, not ", address);
    }
    options->proxies[options->proxy_count++] = address;
    return -1;
}

static int add_trusted(struct options *options, const char *text)
{
    if (sansmtp_network_parse((const uint8_t *)text, strlen(text),
                              &options->trusted[options->trusted_count++]) != 0) {
        return mistake("--trust wants a network as 192.0.2.0/24, not ", text);
    }
    return -1;
}

static int add_limit(struct options *options, const char *text)
{
    struct recipient_limit *limit = &options->limits[options->limit_count++];
    const char *equals = strrchr(text, '=');

    if (equals == NULL || equals == text || !argument_number(equals + 1, &limit->octets)) {
        return mistake("--max-size-for wants ADDRESS=N, not ", text);
    }
    limit->address = text;
    limit->length = (size_t)(equals - text);
    return -1;
}

static int read_extensions(struct options *options, const char *text)
{
    return extensions_read(options, text) ? -1 : mistake("--extensions: not one of ours: ", text);
}

/* What the command line says of what is stored where: exactly one of --maildir and --store. */
struct stores {
    bool none;
};

static int read_text(struct options *options, struct stores *stores, int letter, char *text)
{
    switch (letter) {
    case LISTEN:
        return read_listen(options, text);
    case HOSTNAME:
        options->hostname = text;
        return -1;
    case DOMAIN:
        add_domain(options, text);
        return -1;
    case MAILDIR:
        options->maildir = text;
        return -1;
    case STORE:
        stores->none = strcmp(text, "none") == 0;
        return stores->none ? -1 : mistake("--store knows only none, not ", text);
    case TLS_CERT:
        options->certificate = text;
        return -1;
    case TLS_KEY:
        options->key = text;
        return -1;
    case AUTH_FILE:
        options->users = text;
        return -1;
    case PROXY_PROTOCOL:
        return add_proxy(options, text);
    case MAX_SIZE:
        return read_count(&options->max_size, "--max-size", text);
    case TRUST:
        return add_trusted(options, text);
    case EXTENSIONS:
        return read_extensions(options, text);
    case MAX_SIZE_FOR:
        return add_limit(options, text);
    case MAX_MESSAGES:
        return read_count(&options->max_messages, "--max-messages", text);
    case MAX_RECIPIENTS:
        return read_count(&options->max_recipients, "--max-recipients", text);
    case TIMEOUT:
        return read_count(&options->timeout, "--timeout", text);
    case BARE_NEWLINE:
        return read_bare_newline(options, text);
    default:
        options->log = text;
        return -1;
    }
}

static int read_one(struct options *options, struct stores *stores, int letter, char *text)
{
    switch (letter) {
    case LMTP:
        options->lmtp = true;
        return -1;
    case TLS_IMPLICIT:
        options->tls_implicit = true;
        return -1;
    case AUTH_WITHOUT_TLS:
        options->auth_without_tls = true;
        return -1;
    case SUBMISSION:
        options->submission = true;
        return -1;
    case TRACE:
        options->trace = true;
        return -1;
    case HELP:
        return put_help();
    case VERSION:
        printf("sansmtp-receive %s\n", sansmtp_version());
        return EX_OK;
    case '?':
        fputs("Try sansmtp-receive --help.\n", stderr);
        return EX_USAGE;
    default:
        return read_text(options, stores, letter, text);
    }
}

static int check_together(struct options *options, const struct stores *stores)
{
    if (options->domain_count == 0) {
        return mistake("say for which domains mail is taken: --domain D, or --domain '*'", "");
    }
    if (stores->none == (options->maildir != NULL)) {
        return mistake("say where mail goes: either --maildir DIR or --store none", "");
    }
    if (options->key != NULL && options->certificate == NULL) {
        return mistake("--tls-key needs --tls-cert", "");
    }
    if (options->tls_implicit && options->certificate == NULL) {
        return mistake("--tls-implicit needs --tls-cert", "");
    }
    if (options->auth_without_tls && options->users == NULL) {
        return mistake("--auth-without-tls needs --auth-file", "");
    }
    if (options->users != NULL && options->certificate == NULL && !options->auth_without_tls) {
        return mistake("--auth-file needs --tls-cert, or --auth-without-tls", "");
    }
    if (options->max_recipients > UINT32_MAX || options->max_messages > UINT32_MAX ||
        options->timeout > UINT32_MAX) {
        return mistake("--max-recipients, --max-messages or --timeout is out of range", "");
    }
    return -1;
}

static void set_defaults(struct options *options)
{
    static char hostname[256];

    *options = (struct options){.address = "127.0.0.1",
                                .port = "2525",
                                .hostname = "localhost",
                                .max_size = UINT64_C(32) << 20,
                                .max_recipients = 1000};
    if (gethostname(hostname, sizeof hostname - 1) == 0 && hostname[0] != '\0') {
        options->hostname = hostname;
    }
}

/* Room for as many values as the command line can have. */
static bool make_room(struct options *options, size_t count)
{
    options->domains = calloc(count, sizeof *options->domains);
    options->proxies = calloc(count, sizeof *options->proxies);
    options->trusted = calloc(count, sizeof *options->trusted);
    options->limits = calloc(count, sizeof *options->limits);
    return options->domains != NULL && options->proxies != NULL && options->trusted != NULL &&
           options->limits != NULL;
}

int options_read(struct options *options, int argc, char **argv)
{
    struct option known[ROWS + 1];
    struct stores stores = {false};
    int letter, status;

    set_defaults(options);
    if (!make_room(options, (size_t)argc)) {
        return EX_OSERR;
    }
    option_table_known(rows, ROWS, FIRST + 1, known);
    while ((letter = getopt_long(argc, argv, "", known, NULL)) != -1) {
        status = read_one(options, &stores, letter, optarg);
        if (status >= 0) {
            return status;
        }
    }
    if (optind < argc) {
        return mistake("it takes no argument without an option: ", argv[optind]);
    }
    if (options->certificate != NULL && options->key == NULL) {
        options->key = options->certificate;
    }
    return check_together(options, &stores);
}

bool options_serve(const struct options *options, const uint8_t *domain, size_t length)
{
    if (options->any_domain) {
        return true;
    }
    for (size_t i = 0; i < options->domain_count; i++) {
        if (strlen(options->domains[i]) == length &&
            strncasecmp(options->domains[i], (const char *)domain, length) == 0) {
            return true;
        }
    }
    return false;
}
