#include "client_engine.h"

#include <sansmtp/wire.h>

#include "datetime.h"
#include "mailbox.h"
#include "number.h"

/* submit: the MAIL line of an envelope that has passed its gate. */

static void put_xtext(struct sansmtp_client *client, const char *text, size_t length)
{
    uint8_t coded[3 * SANSMTP_MAILBOX_LONGEST];
    size_t coded_length = 0;

    if (sansmtp_xtext_encode((const uint8_t *)text, length, coded, sizeof(coded), &coded_length) ==
        0) {
        sansmtp_out_put(&client->out, coded, coded_length);
    }
}

static void put_number(struct sansmtp_client *client, const char *before, uint64_t number)
{
    uint8_t digits[20];

    sansmtp_client_put_text(client, before);
    sansmtp_out_put(&client->out, digits, sansmtp_number_write(number, digits));
}

/* With a "-" in front of what is below zero. */
static void put_signed(struct sansmtp_client *client, const char *before, int32_t number)
{
    sansmtp_client_put_text(client, before);
    put_number(client, number < 0 ? "-" : "", (uint64_t)(number < 0 ? -(int64_t)number : number));
}

static void put_word(struct sansmtp_client *client, const char *before, const char *text,
                     size_t length)
{
    if (length != 0) {
        sansmtp_client_put_text(client, before);
        sansmtp_out_put(&client->out, text, length);
    }
}

static void put_ret(struct sansmtp_client *client, const struct sansmtp_envelope *envelope)
{
    if (envelope->ret != 0) {
        sansmtp_client_put_text(client,
                                envelope->ret == SANSMTP_RET_FULL ? " RET=FULL" : " RET=HDRS");
    }
}

/* RFC 3885 3.3: ENVID goes with MTRK also where DSN is not offered. */
static void put_envid(struct sansmtp_client *client, const struct sansmtp_envelope *envelope)
{
    bool tracked = envelope->mtrk_length != 0 &&
                   sansmtp_client_offers(client, SANSMTP_EXTENSION_MTRK);

    if (envelope->envid_length != 0 &&
        (tracked || sansmtp_client_offers(client, SANSMTP_EXTENSION_DSN))) {
        sansmtp_client_put_text(client, " ENVID=");
        put_xtext(client, envelope->envid, envelope->envid_length);
    }
    if (tracked) {
        put_word(client, " MTRK=", envelope->mtrk, envelope->mtrk_length);
    }
}

static void put_deliver_by(struct sansmtp_client *client, const struct sansmtp_envelope *envelope)
{
    uint32_t mode = envelope->deliver_by_mode;

    if (mode != 0 && sansmtp_client_offers(client, SANSMTP_EXTENSION_DELIVERBY)) {
        put_signed(client, " BY=", envelope->deliver_by);
        sansmtp_client_put_text(client, (mode & SANSMTP_BY_RETURN) != 0 ? ";R" : ";N");
        sansmtp_client_put_text(client, (mode & SANSMTP_BY_TRACE) != 0 ? "T" : "");
    }
}

static void put_hold(struct sansmtp_client *client, const struct sansmtp_envelope *envelope)
{
    uint8_t moment[SANSMTP_DATETIME_LENGTH];

    if (envelope->hold_for != 0) {
        put_number(client, " HOLDFOR=", envelope->hold_for);
    }
    if (envelope->hold_until != 0) {
        sansmtp_client_put_text(client, " HOLDUNTIL=");
        sansmtp_out_put(&client->out, moment, sansmtp_datetime_write(envelope->hold_until, moment));
    }
}

/* What is left out where it is not offered: favours, and what the checks have let through. */
static void put_delivery(struct sansmtp_client *client, const struct sansmtp_envelope *envelope)
{
    uint64_t offered = client->offered.extensions;

    put_deliver_by(client, envelope);
    put_hold(client, envelope);
    if ((offered & SANSMTP_EXTENSION_MT_PRIORITY) != 0 &&
        (envelope->flags & SANSMTP_ENVELOPE_NO_PRIORITY) == 0) {
        put_signed(client, " MT-PRIORITY=", envelope->priority);
    }
    if ((envelope->flags & SANSMTP_ENVELOPE_REQUIRETLS) != 0 &&
        (offered & SANSMTP_EXTENSION_REQUIRETLS) != 0) {
        sansmtp_client_put_text(client, " REQUIRETLS");
    }
    if ((envelope->flags & SANSMTP_ENVELOPE_CONPERM) != 0) {
        sansmtp_client_put_text(client, " CONPERM");
    }
    if (sansmtp_client_sends(client, SANSMTP_SENDS_PRDR)) {
        sansmtp_client_put_text(client, " PRDR");
    }
    if (sansmtp_client_sends(client, SANSMTP_SENDS_TRANSID)) {
        put_word(client, " TRANSID=", envelope->transid, envelope->transid_length);
    }
    if ((offered & SANSMTP_EXTENSION_NO_SOLICITING) != 0) {
        put_word(client, " SOLICIT=", envelope->solicit, envelope->solicit_length);
    }
}

/* RFC 5321 4.1.1.3: only parameters whose extension the server has announced. */
static void put_mail_parameters(struct sansmtp_client *client,
                                const struct sansmtp_envelope *envelope)
{
    if (envelope->message_size != 0 && sansmtp_client_offers(client, SANSMTP_EXTENSION_SIZE)) {
        put_number(client, " SIZE=", envelope->message_size);
    }
    if (envelope->body == SANSMTP_BODY_8BITMIME) {
        sansmtp_client_put_text(client, " BODY=8BITMIME");
    }
    if (envelope->body == SANSMTP_BODY_BINARYMIME) {
        sansmtp_client_put_text(client, " BODY=BINARYMIME");
    }
    if (sansmtp_client_needs_utf8(envelope)) {
        sansmtp_client_put_text(client, " SMTPUTF8");
    }
    if (sansmtp_client_offers(client, SANSMTP_EXTENSION_DSN)) {
        put_ret(client, envelope);
    }
    put_envid(client, envelope);
    if (envelope->auth_length != 0 && sansmtp_client_offers(client, SANSMTP_EXTENSION_AUTH)) {
        sansmtp_client_put_text(client, " AUTH=");
        put_xtext(client, envelope->auth, envelope->auth_length);
    }
    put_delivery(client, envelope);
    sansmtp_client_put_own(client, envelope->own, envelope->own_count);
}

static uint32_t plan(const struct sansmtp_client *client, const struct sansmtp_envelope *envelope)
{
    bool binary = envelope->body == SANSMTP_BODY_BINARYMIME;
    bool chunks = binary || (sansmtp_client_offers(client, SANSMTP_EXTENSION_CHUNKING) &&
                             client->options->chunking == SANSMTP_CLIENT_CHUNKING_AUTO &&
                             client->options->body_newlines == SANSMTP_CLIENT_NEWLINES_REFUSE);
    uint32_t sends = SANSMTP_SENDS_ASKING;

    uint64_t offered = client->offered.extensions;
    bool lmtp = sansmtp_client_is(client, SANSMTP_CLIENT_LMTP);

    sends |= chunks || (envelope->flags & SANSMTP_ENVELOPE_URLS) != 0 ? SANSMTP_SENDS_CHUNKS : 0u;
    sends |= binary ? SANSMTP_SENDS_BINARY : 0u;
    sends |= envelope->body == SANSMTP_BODY_8BITMIME ? SANSMTP_SENDS_EIGHT_BIT : 0u;
    sends |= sansmtp_client_needs_utf8(envelope) ? SANSMTP_SENDS_UTF8 : 0u;
    sends |= (envelope->flags & SANSMTP_ENVELOPE_ALL_OR_NONE) != 0 ? SANSMTP_SENDS_ALL_OR_NONE : 0u;
    /* RFC 2852 4.1.4.2: who does not know the deadline is asked to tell of delays. */
    sends |= (envelope->deliver_by_mode & SANSMTP_BY_NOTIFY) != 0 &&
                     (offered & SANSMTP_EXTENSION_DELIVERBY) == 0
                 ? SANSMTP_SENDS_DELAYS
                 : 0u;
    sends |= (envelope->flags & SANSMTP_ENVELOPE_PRDR) != 0 &&
                     (offered & SANSMTP_EXTENSION_PRDR) != 0 && !lmtp
                 ? SANSMTP_SENDS_PRDR
                 : 0u;
    sends |= envelope->transid_length != 0 && (offered & SANSMTP_EXTENSION_CHECKPOINT) != 0 && !lmtp
                 ? SANSMTP_SENDS_TRANSID
                 : 0u;
    /* RFC 4141 5.2: what may be converted, for every recipient. */
    sends |= (envelope->flags & SANSMTP_ENVELOPE_CONPERM) != 0 &&
                     (offered & SANSMTP_EXTENSION_CONNEG) != 0
                 ? SANSMTP_SENDS_CONNEG
                 : 0u;
    return sends;
}

static void transaction_begin(struct sansmtp_client *client,
                              const struct sansmtp_envelope *envelope)
{
    client->phase = SANSMTP_AWAITS_OUTCOME;
    client->sends = plan(client, envelope);
    client->base = client->put;
    client->mails++;
    client->taken = 0;
    client->told = 0;
    client->accepted = 0;
    client->finals = 0;
    client->chunks = 0;
    client->outcome = 0;
    client->outcome_code = 0;
    client->outcome_enhanced = 0;
}

int sansmtp_client_submit(struct sansmtp_client *client, const struct sansmtp_envelope *envelope)
{
    int error = sansmtp_client_envelope_check(client, envelope);

    if (error != 0) {
        return error;
    }
    transaction_begin(client, envelope);
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_DIRTY)) {
        client->knows &= ~(uint32_t)SANSMTP_CLIENT_DIRTY;
        client->sends |= SANSMTP_SENDS_RSET;
        sansmtp_client_put(client, "RSET", 4);
    }
    sansmtp_client_put_text(client, "MAIL FROM:<");
    sansmtp_out_put(&client->out, envelope->sender, envelope->sender_length);
    sansmtp_client_put_text(client, ">");
    put_mail_parameters(client, envelope);
    sansmtp_client_put(client, "", 0);
    return 0;
}
