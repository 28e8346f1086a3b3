#include "client_engine.h"

#include "argument.h"
#include "memory.h"
#include "number.h"
#include "stuff.h"

/* The message on its way out. Nothing of it is copied: a slice is the host's own octets, and what
 * dot-stuffing or the end adds is a constant. Output is commands first, then the slice in hand,
 * then what closes the message; output() only looks, body() and sent() move on. */

/* "BDAT ", twenty digits, " LAST", CRLF. */
enum { BDAT_ROOM = 34 };

static bool octets_left(const struct sansmtp_client *client)
{
    return client->slice.length != 0 || client->chunk.length != 0 || client->tail.length != 0;
}

/* Is the message begun and not wholly handed out? */
bool sansmtp_client_body_pending(const struct sansmtp_client *client)
{
    bool data = sansmtp_client_sends(client, SANSMTP_SENDS_BODY) &&
                !sansmtp_client_sends(client, SANSMTP_SENDS_CHUNKS | SANSMTP_SENDS_FINAL);

    return data || octets_left(client);
}

bool sansmtp_client_asks_body(const struct sansmtp_client *client)
{
    uint64_t waiting = client->put - client->answered;

    if (!sansmtp_client_sends(client, SANSMTP_SENDS_BODY) ||
        sansmtp_client_sends(client, SANSMTP_SENDS_LAST) || octets_left(client) ||
        sansmtp_client_half_told(client)) {
        return false;
    }
    if (!sansmtp_client_sends(client, SANSMTP_SENDS_CHUNKS)) {
        return true;
    }
    return sansmtp_out_room(&client->out) >= BDAT_ROOM &&
           waiting < (sansmtp_client_piped(client) ? client->options->in_flight : 1);
}

static uint32_t policy(const struct sansmtp_client *client)
{
    bool eight = sansmtp_client_sends(client, SANSMTP_SENDS_EIGHT_BIT);
    /* A chunk goes out octet for octet: nothing of it can be mended. */
    bool mends = client->options->body_newlines == SANSMTP_CLIENT_NEWLINES_NORMALISE &&
                 !sansmtp_client_sends(client, SANSMTP_SENDS_CHUNKS);
    uint32_t newlines = mends ? SANSMTP_STUFF_NORMALISE : SANSMTP_STUFF_REFUSE;

    return newlines | (eight ? 0u : (uint32_t)SANSMTP_STUFF_SEVEN_BIT);
}

/* In DATA the end of the message counts as a command: it has a reply of its own. */
void sansmtp_client_body_begin(struct sansmtp_client *client)
{
    client->sends |= SANSMTP_SENDS_BODY;
    client->stuff = sansmtp_stuff_begin(policy(client));
    if (!sansmtp_client_sends(client, SANSMTP_SENDS_CHUNKS)) {
        client->put++;
    }
}

void sansmtp_client_empty_end(struct sansmtp_client *client)
{
    client->sends |= SANSMTP_SENDS_EMPTY | SANSMTP_SENDS_LAST;
    client->put++;
    sansmtp_stuff_end(sansmtp_stuff_begin(SANSMTP_STUFF_REFUSE), &client->tail);
}

/* All of a chunk is handed out: what closes the message comes, or the host is asked for more. */
static void chunk_done(struct sansmtp_client *client)
{
    if (!sansmtp_client_sends(client, SANSMTP_SENDS_LAST) ||
        sansmtp_client_sends(client, SANSMTP_SENDS_CHUNKS)) {
        return;
    }
    sansmtp_stuff_end(client->stuff, &client->tail);
}

static void put_bdat(struct sansmtp_client *client, size_t length, bool last)
{
    uint8_t digits[20];

    sansmtp_out_put(&client->out, "BDAT ", 5);
    sansmtp_out_put(&client->out, digits, sansmtp_number_write(length, digits));
    sansmtp_client_put(client, " LAST", last ? 5 : 0);
    client->chunks++;
}

static int offence(uint32_t offences)
{
    if (offences == 0) {
        return 0;
    }
    return (offences & SANSMTP_STUFF_BARE) != 0 ? SANSMTP_ERR_TEXT : SANSMTP_ERR_NEEDS_8BITMIME;
}

/* RFC 3030 2: what the chunk says is what follows, octet for octet; nothing is stuffed. */
static int lend_chunk(struct sansmtp_client *client, struct sansmtp_span chunk, bool last)
{
    struct sansmtp_span rest = chunk;
    struct sansmtp_span ignored = {NULL, 0};

    if (!sansmtp_client_sends(client, SANSMTP_SENDS_BINARY)) {
        int error = offence(sansmtp_stuff_check(&rest, last, &client->stuff, &ignored));

        if (error != 0) {
            return error;
        }
        while (ignored.length != 0) {
            sansmtp_stuff_next(&rest, &client->stuff, &ignored);
        }
    }
    if (chunk.length != 0 || last) {
        put_bdat(client, chunk.length, last);
        client->slice = chunk;
    }
    return 0;
}

static int lend_text(struct sansmtp_client *client, struct sansmtp_span chunk, bool last)
{
    int error = offence(sansmtp_stuff_check(&chunk, last, &client->stuff, &client->slice));

    if (error == 0) {
        client->chunk = chunk;
    }
    return error;
}

int sansmtp_client_body(struct sansmtp_client *client, const void *data, size_t length, int last)
{
    struct sansmtp_span chunk = {data, length};
    int error;

    if (client == NULL || (data == NULL && length != 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (client->phase != SANSMTP_AWAITS_OUTCOME || !sansmtp_client_asks_body(client)) {
        return SANSMTP_ERR_STATE;
    }
    if ((length != 0 || last != 0) && sansmtp_client_sends(client, SANSMTP_SENDS_CHUNKS) &&
        !sansmtp_client_offers(client, SANSMTP_EXTENSION_CHUNKING)) {
        return SANSMTP_ERR_NEEDS_VERB;
    }
    error = sansmtp_client_sends(client, SANSMTP_SENDS_CHUNKS)
                ? lend_chunk(client, chunk, last != 0)
                : lend_text(client, chunk, last != 0);
    if (error != 0) {
        return error;
    }
    if (length != 0 || last != 0) {
        sansmtp_client_renew(client);
    }
    if (last != 0) {
        client->sends |= SANSMTP_SENDS_LAST;
    }
    if (client->slice.length == 0 && client->chunk.length == 0) {
        chunk_done(client);
    }
    return 0;
}

int sansmtp_client_burl(struct sansmtp_client *client, const char *url, size_t length, int last)
{
    struct sansmtp_span whole;
    bool said_last;

    if (client == NULL || (url == NULL && length != 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (client->phase != SANSMTP_AWAITS_OUTCOME || !sansmtp_client_asks_body(client) ||
        !sansmtp_client_sends(client, SANSMTP_SENDS_CHUNKS) ||
        !sansmtp_client_offers(client, SANSMTP_EXTENSION_BURL)) {
        return SANSMTP_ERR_STATE;
    }
    if (!sansmtp_url_parse((const uint8_t *)url, length, &whole, &said_last) ||
        whole.length != length) {
        return SANSMTP_ERR_TEXT;
    }
    if (sansmtp_out_room(&client->out) < length + 12) {
        return SANSMTP_ERR_ROOM;
    }
    sansmtp_out_put(&client->out, "BURL ", 5);
    sansmtp_out_put(&client->out, url, length);
    sansmtp_client_put(client, " LAST", last != 0 ? 5 : 0);
    client->chunks++;
    client->sends |= last != 0 ? (uint32_t)SANSMTP_SENDS_LAST : 0u;
    return 0;
}

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
            chunk_done(client);
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
    if (!sansmtp_client_sends(client, SANSMTP_SENDS_LAST) || octets_left(client) || pending != 0 ||
        sansmtp_client_sends(client, SANSMTP_SENDS_FINAL)) {
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
