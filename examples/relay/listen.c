#include "listen.h"

#include "../arguments.h"
#include "../receive_auth.h"
#include "../receive_log.h"
#include "../receive_tls.h"
#include "visit.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define BACKLOG 4096
#define YEAR    31536000u /* FUTURERELEASE: hold no message longer */

struct listener *listener_of(const struct connection *connection)
{
    return (struct listener *)connection->receiver;
}

struct relay *relay_of(const struct connection *connection)
{
    return listener_of(connection)->relay;
}

/* -- what the engine offers ------------------------------------------------------------------- */

static void offer_to_all(const struct config *config, struct sansmtp_server_options *engine)
{
    /* EXPN is never on: an address of which it is known that it is there gets spam. */
    engine->extensions |= SANSMTP_EXTENSION_BINARYMIME | SANSMTP_EXTENSION_DSN |
                          SANSMTP_EXTENSION_DELIVERBY | SANSMTP_EXTENSION_MT_PRIORITY |
                          SANSMTP_EXTENSION_EXPN;
    engine->message_size = config->max_size;
    engine->recipients = (uint32_t)config->max_recipients;
    engine->hostname = config->hostname;
    engine->hostname_length = strlen(config->hostname);
    engine->flags = config->trace ? SANSMTP_SERVER_TRACE : 0;
    if (config->timeout > 0) {
        engine->patience = engine->body_patience = (uint32_t)config->timeout;
    }
}

static void offer_tls(const struct config *config, struct sansmtp_server_options *engine,
                      bool implicit)
{
    if (config->tls_cert == NULL) {
        return;
    }
    engine->extensions |= SANSMTP_EXTENSION_REQUIRETLS;
    if (implicit) {
        engine->flags |= SANSMTP_SERVER_IMPLICIT_TLS;
    } else {
        engine->extensions |= SANSMTP_EXTENSION_STARTTLS;
    }
}

/* RFC 6409 4.3: nobody submits who is not authenticated; RFC 8314: nor in clear. */
static void offer_to_users(const struct listener *listener, struct sansmtp_server_options *engine,
                           bool implicit)
{
    const struct config *config = &listener->relay->config;

    engine->flags |= SANSMTP_SERVER_SUBMISSION | SANSMTP_SERVER_REQUIRE_AUTH;
    if (config->auth_without_tls) {
        engine->flags |= SANSMTP_SERVER_AUTH_IN_CLEAR;
    } else if (!implicit) {
        engine->flags |= SANSMTP_SERVER_REQUIRE_TLS;
    }
    engine->extensions |= SANSMTP_EXTENSION_AUTH | SANSMTP_EXTENSION_FUTURERELEASE;
    engine->mechanisms = auth_mechanisms(listener->receiver.users);
    engine->mechanisms_length = strlen(engine->mechanisms);
    engine->hold_for = YEAR;
    engine->hold_until = relay_now() + YEAR;
}

static int set_engine(struct listener *listener, bool implicit)
{
    const struct config *config = &listener->relay->config;
    struct sansmtp_server_options *engine = &listener->receiver.engine;

    sansmtp_server_options_init(engine, sizeof *engine);
    offer_to_all(config, engine);
    offer_tls(config, engine, implicit);
    if (listener->role == FOR_USERS) {
        offer_to_users(listener, engine, implicit);
    } else {
        engine->extensions |= SANSMTP_EXTENSION_ETRN;
    }
    listener->receiver.engine_memory = sansmtp_server_memory(engine);
    if (listener->receiver.engine_memory == 0) {
        fputs("sansmtp-relay: the engine refuses these options\n", stderr);
        return EX_CONFIG;
    }
    return 0;
}

/* -- what the shared rooms want to know ------------------------------------------------------- */

static void set_options(struct listener *listener, bool implicit)
{
    const struct config *config = &listener->relay->config;
    struct options *options = &listener->receiver.options;

    options->hostname = config->hostname;
    options->certificate = config->tls_cert;
    options->key = config->tls_key;
    options->users = listener->role == FOR_USERS ? config->auth_file : NULL;
    options->tls_implicit = implicit;
    options->auth_without_tls = config->auth_without_tls;
    options->trace = config->trace;
    listener->receiver.loop = listener->relay->loop;
    listener->receiver.log = listener->relay->log;
}

static int open_secrets(struct listener *listener)
{
    struct receiver *receiver = &listener->receiver;
    int status = 0;

    if (receiver->options.users != NULL) {
        status = users_open(&receiver->users, receiver->options.users);
    }
    if (status == 0 && receiver->options.certificate != NULL) {
        status = tls_open(&receiver->tls, receiver->options.certificate, receiver->options.key,
                          listener->role == FOR_USERS);
    }
    return status;
}

/* -- the socket ------------------------------------------------------------------------------- */

static void on_connection(uv_stream_t *socket, int status)
{
    if (status == 0) {
        connection_accept(socket);
    }
}

static int complain(const char *where, const char *why)
{
    fprintf(stderr, "sansmtp-relay: cannot listen on %s: %s\n", where, why);
    return EX_UNAVAILABLE;
}

static void say_where(struct listener *listener, const char *name)
{
    struct sockaddr_storage address;
    int length = sizeof address;
    char host[64] = "", port[16] = "";

    uv_tcp_getsockname(&listener->socket, (struct sockaddr *)&address, &length);
    getnameinfo((struct sockaddr *)&address, (socklen_t)length, host, sizeof host, port,
                sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    printf(address.ss_family == AF_INET6 ? "%s [%s]:%s\n" : "%s %s:%s\n", name, host, port);
    fflush(stdout);
}

static int bind_to(struct listener *listener, const char *where)
{
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    char *text = strdup(where);
    const char *host, *port, *wrong;
    struct addrinfo *found;
    int error;

    wrong = text == NULL ? "more memory" : argument_endpoint(text, &host, &port);
    if (wrong != NULL) {
        free(text);
        return complain(where, wrong);
    }
    error = getaddrinfo(host, port, &hints, &found);
    free(text);
    if (error != 0) {
        return complain(where, gai_strerror(error));
    }
    uv_tcp_init(listener->relay->loop, &listener->socket);
    listener->socket.data = &listener->receiver;
    error = uv_tcp_bind(&listener->socket, found->ai_addr, 0);
    freeaddrinfo(found);
    if (error == 0) {
        error = uv_listen((uv_stream_t *)&listener->socket, BACKLOG, on_connection);
    }
    if (error != 0) {
        return complain(where, uv_strerror(error));
    }
    uv_tcp_nodelay(&listener->socket, 1);
    return 0;
}

/* -- all of them ------------------------------------------------------------------------------ */

static int open_one(struct relay *relay, const char *name, const char *where, bool users,
                    bool implicit)
{
    struct listener *listener = calloc(1, sizeof *listener);
    int status;

    if (listener == NULL) {
        return EX_OSERR;
    }
    listener->next = relay->listeners;
    relay->listeners = listener;
    listener->relay = relay;
    listener->role = users ? FOR_USERS : FOR_SERVERS;
    set_options(listener, implicit);
    status = open_secrets(listener);
    if (status == 0) {
        status = set_engine(listener, implicit);
    }
    if (status == 0) {
        status = bind_to(listener, where);
    }
    if (status == 0) {
        say_where(listener, name);
    }
    return status;
}

static int open_each(struct relay *relay, const char *name, const struct config_texts *where,
                     bool users, bool implicit)
{
    int status = 0;

    for (size_t i = 0; status == 0 && i < where->count; i++) {
        status = open_one(relay, name, where->items[i], users, implicit);
    }
    return status;
}

int listen_open(struct relay *relay)
{
    const struct config *config = &relay->config;
    int status = open_each(relay, "relay", &config->relay_listen, false, false);

    if (status == 0) {
        status = open_each(relay, "submission", &config->submission_listen, true, false);
    }
    if (status == 0) {
        status = open_each(relay, "submissions", &config->submissions_listen, true, true);
    }
    if (status == 0) {
        puts("ready");
        fflush(stdout);
    }
    return status;
}

static void each_connection(struct relay *relay, void act(struct connection *))
{
    struct connection *next;

    for (struct listener *at = relay->listeners; at != NULL; at = at->next) {
        for (struct connection *one = at->receiver.connections; one != NULL; one = next) {
            next = one->next;
            act(one);
        }
    }
}

void listen_stop(struct relay *relay)
{
    for (struct listener *at = relay->listeners; at != NULL; at = at->next) {
        at->receiver.stopping = true;
        uv_close((uv_handle_t *)&at->socket, NULL);
    }
    each_connection(relay, connection_stop);
}

void listen_give_up(struct relay *relay)
{
    each_connection(relay, connection_give_up);
}
