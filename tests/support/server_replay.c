/* The server engine under replay. Its host is in server_host.c. */

#include <stdlib.h>
#include <string.h>

#include <sansmtp/callbacks.h>

#include "eventlog.h"
#include "server_host.h"

#define LARGE_LINE   16384
#define LARGE_OUTPUT 65536

static void vary(struct variant *variant, size_t number)
{
    variant->pausing = (number & 1) != 0;
}

static size_t prepare(struct arena *arena, const struct transcript *transcript, size_t which)
{
    struct sansmtp_server_options *options = &arena->server[which];

    *options = transcript->server;
    if (which == 1) {
        options->line = options->line == 0 ? LARGE_LINE : options->line;
        options->output += LARGE_OUTPUT;
    }
    return sansmtp_server_memory(options);
}

static int init(struct session *session, void *block, size_t length, size_t which)
{
    struct sansmtp_tls tls = {.size = sizeof tls};
    int result = sansmtp_server_init(&session->server, block, length,
                                     &session->arena->server[which]);

    if (result == 0 && (session->transcript->words & TRANSCRIPT_TLS) != 0) {
        result = sansmtp_server_tls_started(session->server, &tls);
    }
    session->ledger.lmtp = (session->transcript->server.flags & SANSMTP_SERVER_LMTP) != 0;
    return result;
}

static void callback(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct session *session = user;

    session_demand(session, server == session->server, "a callback gets its engine");
    session_demand(session, sansmtp_server_next(server, NULL) == NULL,
                   "next() is refused in a callback");
    session_event(session, event);
}

static const struct sansmtp_server_callbacks callbacks = {
    .size = sizeof callbacks,
    .connect = callback,
    .hello = callback,
    .mail = callback,
    .recipient = callback,
    .data = callback,
    .chunk = callback,
    .end = callback,
    .verify = callback,
    .expand = callback,
    .help = callback,
    .starttls = callback,
    .auth = callback,
    .response = callback,
    .unknown = callback,
    .body = callback,
    .reset = callback,
    .injection = callback,
    .early_talker = callback,
    .limit = callback,
    .trace = callback,
    .closing = callback,
    .etrn = callback,
    .atrn = callback,
    .burl = callback,
    .xclient = callback,
    .xforward = callback,
};

static const struct sansmtp_event *next(struct session *session)
{
    return sansmtp_server_next(session->server, &session->in);
}

static int run(struct session *session)
{
    return sansmtp_server_run(session->server, &session->in, &callbacks, session);
}

static int eof(struct session *session)
{
    return sansmtp_server_eof(session->server);
}

static int expired(struct session *session)
{
    return sansmtp_server_expired(session->server);
}

static uint32_t wants(const struct session *session)
{
    return sansmtp_server_wants(session->server);
}

static int error(const struct session *session)
{
    return sansmtp_server_error(session->server);
}

static uint32_t patience(const struct session *session)
{
    uint32_t serial = 0;

    return sansmtp_server_patience(session->server, &serial);
}

static int secret(const struct session *session)
{
    return sansmtp_server_secret(session->server);
}

static size_t output(struct session *session, struct sansmtp_span *spans)
{
    spans[0].length = 0;
    spans[0].data = sansmtp_server_output(session->server, &spans[0].length);
    return spans[0].length > 0 ? 1 : 0;
}

static int sent(struct session *session, size_t length)
{
    size_t all = 0;

    sansmtp_server_output(session->server, &all);
    session_demand(session, sansmtp_server_sent(session->server, all + 1) == SANSMTP_ERR_ARGUMENT,
                   "sent() of more than there is is refused");
    return sansmtp_server_sent(session->server, length);
}

static void told(struct session *session, const struct sansmtp_event *event)
{
    ledger_event(&session->ledger, event);
    if (session->variant->pausing) {
        session_demand(session, sansmtp_server_pause(session->server) == 0, "pause is allowed");
        session->pause_now = true;
    }
    if (!event_is_question(event->type)) {
        server_host_notice(session, event->type);
    }
}

static void check_turn(struct session *session)
{
    uint32_t wanted = wants(session);

    session_demand(session, sansmtp_server_question(session->server) == session->question,
                   "question() gives the open question");
    if (session->question == NULL && !session->pause_now && !session->held) {
        return;
    }
    session_demand(session, (wanted & SANSMTP_REPLY) != 0,
                   "REPLY is wanted while the host has the turn");
    session_demand(session, (wanted & SANSMTP_READ) == 0,
                   "no READ is wanted while the host has the turn");
    session_demand(session, sansmtp_server_patience(session->server, NULL) == 0,
                   "the peer is not waited for while the host has the turn");
}

/* A pause is over at once. */
static bool serve(struct session *session, bool moved)
{
    if (!session->pause_now) {
        return moved;
    }
    session_demand(session, sansmtp_server_next(session->server, &session->in) == NULL,
                   "no event comes while paused");
    session_demand(session, sansmtp_server_resume(session->server) == 0, "resume is taken");
    session->pause_now = false;
    return true;
}

static void check_end(struct session *session, const struct text *all)
{
    size_t longest = session->transcript->server.reply;
    const char *wrong = replies_check(all->data, all->length, longest == 0 ? 512 : longest,
                                      (session->transcript->words & TRANSCRIPT_UTF8) != 0);

    if (wrong != NULL) {
        session_trouble(session, "output", wrong);
    }
    if (session->ledger.broken != NULL) {
        session_trouble(session, "ledger", session->ledger.broken);
    }
}

static void free_session(struct session *session)
{
    free(session->lent);
}

/* The host says yes, or what the engine does by itself. */
static bool may_be_unlisted(const struct transcript *transcript, const struct happened *happened,
                            bool named)
{
    static const uint32_t common[] = {
        SANSMTP_EVENT_CONNECT, SANSMTP_EVENT_HELLO, SANSMTP_EVENT_MAIL,    SANSMTP_EVENT_RECIPIENT,
        SANSMTP_EVENT_DATA,    SANSMTP_EVENT_CHUNK, SANSMTP_EVENT_BODY,    SANSMTP_EVENT_VERIFY,
        SANSMTP_EVENT_EXPAND,  SANSMTP_EVENT_HELP,  SANSMTP_EVENT_UNKNOWN,
    };

    if (named || (transcript->words & TRANSCRIPT_STRICT) != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        if (happened->type == common[i]) {
            return true;
        }
    }
    return false;
}

/* "..." at the end stands for anything. */
static bool reply_matches(const struct text *expected, const char *line, size_t length)
{
    size_t prefix = expected->length;

    if (prefix >= 3 && memcmp(expected->data + prefix - 3, "...", 3) == 0) {
        prefix -= 3;
        return length >= prefix && memcmp(expected->data, line, prefix) == 0;
    }
    return length == prefix && memcmp(expected->data, line, length) == 0;
}

static const struct step *next_reply(const struct check *check, size_t *at)
{
    for (; *at < check->end; (*at)++) {
        if (check->transcript->steps[*at].kind == STEP_OUTPUT) {
            return &check->transcript->steps[*at];
        }
    }
    return NULL;
}

static void report_reply(struct check *check, const struct step *step, const char *line,
                         size_t length)
{
    struct text wanted = {0}, found = {0};

    text_print(&wanted, "S: ");
    text_print(&found, "S: ");
    if (step != NULL) {
        text_add_escaped(&wanted, step->text.data, step->text.length);
    }
    text_add_escaped(&found, line, length);
    check_differ(check, step == NULL ? 0 : step->line, step == NULL ? "nothing" : wanted.data,
                 line == NULL ? "nothing" : found.data);
    text_free(&wanted);
    text_free(&found);
}

/* Line by line; the first difference is told. */
static void expect_output(struct check *check, const struct text *all)
{
    const char *at = all->data;
    size_t left = all->length, step = check->first;
    const struct step *expected;

    while (left > 0) {
        const char *newline = memchr(at, '\n', left);
        size_t line = newline == NULL ? left : (size_t)(newline - at) + 1;
        size_t shown = line >= 2 && newline != NULL ? line - 2 : line;

        expected = next_reply(check, &step);
        if (expected == NULL || !reply_matches(&expected->text, at, shown)) {
            report_reply(check, expected, at, shown);
            return;
        }
        step++;
        at += line;
        left -= line;
    }
    expected = next_reply(check, &step);
    if (expected != NULL) {
        report_reply(check, expected, NULL, 0);
    }
}

const struct replay_role server_replays = {
    .engine = 'S',
    .hides_preamble = true,
    .ways = 2,
    .vary = vary,
    .prepare = prepare,
    .init = init,
    .next = next,
    .run = run,
    .eof = eof,
    .expired = expired,
    .wants = wants,
    .error = error,
    .patience = patience,
    .secret = secret,
    .output = output,
    .sent = sent,
    .print = event_print,
    .told = told,
    .answer = server_host_answer,
    .check_turn = check_turn,
    .serve = serve,
    .act = server_host_act,
    .check_end = check_end,
    .free = free_session,
    .may_be_unlisted = may_be_unlisted,
    .expect_output = expect_output,
};
