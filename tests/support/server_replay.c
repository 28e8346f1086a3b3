/* Feeds a transcript to the engine as a host would, in pieces; drains, answers, and keeps a record. */

#include "replay.h"

#include <stdlib.h>
#include <string.h>

#include <sansmtp/callbacks.h>

#include "eventlog.h"
#include "guard.h"
#include "record.h"
#include "session.h"

#define CALLS_BEFORE_A_LATE_ANSWER 3
#define LARGE_LINE                 16384
#define LARGE_OUTPUT               65536
#define UNTOUCHED                  64 /* octets in front of the block that must stay as they are */

void session_trouble(struct session *session, const char *what, const char *detail)
{
    struct text *trouble = &session->result->trouble;

    if (trouble->length == 0)
        text_print(trouble, "%s: %s (after %zu octets of input)", what, detail,
                   session->given - session->in.length);
}

static void demand(struct session *session, bool holds, const char *rule)
{
    if (!holds)
        session_trouble(session, "broken promise", rule);
}

static bool troubled(const struct session *session)
{
    return session->result->trouble.length > 0;
}

static void body_ends(struct session *session)
{
    if (session->body.length > 0)
        body_print(&record_event(session->result, SANSMTP_EVENT_BODY)->line, session->body.data,
                   session->body.length);
    text_clear(&session->body);
}

static void log_event(struct session *session, const struct sansmtp_event *event)
{
    struct happened *happened;

    if (event->type == SANSMTP_EVENT_BODY) {
        text_add(&session->body, event->data.data, event->data.length);
        return;
    }
    body_ends(session);
    if (event_depends_on_arrival(event->type) && record_ends_in(session->result, event->type))
        return;
    happened = record_event(session->result, event->type);
    if (event_is_question(event->type))
        happened->taken = session->given - session->in.length;
    if (event_depends_on_arrival(event->type) && session->variant->cut != CUT_NOWHERE)
        text_print(&happened->line, "%s", sansmtp_event_name(event->type));
    else
        event_print(&happened->line, event);
}

/* Input that was taken is not the engine's any more: whoever still looks at it sees rubbish. */
static void scribble(struct session *session)
{
    uint8_t *end = session->arena->input + session->arena->input_length;

    memset(end - session->piece, 0xee, session->piece - session->in.length);
}

/* The spans of a question live until it is answered. */
static void question_still_reads_the_same(struct session *session)
{
    struct text now = {0};

    event_print(&now, session->question);
    demand(session, text_equal(&now, &session->shown), "the event changed before its answer");
    text_free(&now);
}

static void answer(struct session *session)
{
    question_still_reads_the_same(session);
    host_answer(session);
}

static void take_event(struct session *session, const struct sansmtp_event *event)
{
    demand(session, session->question == NULL, "an event while a question is open");
    session->events++;
    log_event(session, event);
    ledger_event(&session->ledger, event);
    if (session->variant->pausing) {
        demand(session, sansmtp_server_pause(session->server) == 0, "pause is allowed");
        session->pause_now = true;
    }
    if (!event_is_question(event->type)) {
        host_notice(session, event->type);
        return;
    }
    session->question = event;
    session->calls = 0;
    text_clear(&session->shown);
    event_print(&session->shown, event);
    if (!session->variant->late)
        answer(session);
}

static void callback(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct session *session = user;

    demand(session, server == session->server, "a callback gets its engine");
    demand(session, sansmtp_server_next(server, NULL) == NULL, "next() is refused in a callback");
    take_event(session, event);
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

/* One call of next() or run(); true if something came of it. */
static bool pull(struct session *session)
{
    struct sansmtp_span before = session->in;
    bool open = session->question != NULL, happened = false;
    const struct sansmtp_event *event;

    if (session->variant->run) {
        size_t count = session->events;
        int wants = sansmtp_server_run(session->server, &session->in, &callbacks, session);

        demand(session, wants > 0, "run() returns wants");
        happened = count != session->events;
    } else {
        event = sansmtp_server_next(session->server, &session->in);
        happened = event != NULL;
        if (happened)
            take_event(session, event);
    }
    demand(session,
           session->in.length <= before.length &&
               session->in.data == before.data + (before.length - session->in.length),
           "the input is advanced past what was taken");
    if (open) {
        demand(session, !happened && session->in.length == before.length,
               "nothing is taken or told while a question is open");
        session->calls++;
    }
    return happened || session->in.length != before.length;
}

bool session_drain(struct session *session)
{
    size_t length = 0, piece = session->variant->drain;
    const void *output = sansmtp_server_output(session->server, &length);

    demand(session, ((sansmtp_server_wants(session->server) & SANSMTP_WRITE) != 0) == (length > 0),
           "WRITE is wanted exactly if there is output");
    if (length == 0)
        return false;
    if (piece == 0 || piece > length)
        piece = length;
    text_add(&record_last(session->result)->output, output, piece);
    demand(session, sansmtp_server_sent(session->server, length + 1) == SANSMTP_ERR_ARGUMENT,
           "sent() of more than there is is refused");
    demand(session, sansmtp_server_sent(session->server, piece) == 0, "sent() is taken");
    return true;
}

static void check_turn(struct session *session)
{
    uint32_t wants = sansmtp_server_wants(session->server);

    demand(session, wants != 0, "something is always wanted");
    demand(session, sansmtp_server_question(session->server) == session->question,
           "question() gives the open question");
    if (session->question == NULL && !session->pause_now && !session->held)
        return;
    demand(session, (wants & SANSMTP_REPLY) != 0, "REPLY is wanted while the host has the turn");
    demand(session, (wants & SANSMTP_READ) == 0, "no READ is wanted while the host has the turn");
    demand(session, sansmtp_server_patience(session->server, NULL) == 0,
           "the peer is not waited for while the host has the turn");
}

static bool resume(struct session *session)
{
    const struct sansmtp_event *event = sansmtp_server_next(session->server, &session->in);

    demand(session, event == NULL, "no event comes while paused");
    demand(session, sansmtp_server_resume(session->server) == 0, "resume is taken");
    session->pause_now = false;
    return true;
}

/* One round of the host's loop; false if there is nothing left to do with what is there. */
static bool turn(struct session *session)
{
    bool moved = pull(session);

    scribble(session);
    check_turn(session);
    if (session->pause_now)
        moved = resume(session);
    if (session->question != NULL && !session->withheld) {
        if (session->calls >= CALLS_BEFORE_A_LATE_ANSWER)
            answer(session);
        moved = true;
    }
    if (session->variant->lazy && moved)
        return true;
    while (session_drain(session)) {
        moved = true;
        if (session->variant->lazy)
            break;
    }
    return moved;
}

/* Hands in what lies in front of until: all of it, one octet, or up to the cut. */
static void hand_in(struct session *session, size_t until)
{
    const struct arena *arena = session->arena;
    const struct transcript *transcript = session->transcript;
    size_t end = until, cut = session->variant->cut;

    demand(session, session->in.length == 0, "what is wanted to be read is also taken");
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

static bool provide(struct session *session, size_t until)
{
    uint32_t wants = sansmtp_server_wants(session->server);

    if (session->given == until || (wants & (SANSMTP_READ | SANSMTP_TLS | SANSMTP_CLOSE)) == 0)
        return false;
    hand_in(session, until);
    return true;
}

/* Until everything in front of until is taken and all output is gone, or the host must act. */
static void pump(struct session *session, size_t until)
{
    while (!troubled(session) && (turn(session) || provide(session, until)))
        continue;
    body_ends(session);
    if (session->question == NULL && !session->held && !troubled(session) &&
        (sansmtp_server_wants(session->server) & SANSMTP_TURN) == 0) {
        demand(session, session->given == until && session->in.length == 0,
               "all input is taken where no question is open");
    }
}

static bool block_is_intact(const struct session *session)
{
    size_t which = session->variant->large ? 1 : 0;
    const uint8_t *block = session->arena->block[which];

    for (size_t i = 0; i < UNTOUCHED; i++) {
        if (block[i] != 0x5a)
            return false;
    }
    return true;
}

static void begin(struct session *session)
{
    size_t which = session->variant->large ? 1 : 0;
    uint8_t *block = session->arena->block[which];
    size_t length = session->arena->block_length[which] - UNTOUCHED;
    struct sansmtp_tls tls = {.size = sizeof tls};
    int result;

    memset(block, 0x5a, UNTOUCHED);
    memset(block + UNTOUCHED, 0xa5, length);
    result = sansmtp_server_init(&session->server, block + UNTOUCHED, length,
                                 &session->arena->options[which]);
    if (result != 0) {
        session_trouble(session, "init", sansmtp_error_name(result));
        return;
    }
    if ((session->transcript->words & TRANSCRIPT_TLS) != 0)
        demand(session, sansmtp_server_tls_started(session->server, &tls) == 0,
               "TLS from the start");
    record_stretch(session->result);
    session->ledger.lmtp = (session->transcript->options.flags & SANSMTP_SERVER_LMTP) != 0;
    session->in.data = session->arena->input + session->arena->input_length;
    if ((session->transcript->words & TRANSCRIPT_EARLY) != 0)
        hand_in(session, session->transcript->input.length);
    else
        pump(session, 0);
}

static void go_through(struct session *session)
{
    const struct transcript *transcript = session->transcript;

    for (size_t i = 0; i < transcript->count && !troubled(session); i++) {
        const struct step *step = &transcript->steps[i];

        if (!step_is_barrier(step))
            continue;
        pump(session, step->after);
        if (step->kind == STEP_HOST)
            record_stretch(session->result);
        if (!troubled(session))
            host_act(session, step);
    }
    if (!troubled(session))
        pump(session, transcript->input.length);
}

static void check_output(struct session *session)
{
    const struct replay *result = session->result;
    size_t longest = session->transcript->options.reply;
    struct text all = {0};
    const char *wrong;

    for (size_t i = 0; i < result->count; i++)
        text_add(&all, result->stretches[i].output.data, result->stretches[i].output.length);
    wrong = replies_check(all.data, all.length, longest == 0 ? 512 : longest,
                          (session->transcript->words & TRANSCRIPT_UTF8) != 0);
    if (wrong != NULL)
        session_trouble(session, "output", wrong);
    if (session->ledger.broken != NULL)
        session_trouble(session, "ledger", session->ledger.broken);
    demand(session, block_is_intact(session), "nothing is written outside the block");
    text_free(&all);
}

void replay(struct replay *result, const struct transcript *transcript,
            const struct variant *variant, const struct arena *arena)
{
    struct session session = {
        .transcript = transcript, .variant = variant, .arena = arena, .result = result};

    memset(result, 0, sizeof *result);
    begin(&session);
    go_through(&session);
    check_output(&session);
    text_free(&session.shown);
    text_free(&session.body);
    text_free(&session.challenge);
    free(session.lent);
}

void arena_make(struct arena *arena, const struct transcript *transcript)
{
    struct sansmtp_server_options *large = &arena->options[1];

    arena->options[0] = transcript->options;
    *large = transcript->options;
    if (large->line == 0)
        large->line = LARGE_LINE;
    large->output += LARGE_OUTPUT;
    arena->input_length = transcript->input.length;
    arena->input = guard_alloc(arena->input_length);
    for (size_t i = 0; i < 2; i++) {
        arena->block_length[i] = UNTOUCHED + sansmtp_server_memory(&arena->options[i]);
        arena->block[i] = guard_alloc(arena->block_length[i]);
    }
}

void arena_free(struct arena *arena)
{
    guard_free(arena->input, arena->input_length);
    for (size_t i = 0; i < 2; i++)
        guard_free(arena->block[i], arena->block_length[i]);
}
