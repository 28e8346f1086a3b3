/* The host of a session under replay: it answers as the transcript says, and by default with yes. */

#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eventlog.h"

/* A call as a transcript writes it: a name, and what it is called with. */
struct call {
    const char *name;
    int (*make)(struct session *session, const char *words);
};

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

    if (sscanf(words, "%u%n", &code, &took) != 1)
        session_trouble(session, "a reply without a code", words);
    words += took;
    words += *words == ' ';
    saying->code = code;
    if (sscanf(words, "%u.%u.%u%n", &class, &subject, &detail, &took) == 3) {
        saying->enhanced = class * 1000000 + subject * 1000 + detail;
        words += took;
        words += *words == ' ';
    }
    if (!text_add_unescaped(&saying->text, words, strlen(words)))
        session_trouble(session, "a broken escape", words);
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
    text_clear(&session->challenge);
    if (!text_add_unescaped(&session->challenge, words, strlen(words)))
        session_trouble(session, "a broken escape", words);
    return sansmtp_server_challenge(session->server, session->challenge.data,
                                    session->challenge.length);
}

static int call_none(struct session *session, const char *words)
{
    (void)words;
    session->withheld = true;
    return 0;
}

/* "restart 6135 2": from this octet on, with so many recipients. */
static int call_restart(struct session *session, const char *words)
{
    char *end;
    uint64_t offset = strtoull(words, &end, 10);
    uint32_t recipients = (uint32_t)strtoul(end, NULL, 10);
    int result = sansmtp_server_restart(session->server, offset, recipients);

    if (result == 0)
        session->restarted = recipients;
    return result;
}

static int call_close(struct session *session, const char *words)
{
    (void)words;
    return sansmtp_server_close(session->server);
}

static int call_eof(struct session *session, const char *words)
{
    (void)words;
    return sansmtp_server_eof(session->server);
}

static int call_expired(struct session *session, const char *words)
{
    (void)words;
    return sansmtp_server_expired(session->server);
}

static int call_tls(struct session *session, const char *words)
{
    struct sansmtp_tls tls = {.size = sizeof tls};

    if (strcmp(words, "insufficient") == 0)
        tls.flags = SANSMTP_TLS_INSUFFICIENT;
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

    if (length == 0)
        return sansmtp_server_lend(session->server, NULL, 0);
    session->lent = realloc(session->lent, length);
    if (session->lent == NULL)
        abort();
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

static int call_nothing(struct session *session, const char *words)
{
    (void)session;
    (void)words;
    return 0;
}

/* "patience 300": so many seconds must be left to the peer. */
static int call_patience(struct session *session, const char *words)
{
    uint32_t serial = 0;
    char text[32];

    snprintf(text, sizeof text, "%u", (unsigned)sansmtp_server_patience(session->server, &serial));
    if (strcmp(text, words) != 0)
        session_trouble(session, "another patience than expected", text);
    return 0;
}

static int call_secret(struct session *session, const char *words)
{
    const char *text = sansmtp_server_secret(session->server) != 0 ? "yes" : "no";

    if (strcmp(text, words) != 0)
        session_trouble(session, "another secret than expected", text);
    return 0;
}

/* "forgotten AGEAYg==": neither the block nor lent memory may hold these octets. */
static int call_forgotten(struct session *session, const char *words)
{
    const struct arena *arena = session->arena;
    size_t which = session->variant->large ? 1 : 0, length = strlen(words);
    const char *block = (const char *)arena->block[which];

    for (size_t i = 0; i + length <= arena->block_length[which]; i++) {
        if (memcmp(block + i, words, length) == 0) {
            session_trouble(session, "memory still holds", words);
            break;
        }
    }
    return 0;
}

/* "left 12": so many octets of the peer, to the transcript's end, are not the engine's. */
static int call_left(struct session *session, const char *words)
{
    size_t left = session->transcript->input.length - (session->given - session->in.length);
    char text[32];

    snprintf(text, sizeof text, "%zu", left);
    if (strcmp(text, words) != 0)
        session_trouble(session, "other octets are left than expected", text);
    return 0;
}

static const struct call calls[] = {
    {"accept", call_accept},       {"decline", call_decline},
    {"reply", call_reply},         {"line", call_line},
    {"challenge", call_challenge}, {"none", call_none},
    {"close", call_close},         {"eof", call_eof},
    {"expired", call_expired},     {"tls", call_tls},
    {"allow", call_allow},         {"lend", call_lend},
    {"pause", call_pause},         {"resume", call_resume},
    {"wait", call_nothing},        {"begin", call_nothing},
    {"patience", call_patience},   {"secret", call_secret},
    {"forgotten", call_forgotten}, {"fail", call_fail},
    {"restart", call_restart},     {"left", call_left},
};

static const struct call *call_find(const char *words, size_t length)
{
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (strlen(calls[i].name) == length && memcmp(calls[i].name, words, length) == 0)
            return &calls[i];
    }
    return NULL;
}

/* Is the question answered by this call, and with yes? decline is a yes to some. */
static bool closes_question(const char *name)
{
    return strcmp(name, "accept") == 0 || strcmp(name, "decline") == 0 ||
           strcmp(name, "reply") == 0 || strcmp(name, "challenge") == 0 ||
           strcmp(name, "fail") == 0 || strcmp(name, "restart") == 0;
}

static bool says_yes(const char *name, const char *words, uint32_t type)
{
    if (strcmp(name, "reply") == 0)
        return *words == '2' || *words == '3';
    if (strcmp(name, "fail") == 0)
        return false;
    return strcmp(name, "accept") == 0 || strcmp(name, "restart") == 0 ||
           (type != SANSMTP_EVENT_RECIPIENT && type != SANSMTP_EVENT_END);
}

static void question_closed(struct session *session, const char *name, const char *words)
{
    uint32_t type = session->question->type;

    session->question = NULL;
    session->withheld = false;
    session->calls = 0;
    ledger_answer(&session->ledger, type, says_yes(name, words, type));
    if (strcmp(name, "restart") == 0)
        ledger_restart(&session->ledger, session->restarted);
}

static bool as_expected(struct session *session, const struct step *step, int result)
{
    const char *name = sansmtp_error_name(result);
    struct text expected = {0};
    bool same;

    text_print(&expected, "SANSMTP_%s%s", step->error.length == 0 ? "OK" : "ERR_",
               step->error.length == 0 ? "" : step->error.data);
    same = strcmp(expected.data, name) == 0;
    if (!same) {
        text_print(&expected, " expected, but %s gave %s", step->text.data, name);
        session_trouble(session, "a call gave another result", expected.data);
    }
    text_free(&expected);
    return same;
}

static void make_call(struct session *session, const struct step *step)
{
    const char *words = step->text.data;
    size_t length = strcspn(words, " ");
    const struct call *call = call_find(words, length);
    const char *rest = words + length + (words[length] == ' ');
    bool open = session->question != NULL;
    int result;

    if (call == NULL) {
        session_trouble(session, "no such call", words);
        return;
    }
    result = call->make(session, rest);
    if (as_expected(session, step, result) && result == 0 && open && closes_question(call->name))
        question_closed(session, call->name, rest);
}

/* A question without a line of its own: yes, or what the engine does where yes needs words. */
static void answer_by_default(struct session *session)
{
    uint32_t type = session->question->type;
    bool wordless = type != SANSMTP_EVENT_VERIFY && type != SANSMTP_EVENT_EXPAND &&
                    type != SANSMTP_EVENT_HELP && type != SANSMTP_EVENT_UNKNOWN;
    int result = wordless ? sansmtp_server_accept(session->server)
                          : sansmtp_server_decline(session->server);

    if (result != 0)
        session_trouble(session, "the default answer is refused", sansmtp_error_name(result));
    question_closed(session, wordless ? "accept" : "decline", "");
}

static bool speaks_of(const struct step *step, uint32_t type)
{
    const char *name = sansmtp_event_name(type);
    size_t length = strlen(name);

    return step->kind == STEP_EVENT && step->text.length >= length &&
           memcmp(step->text.data, name, length) == 0 && strchr(" ", step->text.data[length]);
}

/* The E: line of the open question, by its type and its place in the input. */
static size_t find_question(const struct session *session)
{
    const struct transcript *transcript = session->transcript;
    size_t taken = session->given - session->in.length, i;

    for (i = session->answers; i < transcript->count; i++) {
        if (transcript->steps[i].after == taken &&
            speaks_of(&transcript->steps[i], session->question->type))
            break;
    }
    return i;
}

static void make_calls(struct session *session, size_t at)
{
    const struct transcript *transcript = session->transcript;

    for (at++; at < transcript->count && transcript->steps[at].kind == STEP_ANSWER; at++)
        make_call(session, &transcript->steps[at]);
    session->answers = at;
}

void host_notice(struct session *session, uint32_t type)
{
    const struct transcript *transcript = session->transcript;

    for (size_t i = session->answers; i + 1 < transcript->count; i++) {
        if (speaks_of(&transcript->steps[i], type) &&
            transcript->steps[i + 1].kind == STEP_ANSWER) {
            make_calls(session, i);
            return;
        }
    }
}

void host_answer(struct session *session)
{
    size_t at = find_question(session);

    if (at < session->transcript->count)
        make_calls(session, at);
    if (session->question != NULL && !session->withheld)
        answer_by_default(session);
}

struct want {
    uint32_t bit;
    const char *name;
};

static void check_wants(struct session *session, const char *expected)
{
    static const struct want names[] = {
        {SANSMTP_READ, "READ"}, {SANSMTP_WRITE, "WRITE"}, {SANSMTP_REPLY, "REPLY"},
        {SANSMTP_TLS, "TLS"},   {SANSMTP_TURN, "TURN"},   {SANSMTP_CLOSE, "CLOSE"},
    };
    uint32_t wants = sansmtp_server_wants(session->server);
    int error = sansmtp_server_error(session->server);
    struct text found = {0};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((wants & names[i].bit) != 0)
            text_print(&found, "%s%s", found.length == 0 ? "" : " ", names[i].name);
    }
    if (error != 0)
        text_print(&found, " error=%s", sansmtp_error_name(error) + strlen("SANSMTP_ERR_"));
    if (found.length == 0 || strcmp(found.data, expected) != 0)
        session_trouble(session, "other wants than expected",
                        found.length == 0 ? "none" : found.data);
    text_free(&found);
}

void host_act(struct session *session, const struct step *step)
{
    if (step->kind == STEP_WANTS)
        check_wants(session, step->text.data);
    else
        make_call(session, step);
}
