#include "client_engine.h"

#include <sansmtp/wire.h>

#include "ascii.h"
#include "class.h"
#include "mailbox.h"
#include "parameter_value.h"
#include "utf8_address.h"

/* recipient: its gate, what it needs of the peer, and the RCPT line. */

/* The longest RCPT line, but for the host's own parameters. */
enum { RCPT_ROOM = 1088 };

/* RFC 1845 3: after 355 there is no RCPT, so it is waited for. */
static bool awaits_offset(const struct sansmtp_client *client)
{
    return sansmtp_client_sends(client, SANSMTP_SENDS_TRANSID) &&
           client->answered <=
               client->base + (sansmtp_client_sends(client, SANSMTP_SENDS_RSET) ? 1u : 0u);
}

/* Without PIPELINING one command at a time; with it as many as options.in_flight. */
bool sansmtp_client_asks_recipient(const struct sansmtp_client *client)
{
    uint64_t waiting = client->put - client->answered;
    uint64_t most = sansmtp_client_piped(client) ? client->options->in_flight : 1;

    return sansmtp_client_sends(client, SANSMTP_SENDS_ASKING) && waiting < most &&
           client->taken != UINT32_MAX - 1 && !awaits_offset(client) &&
           !sansmtp_client_half_told(client) && sansmtp_out_room(&client->out) >= RCPT_ROOM;
}

/* RFC 5321 4.1.1.3: the bare Postmaster needs no domain. */
static int recipient_check(const struct sansmtp_client *client,
                           const struct sansmtp_recipient *recipient)
{
    static const char postmaster[] = "Postmaster";

    if (recipient->mailbox_length == sizeof(postmaster) - 1 &&
        sansmtp_local_is_postmaster((const uint8_t *)recipient->mailbox,
                                    recipient->mailbox_length)) {
        return 0;
    }
    return sansmtp_client_mailbox_check(recipient->mailbox, recipient->mailbox_length,
                                        sansmtp_client_sends(client, SANSMTP_SENDS_UTF8));
}

/* The original recipient as it goes out; 0: it cannot. */
static size_t orcpt_encode(const struct sansmtp_client *client,
                           const struct sansmtp_recipient *recipient,
                           uint8_t coded[SANSMTP_VALUE_LONGEST])
{
    const uint8_t *octets = (const uint8_t *)recipient->orcpt;
    size_t length = 0;

    if (sansmtp_ascii_equal((const uint8_t *)recipient->orcpt_type, recipient->orcpt_type_length,
                            (const uint8_t *)"utf-8", 5)) {
        return sansmtp_utf8_address_encode(octets, recipient->orcpt_length,
                                           sansmtp_client_sends(client, SANSMTP_SENDS_UTF8), coded,
                                           SANSMTP_VALUE_LONGEST);
    }
    for (size_t i = 0; i < recipient->orcpt_length; i++) {
        if (octets[i] < 0x20 || octets[i] > 0x7e) {
            return 0;
        }
    }
    return sansmtp_xtext_encode(octets, recipient->orcpt_length, coded, SANSMTP_VALUE_LONGEST,
                                &length) == 0
               ? length
               : 0;
}

static int orcpt_check(const struct sansmtp_client *client,
                       const struct sansmtp_recipient *recipient)
{
    uint8_t coded[SANSMTP_VALUE_LONGEST];
    size_t length;

    if (recipient->orcpt_type_length == 0) {
        return recipient->orcpt_length == 0 ? 0 : SANSMTP_ERR_TEXT;
    }
    for (size_t i = 0; i < recipient->orcpt_type_length; i++) {
        uint8_t octet = (uint8_t)recipient->orcpt_type[i];

        /* RFC 3461 4.2: an atom; and what stands in an esmtp-value has no "=". */
        if (!sansmtp_class_is(octet, SANSMTP_CLASS_ATEXT) || octet == '=' || octet == '+') {
            return SANSMTP_ERR_TEXT;
        }
    }
    length = orcpt_encode(client, recipient, coded);
    return (length != 0 || recipient->orcpt_length == 0) &&
                   recipient->orcpt_type_length + 1 + length <= SANSMTP_VALUE_LONGEST
               ? 0
               : SANSMTP_ERR_TEXT;
}

/* RFC 7293 5.1.1: what must hold is not sent to who cannot check it, unless C was said. */
static int rrvs_check(const struct sansmtp_client *client,
                      const struct sansmtp_recipient *recipient)
{
    struct sansmtp_value value = {0};

    if (recipient->rrvs_length == 0) {
        return 0;
    }
    if (!sansmtp_parameter_rrvs((const uint8_t *)recipient->rrvs, recipient->rrvs_length, 0,
                                &value)) {
        return SANSMTP_ERR_TEXT;
    }
    return value.second == SANSMTP_RRVS_CONTINUE ||
                   sansmtp_client_offers(client, SANSMTP_EXTENSION_RRVS)
               ? 0
               : SANSMTP_ERR_NEEDS_RRVS;
}

static bool notify_fits(uint32_t notify)
{
    uint32_t others = SANSMTP_NOTIFY_SUCCESS | SANSMTP_NOTIFY_FAILURE | SANSMTP_NOTIFY_DELAY;

    return notify == SANSMTP_NOTIFY_NEVER || (notify & ~others) == 0;
}

/* RFC 2852 4.1.4.2: who does not know the deadline is asked to tell of delays. */
static uint32_t notify_of(const struct sansmtp_client *client, uint32_t notify)
{
    if (!sansmtp_client_sends(client, SANSMTP_SENDS_DELAYS) || notify == SANSMTP_NOTIFY_NEVER) {
        return notify;
    }
    return (notify == 0 ? SANSMTP_NOTIFY_FAILURE : notify) | SANSMTP_NOTIFY_DELAY;
}

static void put_notify(struct sansmtp_client *client, uint32_t notify)
{
    static const char *const words[] = {"NEVER", "SUCCESS", "FAILURE", "DELAY"};
    const char *separator = " NOTIFY=";

    for (uint32_t i = 0; i < 4; i++) {
        if ((notify & (1u << i)) != 0) {
            sansmtp_client_put_text(client, separator);
            sansmtp_client_put_text(client, words[i]);
            separator = ",";
        }
    }
}

static void put_orcpt(struct sansmtp_client *client, const struct sansmtp_recipient *recipient)
{
    uint8_t coded[SANSMTP_VALUE_LONGEST];

    if (recipient->orcpt_type_length == 0) {
        return;
    }
    sansmtp_client_put_text(client, " ORCPT=");
    sansmtp_out_put(&client->out, recipient->orcpt_type, recipient->orcpt_type_length);
    sansmtp_client_put_text(client, ";");
    sansmtp_out_put(&client->out, coded, orcpt_encode(client, recipient, coded));
}

/* Only parameters whose extension is offered (RFC 5321 4.1.1.11). */
static void put_parameters(struct sansmtp_client *client, const struct sansmtp_recipient *recipient)
{
    if (sansmtp_client_offers(client, SANSMTP_EXTENSION_DSN)) {
        put_notify(client, notify_of(client, recipient->notify));
        put_orcpt(client, recipient);
    }
    if (recipient->rrvs_length != 0 && sansmtp_client_offers(client, SANSMTP_EXTENSION_RRVS)) {
        sansmtp_client_put_text(client, " RRVS=");
        sansmtp_out_put(&client->out, recipient->rrvs, recipient->rrvs_length);
    }
    if (sansmtp_client_sends(client, SANSMTP_SENDS_CONNEG)) {
        sansmtp_client_put_text(client, " CONNEG");
    }
    sansmtp_client_put_own(client, recipient->own, recipient->own_count);
}

static bool reaches_limit(const struct sansmtp_client *client)
{
    return client->offered.recipients != 0 && client->taken >= client->offered.recipients;
}

static int recipient_gate(const struct sansmtp_client *client,
                          const struct sansmtp_recipient *recipient)
{
    int error;

    if (client == NULL || recipient == NULL || recipient->size < sizeof(*recipient) ||
        !sansmtp_client_is_span(recipient->mailbox, recipient->mailbox_length) ||
        !sansmtp_client_is_span(recipient->orcpt_type, recipient->orcpt_type_length) ||
        !sansmtp_client_is_span(recipient->orcpt, recipient->orcpt_length) ||
        !sansmtp_client_is_span(recipient->rrvs, recipient->rrvs_length) ||
        recipient->reserved != 0 || !notify_fits(recipient->notify)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (client->phase != SANSMTP_AWAITS_OUTCOME || !sansmtp_client_asks_recipient(client)) {
        return SANSMTP_ERR_STATE;
    }
    if (reaches_limit(client)) {
        return SANSMTP_ERR_LIMITS;
    }
    error = recipient_check(client, recipient);
    if (error == 0) {
        error = orcpt_check(client, recipient);
    }
    if (error == 0) {
        error = rrvs_check(client, recipient);
    }
    if (error == 0) {
        error = sansmtp_client_own_check(client, recipient->own, recipient->own_count,
                                         SANSMTP_VERB_RCPT);
    }
    if (error == 0 &&
        sansmtp_out_room(&client->out) <
            RCPT_ROOM + sansmtp_client_own_length(recipient->own, recipient->own_count)) {
        error = SANSMTP_ERR_ROOM;
    }
    return error;
}

/* RFC 9422 4.2: no more than the peer takes; the others need another message. */
void sansmtp_client_heed_limit(struct sansmtp_client *client)
{
    if (reaches_limit(client) && !sansmtp_client_sends(client, SANSMTP_SENDS_ALL_OR_NONE)) {
        client->sends &= ~(uint32_t)SANSMTP_SENDS_ASKING;
        sansmtp_client_advance(client);
    }
}

int sansmtp_client_recipient(struct sansmtp_client *client,
                             const struct sansmtp_recipient *recipient)
{
    int error = recipient_gate(client, recipient);

    if (error != 0) {
        return error;
    }
    sansmtp_client_put_text(client, "RCPT TO:<");
    sansmtp_out_put(&client->out, recipient->mailbox, recipient->mailbox_length);
    sansmtp_client_put_text(client, ">");
    put_parameters(client, recipient);
    sansmtp_client_put(client, "", 0);
    client->taken++;
    sansmtp_client_heed_limit(client);
    return 0;
}

int sansmtp_client_recipients_end(struct sansmtp_client *client)
{
    if (client == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (client->phase != SANSMTP_AWAITS_OUTCOME ||
        !sansmtp_client_sends(client, SANSMTP_SENDS_ASKING) || client->taken == 0) {
        return SANSMTP_ERR_STATE;
    }
    client->sends &= ~(uint32_t)SANSMTP_SENDS_ASKING;
    sansmtp_client_advance(client);
    return 0;
}

/* Nobody gets it: what was asked is waited for, and the peer forgets what it was told. */
int sansmtp_client_withdraw(struct sansmtp_client *client)
{
    if (client == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (client->phase != SANSMTP_AWAITS_OUTCOME ||
        !sansmtp_client_sends(client, SANSMTP_SENDS_ASKING)) {
        return SANSMTP_ERR_STATE;
    }
    client->sends |= SANSMTP_SENDS_VOID | SANSMTP_SENDS_TEMPORARY;
    client->sends &= ~(uint32_t)SANSMTP_SENDS_ASKING;
    sansmtp_client_renew(client);
    sansmtp_client_advance(client);
    return 0;
}
