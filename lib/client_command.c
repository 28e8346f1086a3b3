#include "client_engine.h"

#include <sansmtp/wire.h>

#include "mailbox.h"
#include "memory.h"
#include "number.h"
#include "utf8.h"

/* The lines that go out. Every string of the host passes its gate before an octet is written, so a
 * command can neither be broken nor forged. */

/* A MAIL line with all its parameters fits, and a RSET in front of it. */
enum { MAIL_ROOM = 1240, RCPT_ROOM = 1088, ENVID_LONGEST = 100 };

void sansmtp_client_put(struct sansmtp_client *client, const char *line, size_t length)
{
    sansmtp_out_put(&client->out, line, length);
    sansmtp_out_put(&client->out, "\r\n", 2);
    client->put++;
    sansmtp_client_renew(client);
}

bool sansmtp_client_piped(const struct sansmtp_client *client)
{
    return sansmtp_client_offers(client, SANSMTP_EXTENSION_PIPELINING) &&
           !sansmtp_client_is(client, SANSMTP_CLIENT_NO_PIPELINING);
}

/* May a message be submitted? Not before all that is known has been told. */
bool sansmtp_client_idle(const struct sansmtp_client *client)
{
    return client->phase == SANSMTP_AWAITS_MESSAGE && sansmtp_out_room(&client->out) >= MAIL_ROOM &&
           !sansmtp_client_knows(client, SANSMTP_CLIENT_WHOLE | SANSMTP_CLIENT_LINE_DUE |
                                             SANSMTP_CLIENT_OUTCOME_DUE | SANSMTP_CLIENT_READY_DUE);
}

static void put_text(struct sansmtp_client *client, const char *text)
{
    size_t length = 0;

    while (text[length] != 0) {
        length++;
    }
    sansmtp_out_put(&client->out, text, length);
}

/* A mailbox of RFC 5321's grammar; UTF-8 only where the peer takes it. */
static int mailbox_check(const char *text, size_t length, bool utf8)
{
    struct sansmtp_path path = {.size = sizeof(path)};
    const uint8_t *octets = (const uint8_t *)text;

    if (sansmtp_mailbox_parse(octets, length, SANSMTP_ACCEPT_LONG_LOCAL | SANSMTP_ACCEPT_UTF8,
                              &path) != 0) {
        return SANSMTP_ERR_TEXT;
    }
    return sansmtp_utf8_ascii(octets, length) || utf8 ? 0 : SANSMTP_ERR_NEEDS_SMTPUTF8;
}

/* RFC 3461 4.4: ENVID is printable US-ASCII; as xtext it has at most 100 octets. */
static int envid_check(const struct sansmtp_envelope *envelope)
{
    uint8_t coded[ENVID_LONGEST];
    size_t length;

    for (size_t i = 0; i < envelope->envid_length; i++) {
        uint8_t octet = (uint8_t)envelope->envid[i];

        if (octet < 0x20 || octet > 0x7e) {
            return SANSMTP_ERR_TEXT;
        }
    }
    return sansmtp_xtext_encode((const uint8_t *)envelope->envid, envelope->envid_length, coded,
                                sizeof(coded), &length) == 0
               ? 0
               : SANSMTP_ERR_TEXT;
}

static int auth_check(const struct sansmtp_envelope *envelope, bool utf8)
{
    if (envelope->auth_length == 0 ||
        (envelope->auth_length == 2 && memcmp(envelope->auth, "<>", 2) == 0)) {
        return 0;
    }
    return mailbox_check(envelope->auth, envelope->auth_length, utf8);
}

static bool is_text(const char *text, size_t length)
{
    return text != NULL || length == 0;
}

static bool envelope_fits(const struct sansmtp_envelope *envelope)
{
    return envelope->size >= sizeof(*envelope) && envelope->body <= SANSMTP_BODY_BINARYMIME &&
           envelope->ret <= SANSMTP_RET_HDRS &&
           (envelope->flags & ~(uint32_t)(SANSMTP_ENVELOPE_ALL_OR_NONE | SANSMTP_ENVELOPE_UTF8)) ==
               0 &&
           is_text(envelope->sender, envelope->sender_length) &&
           is_text(envelope->envid, envelope->envid_length) &&
           is_text(envelope->auth, envelope->auth_length);
}

static bool needs_utf8(const struct sansmtp_envelope *envelope)
{
    return (envelope->flags & SANSMTP_ENVELOPE_UTF8) != 0 ||
           !sansmtp_utf8_ascii((const uint8_t *)envelope->sender, envelope->sender_length);
}

/* What the peer's extensions make impossible, told before anything is sent. */
static int needs_check(const struct sansmtp_client *client, const struct sansmtp_envelope *envelope)
{
    uint64_t binary = SANSMTP_EXTENSION_BINARYMIME | SANSMTP_EXTENSION_CHUNKING;

    if (envelope->body == SANSMTP_BODY_8BITMIME &&
        !sansmtp_client_offers(client, SANSMTP_EXTENSION_8BITMIME)) {
        return SANSMTP_ERR_NEEDS_8BITMIME;
    }
    if (envelope->body == SANSMTP_BODY_BINARYMIME &&
        (client->offered.extensions & binary) != binary) {
        return SANSMTP_ERR_NEEDS_BINARYMIME;
    }
    if (needs_utf8(envelope) && !sansmtp_client_offers(client, SANSMTP_EXTENSION_SMTPUTF8)) {
        return SANSMTP_ERR_NEEDS_SMTPUTF8;
    }
    if (client->offered.size != 0 && envelope->message_size > client->offered.size) {
        return SANSMTP_ERR_SIZE;
    }
    return 0;
}

static int submit_check(const struct sansmtp_client *client,
                        const struct sansmtp_envelope *envelope)
{
    int error;

    if (client == NULL || envelope == NULL || !envelope_fits(envelope)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!sansmtp_client_idle(client)) {
        return SANSMTP_ERR_STATE;
    }
    error = envelope->sender_length == 0
                ? 0
                : mailbox_check(envelope->sender, envelope->sender_length, true);
    if (error == 0) {
        error = envid_check(envelope);
    }
    if (error == 0) {
        error = auth_check(envelope, needs_utf8(envelope));
    }
    return error != 0 ? error : needs_check(client, envelope);
}

static void put_xtext(struct sansmtp_client *client, const char *text, size_t length)
{
    uint8_t coded[3 * SANSMTP_MAILBOX_LONGEST];
    size_t coded_length = 0;

    if (sansmtp_xtext_encode((const uint8_t *)text, length, coded, sizeof(coded), &coded_length) ==
        0) {
        sansmtp_out_put(&client->out, coded, coded_length);
    }
}

static void put_size(struct sansmtp_client *client, uint64_t size)
{
    uint8_t digits[20];

    put_text(client, " SIZE=");
    sansmtp_out_put(&client->out, digits, sansmtp_number_write(size, digits));
}

static void put_dsn(struct sansmtp_client *client, const struct sansmtp_envelope *envelope)
{
    if (envelope->ret != 0) {
        put_text(client, envelope->ret == SANSMTP_RET_FULL ? " RET=FULL" : " RET=HDRS");
    }
    if (envelope->envid_length != 0) {
        put_text(client, " ENVID=");
        put_xtext(client, envelope->envid, envelope->envid_length);
    }
}

/* RFC 5321 4.1.1.3: only parameters whose extension the server has announced. */
static void put_mail_parameters(struct sansmtp_client *client,
                                const struct sansmtp_envelope *envelope)
{
    if (envelope->message_size != 0 && sansmtp_client_offers(client, SANSMTP_EXTENSION_SIZE)) {
        put_size(client, envelope->message_size);
    }
    if (envelope->body == SANSMTP_BODY_8BITMIME) {
        put_text(client, " BODY=8BITMIME");
    }
    if (envelope->body == SANSMTP_BODY_BINARYMIME) {
        put_text(client, " BODY=BINARYMIME");
    }
    if (needs_utf8(envelope)) {
        put_text(client, " SMTPUTF8");
    }
    if (sansmtp_client_offers(client, SANSMTP_EXTENSION_DSN)) {
        put_dsn(client, envelope);
    }
    if (envelope->auth_length != 0 && sansmtp_client_offers(client, SANSMTP_EXTENSION_AUTH)) {
        put_text(client, " AUTH=");
        put_xtext(client, envelope->auth, envelope->auth_length);
    }
}

static uint32_t plan(const struct sansmtp_client *client, const struct sansmtp_envelope *envelope)
{
    bool binary = envelope->body == SANSMTP_BODY_BINARYMIME;
    bool chunks = binary || (sansmtp_client_offers(client, SANSMTP_EXTENSION_CHUNKING) &&
                             client->options->chunking == SANSMTP_CLIENT_CHUNKING_AUTO &&
                             client->options->body_newlines == SANSMTP_CLIENT_NEWLINES_REFUSE);
    uint32_t sends = SANSMTP_SENDS_ASKING;

    sends |= chunks ? SANSMTP_SENDS_CHUNKS : 0u;
    sends |= binary ? SANSMTP_SENDS_BINARY : 0u;
    sends |= envelope->body == SANSMTP_BODY_8BITMIME ? SANSMTP_SENDS_EIGHT_BIT : 0u;
    sends |= needs_utf8(envelope) ? SANSMTP_SENDS_UTF8 : 0u;
    sends |= (envelope->flags & SANSMTP_ENVELOPE_ALL_OR_NONE) != 0 ? SANSMTP_SENDS_ALL_OR_NONE : 0u;
    return sends;
}

static void transaction_begin(struct sansmtp_client *client,
                              const struct sansmtp_envelope *envelope)
{
    client->phase = SANSMTP_AWAITS_OUTCOME;
    client->sends = plan(client, envelope);
    client->base = client->answered;
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
    int error = submit_check(client, envelope);

    if (error != 0) {
        return error;
    }
    transaction_begin(client, envelope);
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_DIRTY)) {
        client->knows &= ~(uint32_t)SANSMTP_CLIENT_DIRTY;
        client->sends |= SANSMTP_SENDS_RSET;
        sansmtp_client_put(client, "RSET", 4);
    }
    put_text(client, "MAIL FROM:<");
    sansmtp_out_put(&client->out, envelope->sender, envelope->sender_length);
    put_text(client, ">");
    put_mail_parameters(client, envelope);
    sansmtp_client_put(client, "", 0);
    return 0;
}

/* Without PIPELINING one command at a time; with it as many as options.in_flight. */
bool sansmtp_client_asks_recipient(const struct sansmtp_client *client)
{
    uint64_t waiting = client->put - client->answered;
    uint64_t most = sansmtp_client_piped(client) ? client->options->in_flight : 1;

    return sansmtp_client_sends(client, SANSMTP_SENDS_ASKING) && waiting < most &&
           client->taken != UINT32_MAX - 1 && sansmtp_out_room(&client->out) >= RCPT_ROOM;
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
    return mailbox_check(recipient->mailbox, recipient->mailbox_length,
                         sansmtp_client_sends(client, SANSMTP_SENDS_UTF8));
}

static int orcpt_check(const struct sansmtp_recipient *recipient)
{
    uint8_t coded[SANSMTP_VALUE_LONGEST];
    size_t length = 0;

    for (size_t i = 0; i < recipient->orcpt_type_length; i++) {
        uint8_t octet = (uint8_t)recipient->orcpt_type[i];

        if (octet <= 0x20 || octet > 0x7e || octet == ';' || octet == '=' || octet == '+') {
            return SANSMTP_ERR_TEXT;
        }
    }
    for (size_t i = 0; i < recipient->orcpt_length; i++) {
        uint8_t octet = (uint8_t)recipient->orcpt[i];

        if (octet < 0x20 || octet > 0x7e) {
            return SANSMTP_ERR_TEXT;
        }
    }
    if (recipient->orcpt_type_length == 0) {
        return recipient->orcpt_length == 0 ? 0 : SANSMTP_ERR_TEXT;
    }
    return sansmtp_xtext_encode((const uint8_t *)recipient->orcpt, recipient->orcpt_length, coded,
                                sizeof(coded), &length) == 0 &&
                   recipient->orcpt_type_length + 1 + length <= SANSMTP_VALUE_LONGEST
               ? 0
               : SANSMTP_ERR_TEXT;
}

static bool notify_fits(uint32_t notify)
{
    uint32_t others = SANSMTP_NOTIFY_SUCCESS | SANSMTP_NOTIFY_FAILURE | SANSMTP_NOTIFY_DELAY;

    return notify == SANSMTP_NOTIFY_NEVER || (notify & ~others) == 0;
}

static void put_notify(struct sansmtp_client *client, uint32_t notify)
{
    static const char *const words[] = {"NEVER", "SUCCESS", "FAILURE", "DELAY"};
    const char *separator = " NOTIFY=";

    for (uint32_t i = 0; i < 4; i++) {
        if ((notify & (1u << i)) != 0) {
            put_text(client, separator);
            put_text(client, words[i]);
            separator = ",";
        }
    }
}

static void put_orcpt(struct sansmtp_client *client, const struct sansmtp_recipient *recipient)
{
    uint8_t coded[SANSMTP_VALUE_LONGEST];
    size_t length = 0;

    if (recipient->orcpt_type_length == 0 ||
        sansmtp_xtext_encode((const uint8_t *)recipient->orcpt, recipient->orcpt_length, coded,
                             sizeof(coded), &length) != 0) {
        return;
    }
    put_text(client, " ORCPT=");
    sansmtp_out_put(&client->out, recipient->orcpt_type, recipient->orcpt_type_length);
    put_text(client, ";");
    sansmtp_out_put(&client->out, coded, length);
}

static int recipient_gate(const struct sansmtp_client *client,
                          const struct sansmtp_recipient *recipient)
{
    int error;

    if (client == NULL || recipient == NULL || recipient->size < sizeof(*recipient) ||
        !is_text(recipient->mailbox, recipient->mailbox_length) ||
        !is_text(recipient->orcpt_type, recipient->orcpt_type_length) ||
        !is_text(recipient->orcpt, recipient->orcpt_length) || !notify_fits(recipient->notify)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (client->phase != SANSMTP_AWAITS_OUTCOME || !sansmtp_client_asks_recipient(client)) {
        return SANSMTP_ERR_STATE;
    }
    error = recipient_check(client, recipient);
    return error != 0 ? error : orcpt_check(recipient);
}

int sansmtp_client_recipient(struct sansmtp_client *client,
                             const struct sansmtp_recipient *recipient)
{
    int error = recipient_gate(client, recipient);

    if (error != 0) {
        return error;
    }
    put_text(client, "RCPT TO:<");
    sansmtp_out_put(&client->out, recipient->mailbox, recipient->mailbox_length);
    put_text(client, ">");
    if (sansmtp_client_offers(client, SANSMTP_EXTENSION_DSN)) {
        put_notify(client, recipient->notify);
        put_orcpt(client, recipient);
    }
    sansmtp_client_put(client, "", 0);
    client->taken++;
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
