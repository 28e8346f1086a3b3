#include "gate.h"

#include "visit.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define KEYS    65536u /* clients that are counted at the same time */
#define KEY_MAX 256u

struct gate {
    struct sansmtp_relay relay;
    struct sansmtp_rate *rate;
    void *memory;
    bool limits; /* is there any limit? */
};

static const struct gate_answer yes = {250, 0, NULL};

/* -- the tables ------------------------------------------------------------------------------- */

static void fill_relay(const struct config *config, struct sansmtp_relay *relay)
{
    *relay = (struct sansmtp_relay){.size = sizeof *relay,
                                    .local_domains = config->local_domain.spans,
                                    .local_domain_count = config->local_domain.count,
                                    .relay_domains = config->relay_domain.spans,
                                    .relay_domain_count = config->relay_domain.count,
                                    .own = config->own_address.items,
                                    .own_count = config->own_address.count,
                                    .networks = config->network.items,
                                    .network_count = config->network.count};
}

static int fill_rates(const struct config *config, struct sansmtp_rate_options *options)
{
    *options = (struct sansmtp_rate_options){.size = sizeof *options};
    options->limits[SANSMTP_RATE_CONNECTIONS] = config->rate_connections;
    options->limits[SANSMTP_RATE_MESSAGES] = config->rate_messages;
    options->limits[SANSMTP_RATE_RECIPIENTS] = config->rate_recipients;
    options->limits[SANSMTP_RATE_OCTETS] = config->rate_octets;
    return RAND_bytes((unsigned char *)options->seed, sizeof options->seed) == 1 ? 0 : EX_OSERR;
}

static bool has_limits(const struct sansmtp_rate_options *options)
{
    for (size_t i = 0; i < 4; i++) {
        if (options->limits[i].limit > 0) {
            return true;
        }
    }
    return false;
}

static int open_rates(struct gate *gate, const struct config *config)
{
    size_t length = sansmtp_rate_memory(KEYS);
    struct sansmtp_rate_options options;
    int status = fill_rates(config, &options);

    gate->limits = has_limits(&options);
    if (status != 0 || !gate->limits) {
        return status;
    }
    gate->memory = malloc(length);
    if (gate->memory == NULL) {
        return EX_OSERR;
    }
    return sansmtp_rate_init(&gate->rate, gate->memory, length, &options) == 0 ? 0 : EX_CONFIG;
}

int gate_open(struct relay *relay)
{
    struct gate *gate = calloc(1, sizeof *gate);
    int status = gate == NULL ? EX_OSERR : open_rates(gate, &relay->config);

    if (status == 0) {
        fill_relay(&relay->config, &gate->relay);
        relay->gate = gate;
    } else {
        fputs("sansmtp-relay: cannot make the table of rates\n", stderr);
    }
    return status;
}

/* -- how much --------------------------------------------------------------------------------- */

/* Whose count it is: the user's, or that of whoever holds the address. */
static size_t key_of(struct connection *connection, bool by_user, uint8_t key[KEY_MAX])
{
    const char *user = by_user ? connection->session.user : NULL;
    struct sansmtp_span span = {NULL, 0};
    uint8_t address[16];
    size_t length;

    key[0] = 'a';
    if (user != NULL && *user != '\0') {
        key[0] = 'u';
        span = (struct sansmtp_span){(const uint8_t *)user, strlen(user)};
    } else {
        length = connection_address(connection, address);
        sansmtp_rate_address(address, length, &span);
    }
    length = span.length < KEY_MAX - 1 ? span.length : KEY_MAX - 1;
    if (length > 0) {
        memcpy(key + 1, span.data, length);
    }
    return length + 1;
}

static bool take(struct relay *relay, struct connection *connection, uint32_t what, uint64_t amount)
{
    uint8_t key[KEY_MAX];
    size_t length;

    if (!relay->gate->limits) {
        return true;
    }
    length = key_of(connection, what != SANSMTP_RATE_CONNECTIONS, key);
    return sansmtp_rate_take(relay->gate->rate, key, length, what, amount,
                             (int64_t)(uv_now(relay->loop) / 1000), NULL) == 1;
}

struct gate_answer gate_connect(struct relay *relay, struct connection *connection)
{
    if (take(relay, connection, SANSMTP_RATE_CONNECTIONS, 1)) {
        return yes;
    }
    return (struct gate_answer){421, SANSMTP_ENHANCED(4, 7, 0), "Too many connections, come later"};
}

struct gate_answer gate_mail(struct relay *relay, struct connection *connection, uint64_t octets)
{
    if (!take(relay, connection, SANSMTP_RATE_OCTETS, octets == 0 ? 1 : octets)) {
        return (struct gate_answer){451, SANSMTP_ENHANCED(4, 7, 0), "Too much mail, come later"};
    }
    if (!take(relay, connection, SANSMTP_RATE_MESSAGES, 1)) {
        return (struct gate_answer){451, SANSMTP_ENHANCED(4, 7, 0),
                                    "Too many messages, come later"};
    }
    return yes;
}

/* What MAIL said was taken already. */
void gate_message(struct relay *relay, struct connection *connection, uint64_t octets)
{
    take(relay, connection, SANSMTP_RATE_OCTETS, octets);
}

/* -- to whom ---------------------------------------------------------------------------------- */

struct gate_answer gate_recipient(struct relay *relay, struct connection *connection,
                                  const struct sansmtp_event *event)
{
    uint8_t address[16];
    struct sansmtp_relay_request request = {.size = sizeof request,
                                            .flags = event->flags & SANSMTP_FLAG_AUTHENTICATED,
                                            .path = event->path};
    struct sansmtp_relay_verdict verdict = {.size = sizeof verdict};

    request.client_address.data = address;
    request.client_address.length = connection_address(connection, address);
    if (sansmtp_relay_decide(&relay->gate->relay, &request, &verdict) != 0) {
        return (struct gate_answer){451, SANSMTP_ENHANCED(4, 3, 0), "Local error"};
    }
    if (verdict.decision > SANSMTP_RELAY_CLIENT) {
        return (struct gate_answer){verdict.code, verdict.enhanced,
                                    (const char *)verdict.text.data};
    }
    if (!take(relay, connection, SANSMTP_RATE_RECIPIENTS, 1)) {
        return (struct gate_answer){451, SANSMTP_ENHANCED(4, 7, 0),
                                    "Too many recipients, come later"};
    }
    return yes;
}

/* -- where ------------------------------------------------------------------------------------ */

bool gate_is_local(const struct relay *relay, struct sansmtp_span destination)
{
    const struct sansmtp_relay *tables = &relay->gate->relay;
    uint8_t address[16];
    uint32_t kind;

    if (destination.length == 0) {
        return true; /* the bare Postmaster */
    }
    if (destination.data[0] != '[') {
        return sansmtp_domain_listed(tables->local_domains, tables->local_domain_count,
                                     destination.data, destination.length) != 0;
    }
    return sansmtp_domain_parse(destination.data, destination.length, 0, &kind, address) == 0 &&
           kind != SANSMTP_DOMAIN_GENERAL &&
           sansmtp_network_contains(tables->own, tables->own_count, address,
                                    kind == SANSMTP_DOMAIN_IPV4 ? 4 : 16) != 0;
}
