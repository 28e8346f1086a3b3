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

bool sansmtp_client_octets_left(const struct sansmtp_client *client)
{
    return client->slice.length != 0 || client->chunk.length != 0 || client->tail.length != 0;
}

/* Is the message begun and not wholly handed out? */
bool sansmtp_client_body_pending(const struct sansmtp_client *client)
{
    bool data = sansmtp_client_sends(client, SANSMTP_SENDS_BODY) &&
                !sansmtp_client_sends(client, SANSMTP_SENDS_CHUNKS | SANSMTP_SENDS_FINAL);

    return data || sansmtp_client_octets_left(client);
}

bool sansmtp_client_asks_body(const struct sansmtp_client *client)
{
    uint64_t waiting = client->put - client->answered;

    if (!sansmtp_client_sends(client, SANSMTP_SENDS_BODY) ||
        sansmtp_client_sends(client, SANSMTP_SENDS_LAST) || sansmtp_client_octets_left(client) ||
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
void sansmtp_client_chunk_done(struct sansmtp_client *client)
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
        sansmtp_client_chunk_done(client);
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
