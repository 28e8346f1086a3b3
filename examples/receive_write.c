#include "receive_connection.h"

#include <stdlib.h>
#include <string.h>

/* What the socket did not take at once. */
struct remainder {
    uv_write_t request;
    char octets[];
};

static void on_written(uv_write_t *request, int status)
{
    struct connection *connection = request->data;

    free(request);
    connection->writing = false;
    if (connection->closing) {
        return;
    }
    if (status < 0) {
        connection->lost = true;
    }
    connection_go(connection);
}

static void send_later(struct connection *connection, const char *octets, size_t length)
{
    struct remainder *remainder = malloc(sizeof *remainder + length);
    uv_buf_t buffer;

    if (remainder == NULL) {
        connection->lost = true;
        return;
    }
    memcpy(remainder->octets, octets, length);
    remainder->request.data = connection;
    buffer = uv_buf_init(remainder->octets, (unsigned int)length);
    if (uv_write(&remainder->request, (uv_stream_t *)&connection->stream, &buffer, 1, on_written) !=
        0) {
        free(remainder);
        connection->lost = true;
        return;
    }
    connection->writing = true;
}

void connection_send(struct connection *connection, const void *octets, size_t length)
{
    uv_buf_t buffer;
    int sent;

    if (length == 0 || connection->lost) {
        return;
    }
    memcpy(&buffer.base, &octets, sizeof octets); /* libuv reads it only, but does not say so */
    buffer.len = length;
    sent = uv_try_write((uv_stream_t *)&connection->stream, &buffer, 1);
    if (sent < 0 && sent != UV_EAGAIN) {
        connection->lost = true;
    } else if (sent < 0 || (size_t)sent < length) {
        size_t done = sent < 0 ? 0 : (size_t)sent;

        send_later(connection, (const char *)octets + done, length - done);
    }
}
