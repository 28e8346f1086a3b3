#include "call.h"

#include <string.h>

#define DIRECT 8192u /* octets of the message worth a write without a copy; more than any command */
#define AWAIT  16384u /* octets copied to hear when the socket takes more */

/* -- what the engine offers ------------------------------------------------------------------- */

/* Commands are in the engine's own memory, the message is in ours. */
static void trace(struct call *call, const uint8_t *octets, size_t length)
{
    uintptr_t at = (uintptr_t)octets, block = (uintptr_t)call->block;

    if (at >= block && at < block + call->block_length) {
        dialogue_commands(call->dialogue, octets, length, sansmtp_client_secret(call->engine) != 0);
    } else {
        dialogue_message(call->dialogue, length);
    }
}

/* Copies what there is into out; what is worth a write of its own only if large says so, for that
 * may be cut, and a line of the dialogue shall not. Returns how many octets. */
static size_t gather(struct call *call, uint8_t *out, size_t capacity, bool large)
{
    size_t gathered = 0, length;

    for (;;) {
        const void *octets = sansmtp_client_output(call->engine, &length);
        size_t room = capacity - gathered;

        if (length == 0 || room == 0 || (length >= DIRECT && !large) ||
            (length < DIRECT && length > room)) {
            return gathered;
        }
        length = length > room ? room : length;
        memcpy(out + gathered, octets, length);
        trace(call, octets, length);
        sansmtp_client_sent(call->engine, length);
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
    struct call *call = request->data;

    call->writing = false;
    call->waiting_length = 0;
    if (call->closing) {
        return;
    }
    if (status < 0) {
        call->lost = true;
    }
    call_go(call);
}

static void write_later(struct call *call)
{
    uv_buf_t buffer = buffer_of(call->waiting, call->waiting_length);

    call->write.data = call;
    if (uv_write(&call->write, &call->socket.stream, &buffer, 1, on_written) != 0) {
        call->lost = true;
        return;
    }
    call->writing = true;
}

/* Returns how many octets the socket took. */
static size_t try_write(struct call *call, const uv_buf_t *buffers, unsigned int count)
{
    int sent = uv_try_write(&call->socket.stream, buffers, count);

    if (sent < 0 && sent != UV_EAGAIN) {
        call->lost = true;
    }
    return sent < 0 ? 0 : (size_t)sent;
}

/* Of what waits the first octets went. */
static void drop_written(struct call *call, size_t length)
{
    call->waiting_length -= length;
    memmove(call->waiting, call->waiting + length, call->waiting_length);
}

void call_introduce(struct call *call, const void *octets, size_t length)
{
    memcpy(call->waiting, octets, length);
    call->waiting_length = length;
    write_later(call);
}

/* -- in clear --------------------------------------------------------------------------------- */

/* What waits, and behind it the message as it lies. Returns false if there was nothing. */
static bool write_plain(struct call *call)
{
    struct sansmtp_span spans[3];
    uv_buf_t buffers[4];
    size_t count = 0, total, sent, direct, length;

    call->waiting_length = gather(call, call->waiting, WAITING_ROOM, false);
    total = call->waiting_length;
    buffers[0] = buffer_of(call->waiting, total);
    sansmtp_client_output(call->engine, &length);
    if (length >= DIRECT) {
        count = sansmtp_client_vectors(call->engine, spans, 3);
    }
    for (size_t i = 0; i < count; i++) {
        buffers[i + 1] = buffer_of(spans[i].data, spans[i].length);
        total += spans[i].length;
    }
    if (total == 0) {
        return false;
    }
    sent = try_write(call, buffers, (unsigned int)count + 1);
    length = sent < call->waiting_length ? sent : call->waiting_length;
    direct = sent - length;
    drop_written(call, length);
    dialogue_message(call->dialogue, direct);
    sansmtp_client_sent(call->engine, direct);
    if (sent < total && !call->lost) {
        if (call->waiting_length == 0) {
            call->waiting_length = gather(call, call->waiting, AWAIT, true);
        }
        write_later(call);
    }
    return true;
}

/* -- under TLS -------------------------------------------------------------------------------- */

static bool write_tls(struct call *call)
{
    static uint8_t plain[2 * AWAIT];
    uv_buf_t buffer;
    size_t length;

    call->waiting_length = tls_take(call->tls, call->waiting, WAITING_ROOM);
    if (call->waiting_length == 0) {
        length = gather(call, plain, sizeof plain, true);
        if (!tls_write(call->tls, plain, length)) {
            call->lost = true;
        }
        call->waiting_length = tls_take(call->tls, call->waiting, WAITING_ROOM);
    }
    if (call->waiting_length == 0) {
        return false;
    }
    buffer = buffer_of(call->waiting, call->waiting_length);
    drop_written(call, try_write(call, &buffer, 1));
    if (call->waiting_length > 0 && !call->lost) {
        write_later(call);
    }
    return true;
}

bool call_write(struct call *call)
{
    bool more = true;

    while (more && !call->writing && !call->lost) {
        more = call->tls == NULL ? write_plain(call) : write_tls(call);
    }
    return !call->writing && !call->lost;
}
