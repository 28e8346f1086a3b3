/* Plays the peer and the host of a client engine as a transcript says, and keeps a record. */

#include "client_replay.h"

#include <stdlib.h>
#include <string.h>

#include <sansmtp/callbacks.h>

#include "client_eventlog.h"
#include "eventlog.h"
#include "guard.h"
#include "record.h"

#define CALLS_BEFORE_A_LATE_ANSWER 3
#define SMALL_LINE                 512
#define LARGE_LINE                 16384
#define SMALL_OUTPUT               2048
#define LARGE_OUTPUT               65536
#define UNTOUCHED                  64 /* octets in front of the block that must stay as they are */
#define SPANS                      3

void client_trouble(struct client_session *session, const char *what, const char *detail)
{
    struct text *trouble = &session->result->trouble;

    if (trouble->length == 0)
        text_print(trouble, "%s: %s (after %zu octets of input)", what, detail,
                   session->given - session->in.length);
}

void client_demand(struct client_session *session, bool holds, const char *rule)
{
    if (!holds)
        client_trouble(session, "broken promise", rule);
}

static bool troubled(const struct client_session *session)
{
    return session->result->trouble.length > 0;
}

static void log_event(struct client_session *session, const struct sansmtp_event *event)
{
    struct happened *happened;

    if (event_depends_on_arrival(event->type) && record_ends_in(session->result, event->type))
        return;
    happened = record_event(session->result, event->type);
    if (event_depends_on_arrival(event->type) && session->variant->cut != CUT_NOWHERE)
        text_print(&happened->line, "%s", sansmtp_event_name(event->type));
    else
        client_event_print(&happened->line, event);
}

/* Input that was taken is not the engine's any more: whoever still looks at it sees rubbish. */
static void scribble(struct client_session *session)
{
    uint8_t *end = session->arena->input + session->arena->input_length;

    memset(end - session->piece, 0xee, session->piece - session->in.length);
}

/* The spans of a question live until it is answered. */
static void answer(struct client_session *session)
{
    struct text now = {0};

    client_event_print(&now, session->question);
    client_demand(session, text_equal(&now, &session->shown),
                  "the event changed before its answer");
    text_free(&now);
    client_host_answer(session);
}

static void take_event(struct client_session *session, const struct sansmtp_event *event)
{
    client_demand(session, session->question == NULL, "an event while a question is open");
    session->events++;
    log_event(session, event);
    client_ledger_event(&session->ledger, event);
    if (event->type == SANSMTP_EVENT_OUTCOME) {
        session->lending = false;
        client_host_reclaim(session); /* the body is the host's again */
    }
    if (!event_is_question(event->type))
        return;
    session->question = event;
    session->calls = 0;
    text_clear(&session->shown);
    client_event_print(&session->shown, event);
    if (!session->variant->late)
        answer(session);
}

static void callback(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct client_session *session = user;

    client_demand(session, client == session->client, "a callback gets its engine");
    client_demand(session, sansmtp_client_next(client, NULL) == NULL,
                  "next() is refused in a callback");
    take_event(session, event);
}

static void wanted(struct sansmtp_client *client, const struct sansmtp_event *event, void *user)
{
    struct client_session *session = user;

    client_demand(session, event == NULL, "a want is no event");
    client_demand(session, sansmtp_client_next(client, NULL) == NULL,
                  "next() is refused in a callback");
    if (!session->variant->late)
        client_host_serve(session, sansmtp_client_wants(client));
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

/* One call of next() or run(); true if something came of it. */
static bool pull(struct client_session *session)
{
    struct sansmtp_span before = session->in;
    bool open = session->question != NULL;
    size_t events = session->events, served = session->served;

    if (session->variant->run) {
        int wants = sansmtp_client_run(session->client, &session->in, &callbacks, session);

        client_demand(session, wants > 0, "run() returns wants");
    } else {
        const struct sansmtp_event *event = sansmtp_client_next(session->client, &session->in);

        if (event != NULL)
            take_event(session, event);
    }
    client_demand(session,
                  session->in.length <= before.length &&
                      session->in.data == before.data + (before.length - session->in.length),
                  "the input is advanced past what was taken");
    if (open) {
        client_demand(session, events == session->events && session->in.length == before.length,
                      "nothing is taken or told while a question is open");
        session->calls++;
    }
    return events != session->events || served != session->served ||
           session->in.length != before.length;
}

static size_t gather(struct client_session *session, struct sansmtp_span *spans)
{
    if (session->variant->gather)
        return sansmtp_client_vectors(session->client, spans, SPANS);
    spans[0].data = sansmtp_client_output(session->client, &spans[0].length);
    return spans[0].length > 0 ? 1 : 0;
}

static size_t piece_of(const struct client_session *session, size_t length)
{
    if (session->variant->drain != 0 && length > session->variant->drain)
        length = session->variant->drain;
    if (session->stalled && length > session->allowance)
        length = session->allowance;
    return length;
}

static bool drain(struct client_session *session)
{
    struct sansmtp_span spans[SPANS];
    size_t count = gather(session, spans), length = 0, piece, left;
    bool write = (sansmtp_client_wants(session->client) & SANSMTP_WRITE) != 0;

    for (size_t i = 0; i < count; i++)
        length += spans[i].length;
    client_demand(session, write == (length > 0), "WRITE is wanted exactly if there is output");
    left = piece = piece_of(session, length);
    for (size_t i = 0; i < count && left > 0; i++) {
        size_t some = spans[i].length < left ? spans[i].length : left;

        text_add(&record_last(session->result)->output, spans[i].data, some);
        left -= some;
    }
    if (piece == 0)
        return false;
    session->allowance -= session->stalled ? piece : 0;
    client_demand(session, sansmtp_client_sent(session->client, piece) == 0, "sent() is taken");
    return true;
}

static void check_turn(struct client_session *session)
{
    uint32_t wants = sansmtp_client_wants(session->client);
    uint32_t turns = wants & (SANSMTP_REPLY | SANSMTP_IDLE | SANSMTP_RECIPIENT | SANSMTP_BODY);

    client_demand(session, wants != 0, "something is always wanted");
    client_demand(session, (turns & (turns - 1)) == 0, "one turn at a time");
    client_demand(session,
                  turns == 0 || (turns == SANSMTP_IDLE && session->assumed) ||
                      sansmtp_client_patience(session->client, NULL) == 0,
                  "the peer is not waited for while the host has the turn");
    client_demand(session, (session->question != NULL) == ((wants & SANSMTP_REPLY) != 0),
                  "REPLY is wanted while a question is open");
    client_demand(session, session->question == NULL || (wants & SANSMTP_READ) == 0,
                  "no READ is wanted while a question is open");
    client_demand(session, (wants & SANSMTP_CLOSE) == 0 || wants == SANSMTP_CLOSE,
                  "CLOSE stands alone");
}

/* Does what the host owes: at once, or once nothing else is left to do. */
static bool owe(struct client_session *session, bool moved)
{
    uint32_t wants = sansmtp_client_wants(session->client);

    if (session->question != NULL) {
        if (session->withheld)
            return moved;
        if (session->calls >= CALLS_BEFORE_A_LATE_ANSWER)
            answer(session);
        return true;
    }
    if (session->variant->late ? moved : session->variant->run)
        return moved;
    return client_host_serve(session, wants) || moved;
}

/* One round of the host's loop; false if there is nothing left to do with what is there. */
static bool turn(struct client_session *session)
{
    bool moved = pull(session);

    scribble(session);
    check_turn(session);
    if (moved && session->variant->late)
        return true;
    moved = owe(session, moved);
    if (session->variant->lazy && moved)
        return true;
    while (!troubled(session) && drain(session)) {
        moved = true;
        if (session->variant->lazy)
            break;
    }
    return moved;
}

/* Hands in what lies in front of until: all of it, one octet, or up to the cut. */
static void hand_in(struct client_session *session, size_t until)
{
    const struct client_arena *arena = session->arena;
    const struct client_transcript *transcript = session->transcript;
    size_t end = until, cut = session->variant->cut;

    client_demand(session, session->in.length == 0, "what is wanted to be read is also taken");
    if (session->given >= transcript->preamble && cut == CUT_EVERYWHERE)
        end = session->given + 1;
    else if (cut > session->given && cut < until && cut != CUT_EVERYWHERE)
        end = cut;
    session->in.length = end - session->given;
    session->piece = session->in.length;
    session->in.data = arena->input + arena->input_length - session->in.length;
    memcpy(arena->input + arena->input_length - session->in.length,
           transcript->input.data + session->given, session->in.length);
    session->given = end;
}

static bool provide(struct client_session *session, size_t until)
{
    uint32_t wants = sansmtp_client_wants(session->client);

    if (session->given == until || (wants & (SANSMTP_READ | SANSMTP_TLS | SANSMTP_CLOSE)) == 0)
        return false;
    hand_in(session, until);
    return true;
}

/* Until everything in front of until is taken and all output is gone, or the host must act. */
static void pump(struct client_session *session, size_t until)
{
    while (!troubled(session) && (turn(session) || provide(session, until)))
        continue;
    if (session->question == NULL && !troubled(session) &&
        sansmtp_client_wants(session->client) != SANSMTP_TURN)
        client_demand(session, session->given == until && session->in.length == 0,
                      "all input is taken where no question is open");
}

static void begin(struct client_session *session)
{
    size_t which = session->variant->large ? 1 : 0;
    uint8_t *block = session->arena->block[which];
    size_t length = session->arena->block_length[which] - UNTOUCHED;
    int result;

    memset(block, 0x5a, UNTOUCHED);
    memset(block + UNTOUCHED, 0xa5, length);
    result = sansmtp_client_init(&session->client, block + UNTOUCHED, length,
                                 &session->arena->options[which]);
    if (result != 0)
        client_trouble(session, "init", sansmtp_error_name(result));
    record_stretch(session->result);
    session->ledger.lmtp = (session->transcript->options.flags & SANSMTP_CLIENT_LMTP) != 0;
    session->in.data = session->arena->input + session->arena->input_length;
}

static void go_through(struct client_session *session)
{
    const struct client_transcript *transcript = session->transcript;

    for (size_t i = 0; i < transcript->count && !troubled(session); i++) {
        const struct client_step *step = &transcript->steps[i];

        if (!client_step_is_barrier(step))
            continue;
        session->limit = i;
        pump(session, step->after);
        record_stretch(session->result);
        if (!troubled(session))
            client_host_act(session, step);
    }
    session->limit = transcript->count;
    if (!troubled(session))
        pump(session, transcript->input.length);
}

/* RFC 5321 2.3.8: CR and LF leave only as a pair. */
static bool newlines_pair(const struct text *output)
{
    for (size_t i = 0; i < output->length; i++) {
        if (output->data[i] == '\n' && (i == 0 || output->data[i - 1] != '\r'))
            return false;
        if (output->data[i] == '\r' && i + 1 < output->length && output->data[i + 1] != '\n')
            return false;
    }
    return true;
}

static void check_end(struct client_session *session)
{
    const struct replay *result = session->result;
    size_t which = session->variant->large ? 1 : 0;
    struct text all = {0};

    for (size_t i = 0; i < result->count; i++)
        text_add(&all, result->stretches[i].output.data, result->stretches[i].output.length);
    client_demand(session,
                  (session->transcript->words & CLIENT_TRANSCRIPT_BINARY) != 0 ||
                      newlines_pair(&all),
                  "CR and LF leave only as a pair");
    if (session->ledger.broken != NULL)
        client_trouble(session, "ledger", session->ledger.broken);
    for (size_t i = 0; i < UNTOUCHED; i++)
        client_demand(session, session->arena->block[which][i] == 0x5a,
                      "nothing is written outside the block");
    client_demand(session,
                  sansmtp_client_wants(session->client) != SANSMTP_CLOSE || session->ledger.closed,
                  "CLOSING is told");
    if (!troubled(session))
        client_host_pass_over(session, session->transcript->count);
    text_free(&all);
}

void client_replay(struct replay *result, const struct client_transcript *transcript,
                   const struct client_variant *variant, const struct client_arena *arena)
{
    struct client_session session = {
        .transcript = transcript, .variant = variant, .arena = arena, .result = result};

    memset(result, 0, sizeof *result);
    begin(&session);
    if (!troubled(&session))
        go_through(&session);
    if (session.client != NULL)
        check_end(&session);
    client_host_reclaim(&session);
    text_free(&session.shown);
    text_free(&session.response);
    text_free(&session.message);
}

void client_arena_make(struct client_arena *arena, const struct client_transcript *transcript)
{
    bool any_line = (transcript->words & CLIENT_TRANSCRIPT_LINE) == 0;

    for (size_t i = 0; i < 2; i++) {
        struct sansmtp_client_options *options = &arena->options[i];

        *options = transcript->options;
        options->output = i == 0 ? SMALL_OUTPUT : LARGE_OUTPUT;
        if (any_line)
            options->line = i == 0 ? SMALL_LINE : LARGE_LINE;
        arena->block_length[i] = UNTOUCHED + sansmtp_client_memory(options);
        arena->block[i] = guard_alloc(arena->block_length[i]);
    }
    arena->input_length = transcript->input.length;
    arena->input = guard_alloc(arena->input_length);
}

void client_arena_free(struct client_arena *arena)
{
    guard_free(arena->input, arena->input_length);
    for (size_t i = 0; i < 2; i++)
        guard_free(arena->block[i], arena->block_length[i]);
}
