#include "receive_connection.h"

#include "receive_log.h"
#include "receive_proxy.h"
#include "receive_session.h"
#include "receive_tls.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define LINGER        2000u /* milliseconds that a peer has to close after our farewell */
#define FAREWELL_MAX  ((size_t)1024 * 1024) /* octets that it may still send then */
#define COMMANDS_ROOM 4096u                 /* octets read at once where commands are awaited */

static uint8_t network[65536]; /* what a read brings */
static uint8_t plain[16384];   /* what a TLS record brings */

static void settle(struct connection *connection);

/* -- secrets ---------------------------------------------------------------------------------- */

/* What a peer sends may be credentials, whatever the engine makes of it. */
static void forget(const struct connection *connection, void *octets, size_t length)
{
    if (connection->receiver->options.users != NULL && octets != NULL) {
        OPENSSL_cleanse(octets, length);
    }
}

static void free_rest(struct connection *connection, uint8_t *memory, size_t capacity)
{
    forget(connection, memory, capacity);
    free(memory);
}

/* -- closing ---------------------------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
    struct connection *connection = handle->data;

    if (--connection->open_handles == 0) {
        free_rest(connection, connection->rest_memory, connection->rest_capacity);
        forget(connection, connection->block, connection->receiver->engine_memory);
        free(connection);
    }
}

static void close_now(struct connection *connection)
{
    struct receiver *receiver = connection->receiver;

    connection->closing = true;
    session_end(connection);
    tls_end(connection->tls);
    proxy_end(connection);
    if (connection->previous != NULL) {
        connection->previous->next = connection->next;
    } else {
        receiver->connections = connection->next;
    }
    if (connection->next != NULL) {
        connection->next->previous = connection->previous;
    }
    uv_close((uv_handle_t *)&connection->stream, on_closed);
    uv_close((uv_handle_t *)&connection->timer, on_closed);
}

/* The engine hears of it, so that the session ends in order; nothing can be sent any more. */
static void drop(struct connection *connection)
{
    struct sansmtp_span none = {NULL, 0};
    size_t length;
    int wants;

    sansmtp_server_eof(connection->engine);
    do {
        wants = sansmtp_server_run(connection->engine, &none, &session_callbacks, connection);
        sansmtp_server_output(connection->engine, &length);
    } while (wants > 0 && length > 0 && sansmtp_server_sent(connection->engine, length) == 0);
    close_now(connection);
}

/* -- writing ---------------------------------------------------------------------------------- */

/* What TLS itself has to say, and what it has made of our octets. */
static void send_records(struct connection *connection)
{
    size_t length;
    const void *octets = tls_output(connection->tls, &length);

    connection_send(connection, octets, length);
    tls_sent(connection->tls);
}

/* Hands all output on. Returns false if nothing more can be written now. */
static bool flush(struct connection *connection)
{
    size_t length;
    const void *octets = sansmtp_server_output(connection->engine, &length);

    log_sent(connection, octets, length);
    session_says(connection, octets, length);
    if (connection->tls == NULL) {
        connection_send(connection, octets, length);
    } else {
        if (!tls_write(connection->tls, octets, length)) {
            connection->lost = true;
        }
        send_records(connection);
    }
    sansmtp_server_sent(connection->engine, length);
    return !connection->writing && !connection->lost;
}

/* -- the engine ------------------------------------------------------------------------------- */

static void keep_rest(struct connection *connection, struct sansmtp_span rest)
{
    uint8_t *before = connection->rest_memory;
    size_t capacity = connection->rest_capacity;
    bool is_kept = connection->rest.length > 0 && rest.length > 0;

    if (is_kept) {
        connection->rest = rest; /* the end of what was kept before */
        return;
    }
    connection->rest_memory = NULL;
    connection->rest = (struct sansmtp_span){NULL, 0};
    if (rest.length > 0) {
        connection->rest_memory = malloc(rest.length);
        if (connection->rest_memory == NULL) {
            connection->lost = true;
        } else {
            memcpy(connection->rest_memory, rest.data, rest.length);
            connection->rest_capacity = rest.length;
            connection->rest = (struct sansmtp_span){connection->rest_memory, rest.length};
        }
    }
    free_rest(connection, before, capacity);
}

/* Gives the engine octets of the peer, and sends what it says. Only if nothing is being written;
 * in is connection->rest or, if that is empty, what was just read. */
static void advance(struct connection *connection, struct sansmtp_span in)
{
    int wants;

    do {
        wants = sansmtp_server_run(connection->engine, &in, &session_callbacks, connection);
    } while (wants > 0 && (wants & (int)SANSMTP_WRITE) != 0 && flush(connection));
    if (wants < 0) {
        log_bug(connection, wants);
        connection->lost = true;
    }
    session_ran(connection);
    keep_rest(connection, in);
}

static bool takes_input(const struct connection *connection)
{
    return !connection->writing && !connection->lost && connection->rest.length == 0 &&
           (sansmtp_server_wants(connection->engine) & SANSMTP_READ) != 0;
}

static void no_more_input(struct connection *connection)
{
    connection->ended = true;
    sansmtp_server_eof(connection->engine);
    advance(connection, connection->rest);
}

/* -- TLS -------------------------------------------------------------------------------------- */

/* One step of the handshake. Returns false if it needs octets of the peer. */
static bool handshake(struct connection *connection)
{
    const struct sansmtp_tls done = {.size = sizeof done, .flags = 0};
    int state;

    if (connection->tls == NULL) {
        connection->tls = tls_begin(connection->receiver->tls);
    }
    state = connection->tls == NULL ? -1 : tls_handshake(connection->tls);
    if (connection->tls != NULL) {
        send_records(connection);
    }
    if (state < 0) {
        log_event(connection, "TLS", "failed", 0);
        connection->lost = true;
    } else if (state > 0) {
        session_tls_started(connection);
        sansmtp_server_tls_started(connection->engine, &done);
        if (!connection->writing) {
            advance(connection, connection->rest);
        }
    }
    return state > 0;
}

/* One record. Returns false if there is none. */
static bool take_record(struct connection *connection)
{
    int length = tls_read(connection->tls, plain, sizeof plain);

    send_records(connection);
    if (length > 0) {
        struct sansmtp_span in = {plain, (size_t)length};

        if (connection->writing) {
            keep_rest(connection, in);
        } else {
            advance(connection, in);
        }
        forget(connection, plain, in.length);
    } else if (length < 0 && !connection->writing) {
        no_more_input(connection);
    }
    return length > 0;
}

static void turn_tls(struct connection *connection)
{
    bool more = true;

    while (more && !connection->writing && !connection->lost) {
        if ((sansmtp_server_wants(connection->engine) & SANSMTP_TLS) != 0) {
            more = handshake(connection);
        } else {
            more = connection->tls != NULL && takes_input(connection) && take_record(connection);
        }
    }
}

/* -- reading ---------------------------------------------------------------------------------- */

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct connection *connection = handle->data;

    (void)suggested;
    buffer->base = (char *)network;
    buffer->len = connection->session.in_body ? sizeof network : COMMANDS_ROOM;
}

static void on_end(struct connection *connection, ssize_t status)
{
    bool in_handshake = (sansmtp_server_wants(connection->engine) & SANSMTP_TLS) != 0;

    if (connection->farewell || in_handshake || connection->proxy != NULL || status != UV_EOF) {
        connection->lost = true;
    } else {
        no_more_input(connection);
    }
    settle(connection);
}

/* A peer that goes on and on is not about to read what we said. */
static void ignore(struct connection *connection, size_t length)
{
    connection->ignored += length;
    if (connection->ignored > FAREWELL_MAX) {
        connection->lost = true;
        settle(connection);
    }
}

static void take(struct connection *connection, const char *octets, size_t length)
{
    if (connection->tls == NULL) {
        advance(connection, (struct sansmtp_span){(const uint8_t *)octets, length});
        turn_tls(connection); /* it may have been STARTTLS */
        settle(connection);
    } else {
        tls_received(connection->tls, octets, length);
        connection_go(connection);
    }
}

/* A proxy's header comes first; what stands behind it is the client's. */
static void take_header(struct connection *connection, struct sansmtp_span in)
{
    proxy_take(connection, &in);
    if (connection->proxy != NULL) {
        settle(connection);
        return;
    }
    connection->deadline = NEVER;
    if (connection->receiver->options.tls_implicit) {
        connection_go(connection);
    }
    if (!connection->closing && (in.length > 0 || connection->tls == NULL)) {
        take(connection, (const char *)in.data, in.length);
    }
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    struct connection *connection = stream->data;

    if (length < 0) {
        on_end(connection, length);
        return;
    }
    if (connection->farewell) {
        ignore(connection, (size_t)length);
    } else if (length > 0 && connection->proxy != NULL) {
        take_header(connection,
                    (struct sansmtp_span){(const uint8_t *)buffer->base, (size_t)length});
    } else if (length > 0) {
        take(connection, buffer->base, (size_t)length);
    }
    forget(connection, buffer->base, (size_t)length);
}

static void set_reading(struct connection *connection, bool on)
{
    if (on == connection->reading) {
        return;
    }
    connection->reading = on;
    if (!on) {
        uv_read_stop((uv_stream_t *)&connection->stream);
    } else if (uv_read_start((uv_stream_t *)&connection->stream, on_room, on_read) != 0) {
        connection->lost = true;
    }
}

/* -- waiting ---------------------------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer);

/* The timer is not set anew for every wait: when it goes off too early, it goes on. */
static void arm(struct connection *connection)
{
    uint64_t now = uv_now(connection->receiver->loop);

    if (connection->deadline != NEVER && !uv_is_active((const uv_handle_t *)&connection->timer)) {
        uv_timer_start(&connection->timer, on_timer,
                       connection->deadline > now ? connection->deadline - now : 0, 0);
    }
}

static void wait_for(struct connection *connection, uint64_t milliseconds)
{
    uv_timer_stop(&connection->timer);
    connection->deadline = uv_now(connection->receiver->loop) + milliseconds;
    arm(connection);
}

static void expire(struct connection *connection)
{
    if (connection->proxy != NULL || connection->writing || connection->farewell ||
        sansmtp_server_expired(connection->engine) != 0) {
        connection->lost = true; /* it does not even take what we say */
        settle(connection);
    } else {
        connection_go(connection);
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct connection *connection = timer->data;

    if (connection->deadline == NEVER ||
        connection->deadline > uv_now(connection->receiver->loop)) {
        arm(connection);
    } else {
        expire(connection);
    }
}

static void watch_patience(struct connection *connection)
{
    uint32_t serial, seconds = sansmtp_server_patience(connection->engine, &serial);

    if (seconds == 0) {
        connection->deadline = NEVER;
        connection->serial = serial;
    } else if (serial != connection->serial || connection->deadline == NEVER) {
        connection->serial = serial;
        connection->deadline = uv_now(connection->receiver->loop) + 1000u * (uint64_t)seconds;
        arm(connection);
    }
}

/* -- after each step -------------------------------------------------------------------------- */

static void on_shut_down(uv_shutdown_t *request, int status)
{
    (void)request;
    (void)status;
}

/* All is said. A peer that said QUIT expects no more; any other may still be sending, and would
 * lose our last words if we closed before it has read them. */
static void say_farewell(struct connection *connection)
{
    if (connection->tls != NULL) {
        tls_close(connection->tls);
        send_records(connection);
    }
    connection->farewell = true;
    wait_for(connection, LINGER);
    if (connection->session.quit || connection->ended) {
        return;
    }
    if (uv_shutdown(&connection->shutdown, (uv_stream_t *)&connection->stream, on_shut_down) != 0) {
        connection->lost = true;
    }
    set_reading(connection, true);
}

/* The engine has not begun, so there is nothing to be said. */
static void await_header(struct connection *connection)
{
    if (connection->lost || connection->receiver->stopping) {
        close_now(connection);
        return;
    }
    set_reading(connection, true);
    if (connection->deadline == NEVER) {
        wait_for(connection, PROXY_WAIT);
    }
}

static void settle(struct connection *connection)
{
    uint32_t wants = sansmtp_server_wants(connection->engine);
    bool over = (wants & (SANSMTP_CLOSE | SANSMTP_WRITE)) == SANSMTP_CLOSE;

    if (connection->proxy != NULL) {
        await_header(connection);
        return;
    }
    if (over && !connection->farewell && !connection->writing && !connection->lost) {
        say_farewell(connection);
    }
    if (connection->lost) {
        drop(connection);
    } else if (connection->farewell) {
        if (!connection->writing && (connection->session.quit || connection->ended)) {
            close_now(connection);
        }
    } else {
        set_reading(connection, takes_input(connection) ||
                                    (!connection->writing && (wants & SANSMTP_TLS) != 0));
        watch_patience(connection);
    }
}

void connection_go(struct connection *connection)
{
    if (connection->proxy == NULL && !connection->writing && !connection->lost &&
        !connection->farewell) {
        advance(connection, connection->rest);
        turn_tls(connection);
    }
    settle(connection);
}

void connection_stop(struct connection *connection)
{
    if (!connection->session.in_transaction) {
        sansmtp_server_close(connection->engine);
        connection_go(connection);
    }
}

void connection_give_up(struct connection *connection)
{
    sansmtp_server_close(connection->engine);
    if (connection->writing) {
        connection->lost = true; /* it does not take what we say */
    }
    connection_go(connection);
}
