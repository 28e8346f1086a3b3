/*
 * sansmtp-receive: receives mail by SMTP or LMTP into Maildirs.
 *
 * One thread runs libuv's loop and all engines; what blocks (the disk, crypt) is done on libuv's
 * thread pool, and answered late. See receive.h for the rooms.
 */

#include "receive.h"

#include "receive_auth.h"
#include "receive_connection.h"
#include "receive_extensions.h"
#include "receive_log.h"
#include "receive_tls.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>

#define BACKLOG 4096
#define GRACE   30u  /* seconds that open transactions have after SIGTERM, at most */
#define THREADS "16" /* of the pool, unless UV_THREADPOOL_SIZE says otherwise: fsync waits */

struct program {
    struct receiver receiver;
    uv_tcp_t listener;
    uv_signal_t terminate;
    uv_signal_t interrupt;
    uv_timer_t grace;
};

/* -- the engine's options --------------------------------------------------------------------- */

static uint32_t engine_flags(const struct options *options)
{
    uint32_t flags = 0;

    flags |= options->lmtp ? SANSMTP_SERVER_LMTP : 0;
    flags |= options->tls_implicit ? SANSMTP_SERVER_IMPLICIT_TLS : 0;
    flags |= options->auth_without_tls ? SANSMTP_SERVER_AUTH_IN_CLEAR : 0;
    flags |= options->trace ? SANSMTP_SERVER_TRACE : 0;
    return flags;
}

/* RFC 5321 4.5.3.1.8: a server must take 100. Fewer are for tests; the session counts them, unless
 * the client is told (RFC 9422). */
static uint32_t engine_recipients(const struct options *options)
{
    bool few = options->max_recipients > 0 && options->max_recipients < 100 &&
               (options->extensions_on & SANSMTP_EXTENSION_LIMITS) == 0;

    return few ? 0 : (uint32_t)options->max_recipients;
}

static int set_engine(struct receiver *receiver)
{
    const struct options *options = &receiver->options;
    struct sansmtp_server_options *engine = &receiver->engine;
    uint32_t kind;

    sansmtp_server_options_init(engine, sizeof *engine);
    engine->flags = engine_flags(options);
    engine->bare_newlines = options->bare_newlines;
    extensions_set(engine, options);
    if (options->certificate != NULL && !options->tls_implicit) {
        engine->extensions |= SANSMTP_EXTENSION_STARTTLS;
    }
    if (options->users != NULL) {
        engine->extensions |= SANSMTP_EXTENSION_AUTH;
        engine->mechanisms = auth_mechanisms(receiver->users);
        engine->mechanisms_length = strlen(engine->mechanisms);
    }
    engine->message_size = options->max_size;
    engine->recipients = engine_recipients(options);
    engine->hostname = options->hostname;
    engine->hostname_length = strlen(options->hostname);
    if (options->lmtp) {
        engine->greeting = "LMTP";
        engine->greeting_length = 4;
    }
    if (options->timeout > 0) {
        engine->patience = engine->body_patience = (uint32_t)options->timeout;
    }
    receiver->engine_memory = sansmtp_server_memory(engine);
    /* Received demands more of the name than the greeting. */
    if (sansmtp_domain_parse((const uint8_t *)engine->hostname, engine->hostname_length, 0, &kind,
                             NULL) != 0) {
        fprintf(stderr, "sansmtp-receive: '%s' is no domain or address literal: use --hostname\n",
                options->hostname);
        return EX_CONFIG;
    }
    if (receiver->engine_memory == 0) {
        fputs("sansmtp-receive: the engine refuses these options\n", stderr);
        return EX_CONFIG;
    }
    return 0;
}

/* -- listening -------------------------------------------------------------------------------- */

static int complain_listen(const struct options *options, const char *why)
{
    fprintf(stderr, "sansmtp-receive: cannot listen on %s port %s: %s\n", options->address,
            options->port, why);
    return EX_UNAVAILABLE;
}

static int resolve(const struct options *options, struct addrinfo **found)
{
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    int error = getaddrinfo(options->address, options->port, &hints, found);

    return error == 0 ? 0 : complain_listen(options, gai_strerror(error));
}

static void say_where(struct program *program)
{
    struct sockaddr_storage name;
    int length = sizeof name;
    char text[INET6_ADDRSTRLEN] = "";

    uv_tcp_getsockname(&program->listener, (struct sockaddr *)&name, &length);
    if (name.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)&name;

        uv_ip6_name(in, text, sizeof text);
        printf("listening on [%s]:%u\n", text, (unsigned int)ntohs(in->sin6_port));
    } else {
        const struct sockaddr_in *in = (const struct sockaddr_in *)&name;

        uv_ip4_name(in, text, sizeof text);
        printf("listening on %s:%u\n", text, (unsigned int)ntohs(in->sin_port));
    }
    fflush(stdout);
}

static void on_connection(uv_stream_t *listener, int status)
{
    if (status == 0) {
        connection_accept(listener);
    }
}

static int start_listening(struct program *program)
{
    const struct options *options = &program->receiver.options;
    struct addrinfo *found;
    int error, status = resolve(options, &found);

    if (status != 0) {
        return status;
    }
    uv_tcp_init(program->receiver.loop, &program->listener);
    program->listener.data = &program->receiver;
    error = uv_tcp_bind(&program->listener, found->ai_addr, 0);
    freeaddrinfo(found);
    if (error == 0) {
        error = uv_listen((uv_stream_t *)&program->listener, BACKLOG, on_connection);
    }
    if (error != 0) {
        return complain_listen(options, uv_strerror(error));
    }
    /* On Linux, what is accepted has it too. */
    uv_tcp_nodelay(&program->listener, 1);
    say_where(program);
    return 0;
}

/* -- stopping --------------------------------------------------------------------------------- */

static void each_connection(struct receiver *receiver, void act(struct connection *))
{
    struct connection *next;

    for (struct connection *at = receiver->connections; at != NULL; at = next) {
        next = at->next;
        act(at);
    }
}

static void on_grace_over(uv_timer_t *timer)
{
    each_connection(timer->data, connection_give_up);
}

static void stop(struct program *program)
{
    struct receiver *receiver = &program->receiver;
    uint64_t seconds = receiver->options.timeout;

    receiver->stopping = true;
    uv_close((uv_handle_t *)&program->listener, NULL);
    if (seconds == 0 || seconds > GRACE) {
        seconds = GRACE;
    }
    uv_timer_init(receiver->loop, &program->grace);
    program->grace.data = receiver;
    uv_timer_start(&program->grace, on_grace_over, 1000 * seconds, 0);
    uv_unref((uv_handle_t *)&program->grace); /* the loop ends without it */
    each_connection(receiver, connection_stop);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct program *program = handle->data;

    if (!program->receiver.stopping) {
        stop(program);
        return;
    }
    signal(number, SIG_DFL);
    raise(number);
}

static void watch_signal(struct program *program, uv_signal_t *handle, int number)
{
    uv_signal_init(program->receiver.loop, handle);
    handle->data = program;
    uv_signal_start(handle, on_signal, number);
    uv_unref((uv_handle_t *)handle); /* the loop ends without it */
}

/* -- the program ------------------------------------------------------------------------------ */

static void raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int open_all(struct receiver *receiver)
{
    const struct options *options = &receiver->options;
    int status = options->users == NULL ? 0 : users_open(&receiver->users, options->users);

    if (status == 0) {
        status = set_engine(receiver);
    }
    if (status == 0 && options->certificate != NULL) {
        status = tls_open(&receiver->tls, options->certificate, options->key,
                          options->users != NULL);
    }
    if (status == 0 && options->maildir != NULL) {
        status = store_open(&receiver->store, options->maildir, options->hostname);
    }
    return status == 0 ? log_open(receiver) : status;
}

static int serve(struct program *program)
{
    int status = start_listening(program);

    if (status == 0) {
        watch_signal(program, &program->terminate, SIGTERM);
        watch_signal(program, &program->interrupt, SIGINT);
        uv_run(program->receiver.loop, UV_RUN_DEFAULT);
    }
    return status;
}

int main(int argc, char **argv)
{
    static struct program program;
    struct receiver *receiver = &program.receiver;
    int status = options_read(&receiver->options, argc, argv);

    if (status >= 0) {
        return status;
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file too large is an error like a full disk */
    setenv("UV_THREADPOOL_SIZE", THREADS, 0);
    raise_file_limit();
    receiver->loop = uv_default_loop();
    if (receiver->loop == NULL) {
        fputs("sansmtp-receive: cannot make an event loop\n", stderr);
        return EX_OSERR;
    }
    status = open_all(receiver);
    return status == 0 ? serve(&program) : status;
}
