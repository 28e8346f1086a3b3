/* The host of a client under replay: what it does at the barriers, and its answers. */

#include "client_replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A call as a transcript writes it: a name, and what it is called with. */
struct call {
    const char *name;
    int (*make)(struct client_session *session, const char *words);
};

static int call_respond(struct client_session *session, const char *words)
{
    text_clear(&session->response);
    if (!text_add_unescaped(&session->response, words, strlen(words)))
        client_trouble(session, "a broken escape", words);
    return sansmtp_client_respond(session->client, session->response.data,
                                  session->response.length);
}

/* "respond* 4000": so many octets. */
static int call_respond_long(struct client_session *session, const char *words)
{
    unsigned long count = strtoul(words, NULL, 10);

    text_clear(&session->response);
    while (count-- > 0)
        text_add(&session->response, "a", 1);
    return sansmtp_client_respond(session->client, session->response.data,
                                  session->response.length);
}

static int call_cancel(struct client_session *session, const char *words)
{
    (void)words;
    return sansmtp_client_cancel(session->client);
}

static int call_none(struct client_session *session, const char *words)
{
    (void)words;
    session->withheld = true;
    return 0;
}

static int call_abort(struct client_session *session, const char *words)
{
    (void)words;
    return sansmtp_client_abort(session->client);
}

static int call_eof(struct client_session *session, const char *words)
{
    (void)words;
    return sansmtp_client_eof(session->client);
}

static int call_expired(struct client_session *session, const char *words)
{
    (void)words;
    return sansmtp_client_expired(session->client);
}

static int call_tls(struct client_session *session, const char *words)
{
    struct sansmtp_tls tls = {.size = sizeof tls};

    if (strcmp(words, "failed") == 0) {
        return sansmtp_client_tls_failed(session->client);
    }
    if (strcmp(words, "verified") == 0)
        tls.flags = SANSMTP_TLS_VERIFIED;
    return sansmtp_client_tls_started(session->client, &tls);
}

static int call_nothing(struct client_session *session, const char *words)
{
    (void)session;
    (void)words;
    return 0;
}

/* "stall 7": the transport takes 7 octets more, and then no more until "go". */
static int call_stall(struct client_session *session, const char *words)
{
    session->stalled = true;
    session->allowance = strtoul(words, NULL, 10);
    return 0;
}

static int call_go(struct client_session *session, const char *words)
{
    (void)words;
    session->stalled = false;
    return 0;
}

static int call_patience(struct client_session *session, const char *words)
{
    uint32_t serial = 0;
    char text[32];

    snprintf(text, sizeof text, "%u", (unsigned)sansmtp_client_patience(session->client, &serial));
    if (strcmp(text, words) != 0)
        client_trouble(session, "another patience than expected", text);
    return 0;
}

static int call_secret(struct client_session *session, const char *words)
{
    const char *text = sansmtp_client_secret(session->client) != 0 ? "yes" : "no";

    if (strcmp(text, words) != 0)
        client_trouble(session, "another secret than expected", text);
    return 0;
}

/* "forgotten AGEAYg==": the block does not hold these octets. */
static int call_forgotten(struct client_session *session, const char *words)
{
    size_t which = session->variant->large ? 1 : 0, length = strlen(words);
    const char *block = (const char *)session->arena->block[which];

    for (size_t i = 0; i + length <= session->arena->block_length[which]; i++) {
        if (memcmp(block + i, words, length) == 0) {
            client_trouble(session, "memory still holds", words);
            break;
        }
    }
    return 0;
}

/* "left 12": so many octets of the peer, to the transcript's end, are not the engine's. */
static int call_left(struct client_session *session, const char *words)
{
    size_t left = session->transcript->input.length - (session->given - session->in.length);
    char text[32];

    snprintf(text, sizeof text, "%zu", left);
    if (strcmp(text, words) != 0) {
        client_trouble(session, "other octets are left than expected", text);
    }
    return 0;
}

static const struct call calls[] = {
    {"respond", call_respond}, {"respond*", call_respond_long},
    {"cancel", call_cancel},   {"none", call_none},
    {"abort", call_abort},     {"eof", call_eof},
    {"expired", call_expired}, {"tls", call_tls},
    {"wait", call_nothing},    {"stall", call_stall},
    {"go", call_go},           {"patience", call_patience},
    {"secret", call_secret},   {"forgotten", call_forgotten},
    {"left", call_left},       {"assume", client_assume},
    {"capabilities", client_check_capabilities},
};

static const struct call *call_find(const char *words, size_t length)
{
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (strlen(calls[i].name) == length && memcmp(calls[i].name, words, length) == 0)
            return &calls[i];
    }
    return NULL;
}

bool client_host_expected(struct client_session *session, const struct client_step *step,
                          int result)
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
        client_trouble(session, "a call gave another result", expected.data);
    }
    text_free(&expected);
    return same;
}

static bool closes_question(const struct call *call)
{
    return call->make == call_respond || call->make == call_respond_long ||
           call->make == call_cancel;
}

static void make_call(struct client_session *session, const struct client_step *step)
{
    const char *words = step->text.data;
    size_t length = strcspn(words, " ");
    const struct call *call = call_find(words, length);
    int result = call == NULL ? client_intend(session, words)
                              : call->make(session, words + length + (words[length] == ' '));

    session->lending = call == NULL ? false : session->lending;
    if (!client_host_expected(session, step, result) || result != 0 || call == NULL)
        return;
    /* What ends the session takes an open question with it. */
    if (closes_question(call) || call->make == call_abort || call->make == call_eof) {
        session->question = NULL;
        session->withheld = false;
    }
}

static bool speaks_of(const struct client_step *step, uint32_t type)
{
    const char *name = sansmtp_event_name(type);
    size_t length = strlen(name);

    return step->kind == CLIENT_STEP_EVENT && step->text.length >= length &&
           memcmp(step->text.data, name, length) == 0 && strchr(" ", step->text.data[length]);
}

void client_host_answer(struct client_session *session)
{
    const struct client_transcript *transcript = session->transcript;
    size_t at = session->answers;

    while (at < session->limit && !speaks_of(&transcript->steps[at], SANSMTP_EVENT_CHALLENGE))
        at++;
    for (at++; at < session->limit && transcript->steps[at].kind == CLIENT_STEP_ANSWER; at++)
        make_call(session, &transcript->steps[at]);
    session->answers = at;
    if (session->question != NULL && !session->withheld)
        client_trouble(session, "no answer to the challenge", session->shown.data);
}

struct want {
    uint32_t bit;
    const char *name;
};

static void check_wants(struct client_session *session, const char *expected)
{
    static const struct want names[] = {
        {SANSMTP_READ, "READ"}, {SANSMTP_WRITE, "WRITE"},         {SANSMTP_REPLY, "REPLY"},
        {SANSMTP_TLS, "TLS"},   {SANSMTP_CLOSE, "CLOSE"},         {SANSMTP_IDLE, "IDLE"},
        {SANSMTP_BODY, "BODY"}, {SANSMTP_RECIPIENT, "RECIPIENT"}, {SANSMTP_TURN, "TURN"},
    };
    uint32_t wants = sansmtp_client_wants(session->client);
    int error = sansmtp_client_error(session->client);
    struct text found = {0};

    text_clear(&found);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((wants & names[i].bit) != 0)
            text_print(&found, "%s%s", found.length == 0 ? "" : " ", names[i].name);
    }
    if (error != 0)
        text_print(&found, " error=%s", sansmtp_error_name(error) + strlen("SANSMTP_ERR_"));
    if (strcmp(found.data, expected) != 0)
        client_trouble(session, "other wants than expected", found.data);
    text_free(&found);
}

void client_host_act(struct client_session *session, const struct client_step *step)
{
    if (step->kind == CLIENT_STEP_WANTS)
        check_wants(session, step->text.data);
    else if (step->kind == CLIENT_STEP_ACT)
        make_call(session, step);
}
