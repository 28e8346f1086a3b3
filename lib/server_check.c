#include "server_engine.h"

#include "additions.h"
#include "extension.h"
#include "verb.h"

/* The first beat: is the command in hand legal here? What passes has its question written into
 * server->event. Order: the line, what is demanded, the state, what is on, the form. */

/* The longest line with its CRLF (RFC 5321 4.5.3.1.4, RFC 4954 4). */
static uint64_t longest_line(const struct sansmtp_server *server)
{
    if (server->verb == SANSMTP_VERB_AUTH &&
        sansmtp_server_lenient(server, SANSMTP_LENIENT_INITIAL)) {
        return server->options->auth_line;
    }
    return sansmtp_extension_line(sansmtp_server_extensions(server), server->verb) +
           sansmtp_additions_line(sansmtp_server_later(server->options)->additions,
                                  sansmtp_server_extensions(server), server->verb);
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

/* The host can do it, but not in this session, and the verb has a word of its own for that. */
static bool withheld(const struct sansmtp_server *server)
{
    const struct sansmtp_verb *verb = sansmtp_verb_row(server->verb);

    return verb != NULL && verb->off != SANSMTP_REPLY_SWITCHED_OFF &&
           (verb->extension & server->options->extensions & ~server->extensions) != 0;
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
        switched_off(server) && !withheld(server)) {
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
    if (server->verb == SANSMTP_VERB_STARTTLS && sansmtp_server_knows(server, SANSMTP_KNOWS_TLS)) {
        return SANSMTP_REPLY_SEQUENCE;
    }
    if (server->verb == SANSMTP_VERB_AUTH &&
        sansmtp_server_knows(server, SANSMTP_KNOWS_AUTHENTICATED)) {
        return SANSMTP_REPLY_SEQUENCE;
    }
    /* RFC 5321 7.3: EXPN that is switched off by policy is 252, for every name. */
    if (withheld(server)) {
        return (enum sansmtp_reply)sansmtp_verb_row(server->verb)->off;
    }
    if (switched_off(server)) {
        return SANSMTP_REPLY_SWITCHED_OFF;
    }
    /* RFC 2645 5.2.1, RFC 4468 3.1 */
    if ((sansmtp_verb_row(server->verb)->gates & SANSMTP_GATE_AUTH_ONLY) != 0 &&
        !sansmtp_server_knows(server, SANSMTP_KNOWS_AUTHENTICATED)) {
        return SANSMTP_REPLY_AUTH_DEMANDED;
    }
    /* RFC 3030 3: a binary message cannot come by DATA, and only RSET leads out. */
    if (server->verb == SANSMTP_VERB_DATA && sansmtp_server_knows(server, SANSMTP_KNOWS_BINARY)) {
        sansmtp_server_reset(server, SANSMTP_REASON_BINARY);
        server->state = SANSMTP_STATE_BROKEN;
        return SANSMTP_REPLY_SEQUENCE;
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
        if (server->verb != SANSMTP_VERB_UNKNOWN) {
            server->event.data = sansmtp_server_argument(server);
        }
        return reply;
    }
    if (reply == SANSMTP_REPLY_NONE) {
        reply = check_circumstances(server);
    }
    return reply != SANSMTP_REPLY_NONE ? reply : sansmtp_server_form(server);
}
