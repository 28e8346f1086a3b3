/* Plays the peer and the host of an engine as a transcript says, in pieces; drains, answers, and
 * keeps a record. */

#include "replay.h"

#include <string.h>

#include "eventlog.h"
#include "guard.h"
#include "record.h"
#include "session.h"

#define CALLS_BEFORE_A_LATE_ANSWER 3
#define UNTOUCHED                  64 /* octets in front of the block that must stay as they are */

void session_trouble(struct session *session, const char *what, const char *detail)
{
    struct text *trouble = &session->result->trouble;

    if (trouble->length == 0) {
        text_print(trouble, "%s: %s (after %zu octets of input)", what, detail,
                   session->given - session->in.length);
    }
}

void session_demand(struct session *session, bool holds, const char *rule)
{
    if (!holds) {
        session_trouble(session, "broken promise", rule);
    }
}

bool session_troubled(const struct session *session)
{
    return session->result->trouble.length > 0;
}

bool session_expected(struct session *session, const struct step *step, int result)
{
    const char *name = sansmtp_error_name(result);
    struct text expected = {0};
    bool same;

    text_print(&expected, "SANSMTP_%s%s", step->error.length == 0 ? "OK" : "ERR_",
               step->error.data);
    same = strcmp(expected.data, name) == 0;
    if (!same) {
        text_print(&expected, " expected, but %s (line %u) gave %s", step->text.data, step->line,
                   name);
        session_trouble(session, "a call gave another result", expected.data);
    }
    text_free(&expected);
    return same;
}

static void body_ends(struct session *session)
{
    if (session->body.length > 0) {
        body_print(&record_event(session->result, SANSMTP_EVENT_BODY)->line, session->body.data,
                   session->body.length);
    }
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
    if (event_depends_on_arrival(event->type) && record_ends_in(session->result, event->type)) {
        return;
    }
    happened = record_event(session->result, event->type);
    if (event_is_question(event->type)) {
        happened->taken = session->given - session->in.length;
    }
    if (event_depends_on_arrival(event->type) && session->variant->cut != CUT_NOWHERE) {
        text_print(&happened->line, "%s", sansmtp_event_name(event->type));
    } else {
        session->role->print(&happened->line, event);
    }
}

/* Input that was taken is not the engine's any more: whoever still looks at it sees rubbish. */
static void scribble(struct session *session)
{
    uint8_t *end = session->arena->input + session->arena->input_length;

    memset(end - session->piece, 0xee, session->piece - session->in.length);
}

/* The spans of a question live until it is answered. */
static void answer(struct session *session)
{
    struct text now = {0};

    session->role->print(&now, session->question);
    session_demand(session, text_equal(&now, &session->shown),
                   "the event changed before its answer");
    text_free(&now);
    session->role->answer(session);
}

void session_event(struct session *session, const struct sansmtp_event *event)
{
    session_demand(session, session->question == NULL, "an event while a question is open");
    session->events++;
    log_event(session, event);
    session->role->told(session, event);
    if (!event_is_question(event->type)) {
        return;
    }
    session->question = event;
    session->calls = 0;
    text_clear(&session->shown);
    session->role->print(&session->shown, event);
    if (!session->variant->late) {
        answer(session);
    }
}

void session_close_question(struct session *session)
{
    session->question = NULL;
    session->withheld = false;
    session->calls = 0;
}

/* One call of next() or run(); true if something came of it. */
static bool pull(struct session *session)
{
    struct sansmtp_span before = session->in;
    bool open = session->question != NULL;
    size_t events = session->events, served = session->served;

    if (session->variant->run) {
        session_demand(session, session->role->run(session) > 0, "run() returns wants");
    } else {
        const struct sansmtp_event *event = session->role->next(session);

        if (event != NULL) {
            session_event(session, event);
        }
    }
    session_demand(session,
                   session->in.length <= before.length &&
                       session->in.data == before.data + (before.length - session->in.length),
                   "the input is advanced past what was taken");
    if (open) {
        session_demand(session, events == session->events && session->in.length == before.length,
                       "nothing is taken or told while a question is open");
        session->calls++;
    }
    return events != session->events || served != session->served ||
           session->in.length != before.length;
}

static size_t piece_of(const struct session *session, size_t length)
{
    if (session->variant->drain != 0 && length > session->variant->drain) {
        length = session->variant->drain;
    }
    if (session->stalled && length > session->allowance) {
        length = session->allowance;
    }
    return length;
}

bool session_drain(struct session *session)
{
    struct sansmtp_span spans[SESSION_SPANS];
    size_t count = session->role->output(session, spans), length = 0, piece, left;
    bool write = (session->role->wants(session) & SANSMTP_WRITE) != 0;

    for (size_t i = 0; i < count; i++) {
        length += spans[i].length;
    }
    session_demand(session, write == (length > 0), "WRITE is wanted exactly if there is output");
    left = piece = piece_of(session, length);
    for (size_t i = 0; i < count && left > 0; i++) {
        size_t some = spans[i].length < left ? spans[i].length : left;

        text_add(&record_last(session->result)->output, spans[i].data, some);
        left -= some;
    }
    if (piece == 0) {
        return false;
    }
    session->allowance -= session->stalled ? piece : 0;
    session_demand(session, session->role->sent(session, piece) == 0, "sent() is taken");
    return true;
}

/* Does what the host owes: at once, or once nothing else is left to do. */
static bool owe(struct session *session, bool moved)
{
    moved = session->role->serve(session, moved);
    if (session->question == NULL || session->withheld) {
        return moved;
    }
    if (session->calls >= CALLS_BEFORE_A_LATE_ANSWER) {
        answer(session);
    }
    return true;
}

/* One round of the host's loop; false if there is nothing left to do with what is there. */
static bool turn(struct session *session)
{
    bool moved = pull(session);

    scribble(session);
    session_demand(session, session->role->wants(session) != 0, "something is always wanted");
    session->role->check_turn(session);
    moved = owe(session, moved);
    if (session->variant->lazy && moved) {
        return true;
    }
    while (!session_troubled(session) && session_drain(session)) {
        moved = true;
        if (session->variant->lazy) {
            break;
        }
    }
    return moved;
}

/* Hands in what lies in front of until: all of it, one octet, or up to the cut. */
static void hand_in(struct session *session, size_t until)
{
    const struct arena *arena = session->arena;
    const struct transcript *transcript = session->transcript;
    size_t end = until, cut = session->variant->cut;

    session_demand(session, session->in.length == 0, "what is wanted to be read is also taken");
    if (session->given >= transcript->preamble && cut == CUT_EVERYWHERE) {
        end = session->given + 1;
    } else if (cut > session->given && cut < until && cut != CUT_EVERYWHERE) {
        end = cut;
    }
    session->in.length = end - session->given;
    session->piece = session->in.length;
    session->in.data = arena->input + arena->input_length - session->in.length;
    memcpy(arena->input + arena->input_length - session->in.length,
           transcript->input.data + session->given, session->in.length);
    session->given = end;
}

static bool provide(struct session *session, size_t until)
{
    uint32_t wants = session->role->wants(session);

    if (session->given == until || (wants & (SANSMTP_READ | SANSMTP_TLS | SANSMTP_CLOSE)) == 0) {
        return false;
    }
    hand_in(session, until);
    return true;
}

/* Until everything in front of until is taken and all output is gone, or the host must act. */
static void pump(struct session *session, size_t until)
{
    while (!session_troubled(session) && (turn(session) || provide(session, until))) {
        continue;
    }
    body_ends(session);
    if (session->question == NULL && !session->held && !session_troubled(session) &&
        (session->role->wants(session) & SANSMTP_TURN) == 0) {
        session_demand(session, session->given == until && session->in.length == 0,
                       "all input is taken where no question is open");
    }
}

static void begin(struct session *session)
{
    size_t which = session->variant->large ? 1 : 0;
    uint8_t *block = session->arena->block[which];
    size_t length = session->arena->block_length[which] - UNTOUCHED;
    int result;

    memset(block, 0x5a, UNTOUCHED);
    memset(block + UNTOUCHED, 0xa5, length);
    record_stretch(session->result);
    session->in.data = session->arena->input + session->arena->input_length;
    result = session->role->init(session, block + UNTOUCHED, length, which);
    if (result != 0) {
        session_trouble(session, "init", sansmtp_error_name(result));
    } else if ((session->transcript->words & TRANSCRIPT_EARLY) != 0) {
        hand_in(session, session->transcript->input.length);
    } else {
        pump(session, 0);
    }
}

static void go_through(struct session *session)
{
    const struct transcript *transcript = session->transcript;

    for (size_t i = 0; i < transcript->count && !session_troubled(session); i++) {
        const struct step *step = &transcript->steps[i];

        if (!step_is_barrier(step)) {
            continue;
        }
        session->limit = i;
        pump(session, step->after);
        record_stretch(session->result);
        if (session_troubled(session)) {
            return;
        }
        if (step->kind == STEP_WANTS) {
            session_check_wants(session, step->text.data);
        } else if (step->kind == STEP_ACT) {
            session->role->act(session, step);
        }
    }
    session->limit = transcript->count;
    if (!session_troubled(session)) {
        pump(session, transcript->input.length);
    }
}

static bool block_is_intact(const struct session *session)
{
    const uint8_t *block = session->arena->block[session->variant->large ? 1 : 0];

    for (size_t i = 0; i < UNTOUCHED; i++) {
        if (block[i] != 0x5a) {
            return false;
        }
    }
    return true;
}

static void check_end(struct session *session)
{
    const struct replay *result = session->result;
    struct text all = {0};

    text_clear(&all);
    for (size_t i = 0; i < result->count; i++) {
        text_add(&all, result->stretches[i].output.data, result->stretches[i].output.length);
    }
    session_demand(session, block_is_intact(session), "nothing is written outside the block");
    session->role->check_end(session, &all);
    text_free(&all);
}

void replay(struct replay *result, const struct replay_role *role,
            const struct transcript *transcript, const struct variant *variant,
            const struct arena *arena)
{
    struct session session = {.role = role,
                              .transcript = transcript,
                              .variant = variant,
                              .arena = arena,
                              .result = result};

    memset(result, 0, sizeof *result);
    result->engine = role->engine;
    begin(&session);
    go_through(&session);
    if (!session_troubled(&session)) {
        check_end(&session);
    }
    role->free(&session);
    text_free(&session.shown);
    text_free(&session.body);
    text_free(&session.response);
    text_free(&session.message);
}

unsigned replay_ways(const struct replay_role *role)
{
    return role->ways;
}

void replay_vary(const struct replay_role *role, struct variant *variant, size_t number)
{
    role->vary(variant, number);
}

void arena_make(struct arena *arena, const struct replay_role *role,
                const struct transcript *transcript)
{
    for (size_t i = 0; i < 2; i++) {
        arena->block_length[i] = UNTOUCHED + role->prepare(arena, transcript, i);
        arena->block[i] = guard_alloc(arena->block_length[i]);
    }
    arena->input_length = transcript->input.length;
    arena->input = guard_alloc(arena->input_length);
}

void arena_free(struct arena *arena)
{
    guard_free(arena->input, arena->input_length);
    for (size_t i = 0; i < 2; i++) {
        guard_free(arena->block[i], arena->block_length[i]);
    }
}
