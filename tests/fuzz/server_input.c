/* The head of the input as options: whatever it says, they are good. */

#include "server_input.h"

#include <stdbool.h>

struct choice {
    uint32_t head;
    uint32_t flag;
};

static uint32_t flags_of(uint32_t head)
{
    static const struct choice choices[] = {
        {HEAD_LMTP, SANSMTP_SERVER_LMTP},
        {HEAD_REQUIRE_TLS, SANSMTP_SERVER_REQUIRE_TLS},
        {HEAD_REQUIRE_AUTH, SANSMTP_SERVER_REQUIRE_AUTH},
        {HEAD_AUTH_IN_CLEAR, SANSMTP_SERVER_AUTH_IN_CLEAR},
        {HEAD_REFUSE_NUL, SANSMTP_SERVER_REFUSE_NUL},
        {HEAD_TRACE, SANSMTP_SERVER_TRACE},
    };
    uint32_t flags = 0;

    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        flags |= (head & choices[i].head) != 0 ? choices[i].flag : 0;
    }
    return flags;
}

/* With what they cannot do without. */
static uint64_t extensions_of(const uint8_t *head, uint32_t flags)
{
    uint64_t extensions = head[HEAD_EXTENSIONS] | (head[HEAD_EXTENSIONS_2] & 15u) << 8;

    if ((flags & SANSMTP_SERVER_LMTP) != 0) {
        extensions |= SANSMTP_EXTENSION_PIPELINING | SANSMTP_EXTENSION_ENHANCEDSTATUSCODES;
    }
    if ((flags & SANSMTP_SERVER_REQUIRE_TLS) != 0) {
        extensions |= SANSMTP_EXTENSION_STARTTLS;
    }
    if ((flags & SANSMTP_SERVER_REQUIRE_AUTH) != 0) {
        extensions |= SANSMTP_EXTENSION_AUTH;
    }
    if ((extensions & SANSMTP_EXTENSION_BINARYMIME) != 0) {
        extensions |= SANSMTP_EXTENSION_CHUNKING;
    }
    if ((extensions & SANSMTP_EXTENSION_SMTPUTF8) != 0) {
        extensions |= SANSMTP_EXTENSION_8BITMIME;
    }
    return extensions;
}

static const struct sansmtp_own_extension own_extension = {
    .keyword = "XTEST",
    .keyword_length = 5,
    .value = "one two",
    .value_length = 7,
    .number = 48,
    .mail = 40,
};

static const struct sansmtp_own_parameter own_parameters[] = {
    {"XWEIGHT", 7, 48, SANSMTP_VERB_MAIL, 48, SANSMTP_OWN_VALUE_REQUIRED},
    {"XNOTE", 5, 50, SANSMTP_VERB_RCPT, 48, SANSMTP_OWN_VALUE_OPTIONAL},
};

static const struct sansmtp_own_verb own_verbs[] = {
    {"XPING", 5, "XPING [string]", 14, 256, 48},
    {"XFREE", 5, NULL, 0, 257, 0},
};

static const struct sansmtp_additions additions = {
    .size = sizeof additions,
    .extensions_count = 1,
    .parameters_count = 2,
    .verbs_count = 2,
    .extensions = &own_extension,
    .parameters = own_parameters,
    .verbs = own_verbs,
};

/* All that there is, but for what the port forbids. */
static void later_extensions(struct sansmtp_server_options *options, bool submission)
{
    uint64_t relays = SANSMTP_EXTENSION_ETRN | SANSMTP_EXTENSION_ATRN;
    uint64_t submits = SANSMTP_EXTENSION_BURL | SANSMTP_EXTENSION_FUTURERELEASE;

    options->extensions |= (SANSMTP_EXTENSION_XFORWARD << 1) - SANSMTP_EXTENSION_DELIVERBY;
    options->extensions |= UINT64_C(1) << own_extension.number;
    options->extensions |= SANSMTP_EXTENSION_PIPELINING | SANSMTP_EXTENSION_8BITMIME |
                           SANSMTP_EXTENSION_AUTH;
    options->extensions &= ~(submission ? relays : submits);
    options->flags |= submission ? SANSMTP_SERVER_SUBMISSION : 0;
    options->additions = &additions;
    options->urls = "imap";
    options->urls_length = 4;
    options->solicitations = "net.example:ADV";
    options->solicitations_length = 15;
    options->priorities = "MIXER";
    options->priorities_length = 5;
    options->hold_for = 1000;
    options->hold_until = UINT64_C(1893456000);
    options->deliver_by = 60;
    options->recipient_domains = 5;
}

static void small_budgets(struct sansmtp_server_options *options)
{
    options->errors = 3;
    options->unknown = 2;
    options->idle_commands = 8;
    options->repetitions = 4;
    options->verifications = 2;
    options->authentications = 3;
    options->messages = 2;
}

void server_input_options(struct sansmtp_server_options *options, const uint8_t *head)
{
    static const char hostname[] = "mx.example";
    static const char mechanisms[] = "PLAIN LOGIN SCRAM-SHA-256 CRAM-MD5 EXTERNAL XSPECIAL";

    sansmtp_server_options_init(options, sizeof *options);
    options->hostname = hostname;
    options->hostname_length = sizeof hostname - 1;
    options->mechanisms = mechanisms;
    options->mechanisms_length = sizeof mechanisms - 1;
    options->flags = flags_of(head[HEAD_FLAGS]);
    options->extensions = extensions_of(head, options->flags);
    if ((head[HEAD_EXTENSIONS_2] & 128) != 0) {
        later_extensions(options, (head[HEAD_LENIENCY] & 128) != 0);
    }
    options->leniency = head[HEAD_LENIENCY] & 127u;
    options->bare_newlines = (head[HEAD_EXTENSIONS_2] >> 4 & 3u) % 3;
    if (head[HEAD_SIZE] != 0) {
        options->message_size = head[HEAD_SIZE] * 8u;
    }
    if ((head[HEAD_EXTENSIONS_2] & 64) != 0) {
        small_budgets(options);
    }
}
