#include "send_connection.h"

#include "send_tls.h"

#include <stdio.h>
#include <string.h>

static void note(struct connection *connection, enum result result, const char *what,
                 const char *why)
{
    char text[512];
    struct fate fate;

    snprintf(text, sizeof text, "%s: %s", what, why);
    fate = fate_of(result, text);
    session_fail(&connection->session, &fate);
}

/* -- what a call asks and tells --------------------------------------------------------------- */

static struct connection *connection_of(struct call *call)
{
    return (struct connection *)call;
}

static struct tls *begin_tls(struct call *call)
{
    struct sender *sender = connection_of(call)->sender;

    return trust_begin(sender->tls, sender->options.host);
}

static bool is_verified(struct call *call)
{
    return trust_is_verified(call->tls);
}

static void on_trouble(struct call *call, enum call_trouble trouble, const char *why)
{
    if (trouble == CALL_NOT_CONNECTED) {
        note(connection_of(call), RESULT_TEMP, "cannot connect", why);
    } else {
        note(connection_of(call), call->tls == NULL ? RESULT_TEMP : RESULT_REFUSED, "TLS", why);
    }
}

/* -- before the first octet ------------------------------------------------------------------- */

static void set_end(const struct sockaddr_storage *name, uint8_t address[16], uint32_t *port)
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;

    if (name->ss_family == AF_INET6) {
        memcpy(&six, name, sizeof six);
        memcpy(address, &six.sin6_addr, 16);
        *port = ntohs(six.sin6_port);
    } else {
        memcpy(&four, name, sizeof four);
        memcpy(address, &four.sin_addr, 4);
        *port = ntohs(four.sin_port);
    }
}

/* As of the connection itself. */
static bool set_ends(struct call *call, struct sansmtp_proxy *proxy)
{
    struct sockaddr_storage here, there;
    int here_length = sizeof here, there_length = sizeof there;

    if (uv_tcp_getsockname(&call->socket.tcp, (struct sockaddr *)&here, &here_length) != 0 ||
        uv_tcp_getpeername(&call->socket.tcp, (struct sockaddr *)&there, &there_length) != 0) {
        return false;
    }
    proxy->family = here.ss_family == AF_INET6 ? SANSMTP_PROXY_IPV6 : SANSMTP_PROXY_IPV4;
    set_end(&here, proxy->source, &proxy->source_port);
    set_end(&there, proxy->destination, &proxy->destination_port);
    return true;
}

static void introduce(struct call *call, struct sansmtp_proxy proxy)
{
    uint8_t header[SANSMTP_PROXY_ROOM];
    size_t length = 0;

    if ((proxy.family == SANSMTP_PROXY_UNKNOWN && !set_ends(call, &proxy)) ||
        sansmtp_proxy_write(&proxy, header, sizeof header, &length) != 0) {
        call->lost = true;
        return;
    }
    call_introduce(call, header, length);
}

static void on_connected(struct call *call)
{
    struct connection *connection = connection_of(call);
    const struct options *options = &connection->sender->options;

    if (options->proxy.version > 0) {
        introduce(call, options->proxy);
    }
    if (!options->tls_implicit) {
        session_assume(&connection->session, call->engine);
    }
}

static void on_secured(struct call *call)
{
    struct connection *connection = connection_of(call);

    if (connection->sender->options.tls_implicit) {
        session_assume(&connection->session, call->engine);
    }
}

static void on_closed(struct call *call);

static const struct call_host host = {
    .callbacks = &session_callbacks,
    .tls = begin_tls,
    .verified = is_verified,
    .trouble = on_trouble,
    .closed = on_closed,
    .connected = on_connected,
    .secured = on_secured,
};

/* -- addresses -------------------------------------------------------------------------------- */

static bool call_next(struct connection *connection)
{
    struct sender *sender = connection->sender;
    const struct addrinfo *address = connection->address;

    call_free(&connection->call);
    connection->call = (struct call){
        .host = &host,
        .user = &connection->session,
        .loop = sender->loop,
        .dialogue = &sender->dialogue,
        .timeout = sender->options.timeout,
    };
    connection->address = address->ai_next;
    connection->session.call = &connection->call;
    connection->session.failed = false;
    return call_open(&connection->call, &sender->engine, address->ai_addr);
}

static void on_closed(struct call *call)
{
    struct connection *connection = connection_of(call);

    if (!call->connected && connection->address != NULL && !call_next(connection)) {
        note(connection, RESULT_TEMP, "cannot connect", "no memory");
    }
}

/* A name that does not exist will not exist the next time either. */
static bool resolve(struct connection *connection)
{
    const struct options *options = &connection->sender->options;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    int error = getaddrinfo(options->host, options->port, &hints, &connection->addresses);

    if (error != 0) {
        note(connection, error == EAI_NONAME ? RESULT_REFUSED : RESULT_TEMP, options->host,
             gai_strerror(error));
    }
    connection->address = connection->addresses;
    return error == 0;
}

bool connection_open(struct connection *connection, struct sender *sender)
{
    connection->sender = sender;
    if (!session_begin(&connection->session, sender) ||
        (resolve(connection) && !call_next(connection))) {
        fputs("sansmtp-send: no memory\n", stderr);
        return false;
    }
    return true;
}

bool connection_end(struct connection *connection)
{
    bool again = session_end(&connection->session, connection->call.engine);

    call_free(&connection->call);
    if (connection->addresses != NULL) {
        freeaddrinfo(connection->addresses);
    }
    return again;
}
