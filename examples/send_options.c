#include "send_options.h"

#include "arguments.h"
#include "option_table.h"
#include "send_extensions.h"
#include "send_sasl.h"

#include <sansmtp/sansmtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static const char usage[] =
    "usage: sansmtp-send --server HOST:PORT --from A --to B [options] BODYFILE|-\n"
    "       sansmtp-send --server HOST:PORT --command LINE [options]\n"
    "\n"
    "Sends a message by SMTP or LMTP.\n"
    "\n";

static const char statuses[] =
    "\n"
    "Ends with 0 if all is delivered, 69 if it is refused for good, 75 if it may be tried again\n"
    "or nobody knows, 76 if the server makes no sense, 77 if nothing could be sent to it.\n";

#define HELP_COLUMN 26

enum option_letter {
    FIRST,
#define OPTION OPTION_LETTER
#include "send_options.def"
#undef OPTION
    LETTERS_END
};

static const struct option_row rows[] = {
#define OPTION OPTION_ROW
#include "send_options.def"
#undef OPTION
};

#define ROWS (sizeof rows / sizeof rows[0])

static int put_help(void)
{
    fputs(usage, stdout);
    option_table_help(rows, ROWS, HELP_COLUMN);
    fputs(statuses, stdout);
    return EX_OK;
}

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

/* wanted is NULL if the value is good. */
static int judge(const char *wanted, const char *text)
{
    return wanted == NULL ? -1 : mistake(wanted, text);
}

static int add_command(struct options *options, const char *verb, const char *text)
{
    return extension_command(options, verb, text) ? -1 : EX_OSERR;
}

static int set_xforward(struct options *options, const char *text)
{
    static char line[512];
    int length = snprintf(line, sizeof line, "XFORWARD %s", text);

    options->xforward = line;
    return length < (int)sizeof line ? -1 : mistake("--xforward is too long: ", text);
}

static int read_command(struct options *options, int letter, const char *text)
{
    switch (letter) {
    case VRFY:
        return add_command(options, "VRFY", text);
    case EXPN:
        return add_command(options, "EXPN", text);
    case ETRN:
        return add_command(options, "ETRN", text);
    case XCLIENT:
        return add_command(options, "XCLIENT", text);
    default:
        return add_command(options, NULL, text);
    }
}

static int read_extension(struct options *options, int letter, char *text)
{
    switch (letter) {
    case DELIVER_BY:
        return judge(extension_deliver_by(options, text), text);
    case HOLD_FOR:
        return judge(extension_hold_for(options, text), text);
    case HOLD_UNTIL:
        return judge(extension_hold_until(options, text), text);
    case PRIORITY:
        return judge(extension_priority(options, text), text);
    case RRVS:
        return judge(extension_rrvs(options, text), text);
    case PROXY:
        return judge(extension_proxy(options, text), text);
    case SOLICIT:
        options->solicit = text;
        return -1;
    case MTRK:
        options->mtrk = text;
        return -1;
    case TRANSID:
        options->transid = text;
        return -1;
    case BURL:
        options->urls[options->url_count++] = text;
        options->envelope |= SANSMTP_ENVELOPE_URLS;
        return -1;
    case XFORWARD:
        return set_xforward(options, text);
    case PIPECONNECT_CACHE:
        options->cache = text;
        return -1;
    default:
        return read_command(options, letter, text);
    }
}

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
    case TRACE:
        options->trace = text;
        return -1;
    default:
        return read_extension(options, letter, text);
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
        options->envelope |= SANSMTP_ENVELOPE_REQUIRETLS;
        return -1;
    case PRDR:
        options->envelope |= SANSMTP_ENVELOPE_PRDR;
        return -1;
    case CONPERM:
        options->envelope |= SANSMTP_ENVELOPE_CONPERM;
        return -1;
    case HELP:
        return put_help();
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

bool options_have_message(const struct options *options)
{
    return options->command_count == 0 || options->from != NULL || options->to_count > 0 ||
           options->body != NULL || options->url_count > 0;
}

static int check_message(const struct options *options)
{
    if (options->body == NULL && options->url_count == 0) {
        return mistake("say which file is the message, one, or -", "");
    }
    if (options->from == NULL) {
        return mistake("say who sends: --from A", "");
    }
    if (options->to_count == 0) {
        return mistake("say to whom: --to B", "");
    }
    if (options->hold_for > 0 && options->hold_until > 0) {
        return mistake("one of --hold-for and --hold-until", "");
    }
    if (options->mtrk != NULL && options->envid == NULL) {
        return mistake("--mtrk needs --envid", "");
    }
    return -1;
}

/* Over nothing but TLS that is verified may a message go that requires it (RFC 8689 4.1). */
static int check_tls(const struct options *options)
{
    bool requires_it = (options->envelope & SANSMTP_ENVELOPE_REQUIRETLS) != 0;

    if (options->tls_implicit && options->tls != SANSMTP_CLIENT_TLS_REQUIRED) {
        return mistake("--tls-implicit is TLS that is required", "");
    }
    if (requires_it && (options->tls != SANSMTP_CLIENT_TLS_REQUIRED || options->insecure)) {
        return mistake(
            "--requiretls goes neither with --insecure nor with less than --tls required", "");
    }
    if (options->cache != NULL && !options->tls_implicit &&
        options->tls != SANSMTP_CLIENT_TLS_NONE) {
        return mistake("--pipeconnect-cache needs --tls-implicit or --tls none: STARTTLS is waited "
                       "for",
                       "");
    }
    return -1;
}

static int check_together(const struct options *options)
{
    uint32_t kind;
    int status = check_tls(options);

    if (options->host == NULL) {
        return mistake("say where to connect to: --server HOST:PORT", "");
    }
    if (status < 0 && options_have_message(options)) {
        status = check_message(options);
    }
    if (status >= 0) {
        return status;
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
                                .newlines = SANSMTP_CLIENT_NEWLINES_NORMALISE,
                                .envelope = SANSMTP_ENVELOPE_NO_PRIORITY};
    if (gethostname(hostname, sizeof hostname - 1) == 0 && hostname[0] != '\0') {
        options->hello = hostname;
    }
}

/* Room for as many values as the command line can have. */
static bool make_room(struct options *options, size_t count)
{
    options->to = calloc(count, sizeof *options->to);
    options->rrvs = calloc(count, sizeof *options->rrvs);
    options->urls = calloc(count, sizeof *options->urls);
    options->commands = calloc(count, sizeof *options->commands);
    return options->to != NULL && options->rrvs != NULL && options->urls != NULL &&
           options->commands != NULL;
}

void options_free(struct options *options)
{
    for (size_t i = 0; i < options->command_count; i++) {
        free(options->commands[i]);
    }
    free(options->commands);
    free(options->urls);
    free(options->rrvs);
    free(options->to);
}

int options_read(struct options *options, int argc, char **argv)
{
    struct option known[ROWS + 1];
    int letter, status;

    set_defaults(options);
    if (!make_room(options, (size_t)argc)) {
        return EX_OSERR;
    }
    option_table_known(rows, ROWS, FIRST + 1, known);
    while ((letter = getopt_long(argc, argv, "", known, NULL)) != -1) {
        status = read_one(options, letter, optarg);
        if (status >= 0) {
            return status;
        }
    }
    if (argc - optind > 1) {
        return mistake("say which file is the message, one, or -", "");
    }
    options->body = argv[optind]; /* or the NULL at the end */
    return check_together(options);
}
