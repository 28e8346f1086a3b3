#include "client_engine.h"

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

void sansmtp_client_finish(struct sansmtp_client *client, uint32_t outcome)
{
    client->outcome = outcome;
    client->knows |= SANSMTP_CLIENT_OUTCOME_DUE;
    client->sends = 0;
    client->slice.length = 0;
    client->chunk.length = 0;
    client->tail.length = 0;
    if (client->phase != SANSMTP_AWAITS_OUTCOME) {
        return;
    }
    client->phase = SANSMTP_AWAITS_MESSAGE;
    /* With PIPELINING the RSET goes out together with the next MAIL. */
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_DIRTY) && !sansmtp_client_piped(client)) {
        client->knows &= ~(uint32_t)SANSMTP_CLIENT_DIRTY;
        client->phase = SANSMTP_AWAITS_RSET;
        sansmtp_client_put(client, "RSET", 4);
    }
}

static uint32_t refused_outcome(const struct sansmtp_client *client)
{
    return sansmtp_client_sends(client, SANSMTP_SENDS_TEMPORARY) ? SANSMTP_OUTCOME_LATER
                                                                 : SANSMTP_OUTCOME_REFUSED;
}

/* Can the peer have taken it? Only if all of it was handed out, and for somebody. */
static bool may_be_delivered(const struct sansmtp_client *client)
{
    return sansmtp_client_sends(client, SANSMTP_SENDS_FINAL) && client->outcome_code != 421 &&
           !sansmtp_client_sends(client, SANSMTP_SENDS_VOID | SANSMTP_SENDS_EMPTY) &&
           !(client->told == client->taken && client->accepted == 0);
}

/* A message without a reply to its end, whose connection is gone. What the peer said of the sender
 * stands, whatever else is lost. */
void sansmtp_client_lost(struct sansmtp_client *client)
{
    if (client->phase != SANSMTP_AWAITS_OUTCOME) {
        return;
    }
    if (sansmtp_client_sends(client, SANSMTP_SENDS_MAIL_REFUSED)) {
        sansmtp_client_finish(client, refused_outcome(client));
        return;
    }
    if (client->outcome_code != 421) {
        client->outcome_code = 0;
        client->outcome_enhanced = 0;
    }
    sansmtp_client_finish(client, may_be_delivered(client) ? SANSMTP_OUTCOME_UNCERTAIN
                                                           : SANSMTP_OUTCOME_LATER);
}

static enum sansmtp_client_step senseless(struct sansmtp_client *client)
{
    client->outcome_code = 0;
    sansmtp_client_over(client, SANSMTP_REASON_PROTOCOL, SANSMTP_ERR_PROTOCOL);
    return SANSMTP_CLIENT_ON;
}

static void decide(struct sansmtp_client *client, const struct sansmtp_client_reply *reply)
{
    client->outcome_code = reply->code;
    client->outcome_enhanced = reply->enhanced;
    client->decided = client->answered;
}

/* One refusal for now outweighs any number of those for good. */
static void note_refusal(struct sansmtp_client *client, const struct sansmtp_client_reply *reply)
{
    if (reply->code >= 500 && sansmtp_client_sends(client, SANSMTP_SENDS_TEMPORARY)) {
        return;
    }
    if (reply->code < 500) {
        client->sends |= SANSMTP_SENDS_TEMPORARY;
    }
    decide(client, reply);
}

static enum sansmtp_client_step after_rset(struct sansmtp_client *client, uint32_t code)
{
    if (code / 100 != 2) {
        return senseless(client);
    }
    return SANSMTP_CLIENT_ON;
}

static enum sansmtp_client_step after_mail(struct sansmtp_client *client,
                                           const struct sansmtp_client_reply *reply)
{
    if (reply->code / 100 == 3) {
        return senseless(client);
    }
    sansmtp_client_reply_event(client, SANSMTP_EVENT_SENDER, reply);
    if (reply->code >= 400) {
        client->sends |= SANSMTP_SENDS_MAIL_REFUSED;
        client->sends &= ~(uint32_t)SANSMTP_SENDS_ASKING;
        note_refusal(client, reply);
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
        return senseless(client);
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
            client->sends |= SANSMTP_SENDS_TEMPORARY;
            client->sends &= ~(uint32_t)SANSMTP_SENDS_ASKING;
        }
        note_refusal(client, reply);
    }
    return SANSMTP_CLIENT_TELL;
}

/* RFC 2920 3.1: 354 without a recipient is ended by an empty message, and nobody gets it. */
static enum sansmtp_client_step after_data(struct sansmtp_client *client,
                                           const struct sansmtp_client_reply *reply)
{
    if (reply->code / 100 == 2) {
        return senseless(client);
    }
    if (reply->code / 100 == 3) {
        if (client->accepted == 0 || sansmtp_client_sends(client, SANSMTP_SENDS_MAIL_REFUSED)) {
            sansmtp_client_empty_end(client);
        } else {
            sansmtp_client_body_begin(client);
        }
        return SANSMTP_CLIENT_ON;
    }
    client->knows |= SANSMTP_CLIENT_DIRTY;
    if (client->accepted != 0) {
        client->sends &= ~(uint32_t)SANSMTP_SENDS_TEMPORARY;
        note_refusal(client, reply);
    }
    client->sends |= SANSMTP_SENDS_VOID;
    return SANSMTP_CLIENT_ON;
}

static enum sansmtp_client_step after_chunk(struct sansmtp_client *client,
                                            const struct sansmtp_client_reply *reply)
{
    if (reply->code / 100 == 3) {
        return senseless(client);
    }
    if (reply->code / 100 == 2 || sansmtp_client_sends(client, SANSMTP_SENDS_VOID)) {
        return SANSMTP_CLIENT_ON;
    }
    client->knows |= SANSMTP_CLIENT_DIRTY;
    client->sends |= SANSMTP_SENDS_VOID;
    client->sends &= ~(uint32_t)SANSMTP_SENDS_BODY;
    if (client->accepted != 0) {
        client->sends &= ~(uint32_t)SANSMTP_SENDS_TEMPORARY;
        note_refusal(client, reply);
    }
    return SANSMTP_CLIENT_ON;
}

static uint32_t outcome_of(uint32_t code)
{
    if (code / 100 == 2) {
        return SANSMTP_OUTCOME_DELIVERED;
    }
    return code >= 500 ? SANSMTP_OUTCOME_REFUSED : SANSMTP_OUTCOME_LATER;
}

/* A refusal before the last octet went out settles the message; the dot never follows. */
static enum sansmtp_client_step early_verdict(struct sansmtp_client *client,
                                              const struct sansmtp_client_reply *reply)
{
    if (reply->code < 400) {
        return senseless(client);
    }
    decide(client, reply);
    sansmtp_client_finish(client, outcome_of(reply->code));
    sansmtp_client_over(client, SANSMTP_REASON_CLOSED, SANSMTP_ERR_REFUSED);
    return SANSMTP_CLIENT_ON;
}

/* In LMTP the worst of all finals decides; LATER is worse than REFUSED. */
static void settle(struct sansmtp_client *client, const struct sansmtp_client_reply *reply)
{
    uint32_t outcome = outcome_of(reply->code);

    if (client->finals == 1 || outcome >= client->outcome) {
        client->outcome = outcome;
        decide(client, reply);
    }
}

static enum sansmtp_client_step after_end(struct sansmtp_client *client,
                                          const struct sansmtp_client_reply *reply)
{
    bool lmtp = sansmtp_client_is(client, SANSMTP_CLIENT_LMTP) &&
                !sansmtp_client_sends(client, SANSMTP_SENDS_EMPTY);

    if (reply->code / 100 == 3) {
        return senseless(client);
    }
    /* Who was refused before learns nothing new from the refusal of the message. */
    if (client->accepted == 0 ||
        sansmtp_client_sends(client, SANSMTP_SENDS_EMPTY | SANSMTP_SENDS_VOID |
                                         SANSMTP_SENDS_MAIL_REFUSED)) {
        client->sends |= SANSMTP_SENDS_VOID;
        return SANSMTP_CLIENT_ON;
    }
    client->finals++;
    if (lmtp && client->finals < client->accepted) {
        client->answered--; /* the same end has more answers */
    }
    settle(client, reply);
    if (lmtp) {
        sansmtp_client_reply_event(client, SANSMTP_EVENT_FINAL, reply)->number = client->finals -
                                                                                 1u;
        if (client->finals == client->accepted) {
            sansmtp_client_finish(client, client->outcome);
        }
        return SANSMTP_CLIENT_TELL;
    }
    sansmtp_client_finish(client, client->outcome);
    return SANSMTP_CLIENT_ON;
}

static bool all_answered(const struct sansmtp_client *client)
{
    return client->answered == client->put;
}

/* A yes to a chunk whose octets are still going out. */
static bool presumptuous(const struct sansmtp_client *client, enum place place, uint32_t code)
{
    return place == CHUNK && code < 400 && client->answered + 1 == client->put &&
           client->slice.length != 0;
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
    return after_end(client, reply);
}

enum sansmtp_client_step sansmtp_client_transaction(struct sansmtp_client *client,
                                                    const struct sansmtp_client_reply *reply)
{
    enum place place = next_place(client);
    enum sansmtp_client_step done;

    if (too_early(client, place)) {
        return early_verdict(client, reply);
    }
    if (presumptuous(client, place, reply->code)) {
        return senseless(client);
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
    sansmtp_client_finish(client, refused_outcome(client));
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
           client->accepted == 0;
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
