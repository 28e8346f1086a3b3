#include "client_engine.h"

#include <sansmtp/wire.h>

#include "additions.h"
#include "argument.h"
#include "ascii.h"
#include "attribute.h"
#include "class.h"
#include "mailbox.h"
#include "memory.h"
#include "utf8.h"
#include "verb.h"

/* The lines that go out, and the commands that are the host's own. Every string of the host passes
 * its gate before an octet is written, so a command can neither be broken nor forged. */

enum { LINE = 512, MAIL_ROOM = SANSMTP_CLIENT_MAIL_ROOM };

void sansmtp_client_put(struct sansmtp_client *client, const char *line, size_t length)
{
    sansmtp_out_put(&client->out, line, length);
    sansmtp_out_put(&client->out, "\r\n", 2);
    client->put++;
    sansmtp_client_renew(client);
}

bool sansmtp_client_piped(const struct sansmtp_client *client)
{
    return sansmtp_client_offers(client, SANSMTP_EXTENSION_PIPELINING) &&
           !sansmtp_client_is(client, SANSMTP_CLIENT_NO_PIPELINING);
}

/* May a message be submitted? Not before all that is known has been told. */
bool sansmtp_client_idle(const struct sansmtp_client *client)
{
    return client->phase == SANSMTP_AWAITS_MESSAGE && sansmtp_out_room(&client->out) >= MAIL_ROOM &&
           !sansmtp_client_half_told(client) &&
           !sansmtp_client_knows(client, SANSMTP_CLIENT_WHOLE | SANSMTP_CLIENT_LINE_DUE |
                                             SANSMTP_CLIENT_OUTCOME_DUE | SANSMTP_CLIENT_READY_DUE);
}

/* text ends at its NUL. */
void sansmtp_client_put_text(struct sansmtp_client *client, const char *text)
{
    size_t length = 0;

    while (text[length] != 0) {
        length++;
    }
    sansmtp_out_put(&client->out, text, length);
}

/* A mailbox of RFC 5321's grammar; UTF-8 only where the peer takes it. */
int sansmtp_client_mailbox_check(const char *text, size_t length, bool utf8)
{
    struct sansmtp_path path = {.size = sizeof(path)};
    const uint8_t *octets = (const uint8_t *)text;

    if (sansmtp_mailbox_parse(octets, length, SANSMTP_ACCEPT_LONG_LOCAL | SANSMTP_ACCEPT_UTF8,
                              &path) != 0) {
        return SANSMTP_ERR_TEXT;
    }
    return sansmtp_utf8_ascii(octets, length) || utf8 ? 0 : SANSMTP_ERR_NEEDS_SMTPUTF8;
}

bool sansmtp_client_is_span(const char *text, size_t length)
{
    return text != NULL || length == 0;
}

/* RFC 5321 4.1.1.11: a parameter stands once in a command. */
static bool is_repeated(const struct sansmtp_own_value *own, uint32_t at)
{
    uint32_t i = 0;

    while (own[i].number != own[at].number) {
        i++;
    }
    return i != at;
}

static bool own_value_fits(const struct sansmtp_own_parameter *row,
                           const struct sansmtp_own_value *own)
{
    size_t length = own->value_length;

    if (length == 0) {
        return row->value != SANSMTP_OWN_VALUE_REQUIRED;
    }
    return row->value != SANSMTP_OWN_VALUE_NONE &&
           sansmtp_class_span((const uint8_t *)own->value, length, SANSMTP_CLASS_VALUE) == length;
}

/* The host's own parameters: known by their numbers, their values of the grammar. */
int sansmtp_client_own_check(const struct sansmtp_client *client,
                             const struct sansmtp_own_value *own, uint32_t count, uint32_t verb)
{
    if (own == NULL && count != 0) {
        return SANSMTP_ERR_ARGUMENT;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct sansmtp_own_parameter *row = sansmtp_own_parameter_row(
            client->options->additions, own[i].number);

        if (row == NULL || row->verb != verb || own[i].reserved != 0 || is_repeated(own, i) ||
            !sansmtp_client_is_span(own[i].value, own[i].value_length)) {
            return SANSMTP_ERR_ARGUMENT;
        }
        if (!own_value_fits(row, &own[i])) {
            return SANSMTP_ERR_TEXT;
        }
    }
    return 0;
}

/* Octets that they take on the line, at most. */
size_t sansmtp_client_own_length(const struct sansmtp_own_value *own, uint32_t count)
{
    size_t length = 0;

    for (uint32_t i = 0; i < count; i++) {
        length += own[i].value_length + 66; /* " ", a keyword of at most 64, "=" */
    }
    return length;
}

void sansmtp_client_put_own(struct sansmtp_client *client, const struct sansmtp_own_value *own,
                            uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct sansmtp_own_parameter *row = sansmtp_own_parameter_row(
            client->options->additions, own[i].number);

        if (!sansmtp_client_offers(client, UINT64_C(1) << row->extension)) {
            continue;
        }
        sansmtp_client_put_text(client, " ");
        sansmtp_out_put(&client->out, row->keyword, row->keyword_length);
        if (own[i].value_length != 0) {
            sansmtp_client_put_text(client, "=");
            sansmtp_out_put(&client->out, own[i].value, own[i].value_length);
        }
    }
}

/* What stands behind the verb and its space. */
static struct sansmtp_span argument_of(const char *line, size_t length, size_t verb)
{
    struct sansmtp_span rest = {(const uint8_t *)line + verb, length - verb};

    if (rest.length != 0) {
        rest.data++;
        rest.length--;
    }
    return rest;
}

/* Postfix: only the attributes that the peer has listed. */
static int attributes_check(uint32_t verb, uint32_t listed, struct sansmtp_span argument)
{
    uint32_t named = 0;

    if (!sansmtp_attributes_valid(argument.data, argument.length, verb, &named)) {
        return SANSMTP_ERR_TEXT;
    }
    return (named & ~listed) == 0 ? 0 : SANSMTP_ERR_NEEDS_VERB;
}

static int argument_check(const struct sansmtp_client *client, uint32_t verb,
                          struct sansmtp_span argument)
{
    bool fits = true;

    switch ((enum sansmtp_form)sansmtp_verb_row(verb)->form) {
    case SANSMTP_FORM_NODE:
        fits = sansmtp_node_valid(argument.data, argument.length);
        break;
    case SANSMTP_FORM_DOMAINS:
        fits = argument.length == 0 || sansmtp_domains_valid(argument.data, argument.length);
        break;
    case SANSMTP_FORM_ATTRIBUTES:
        return attributes_check(
            verb, verb == SANSMTP_VERB_XCLIENT ? client->offered.xclient : client->offered.xforward,
            argument);
    case SANSMTP_FORM_STRING:
        fits = argument.length != 0;
        break;
    case SANSMTP_FORM_ANYTHING:
        break;
    case SANSMTP_FORM_NONE: /* these are the engine's to say */
    case SANSMTP_FORM_HELLO:
    case SANSMTP_FORM_REVERSE:
    case SANSMTP_FORM_FORWARD:
    case SANSMTP_FORM_CHUNK:
    case SANSMTP_FORM_MECHANISM:
    case SANSMTP_FORM_URL:
        return SANSMTP_ERR_ARGUMENT;
    }
    return fits ? 0 : SANSMTP_ERR_TEXT;
}

/* RFC 5321 4.1.1: HELP and EXPN need not be announced to be there. */
static bool is_offered(const struct sansmtp_client *client, uint64_t extension)
{
    extension &= ~(SANSMTP_EXTENSION_HELP | SANSMTP_EXTENSION_EXPN);
    return (extension & ~client->offered.extensions) == 0;
}

static int own_command_check(const struct sansmtp_client *client,
                             const struct sansmtp_own_verb *own)
{
    if (own == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    return own->extension == 0 || sansmtp_client_offers(client, UINT64_C(1) << own->extension)
               ? 0
               : SANSMTP_ERR_NEEDS_VERB;
}

static bool line_fits(const uint8_t *line, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (line[i] < 0x20 || line[i] == 0x7f) {
            return false;
        }
    }
    return length != 0 && length <= LINE - 2;
}

/* RFC 6531 3.7.4.2: only VRFY and EXPN may hold UTF-8, and say so. */
static bool utf8_fits(const struct sansmtp_client *client, uint32_t verb, const uint8_t *line,
                      size_t length)
{
    static const char word[] = " SMTPUTF8";
    size_t end = sizeof(word) - 1;

    if (sansmtp_utf8_ascii(line, length)) {
        return true;
    }
    return (verb == SANSMTP_VERB_VRFY || verb == SANSMTP_VERB_EXPN) &&
           sansmtp_client_offers(client, SANSMTP_EXTENSION_SMTPUTF8) &&
           sansmtp_utf8_valid(line, length) && length > end &&
           sansmtp_ascii_equal(line + length - end, end, (const uint8_t *)word, end);
}

static int command_check(const struct sansmtp_client *client, const char *line, size_t length,
                         uint32_t *verb)
{
    const uint8_t *octets = (const uint8_t *)line;
    const struct sansmtp_own_verb *own;
    size_t end = 0;

    if (!line_fits(octets, length)) {
        return SANSMTP_ERR_TEXT;
    }
    *verb = sansmtp_verb_find(octets, length, &end);
    if (!utf8_fits(client, *verb, octets, length)) {
        return SANSMTP_ERR_TEXT;
    }
    if (*verb == SANSMTP_VERB_UNKNOWN) {
        own = sansmtp_own_verb(client->options->additions, octets, end);
        *verb = own == NULL ? SANSMTP_VERB_UNKNOWN : own->number;
        return own_command_check(client, own);
    }
    if (!is_offered(client, sansmtp_verb_row(*verb)->extension) ||
        (*verb == SANSMTP_VERB_ETRN && sansmtp_client_knows(client, SANSMTP_CLIENT_NO_ETRN))) {
        return SANSMTP_ERR_NEEDS_VERB;
    }
    return argument_check(client, *verb, argument_of(line, length, end));
}

int sansmtp_client_command(struct sansmtp_client *client, const char *line, size_t length)
{
    uint32_t verb = SANSMTP_VERB_UNKNOWN;
    int error;

    if (client == NULL || (line == NULL && length != 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!sansmtp_client_idle(client)) {
        return SANSMTP_ERR_STATE;
    }
    error = command_check(client, line, length, &verb);
    if (error != 0) {
        return error;
    }
    client->verb = verb;
    client->phase = SANSMTP_AWAITS_COMMAND;
    /* A transaction that was left open comes to its end first: no ETRN within one. */
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_DIRTY)) {
        sansmtp_client_put(client, "RSET", 4);
    }
    sansmtp_client_put(client, line, length);
    return 0;
}
