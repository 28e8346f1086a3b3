#include "server_engine.h"

#include "additions.h"
#include "bdat.h"
#include "memory.h"
#include "verb.h"

/* The second beat: a whole command line. Its budgets, its check, then the host is asked or the
 * engine answers by itself. */

static bool spend(struct sansmtp_server *server, uint32_t *used, uint32_t most, uint32_t limit)
{
    ++*used;
    if (most == 0 || *used <= most) {
        return true;
    }
    sansmtp_server_spent(server, limit);
    return false;
}

/* Counted when they are refused: a verb may be the host's own. */
static bool unknown_left(struct sansmtp_server *server)
{
    uint32_t most = server->options->unknown;

    if (most == 0 || server->unknown < most) {
        return true;
    }
    sansmtp_server_spent(server, SANSMTP_LIMIT_UNKNOWN);
    return false;
}

static bool spend_repetition(struct sansmtp_server *server)
{
    return spend(server, &server->repetitions, server->options->repetitions,
                 SANSMTP_LIMIT_REPETITIONS);
}

/* A refused RCPT counts as an idle command once it is refused: addresses may not be tried for
 * ever. */
static bool idle_left(struct sansmtp_server *server)
{
    uint32_t most = server->options->idle_commands;

    if (most == 0 || server->idle_commands <= most) {
        return true;
    }
    sansmtp_server_spent(server, SANSMTP_LIMIT_IDLE_COMMANDS);
    return false;
}

static bool within_budgets(struct sansmtp_server *server, const struct sansmtp_verb *verb)
{
    const struct sansmtp_server_options *options = server->options;

    if (verb == NULL) {
        return unknown_left(server);
    }
    if (verb->budget == SANSMTP_BUDGET_NOTHING) {
        return server->verb == SANSMTP_VERB_QUIT || idle_left(server);
    }
    if (verb->budget == SANSMTP_BUDGET_REPETITION && !spend_repetition(server)) {
        return false;
    }
    if (verb->budget == SANSMTP_BUDGET_VERIFICATION &&
        !spend(server, &server->verifications, options->verifications,
               SANSMTP_LIMIT_VERIFICATIONS)) {
        return false;
    }
    if (server->verb == SANSMTP_VERB_AUTH && options->authentications != 0 &&
        server->authentications >= options->authentications) {
        sansmtp_server_spent(server, SANSMTP_LIMIT_AUTHENTICATIONS);
        return false;
    }
    if (server->verb == SANSMTP_VERB_MAIL && options->messages != 0 &&
        server->messages >= options->messages) {
        sansmtp_server_spent(server, SANSMTP_LIMIT_MESSAGES);
        return false;
    }
    return spend(server, &server->idle_commands, options->idle_commands,
                 SANSMTP_LIMIT_IDLE_COMMANDS);
}

/* RFC 5321 4.1.1: tolerate white space in front of the CRLF. */
static void trim(struct sansmtp_server *server)
{
    struct sansmtp_line *line = &server->line;

    if (!sansmtp_server_lenient(server, SANSMTP_LENIENT_TRAILING_SPACE) || line->overlong) {
        return;
    }
    while (line->length != 0 &&
           (line->octets[line->length - 1] == ' ' || line->octets[line->length - 1] == '\t')) {
        line->length--;
    }
}

/* The number of the host's own verb that begins the line, if this session has it. */
static uint32_t own_verb(const struct sansmtp_server *server)
{
    const uint8_t *line = server->line.octets;
    size_t length = server->line.length;
    const uint8_t *space = length == 0 ? NULL : memchr(line, ' ', length);
    const struct sansmtp_own_verb *own = sansmtp_own_verb(
        sansmtp_server_later(server->options)->additions, line,
        space == NULL ? length : (size_t)(space - line));

    if (own == NULL ||
        (own->extension != 0 && (sansmtp_server_extensions(server) >> own->extension & 1) == 0)) {
        return SANSMTP_VERB_UNKNOWN;
    }
    return own->number;
}

/* RFC 2033 4.1: LHLO is no verb of SMTP, EHLO and HELO are none of LMTP. */
static const struct sansmtp_verb *find_verb(struct sansmtp_server *server)
{
    uint32_t role = sansmtp_server_is(server, SANSMTP_SERVER_LMTP) ? SANSMTP_ROLE_LMTP
                                                                   : SANSMTP_ROLE_SMTP;
    size_t ignored;
    const struct sansmtp_verb *verb;

    server->verb = sansmtp_verb_find(server->line.octets, server->line.length, &ignored);
    verb = sansmtp_verb_row(server->verb);
    if (verb != NULL && (verb->roles & role) == 0) {
        server->verb = SANSMTP_VERB_UNKNOWN;
        return NULL;
    }
    if (verb == NULL) {
        server->verb = own_verb(server);
    }
    return verb;
}

/* The message would be stored without what a URL stands for. Where BURL is not offered at all, it
 * is no part of a message. */
static bool lacks_url(const struct sansmtp_server *server, enum sansmtp_reply reply)
{
    return server->verb == SANSMTP_VERB_BURL && reply != SANSMTP_REPLY_SWITCHED_OFF &&
           server->state >= SANSMTP_STATE_READY && server->state <= SANSMTP_STATE_BROKEN;
}

static enum sansmtp_step refuse(struct sansmtp_server *server, enum sansmtp_reply reply)
{
    if (server->verb == SANSMTP_VERB_RCPT && sansmtp_reply_row(reply)->code >= 500) {
        server->idle_commands++;
    }
    if (server->verb == SANSMTP_VERB_MAIL && server->state == SANSMTP_STATE_HELLO) {
        server->knows |= SANSMTP_KNOWS_MAIL_REFUSED;
    }
    if (sansmtp_server_refuse(server, reply)) {
        if (lacks_url(server, reply)) {
            sansmtp_server_burl_refused(server);
        }
        sansmtp_server_await_line(server);
    }
    return SANSMTP_STEP_ON;
}

static enum sansmtp_step answer(struct sansmtp_server *server, enum sansmtp_reply reply)
{
    sansmtp_server_say(server, reply);
    sansmtp_server_await_line(server);
    return SANSMTP_STEP_ON;
}

static enum sansmtp_step quit(struct sansmtp_server *server)
{
    sansmtp_server_say(server, SANSMTP_REPLY_QUIT);
    sansmtp_server_over(server, SANSMTP_REASON_QUIT, 0);
    return SANSMTP_STEP_ON;
}

static enum sansmtp_step rset(struct sansmtp_server *server)
{
    sansmtp_server_reset(server, SANSMTP_REASON_RSET);
    sansmtp_server_transaction_over(server);
    return answer(server, SANSMTP_REPLY_RSET_OK);
}

/* RFC 5321 4.5.1: an empty line, or one that begins with white space, is no command at all. A
 * broken AUTH line is no verb of the host's: it is not shown, for its credentials. */
static bool is_nothing(const struct sansmtp_server *server)
{
    const struct sansmtp_line *line = &server->line;

    return line->length == 0 || line->octets[0] == ' ' || line->octets[0] == '\t' ||
           sansmtp_server_showable(line->octets, line->length) != line->length;
}

static enum sansmtp_step go(struct sansmtp_server *server)
{
    switch (server->verb) {
    case SANSMTP_VERB_QUIT:
        return quit(server);
    case SANSMTP_VERB_RSET:
        return rset(server);
    case SANSMTP_VERB_NOOP:
        return answer(server, SANSMTP_REPLY_NOOP_OK);
    case SANSMTP_VERB_AUTH:
        return sansmtp_server_auth(server);
    case SANSMTP_VERB_UNKNOWN:
        return is_nothing(server) ? refuse(server, SANSMTP_REPLY_UNKNOWN)
                                  : sansmtp_server_ask(server);
    default:
        return sansmtp_server_ask(server);
    }
}

/* Nobody knows where the chunk ends: what follows must not be obeyed. */
static enum sansmtp_step out_of_step(struct sansmtp_server *server, enum sansmtp_reply reply)
{
    if (sansmtp_server_refuse(server, reply)) {
        sansmtp_server_over(server, SANSMTP_REASON_FRAMING, SANSMTP_ERR_FRAMING);
    }
    return SANSMTP_STEP_ON;
}

static bool too_large(const struct sansmtp_server *server, uint64_t size)
{
    uint64_t most = server->options->message_size;

    return most != 0 && size > most - server->octets;
}

/* RFC 3030 2: a chunk that will be refused is read all the same, and refused behind its octets. */
static enum sansmtp_step bdat(struct sansmtp_server *server, enum sansmtp_reply reply)
{
    struct sansmtp_span argument = sansmtp_server_argument(server);
    uint64_t size = 0;
    bool last = false;
    enum sansmtp_bdat_result result = sansmtp_bdat_parse(argument.data, argument.length, &size,
                                                         &last);

    if (reply == SANSMTP_REPLY_LINE_BROKEN || reply == SANSMTP_REPLY_LINE_LONG) {
        return out_of_step(server, reply);
    }
    if (result == SANSMTP_BDAT_UNREADABLE) {
        return out_of_step(server, SANSMTP_REPLY_ARGUMENT);
    }
    if (!last && size < server->options->progress / 8 + 1 && !spend_repetition(server)) {
        return SANSMTP_STEP_ON;
    }
    if (reply == SANSMTP_REPLY_NONE && result == SANSMTP_BDAT_MALFORMED) {
        reply = SANSMTP_REPLY_ARGUMENT;
    }
    if (reply == SANSMTP_REPLY_NONE && too_large(server, size)) {
        server->limit = SANSMTP_LIMIT_MESSAGE_SIZE;
        sansmtp_server_reset(server, SANSMTP_REASON_MESSAGE_SIZE);
        reply = SANSMTP_REPLY_SIZE;
    }
    sansmtp_server_chunk_begin(server, reply, size, last);
    return SANSMTP_STEP_ON;
}

/* RFC 2920 3.1: these verbs end a group. What stands behind STARTTLS is another matter, and with
 * PIPECONNECT a client need not wait for the reply to its EHLO. */
static bool input_behind_last(const struct sansmtp_server *server, const struct sansmtp_verb *verb,
                              size_t behind)
{
    bool early = (server->verb == SANSMTP_VERB_EHLO || server->verb == SANSMTP_VERB_LHLO) &&
                 (server->extensions & SANSMTP_EXTENSION_PIPECONNECT) != 0;

    return verb != NULL && verb->last && behind != 0 && server->verb != SANSMTP_VERB_STARTTLS &&
           !early && sansmtp_server_is(server, SANSMTP_SERVER_STRICT_PIPELINING);
}

/* What ends the session before the command is looked at. */
static bool unwelcome(struct sansmtp_server *server, const struct sansmtp_verb *verb, size_t behind)
{
    if (!within_budgets(server, verb)) {
        return true;
    }
    if (input_behind_last(server, verb, behind)) {
        sansmtp_server_say(server, SANSMTP_REPLY_PIPELINING);
        sansmtp_server_over(server, SANSMTP_REASON_PIPELINING, SANSMTP_ERR_PIPELINING);
        return true;
    }
    if (server->state == SANSMTP_STATE_ABSENT && server->verb != SANSMTP_VERB_QUIT &&
        sansmtp_server_is(server, SANSMTP_SERVER_GONE_AFTER_521)) {
        sansmtp_server_over(server, SANSMTP_REASON_CLOSED, 0);
        return true;
    }
    return false;
}

static enum sansmtp_step command(struct sansmtp_server *server, const struct sansmtp_verb *verb)
{
    enum sansmtp_reply reply;

    sansmtp_server_event(server, verb == NULL ? SANSMTP_EVENT_UNKNOWN : verb->question);
    reply = sansmtp_server_check(server);
    if (server->verb == SANSMTP_VERB_BDAT) {
        return bdat(server, reply);
    }
    return reply == SANSMTP_REPLY_NONE ? go(server) : refuse(server, reply);
}

enum sansmtp_step sansmtp_server_command(struct sansmtp_server *server, size_t behind)
{
    const struct sansmtp_verb *verb;
    enum sansmtp_step done = SANSMTP_STEP_ON;
    bool credentials;

    server->extensions = server->allowed;
    trim(server);
    verb = find_verb(server);
    credentials = server->verb == SANSMTP_VERB_AUTH;
    if (!unwelcome(server, verb, behind)) {
        done = command(server, verb);
    }
    if (credentials && server->question == 0) {
        sansmtp_server_line_wipe(server); /* refused or not, they are nobody's any more */
    }
    return done;
}
