/*
 * sansmtp-send: sends a message by SMTP or LMTP.
 *
 * One connection, one thread, libuv's loop; see send.h for the rooms.
 */

#include "send_connection.h"

#include "send_tls.h"

#include <openssl/ssl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static uint32_t engine_flags(const struct options *options)
{
    uint32_t flags = 0;

    flags |= options->lmtp ? SANSMTP_CLIENT_LMTP : 0;
    flags |= options->tls_implicit ? SANSMTP_CLIENT_IMPLICIT_TLS : 0;
    flags |= options->auth_without_tls ? SANSMTP_CLIENT_AUTH_IN_CLEAR : 0;
    flags |= options->trace != NULL ? SANSMTP_CLIENT_TRACE : 0;
    return flags;
}

static void set_patience(struct sansmtp_client_options *engine, uint32_t seconds)
{
    engine->greeting_patience = seconds;
    engine->patience = seconds;
    engine->data_patience = seconds;
    engine->body_patience = seconds;
    engine->end_patience = seconds;
}

/* A message that has nothing to normalise may go by BDAT. */
static int set_engine(struct sender *sender)
{
    const struct options *options = &sender->options;
    struct sansmtp_client_options *engine = &sender->engine;

    sansmtp_client_options_init(engine, sizeof *engine);
    engine->flags = engine_flags(options);
    engine->tls = options->tls;
    engine->chunking = options->chunking;
    engine->body_newlines = scan_bare(&sender->body.scan) == 0 ? SANSMTP_CLIENT_NEWLINES_REFUSE
                                                               : options->newlines;
    engine->hello = options->hello;
    engine->hello_length = strlen(options->hello);
    if (options->user != NULL) {
        engine->mechanisms = options->mechanism != NULL ? options->mechanism : AUTH_MECHANISMS;
        engine->mechanisms_length = strlen(engine->mechanisms);
    }
    if (options->timeout > 0) {
        set_patience(engine, (uint32_t)options->timeout);
    }
    if (sansmtp_client_memory(engine) == 0) {
        fputs("sansmtp-send: the engine refuses these options\n", stderr);
        return EX_CONFIG;
    }
    return 0;
}

/* RFC 7435: opportunistic TLS with whomever is better than none. */
static enum trust trust_of(const struct options *options)
{
    if (options->insecure) {
        return TRUST_ANYBODY;
    }
    return options->tls == SANSMTP_CLIENT_TLS_REQUIRED ? TRUST_VERIFIED : TRUST_LATER;
}

static int open_all(struct sender *sender)
{
    const struct options *options = &sender->options;
    int status = dialogue_open(&sender->dialogue, options->trace);

    if (status == 0 && options->password_file != NULL) {
        status = password_read(&sender->password, options->password_file);
    }
    if (status == 0 && options->tls != SANSMTP_CLIENT_TLS_NONE) {
        status = trust_open(&sender->tls, trust_of(options), options->authorities);
    }
    if (status == 0 && options->body != NULL) {
        status = body_open(&sender->body, options->body);
    }
    if (status == 0) {
        status = set_engine(sender);
    }
    if (status == 0 && !report_begin(&sender->report, options->to, options->to_count,
                                     scan_size(&sender->body.scan))) {
        fputs("sansmtp-send: no memory\n", stderr);
        status = EX_OSERR;
    }
    return status;
}

static bool may_be_sent(const struct sender *sender)
{
    return sender->options.newlines == SANSMTP_CLIENT_NEWLINES_NORMALISE ||
           scan_bare(&sender->body.scan) == 0;
}

static void settle_all(struct report *report, const struct fate *fate)
{
    for (size_t i = 0; i < report->count; i++) {
        report_settle(report, i, fate);
    }
}

static bool send_it(struct sender *sender)
{
    static struct connection connection;

    do {
        memset(&connection, 0, sizeof connection);
        if (!connection_open(&connection, sender)) {
            return false;
        }
        uv_run(sender->loop, UV_RUN_DEFAULT);
    } while (connection_end(&connection));
    return true;
}

int main(int argc, char **argv)
{
    static struct sender sender;
    int status = options_read(&sender.options, argc, argv);

    if (status >= 0) {
        return status;
    }
    signal(SIGPIPE, SIG_IGN);
    status = open_all(&sender);
    if (status != 0) {
        return status;
    }
    sender.loop = uv_default_loop();
    if (!may_be_sent(&sender)) {
        struct fate fate = fate_of(RESULT_REFUSED, "the message has a bare CR or LF");

        settle_all(&sender.report, &fate);
    } else if (!send_it(&sender)) {
        return EX_OSERR;
    }
    password_forget(&sender.password);
    SSL_CTX_free(sender.tls);
    free(sender.body.piece);
    options_free(&sender.options);
    return report_end(&sender.report);
}
