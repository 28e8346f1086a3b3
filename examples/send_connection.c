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

static void on_closed(struct call *call);

static const struct call_host host = {
    .callbacks = &session_callbacks,
    .tls = begin_tls,
    .verified = is_verified,
    .trouble = on_trouble,
    .closed = on_closed,
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

void connection_end(struct connection *connection)
{
    session_end(&connection->session, connection->call.engine);
    call_free(&connection->call);
    if (connection->addresses != NULL) {
        freeaddrinfo(connection->addresses);
    }
}
