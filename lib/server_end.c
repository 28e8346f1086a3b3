#include "server_engine.h"

#include "sized.h"

/* How a session ends, and how long it may be silent. A session that is over drops its input, gives
 * its last notices, drains its output, and wants CLOSE. */

void sansmtp_server_over(struct sansmtp_server *server, uint32_t reason, int error)
{
    if (server->phase == SANSMTP_PHASE_OVER) {
        return;
    }
    if (server->phase == SANSMTP_PHASE_TURN) { /* the turn that was granted comes to nothing */
        server->phase = SANSMTP_PHASE_OVER;
        if (!sansmtp_server_knows(server, SANSMTP_KNOWS_ENDED)) {
            server->closing = (uint8_t)reason;
            server->error = error;
        }
        return;
    }
    if (sansmtp_server_knows(server, SANSMTP_KNOWS_EXCHANGE)) {
        sansmtp_server_auth_over(server);
    } else if (server->line.length != 0 &&
               (server->options->extensions & SANSMTP_EXTENSION_AUTH) != 0) {
        sansmtp_server_line_wipe(server); /* it may be an AUTH line, or half of one */
    }
    sansmtp_server_reset(server, reason);
    server->phase = SANSMTP_PHASE_OVER;
    server->closing = (uint8_t)reason;
    server->error = error;
    server->question = 0;
    server->challenge_length = 0;
}

/* RFC 5321 3.8: try to say 421 before the connection goes. In the middle of a longer answer, or
 * while a handshake is due, it would not be understood. */
void sansmtp_server_farewell(struct sansmtp_server *server, enum sansmtp_reply reply)
{
    if (server->phase == SANSMTP_PHASE_ROWS || server->phase == SANSMTP_PHASE_CHALLENGE ||
        server->phase == SANSMTP_PHASE_TLS || server->phase == SANSMTP_PHASE_TURN ||
        server->phase == SANSMTP_PHASE_OVER) {
        return;
    }
    if (sansmtp_server_room(server)) {
        sansmtp_server_say(server, reply);
    } else {
        server->farewell = (uint8_t)reply;
    }
}

void sansmtp_server_spent(struct sansmtp_server *server, uint32_t limit)
{
    server->limit = (uint8_t)limit;
    sansmtp_server_farewell(server, SANSMTP_REPLY_TOO_MANY);
    sansmtp_server_over(server, SANSMTP_REASON_BUDGET, SANSMTP_ERR_BUDGET);
}

/* Ends the session if the host wants it and nothing is half said: not while a question is open, a
 * long answer goes out, or a whole message waits for its verdict. */
void sansmtp_server_try_close(struct sansmtp_server *server)
{
    if (!sansmtp_server_knows(server, SANSMTP_KNOWS_CLOSE) || server->question != 0 ||
        server->phase == SANSMTP_PHASE_ROWS || server->phase == SANSMTP_PHASE_CHALLENGE ||
        server->phase == SANSMTP_PHASE_VERDICT) {
        return;
    }
    sansmtp_server_farewell(server, SANSMTP_REPLY_SHUTDOWN);
    sansmtp_server_over(server, SANSMTP_REASON_CLOSED, 0);
}

int sansmtp_server_close(struct sansmtp_server *server)
{
    if (server == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    server->knows |= SANSMTP_KNOWS_CLOSE;
    sansmtp_server_try_close(server);
    return 0;
}

int sansmtp_server_eof(struct sansmtp_server *server)
{
    if (server == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    server->knows |= SANSMTP_KNOWS_EOF;
    if (sansmtp_server_knows(server, SANSMTP_KNOWS_BUSY)) {
        /* Maybe a jump left a callback: whatever it was about to answer is void. */
        server->knows &= ~(uint32_t)SANSMTP_KNOWS_PAUSED;
        sansmtp_server_over(server, SANSMTP_REASON_GONE, SANSMTP_ERR_GONE);
    }
    return 0;
}

uint32_t sansmtp_server_patience(const struct sansmtp_server *server, uint32_t *serial)
{
    size_t pending = 0;

    if (server == NULL) {
        return 0;
    }
    if (serial != NULL) {
        *serial = server->serial;
    }
    sansmtp_out_pending(&server->out, &pending);
    if (server->question != 0 || sansmtp_server_knows(server, SANSMTP_KNOWS_PAUSED) ||
        ((server->phase == SANSMTP_PHASE_OVER || server->phase == SANSMTP_PHASE_TURN) &&
         pending == 0)) {
        return 0;
    }
    if (server->phase == SANSMTP_PHASE_BODY || server->phase == SANSMTP_PHASE_CHUNK) {
        return server->options->body_patience;
    }
    return server->options->patience;
}

int sansmtp_server_expired(struct sansmtp_server *server)
{
    if (server == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (sansmtp_server_knows(server, SANSMTP_KNOWS_BUSY)) {
        return SANSMTP_ERR_BUSY;
    }
    if (sansmtp_server_patience(server, NULL) == 0) {
        return SANSMTP_ERR_STATE;
    }
    if (server->phase == SANSMTP_PHASE_OVER || server->phase == SANSMTP_PHASE_TURN) {
        server->phase = SANSMTP_PHASE_OVER;
        sansmtp_out_clear(&server->out); /* the peer does not even take our farewell */
        server->farewell = SANSMTP_REPLY_NONE;
        return 0;
    }
    sansmtp_server_farewell(server, SANSMTP_REPLY_EXPIRED);
    sansmtp_server_over(server, SANSMTP_REASON_EXPIRED, SANSMTP_ERR_EXPIRED);
    return 0;
}

const void *sansmtp_server_output(const struct sansmtp_server *server, size_t *length)
{
    if (server == NULL || length == NULL) {
        return NULL;
    }
    return sansmtp_out_pending(&server->out, length);
}

int sansmtp_server_sent(struct sansmtp_server *server, size_t length)
{
    size_t pending = 0;

    if (server == NULL || !sansmtp_out_sent(&server->out, length)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    sansmtp_out_pending(&server->out, &pending);
    if (pending == 0 && length != 0) {
        server->knows |= SANSMTP_KNOWS_GREETED;
    }
    if (server->farewell != SANSMTP_REPLY_NONE && sansmtp_server_room(server)) {
        sansmtp_server_say(server, (enum sansmtp_reply)server->farewell);
        server->farewell = SANSMTP_REPLY_NONE;
    }
    return 0;
}

/* RFC 3207 4.2: after the handshake the server knows nothing that was said before. */
static void forget(struct sansmtp_server *server, const struct sansmtp_tls *tls)
{
    bool greeted = server->state != SANSMTP_STATE_OPEN ||
                   sansmtp_server_knows(server, SANSMTP_KNOWS_GREETED);

    server->knows &= SANSMTP_KNOWS_GREETED | SANSMTP_KNOWS_EARLY | SANSMTP_KNOWS_EOF |
                     SANSMTP_KNOWS_CLOSE;
    server->knows |= SANSMTP_KNOWS_TLS;
    sansmtp_server_line_wipe(server);
    sansmtp_server_await_line(server);
    server->state = (tls->flags & SANSMTP_TLS_INSUFFICIENT) != 0 ? SANSMTP_STATE_WEAK
                                                                 : SANSMTP_STATE_OPEN;
    if (!greeted) {
        server->phase = SANSMTP_PHASE_GREETING;
    }
}

int sansmtp_server_tls_started(struct sansmtp_server *server, const struct sansmtp_tls *tls)
{
    size_t pending = 0;

    if (server == NULL || tls == NULL || !sansmtp_sized(tls, tls->size, sizeof(*tls)) ||
        (tls->flags & ~SANSMTP_TLS_INSUFFICIENT) != 0) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (sansmtp_server_knows(server, SANSMTP_KNOWS_BUSY)) {
        return SANSMTP_ERR_BUSY;
    }
    sansmtp_out_pending(&server->out, &pending);
    if (server->question != 0 || pending != 0 ||
        (server->phase != SANSMTP_PHASE_TLS && server->phase != SANSMTP_PHASE_GREETING) ||
        sansmtp_server_knows(server,
                             SANSMTP_KNOWS_TLS | SANSMTP_KNOWS_PAUSED |
                                 (server->phase == SANSMTP_PHASE_GREETING
                                      ? (uint32_t)(SANSMTP_KNOWS_EARLY | SANSMTP_KNOWS_GREETED)
                                      : 0u))) {
        return SANSMTP_ERR_STATE;
    }
    forget(server, tls);
    sansmtp_server_renew(server);
    return 0;
}
