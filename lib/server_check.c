#include "server_engine.h"

#include <sansmtp/wire.h>

#include "ascii.h"
#include "extension.h"
#include "memory.h"
#include "params.h"
#include "utf8.h"
#include "verb.h"

/* The first beat: is the command in hand legal here, and well-formed? What passes has its question
 * written into server->event. Order: the line, what is demanded, the state, what is on, the
 * form. */

/* A session that began by HELO has been offered nothing; HELP and EXPN are RFC 5321's own verbs. */
uint64_t sansmtp_server_extensions(const struct sansmtp_server *server)
{
    if (sansmtp_server_knows(server, SANSMTP_KNOWS_EXTENDED)) {
        return server->extensions;
    }
    return server->extensions & (SANSMTP_EXTENSION_HELP | SANSMTP_EXTENSION_EXPN);
}

/* The longest line with its CRLF (RFC 5321 4.5.3.1.4, RFC 4954 4). */
static uint64_t longest_line(const struct sansmtp_server *server)
{
    if (server->verb == SANSMTP_VERB_AUTH &&
        sansmtp_server_lenient(server, SANSMTP_LENIENT_INITIAL)) {
        return server->options->auth_line;
    }
    return sansmtp_extension_line(sansmtp_server_extensions(server), server->verb);
}

static enum sansmtp_reply check_line(struct sansmtp_server *server)
{
    const struct sansmtp_line *line = &server->line;

    if ((line->state & (SANSMTP_LINE_BARE | SANSMTP_LINE_NUL)) != 0) {
        return SANSMTP_REPLY_LINE_BROKEN;
    }
    /* RFC 5321 4.5.3.1.4: every verb may have 512 octets, so most lines need no sum. */
    if (line->overlong || (line->total > 512 && line->total > longest_line(server))) {
        if (server->verb == SANSMTP_VERB_AUTH) {
            return sansmtp_server_auth_long(server);
        }
        server->limit = SANSMTP_LIMIT_LINE;
        return SANSMTP_REPLY_LINE_LONG;
    }
    return SANSMTP_REPLY_NONE;
}

static bool switched_off(const struct sansmtp_server *server)
{
    const struct sansmtp_verb *verb = sansmtp_verb_row(server->verb);

    return verb != NULL && (verb->extension & ~sansmtp_server_extensions(server)) != 0;
}

static enum sansmtp_reply check_state(const struct sansmtp_server *server)
{
    /* Before a hello nothing is offered yet; after it, what was not offered is 502 in any state. */
    if (server->state > SANSMTP_STATE_OPEN && server->state < SANSMTP_STATE_DENIED &&
        switched_off(server) && server->verb != SANSMTP_VERB_EXPN) {
        return SANSMTP_REPLY_SWITCHED_OFF;
    }
    switch (sansmtp_server_cell(server->verb, (enum sansmtp_state)server->state)) {
    case SANSMTP_CELL_GO:
        break;
    case SANSMTP_CELL_BAD:
    case SANSMTP_CELL_DENY:
        return SANSMTP_REPLY_SEQUENCE;
    case SANSMTP_CELL_NONE:
        /* RFC 2033 4.2: DATA with no accepted recipient is 503 in LMTP. */
        return sansmtp_server_is(server, SANSMTP_SERVER_LMTP) ? SANSMTP_REPLY_SEQUENCE
                                                              : SANSMTP_REPLY_NO_RECIPIENTS;
    case SANSMTP_CELL_GONE:
        return SANSMTP_REPLY_NO_MAIL_HERE;
    case SANSMTP_CELL_WEAK:
        return SANSMTP_REPLY_TLS_WEAK;
    }
    return SANSMTP_REPLY_NONE;
}

/* RFC 3207 4: a server that demands TLS answers 530 to all but NOOP, EHLO, STARTTLS and QUIT;
 * RFC 4954 6: one that demands authentication, to all but AUTH, EHLO, HELO, NOOP, RSET, QUIT. */
static enum sansmtp_reply check_demands(const struct sansmtp_server *server)
{
    const struct sansmtp_verb *verb = sansmtp_verb_row(server->verb);
    uint32_t gates = verb == NULL ? 0 : verb->gates;

    if (sansmtp_server_is(server, SANSMTP_SERVER_REQUIRE_TLS) &&
        !sansmtp_server_knows(server, SANSMTP_KNOWS_TLS) && (gates & SANSMTP_GATE_PRE_TLS) == 0) {
        return SANSMTP_REPLY_TLS_DEMANDED;
    }
    if (sansmtp_server_is(server, SANSMTP_SERVER_REQUIRE_AUTH) &&
        !sansmtp_server_knows(server, SANSMTP_KNOWS_AUTHENTICATED) &&
        (gates & SANSMTP_GATE_PRE_AUTH) == 0) {
        return SANSMTP_REPLY_AUTH_DEMANDED;
    }
    return SANSMTP_REPLY_NONE;
}

/* What the state table cannot show. */
static enum sansmtp_reply check_circumstances(struct sansmtp_server *server)
{
    uint64_t needed = sansmtp_verb_row(server->verb)->extension;

    if (server->verb == SANSMTP_VERB_STARTTLS && sansmtp_server_knows(server, SANSMTP_KNOWS_TLS)) {
        return SANSMTP_REPLY_SEQUENCE;
    }
    if (server->verb == SANSMTP_VERB_AUTH &&
        sansmtp_server_knows(server, SANSMTP_KNOWS_AUTHENTICATED)) {
        return SANSMTP_REPLY_SEQUENCE;
    }
    /* RFC 5321 7.3: EXPN that is switched off by policy is 252, for every name. */
    if (server->verb == SANSMTP_VERB_EXPN &&
        (needed & server->options->extensions & ~server->extensions) != 0) {
        return SANSMTP_REPLY_CANNOT_VERIFY;
    }
    if (switched_off(server)) {
        return SANSMTP_REPLY_SWITCHED_OFF;
    }
    /* RFC 3030 3: a binary message cannot come by DATA, and only RSET leads out. */
    if (server->verb == SANSMTP_VERB_DATA && sansmtp_server_knows(server, SANSMTP_KNOWS_BINARY)) {
        sansmtp_server_reset(server, SANSMTP_REASON_BINARY);
        server->state = SANSMTP_STATE_BROKEN;
        return SANSMTP_REPLY_SEQUENCE;
    }
    return SANSMTP_REPLY_NONE;
}

static struct sansmtp_span trimmed(struct sansmtp_span span)
{
    while (span.length != 0 && span.data[0] == ' ') {
        span.data++;
        span.length--;
    }
    return span;
}

struct sansmtp_span sansmtp_server_argument(const struct sansmtp_server *server)
{
    struct sansmtp_span rest = {server->line.octets, server->line.length};
    size_t verb = 0;

    sansmtp_verb_find(rest.data, rest.length, &verb);
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
    struct sansmtp_event *event = &server->event;
    struct sansmtp_path path = {.size = sizeof(path)};
    enum sansmtp_params_result result;

    if (sansmtp_path_parse(rest.data, rest.length, accepted_paths(server), &path) != 0) {
        return bad_path;
    }
    rest.data += path.raw.length;
    rest.length -= path.raw.length;
    result = sansmtp_params_check(
        rest.data, rest.length, server->verb, sansmtp_server_extensions(server),
        sansmtp_server_lenient(server, SANSMTP_LENIENT_DOUBLE_SPACE), params);
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

static enum sansmtp_reply check_mail(struct sansmtp_server *server, struct sansmtp_span rest)
{
    struct sansmtp_params params = {0};
    uint64_t most = server->options->message_size;
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
    /* RFC 1870 6.1: a declared size over the fixed maximum is refused at once. */
    if (most != 0 && params.size > most) {
        return SANSMTP_REPLY_SIZE;
    }
    server->event.number = params.size;
    server->knows |= (params.utf8 ? SANSMTP_KNOWS_UTF8 : 0u) |
                     (params.body == SANSMTP_BODY_BINARYMIME ? SANSMTP_KNOWS_BINARY : 0u);
    return SANSMTP_REPLY_NONE;
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

static enum sansmtp_reply check_form(struct sansmtp_server *server, const struct sansmtp_verb *verb)
{
    struct sansmtp_span rest = sansmtp_server_argument(server);

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
    case SANSMTP_FORM_ANYTHING:
        server->event.text = rest;
        break;
    case SANSMTP_FORM_CHUNK: /* server_command.c: its octets come before any answer */
        break;
    }
    return SANSMTP_REPLY_NONE;
}

enum sansmtp_reply sansmtp_server_check(struct sansmtp_server *server)
{
    const struct sansmtp_verb *verb = sansmtp_verb_row(server->verb);
    enum sansmtp_reply reply = check_line(server);

    if (reply == SANSMTP_REPLY_NONE && server->state < SANSMTP_STATE_DENIED) {
        reply = check_demands(server);
    }
    if (reply == SANSMTP_REPLY_NONE) {
        reply = check_state(server);
    }
    if (verb == NULL) {
        server->event.text = (struct sansmtp_span){server->line.octets, server->line.length};
        return reply;
    }
    if (reply == SANSMTP_REPLY_NONE) {
        reply = check_circumstances(server);
    }
    return reply != SANSMTP_REPLY_NONE ? reply : check_form(server, verb);
}
