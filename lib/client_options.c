#include "client_engine.h"

#include <sansmtp/wire.h>
#include <stdalign.h>

#include "additions.h"
#include "mechanism.h"
#include "memory.h"
#include "sized.h"

/* What the host may ask for, and how a session begins in its block. */

int sansmtp_client_options_init(struct sansmtp_client_options *options, size_t size)
{
    static const struct sansmtp_client_options defaults = {
        .size = sizeof(defaults),
        .tls = SANSMTP_CLIENT_TLS_REQUIRED,
        .in_flight = 64,
        .line = 1024,
        .output = 4096,
        .reply_line = 4096,
        .reply_lines = 128,
        .reply_octets = 65536,
        .greeting_patience = 300,
        .patience = 300,
        .data_patience = 120,
        .body_patience = 180,
        .end_patience = 600,
    };

    if (options == NULL || size < sizeof(defaults) || size > UINT32_MAX) {
        return SANSMTP_ERR_ARGUMENT;
    }
    memset(options, 0, size);
    *options = defaults;
    options->size = (uint32_t)size;
    return 0;
}

static bool bits_fit(const struct sansmtp_client_options *options)
{
    uint32_t flags = SANSMTP_CLIENT_LMTP | SANSMTP_CLIENT_IMPLICIT_TLS |
                     SANSMTP_CLIENT_AUTH_IN_CLEAR | SANSMTP_CLIENT_AUTH_OPTIONAL |
                     SANSMTP_CLIENT_NO_PIPELINING | SANSMTP_CLIENT_TRACE;

    return (options->flags & ~flags) == 0 && options->reserved == 0 &&
           options->tls <= SANSMTP_CLIENT_TLS_REQUIRED &&
           options->chunking <= SANSMTP_CLIENT_CHUNKING_OFF &&
           options->body_newlines <= SANSMTP_CLIENT_NEWLINES_NORMALISE &&
           sansmtp_additions_fit(options->additions);
}

static bool numbers_fit(const struct sansmtp_client_options *options)
{
    const uint32_t most = 1u << 28; /* the sum of the buffers fits a size_t */

    return options->line >= 512 && options->line <= most && options->output >= 2048 &&
           options->output <= most && options->in_flight != 0 &&
           (options->reply_line == 0 || options->reply_line >= 512) &&
           options->greeting_patience != 0 && options->patience != 0 &&
           options->data_patience != 0 && options->body_patience != 0 && options->end_patience != 0;
}

/* RFC 6531 3.7.1: the name stays ASCII. */
static bool hello_fits(const struct sansmtp_client_options *options)
{
    uint32_t kind;

    return options->hello != NULL &&
           sansmtp_domain_parse((const uint8_t *)options->hello, options->hello_length, 0, &kind,
                                NULL) == 0;
}

static bool mechanisms_fit(const struct sansmtp_client_options *options)
{
    return sansmtp_mechanisms_count(options->mechanisms, options->mechanisms_length) <= 32;
}

static int options_check(const struct sansmtp_client_options *options)
{
    if (options == NULL || !sansmtp_sized(options, options->size, sizeof(*options))) {
        return SANSMTP_ERR_ARGUMENT;
    }
    return bits_fit(options) && numbers_fit(options) && hello_fits(options) &&
                   mechanisms_fit(options)
               ? 0
               : SANSMTP_ERR_OPTIONS;
}

/* What options that are good need. */
static size_t block_octets(const struct sansmtp_client_options *options)
{
    return alignof(struct sansmtp_client) - 1 + sizeof(struct sansmtp_client) + options->line +
           options->output;
}

size_t sansmtp_client_memory(const struct sansmtp_client_options *options)
{
    return options_check(options) == 0 ? block_octets(options) : 0;
}

static void begin(struct sansmtp_client *client, const struct sansmtp_client_options *options)
{
    uint8_t *buffers = (uint8_t *)(client + 1);

    memset(client, 0, sizeof(*client));
    client->options = options;
    client->text = buffers;
    client->text_capacity = options->line;
    sansmtp_out_init(&client->out, buffers + options->line, options->output);
    client->put = 1; /* the greeting answers the connection */
    client->sent = 1;
    client->phase = (options->flags & SANSMTP_CLIENT_IMPLICIT_TLS) != 0 ? SANSMTP_AWAITS_TLS
                                                                        : SANSMTP_AWAITS_GREETING;
}

int sansmtp_client_init(struct sansmtp_client **client, void *memory, size_t length,
                        const struct sansmtp_client_options *options)
{
    int error = options_check(options);
    size_t skew;

    if (client == NULL || memory == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (error != 0) {
        return error;
    }
    if (length < block_octets(options)) {
        return SANSMTP_ERR_MEMORY;
    }
    skew = (size_t)(-(uintptr_t)memory & (alignof(struct sansmtp_client) - 1));
    *client = (struct sansmtp_client *)(void *)((uint8_t *)memory + skew);
    begin(*client, options);
    return 0;
}
