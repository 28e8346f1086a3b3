#include "server_engine.h"

#include <sansmtp/wire.h>

#include "argument.h"
#include "ascii.h"
#include "attribute.h"
#include "memory.h"
#include "params.h"
#include "utf8.h"
#include "verb.h"

/* The first beat, its second half: is the argument of the command in hand well-formed, and what
 * does it say? It is read into server->event. */

static struct sansmtp_span trimmed(struct sansmtp_span span)
{
    while (span.length != 0 && span.data[0] == ' ') {
        span.data++;
        span.length--;
    }
    return span;
}

static size_t verb_length(const struct sansmtp_server *server)
{
    const struct sansmtp_verb *verb = sansmtp_verb_row(server->verb);
    size_t length = 0;

    if (verb != NULL) {
        return verb->length;
    }
    sansmtp_verb_find(server->line.octets, server->line.length, &length);
    return length;
}

struct sansmtp_span sansmtp_server_argument(const struct sansmtp_server *server)
{
    struct sansmtp_span rest = {server->line.octets, server->line.length};
    size_t verb = verb_length(server);

    rest.data += verb;
    rest.length -= verb;
    if (rest.length != 0) {
        rest.data++;
        rest.length--;
    }
    return sansmtp_server_lenient(server, SANSMTP_LENIENT_DOUBLE_SPACE) ? trimmed(rest) : rest;
}

static enum sansmtp_reply check_hello(struct sansmtp_server *server, struct sansmtp_span name)
{
    struct sansmtp_event *event = &server->event;
    bool lenient = sansmtp_server_lenient(server, SANSMTP_LENIENT_HELLO);
    uint32_t accept = lenient ? SANSMTP_ACCEPT_ODD_NAME : 0;

    /* Words behind a literal are an old habit of some clients. */
    if (lenient && name.length != 0 && name.data[0] == '[') {
        const uint8_t *space = memchr(name.data, ' ', name.length);

        name.length = space == NULL ? name.length : (size_t)(space - name.data);
    }
    if (sansmtp_domain_parse(name.data, name.length, accept, &event->domain_kind, NULL) != 0) {
        return SANSMTP_REPLY_ARGUMENT;
    }
    if (server->verb == SANSMTP_VERB_HELO && event->domain_kind != SANSMTP_DOMAIN_NAME &&
        !lenient) {
        return SANSMTP_REPLY_ARGUMENT;
    }
    event->text = name;
    return SANSMTP_REPLY_NONE;
}

/* "FROM:" or "TO:", and the white space behind it that some clients send. */
static bool label(const struct sansmtp_server *server, const char *word, size_t length,
                  struct sansmtp_span *rest)
{
    if (rest->length < length ||
        !sansmtp_ascii_equal(rest->data, length, (const uint8_t *)word, length)) {
        return false;
    }
    rest->data += length;
    rest->length -= length;
    if (sansmtp_server_lenient(server, SANSMTP_LENIENT_PATH_SPACE)) {
        *rest = trimmed(*rest);
    }
    return true;
}

static uint32_t accepted_paths(const struct sansmtp_server *server)
{
    uint32_t accept = server->verb == SANSMTP_VERB_MAIL ? SANSMTP_ACCEPT_NULL
                                                        : SANSMTP_ACCEPT_POSTMASTER;

    if ((sansmtp_server_extensions(server) & SANSMTP_EXTENSION_SMTPUTF8) != 0) {
        accept |= SANSMTP_ACCEPT_UTF8;
    }
    if (sansmtp_server_lenient(server, SANSMTP_LENIENT_LOCAL_PART)) {
        accept |= SANSMTP_ACCEPT_LONG_LOCAL;
    }
    if (sansmtp_server_lenient(server, SANSMTP_LENIENT_BRACKETS)) {
        accept |= SANSMTP_ACCEPT_UNBRACKETED;
    }
    return accept;
}

static enum sansmtp_reply reply_of(enum sansmtp_params_result result)
{
    switch (result) {
    case SANSMTP_PARAMS_SYNTAX:
        return SANSMTP_REPLY_ARGUMENT;
    case SANSMTP_PARAMS_VALUE:
        return SANSMTP_REPLY_PARAMETER_VALUE;
    case SANSMTP_PARAMS_UNKNOWN:
        return SANSMTP_REPLY_PARAMETER;
    case SANSMTP_PARAMS_UNAVAILABLE:
        return SANSMTP_REPLY_UNAVAILABLE;
    case SANSMTP_PARAMS_OK:
        break;
    }
    return SANSMTP_REPLY_NONE;
}

/* Reads path and parameters of MAIL or RCPT into the event. */
static enum sansmtp_reply check_envelope(struct sansmtp_server *server, struct sansmtp_span rest,
                                         enum sansmtp_reply bad_path, struct sansmtp_params *params)
{
    const struct sansmtp_params_rules rules = {
        .verb = server->verb,
        .double_space = sansmtp_server_lenient(server, SANSMTP_LENIENT_DOUBLE_SPACE),
        .extensions = sansmtp_server_extensions(server),
        .additions = sansmtp_server_later(server->options)->additions,
    };
    struct sansmtp_event *event = &server->event;
    struct sansmtp_path path = {.size = sizeof(path)};
    enum sansmtp_params_result result;

    if (sansmtp_path_parse(rest.data, rest.length, accepted_paths(server), &path) != 0) {
        return bad_path;
    }
    rest.data += path.raw.length;
    rest.length -= path.raw.length;
    result = sansmtp_params_check(rest.data, rest.length, &rules, params);
    event->path = path.raw;
    event->local = path.local;
    event->domain = path.domain;
    event->route = path.route;
    event->flags = path.flags;
    event->domain_kind = path.domain_kind;
    event->parameters = params->present;
    event->parameters_text = rest;
    return reply_of(result);
}

static bool has(const struct sansmtp_params *params, uint32_t id)
{
    return (params->present >> id & 1) != 0;
}

/* RFC 2852 3, 4: mode R wants a time above zero, and not below the least that was announced. */
static enum sansmtp_reply check_deadline(const struct sansmtp_server_options *options,
                                         const struct sansmtp_params *params)
{
    if ((params->by_mode & SANSMTP_BY_RETURN) == 0) {
        return SANSMTP_REPLY_NONE;
    }
    if (params->by_negative || params->by == 0) {
        return SANSMTP_REPLY_ARGUMENT;
    }
    return params->by < options->deliver_by ? SANSMTP_REPLY_DEADLINE : SANSMTP_REPLY_NONE;
}

/* RFC 4865 4.2: one of the two, within what was announced, and 5.2: not behind the deadline. */
static bool hold_fits(const struct sansmtp_server_options *options,
                      const struct sansmtp_params *params)
{
    bool late = has(params, SANSMTP_PARAMETER_BY) &&
                (params->by_negative || params->hold_for > params->by);

    if (has(params, SANSMTP_PARAMETER_HOLDFOR)) {
        return !has(params, SANSMTP_PARAMETER_HOLDUNTIL) && params->hold_for <= options->hold_for &&
               !late;
    }
    return !has(params, SANSMTP_PARAMETER_HOLDUNTIL) || params->hold_until <= options->hold_until;
}

/* What the parameters of a MAIL say together, and to this host. */
static enum sansmtp_reply check_combination(const struct sansmtp_server *server,
                                            const struct sansmtp_params *params)
{
    const struct sansmtp_server_options *options = sansmtp_server_later(server->options);
    uint64_t most = server->options->message_size;

    /* RFC 1870 6.1: a declared size over the fixed maximum is refused at once. */
    if (most != 0 && params->size > most) {
        return SANSMTP_REPLY_SIZE;
    }
    /* RFC 3885 3.2: MTRK needs an envelope id that names the host which keeps track. */
    if (!hold_fits(options, params) || (has(params, SANSMTP_PARAMETER_MTRK) && !params->tracked)) {
        return SANSMTP_REPLY_ARGUMENT;
    }
    return check_deadline(options, params);
}

static uint32_t known_of(const struct sansmtp_server *server, const struct sansmtp_params *params)
{
    uint32_t known = params->utf8 ? SANSMTP_KNOWS_UTF8 : 0u;

    if (params->body == SANSMTP_BODY_BINARYMIME) {
        known |= SANSMTP_KNOWS_BINARY;
    }
    if (has(params, SANSMTP_PARAMETER_PRDR)) {
        known |= SANSMTP_KNOWS_PRDR;
    }
    if (params->priority != 0 && !sansmtp_server_knows(server, SANSMTP_KNOWS_AUTHENTICATED)) {
        known |= SANSMTP_KNOWS_PRIORITY;
    }
    return known;
}

static enum sansmtp_reply check_mail(struct sansmtp_server *server, struct sansmtp_span rest)
{
    struct sansmtp_params params = {0};
    enum sansmtp_reply reply;

    if (!label(server, "FROM:", 5, &rest)) {
        return SANSMTP_REPLY_ARGUMENT;
    }
    reply = check_envelope(server, rest, SANSMTP_REPLY_BAD_SENDER, &params);
    if (reply != SANSMTP_REPLY_NONE) {
        return reply;
    }
    if ((server->event.flags & SANSMTP_FLAG_UTF8) != 0 && !params.utf8) {
        return SANSMTP_REPLY_SENDER_NEEDS_UTF8;
    }
    server->event.number = params.size;
    reply = check_combination(server, &params);
    if (reply == SANSMTP_REPLY_NONE) {
        server->knows |= known_of(server, &params);
    }
    return reply;
}

static enum sansmtp_reply check_rcpt(struct sansmtp_server *server, struct sansmtp_span rest)
{
    struct sansmtp_params params = {0};
    uint32_t most = server->options->recipients;
    enum sansmtp_reply reply;

    if (!label(server, "TO:", 3, &rest)) {
        return SANSMTP_REPLY_ARGUMENT;
    }
    reply = check_envelope(server, rest, SANSMTP_REPLY_BAD_RECIPIENT, &params);
    if (reply != SANSMTP_REPLY_NONE) {
        return reply;
    }
    if ((server->event.flags & SANSMTP_FLAG_UTF8) != 0 &&
        !sansmtp_server_knows(server, SANSMTP_KNOWS_UTF8)) {
        return SANSMTP_REPLY_RECIPIENT_NEEDS_UTF8;
    }
    if (most != 0 && server->recipients >= most) {
        server->limit = SANSMTP_LIMIT_RECIPIENTS;
        return SANSMTP_REPLY_TOO_MANY_RECIPIENTS;
    }
    server->event.recipient = server->recipients;
    return SANSMTP_REPLY_NONE;
}

/* RFC 6531 3.7.4.2: VRFY and EXPN may end in the word SMTPUTF8. */
static bool utf8_word(struct sansmtp_span *rest)
{
    static const uint8_t word[] = " SMTPUTF8";
    size_t length = sizeof(word) - 1;

    if (rest->length <= length ||
        !sansmtp_ascii_equal(rest->data + rest->length - length, length, word, length)) {
        return false;
    }
    rest->length -= length;
    return true;
}

static bool visible(struct sansmtp_span text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < 0x20 || text.data[i] == 0x7f) {
            return false;
        }
    }
    return true;
}

static enum sansmtp_reply check_string(struct sansmtp_server *server, struct sansmtp_span rest)
{
    bool utf8 = utf8_word(&rest);

    if (utf8 && (sansmtp_server_extensions(server) & SANSMTP_EXTENSION_SMTPUTF8) == 0) {
        return SANSMTP_REPLY_PARAMETER;
    }
    if (rest.length == 0 || !visible(rest) || !sansmtp_utf8_valid(rest.data, rest.length) ||
        (!utf8 && !sansmtp_utf8_ascii(rest.data, rest.length))) {
        return SANSMTP_REPLY_ARGUMENT;
    }
    server->event.text = rest;
    if (utf8) {
        server->event.flags = SANSMTP_FLAG_UTF8;
        server->knows |= SANSMTP_KNOWS_SHOWS_UTF8;
    }
    return SANSMTP_REPLY_NONE;
}

static enum sansmtp_reply text_if(struct sansmtp_server *server, struct sansmtp_span text,
                                  bool fits)
{
    server->event.text = text;
    return fits ? SANSMTP_REPLY_NONE : SANSMTP_REPLY_ARGUMENT;
}

static enum sansmtp_reply check_url(struct sansmtp_server *server, struct sansmtp_span rest)
{
    bool last;
    bool fits = sansmtp_url_parse(rest.data, rest.length, &server->event.text, &last);

    server->event.number = server->octets;
    server->event.flags = last ? SANSMTP_FLAG_LAST : 0u;
    return fits ? SANSMTP_REPLY_NONE : SANSMTP_REPLY_ARGUMENT;
}

enum sansmtp_reply sansmtp_server_form(struct sansmtp_server *server)
{
    const struct sansmtp_verb *verb = sansmtp_verb_row(server->verb);
    struct sansmtp_span rest = sansmtp_server_argument(server);
    uint32_t named;

    switch ((enum sansmtp_form)verb->form) {
    case SANSMTP_FORM_NONE:
        return rest.length == 0 && server->line.octets[server->line.length - 1] != ' '
                   ? SANSMTP_REPLY_NONE
                   : SANSMTP_REPLY_ARGUMENT;
    case SANSMTP_FORM_HELLO:
        return check_hello(server, rest);
    case SANSMTP_FORM_REVERSE:
        return check_mail(server, rest);
    case SANSMTP_FORM_FORWARD:
        return check_rcpt(server, rest);
    case SANSMTP_FORM_MECHANISM:
        return sansmtp_server_auth_check(server, rest);
    case SANSMTP_FORM_STRING:
        return check_string(server, rest);
    case SANSMTP_FORM_NODE:
        return text_if(server, rest, sansmtp_node_valid(rest.data, rest.length));
    case SANSMTP_FORM_DOMAINS:
        return text_if(server, rest,
                       rest.length == 0 || sansmtp_domains_valid(rest.data, rest.length));
    case SANSMTP_FORM_URL:
        return check_url(server, rest);
    case SANSMTP_FORM_ATTRIBUTES:
        return text_if(server, rest,
                       sansmtp_attributes_valid(rest.data, rest.length, server->verb, &named));
    case SANSMTP_FORM_ANYTHING:
        server->event.text = rest;
        break;
    case SANSMTP_FORM_CHUNK: /* server_command.c: its octets come before any answer */
        break;
    }
    return SANSMTP_REPLY_NONE;
}
