#include "server_engine.h"

#include "memory.h"

/* One step a phase. Whoever needs input waits for it here, whoever needs room asks for it in the
 * step itself; nothing loops but next(). */

static const struct sansmtp_event *tell_limit(struct sansmtp_server *server)
{
    struct sansmtp_event *event = sansmtp_server_event(server, SANSMTP_EVENT_LIMIT);

    event->reason = server->limit;
    server->limit = 0;
    return event;
}

static const struct sansmtp_event *tell_reset(struct sansmtp_server *server)
{
    struct sansmtp_event *event = sansmtp_server_event(server, SANSMTP_EVENT_RESET);

    event->reason = server->reset;
    server->reset = 0;
    return event;
}

static const struct sansmtp_event *tell_closing(struct sansmtp_server *server)
{
    struct sansmtp_event *event = sansmtp_server_event(server, SANSMTP_EVENT_CLOSING);

    event->reason = server->closing;
    server->knows |= SANSMTP_KNOWS_ENDED;
    return event;
}

static const struct sansmtp_event *notice(struct sansmtp_server *server)
{
    if (server->limit != 0) {
        return tell_limit(server);
    }
    if (server->reset != 0) {
        return tell_reset(server);
    }
    if (server->closing != 0 && !sansmtp_server_knows(server, SANSMTP_KNOWS_ENDED)) {
        return tell_closing(server);
    }
    return NULL;
}

static enum sansmtp_step wait_for_input(struct sansmtp_server *server)
{
    if (!sansmtp_server_knows(server, SANSMTP_KNOWS_EOF)) {
        return SANSMTP_STEP_WAIT;
    }
    sansmtp_server_over(server, SANSMTP_REASON_GONE, SANSMTP_ERR_GONE);
    return SANSMTP_STEP_ON;
}

/* RFC 5321 4.3.1: the client waits for the greeting, unless PIPECONNECT lets it speak. Who does not
 * is told of, once. */
static bool early_talker(struct sansmtp_server *server, const struct sansmtp_span *in)
{
    if (in->length == 0 || (server->allowed & SANSMTP_EXTENSION_PIPECONNECT) != 0 ||
        sansmtp_server_knows(server, SANSMTP_KNOWS_GREETED | SANSMTP_KNOWS_EARLY)) {
        return false;
    }
    server->knows |= SANSMTP_KNOWS_EARLY;
    sansmtp_server_event(server, SANSMTP_EVENT_EARLY_TALKER)->data = *in;
    return true;
}

static enum sansmtp_step step_greeting(struct sansmtp_server *server, const struct sansmtp_span *in)
{
    if (early_talker(server, in)) {
        return SANSMTP_STEP_TELL;
    }
    if (in->length == 0 && sansmtp_server_knows(server, SANSMTP_KNOWS_EOF)) {
        return wait_for_input(server);
    }
    sansmtp_server_event(server, SANSMTP_EVENT_CONNECT);
    return sansmtp_server_ask(server);
}

static enum sansmtp_step step_line(struct sansmtp_server *server, struct sansmtp_span *in)
{
    if (early_talker(server, in)) {
        return SANSMTP_STEP_TELL;
    }
    if (in->length == 0) {
        return wait_for_input(server);
    }
    if (sansmtp_server_collect(server, in)) {
        sansmtp_server_renew(server);
        server->phase = server->phase == SANSMTP_PHASE_LINE ? SANSMTP_PHASE_COMMAND
                                                            : SANSMTP_PHASE_RESPONSE;
    }
    return SANSMTP_STEP_ON;
}

/* Credentials never get into a trace: of AUTH only the mechanism, of its exchange nothing. */
static void trace_text(struct sansmtp_server *server, struct sansmtp_event *event)
{
    size_t length = server->line.length;

    event->text.data = server->line.octets;
    if (server->phase != SANSMTP_PHASE_RESPONSE) {
        event->text.length = sansmtp_server_showable(server->line.octets, length);
    }
    if (event->text.length != length) {
        event->flags = SANSMTP_FLAG_SECRET;
    }
}

static bool trace(struct sansmtp_server *server)
{
    if (!sansmtp_server_is(server, SANSMTP_SERVER_TRACE) ||
        sansmtp_server_knows(server, SANSMTP_KNOWS_TRACED)) {
        return false;
    }
    server->knows |= SANSMTP_KNOWS_TRACED;
    trace_text(server, sansmtp_server_event(server, SANSMTP_EVENT_TRACE));
    return true;
}

static enum sansmtp_step step_whole_line(struct sansmtp_server *server,
                                         const struct sansmtp_span *in)
{
    if (trace(server)) {
        return SANSMTP_STEP_TELL;
    }
    if (!sansmtp_server_room(server)) {
        return SANSMTP_STEP_WAIT;
    }
    return server->phase == SANSMTP_PHASE_COMMAND ? sansmtp_server_command(server, in->length)
                                                  : sansmtp_server_response(server);
}

static enum sansmtp_step step_long_answer(struct sansmtp_server *server)
{
    if (server->phase == SANSMTP_PHASE_ROWS) {
        if (!sansmtp_server_rows(server)) {
            return SANSMTP_STEP_WAIT;
        }
        sansmtp_server_await_line(server);
    } else if (!sansmtp_server_challenge_rest(server)) {
        return SANSMTP_STEP_WAIT;
    }
    return SANSMTP_STEP_ON;
}

/* RFC 3207 6, CVE-2011-0411: whatever stands between the STARTTLS line and the handshake was put
 * there by somebody; it is told, never obeyed, and the end. */
static enum sansmtp_step step_tls(struct sansmtp_server *server, struct sansmtp_span *in)
{
    if (in->length == 0) {
        return wait_for_input(server);
    }
    sansmtp_server_event(server, SANSMTP_EVENT_INJECTION)->data = *in;
    in->data += in->length;
    in->length = 0;
    sansmtp_server_over(server, SANSMTP_REASON_INJECTION, SANSMTP_ERR_INJECTION);
    return SANSMTP_STEP_TELL;
}

static enum sansmtp_step step_body(struct sansmtp_server *server, struct sansmtp_span *in)
{
    if (in->length == 0) {
        return wait_for_input(server);
    }
    return server->phase == SANSMTP_PHASE_BODY ? sansmtp_server_body(server, in)
                                               : sansmtp_server_chunk(server, in);
}

static enum sansmtp_step step_over(struct sansmtp_span *in)
{
    if (in->length != 0) {
        in->data += in->length;
        in->length = 0;
    }
    return SANSMTP_STEP_WAIT;
}

static enum sansmtp_step step(struct sansmtp_server *server, struct sansmtp_span *in)
{
    switch ((enum sansmtp_phase)server->phase) {
    case SANSMTP_PHASE_GREETING:
        return step_greeting(server, in);
    case SANSMTP_PHASE_LINE:
    case SANSMTP_PHASE_EXCHANGE:
        return step_line(server, in);
    case SANSMTP_PHASE_COMMAND:
    case SANSMTP_PHASE_RESPONSE:
        return step_whole_line(server, in);
    case SANSMTP_PHASE_BODY:
    case SANSMTP_PHASE_CHUNK:
        return step_body(server, in);
    case SANSMTP_PHASE_VERDICT:
        return sansmtp_server_verdict(server);
    case SANSMTP_PHASE_ROWS:
    case SANSMTP_PHASE_CHALLENGE:
        return step_long_answer(server);
    case SANSMTP_PHASE_TLS:
        return step_tls(server, in);
    case SANSMTP_PHASE_TURN: /* what comes now is the other role's */
        return SANSMTP_STEP_WAIT;
    case SANSMTP_PHASE_OVER:
        break;
    }
    return step_over(in);
}

static const struct sansmtp_event *pull(struct sansmtp_server *server, struct sansmtp_span *in)
{
    for (;;) {
        const struct sansmtp_event *event = notice(server);
        enum sansmtp_step done;

        if (event != NULL) {
            return event;
        }
        sansmtp_server_try_close(server);
        done = step(server, in);
        if (done == SANSMTP_STEP_TELL) {
            return &server->event;
        }
        if (done == SANSMTP_STEP_WAIT && server->limit == 0 && server->reset == 0 &&
            (server->closing == 0 || sansmtp_server_knows(server, SANSMTP_KNOWS_ENDED))) {
            return NULL;
        }
    }
}

const struct sansmtp_event *sansmtp_server_next(struct sansmtp_server *server,
                                                struct sansmtp_span *in)
{
    struct sansmtp_span none = {NULL, 0};

    if (server == NULL || (in != NULL && in->data == NULL && in->length != 0)) {
        return NULL;
    }
    if (server->question != 0 ||
        sansmtp_server_knows(server, SANSMTP_KNOWS_BUSY | SANSMTP_KNOWS_PAUSED)) {
        return NULL;
    }
    return pull(server, in != NULL ? in : &none);
}

/* Does this phase go on when the peer says more? */
static bool reads(const struct sansmtp_server *server)
{
    switch ((enum sansmtp_phase)server->phase) {
    case SANSMTP_PHASE_LINE:
    case SANSMTP_PHASE_BODY:
    case SANSMTP_PHASE_CHUNK:
    case SANSMTP_PHASE_EXCHANGE:
        return !sansmtp_server_knows(server, SANSMTP_KNOWS_EOF);
    case SANSMTP_PHASE_GREETING:
        return true;
    case SANSMTP_PHASE_COMMAND:
    case SANSMTP_PHASE_RESPONSE:
    case SANSMTP_PHASE_VERDICT:
    case SANSMTP_PHASE_ROWS:
    case SANSMTP_PHASE_CHALLENGE:
    case SANSMTP_PHASE_TLS:
    case SANSMTP_PHASE_TURN:
    case SANSMTP_PHASE_OVER:
        break;
    }
    return false;
}

uint32_t sansmtp_server_wants(const struct sansmtp_server *server)
{
    size_t pending = 0;
    uint32_t wants = 0;

    if (server == NULL) {
        return 0;
    }
    sansmtp_out_pending(&server->out, &pending);
    if (pending != 0) {
        wants = SANSMTP_WRITE;
    }
    if (server->question != 0 || sansmtp_server_knows(server, SANSMTP_KNOWS_PAUSED)) {
        return wants | SANSMTP_REPLY;
    }
    if (reads(server)) {
        return wants | SANSMTP_READ;
    }
    if (wants != 0) {
        return wants;
    }
    if (server->phase == SANSMTP_PHASE_TLS) {
        return SANSMTP_TLS;
    }
    if (server->phase == SANSMTP_PHASE_TURN) {
        return SANSMTP_TURN;
    }
    return server->phase == SANSMTP_PHASE_OVER ? SANSMTP_CLOSE : SANSMTP_READ;
}

const struct sansmtp_event *sansmtp_server_question(const struct sansmtp_server *server)
{
    return server != NULL && server->question != 0 ? &server->event : NULL;
}

int sansmtp_server_error(const struct sansmtp_server *server)
{
    return server == NULL ? SANSMTP_ERR_ARGUMENT : server->error;
}

int sansmtp_server_pause(struct sansmtp_server *server)
{
    if (server == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    server->knows |= SANSMTP_KNOWS_PAUSED;
    return 0;
}

int sansmtp_server_resume(struct sansmtp_server *server)
{
    if (server == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!sansmtp_server_knows(server, SANSMTP_KNOWS_PAUSED)) {
        return SANSMTP_ERR_STATE;
    }
    server->knows &= ~(uint32_t)SANSMTP_KNOWS_PAUSED;
    sansmtp_server_renew(server);
    return 0;
}
