#include "client_engine.h"

#include "memory.h"
#include "stuff.h"

/* What goes out, in its order: commands first, then the slice of the body in hand, then what closes
 * the message. output() and vectors() only look, sent() moves on. */

/* The slices of the body behind the one in hand, as far as there is room for them; what is found is
 * forgotten again, for only sent() moves on. */
static size_t slices_behind(const struct sansmtp_client *client, struct sansmtp_span *spans,
                            size_t count)
{
    struct sansmtp_span chunk = client->chunk;
    uint32_t stuff = client->stuff;
    size_t used = 0;

    while (used < count && chunk.length != 0) {
        sansmtp_stuff_next(&chunk, &stuff, &spans[used]);
        if (spans[used].length == 0) {
            break;
        }
        used++;
    }
    return used;
}

size_t sansmtp_client_vectors(const struct sansmtp_client *client, struct sansmtp_span *spans,
                              size_t count)
{
    struct sansmtp_span first = {NULL, 0};
    size_t used = 0;

    if (client == NULL || spans == NULL) {
        return 0;
    }
    first.data = sansmtp_out_pending(&client->out, &first.length);
    if (first.length != 0 && used < count) {
        spans[used++] = first;
    }
    if (client->slice.length != 0 && used < count) {
        spans[used++] = client->slice;
        if (!sansmtp_client_sends(client, SANSMTP_SENDS_CHUNKS)) {
            used += slices_behind(client, spans + used, count - used);
        }
    }
    if (client->tail.length != 0 && used < count) {
        spans[used++] = client->tail;
    }
    return used;
}

const void *sansmtp_client_output(const struct sansmtp_client *client, size_t *length)
{
    struct sansmtp_span first = {NULL, 0};

    if (client == NULL || length == NULL) {
        return NULL;
    }
    sansmtp_client_vectors(client, &first, 1);
    *length = first.length;
    return first.data;
}

/* Counts the commands that are now wholly handed out: each is one line. */
static void commands_sent(struct sansmtp_client *client, size_t length)
{
    size_t pending = 0;
    const uint8_t *octets = sansmtp_out_pending(&client->out, &pending);
    const uint8_t *end;

    if (length > pending) {
        length = pending;
    }
    if (length == 0) {
        return;
    }
    end = octets + length;
    for (const uint8_t *at = octets; at < end; at++) {
        at = memchr(at, '\n', (size_t)(end - at));
        if (at == NULL) {
            break;
        }
        client->sent++;
    }
    sansmtp_out_sent(&client->out, length);
}

/* Moves on by at most length octets of the slice in hand. */
static size_t slice_sent(struct sansmtp_client *client, size_t length)
{
    if (length > client->slice.length) {
        length = client->slice.length;
    }
    client->slice.data += length;
    client->slice.length -= length;
    if (client->slice.length == 0) {
        if (!sansmtp_client_sends(client, SANSMTP_SENDS_CHUNKS)) {
            sansmtp_stuff_next(&client->chunk, &client->stuff, &client->slice);
        }
        if (client->slice.length == 0) {
            sansmtp_client_chunk_done(client);
        }
    }
    return length;
}

static size_t tail_sent(struct sansmtp_client *client, size_t length)
{
    if (length > client->tail.length) {
        length = client->tail.length;
    }
    client->tail.data += length;
    client->tail.length -= length;
    return length;
}

/* Where the body stands: what sent() moves on. */
struct position {
    struct sansmtp_span slice, chunk, tail;
    uint32_t stuff;
};

/* So many octets of the body are gone, of what vectors() shows; false, and nothing changed, if it
 * does not show as many. A tail that comes to be by this was not shown yet. */
static bool body_sent(struct sansmtp_client *client, size_t length)
{
    const struct position before = {client->slice, client->chunk, client->tail, client->stuff};

    while (length != 0 && client->slice.length != 0) {
        length -= slice_sent(client, length);
    }
    if (length != 0 && before.tail.length != 0) {
        length -= tail_sent(client, length);
    }
    if (length == 0) {
        return true;
    }
    client->slice = before.slice;
    client->chunk = before.chunk;
    client->tail = before.tail;
    client->stuff = before.stuff;
    return false;
}

/* The boundary between later and uncertain: the last octet of the message is handed out. */
static void look_for_final(struct sansmtp_client *client)
{
    size_t pending = 0;

    sansmtp_out_pending(&client->out, &pending);
    if (!sansmtp_client_sends(client, SANSMTP_SENDS_LAST) || sansmtp_client_octets_left(client) ||
        pending != 0 || sansmtp_client_sends(client, SANSMTP_SENDS_FINAL)) {
        return;
    }
    client->sends |= SANSMTP_SENDS_FINAL;
    if (!sansmtp_client_sends(client, SANSMTP_SENDS_CHUNKS) ||
        sansmtp_client_sends(client, SANSMTP_SENDS_EMPTY)) {
        client->sent++;
    }
}

int sansmtp_client_sent(struct sansmtp_client *client, size_t length)
{
    size_t commands = 0;

    if (client == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    sansmtp_out_pending(&client->out, &commands);
    if (length > commands && !body_sent(client, length - commands)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (length == 0) {
        return 0;
    }
    commands_sent(client, length);
    sansmtp_client_respond_rest(client);
    sansmtp_client_renew(client);
    if (client->phase == SANSMTP_AWAITS_OUTCOME) {
        look_for_final(client);
        sansmtp_client_advance(client);
    }
    return 0;
}
