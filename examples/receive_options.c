#include "receive_options.h"

#include "arguments.h"

#include <getopt.h>
#include <sansmtp/sansmtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>
#include <unistd.h>
#include <uv.h>

static const char help[] =
    "usage: sansmtp-receive --domain D (--maildir DIR | --store none) [options]\n"
    "\n"
    "Receives mail by SMTP or LMTP.\n"
    "\n"
    "  --listen ADDR:PORT     where to listen (default 127.0.0.1:2525); port 0: any free one;\n"
    "                         the first line on standard output says which\n"
    "  --lmtp                 speak LMTP: one answer a recipient\n"
    "  --hostname NAME        our name in the greeting (default: this machine's)\n"
    "  --domain D             take mail for this domain; repeatable; * takes any\n"
    "  --maildir DIR          store a recipient's mail under DIR/<address>/new/\n"
    "  --store none           accept and drop, for measuring\n"
    "  --tls-cert FILE        certificate chain, PEM; offers STARTTLS\n"
    "  --tls-key FILE         its key (default: in the file of the certificate)\n"
    "  --tls-implicit         TLS from the first octet, instead of STARTTLS\n"
    "  --auth-file FILE       lines user:crypt(3)-hash; offers AUTH PLAIN and LOGIN under TLS;\n"
    "                         or user:{SCRAM-SHA-256}..., if it was built with GNU SASL\n"
    "  --auth-without-tls     offers them in clear too\n"
    "  --proxy-protocol ADDR  each connection begins with a header of the PROXY protocol, and comes\n"
    "                         from the proxy ADDR; repeatable; * is any\n"
    "  --max-size N           octets of the largest message (default 33554432; 0: no limit)\n"
    "  --max-recipients N     per message (default 1000; 0: no limit)\n"
    "  --timeout S            seconds of every wait for the peer (default: as RFC 5321)\n"
    "  --bare-newline WHAT    refuse (default), normalise or pass a bare CR or LF in DATA\n"
    "  --trace                show the dialogues on standard error, credentials left out\n"
    "  --log FILE             a line for each session event; - is standard error\n"
    "  --help, --version\n"
    "\n"
    "SIGTERM and SIGINT let open transactions finish, for 30 seconds at most; a second one does\n"
    "not.\n";

enum option_letter {
    LISTEN = 1,
    LMTP,
    HOSTNAME,
    DOMAIN,
    MAILDIR,
    STORE,
    TLS_CERT,
    TLS_KEY,
    TLS_IMPLICIT,
    AUTH_FILE,
    AUTH_WITHOUT_TLS,
    PROXY_PROTOCOL,
    MAX_SIZE,
    MAX_RECIPIENTS,
    TIMEOUT,
    BARE_NEWLINE,
    TRACE,
    LOG,
    HELP,
    VERSION
};

static const struct option known[] = {
    {"listen", required_argument, NULL, LISTEN},
    {"lmtp", no_argument, NULL, LMTP},
    {"hostname", required_argument, NULL, HOSTNAME},
    {"domain", required_argument, NULL, DOMAIN},
    {"maildir", required_argument, NULL, MAILDIR},
    {"store", required_argument, NULL, STORE},
    {"tls-cert", required_argument, NULL, TLS_CERT},
    {"tls-key", required_argument, NULL, TLS_KEY},
    {"tls-implicit", no_argument, NULL, TLS_IMPLICIT},
    {"auth-file", required_argument, NULL, AUTH_FILE},
    {"auth-without-tls", no_argument, NULL, AUTH_WITHOUT_TLS},
    {"proxy-protocol", required_argument, NULL, PROXY_PROTOCOL},
    {"max-size", required_argument, NULL, MAX_SIZE},
    {"max-recipients", required_argument, NULL, MAX_RECIPIENTS},
    {"timeout", required_argument, NULL, TIMEOUT},
    {"bare-newline", required_argument, NULL, BARE_NEWLINE},
    {"trace", no_argument, NULL, TRACE},
    {"log", required_argument, NULL, LOG},
    {"help", no_argument, NULL, HELP},
    {"version", no_argument, NULL, VERSION},
    {NULL, 0, NULL, 0},
};

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
    case TRACE:
        options->trace = true;
        return -1;
    case HELP:
        fputs(help, stdout);
        return EX_OK;
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
    if (options->max_recipients > UINT32_MAX || options->timeout > UINT32_MAX) {
        return mistake("--max-recipients or --timeout is out of range", "");
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

int options_read(struct options *options, int argc, char **argv)
{
    struct stores stores = {false};
    int letter, status;

    set_defaults(options);
    options->domains = calloc((size_t)argc, sizeof *options->domains);
    options->proxies = calloc((size_t)argc, sizeof *options->proxies);
    if (options->domains == NULL || options->proxies == NULL) {
        return EX_OSERR;
    }
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
