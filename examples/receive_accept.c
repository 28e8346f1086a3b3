#include "receive_proxy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How a connection begins. libuv takes no other one before the first in line has been taken, so one
 * that there is no memory for is taken by a handle that is always there, and closed. Each listener
 * has its own, for who waits at one is heard by nobody else. */

static struct connection *new_connection(struct receiver *receiver)
{
    struct connection *connection = malloc(sizeof *connection + receiver->engine_memory);

    if (connection == NULL) {
        return NULL;
    }
    memset(connection, 0, sizeof *connection);
    connection->receiver = receiver;
    connection->deadline = NEVER;
    connection->open_handles = 2;
    uv_tcp_init(receiver->loop, &connection->stream);
    uv_timer_init(receiver->loop, &connection->timer);
    connection->stream.data = connection;
    connection->timer.data = connection;
    connection->next = receiver->connections;
    if (connection->next != NULL) {
        connection->next->previous = connection;
    }
    receiver->connections = connection;
    return connection;
}

static void on_refused(uv_handle_t *handle)
{
    uv_stream_t *listener = handle->data;
    struct receiver *receiver = listener->data;

    receiver->spare_closing = false;
    if (receiver->one_waits && uv_is_closing((uv_handle_t *)listener) == 0) {
        receiver->one_waits = false;
        connection_accept(listener);
    }
}

static void refuse(struct receiver *receiver, uv_stream_t *listener)
{
    if (receiver->spare_closing) {
        receiver->one_waits = true;
        return;
    }
    fprintf(stderr, "%s: no memory for a connection\n", program_invocation_short_name);
    uv_tcp_init(receiver->loop, &receiver->spare);
    receiver->spare.data = listener;
    receiver->spare_closing = true;
    uv_accept(listener, (uv_stream_t *)&receiver->spare);
    uv_close((uv_handle_t *)&receiver->spare, on_refused);
}

void connection_accept(uv_stream_t *listener)
{
    struct receiver *receiver = listener->data;
    struct connection *connection = new_connection(receiver);

    if (connection == NULL) {
        refuse(receiver, listener);
        return;
    }
    sansmtp_server_init(&connection->engine, connection->block, receiver->engine_memory,
                        &receiver->engine);
    if (uv_accept(listener, (uv_stream_t *)&connection->stream) != 0) {
        connection->lost = true;
    } else {
        proxy_begin(connection);
    }
    connection_go(connection);
}
