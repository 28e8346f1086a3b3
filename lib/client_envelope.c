#include "client_engine.h"

#include <sansmtp/wire.h>

#include "datetime.h"
#include "mailbox.h"
#include "memory.h"
#include "parameter_value.h"
#include "utf8.h"

/* submit: the gate of the envelope, and what it needs of the peer. */

enum { ENVID_LONGEST = 100, SECONDS_MOST = 999999999 };

#define FLAGS                                                                             \
    (SANSMTP_ENVELOPE_ALL_OR_NONE | SANSMTP_ENVELOPE_UTF8 | SANSMTP_ENVELOPE_REQUIRETLS | \
     SANSMTP_ENVELOPE_CONPERM | SANSMTP_ENVELOPE_PRDR | SANSMTP_ENVELOPE_NO_PRIORITY |    \
     SANSMTP_ENVELOPE_URLS)

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
    return sansmtp_client_mailbox_check(envelope->auth, envelope->auth_length, utf8);
}

/* RFC 2852 4: one mode, and with R a time above 0. RFC 4865 4.1, 5.1.1: one of the two, and not for
 * a bounce. RFC 6710 3: -9 to 9. */
static bool times_fit(const struct sansmtp_envelope *envelope)
{
    uint32_t mode = envelope->deliver_by_mode & ~SANSMTP_BY_TRACE;
    bool held = envelope->hold_for != 0 || envelope->hold_until != 0;

    if (envelope->deliver_by_mode != 0 && mode != SANSMTP_BY_RETURN && mode != SANSMTP_BY_NOTIFY) {
        return false;
    }
    if (envelope->deliver_by > SECONDS_MOST || envelope->deliver_by < -SECONDS_MOST ||
        (mode == SANSMTP_BY_RETURN && envelope->deliver_by <= 0)) {
        return false;
    }
    return envelope->hold_for <= SECONDS_MOST && envelope->hold_until <= SANSMTP_DATETIME_LAST &&
           !(envelope->hold_for != 0 && envelope->hold_until != 0) &&
           !(held && envelope->sender_length == 0) && envelope->priority >= -9 &&
           envelope->priority <= 9;
}

static bool envelope_fits(const struct sansmtp_envelope *envelope)
{
    return envelope->size >= sizeof(*envelope) && envelope->body <= SANSMTP_BODY_BINARYMIME &&
           envelope->ret <= SANSMTP_RET_HDRS && (envelope->flags & ~FLAGS) == 0 &&
           envelope->reserved == 0 && times_fit(envelope) &&
           sansmtp_client_is_span(envelope->transid, envelope->transid_length) &&
           sansmtp_client_is_span(envelope->solicit, envelope->solicit_length) &&
           sansmtp_client_is_span(envelope->mtrk, envelope->mtrk_length) &&
           sansmtp_client_is_span(envelope->sender, envelope->sender_length) &&
           sansmtp_client_is_span(envelope->envid, envelope->envid_length) &&
           sansmtp_client_is_span(envelope->auth, envelope->auth_length);
}

bool sansmtp_client_needs_utf8(const struct sansmtp_envelope *envelope)
{
    return (envelope->flags & SANSMTP_ENVELOPE_UTF8) != 0 ||
           !sansmtp_utf8_ascii((const uint8_t *)envelope->sender, envelope->sender_length);
}

/* RFC 8689 2: only under TLS whose peer is known. RFC 8689 5: a bounce goes on without. */
static bool requiretls_fits(const struct sansmtp_client *client,
                            const struct sansmtp_envelope *envelope)
{
    if ((envelope->flags & SANSMTP_ENVELOPE_REQUIRETLS) == 0) {
        return true;
    }
    if (!sansmtp_client_offers(client, SANSMTP_EXTENSION_REQUIRETLS)) {
        return envelope->sender_length == 0;
    }
    return sansmtp_client_knows(client, SANSMTP_CLIENT_TLS) &&
           sansmtp_client_knows(client, SANSMTP_CLIENT_VERIFIED);
}

/* RFC 2852 4.1.4.1: a message with mode R goes no way on which it may be late unseen. */
static bool deliver_by_fits(const struct sansmtp_client *client,
                            const struct sansmtp_envelope *envelope)
{
    return (envelope->deliver_by_mode & SANSMTP_BY_RETURN) == 0 ||
           (sansmtp_client_offers(client, SANSMTP_EXTENSION_DELIVERBY) &&
            (uint32_t)envelope->deliver_by >= client->offered.deliver_by);
}

static bool hold_fits(const struct sansmtp_client *client, const struct sansmtp_envelope *envelope)
{
    return (envelope->hold_for == 0 && envelope->hold_until == 0) ||
           (sansmtp_client_offers(client, SANSMTP_EXTENSION_FUTURERELEASE) &&
            envelope->hold_for <= client->offered.hold_for &&
            envelope->hold_until <= client->offered.hold_until);
}

/* What the content is, and the peer cannot take. */
static int content_check(const struct sansmtp_client *client,
                         const struct sansmtp_envelope *envelope)
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
    if (sansmtp_client_needs_utf8(envelope) &&
        !sansmtp_client_offers(client, SANSMTP_EXTENSION_SMTPUTF8)) {
        return SANSMTP_ERR_NEEDS_SMTPUTF8;
    }
    return client->offered.size != 0 && envelope->message_size > client->offered.size
               ? SANSMTP_ERR_SIZE
               : 0;
}

/* What the peer's extensions make impossible, told before anything is sent. */
static int needs_check(const struct sansmtp_client *client, const struct sansmtp_envelope *envelope)
{
    int error = content_check(client, envelope);

    if (error != 0) {
        return error;
    }
    if (!requiretls_fits(client, envelope)) {
        return SANSMTP_ERR_NEEDS_REQUIRETLS;
    }
    if (!deliver_by_fits(client, envelope)) {
        return SANSMTP_ERR_NEEDS_DELIVERBY;
    }
    if (!hold_fits(client, envelope)) {
        return SANSMTP_ERR_NEEDS_FUTURERELEASE;
    }
    /* RFC 4141 4.2: who may convert must know that he may. */
    if ((envelope->flags & SANSMTP_ENVELOPE_CONPERM) != 0 &&
        !sansmtp_client_offers(client, SANSMTP_EXTENSION_CONPERM)) {
        return SANSMTP_ERR_NEEDS_CONPERM;
    }
    if ((envelope->flags & SANSMTP_ENVELOPE_URLS) != 0 &&
        !sansmtp_client_offers(client, SANSMTP_EXTENSION_BURL)) {
        return SANSMTP_ERR_NEEDS_VERB;
    }
    /* RFC 9422 4.1 */
    return client->offered.messages != 0 && client->mails >= client->offered.messages
               ? SANSMTP_ERR_LIMITS
               : 0;
}

static bool fits_or_none(const char *text, size_t length,
                         bool (*fits)(const uint8_t *, size_t, uint64_t, struct sansmtp_value *))
{
    struct sansmtp_value ignored = {0};

    return length == 0 || fits((const uint8_t *)text, length, 0, &ignored);
}

/* RFC 3885 3.2 */
static bool is_tracked(const struct sansmtp_envelope *envelope)
{
    const char *at = envelope->envid_length == 0
                         ? NULL
                         : memchr(envelope->envid, '@', envelope->envid_length);

    return at != NULL && at != envelope->envid &&
           at != envelope->envid + envelope->envid_length - 1;
}

static int texts_check(const struct sansmtp_client *client, const struct sansmtp_envelope *envelope)
{
    int error = envelope->sender_length == 0
                    ? 0
                    : sansmtp_client_mailbox_check(envelope->sender, envelope->sender_length, true);

    if (error == 0) {
        error = envid_check(envelope);
    }
    if (error == 0) {
        error = auth_check(envelope, sansmtp_client_needs_utf8(envelope));
    }
    if (error != 0) {
        return error;
    }
    if (!fits_or_none(envelope->transid, envelope->transid_length, sansmtp_parameter_transid) ||
        !fits_or_none(envelope->solicit, envelope->solicit_length, sansmtp_parameter_solicit) ||
        !fits_or_none(envelope->mtrk, envelope->mtrk_length, sansmtp_parameter_mtrk) ||
        (envelope->mtrk_length != 0 && !is_tracked(envelope))) {
        return SANSMTP_ERR_TEXT;
    }
    return sansmtp_client_own_check(client, envelope->own, envelope->own_count, SANSMTP_VERB_MAIL);
}

int sansmtp_client_envelope_check(const struct sansmtp_client *client,
                                  const struct sansmtp_envelope *envelope)
{
    int error;

    if (client == NULL || envelope == NULL || !envelope_fits(envelope)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!sansmtp_client_idle(client)) {
        return SANSMTP_ERR_STATE;
    }
    error = texts_check(client, envelope);
    if (error == 0) {
        error = needs_check(client, envelope);
    }
    if (error != 0) {
        return error;
    }
    return sansmtp_out_room(&client->out) >=
                   SANSMTP_CLIENT_MAIL_ROOM + envelope->solicit_length +
                       sansmtp_client_own_length(envelope->own, envelope->own_count)
               ? 0
               : SANSMTP_ERR_ROOM;
}
