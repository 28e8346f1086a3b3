#include "send_connection.h"

#include "send_tls.h"

#include <stdlib.h>
#include <string.h>

#define CONNECTING 30u /* seconds for each address, unless --timeout says otherwise */
#define PARTING    5u  /* seconds for the answer to QUIT: nothing depends on it */
#define LINGER     1u  /* seconds for the last words of a server that takes no more */

static uint8_t network[65536]; /* what a read brings */
static uint8_t plain[16384];   /* what a TLS record brings */

static void settle(struct connection *connection);
static void try_next(struct connection *connection);

/* -- closing ---------------------------------------------------------------------------------- */

static void close_now(struct connection *connection)
{
    connection->closing = true;
    if (connection->tls != NULL && !connection->writing && !connection->lost) {
        tls_close(connection->tls);
        connection_write(connection);
    }
    uv_close((uv_handle_t *)&connection->stream, NULL);
    uv_close((uv_handle_t *)&connection->timer, NULL);
}

static void note(struct connection *connection, enum result result, const char *what,
                 const char *why)
{
    char text[512];
    struct fate fate;

    snprintf(text, sizeof text, "%s: %s", what, why);
    fate = fate_of(result, text);
    session_fail(&connection->session, &fate);
}

/* -- the engine ------------------------------------------------------------------------------- */

/* Gives the engine octets of the server, and sends what it says. */
static void advance(struct connection *connection, struct sansmtp_span in)
{
    int wants;

    do {
        wants = sansmtp_client_run(connection->engine, &in, &session_callbacks,
                                   &connection->session);
    } while (wants > 0 && (wants & (int)SANSMTP_WRITE) != 0 && !connection->writing &&
             connection_write(connection));
    if (wants < 0) {
        fprintf(stderr, "sansmtp-send: the engine refused a call: %s\n", sansmtp_error_name(wants));
        connection->lost = true;
    }
}

static void no_more_input(struct connection *connection)
{
    const struct sansmtp_span none = {NULL, 0};

    sansmtp_client_eof(connection->engine);
    advance(connection, none);
}

/* -- TLS -------------------------------------------------------------------------------------- */

static void handshake_done(struct connection *connection)
{
    struct sansmtp_tls done = {.size = sizeof done};
    const struct sansmtp_span none = {NULL, 0};

    done.flags = trust_is_verified(connection->tls) ? SANSMTP_TLS_VERIFIED : 0;
    sansmtp_client_tls_started(connection->engine, &done);
    advance(connection, none);
}

/* One step of the handshake. Returns false if it needs octets of the server, or failed. */
static bool handshake(struct connection *connection)
{
    struct sender *sender = connection->sender;
    int state;

    if (connection->tls == NULL) {
        connection->tls = trust_begin(sender->tls, &sender->options);
    }
    if (connection->tls == NULL) {
        note(connection, RESULT_TEMP, "TLS", "no memory, or the host's name is none");
        sansmtp_client_abort(connection->engine);
        return false;
    }
    state = tls_handshake(connection->tls);
    connection_write(connection);
    if (state < 0) {
        note(connection, RESULT_REFUSED, "TLS", tls_reason(connection->tls));
        sansmtp_client_abort(connection->engine);
    } else if (state > 0) {
        handshake_done(connection);
    }
    return state > 0;
}

/* One record. Returns false if there is none. */
static bool take_record(struct connection *connection)
{
    int length = tls_read(connection->tls, plain, sizeof plain);

    if (length > 0) {
        advance(connection, (struct sansmtp_span){plain, (size_t)length});
    } else if (length < 0) {
        no_more_input(connection);
    }
    return length > 0;
}

static void turn_tls(struct connection *connection)
{
    bool more = true;

    while (more) {
        uint32_t wants = sansmtp_client_wants(connection->engine);

        if ((wants & SANSMTP_TLS) != 0) {
            more = handshake(connection);
        } else {
            more = connection->tls != NULL && (wants & SANSMTP_READ) != 0 &&
                   take_record(connection);
        }
    }
}

/* -- reading ---------------------------------------------------------------------------------- */

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)handle;
    (void)suggested;
    buffer->base = (char *)network;
    buffer->len = sizeof network;
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    struct connection *connection = stream->data;

    if (length < 0) {
        uv_read_stop(stream);
        connection->lost = connection->lost || length != UV_EOF;
        no_more_input(connection);
    } else if (connection->tls == NULL) {
        advance(connection, (struct sansmtp_span){(const uint8_t *)buffer->base, (size_t)length});
        turn_tls(connection); /* it may have been STARTTLS */
    } else {
        tls_received(connection->tls, buffer->base, (size_t)length);
        turn_tls(connection);
    }
    settle(connection);
}

/* -- waiting ---------------------------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer)
{
    struct connection *connection = timer->data;

    if (!connection->connected) {
        note(connection, RESULT_TEMP, "cannot connect", "no answer");
        try_next(connection);
        return;
    }
    if (connection->lost || connection->session.quitting ||
        sansmtp_client_expired(connection->engine) != 0) {
        sansmtp_client_eof(connection->engine);
    }
    advance(connection, (struct sansmtp_span){NULL, 0});
    settle(connection);
}

static void wait_for(struct connection *connection, uint64_t seconds)
{
    uint64_t most = connection->sender->options.timeout;

    seconds = most > 0 && most < seconds ? most : seconds;
    uv_timer_start(&connection->timer, on_timer, 1000u * seconds, 0);
}

static void watch_patience(struct connection *connection)
{
    uint32_t serial, seconds = sansmtp_client_patience(connection->engine, &serial);

    if (connection->lost) {
        wait_for(connection, LINGER);
    } else if (seconds == 0) {
        uv_timer_stop(&connection->timer);
    } else if (serial != connection->serial ||
               !uv_is_active((const uv_handle_t *)&connection->timer)) {
        wait_for(connection, connection->session.quitting ? PARTING : seconds);
    }
    connection->serial = serial;
}

/* -- after each step -------------------------------------------------------------------------- */

static void settle(struct connection *connection)
{
    uint32_t wants = sansmtp_client_wants(connection->engine);

    if (connection->closing) {
        return;
    }
    if (wants == SANSMTP_CLOSE) {
        close_now(connection);
    } else {
        watch_patience(connection);
    }
}

void connection_go(struct connection *connection)
{
    advance(connection, (struct sansmtp_span){NULL, 0});
    turn_tls(connection);
    settle(connection);
}

/* -- connecting ------------------------------------------------------------------------------- */

static void on_connect(uv_connect_t *request, int status)
{
    struct connection *connection = request->data;

    if (status == UV_ECANCELED) {
        return; /* on_timer has gone on */
    }
    if (status < 0) {
        note(connection, RESULT_TEMP, "cannot connect", uv_strerror(status));
        try_next(connection);
        return;
    }
    connection->connected = true;
    connection->session.failed = false;
    uv_tcp_nodelay(&connection->stream, 1);
    if (uv_read_start((uv_stream_t *)&connection->stream, on_room, on_read) != 0) {
        connection->lost = true;
    }
    connection_go(connection);
}

static void connect_to(struct connection *connection)
{
    int error;

    uv_tcp_init(connection->sender->loop, &connection->stream);
    connection->stream.data = connection;
    connection->connect.data = connection;
    error = uv_tcp_connect(&connection->connect, &connection->stream, connection->address->ai_addr,
                           on_connect);
    if (error == 0) {
        wait_for(connection, CONNECTING);
    } else {
        note(connection, RESULT_TEMP, "cannot connect", uv_strerror(error));
        try_next(connection);
    }
}

static void on_closed(uv_handle_t *stream)
{
    connect_to(stream->data);
}

static void try_next(struct connection *connection)
{
    connection->address = connection->address->ai_next;
    if (connection->address == NULL) {
        close_now(connection);
    } else {
        uv_close((uv_handle_t *)&connection->stream, on_closed);
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

/* -- beginning -------------------------------------------------------------------------------- */

static bool engine_begin(struct connection *connection)
{
    const struct sansmtp_client_options *engine = &connection->sender->engine;

    connection->block_length = sansmtp_client_memory(engine);
    connection->block = malloc(connection->block_length);
    return connection->block != NULL && sansmtp_client_init(&connection->engine, connection->block,
                                                            connection->block_length, engine) == 0;
}

bool connection_open(struct connection *connection, struct sender *sender)
{
    connection->sender = sender;
    if (!session_begin(&connection->session, sender) || !engine_begin(connection)) {
        fputs("sansmtp-send: no memory\n", stderr);
        return false;
    }
    uv_timer_init(sender->loop, &connection->timer);
    connection->timer.data = connection;
    if (resolve(connection)) {
        connect_to(connection);
    } else {
        uv_close((uv_handle_t *)&connection->timer, NULL);
    }
    return true;
}

void connection_end(struct connection *connection)
{
    session_end(&connection->session, connection->engine);
    tls_end(connection->tls);
    free(connection->block);
    if (connection->addresses != NULL) {
        freeaddrinfo(connection->addresses);
    }
}
