#include "gate.h"

#include "../names/idna.h"
#include "../options/files.h"
#include "mailbox.h"
#include "sender.h"
#include "visit.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define CLIENTS 65536u /* that are counted at the same time */
#define DOMAINS 4096u  /* likewise */
#define KEY_MAX 256u

struct gate {
    struct sansmtp_relay relay;
    struct sansmtp_rate *rate;     /* NULL: there is no limit */
    struct sansmtp_rate *hastened; /* by domain: what ETRN started */
    struct sansmtp_rate *guesses;  /* by address: wrong passwords */
    struct crowd *crowd;
};

static const struct gate_answer yes = {.code = 250};

static struct gate_answer no(uint32_t code, uint32_t enhanced, const char *text)
{
    return (struct gate_answer){.code = code, .enhanced = enhanced, .text = text};
}

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

static void fill_rates(const struct config *config, struct sansmtp_rate_options *options)
{
    options->limits[SANSMTP_RATE_CONNECTIONS] = config->rate_connections;
    options->limits[SANSMTP_RATE_MESSAGES] = config->rate_messages;
    options->limits[SANSMTP_RATE_RECIPIENTS] = config->rate_recipients;
    options->limits[SANSMTP_RATE_OCTETS] = config->rate_octets;
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

static int open_table(struct sansmtp_rate **table, uint32_t keys,
                      struct sansmtp_rate_options *options)
{
    size_t length = sansmtp_rate_memory(keys);
    void *memory = malloc(length);

    if (memory == NULL || RAND_bytes((unsigned char *)options->seed, sizeof options->seed) != 1) {
        return EX_OSERR;
    }
    return sansmtp_rate_init(table, memory, length, options) == 0 ? 0 : EX_CONFIG;
}

/* ETRN goes past the schedule; so it has one of its own: no more attempts than a host causes that
 * asks us to come again soon. */
static int open_hastened(struct gate *gate, const struct config *config)
{
    struct sansmtp_rate_options options = {.size = sizeof options};
    uint64_t window = config->retry_greylisted;

    window = window < SANSMTP_RATE_WINDOW_MAX ? window : SANSMTP_RATE_WINDOW_MAX;
    options.limits[SANSMTP_RATE_MESSAGES].limit = 1;
    options.limits[SANSMTP_RATE_MESSAGES].window = window > 0 ? (uint32_t)window : 1;
    return open_table(&gate->hastened, DOMAINS, &options);
}

static int open_guesses(struct gate *gate, const struct config *config)
{
    struct sansmtp_rate_options options = {.size = sizeof options};

    options.limits[SANSMTP_RATE_MESSAGES] = config->rate_wrong_passwords;
    return open_table(&gate->guesses, CLIENTS, &options);
}

static int open_rates(struct gate *gate, const struct config *config)
{
    struct sansmtp_rate_options options = {.size = sizeof options};
    int status = open_hastened(gate, config);

    if (status == 0) {
        status = open_guesses(gate, config);
    }
    fill_rates(config, &options);
    if (status == 0 && has_limits(&options)) {
        status = open_table(&gate->rate, CLIENTS, &options);
    }
    return status;
}

int gate_open(struct relay *relay)
{
    struct gate *gate = calloc(1, sizeof *gate);
    int status = gate == NULL ? EX_OSERR : open_rates(gate, &relay->config);

    if (status == 0) {
        gate->crowd = crowd_begin();
    }
    if (status != 0 || gate->crowd == NULL) {
        fputs("sansmtp-relay: cannot make the table of rates\n", stderr);
        return EX_OSERR;
    }
    relay->gate = gate;
    if (!idna_configure(&relay->config)) {
        return EX_CONFIG;
    }
    fill_relay(&relay->config, &gate->relay);
    return 0;
}

static bool is_in(const struct config_networks *networks, struct connection *connection)
{
    uint8_t address[16];
    size_t length = connection_address(connection, address);

    return sansmtp_network_contains(networks->items, networks->count, address, length) == 1;
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

static int64_t seconds(const struct relay *relay)
{
    return (int64_t)(uv_now(relay->loop) / 1000);
}

static bool take(struct relay *relay, struct connection *connection, uint32_t what, uint64_t amount)
{
    uint8_t key[KEY_MAX];
    size_t length;

    if (relay->gate->rate == NULL) {
        return true;
    }
    length = key_of(connection, what != SANSMTP_RATE_CONNECTIONS, key);
    return sansmtp_rate_take(relay->gate->rate, key, length, what, amount, seconds(relay), NULL) ==
           1;
}

/* A limit that was reached. */
static struct gate_answer later(uint32_t code, uint32_t enhanced, const char *text,
                                const char *limit, uint64_t most)
{
    return (struct gate_answer){code, enhanced, text, limit, most};
}

/* One client cannot keep all others out, nor all other servers our users: these are counted by
 * themselves. Who is refused takes no place. */
static struct gate_answer find_place(struct relay *relay, struct connection *connection,
                                     const uint8_t *key, size_t length)
{
    const struct config *config = &relay->config;
    const struct crowd *crowd = relay->gate->crowd;
    uint64_t each = config->max_connections_each;

    if (crowd_count(crowd, listener_of(connection)->role) >= config->max_connections) {
        return later(421, SANSMTP_ENHANCED(4, 3, 2), "Too many connections", "max-connections",
                     config->max_connections);
    }
    if (each > 0 && crowd_same(crowd, key, length) >= each &&
        !is_in(&config->network, connection)) {
        return later(421, SANSMTP_ENHANCED(4, 7, 0),
                     "Too many connections of your address at the same time",
                     "max-connections-each", each);
    }
    return yes;
}

struct gate_answer gate_connect(struct relay *relay, struct connection *connection)
{
    uint8_t key[KEY_MAX];
    size_t length = key_of(connection, false, key);
    struct gate_answer verdict = find_place(relay, connection, key, length);

    if (verdict.code == 250 && !take(relay, connection, SANSMTP_RATE_CONNECTIONS, 1)) {
        verdict = later(421, SANSMTP_ENHANCED(4, 7, 0), "Too many connections, come later",
                        "rate-connections", relay->config.rate_connections.limit);
    }
    if (verdict.code == 250) {
        crowd_enter(relay->gate->crowd, &connection->session.visit->place,
                    listener_of(connection)->role, key, length);
    }
    return verdict;
}

void gate_leave(struct relay *relay, struct connection *connection)
{
    crowd_leave(relay->gate->crowd, &connection->session.visit->place);
}

static bool may_send_as(struct relay *relay, struct connection *connection,
                        const struct sansmtp_event *mail)
{
    return listener_of(connection)->role != FOR_USERS || relay->config.senders == NULL ||
           sender_is_of(&relay->files->senders, connection->session.user, mail);
}

struct gate_answer gate_mail(struct relay *relay, struct connection *connection,
                             const struct sansmtp_event *mail)
{
    uint64_t octets = mail->number;

    if (!may_send_as(relay, connection, mail)) { /* RFC 6409 6.1 */
        return no(553, SANSMTP_ENHANCED(5, 7, 1), "This sender is not you");
    }
    if (!take(relay, connection, SANSMTP_RATE_OCTETS, octets == 0 ? 1 : octets)) {
        return later(451, SANSMTP_ENHANCED(4, 7, 0), "Too much mail, come later", "rate-octets",
                     relay->config.rate_octets.limit);
    }
    if (!take(relay, connection, SANSMTP_RATE_MESSAGES, 1)) {
        return later(451, SANSMTP_ENHANCED(4, 7, 0), "Too many messages, come later",
                     "rate-messages", relay->config.rate_messages.limit);
    }
    return yes;
}

/* What MAIL said was taken already. */
void gate_message(struct relay *relay, struct connection *connection, uint64_t octets)
{
    take(relay, connection, SANSMTP_RATE_OCTETS, octets);
}

/* -- to whom ---------------------------------------------------------------------------------- */

/* RFC 5321 4.5.1: taken in every domain that we deliver to, whoever the users are. */
static bool is_postmaster(const struct sansmtp_event *event)
{
    char name[FOLDER_MAX];

    addresses_folder(event->local, (struct sansmtp_span){NULL, 0}, name);
    return strcmp(name, "postmaster") == 0;
}

struct gate_answer gate_recipient(struct relay *relay, struct connection *connection,
                                  const struct sansmtp_event *event)
{
    uint8_t address[16];
    struct sansmtp_relay_request request = {.size = sizeof request,
                                            .flags = event->flags & SANSMTP_FLAG_AUTHENTICATED,
                                            .path = event->path};
    struct sansmtp_relay_verdict verdict = {.size = sizeof verdict};
    uint8_t path[IDNA_PATH_MAX];

    if (!idna_path(event, path, &request.path)) {
        return no(550, SANSMTP_ENHANCED(5, 1, 2), "There is no such domain");
    }
    request.client_address.data = address;
    request.client_address.length = connection_address(connection, address);
    if (sansmtp_relay_decide(&relay->gate->relay, &request, &verdict) != 0) {
        return no(451, SANSMTP_ENHANCED(4, 3, 0), "Local error");
    }
    if (verdict.decision > SANSMTP_RELAY_CLIENT) {
        return no(verdict.code, verdict.enhanced, (const char *)verdict.text.data);
    }
    if (!take(relay, connection, SANSMTP_RATE_RECIPIENTS, 1)) {
        return later(451, SANSMTP_ENHANCED(4, 7, 0), "Too many recipients, come later",
                     "rate-recipients", relay->config.rate_recipients.limit);
    }
    if (verdict.decision == SANSMTP_RELAY_LOCAL && !is_postmaster(event) &&
        !mailbox_exists(&relay->files->recipients, &relay->config, event)) {
        return no(550, SANSMTP_ENHANCED(5, 1, 1), "No such mailbox here");
    }
    return yes;
}

/* -- AUTH ------------------------------------------------------------------------------------- */

/* RFC 4954 9: a server may limit the failed attempts. What asks for many users, a web server say, is
 * in one of our networks. */
struct gate_answer gate_auth(struct relay *relay, struct connection *connection)
{
    const struct config *config = &relay->config;
    struct sansmtp_rate *guesses = relay->gate->guesses;
    uint8_t key[KEY_MAX];
    size_t length = key_of(connection, false, key);

    if (is_in(&config->network, connection)) {
        return yes;
    }
    if (sansmtp_rate_take(guesses, key, length, SANSMTP_RATE_MESSAGES, 1, seconds(relay), NULL) !=
        1) {
        return later(421, SANSMTP_ENHANCED(4, 7, 0), "Too many wrong passwords, come later",
                     "rate-wrong-passwords", config->rate_wrong_passwords.limit);
    }
    sansmtp_rate_give(guesses, key, length, SANSMTP_RATE_MESSAGES, 1, seconds(relay));
    return yes;
}

void gate_auth_refused(struct relay *relay, struct connection *connection)
{
    uint8_t key[KEY_MAX];
    size_t length = key_of(connection, false, key);

    sansmtp_rate_take(relay->gate->guesses, key, length, SANSMTP_RATE_MESSAGES, 1, seconds(relay),
                      NULL);
}

/* -- ETRN ------------------------------------------------------------------------------------- */

static bool is_relayed(const struct config *config, struct sansmtp_span domain)
{
    return sansmtp_domain_listed(config->relay_domain.spans, config->relay_domain.count,
                                 domain.data, domain.length) == 1;
}

/* "@x.example" is another key than "x.example". */
static size_t key_of_node(struct sansmtp_span node, uint8_t key[KEY_MAX])
{
    for (size_t i = 0; i < node.length; i++) {
        uint8_t octet = node.data[i];

        key[i] = octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + 32) : octet;
    }
    return node.length;
}

/* RFC 1985 5.1, 8: who may ask is for us to say; a stranger learns of the queue what he should not,
 * and makes us knock at a host's door as often as he likes. */
struct gate_answer gate_etrn(struct relay *relay, struct connection *connection,
                             struct sansmtp_span node)
{
    const struct config *config = &relay->config;
    size_t at = node.length > 0 && node.data[0] == '@';
    uint8_t key[KEY_MAX];

    if (!is_in(&config->network, connection) && !is_in(&config->etrn_network, connection)) {
        return no(459, SANSMTP_ENHANCED(4, 7, 1), "ETRN is not for this client");
    }
    if (node.length == 0 || node.length > KEY_MAX ||
        !is_relayed(config, (struct sansmtp_span){node.data + at, node.length - at})) {
        return no(459, SANSMTP_ENHANCED(4, 7, 1), "No node of ours");
    }
    if (sansmtp_rate_take(relay->gate->hastened, key, key_of_node(node, key), SANSMTP_RATE_MESSAGES,
                          1, seconds(relay), NULL) != 1) {
        return later(458, SANSMTP_ENHANCED(4, 7, 0), "Started a moment ago, come later",
                     "retry-greylisted", relay->config.retry_greylisted);
    }
    return yes;
}

void gate_etrn_nothing(struct relay *relay, struct sansmtp_span node)
{
    uint8_t key[KEY_MAX];

    sansmtp_rate_give(relay->gate->hastened, key, key_of_node(node, key), SANSMTP_RATE_MESSAGES, 1,
                      seconds(relay));
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
