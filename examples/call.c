#include "call.h"

#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#define CONNECTING 30u /* seconds for each address, unless timeout says otherwise */
#define PARTING    5u  /* seconds for the answer to QUIT: nothing depends on it */
#define LINGER     1u  /* seconds for the last words of a server that takes no more */

static uint8_t network[65536]; /* what a read brings */
static uint8_t plain[16384];   /* what a TLS record brings */

static void settle(struct call *call);
static void give_up(struct call *call, const char *why);

/* -- closing ---------------------------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
    struct call *call = handle->data;

    if (--call->open == 0) {
        call->host->closed(call);
    }
}

static void close_now(struct call *call)
{
    call->closing = true;
    if (call->tls != NULL && !call->writing && !call->lost) {
        tls_close(call->tls);
        call_write(call);
    }
    uv_close((uv_handle_t *)&call->socket, on_closed);
    uv_close((uv_handle_t *)&call->timer, on_closed);
}

/* -- the engine ------------------------------------------------------------------------------- */

/* Gives the engine octets of the server, and sends what it says. When the socket takes no more the
 * engine is asked once again: it may want more of the message, and would wait for us, not for the
 * server. */
static void advance(struct call *call, struct sansmtp_span in)
{
    int wants;

    do {
        wants = sansmtp_client_run(call->engine, &in, call->host->callbacks, call->user);
    } while (wants > 0 && (wants & (int)SANSMTP_WRITE) != 0 && !call->writing &&
             (call_write(call) || call->writing));
    if (wants < 0) {
        fprintf(stderr, "%s: the engine refused a call: %s\n", program_invocation_short_name,
                sansmtp_error_name(wants));
        call->lost = true;
    }
}

static void no_more_input(struct call *call)
{
    const struct sansmtp_span none = {NULL, 0};

    sansmtp_client_eof(call->engine);
    advance(call, none);
}

/* -- TLS -------------------------------------------------------------------------------------- */

static void handshake_done(struct call *call)
{
    struct sansmtp_tls done = {.size = sizeof done};
    const struct sansmtp_span none = {NULL, 0};

    done.flags = call->host->verified(call) ? SANSMTP_TLS_VERIFIED : 0;
    sansmtp_client_tls_started(call->engine, &done);
    if (call->host->secured != NULL) {
        call->host->secured(call);
    }
    advance(call, none);
}

static bool no_tls(struct call *call, const char *why)
{
    call->host->trouble(call, CALL_NO_TLS, why);
    sansmtp_client_tls_failed(call->engine);
    advance(call, (struct sansmtp_span){NULL, 0});
    return false;
}

/* One step of the handshake. Returns false if it needs octets of the server, or failed. */
static bool handshake(struct call *call)
{
    int state;

    if (call->tls == NULL) {
        call->tls = call->host->tls(call);
    }
    if (call->tls == NULL) {
        return no_tls(call, "no memory, or the host's name is none");
    }
    state = tls_handshake(call->tls);
    call_write(call);
    if (state < 0) {
        return no_tls(call, tls_reason(call->tls));
    }
    if (state > 0) {
        handshake_done(call);
    }
    return state > 0;
}

/* One record. Returns false if there is none. */
static bool take_record(struct call *call)
{
    int length = tls_read(call->tls, plain, sizeof plain);

    if (length > 0) {
        advance(call, (struct sansmtp_span){plain, (size_t)length});
    } else if (length < 0) {
        no_more_input(call);
    }
    return length > 0;
}

static void turn_tls(struct call *call)
{
    bool more = true;

    while (more) {
        uint32_t wants = sansmtp_client_wants(call->engine);

        if ((wants & SANSMTP_TLS) != 0) {
            more = handshake(call);
        } else {
            more = call->tls != NULL && (wants & SANSMTP_READ) != 0 && take_record(call);
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
    struct call *call = stream->data;

    if (length < 0) {
        uv_read_stop(stream);
        call->lost = call->lost || length != UV_EOF;
        no_more_input(call);
    } else if (call->tls == NULL) {
        advance(call, (struct sansmtp_span){(const uint8_t *)buffer->base, (size_t)length});
        turn_tls(call); /* it may have been STARTTLS */
    } else {
        tls_received(call->tls, buffer->base, (size_t)length);
        turn_tls(call);
    }
    settle(call);
}

/* -- waiting ---------------------------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer)
{
    struct call *call = timer->data;

    if (!call->connected) {
        give_up(call, "no answer");
        return;
    }
    if (call->lost || call->parting || sansmtp_client_expired(call->engine) != 0) {
        sansmtp_client_eof(call->engine);
    }
    advance(call, (struct sansmtp_span){NULL, 0});
    settle(call);
}

static void wait_for(struct call *call, uint64_t seconds)
{
    uint64_t most = call->timeout;

    seconds = most > 0 && most < seconds ? most : seconds;
    uv_timer_start(&call->timer, on_timer, 1000u * seconds, 0);
}

static void watch_patience(struct call *call)
{
    uint32_t serial, seconds = sansmtp_client_patience(call->engine, &serial);

    if (call->lost) {
        wait_for(call, LINGER);
    } else if (seconds == 0) {
        uv_timer_stop(&call->timer);
    } else if (serial != call->serial || !uv_is_active((const uv_handle_t *)&call->timer)) {
        wait_for(call, call->parting ? PARTING : seconds);
    }
    call->serial = serial;
}

/* -- after each step -------------------------------------------------------------------------- */

static void settle(struct call *call)
{
    uint32_t wants = sansmtp_client_wants(call->engine);

    if (call->closing) {
        return;
    }
    if (wants == SANSMTP_CLOSE) {
        close_now(call);
    } else {
        watch_patience(call);
    }
}

void call_go(struct call *call)
{
    advance(call, (struct sansmtp_span){NULL, 0});
    turn_tls(call);
    settle(call);
}

void call_quit(struct call *call)
{
    call->parting = true;
    sansmtp_client_quit(call->engine);
}

void call_abort(struct call *call)
{
    if (!call->connected && !call->closing) {
        close_now(call);
        return;
    }
    sansmtp_client_abort(call->engine);
}

/* -- connecting ------------------------------------------------------------------------------- */

static void give_up(struct call *call, const char *why)
{
    call->host->trouble(call, CALL_NOT_CONNECTED, why);
    close_now(call);
}

static void on_connect(uv_connect_t *request, int status)
{
    struct call *call = request->data;

    if (call->closing) {
        return;
    }
    if (status < 0) {
        give_up(call, uv_strerror(status));
        return;
    }
    call->connected = true;
    if (call->socket.stream.type == UV_TCP) {
        uv_tcp_nodelay(&call->socket.tcp, 1);
    }
    if (uv_read_start(&call->socket.stream, on_room, on_read) != 0) {
        call->lost = true;
    }
    if (call->host->connected != NULL) {
        call->host->connected(call);
    }
    call_go(call);
}

/* So that nothing is heard before call_open has returned. */
static void on_refused(uv_timer_t *timer)
{
    give_up(timer->data, "no such address can be reached from here");
}

static void connect_to(struct call *call, const struct sockaddr *address)
{
    struct sockaddr_un local;
    int error = 0;

    call->connect.data = call;
    if (address->sa_family == AF_UNIX) {
        memcpy(&local, address, sizeof local);
        uv_pipe_init(call->loop, &call->socket.pipe, 0);
        uv_pipe_connect(&call->connect, &call->socket.pipe, local.sun_path, on_connect);
    } else {
        uv_tcp_init(call->loop, &call->socket.tcp);
        error = uv_tcp_connect(&call->connect, &call->socket.tcp, address, on_connect);
    }
    call->socket.stream.data = call;
    call->open++;
    if (error == 0) {
        wait_for(call, CONNECTING);
    } else {
        uv_timer_start(&call->timer, on_refused, 0, 0);
    }
}

/* -- beginning and end ------------------------------------------------------------------------ */

bool call_open(struct call *call, const struct sansmtp_client_options *options,
               const struct sockaddr *address)
{
    call->block_length = sansmtp_client_memory(options);
    call->block = malloc(call->block_length);
    if (call->block == NULL ||
        sansmtp_client_init(&call->engine, call->block, call->block_length, options) != 0) {
        call_free(call);
        return false;
    }
    uv_timer_init(call->loop, &call->timer);
    call->timer.data = call;
    call->open++;
    connect_to(call, address);
    return true;
}

void call_free(struct call *call)
{
    tls_end(call->tls);
    free(call->block);
    call->tls = NULL;
    call->block = NULL;
}
