#include "send_connection.h"

#include <string.h>

#define DIRECT 8192u /* octets of the message worth a write without a copy; more than any command */
#define AWAIT  16384u /* octets copied to hear when the socket takes more */

/* -- what the engine offers ------------------------------------------------------------------- */

/* Commands are in the engine's own memory, the message is in ours. */
static void trace(struct connection *connection, const uint8_t *octets, size_t length)
{
    uintptr_t at = (uintptr_t)octets, block = (uintptr_t)connection->block;

    if (at >= block && at < block + connection->block_length) {
        trace_commands(&connection->sender->trace, octets, length,
                       sansmtp_client_secret(connection->engine) != 0);
    } else {
        trace_message(&connection->sender->trace, length);
    }
}

/* Copies what there is into out; what is worth a write of its own only if large says so, for that
 * may be cut, and a line of the dialogue shall not. Returns how many octets. */
static size_t gather(struct connection *connection, uint8_t *out, size_t capacity, bool large)
{
    size_t gathered = 0, length;

    for (;;) {
        const void *octets = sansmtp_client_output(connection->engine, &length);
        size_t room = capacity - gathered;

        if (length == 0 || room == 0 || (length >= DIRECT && !large) ||
            (length < DIRECT && length > room)) {
            return gathered;
        }
        length = length > room ? room : length;
        memcpy(out + gathered, octets, length);
        trace(connection, octets, length);
        sansmtp_client_sent(connection->engine, length);
        gathered += length;
    }
}

/* -- the socket ------------------------------------------------------------------------------- */

static uv_buf_t buffer_of(const void *octets, size_t length)
{
    uv_buf_t buffer;

    memcpy(&buffer.base, &octets, sizeof octets); /* libuv reads it only, but does not say so */
    buffer.len = length;
    return buffer;
}

static void on_written(uv_write_t *request, int status)
{
    struct connection *connection = request->data;

    connection->writing = false;
    connection->waiting_length = 0;
    if (connection->closing) {
        return;
    }
    if (status < 0) {
        connection->lost = true;
    }
    connection_go(connection);
}

static void write_later(struct connection *connection)
{
    uv_buf_t buffer = buffer_of(connection->waiting, connection->waiting_length);

    connection->write.data = connection;
    if (uv_write(&connection->write, (uv_stream_t *)&connection->stream, &buffer, 1, on_written) !=
        0) {
        connection->lost = true;
        return;
    }
    connection->writing = true;
}

/* Returns how many octets the socket took. */
static size_t try_write(struct connection *connection, const uv_buf_t *buffers, unsigned int count)
{
    int sent = uv_try_write((uv_stream_t *)&connection->stream, buffers, count);

    if (sent < 0 && sent != UV_EAGAIN) {
        connection->lost = true;
    }
    return sent < 0 ? 0 : (size_t)sent;
}

/* Of what waits the first octets went. */
static void drop_written(struct connection *connection, size_t length)
{
    connection->waiting_length -= length;
    memmove(connection->waiting, connection->waiting + length, connection->waiting_length);
}

/* -- in clear --------------------------------------------------------------------------------- */

/* What waits, and behind it the message as it lies. Returns false if there was nothing. */
static bool write_plain(struct connection *connection)
{
    struct sansmtp_span spans[3];
    uv_buf_t buffers[4];
    size_t count = 0, total, sent, direct, length;

    connection->waiting_length = gather(connection, connection->waiting, WAITING_ROOM, false);
    total = connection->waiting_length;
    buffers[0] = buffer_of(connection->waiting, total);
    sansmtp_client_output(connection->engine, &length);
    if (length >= DIRECT) {
        count = sansmtp_client_vectors(connection->engine, spans, 3);
    }
    for (size_t i = 0; i < count; i++) {
        buffers[i + 1] = buffer_of(spans[i].data, spans[i].length);
        total += spans[i].length;
    }
    if (total == 0) {
        return false;
    }
    sent = try_write(connection, buffers, (unsigned int)count + 1);
    length = sent < connection->waiting_length ? sent : connection->waiting_length;
    direct = sent - length;
    drop_written(connection, length);
    trace_message(&connection->sender->trace, direct);
    sansmtp_client_sent(connection->engine, direct);
    if (sent < total && !connection->lost) {
        if (connection->waiting_length == 0) {
            connection->waiting_length = gather(connection, connection->waiting, AWAIT, true);
        }
        write_later(connection);
    }
    return true;
}

/* -- under TLS -------------------------------------------------------------------------------- */

static bool write_tls(struct connection *connection)
{
    static uint8_t plain[2 * AWAIT];
    uv_buf_t buffer;
    size_t length;

    connection->waiting_length = tls_take(connection->tls, connection->waiting, WAITING_ROOM);
    if (connection->waiting_length == 0) {
        length = gather(connection, plain, sizeof plain, true);
        if (!tls_write(connection->tls, plain, length)) {
            connection->lost = true;
        }
        connection->waiting_length = tls_take(connection->tls, connection->waiting, WAITING_ROOM);
    }
    if (connection->waiting_length == 0) {
        return false;
    }
    buffer = buffer_of(connection->waiting, connection->waiting_length);
    drop_written(connection, try_write(connection, &buffer, 1));
    if (connection->waiting_length > 0 && !connection->lost) {
        write_later(connection);
    }
    return true;
}

bool connection_write(struct connection *connection)
{
    bool more = true;

    while (more && !connection->writing && !connection->lost) {
        more = connection->tls == NULL ? write_plain(connection) : write_tls(connection);
    }
    return !connection->writing && !connection->lost;
}
