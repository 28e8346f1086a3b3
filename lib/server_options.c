#include "server_engine.h"

#include <stdalign.h>

#include "additions.h"
#include "class.h"
#include "datetime.h"
#include "extension.h"
#include "mechanism.h"
#include "memory.h"
#include "parameter_value.h"
#include "sized.h"

/* What the host may ask for, what that costs, and how a session begins in its block. */

/* Octets of the struct as the first version had it. */
#define FIRST offsetof(struct sansmtp_server_options, additions)

/* Was the host's struct of the first version, padding included? Other sizes no version had. */
static bool is_first(size_t size)
{
    return size >= FIRST && size < FIRST + 8 && size < sizeof(struct sansmtp_server_options);
}

/* In what came later 0 means what was before, so a host's struct without it reads as zeros. */
const struct sansmtp_server_options *
sansmtp_server_later(const struct sansmtp_server_options *options)
{
    static const struct sansmtp_server_options none = {0};

    return is_first(options->size) ? &none : options;
}

int sansmtp_server_options_init(struct sansmtp_server_options *options, size_t size)
{
    static const struct sansmtp_server_options defaults = {
        .size = sizeof(defaults),
        .leniency = SANSMTP_LENIENT_TRAILING_SPACE | SANSMTP_LENIENT_HELLO |
                    SANSMTP_LENIENT_LOCAL_PART | SANSMTP_LENIENT_INITIAL,
        .bare_newlines = SANSMTP_BARE_REFUSE,
        .extensions = SANSMTP_EXTENSION_PIPELINING | SANSMTP_EXTENSION_SIZE |
                      SANSMTP_EXTENSION_8BITMIME | SANSMTP_EXTENSION_SMTPUTF8 |
                      SANSMTP_EXTENSION_CHUNKING | SANSMTP_EXTENSION_ENHANCEDSTATUSCODES |
                      SANSMTP_EXTENSION_HELP,
        .message_size = UINT64_C(32) << 20,
        .greeting = "ESMTP",
        .greeting_length = 5,
        .output = 1024,
        .reply = 512,
        .recipients = 1000,
        .errors = 20,
        .unknown = 10,
        .idle_commands = 1000,
        .repetitions = 100,
        .verifications = 20,
        .authentications = 5,
        .auth_line = 12288,
        .patience = 300,
        .body_patience = 300,
        .progress = 1024,
    };

    if (options == NULL || (size < sizeof(defaults) && !is_first(size)) || size > UINT32_MAX) {
        return SANSMTP_ERR_ARGUMENT;
    }
    memset(options, 0, size);
    memcpy(options, &defaults, size < sizeof(defaults) ? size : sizeof(defaults));
    options->size = (uint32_t)size;
    return 0;
}

static size_t line_of(const struct sansmtp_server_options *options, uint32_t verb)
{
    return sansmtp_extension_line(options->extensions, verb) +
           sansmtp_additions_line(sansmtp_server_later(options)->additions, options->extensions,
                                  verb);
}

static size_t least_line(const struct sansmtp_server_options *options)
{
    size_t mail = line_of(options, SANSMTP_VERB_MAIL);
    size_t rcpt = line_of(options, SANSMTP_VERB_RCPT);

    return mail > rcpt ? mail : rcpt;
}

static size_t line_octets(const struct sansmtp_server_options *options)
{
    return options->line != 0 ? options->line : least_line(options);
}

static bool printable(const char *text, size_t length)
{
    if (text == NULL) {
        return length == 0;
    }
    for (size_t i = 0; i < length; i++) {
        uint8_t octet = (uint8_t)text[i];

        if (octet < 0x20 || octet > 0x7e) {
            return false;
        }
    }
    return true;
}

static bool texts_fit(const struct sansmtp_server_options *options)
{
    if (!printable(options->hostname, options->hostname_length) || options->hostname_length == 0 ||
        options->hostname_length > 255 ||
        memchr(options->hostname, ' ', options->hostname_length) != NULL) {
        return false;
    }
    return printable(options->greeting, options->greeting_length) &&
           options->greeting_length + options->hostname_length + 7 <= options->reply;
}

/* They must fit one EHLO row. */
static bool mechanisms_fit(const struct sansmtp_server_options *options)
{
    return options->mechanisms_length + 11 <= options->reply &&
           sansmtp_mechanisms_count(options->mechanisms, options->mechanisms_length) != SIZE_MAX;
}

/* It must fit one EHLO row, behind its keyword. */
static bool row_fits(const struct sansmtp_server_options *options, const char *text, size_t length)
{
    return printable(text, length) && length + 24 <= options->reply;
}

/* RFC 6710 3: 1 to 20 letters, digits, "-", "_" and "." */
static bool profile_fits(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (memchr("-_.", name[i], 3) == NULL &&
            !sansmtp_class_is((uint8_t)name[i], SANSMTP_CLASS_LET_DIG)) {
            return false;
        }
    }
    return length <= 20;
}

static bool later_fits(const struct sansmtp_server_options *options)
{
    const struct sansmtp_server_options *later = sansmtp_server_later(options);
    struct sansmtp_value ignored = {0};

    if (later->reserved2 != 0 || !sansmtp_additions_fit(later->additions) ||
        !row_fits(options, later->urls, later->urls_length) ||
        !row_fits(options, later->solicitations, later->solicitations_length) ||
        !row_fits(options, later->priorities, later->priorities_length)) {
        return false;
    }
    if (later->solicitations_length != 0 &&
        !sansmtp_parameter_solicit((const uint8_t *)later->solicitations,
                                   later->solicitations_length, 0, &ignored)) {
        return false;
    }
    return profile_fits(later->priorities, later->priorities_length) &&
           later->hold_for <= 999999999 && later->hold_until <= SANSMTP_DATETIME_LAST &&
           later->deliver_by <= 999999999;
}

/* What belongs to submission alone, and what must not be there (RFC 4468 3.1, 4865 4.2, 6409 7). */
static bool submission_fits(const struct sansmtp_server_options *options, uint64_t on)
{
    const struct sansmtp_server_options *later = sansmtp_server_later(options);
    uint64_t alone = SANSMTP_EXTENSION_BURL | SANSMTP_EXTENSION_FUTURERELEASE;
    uint64_t never = SANSMTP_EXTENSION_ETRN | SANSMTP_EXTENSION_ATRN;
    bool submission = (options->flags & SANSMTP_SERVER_SUBMISSION) != 0;

    if ((on & (submission ? never : alone)) != 0) {
        return false;
    }
    if ((on & SANSMTP_EXTENSION_FUTURERELEASE) != 0 &&
        (later->hold_for == 0 || later->hold_until == 0)) {
        return false;
    }
    return (on & SANSMTP_EXTENSION_BURL) == 0 || later->urls_length != 0;
}

/* What the RFCs want together. */
static bool extensions_fit(const struct sansmtp_server_options *options, uint64_t on)
{
    /* RFC 2033 5: an LMTP server has both. */
    uint64_t lmtp = SANSMTP_EXTENSION_PIPELINING | SANSMTP_EXTENSION_ENHANCEDSTATUSCODES;

    uint64_t own = sansmtp_additions_extensions(sansmtp_server_later(options)->additions);

    if (((on & ~own) >> SANSMTP_EXTENSIONS) != 0 || sansmtp_extension_missing(on) != 0 ||
        !submission_fits(options, on)) {
        return false;
    }
    if ((options->flags & SANSMTP_SERVER_LMTP) != 0 && (on & lmtp) != lmtp) {
        return false;
    }
    if ((on & SANSMTP_EXTENSION_AUTH) != 0 && options->mechanisms_length == 0) {
        return false;
    }
    if ((options->flags & SANSMTP_SERVER_REQUIRE_AUTH) != 0 && (on & SANSMTP_EXTENSION_AUTH) == 0) {
        return false;
    }
    return (options->flags & SANSMTP_SERVER_REQUIRE_TLS) == 0 ||
           (on & SANSMTP_EXTENSION_STARTTLS) != 0 ||
           (options->flags & SANSMTP_SERVER_IMPLICIT_TLS) != 0;
}

static bool bits_fit(const struct sansmtp_server_options *options)
{
    uint32_t flags = SANSMTP_SERVER_LMTP | SANSMTP_SERVER_IMPLICIT_TLS |
                     SANSMTP_SERVER_REQUIRE_TLS | SANSMTP_SERVER_REQUIRE_AUTH |
                     SANSMTP_SERVER_AUTH_IN_CLEAR | SANSMTP_SERVER_REFUSE_NUL |
                     SANSMTP_SERVER_STRICT_PIPELINING | SANSMTP_SERVER_TRACE |
                     SANSMTP_SERVER_GONE_AFTER_521 | SANSMTP_SERVER_SUBMISSION;
    uint32_t leniency = SANSMTP_LENIENT_TRAILING_SPACE | SANSMTP_LENIENT_HELLO |
                        SANSMTP_LENIENT_LOCAL_PART | SANSMTP_LENIENT_INITIAL |
                        SANSMTP_LENIENT_PATH_SPACE | SANSMTP_LENIENT_BRACKETS |
                        SANSMTP_LENIENT_DOUBLE_SPACE;

    return (options->flags & ~flags) == 0 && (options->leniency & ~leniency) == 0 &&
           options->reserved == 0;
}

enum { BUFFER_MOST = 1 << 28 };

static bool numbers_fit(const struct sansmtp_server_options *options)
{
    if (options->reply < 512 || options->reply > UINT16_MAX ||
        options->output / 2 < options->reply || options->bare_newlines > SANSMTP_BARE_PASS) {
        return false;
    }
    /* RFC 5321 4.5.3.1.8: at least 100 recipients, but where it is announced (RFC 9422 3.5); RFC
     * 4954 9: at least three failed attempts. */
    if ((options->recipients != 0 && options->recipients < 100 &&
         (options->extensions & SANSMTP_EXTENSION_LIMITS) == 0) ||
        (options->authentications != 0 && options->authentications < 3)) {
        return false;
    }
    /* The sum of the buffers must fit a size_t, whatever its width. */
    if (options->line > BUFFER_MOST || options->output > BUFFER_MOST) {
        return false;
    }
    return options->auth_line >= 512 && options->patience != 0 && options->body_patience != 0 &&
           (options->line == 0 || options->line >= least_line(options));
}

static int options_check(const struct sansmtp_server_options *options)
{
    if (options == NULL ||
        (!is_first(options->size) && !sansmtp_sized(options, options->size, sizeof(*options)))) {
        return SANSMTP_ERR_ARGUMENT;
    }
    return bits_fit(options) && later_fits(options) && numbers_fit(options) && texts_fit(options) &&
                   mechanisms_fit(options) && extensions_fit(options, options->extensions)
               ? 0
               : SANSMTP_ERR_OPTIONS;
}

/* What options that are good need. */
static size_t block_octets(const struct sansmtp_server_options *options)
{
    return alignof(struct sansmtp_server) - 1 + sizeof(struct sansmtp_server) +
           line_octets(options) + options->output;
}

size_t sansmtp_server_memory(const struct sansmtp_server_options *options)
{
    return options_check(options) == 0 ? block_octets(options) : 0;
}

/* In LMTP each recipient has an answer anyway, and mail is neither fetched nor submitted. */
static uint64_t to_be_had(const struct sansmtp_server_options *options, uint64_t extensions)
{
    uint64_t smtp_alone = SANSMTP_EXTENSION_ATRN | SANSMTP_EXTENSION_BURL | SANSMTP_EXTENSION_PRDR;

    return (options->flags & SANSMTP_SERVER_LMTP) != 0 ? extensions & ~smtp_alone : extensions;
}

static void begin(struct sansmtp_server *server, const struct sansmtp_server_options *options)
{
    memset(server, 0, sizeof(*server));
    server->options = options;
    server->extensions = to_be_had(options, options->extensions);
    server->allowed = server->extensions;
    server->buffer = (uint8_t *)(server + 1);
    server->line_capacity = (uint32_t)line_octets(options);
    sansmtp_out_init(&server->out, server->buffer + server->line_capacity, options->output);
    sansmtp_server_line_begin(server);
    server->state = SANSMTP_STATE_OPEN;
    server->phase = (options->flags & SANSMTP_SERVER_IMPLICIT_TLS) != 0 ? SANSMTP_PHASE_TLS
                                                                        : SANSMTP_PHASE_GREETING;
}

int sansmtp_server_init(struct sansmtp_server **server, void *memory, size_t length,
                        const struct sansmtp_server_options *options)
{
    int error = options_check(options);
    size_t skew;

    if (server == NULL || memory == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (error != 0) {
        return error;
    }
    if (length < block_octets(options)) {
        return SANSMTP_ERR_MEMORY;
    }
    skew = (size_t)(-(uintptr_t)memory & (alignof(struct sansmtp_server) - 1));
    *server = (struct sansmtp_server *)(void *)((uint8_t *)memory + skew);
    begin(*server, options);
    return 0;
}

int sansmtp_server_allow(struct sansmtp_server *server, uint64_t extensions, int on)
{
    uint64_t set;

    if (server == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if ((extensions & ~server->options->extensions) != 0) {
        return SANSMTP_ERR_OPTIONS;
    }
    set = on != 0 ? server->allowed | extensions : server->allowed & ~extensions;
    if (!extensions_fit(server->options, set)) {
        return SANSMTP_ERR_OPTIONS;
    }
    server->allowed = to_be_had(server->options, set);
    return 0;
}
