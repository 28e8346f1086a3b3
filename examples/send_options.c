#include "send_options.h"

#include "arguments.h"
#include "send_sasl.h"

#include <getopt.h>
#include <sansmtp/sansmtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static const char help[] =
    "usage: sansmtp-send --server HOST:PORT --from A --to B [options] BODYFILE|-\n"
    "\n"
    "Sends a message by SMTP or LMTP.\n"
    "\n"
    "  --server HOST:PORT      where to connect to; an IPv6 address in brackets\n"
    "  --from A                the sender; '' is the null reverse-path\n"
    "  --to B                  a recipient; repeatable\n"
    "  --hello NAME            our name (default: this machine's)\n"
    "  --lmtp                  speak LMTP: one answer a recipient\n"
    "  --tls HOW               required (default), opportunistic or none: STARTTLS\n"
    "  --tls-implicit          TLS from the first octet, instead of STARTTLS\n"
    "  --ca FILE               trust these certificates, PEM (default: the system's)\n"
    "  --insecure              do not look whose certificate it is\n"
    "  --auth-user U           authenticate, by PLAIN or LOGIN\n"
    "  --auth-password-file F  the password is F's first line\n"
    "  --auth-mechanism M      by this one alone; beside these two, if it was built with GNU "
    "SASL:\n"
    "                          SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5\n"
    "  --auth-without-tls      authenticate in clear, or to whom we cannot verify, too\n"
    "  --chunking HOW          auto (default) or off: BDAT\n"
    "  --body-newlines HOW     normalise (default) or refuse a bare CR or LF in the message\n"
    "  --dsn-notify WHEN       never, or a list of success,failure,delay\n"
    "  --dsn-ret WHAT          full or hdrs\n"
    "  --envid ID              the envelope's name in delivery status notifications\n"
    "  --smtputf8              the message has UTF-8 in its header fields\n"
    "  --timeout S             seconds of every wait for the server (default: as RFC 5321)\n"
    "  --trace FILE            the dialogue, credentials left out; - is standard error\n"
    "  --help, --version\n"
    "\n"
    "Ends with 0 if all is delivered, 69 if it is refused for good, 75 if it may be tried again\n"
    "or nobody knows, 76 if the server makes no sense, 77 if nothing could be sent to it.\n";

enum option_letter {
    SERVER = 1,
    FROM,
    TO,
    HELLO,
    LMTP,
    TLS,
    TLS_IMPLICIT,
    CA,
    INSECURE,
    AUTH_USER,
    AUTH_PASSWORD_FILE,
    AUTH_MECHANISM,
    AUTH_WITHOUT_TLS,
    CHUNKING,
    BODY_NEWLINES,
    DSN_NOTIFY,
    DSN_RET,
    ENVID,
    SMTPUTF8,
    REQUIRETLS,
    TIMEOUT,
    TRACE,
    HELP,
    VERSION
};

static const struct option known[] = {
    {"server", required_argument, NULL, SERVER},
    {"from", required_argument, NULL, FROM},
    {"to", required_argument, NULL, TO},
    {"hello", required_argument, NULL, HELLO},
    {"lmtp", no_argument, NULL, LMTP},
    {"tls", required_argument, NULL, TLS},
    {"tls-implicit", no_argument, NULL, TLS_IMPLICIT},
    {"ca", required_argument, NULL, CA},
    {"insecure", no_argument, NULL, INSECURE},
    {"auth-user", required_argument, NULL, AUTH_USER},
    {"auth-password-file", required_argument, NULL, AUTH_PASSWORD_FILE},
    {"auth-mechanism", required_argument, NULL, AUTH_MECHANISM},
    {"auth-without-tls", no_argument, NULL, AUTH_WITHOUT_TLS},
    {"chunking", required_argument, NULL, CHUNKING},
    {"body-newlines", required_argument, NULL, BODY_NEWLINES},
    {"dsn-notify", required_argument, NULL, DSN_NOTIFY},
    {"dsn-ret", required_argument, NULL, DSN_RET},
    {"envid", required_argument, NULL, ENVID},
    {"smtputf8", no_argument, NULL, SMTPUTF8},
    {"requiretls", no_argument, NULL, REQUIRETLS},
    {"timeout", required_argument, NULL, TIMEOUT},
    {"trace", required_argument, NULL, TRACE},
    {"help", no_argument, NULL, HELP},
    {"version", no_argument, NULL, VERSION},
    {NULL, 0, NULL, 0},
};

static int mistake(const char *what, const char *value)
{
    fprintf(stderr, "sansmtp-send: %s%s\nTry sansmtp-send --help.\n", what, value);
    return EX_USAGE;
}

/* -- values ----------------------------------------------------------------------------------- */

struct word {
    const char *text;
    uint32_t value;
};

static const struct word tls_words[] = {{"none", SANSMTP_CLIENT_TLS_NONE},
                                        {"opportunistic", SANSMTP_CLIENT_TLS_OPPORTUNISTIC},
                                        {"required", SANSMTP_CLIENT_TLS_REQUIRED},
                                        {NULL, 0}};
static const struct word chunking_words[] = {
    {"auto", SANSMTP_CLIENT_CHUNKING_AUTO}, {"off", SANSMTP_CLIENT_CHUNKING_OFF}, {NULL, 0}};
static const struct word newlines_words[] = {{"normalise", SANSMTP_CLIENT_NEWLINES_NORMALISE},
                                             {"refuse", SANSMTP_CLIENT_NEWLINES_REFUSE},
                                             {NULL, 0}};
static const struct word notify_words[] = {{"never", SANSMTP_NOTIFY_NEVER},
                                           {"success", SANSMTP_NOTIFY_SUCCESS},
                                           {"failure", SANSMTP_NOTIFY_FAILURE},
                                           {"delay", SANSMTP_NOTIFY_DELAY},
                                           {NULL, 0}};
static const struct word ret_words[] = {
    {"full", SANSMTP_RET_FULL}, {"hdrs", SANSMTP_RET_HDRS}, {NULL, 0}};

static const struct word *find(const struct word *words, const char *text, size_t length)
{
    for (; words->text != NULL; words++) {
        if (strlen(words->text) == length && memcmp(words->text, text, length) == 0) {
            return words;
        }
    }
    return NULL;
}

static int read_word(uint32_t *value, const struct word *words, const char *wanted,
                     const char *text)
{
    const struct word *found = find(words, text, strlen(text));

    if (found == NULL) {
        return mistake(wanted, text);
    }
    *value = found->value;
    return -1;
}

/* RFC 3461 4.1: NEVER stands alone. */
static int read_notify(struct options *options, const char *text)
{
    const char *const wanted = "--dsn-notify wants never, or some of success,failure,delay, not ";

    options->notify = 0;
    for (const char *at = text;;) {
        size_t length = strcspn(at, ",");
        const struct word *found = find(notify_words, at, length);

        if (found == NULL) {
            return mistake(wanted, text);
        }
        options->notify |= found->value;
        if (at[length] == '\0') {
            break;
        }
        at += length + 1;
    }
    if ((options->notify & SANSMTP_NOTIFY_NEVER) != 0 && options->notify != SANSMTP_NOTIFY_NEVER) {
        return mistake(wanted, text);
    }
    return -1;
}

static int read_server(struct options *options, char *text)
{
    const char *wrong = argument_endpoint(text, &options->host, &options->port);

    if (wrong != NULL) {
        fprintf(stderr, "sansmtp-send: --server wants %s, not %s\nTry sansmtp-send --help.\n",
                wrong, text);
        return EX_USAGE;
    }
    return -1;
}

static int read_timeout(struct options *options, const char *text)
{
    if (!argument_number(text, &options->timeout) || options->timeout == 0 ||
        options->timeout > UINT32_MAX) {
        return mistake("--timeout wants a number of seconds, not ", text);
    }
    return -1;
}

/* What the engine would refuse anyway, told before there is a connection. */
static int check_mailbox(struct options *options, const char *text, uint32_t accept)
{
    struct sansmtp_path path = {.size = sizeof path};
    char bracketed[400];
    int length = snprintf(bracketed, sizeof bracketed, "<%s>", text);

    if (length < 0 || (size_t)length >= sizeof bracketed ||
        sansmtp_path_parse((const uint8_t *)bracketed, (size_t)length,
                           accept | SANSMTP_ACCEPT_UTF8 | SANSMTP_ACCEPT_LONG_LOCAL, &path) != 0 ||
        path.raw.length != (size_t)length || path.route.length > 0) {
        return mistake("not a mailbox: ", text);
    }
    if ((path.flags & SANSMTP_FLAG_UTF8) != 0) {
        options->smtputf8 = true;
    }
    return -1;
}

static int read_from(struct options *options, const char *text)
{
    options->from = strcmp(text, "<>") == 0 ? "" : text;
    return check_mailbox(options, options->from, SANSMTP_ACCEPT_NULL);
}

static int read_to(struct options *options, const char *text)
{
    options->to[options->to_count++] = text;
    return check_mailbox(options, text, SANSMTP_ACCEPT_POSTMASTER);
}

/* -- the options ------------------------------------------------------------------------------ */

static int read_text(struct options *options, int letter, char *text)
{
    switch (letter) {
    case SERVER:
        return read_server(options, text);
    case FROM:
        return read_from(options, text);
    case TO:
        return read_to(options, text);
    case HELLO:
        options->hello = text;
        return -1;
    case TLS:
        return read_word(&options->tls, tls_words,
                         "--tls wants required, opportunistic or none, not ", text);
    case CA:
        options->authorities = text;
        return -1;
    case AUTH_USER:
        options->user = text;
        return -1;
    case AUTH_PASSWORD_FILE:
        options->password_file = text;
        return -1;
    case AUTH_MECHANISM:
        options->mechanism = text;
        return strcmp(text, "PLAIN") == 0 || strcmp(text, "LOGIN") == 0 || sasl_knows(text)
                   ? -1
                   : mistake("--auth-mechanism: this program does not know ", text);
    case CHUNKING:
        return read_word(&options->chunking, chunking_words, "--chunking wants auto or off, not ",
                         text);
    case BODY_NEWLINES:
        return read_word(&options->newlines, newlines_words,
                         "--body-newlines wants normalise or refuse, not ", text);
    case DSN_NOTIFY:
        return read_notify(options, text);
    case DSN_RET:
        return read_word(&options->ret, ret_words, "--dsn-ret wants full or hdrs, not ", text);
    case ENVID:
        options->envid = text;
        return -1;
    case TIMEOUT:
        return read_timeout(options, text);
    default:
        options->trace = text;
        return -1;
    }
}

static int read_one(struct options *options, int letter, char *text)
{
    switch (letter) {
    case LMTP:
        options->lmtp = true;
        return -1;
    case TLS_IMPLICIT:
        options->tls_implicit = true;
        return -1;
    case INSECURE:
        options->insecure = true;
        return -1;
    case AUTH_WITHOUT_TLS:
        options->auth_without_tls = true;
        return -1;
    case SMTPUTF8:
        options->smtputf8 = true;
        return -1;
    case REQUIRETLS:
        return mistake("--requiretls (RFC 8689) is not there yet: nothing is sent without it", "");
    case HELP:
        fputs(help, stdout);
        return EX_OK;
    case VERSION:
        printf("sansmtp-send %s\n", sansmtp_version());
        return EX_OK;
    case '?':
        fputs("Try sansmtp-send --help.\n", stderr);
        return EX_USAGE;
    default:
        return read_text(options, letter, text);
    }
}

static int check_together(const struct options *options)
{
    uint32_t kind;

    if (options->host == NULL) {
        return mistake("say where to connect to: --server HOST:PORT", "");
    }
    if (options->from == NULL) {
        return mistake("say who sends: --from A", "");
    }
    if (options->to_count == 0) {
        return mistake("say to whom: --to B", "");
    }
    if (options->tls_implicit && options->tls != SANSMTP_CLIENT_TLS_REQUIRED) {
        return mistake("--tls-implicit is TLS that is required", "");
    }
    if ((options->user == NULL) != (options->password_file == NULL)) {
        return mistake("--auth-user and --auth-password-file need each other", "");
    }
    if (options->mechanism != NULL && options->user == NULL) {
        return mistake("--auth-mechanism needs --auth-user", "");
    }
    if (options->auth_without_tls && options->user == NULL) {
        return mistake("--auth-without-tls needs --auth-user", "");
    }
    if (sansmtp_domain_parse((const uint8_t *)options->hello, strlen(options->hello), 0, &kind,
                             NULL) != 0) {
        return mistake("no domain or address literal, use --hello: ", options->hello);
    }
    return -1;
}

static void set_defaults(struct options *options)
{
    static char hostname[256];

    *options = (struct options){.hello = "localhost",
                                .tls = SANSMTP_CLIENT_TLS_REQUIRED,
                                .chunking = SANSMTP_CLIENT_CHUNKING_AUTO,
                                .newlines = SANSMTP_CLIENT_NEWLINES_NORMALISE};
    if (gethostname(hostname, sizeof hostname - 1) == 0 && hostname[0] != '\0') {
        options->hello = hostname;
    }
}

int options_read(struct options *options, int argc, char **argv)
{
    int letter, status;

    set_defaults(options);
    options->to = calloc((size_t)argc, sizeof *options->to);
    if (options->to == NULL) {
        return EX_OSERR;
    }
    while ((letter = getopt_long(argc, argv, "", known, NULL)) != -1) {
        status = read_one(options, letter, optarg);
        if (status >= 0) {
            return status;
        }
    }
    if (argc - optind != 1) {
        return mistake("say which file is the message, one, or -", "");
    }
    options->body = argv[optind];
    return check_together(options);
}
