#include "client_setup.h"

void client_options(const struct script *script, struct sansmtp_client_options *options)
{
    uint32_t flags = script->flags;
    bool tls = (flags & SCRIPT_TLS) != 0;

    sansmtp_client_options_init(options, sizeof(*options));
    options->hello = "client.example";
    options->hello_length = 14;
    options->line = 1024;
    options->output = 2048; /* the least */
    options->tls = tls ? SANSMTP_CLIENT_TLS_REQUIRED : SANSMTP_CLIENT_TLS_NONE;
    options->flags = ((flags & SCRIPT_LMTP) != 0 ? SANSMTP_CLIENT_LMTP : 0) |
                     ((flags & SCRIPT_ONE_BY_ONE) != 0 ? SANSMTP_CLIENT_NO_PIPELINING : 0) |
                     (tls ? 0 : SANSMTP_CLIENT_AUTH_IN_CLEAR);
    if ((flags & SCRIPT_AUTH) != 0) {
        options->mechanisms = "PLAIN";
        options->mechanisms_length = 5;
    }
}

int client_assume(const struct script *script, struct sansmtp_client *client)
{
    struct sansmtp_capabilities capabilities = {
        .extensions = SANSMTP_EXTENSION_PIPELINING | SANSMTP_EXTENSION_PIPECONNECT |
                      SANSMTP_EXTENSION_SIZE | SANSMTP_EXTENSION_8BITMIME};

    if ((script->flags & SCRIPT_CHUNKS) != 0) {
        capabilities.extensions |= SANSMTP_EXTENSION_CHUNKING | SANSMTP_EXTENSION_BINARYMIME;
    }
    if ((script->flags & SCRIPT_PRDR) != 0) {
        capabilities.extensions |= SANSMTP_EXTENSION_PRDR;
    }
    if ((script->flags & SCRIPT_LIMITS) != 0) {
        capabilities.extensions |= SANSMTP_EXTENSION_LIMITS;
        capabilities.recipients = 2;
    }
    return sansmtp_client_assume(client, &capabilities, sizeof(capabilities));
}
