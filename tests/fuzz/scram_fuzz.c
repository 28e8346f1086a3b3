/*
 * SCRAM and CRAM-MD5 on a made-up hash function. The first octet chooses: messages for a server,
 * messages for a client, parted by 0xFE; or both, back to back, with names and passwords of the
 * input, and perhaps one octet changed on its way. Whoever changes a message must not succeed, and
 * nobody succeeds without the password.
 */

#include <sansmtp/scram.h>

#include "block.h"

enum { DIGEST = 32, ITERATIONS = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t stir(uint64_t state, const uint8_t *octets, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        state = (state ^ octets[i]) * UINT64_C(0x9e3779b97f4a7c15);
        state ^= state >> 29;
    }
    return state;
}

static void squeeze(uint64_t state, const uint32_t *digest, uint8_t *out)
{
    for (size_t i = 0; i < *digest; i++) {
        out[i] = (uint8_t)(stir(state, (const uint8_t[]){(uint8_t)i}, 1) >> 13);
    }
}

static int hash(void *user, const uint8_t *octets, size_t length, uint8_t *out)
{
    squeeze(stir(1, octets, length), user, out);
    return 0;
}

static int hmac(void *user, const uint8_t *key, size_t key_length, const uint8_t *octets,
                size_t length, uint8_t *out)
{
    squeeze(stir(stir(2, key, key_length), octets, length), user, out);
    return 0;
}

static uint32_t digests[] = {DIGEST, 16};

static const struct sansmtp_hash made_up = {
    .size = sizeof made_up, .digest = DIGEST, .user = &digests[0], .hash = hash, .hmac = hmac};

static const struct sansmtp_scram_binding binding = {.name = {(const uint8_t *)"tls-exporter", 12},
                                                     .data = {(const uint8_t *)"channel", 7}};

static struct sansmtp_span span_of(const char *text)
{
    return (struct sansmtp_span){(const uint8_t *)text, strlen(text)};
}

static struct sansmtp_scram_options options_of(unsigned how, const char *nonce)
{
    struct sansmtp_scram_options options = {.size = sizeof options, .hash = &made_up};

    options.flags = (how & 1) != 0 ? SANSMTP_SCRAM_PLUS : 0;
    options.bindings = (how & 3) != 0 ? &binding : NULL;
    options.binding_count = (how & 3) != 0 ? 1 : 0;
    options.nonce = span_of(nonce);
    options.least_iterations = 1;
    options.most_iterations = 50;
    return options;
}

/* A server, and what it knows of its one user. */
struct server {
    struct sansmtp_scram *scram;
    uint8_t *memory;
    uint8_t stored_key[DIGEST], server_key[DIGEST];
    bool knows; /* the user that is asked for */
    bool done;
    struct sansmtp_span text;
};

static void server_begin(struct server *server, unsigned how, struct sansmtp_span password)
{
    struct sansmtp_scram_options options = options_of(how, "server");
    struct sansmtp_span salt = span_of("salt");

    memset(server, 0, sizeof *server);
    server->memory = malloc(SANSMTP_SCRAM_MEMORY);
    HOLDS(server->memory != NULL);
    HOLDS(sansmtp_scram_server_init(&server->scram, server->memory, SANSMTP_SCRAM_MEMORY,
                                    &options) == 0);
    HOLDS(sansmtp_scram_derive(&made_up, &password, &salt, ITERATIONS, server->stored_key,
                               server->server_key) == 0);
}

static void server_end(struct server *server)
{
    HOLDS(sansmtp_scram_end(server->scram) == 0);
    free(server->memory);
}

/* Takes a message, in a block of its size; false: the exchange is over. text is the challenge. */
static bool server_takes(struct server *server, struct sansmtp_span message)
{
    struct sansmtp_scram_record record = {.size = sizeof record, .iterations = ITERATIONS};
    uint8_t *block = block_of(message.data, message.length);
    struct sansmtp_span response = {block, message.length};
    uint32_t step = 0;
    int result = sansmtp_scram_server_next(server->scram, &response, &step, &server->text);

    if (result == 0 && step == SANSMTP_SCRAM_LOOKUP) {
        record.salt = span_of("salt");
        if (server->knows) {
            record.stored_key = (struct sansmtp_span){server->stored_key, DIGEST};
            record.server_key = (struct sansmtp_span){server->server_key, DIGEST};
        }
        HOLDS(server->text.length > 0);
        HOLDS(sansmtp_scram_server_record(server->scram, &record, &server->text) == 0);
    }
    server->done = result == 0 && step == SANSMTP_SCRAM_DONE;
    free(block);
    return result == 0 && !server->done;
}

static void play_client(struct input *input, unsigned how)
{
    struct server server;

    server_begin(&server, how, span_of("no such password"));
    server.knows = (how & 8) != 0;
    for (unsigned i = 0; i < 4 && server_takes(&server, next_string(input)); i++) {
        continue;
    }
    HOLDS(!server.done);
    server_end(&server);
}

static struct sansmtp_scram *client_begin(uint8_t *memory, unsigned how, struct input *input,
                                          struct sansmtp_span *password)
{
    struct sansmtp_scram_options options = options_of(how, "client");
    struct sansmtp_scram *client = NULL;

    options.authcid = next_string(input);
    options.authzid = next_string(input);
    options.password = *password = next_string(input);
    return sansmtp_scram_client_init(&client, memory, SANSMTP_SCRAM_MEMORY, &options) == 0 ? client
                                                                                           : NULL;
}

static void play_server(struct input *input, unsigned how)
{
    uint8_t *memory = malloc(SANSMTP_SCRAM_MEMORY);
    struct sansmtp_span password, answer = {NULL, 0};
    struct sansmtp_scram *client = client_begin(memory, how, input, &password);

    if (client != NULL && sansmtp_scram_client_next(client, NULL, &answer) == 0) {
        int result = 0;

        for (unsigned i = 0; i < 4 && result == 0; i++) {
            struct sansmtp_span text = next_string(input);
            uint8_t *block = block_of(text.data, text.length);
            struct sansmtp_span challenge = {block, text.length};

            result = sansmtp_scram_client_next(client, &challenge, &answer);
            free(block);
        }
        HOLDS(sansmtp_scram_verified(client) == 0);
        HOLDS(sansmtp_scram_end(client) == 0);
    }
    free(memory);
}

/* Changes one octet of this message, if it is its turn. */
static void spoil(struct sansmtp_span *text, uint8_t *room, unsigned *until, uint8_t how)
{
    if (*until > 0 && *until <= text->length && how != 0 && text->length <= SANSMTP_SCRAM_MEMORY) {
        memcpy(room, text->data, text->length);
        room[*until - 1] ^= how;
        text->data = room;
    }
    *until = *until > text->length ? *until - (unsigned)text->length : 0;
}

static void play_both(struct input *input, unsigned how)
{
    static uint8_t room[SANSMTP_SCRAM_MEMORY];
    unsigned until = (unsigned)next_number(input, 2);
    uint8_t change = next_octet(input), *memory = malloc(SANSMTP_SCRAM_MEMORY);
    struct sansmtp_span password, text = {NULL, 0};
    bool spoiled = until > 0 && change != 0, wrong = (how & 16) != 0, more = true;
    struct sansmtp_scram *client = client_begin(memory, how, input, &password);
    struct server server;

    if (client != NULL) {
        int result = sansmtp_scram_client_next(client, NULL, &text);

        server_begin(&server, how, wrong ? span_of("another password") : password);
        server.knows = true;
        while (result == 0 && more) {
            spoil(&text, room, &until, change);
            more = server_takes(&server, text);
            text = server.text;
            if (more) {
                struct sansmtp_span challenge = text;

                spoil(&challenge, room, &until, change);
                result = sansmtp_scram_client_next(client, &challenge, &text);
            }
        }
        spoiled = spoiled && until == 0;
        /* RFC 5802 6: the client would have bound the channel, and the server offers just that. */
        wrong = (wrong && !same_octets(password, span_of("another password"))) || (how & 3) == 2;
        HOLDS((server.done && sansmtp_scram_verified(client) == 1) == (!spoiled && !wrong));
        HOLDS(sansmtp_scram_end(client) == 0);
        server_end(&server);
    }
    free(memory);
}

/* The answer that a server reads, and nothing else passes. */
static void play_cram(struct input *input)
{
    struct sansmtp_hash md5 = made_up;
    struct sansmtp_span user = next_string(input), password = next_string(input);
    struct sansmtp_span challenge = next_string(input), name, digits;
    uint8_t out[300];
    size_t length = 0;
    int result;

    md5.digest = 16;
    md5.user = &digests[1];
    result = sansmtp_cram_answer(&md5, &user, &password, &challenge, out, sizeof out, &length);
    if (result == 0) {
        HOLDS(sansmtp_cram_read(out, length, &name, &digits) == 0 && same_octets(name, user));
        HOLDS(sansmtp_cram_check(&md5, &password, &challenge, &digits) == 0);
        out[length - 1] = out[length - 1] == '0' ? '1' : '0';
        HOLDS(sansmtp_cram_check(&md5, &password, &challenge, &digits) == SANSMTP_ERR_AUTH);
    }
    if (sansmtp_cram_read(user.data, user.length, &name, &digits) == 0) {
        HOLDS(lies_in(name, user.data, user.length) && lies_in(digits, user.data, user.length));
        HOLDS(digits.length == 32 && name.length > 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *block = block_of(data, size);
    struct input input = {block, size};
    unsigned how = next_octet(&input);

    switch (how / 32 % 4) {
    case 0:
        play_client(&input, how);
        break;
    case 1:
        play_server(&input, how);
        break;
    case 2:
        play_both(&input, how);
        break;
    default:
        play_cram(&input);
        break;
    }
    free(block);
    return 0;
}
