#include "listen.h"

#include "../../arguments.h"
#include "../../receive_auth.h"
#include "../options/files.h"
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
static void offer_to_users(struct listener *listener, struct sansmtp_server_options *engine,
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
    snprintf(listener->mechanisms, sizeof listener->mechanisms, "%s",
             auth_mechanisms(listener->receiver.users));
    engine->mechanisms = listener->mechanisms;
    engine->mechanisms_length = strlen(engine->mechanisms);
    engine->hold_for = YEAR;
    engine->hold_until = relay_now() + YEAR; /* on_connection has a later one */
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
}

static void use(struct listener *listener, const struct files *files)
{
    bool users = listener->role == FOR_USERS;

    listener->receiver.tls = users ? files->for_users : files->for_servers;
    listener->receiver.users = users ? files->users : NULL;
}

/* -- the socket ------------------------------------------------------------------------------- */

/* The latest moment to hold a message until is one of each connection. */
static void on_connection(uv_stream_t *socket, int status)
{
    struct listener *listener = socket->data;

    if (status == 0) {
        if (listener->role == FOR_USERS) {
            listener->receiver.engine.hold_until = relay_now() + YEAR;
        }
        connection_accept(socket);
    }
}

static int complain(const char *where, const char *why)
{
    fprintf(stderr, "sansmtp-relay: cannot listen on %s: %s\n", where, why);
    return EX_UNAVAILABLE;
}

static void say_where(struct listener *listener)
{
    struct sockaddr_storage address;
    int length = sizeof address;
    char host[64] = "", port[16] = "";

    uv_tcp_getsockname(&listener->socket, (struct sockaddr *)&address, &length);
    getnameinfo((struct sockaddr *)&address, (socklen_t)length, host, sizeof host, port,
                sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    printf(address.ss_family == AF_INET6 ? "%s [%s]:%s\n" : "%s %s:%s\n", listener->name, host,
           port);
    fflush(stdout);
}

static int bind_to(struct listener *listener, const char *host, const char *port)
{
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    int error = getaddrinfo(host, port, &hints, &found);

    if (error != 0) {
        return complain(listener->where, gai_strerror(error));
    }
    uv_tcp_init(listener->relay->loop, &listener->socket);
    listener->socket.data = &listener->receiver;
    error = uv_tcp_bind(&listener->socket, found->ai_addr, 0);
    freeaddrinfo(found);
    return error == 0 ? 0 : complain(listener->where, uv_strerror(error));
}

static int bind_one(struct listener *listener)
{
    char *text = strdup(listener->where);
    const char *host, *port;
    const char *wrong = text == NULL ? "no memory" : argument_endpoint(text, &host, &port);
    int status = wrong == NULL ? bind_to(listener, host, port) : complain(listener->where, wrong);

    free(text);
    return status;
}

static int listen_one(struct listener *listener)
{
    int error;

    listener->receiver.log = listener->relay->log;
    error = uv_listen((uv_stream_t *)&listener->socket, BACKLOG, on_connection);
    if (error != 0) {
        return complain(listener->where, uv_strerror(error));
    }
    uv_tcp_nodelay(&listener->socket, 1);
    say_where(listener);
    return 0;
}

/* -- all of them ------------------------------------------------------------------------------ */

static int make_one(struct relay *relay, const char *name, const char *where, bool users,
                    bool implicit)
{
    struct listener *listener = calloc(1, sizeof *listener);
    struct listener **last = &relay->listeners;

    if (listener == NULL) {
        return EX_OSERR;
    }
    while (*last != NULL) {
        last = &(*last)->next;
    }
    *last = listener;
    listener->relay = relay;
    listener->name = name;
    listener->where = where;
    listener->role = users ? FOR_USERS : FOR_SERVERS;
    set_options(listener, implicit);
    use(listener, relay->files);
    return set_engine(listener, implicit);
}

static int make_each(struct relay *relay, const char *name, const struct config_texts *where,
                     bool users, bool implicit)
{
    int status = 0;

    for (size_t i = 0; status == 0 && i < where->count; i++) {
        status = make_one(relay, name, where->items[i], users, implicit);
    }
    return status;
}

int listen_prepare(struct relay *relay)
{
    const struct config *config = &relay->config;
    int status = make_each(relay, "relay", &config->relay_listen, false, false);

    if (status == 0) {
        status = make_each(relay, "submission", &config->submission_listen, true, false);
    }
    if (status == 0) {
        status = make_each(relay, "submissions", &config->submissions_listen, true, true);
    }
    return status;
}

static int each_listener(struct relay *relay, int act(struct listener *))
{
    int status = 0;

    for (struct listener *at = relay->listeners; status == 0 && at != NULL; at = at->next) {
        status = act(at);
    }
    return status;
}

int listen_bind(struct relay *relay)
{
    return each_listener(relay, bind_one);
}

int listen_open(struct relay *relay)
{
    return each_listener(relay, listen_one);
}

/* The engines have the options for as long as they are, and so the mechanisms. */
bool listen_suits(const struct relay *relay, const struct files *files)
{
    for (const struct listener *at = relay->listeners; at != NULL; at = at->next) {
        if (at->role == FOR_USERS && strcmp(at->mechanisms, auth_mechanisms(files->users)) != 0) {
            return false;
        }
    }
    return true;
}

void listen_renew(struct relay *relay)
{
    for (struct listener *at = relay->listeners; at != NULL; at = at->next) {
        use(at, relay->files);
    }
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
