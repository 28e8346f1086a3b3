/* The host of a session under replay: it answers as the transcript says, and by default with
 * yes. */

#include "server_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eventlog.h"

struct saying {
    uint32_t code;
    uint32_t enhanced;
    struct text text;
};

/* "550 5.1.1 no such user", the second and third may be absent. */
static void read_saying(struct session *session, struct saying *saying, const char *words)
{
    unsigned code = 0, class, subject, detail;
    int took = 0;

    if (sscanf(words, "%u%n", &code, &took) != 1) {
        session_trouble(session, "a reply without a code", words);
    }
    words += took;
    words += *words == ' ';
    saying->code = code;
    if (sscanf(words, "%u.%u.%u%n", &class, &subject, &detail, &took) == 3) {
        saying->enhanced = class * 1000000 + subject * 1000 + detail;
        words += took;
        words += *words == ' ';
    }
    if (!text_add_unescaped(&saying->text, words, strlen(words))) {
        session_trouble(session, "a broken escape", words);
    }
}

static int call_accept(struct session *session, const char *words)
{
    (void)words;
    return sansmtp_server_accept(session->server);
}

static int call_decline(struct session *session, const char *words)
{
    (void)words;
    return sansmtp_server_decline(session->server);
}

static int call_fail(struct session *session, const char *words)
{
    (void)words;
    return sansmtp_server_fail(session->server);
}

static int call_reply(struct session *session, const char *words)
{
    struct saying saying = {0};
    int result;

    read_saying(session, &saying, words);
    result = sansmtp_server_reply(session->server, saying.code, saying.enhanced, saying.text.data,
                                  saying.text.length);
    text_free(&saying.text);
    return result;
}

/* Where there is no room, the output drains, and the line is said again. */
static int call_line(struct session *session, const char *words)
{
    struct saying saying = {0};
    int result;

    read_saying(session, &saying, words);
    do {
        result = sansmtp_server_reply_line(session->server, saying.code, saying.enhanced,
                                           saying.text.data, saying.text.length);
    } while (result == SANSMTP_ERR_ROOM && session_drain(session));
    text_free(&saying.text);
    return result;
}

static int call_challenge(struct session *session, const char *words)
{
    text_clear(&session->response);
    if (!text_add_unescaped(&session->response, words, strlen(words))) {
        session_trouble(session, "a broken escape", words);
    }
    return sansmtp_server_challenge(session->server, session->response.data,
                                    session->response.length);
}

/* "restart 6135 2": from this octet on, with so many recipients. */
static int call_restart(struct session *session, const char *words)
{
    char *end;
    uint64_t offset = strtoull(words, &end, 10);
    uint32_t recipients = (uint32_t)strtoul(end, NULL, 10);
    int result = sansmtp_server_restart(session->server, offset, recipients);

    if (result == 0) {
        session->restarted = recipients;
    }
    return result;
}

static int call_close(struct session *session, const char *words)
{
    (void)words;
    return sansmtp_server_close(session->server);
}

static int call_tls(struct session *session, const char *words)
{
    struct sansmtp_tls tls = {.size = sizeof tls};

    if (strcmp(words, "insufficient") == 0) {
        tls.flags = SANSMTP_TLS_INSUFFICIENT;
    }
    return sansmtp_server_tls_started(session->server, &tls);
}

static int call_allow(struct session *session, const char *words)
{
    uint64_t extension = *words == '\0' ? 0 : transcript_extension(words + 1);

    return sansmtp_server_allow(session->server, extension, *words == '+');
}

static int call_lend(struct session *session, const char *words)
{
    size_t length = strtoul(words, NULL, 10);
    int result;

    if (length == 0) {
        return sansmtp_server_lend(session->server, NULL, 0);
    }
    session->lent = realloc(session->lent, length);
    if (session->lent == NULL) {
        abort();
    }
    memset(session->lent, 0xa5, length);
    result = sansmtp_server_lend(session->server, session->lent, length);
    return result;
}

static int call_pause(struct session *session, const char *words)
{
    (void)words;
    session->held = true;
    return sansmtp_server_pause(session->server);
}

static int call_resume(struct session *session, const char *words)
{
    (void)words;
    session->held = false;
    return sansmtp_server_resume(session->server);
}

static const struct session_call calls[] = {
    {"accept", call_accept},   {"decline", call_decline}, {"fail", call_fail},
    {"reply", call_reply},     {"line", call_line},       {"challenge", call_challenge},
    {"close", call_close},     {"tls", call_tls},         {"allow", call_allow},
    {"lend", call_lend},       {"pause", call_pause},     {"resume", call_resume},
    {"restart", call_restart},
};

/* Is the question answered by this call, and with yes? decline is a yes to some. */
static bool closes_question(const char *name)
{
    return strcmp(name, "accept") == 0 || strcmp(name, "decline") == 0 ||
           strcmp(name, "reply") == 0 || strcmp(name, "challenge") == 0 ||
           strcmp(name, "fail") == 0 || strcmp(name, "restart") == 0;
}

static bool says_yes(const char *name, const char *words, uint32_t type)
{
    if (strcmp(name, "reply") == 0) {
        return *words == '2' || *words == '3';
    }
    if (strcmp(name, "fail") == 0) {
        return false;
    }
    return strcmp(name, "accept") == 0 || strcmp(name, "restart") == 0 ||
           (type != SANSMTP_EVENT_RECIPIENT && type != SANSMTP_EVENT_END);
}

static void question_closed(struct session *session, const char *name, const char *words)
{
    uint32_t type = session->question->type;

    session_close_question(session);
    ledger_answer(&session->ledger, type, says_yes(name, words, type));
    if (strcmp(name, "restart") == 0) {
        ledger_restart(&session->ledger, session->restarted);
    }
}

static void make_call(struct session *session, const struct step *step)
{
    const char *words = step->text.data;
    size_t length = strcspn(words, " ");
    const struct session_call *call = session_find_call(calls, sizeof calls / sizeof calls[0],
                                                        words);
    const char *rest = words + length + (words[length] == ' ');
    bool open = session->question != NULL;
    int result;

    if (call == NULL) {
        session_trouble(session, "no such call", words);
        return;
    }
    result = call->make(session, rest);
    if (session_expected(session, step, result) && result == 0 && open &&
        closes_question(call->name)) {
        question_closed(session, call->name, rest);
    }
}

/* A question without a line of its own: yes, or what the engine does where yes needs words. */
static void answer_by_default(struct session *session)
{
    uint32_t type = session->question->type;
    bool wordless = type != SANSMTP_EVENT_VERIFY && type != SANSMTP_EVENT_EXPAND &&
                    type != SANSMTP_EVENT_HELP && type != SANSMTP_EVENT_UNKNOWN;
    int result = wordless ? sansmtp_server_accept(session->server)
                          : sansmtp_server_decline(session->server);

    if (result != 0) {
        session_trouble(session, "the default answer is refused", sansmtp_error_name(result));
    }
    question_closed(session, wordless ? "accept" : "decline", "");
}

/* The E: line of the open question, by its type and its place in the input. */
static size_t find_question(const struct session *session)
{
    const struct transcript *transcript = session->transcript;
    size_t taken = session->given - session->in.length, i;

    for (i = session->answers; i < transcript->count; i++) {
        if (transcript->steps[i].after == taken &&
            step_speaks_of(&transcript->steps[i], session->question->type)) {
            break;
        }
    }
    return i;
}

static void make_calls(struct session *session, size_t at)
{
    const struct transcript *transcript = session->transcript;

    for (at++; at < transcript->count && transcript->steps[at].kind == STEP_ANSWER; at++) {
        make_call(session, &transcript->steps[at]);
    }
    session->answers = at;
}

void server_host_notice(struct session *session, uint32_t type)
{
    const struct transcript *transcript = session->transcript;

    for (size_t i = session->answers; i + 1 < transcript->count; i++) {
        if (step_speaks_of(&transcript->steps[i], type) &&
            transcript->steps[i + 1].kind == STEP_ANSWER) {
            make_calls(session, i);
            return;
        }
    }
}

void server_host_answer(struct session *session)
{
    size_t at = find_question(session);

    if (at < session->transcript->count) {
        make_calls(session, at);
    }
    if (session->question != NULL && !session->withheld) {
        answer_by_default(session);
    }
}

void server_host_act(struct session *session, const struct step *step)
{
    make_call(session, step);
}
