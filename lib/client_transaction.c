#include "client_engine.h"

#include "ascii.h"
#include "number.h"

/* What a reply means within a message. The order is fixed: RSET if the last transaction was left
 * open, MAIL, the RCPTs, DATA or the BDATs, the end; so a reply's place says what it answers. */

/* Where the next reply stands in that order. */
enum place { RSET, MAIL, RCPT, DATA, CHUNK, END };

static enum place next_place(const struct sansmtp_client *client)
{
    uint64_t place = client->answered - client->base;
    uint64_t rset = sansmtp_client_sends(client, SANSMTP_SENDS_RSET) ? 1 : 0;

    if (place < rset) {
        return RSET;
    }
    if (place == rset) {
        return MAIL;
    }
    place -= rset + 1;
    if (place < client->taken) {
        return RCPT;
    }
    place -= client->taken;
    if (sansmtp_client_sends(client, SANSMTP_SENDS_CHUNKS)) {
        return sansmtp_client_sends(client, SANSMTP_SENDS_LAST) && place + 1 >= client->chunks
                   ? END
                   : CHUNK;
    }
    return place == 0 ? DATA : END;
}

static enum sansmtp_client_step after_rset(struct sansmtp_client *client, uint32_t code)
{
    if (code / 100 != 2) {
        return sansmtp_client_senseless(client);
    }
    return SANSMTP_CLIENT_ON;
}

/* RFC 1845 3: the decimal offset comes first in the text. */
static bool read_offset(const struct sansmtp_client_reply *reply, uint64_t *offset)
{
    size_t digits = 0;

    while (digits < reply->text.length && sansmtp_ascii_is_digit(reply->text.data[digits])) {
        digits++;
    }
    return digits <= 19 && sansmtp_number_parse(reply->text.data, digits, offset, NULL);
}

/* RFC 1845 3: the peer has the recipients already, and so much of the message. */
static enum sansmtp_client_step restart(struct sansmtp_client *client,
                                        const struct sansmtp_client_reply *reply)
{
    struct sansmtp_event *event;
    uint64_t offset = 0;

    if (!sansmtp_client_sends(client, SANSMTP_SENDS_TRANSID) || reply->code != 355 ||
        !read_offset(reply, &offset)) {
        return sansmtp_client_senseless(client);
    }
    event = sansmtp_client_reply_event(client, SANSMTP_EVENT_RESTART, reply);
    event->number = offset;
    event->flags |= SANSMTP_FLAG_ACCEPTED;
    client->sends |= SANSMTP_SENDS_RESTARTED;
    client->sends &= ~(uint32_t)(SANSMTP_SENDS_ASKING | SANSMTP_SENDS_PRDR);
    return SANSMTP_CLIENT_TELL;
}

static enum sansmtp_client_step after_mail(struct sansmtp_client *client,
                                           const struct sansmtp_client_reply *reply)
{
    if (reply->code / 100 == 3) {
        return restart(client, reply);
    }
    sansmtp_client_reply_event(client, SANSMTP_EVENT_SENDER, reply);
    if (reply->code >= 400) {
        client->sends |= SANSMTP_SENDS_MAIL_REFUSED;
        client->sends &= ~(uint32_t)SANSMTP_SENDS_ASKING;
        sansmtp_client_note_refusal(client, reply);
    }
    return SANSMTP_CLIENT_TELL;
}

/* RFC 5321 4.5.3.1.10: 452 says that there are too many, and so does a 552 meant as one. */
static bool is_enough(const struct sansmtp_client *client, const struct sansmtp_client_reply *reply)
{
    uint32_t detail = reply->enhanced % 1000000u;

    if (client->accepted == 0) {
        return false;
    }
    if (reply->code == 452) {
        return reply->enhanced == 0 || detail == 5003u;
    }
    return reply->code == 552 &&
           (detail == 5003u || (reply->enhanced == 0 && client->accepted >= 100));
}

static enum sansmtp_client_step after_rcpt(struct sansmtp_client *client,
                                           const struct sansmtp_client_reply *reply)
{
    struct sansmtp_event *event;

    if (reply->code / 100 == 3) {
        return sansmtp_client_senseless(client);
    }
    event = sansmtp_client_reply_event(client, SANSMTP_EVENT_RESULT, reply);
    event->recipient = client->told++;
    if (reply->code < 400) {
        event->number = client->accepted++;
        return SANSMTP_CLIENT_TELL;
    }
    client->sends |= SANSMTP_SENDS_REFUSED;
    if (!sansmtp_client_sends(client, SANSMTP_SENDS_MAIL_REFUSED)) {
        if (is_enough(client, reply)) {
            event->flags |= SANSMTP_FLAG_ENOUGH;
            client->sends |= SANSMTP_SENDS_TEMPORARY;
            client->sends &= ~(uint32_t)SANSMTP_SENDS_ASKING;
        }
        sansmtp_client_note_refusal(client, reply);
    }
    return SANSMTP_CLIENT_TELL;
}

/* RFC 2920 3.1: 354 without a recipient is ended by an empty message, and nobody gets it. */
static enum sansmtp_client_step after_data(struct sansmtp_client *client,
                                           const struct sansmtp_client_reply *reply)
{
    if (reply->code / 100 == 2) {
        return sansmtp_client_senseless(client);
    }
    if (reply->code / 100 == 3) {
        if (!sansmtp_client_has_recipient(client) ||
            sansmtp_client_sends(client, SANSMTP_SENDS_MAIL_REFUSED)) {
            sansmtp_client_empty_end(client);
        } else {
            sansmtp_client_body_begin(client);
        }
        return SANSMTP_CLIENT_ON;
    }
    client->knows |= SANSMTP_CLIENT_DIRTY;
    if (sansmtp_client_has_recipient(client)) {
        client->sends &= ~(uint32_t)SANSMTP_SENDS_TEMPORARY;
        sansmtp_client_note_refusal(client, reply);
    }
    client->sends |= SANSMTP_SENDS_VOID;
    return SANSMTP_CLIENT_ON;
}

static enum sansmtp_client_step after_chunk(struct sansmtp_client *client,
                                            const struct sansmtp_client_reply *reply)
{
    if (reply->code / 100 == 3) {
        return sansmtp_client_senseless(client);
    }
    if (reply->code / 100 == 2 || sansmtp_client_sends(client, SANSMTP_SENDS_VOID)) {
        return SANSMTP_CLIENT_ON;
    }
    client->knows |= SANSMTP_CLIENT_DIRTY;
    client->sends |= SANSMTP_SENDS_VOID;
    client->sends &= ~(uint32_t)SANSMTP_SENDS_BODY;
    if (sansmtp_client_has_recipient(client)) {
        client->sends &= ~(uint32_t)SANSMTP_SENDS_TEMPORARY;
        sansmtp_client_note_refusal(client, reply);
    }
    return SANSMTP_CLIENT_ON;
}

static bool all_answered(const struct sansmtp_client *client)
{
    return client->answered == client->put;
}

/* A yes to a chunk whose octets were still going out. */
static bool presumptuous(const struct sansmtp_client *client, uint32_t code)
{
    return code < 400 && sansmtp_client_knows(client, SANSMTP_CLIENT_AMID);
}

/* What an early verdict is early for: the end of DATA, or the LAST chunk. */
static bool too_early(const struct sansmtp_client *client, enum place place)
{
    return place == END && !sansmtp_client_sends(client, SANSMTP_SENDS_FINAL) &&
           !sansmtp_client_sends(client, SANSMTP_SENDS_VOID);
}

static enum sansmtp_client_step dispatch(struct sansmtp_client *client, enum place place,
                                         const struct sansmtp_client_reply *reply)
{
    switch (place) {
    case RSET:
        return after_rset(client, reply->code);
    case MAIL:
        return after_mail(client, reply);
    case RCPT:
        return after_rcpt(client, reply);
    case DATA:
        return after_data(client, reply);
    case CHUNK:
        return after_chunk(client, reply);
    case END:
        break;
    }
    return sansmtp_client_after_end(client, reply);
}

enum sansmtp_client_step sansmtp_client_transaction(struct sansmtp_client *client,
                                                    const struct sansmtp_client_reply *reply)
{
    enum place place = next_place(client);
    enum sansmtp_client_step done;

    if (too_early(client, place)) {
        return sansmtp_client_early_verdict(client, reply);
    }
    if (presumptuous(client, reply->code)) {
        return sansmtp_client_senseless(client);
    }
    client->answered++;
    done = dispatch(client, place, reply);
    if (client->phase == SANSMTP_AWAITS_OUTCOME) {
        sansmtp_client_advance(client);
    }
    return done;
}

/* Nobody gets the message, and all that was asked is answered. */
static void fall_through(struct sansmtp_client *client)
{
    if (!sansmtp_client_sends(client, SANSMTP_SENDS_MAIL_REFUSED) &&
        !sansmtp_client_sends(client, SANSMTP_SENDS_EMPTY)) {
        client->knows |= SANSMTP_CLIENT_DIRTY;
    }
    sansmtp_client_finish(client, sansmtp_client_refused_outcome(client));
}

static void put_data(struct sansmtp_client *client)
{
    if (sansmtp_client_sends(client, SANSMTP_SENDS_CHUNKS)) {
        client->sends |= SANSMTP_SENDS_DATA;
        sansmtp_client_body_begin(client);
    } else {
        client->sends |= SANSMTP_SENDS_DATA;
        sansmtp_client_put(client, "DATA", 4);
    }
}

/* Does the message still have somebody to go to, as far as is known? */
static bool hopeless(const struct sansmtp_client *client)
{
    if (sansmtp_client_sends(client, SANSMTP_SENDS_MAIL_REFUSED | SANSMTP_SENDS_VOID)) {
        return true;
    }
    if (sansmtp_client_sends(client, SANSMTP_SENDS_ALL_OR_NONE) &&
        sansmtp_client_sends(client, SANSMTP_SENDS_REFUSED)) {
        return true;
    }
    return !sansmtp_client_sends(client, SANSMTP_SENDS_ASKING) && client->told == client->taken &&
           !sansmtp_client_has_recipient(client);
}

/* RFC 2033 4.3: to BDAT LAST an LMTP server says nothing at all if it accepted no recipient. */
static void expect_silence(struct sansmtp_client *client)
{
    if (sansmtp_client_is(client, SANSMTP_CLIENT_LMTP) &&
        sansmtp_client_sends(client, SANSMTP_SENDS_CHUNKS) &&
        sansmtp_client_sends(client, SANSMTP_SENDS_FINAL) && client->accepted == 0 &&
        client->answered + 1 == client->put && next_place(client) == END) {
        client->answered++;
    }
}

/* Goes on with the transaction as far as replies and room allow. */
void sansmtp_client_advance(struct sansmtp_client *client)
{
    bool together = sansmtp_client_piped(client) &&
                    !sansmtp_client_sends(client, SANSMTP_SENDS_ALL_OR_NONE);

    if (client->phase != SANSMTP_AWAITS_OUTCOME) {
        return;
    }
    if (hopeless(client)) {
        expect_silence(client);
        client->sends &= ~(uint32_t)(SANSMTP_SENDS_ASKING | SANSMTP_SENDS_BODY);
        if (all_answered(client) && !sansmtp_client_body_pending(client)) {
            fall_through(client);
        }
        return;
    }
    if (sansmtp_client_sends(client, SANSMTP_SENDS_ASKING | SANSMTP_SENDS_DATA)) {
        return;
    }
    if ((together || all_answered(client)) && sansmtp_out_room(&client->out) >= 64) {
        put_data(client);
    }
}
