#include "matrix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "eventlog.h"

/* One trial: a session is brought into a situation, a call is made, and the session goes on to its
 * end. */

static void look(struct sight *sight, const struct dialogue *dialogue)
{
    size_t length = 0;
    const void *octets = sansmtp_server_output(dialogue->server, &length);

    memset(sight, 0, sizeof(*sight));
    text_add(&sight->output, octets == NULL ? "" : octets, length);
    sight->wants = sansmtp_server_wants(dialogue->server);
    sight->patience = sansmtp_server_patience(dialogue->server, &sight->serial);
    sight->error = sansmtp_server_error(dialogue->server);
    sight->secret = sansmtp_server_secret(dialogue->server);
    if (dialogue->question != NULL) {
        event_print(&sight->question, dialogue->question);
    }
}

static bool sights_equal(const struct sight *left, const struct sight *right)
{
    return left->wants == right->wants && left->patience == right->patience &&
           left->serial == right->serial && left->error == right->error &&
           left->secret == right->secret && text_equal(&left->output, &right->output) &&
           text_equal(&left->question, &right->question);
}

void contract_void(struct dialogue *dialogue)
{
    if ((sansmtp_server_wants(dialogue->server) & SANSMTP_REPLY) != 0) {
        return;
    }
    dialogue->question = NULL;
    dialogue->lines = 0;
    dialogue->ledger.ending = false;
    dialogue->ledger.whole = false;
}

static void make(struct trial *trial)
{
    trial->made = true;
    trial->events = trial->dialogue.events.length;
    trial->output = trial->dialogue.output.length;
    look(&trial->before, &trial->dialogue);
    if (trial->call != NULL) {
        trial->result = trial->call->make(trial);
    }
    look(&trial->after, &trial->dialogue);
}

/* --- the calls made from within a callback */

struct stage {
    struct trial *trial;
    const struct situation *situation;
    jmp_buf out;
};

static bool its_cue(const struct stage *stage, const struct sansmtp_event *event)
{
    uint32_t cue = stage->situation->question;

    return !stage->trial->made && event->type == (cue == 0 ? SANSMTP_EVENT_BODY : cue);
}

static void on_event(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    struct stage *stage = user;

    dialogue_note(&stage->trial->dialogue, event);
    if (!its_cue(stage, event)) {
        if (event_is_question(event->type)) {
            assert_int_equal(dialogue_yes_to(server, event, dialogue_yes_code(event->type)), 0);
            dialogue_answered(&stage->trial->dialogue, true);
        }
        return;
    }
    dialogue_drain(&stage->trial->dialogue);
    if (stage->situation->where == JUMPED) {
        longjmp(stage->out, 1);
    }
    make(stage->trial);
}

static const struct sansmtp_server_callbacks everything = {
    .size = sizeof(everything),
    .connect = on_event,
    .hello = on_event,
    .mail = on_event,
    .recipient = on_event,
    .data = on_event,
    .chunk = on_event,
    .end = on_event,
    .verify = on_event,
    .expand = on_event,
    .help = on_event,
    .starttls = on_event,
    .auth = on_event,
    .response = on_event,
    .unknown = on_event,
    .body = on_event,
    .reset = on_event,
    .injection = on_event,
    .early_talker = on_event,
    .limit = on_event,
    .trace = on_event,
    .closing = on_event,
    .etrn = on_event,
    .atrn = on_event,
    .burl = on_event,
    .xclient = on_event,
    .xforward = on_event,
};

static void call_within(struct trial *trial, const struct situation *situation)
{
    struct stage stage = {.trial = trial, .situation = situation};

    if (situation->question == 0) {
        dialogue_say(&trial->dialogue, "xyz\r\n");
    }
    if (setjmp(stage.out) != 0) {
        make(trial);
    }
    for (unsigned round = 0; round < 4 && !trial->made; round++) {
        dialogue_drain(&trial->dialogue);
        assert_true(sansmtp_server_run(trial->dialogue.server, &trial->dialogue.in, &everything,
                                       &stage) > 0);
    }
    assert_true(trial->made);
}

/* --- to the end of the session */

static void leave_jump(struct dialogue *dialogue)
{
    assert_int_equal(sansmtp_server_eof(dialogue->server), 0);
    contract_void(dialogue);
}

static void start_tls(struct dialogue *dialogue)
{
    struct sansmtp_tls tls = {.size = sizeof(tls)};

    assert_int_equal(sansmtp_server_tls_started(dialogue->server, &tls), 0);
}

/* What the peer does once all is done that could be. */
static void go_on(struct dialogue *dialogue, const char *tail, unsigned round)
{
    if (sansmtp_server_wants(dialogue->server) == SANSMTP_TLS) {
        start_tls(dialogue);
    } else if (sansmtp_server_wants(dialogue->server) == SANSMTP_TURN) {
        assert_int_equal(sansmtp_server_close(dialogue->server), 0);
    } else if (round == 0) {
        dialogue_say(dialogue, tail);
    } else if (round == 1) {
        dialogue_say(dialogue,
                     "TURN\r\nNOOP\r\n"); /* 502: cannot pass for a line of what was before */
    } else if (round == 2) {
        dialogue_say(dialogue, "QUIT\r\n");
    } else {
        assert_int_equal(sansmtp_server_eof(dialogue->server), 0);
    }
}

static void finish(struct trial *trial, const struct situation *situation)
{
    struct dialogue *dialogue = &trial->dialogue;

    if (situation->where == JUMPED &&
        (trial->call == NULL || trial->call->effect != contract_begun_anew)) {
        leave_jump(dialogue);
    }
    sansmtp_server_resume(dialogue->server);
    for (unsigned round = 0; round < 8; round++) {
        dialogue_until(dialogue, 0);
        if (sansmtp_server_wants(dialogue->server) == SANSMTP_CLOSE) {
            break;
        }
        go_on(dialogue, situation->tail, round);
    }
    assert_int_equal(sansmtp_server_wants(dialogue->server), SANSMTP_CLOSE);
    trial->final_error = sansmtp_server_error(dialogue->server);
}

static void try_out(struct trial *trial, const struct situation *situation, const struct call *call)
{
    memset(trial, 0, sizeof(*trial));
    trial->call = call;
    contract_arrive(&trial->dialogue, situation);
    if (situation->where == OUTSIDE) {
        make(trial);
    } else {
        call_within(trial, situation);
    }
    finish(trial, situation);
}

static void clean(struct trial *trial)
{
    struct sight *sights[] = {&trial->before, &trial->after};

    for (size_t i = 0; i < 2; i++) {
        text_free(&sights[i]->output);
        text_free(&sights[i]->question);
    }
    dialogue_close(&trial->dialogue);
}

/* --- what must hold */

/* A reply was half out when the session ended. */
static bool breaks_off(const struct situation *situation, const struct call *call)
{
    if (call->effect == contract_begun_anew) {
        return (situation->traits & (LINES_YES | LINES_NO | UNSAID)) != 0;
    }
    return call->effect == contract_expired && (situation->traits & (OVER | UNSAID)) != 0;
}

static const char *broken_promise(const struct trial *trial, const struct trial *twin,
                                  const struct situation *situation, const struct call *call)
{
    const struct dialogue *dialogue = &trial->dialogue;
    bool same = call->expected(situation) < 0 || (call->same != NULL && call->same(situation));

    if (trial->before.wants != situation->wants) {
        return "it wants something else there";
    }
    if (same && !sights_equal(&trial->before, &trial->after)) {
        return "it changed what can be seen";
    }
    if (same && (!text_equal(&dialogue->output, &twin->dialogue.output) ||
                 !text_equal(&dialogue->events, &twin->dialogue.events) ||
                 trial->final_error != twin->final_error)) {
        return "the session went on another way";
    }
    if (dialogue->ledger.broken != NULL) {
        return dialogue->ledger.broken;
    }
    if (breaks_off(situation, call)) {
        return NULL;
    }
    return replies_check(dialogue->output.data, dialogue->output.length, dialogue->options.reply,
                         false);
}

static bool did_something(const struct situation *situation, const struct call *call)
{
    return call->expected(situation) >= 0 && (call->same == NULL || !call->same(situation));
}

static void check_cell(const struct situation *situation, const struct call *call,
                       const struct trial *twin)
{
    int expected = call->expected(situation);
    struct trial trial;
    const char *broken;

    try_out(&trial, situation, call);
    if (trial.result != expected) {
        fail_msg("%s: it returns %d, and should %d", call->name, trial.result, expected);
    }
    broken = broken_promise(&trial, twin, situation, call);
    if (broken != NULL) {
        print_error("with it:\n%s%s", trial.dialogue.events.data, trial.dialogue.output.data);
        fail_msg("%s: %s", call->name, broken);
    }
    if (did_something(situation, call)) {
        call->effect(situation, &trial);
    }
    clean(&trial);
}

void contract_matrix(void **state)
{
    const struct situation *situation = *state;
    struct trial twin;

    try_out(&twin, situation, NULL);
    for (size_t i = 0; i < contract_call_count; i++) {
        check_cell(situation, &contract_calls[i], &twin);
    }
    /* An engine cannot tell a callback that was left from one that still runs: an answer is not
     * refused there. But nothing more is asked, and eof() makes an end of it: see door.c. */
    for (size_t i = 0; i < contract_answer_count && situation->where != JUMPED; i++) {
        check_cell(situation, &contract_answers[i], &twin);
    }
    clean(&twin);
}
