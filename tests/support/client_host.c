/* The host of a client under replay: what it does at the barriers, and its answers. */

#include "client_host.h"

#include <stdlib.h>
#include <string.h>

static int call_respond(struct session *session, const char *words)
{
    text_clear(&session->response);
    if (!text_add_unescaped(&session->response, words, strlen(words))) {
        session_trouble(session, "a broken escape", words);
    }
    return sansmtp_client_respond(session->client, session->response.data,
                                  session->response.length);
}

/* "respond* 4000": so many octets. */
static int call_respond_long(struct session *session, const char *words)
{
    unsigned long count = strtoul(words, NULL, 10);

    text_clear(&session->response);
    while (count-- > 0) {
        text_add(&session->response, "a", 1);
    }
    return sansmtp_client_respond(session->client, session->response.data,
                                  session->response.length);
}

static int call_cancel(struct session *session, const char *words)
{
    (void)words;
    return sansmtp_client_cancel(session->client);
}

static int call_abort(struct session *session, const char *words)
{
    (void)words;
    return sansmtp_client_abort(session->client);
}

static int call_tls(struct session *session, const char *words)
{
    struct sansmtp_tls tls = {.size = sizeof tls};

    if (strcmp(words, "failed") == 0) {
        return sansmtp_client_tls_failed(session->client);
    }
    if (strcmp(words, "verified") == 0) {
        tls.flags = SANSMTP_TLS_VERIFIED;
    }
    return sansmtp_client_tls_started(session->client, &tls);
}

/* "stall 7": the transport takes 7 octets more, and then no more until "go". */
static int call_stall(struct session *session, const char *words)
{
    session->stalled = true;
    session->allowance = strtoul(words, NULL, 10);
    return 0;
}

static int call_go(struct session *session, const char *words)
{
    (void)words;
    session->stalled = false;
    return 0;
}

static const struct session_call calls[] = {
    {"respond", call_respond},
    {"respond*", call_respond_long},
    {"cancel", call_cancel},
    {"abort", call_abort},
    {"tls", call_tls},
    {"stall", call_stall},
    {"go", call_go},
    {"assume", client_assume},
    {"capabilities", client_check_capabilities},
};

/* What ends the session takes an open question with it. */
static bool closes_question(const struct session_call *call)
{
    return call->make == call_respond || call->make == call_respond_long ||
           call->make == call_cancel || call->make == call_abort || strcmp(call->name, "eof") == 0;
}

static void make_call(struct session *session, const struct step *step)
{
    const char *words = step->text.data;
    size_t length = strcspn(words, " ");
    const struct session_call *call = session_find_call(calls, sizeof calls / sizeof calls[0],
                                                        words);
    int result = call == NULL ? client_intend(session, words)
                              : call->make(session, words + length + (words[length] == ' '));

    session->lending = call == NULL ? false : session->lending;
    if (!session_expected(session, step, result) || result != 0 || call == NULL) {
        return;
    }
    if (closes_question(call)) {
        session_close_question(session);
    }
}

void client_host_answer(struct session *session)
{
    const struct transcript *transcript = session->transcript;
    size_t at = session->answers;

    while (at < session->limit &&
           !step_speaks_of(&transcript->steps[at], SANSMTP_EVENT_CHALLENGE)) {
        at++;
    }
    for (at++; at < session->limit && transcript->steps[at].kind == STEP_ANSWER; at++) {
        make_call(session, &transcript->steps[at]);
    }
    session->answers = at;
    if (session->question != NULL && !session->withheld) {
        session_trouble(session, "no answer to the challenge", session->shown.data);
    }
}

void client_host_act(struct session *session, const struct step *step)
{
    make_call(session, step);
}
