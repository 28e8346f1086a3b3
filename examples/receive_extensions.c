#include "receive_extensions.h"

#include <string.h>
#include <strings.h>

#define EXTENSION_BITS 48u
#define LONGEST_HOLD   (UINT32_C(366) * 86400)
#define LAST_HOLD      UINT64_C(253402300799) /* the end of the year 9999 */

/* What we can do, or what a test inbox can take and log without doing anything about it. */
static const uint64_t logged = SANSMTP_EXTENSION_DSN | SANSMTP_EXTENSION_DELIVERBY |
                               SANSMTP_EXTENSION_MT_PRIORITY | SANSMTP_EXTENSION_REQUIRETLS |
                               SANSMTP_EXTENSION_RRVS | SANSMTP_EXTENSION_LIMITS |
                               SANSMTP_EXTENSION_CHECKPOINT | SANSMTP_EXTENSION_NO_SOLICITING |
                               SANSMTP_EXTENSION_MTRK | SANSMTP_EXTENSION_CONPERM |
                               SANSMTP_EXTENSION_CONNEG | SANSMTP_EXTENSION_PRDR |
                               SANSMTP_EXTENSION_PIPECONNECT;
static const uint64_t usual = SANSMTP_EXTENSION_PIPELINING | SANSMTP_EXTENSION_SIZE |
                              SANSMTP_EXTENSION_8BITMIME | SANSMTP_EXTENSION_SMTPUTF8 |
                              SANSMTP_EXTENSION_CHUNKING | SANSMTP_EXTENSION_BINARYMIME |
                              SANSMTP_EXTENSION_ENHANCEDSTATUSCODES | SANSMTP_EXTENSION_HELP;
/* RFC 6409 7, 4865 4.2: of a submission server alone, or of none. */
static const uint64_t of_submission = SANSMTP_EXTENSION_FUTURERELEASE;
static const uint64_t of_others = SANSMTP_EXTENSION_ETRN;

static uint64_t find(const char *word, size_t length)
{
    uint64_t ours = usual | logged | of_submission | of_others;

    if (length == 3 && strncasecmp(word, "all", 3) == 0) {
        return ours;
    }
    for (uint32_t i = 0; i < EXTENSION_BITS; i++) {
        const char *name = sansmtp_extension_name(i);

        if (strlen(name) == length && strncasecmp(name, word, length) == 0) {
            return UINT64_C(1) << i & ours;
        }
    }
    return 0;
}

bool extensions_read(struct options *options, const char *text)
{
    for (;;) {
        size_t length = strcspn(text, ",");
        bool off = *text == '-';
        uint64_t bits = find(text + (off ? 1 : 0), length - (off ? 1 : 0));

        if (bits == 0) {
            return false;
        }
        if (off) {
            options->extensions_on &= ~bits;
            options->extensions_off |= bits;
        } else {
            options->extensions_on |= bits;
            options->extensions_off &= ~bits;
        }
        if (text[length] == '\0') {
            return true;
        }
        text += length + 1;
    }
}

/* What one cannot be had without goes with it. */
static uint64_t without_dependents(uint64_t extensions)
{
    if ((extensions & SANSMTP_EXTENSION_8BITMIME) == 0) {
        extensions &= ~SANSMTP_EXTENSION_SMTPUTF8;
    }
    if ((extensions & SANSMTP_EXTENSION_CHUNKING) == 0) {
        extensions &= ~SANSMTP_EXTENSION_BINARYMIME;
    }
    if ((extensions & SANSMTP_EXTENSION_PIPELINING) == 0) {
        extensions &= ~SANSMTP_EXTENSION_PIPECONNECT;
    }
    return extensions;
}

void extensions_set(struct sansmtp_server_options *engine, const struct options *options)
{
    uint64_t on = options->extensions_on & ~(options->submission ? of_others : of_submission);

    engine->extensions |= SANSMTP_EXTENSION_BINARYMIME | on;
    engine->extensions &= ~options->extensions_off;
    engine->extensions = without_dependents(engine->extensions);
    if (options->trusted_count > 0) {
        engine->extensions |= SANSMTP_EXTENSION_XCLIENT | SANSMTP_EXTENSION_XFORWARD;
    }
    if ((engine->extensions & SANSMTP_EXTENSION_FUTURERELEASE) != 0) {
        engine->hold_for = LONGEST_HOLD;
        engine->hold_until = LAST_HOLD;
    }
    if (options->submission) {
        engine->flags |= SANSMTP_SERVER_SUBMISSION;
        engine->flags |= options->users != NULL ? SANSMTP_SERVER_REQUIRE_AUTH : 0;
    }
    engine->messages = (uint32_t)options->max_messages;
}
