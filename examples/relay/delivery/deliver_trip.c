#include "trip.h"

#include "../../send_tls.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASHED "SCRAM-SHA-256 SCRAM-SHA-1 " /* they do not tell the host the password */

/* -- how safe --------------------------------------------------------------------------------- */

static uint32_t flags_of(const struct consignment *consignment)
{
    const struct queue_envelope *envelope = &consignment->batch->envelope;

    return ((envelope->flags & QUEUE_REQUIRETLS) != 0 ? SANSMTP_CHANNEL_REQUIRETLS : 0) |
           ((envelope->flags & QUEUE_TLS_OPTIONAL) != 0 ? SANSMTP_CHANNEL_TLS_OPTIONAL : 0) |
           (envelope->sender.length == 0 ? SANSMTP_CHANNEL_NULL_SENDER : 0);
}

static bool decide(const struct trip *trip, struct sansmtp_channel *channel)
{
    struct sansmtp_channel_facts facts = trip->facts;

    facts.flags |= flags_of(trip->lane->consignment);
    *channel = (struct sansmtp_channel){.size = sizeof *channel};
    return sansmtp_channel_decide(&facts, channel) == 0;
}

static const char *reason_text(uint32_t reason)
{
    static const char *const texts[] = {
        [SANSMTP_CHANNEL_FINE] = "the way is not safe enough",
        [SANSMTP_CHANNEL_DNS] = "a lookup that matters for safety failed",
        [SANSMTP_CHANNEL_NOT_NAMED] = "the MTA-STS policy does not name this host",
        [SANSMTP_CHANNEL_FORGEABLE] = "REQUIRETLS, and the DNS of this host is not proven",
        [SANSMTP_CHANNEL_NO_STARTTLS] = "the host offers no STARTTLS, and TLS is required",
        [SANSMTP_CHANNEL_NO_TLS] = "TLS failed, and is required",
        [SANSMTP_CHANNEL_NOT_PROVEN] = "the host's certificate is not good",
        [SANSMTP_CHANNEL_NO_KEYWORD] = "the host does not know REQUIRETLS",
    };

    return reason < sizeof texts / sizeof texts[0] ? texts[reason] : texts[0];
}

static struct ending unsafe(struct trip *trip, uint32_t reason, uint32_t enhanced)
{
    struct ending ending;

    snprintf(trip->loss_text, sizeof trip->loss_text, "%s%s%s", reason_text(reason),
             reason == SANSMTP_CHANNEL_NOT_PROVEN && trip->unproven != NULL ? ": " : "",
             reason == SANSMTP_CHANNEL_NOT_PROVEN && trip->unproven != NULL ? trip->unproven : "");
    ending = ending_without(SANSMTP_RETRY_TLS, SANSMTP_ERR_TLS, trip->loss_text);
    ending.enhanced = enhanced;
    ending.host = trip->place;
    return ending;
}

static uint32_t outcome_of(const struct trip *trip)
{
    struct sansmtp_capabilities offered = {0};
    bool tls = trip->call.tls != NULL;
    uint32_t outcome = 0;

    sansmtp_client_capabilities(trip->call.engine, &offered, sizeof offered);
    outcome |= tls || (offered.extensions & SANSMTP_EXTENSION_STARTTLS) != 0
                   ? SANSMTP_CHANNEL_OFFERED
                   : 0;
    outcome |= tls ? SANSMTP_CHANNEL_TLS : 0;
    outcome |= tls && trip->proven ? SANSMTP_CHANNEL_PROVEN : 0;
    outcome |= tls && (offered.extensions & SANSMTP_EXTENSION_REQUIRETLS) != 0
                   ? SANSMTP_CHANNEL_KEYWORD
                   : 0;
    return outcome;
}

bool trip_is_safe(struct trip *trip, struct sansmtp_channel_verdict *verdict, struct ending *ending)
{
    struct sansmtp_channel channel;

    *verdict = (struct sansmtp_channel_verdict){.size = sizeof *verdict};
    if (trip->lane->way == WAY_LMTP) {
        return true;
    }
    if (!decide(trip, &channel)) {
        *ending = unsafe(trip, SANSMTP_CHANNEL_FINE, 0);
        return false;
    }
    if (channel.action != SANSMTP_CHANNEL_CONNECT) {
        *ending = unsafe(trip, channel.reason, channel.enhanced);
        return false;
    }
    if (sansmtp_channel_judge(&channel, outcome_of(trip), verdict) == 0 &&
        verdict->action == SANSMTP_CHANNEL_NEXT) {
        *ending = unsafe(trip, verdict->reason, verdict->enhanced);
        return false;
    }
    return true;
}

/* -- TLS -------------------------------------------------------------------------------------- */

static bool add_keys(SSL *ssl, const struct search_host *keys)
{
    for (size_t i = 0; i < keys->tlsa_count; i++) {
        const struct sansmtp_tlsa *tlsa = &keys->tlsa[i];

        if (sansmtp_tlsa_usable(tlsa) == 1 &&
            SSL_dane_tlsa_add(ssl, (uint8_t)tlsa->usage, (uint8_t)tlsa->selector,
                              (uint8_t)tlsa->matching, tlsa->data.data, tlsa->data.length) < 0) {
            return false;
        }
    }
    return true;
}

/* RFC 7672 3.2.2: of DANE-TA the name may also be that of the domain that the MX, which is proven
 * then, has led from. */
static bool add_domain(SSL *ssl, const struct trip *trip)
{
    return trip->lane == NULL || trip->relay->config.smart_host.count > 0 ||
           SSL_add1_host(ssl, trip->lane->domain) == 1;
}

static struct tls *begin_tls(struct call *call)
{
    struct trip *trip = (struct trip *)call;
    struct tls *tls = trust_begin(trip->office->tls, trip->name);

    trip->shaking = true;
    if (tls != NULL && trip->by_dane) {
        SSL *ssl = tls_ssl(tls);

        /* RFC 7672 3.1.1: of DANE-EE neither name nor time counts. */
        if (SSL_dane_enable(ssl, trip->keys->base) <= 0 || !add_keys(ssl, trip->keys) ||
            !add_domain(ssl, trip)) {
            tls_end(tls);
            return NULL;
        }
        SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
    }
    return tls;
}

static bool is_verified(struct call *call)
{
    struct trip *trip = (struct trip *)call;
    long result = SSL_get_verify_result(tls_ssl(call->tls));

    trip->shaking = false;
    trip->proven = trust_is_verified(call->tls) &&
                   (!trip->by_dane || SSL_get0_dane_authority(tls_ssl(call->tls), NULL, NULL) >= 0);
    trip->unproven = result == X509_V_OK ? "it shows none that counts"
                                         : X509_verify_cert_error_string(result);
    return trip->proven;
}

/* -- what a call tells ------------------------------------------------------------------------ */

static void on_trouble(struct call *call, enum call_trouble trouble, const char *why)
{
    struct trip *trip = (struct trip *)call;
    struct ending ending = trouble == CALL_NOT_CONNECTED
                               ? ending_without(SANSMTP_RETRY_CONNECT, SANSMTP_ERR_GONE, why)
                               : ending_without(SANSMTP_RETRY_TLS, SANSMTP_ERR_TLS, why);

    session_failed(trip, &ending);
}

static void forget(struct trip *trip)
{
    struct trip **at = &trip->office->trips;

    while (*at != trip) {
        at = &(*at)->next;
    }
    *at = trip->next;
    password_forget(&trip->password);
    call_free(&trip->call);
    free(trip->queue);
    free(trip->accepted);
    free(trip);
}

/* RFC 7435, RFC 3207 4.1: where TLS is not demanded, a handshake that failed is no reason not to
 * deliver. A password would not go in clear. */
static bool may_go_in_clear(const struct trip *trip)
{
    struct sansmtp_channel channel;
    struct sansmtp_channel_verdict verdict = {.size = sizeof verdict};

    return trip->failed && trip->ending.attempt.stage == SANSMTP_RETRY_TLS && !trip->in_clear &&
           trip->options.mechanisms == NULL && decide(trip, &channel) &&
           channel.action == SANSMTP_CHANNEL_CONNECT &&
           sansmtp_channel_judge(&channel, SANSMTP_CHANNEL_OFFERED, &verdict) == 0 &&
           verdict.action == SANSMTP_CHANNEL_SEND_CLEAR;
}

static bool again(struct trip *trip);

static void on_closed(struct call *call)
{
    struct trip *trip = (struct trip *)call;
    struct lane *lane = trip->lane;

    if (lane != NULL) {
        if (trip->shaking && !trip->failed) { /* many hang up instead of saying an alert */
            struct ending ending = session_loss(trip);

            session_failed(trip, &ending);
        }
        if (trip->taken && may_go_in_clear(trip) && again(trip)) {
            return;
        }
        lane->trip = NULL;
        if (trip->taken) {
            session_lost(trip);
        }
        lane_wake(lane);
    }
    forget(trip);
}

static const struct call_host call_host = {
    .callbacks = &trip_callbacks,
    .tls = begin_tls,
    .verified = is_verified,
    .trouble = on_trouble,
    .closed = on_closed,
};

/* -- beginning -------------------------------------------------------------------------------- */

static void set_address(struct trip *trip, uint32_t port, struct sockaddr_storage *to)
{
    struct sockaddr_in *four = (struct sockaddr_in *)to;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)to;
    char text[INET6_ADDRSTRLEN] = "";

    if (trip->address.length == 4) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        memcpy(&four->sin_addr, trip->address.octets, 4);
        inet_ntop(AF_INET, &four->sin_addr, text, sizeof text);
    } else {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)port);
        memcpy(&six->sin6_addr, trip->address.octets, 16);
        inet_ntop(AF_INET6, &six->sin6_addr, text, sizeof text);
    }
    snprintf(trip->place, sizeof trip->place, "%s [%s]", trip->name, text);
}

static void set_options(struct trip *trip, uint32_t tls)
{
    const struct config *config = &trip->relay->config;
    struct sansmtp_client_options *options = &trip->options;

    sansmtp_client_options_init(options, sizeof *options);
    options->flags = config->trace ? SANSMTP_CLIENT_TRACE : 0;
    options->flags |= trip->lane->way == WAY_LMTP ? SANSMTP_CLIENT_LMTP : 0;
    options->tls = tls;
    options->body_newlines = trip->bare ? SANSMTP_CLIENT_NEWLINES_NORMALISE
                                        : SANSMTP_CLIENT_NEWLINES_REFUSE;
    options->hello = config->hostname;
    options->hello_length = strlen(config->hostname);
    if (config->smart_user != NULL && trip->lane->way == WAY_ABROAD) {
        options->mechanisms = sasl_knows("SCRAM-SHA-256") ? HASHED AUTH_MECHANISMS
                                                          : AUTH_MECHANISMS;
        options->mechanisms_length = strlen(options->mechanisms);
        trip->password = trip->office->password;
    }
}

/* What the first message needs; a later one asks again. */
static uint32_t tls_for(struct trip *trip)
{
    struct sansmtp_channel channel;
    bool never = trip->relay->config.tls == TLS_NEVER || trip->in_clear;

    if (trip->lane->way == WAY_LMTP || !decide(trip, &channel)) {
        return SANSMTP_CLIENT_TLS_NONE;
    }
    trip->by_dane = channel.level == SANSMTP_CHANNEL_DANE;
    if (channel.level > SANSMTP_CHANNEL_CLEAR) {
        return SANSMTP_CLIENT_TLS_REQUIRED;
    }
    return never ? SANSMTP_CLIENT_TLS_NONE : SANSMTP_CLIENT_TLS_OPPORTUNISTIC;
}

static bool dial(struct trip *trip)
{
    struct sockaddr_storage to = trip->office->lmtp;

    set_options(trip, tls_for(trip));
    if (trip->address.length > 0) {
        memset(&to, 0, sizeof to);
        set_address(trip, trip->keys->port, &to);
    }
    trip->call = (struct call){.host = &call_host,
                               .user = trip,
                               .loop = trip->relay->loop,
                               .dialogue = &trip->dialogue,
                               .timeout = trip->relay->config.timeout};
    return call_open(&trip->call, &trip->options, (const struct sockaddr *)&to);
}

static bool again(struct trip *trip)
{
    call_free(&trip->call);
    trip->in_clear = true;
    trip->shaking = false;
    relay_log(trip->relay, trip->lane->consignment->batch->envelope.id,
              "host=%s: TLS failed, in clear: %.*s", trip->place, (int)trip->ending.text.length,
              (const char *)trip->ending.text.data);
    if (!dial(trip)) {
        return false; /* it has failed as it had */
    }
    trip->failed = false;
    return true;
}

/* The search belongs to the lane, which may look anew: so the keys are only for the first call. */
static void set_host(struct trip *trip, const struct sansmtp_route_attempt *attempt)
{
    const struct search *search = trip->lane->search;
    const struct sansmtp_route_host *host;

    if (attempt == NULL) {
        snprintf(trip->name, sizeof trip->name, "lmtp");
        snprintf(trip->place, sizeof trip->place, "%s", trip->relay->config.lmtp);
        return;
    }
    host = &search->hosts[attempt->host];
    snprintf(trip->name, sizeof trip->name, "%.*s", (int)host->name.length,
             (const char *)host->name.data);
    trip->address = attempt->address;
    if (host->literal.length > 0) { /* a certificate names it without brackets */
        inet_ntop(host->literal.length == 4 ? AF_INET : AF_INET6, host->literal.octets, trip->name,
                  sizeof trip->name);
    }
    trip->keys = &search->more[attempt->host];
    search_facts(search, attempt->host, &trip->facts);
}

bool trip_begin(struct lane *lane, const struct sansmtp_route_attempt *attempt)
{
    struct trip *trip = calloc(1, sizeof *trip);

    if (trip == NULL) {
        return false;
    }
    trip->lane = lane;
    trip->relay = lane->relay;
    trip->office = lane->relay->deliveries;
    trip->bare = envelope_is_bare(lane->consignment);
    trip->dialogue.out = lane->relay->config.trace ? stderr : NULL;
    trip->dialogue.peer = trip->place;
    set_host(trip, attempt);
    if (!dial(trip)) {
        password_forget(&trip->password);
        free(trip);
        return false;
    }
    trip->next = trip->office->trips;
    trip->office->trips = trip;
    lane->trip = trip;
    trip->taken = true;
    return true;
}

/* -- in the hands of the lane ----------------------------------------------------------------- */

bool trip_suits(const struct trip *trip)
{
    return !trip->failed && trip->ready && !trip->call.closing && !trip->call.lost &&
           trip->bare == envelope_is_bare(trip->lane->consignment) &&
           (sansmtp_client_wants(trip->call.engine) & SANSMTP_IDLE) != 0;
}

void trip_take(struct trip *trip)
{
    trip->taken = true;
    trip->reused = true;
    trip->asked = false;
    trip->no_sender = false;
    trip->lane->next = trip->lane->next == 0 ? 1 : trip->lane->next;
    call_go(&trip->call);
}

void trip_leave(struct trip *trip)
{
    trip->lane->trip = NULL;
    trip->lane = NULL;
    trip->taken = false;
    if (trip->call.closing) {
        return; /* closed will be told soon */
    }
    if (trip->call.connected && (sansmtp_client_wants(trip->call.engine) & SANSMTP_IDLE) != 0) {
        call_quit(&trip->call);
    } else {
        call_abort(&trip->call);
    }
    if (trip->call.connected) {
        call_go(&trip->call);
    }
}

bool trip_is_sending(const struct trip *trip)
{
    return trip->body_begun;
}

void trips_abort(struct delivery_office *office)
{
    struct trip *next;

    for (struct trip *at = office->trips; at != NULL; at = next) {
        next = at->next;
        call_abort(&at->call);
        if (at->call.connected && !at->call.closing) {
            call_go(&at->call);
        }
    }
}
