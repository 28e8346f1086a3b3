/* The head of the input as options: whatever it says, they are good. */

#include "client_input.h"

void client_input_options(struct sansmtp_client_options *options, const uint8_t *head)
{
    static const char hello[] = "me.example";
    static const char mechanisms[] = "SCRAM-SHA-256 CRAM-MD5 PLAIN LOGIN EXTERNAL";
    unsigned modes = head[CLIENT_HEAD_MODES];

    sansmtp_client_options_init(options, sizeof *options);
    options->hello = hello;
    options->hello_length = sizeof hello - 1;
    options->flags = head[CLIENT_HEAD_FLAGS] & 63u;
    options->tls = (modes & CLIENT_HEAD_TLS) % 3;
    options->chunking = (modes & CLIENT_HEAD_NO_CHUNKS) != 0 ? SANSMTP_CLIENT_CHUNKING_OFF
                                                             : SANSMTP_CLIENT_CHUNKING_AUTO;
    options->body_newlines = (modes & CLIENT_HEAD_NORMALISE) != 0
                                 ? SANSMTP_CLIENT_NEWLINES_NORMALISE
                                 : SANSMTP_CLIENT_NEWLINES_REFUSE;
    if ((modes & CLIENT_HEAD_FEW) != 0) {
        options->in_flight = 3;
        options->output = 2048;
    }
    if ((modes & CLIENT_HEAD_BRIEF) != 0) {
        options->line = 512;
        options->reply_line = 512;
        options->reply_lines = 4;
        options->reply_octets = 700;
    }
    if ((modes & CLIENT_HEAD_MECHANISMS) != 0) {
        options->mechanisms = mechanisms;
        options->mechanisms_length = sizeof mechanisms - 1;
    }
}
