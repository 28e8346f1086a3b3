#include "server_engine.h"

/* The third beat: what an answer changes. It is in the output already. */

static void after_connect(struct sansmtp_server *server, uint32_t code)
{
    if (code != 220) { /* on 220 it stays what it is: OPEN, or WEAK */
        server->state = code == 521 ? SANSMTP_STATE_ABSENT : SANSMTP_STATE_DENIED;
    }
    sansmtp_server_await_line(server);
}

/* RFC 5321 4.1.4: a hello that is accepted acts as RSET; one that is refused changes nothing. */
static void after_hello(struct sansmtp_server *server, bool yes)
{
    if (!yes) {
        sansmtp_server_await_line(server);
        return;
    }
    sansmtp_server_reset(server, SANSMTP_REASON_HELLO);
    server->knows |= SANSMTP_KNOWS_HELLO | SANSMTP_KNOWS_EXTENDED;
    sansmtp_server_transaction_over(server);
    if (server->verb == SANSMTP_VERB_HELO) {
        server->knows &= ~(uint32_t)SANSMTP_KNOWS_EXTENDED;
    } else if (sansmtp_server_announced(server) != 0) {
        server->row = 0;
        server->phase = SANSMTP_PHASE_ROWS;
        return;
    }
    sansmtp_server_await_line(server);
}

static void after_mail(struct sansmtp_server *server, bool yes)
{
    if (yes) {
        server->knows |= SANSMTP_KNOWS_BEGUN;
        server->knows &= ~(uint32_t)SANSMTP_KNOWS_MAIL_REFUSED;
        server->state = SANSMTP_STATE_MAIL;
        server->recipients = 0;
        server->octets = 0;
    } else {
        server->knows &= ~(uint32_t)SANSMTP_KNOWS_TRANSACTION;
        server->knows |= SANSMTP_KNOWS_MAIL_REFUSED;
    }
    sansmtp_server_await_line(server);
}

/* What is refused for good uses up the budget of who tries addresses; 4yz are no fault of his. */
static void after_recipient(struct sansmtp_server *server, uint32_t code)
{
    if (code < 400) {
        server->recipients++;
        server->state = SANSMTP_STATE_READY;
    } else {
        server->idle_commands += code >= 500 ? 1 : 0;
        if (server->state == SANSMTP_STATE_MAIL) {
            server->state = SANSMTP_STATE_REFUSED;
        }
    }
    sansmtp_server_await_line(server);
}

static void after_data(struct sansmtp_server *server, bool yes)
{
    if (yes) {
        sansmtp_server_body_begin(server);
    } else {
        sansmtp_server_await_line(server);
    }
}

static void after_chunk(struct sansmtp_server *server, bool yes)
{
    server->state = yes ? SANSMTP_STATE_CHUNKS : SANSMTP_STATE_BROKEN;
    if (!yes) {
        sansmtp_server_reset(server, SANSMTP_REASON_CHUNK);
    }
    sansmtp_server_await_line(server);
}

/* RFC 2033 4.2: in LMTP one answer for each accepted recipient, in their order. */
static void after_end(struct sansmtp_server *server, bool yes)
{
    server->verdicts++;
    if (sansmtp_server_knows(server, SANSMTP_KNOWS_ANALYSED) &&
        server->verdicts <= server->recipients) {
        return; /* PRDR: only the answer for all takes the message */
    }
    if (yes) { /* who delivers is forgiven */
        server->idle_commands = 0;
        server->repetitions = 0;
        server->errors = 0;
        server->unknown = 0;
    }
    server->knows &= ~(uint32_t)SANSMTP_KNOWS_BEGUN; /* answered once, it is not reset any more */
    if (sansmtp_server_is(server, SANSMTP_SERVER_LMTP) && server->verdicts < server->recipients) {
        return;
    }
    server->messages++;
    sansmtp_server_transaction_over(server);
    sansmtp_server_await_line(server);
}

/* RFC 4468 3.2: "the server will fail the entire transaction", as with a chunk, whatever came of
 * it; the last ends it. */
void sansmtp_server_burl_refused(struct sansmtp_server *server)
{
    sansmtp_server_reset(server, SANSMTP_REASON_CHUNK);
    if ((server->event.flags & SANSMTP_FLAG_LAST) != 0) {
        sansmtp_server_transaction_over(server);
    } else {
        server->state = SANSMTP_STATE_BROKEN;
    }
}

/* The last is answered by the verdict on the message. */
static void after_burl(struct sansmtp_server *server, bool yes)
{
    if (yes && (server->event.flags & SANSMTP_FLAG_LAST) != 0) {
        sansmtp_server_chunk_begin(server, SANSMTP_REPLY_NONE, 0, true);
        return;
    }
    if (yes) {
        server->state = SANSMTP_STATE_CHUNKS;
    } else {
        sansmtp_server_burl_refused(server);
    }
    sansmtp_server_await_line(server);
}

/* RFC 2645 5.3: the connection lives on, with the roles turned round. */
static void after_atrn(struct sansmtp_server *server, bool yes)
{
    sansmtp_server_await_line(server);
    if (yes) {
        server->phase = SANSMTP_PHASE_TURN;
        server->closing = SANSMTP_REASON_TURN;
    }
}

/* Postfix: the session begins anew, but for TLS; whether that client is welcome is asked next. */
static void after_xclient(struct sansmtp_server *server, bool yes)
{
    sansmtp_server_await_line(server);
    if (yes) {
        server->knows &= ~(uint32_t)(SANSMTP_KNOWS_HELLO | SANSMTP_KNOWS_EXTENDED |
                                     SANSMTP_KNOWS_AUTHENTICATED);
        sansmtp_server_transaction_over(server);
        server->phase = SANSMTP_PHASE_GREETING;
    }
}

static void after_starttls(struct sansmtp_server *server, bool yes)
{
    if (yes) {
        server->phase = SANSMTP_PHASE_TLS;
    } else {
        sansmtp_server_await_line(server);
    }
}

static void after_auth(struct sansmtp_server *server, bool yes)
{
    if (yes) {
        server->knows |= SANSMTP_KNOWS_AUTHENTICATED;
    } else {
        server->authentications++;
    }
    sansmtp_server_auth_over(server);
}

void sansmtp_server_proceed(struct sansmtp_server *server, uint32_t question, uint32_t code)
{
    bool yes = code < 400;

    switch (question) {
    case SANSMTP_EVENT_CONNECT:
        after_connect(server, code);
        break;
    case SANSMTP_EVENT_HELLO:
        after_hello(server, yes);
        break;
    case SANSMTP_EVENT_MAIL:
        after_mail(server, yes);
        break;
    case SANSMTP_EVENT_RECIPIENT:
        after_recipient(server, code);
        break;
    case SANSMTP_EVENT_DATA:
        after_data(server, yes);
        break;
    case SANSMTP_EVENT_CHUNK:
        after_chunk(server, yes);
        break;
    case SANSMTP_EVENT_END:
        after_end(server, yes);
        break;
    case SANSMTP_EVENT_STARTTLS:
        after_starttls(server, yes);
        break;
    case SANSMTP_EVENT_AUTH:
    case SANSMTP_EVENT_RESPONSE:
        after_auth(server, yes);
        break;
    case SANSMTP_EVENT_BURL:
        after_burl(server, yes);
        break;
    case SANSMTP_EVENT_ATRN:
        after_atrn(server, yes);
        break;
    case SANSMTP_EVENT_XCLIENT:
        after_xclient(server, yes);
        break;
    case SANSMTP_EVENT_UNKNOWN:
        server->unknown += yes ? 0 : 1;
        sansmtp_server_await_line(server);
        break;
    default: /* VERIFY, EXPAND, HELP, ETRN and XFORWARD change nothing */
        sansmtp_server_await_line(server);
    }
    if (code == 421) {
        sansmtp_server_over(server, SANSMTP_REASON_CLOSED, 0);
    }
}
