/* The client engine under replay. Its host is in client_host.c and client_intent.c. */

#include <string.h>

#include <sansmtp/callbacks.h>

#include "client_eventlog.h"
#include "client_host.h"

#define SMALL_LINE   512
#define LARGE_LINE   16384
#define SMALL_OUTPUT 2048
#define LARGE_OUTPUT 65536

static void vary(struct variant *variant, size_t number)
{
    variant->gather = (number & 1) != 0;
    variant->split = (number & 2) != 0;
}

static size_t prepare(struct arena *arena, const struct transcript *transcript, size_t which)
{
    struct sansmtp_client_options *options = &arena->client[which];

    *options = transcript->client;
    options->output = which == 0 ? SMALL_OUTPUT : LARGE_OUTPUT;
    if ((transcript->words & TRANSCRIPT_LINE) == 0) {
        options->line = which == 0 ? SMALL_LINE : LARGE_LINE;
    }
    return sansmtp_client_memory(options);
}

static int init(struct session *session, void *block, size_t length, size_t which)
{
    session->client_ledger.lmtp = (session->transcript->client.flags & SANSMTP_CLIENT_LMTP) != 0;
    return sansmtp_client_init(&session->client, block, length, &session->arena->client[which]);
}

static void callback(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct session *session = user;

    session_demand(session, client == session->client, "a callback gets its engine");
    session_demand(session, sansmtp_client_next(client, NULL) == NULL,
                   "next() is refused in a callback");
    session_event(session, event);
}

static void wanted(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct session *session = user;

    session_demand(session, event == NULL, "a want is no event");
    session_demand(session, sansmtp_client_next(client, NULL) == NULL,
                   "next() is refused in a callback");
    if (!session->variant->late) {
        client_host_serve(session, sansmtp_client_wants(client));
    }
}

static const struct sansmtp_client_callbacks callbacks = {
    .size = sizeof callbacks,
    .challenge = callback,
    .ready = callback,
    .sender = callback,
    .result = callback,
    .final = callback,
    .outcome = callback,
    .refusal = callback,
    .reply = callback,
    .restart = callback,
    .injection = callback,
    .trace = callback,
    .closing = callback,
    .wants_message = wanted,
    .wants_recipient = wanted,
    .wants_body = wanted,
};

static const struct sansmtp_event *next(struct session *session)
{
    return sansmtp_client_next(session->client, &session->in);
}

static int run(struct session *session)
{
    return sansmtp_client_run(session->client, &session->in, &callbacks, session);
}

static int eof(struct session *session)
{
    return sansmtp_client_eof(session->client);
}

static int expired(struct session *session)
{
    return sansmtp_client_expired(session->client);
}

static uint32_t wants(const struct session *session)
{
    return sansmtp_client_wants(session->client);
}

static int error(const struct session *session)
{
    return sansmtp_client_error(session->client);
}

static uint32_t patience(const struct session *session)
{
    uint32_t serial = 0;

    return sansmtp_client_patience(session->client, &serial);
}

static int secret(const struct session *session)
{
    return sansmtp_client_secret(session->client);
}

static size_t output(struct session *session, struct sansmtp_span *spans)
{
    if (session->variant->gather) {
        return sansmtp_client_vectors(session->client, spans, SESSION_SPANS);
    }
    spans[0].length = 0;
    spans[0].data = sansmtp_client_output(session->client, &spans[0].length);
    return spans[0].length > 0 ? 1 : 0;
}

static int sent(struct session *session, size_t length)
{
    return sansmtp_client_sent(session->client, length);
}

static void told(struct session *session, const struct sansmtp_event *event)
{
    client_ledger_event(&session->client_ledger, event);
    if (event->type == SANSMTP_EVENT_OUTCOME) {
        session->lending = false;
        client_host_reclaim(session); /* the body is the host's again */
    }
}

static void check_turn(struct session *session)
{
    uint32_t wanted = sansmtp_client_wants(session->client);
    uint32_t turns = wanted & (SANSMTP_REPLY | SANSMTP_IDLE | SANSMTP_RECIPIENT | SANSMTP_BODY);

    session_demand(session, (turns & (turns - 1)) == 0, "one turn at a time");
    session_demand(session,
                   turns == 0 || (turns == SANSMTP_IDLE && session->assumed) ||
                       sansmtp_client_patience(session->client, NULL) == 0,
                   "the peer is not waited for while the host has the turn");
    session_demand(session, (session->question != NULL) == ((wanted & SANSMTP_REPLY) != 0),
                   "REPLY is wanted while a question is open");
    session_demand(session, session->question == NULL || (wanted & SANSMTP_READ) == 0,
                   "no READ is wanted while a question is open");
    session_demand(session, (wanted & SANSMTP_CLOSE) == 0 || wanted == SANSMTP_CLOSE,
                   "CLOSE stands alone");
}

/* What is wanted: at once, or once nothing else is left to do; run() has callbacks for it. */
static bool serve(struct session *session, bool moved)
{
    if (session->question != NULL || (session->variant->late ? moved : session->variant->run)) {
        return moved;
    }
    return client_host_serve(session, wants(session)) || moved;
}

/* RFC 5321 2.3.8: CR and LF leave only as a pair. */
static bool newlines_pair(const struct text *output)
{
    for (size_t i = 0; i < output->length; i++) {
        if (output->data[i] == '\n' && (i == 0 || output->data[i - 1] != '\r')) {
            return false;
        }
        if (output->data[i] == '\r' && i + 1 < output->length && output->data[i + 1] != '\n') {
            return false;
        }
    }
    return true;
}

static void check_end(struct session *session, const struct text *all)
{
    session_demand(session,
                   (session->transcript->words & TRANSCRIPT_BINARY) != 0 || newlines_pair(all),
                   "CR and LF leave only as a pair");
    if (session->client_ledger.broken != NULL) {
        session_trouble(session, "ledger", session->client_ledger.broken);
    }
    session_demand(session, wants(session) != SANSMTP_CLOSE || session->client_ledger.closed,
                   "CLOSING is told");
    if (!session_troubled(session)) {
        client_host_pass_over(session, session->transcript->count);
    }
}

/* That all went well. */
static bool may_be_unlisted(const struct transcript *transcript, const struct happened *happened,
                            bool named)
{
    (void)named;
    if ((transcript->words & TRANSCRIPT_STRICT) != 0) {
        return false;
    }
    if (happened->type == SANSMTP_EVENT_READY) {
        return true;
    }
    return (happened->type == SANSMTP_EVENT_SENDER || happened->type == SANSMTP_EVENT_RESULT) &&
           strstr(happened->line.data, " flags=accepted") != NULL;
}

/* All that this stretch must have sent. */
static void expect_output(struct check *check, const struct text *all)
{
    struct text wanted_octets = {0}, shown = {0}, came = {0};
    unsigned line = 0;

    text_clear(&wanted_octets);
    for (size_t i = check->first; i < check->end; i++) {
        const struct step *step = &check->transcript->steps[i];

        if (step->kind == STEP_OUTPUT) {
            line = line == 0 ? step->line : line;
            text_add(&wanted_octets, step->text.data, step->text.length);
        }
    }
    if (!text_equal(&wanted_octets, all)) {
        text_print(&shown, "C: ");
        text_add_escaped(&shown, wanted_octets.data, wanted_octets.length);
        text_clear(&came);
        text_add_escaped(&came, all->data, all->length);
        if (line == 0 && check->first > 0) {
            line = check->transcript->steps[check->first - 1].line;
        }
        check_differ(check, line, shown.data, came.data);
    }
    text_free(&wanted_octets);
    text_free(&shown);
    text_free(&came);
}

const struct replay_role client_replays = {
    .engine = 'C',
    .ways = 4,
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
    .print = client_event_print,
    .told = told,
    .answer = client_host_answer,
    .check_turn = check_turn,
    .serve = serve,
    .act = client_host_act,
    .check_end = check_end,
    .free = client_host_reclaim,
    .may_be_unlisted = may_be_unlisted,
    .expect_output = expect_output,
};
