/* What a transcript can have the host do in both roles. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

static int call_none(struct session *session, const char *words)
{
    (void)words;
    session->withheld = true;
    return 0;
}

static int call_nothing(struct session *session, const char *words)
{
    (void)session;
    (void)words;
    return 0;
}

static int call_eof(struct session *session, const char *words)
{
    (void)words;
    return session->role->eof(session);
}

static int call_expired(struct session *session, const char *words)
{
    (void)words;
    return session->role->expired(session);
}

static void check_number(struct session *session, uint64_t found, const char *words,
                         const char *what)
{
    struct text text = {0};

    text_print(&text, "%" PRIu64, found);
    if (strcmp(text.data, words) != 0) {
        session_trouble(session, what, text.data);
    }
    text_free(&text);
}

/* "patience 300": so many seconds must be left to the peer. */
static int call_patience(struct session *session, const char *words)
{
    check_number(session, session->role->patience(session), words,
                 "another patience than expected");
    return 0;
}

/* "left 12": so many octets of the peer, to the transcript's end, are not the engine's. */
static int call_left(struct session *session, const char *words)
{
    size_t taken = session->given - session->in.length;

    check_number(session, session->transcript->input.length - taken, words,
                 "other octets are left than expected");
    return 0;
}

static int call_secret(struct session *session, const char *words)
{
    const char *text = session->role->secret(session) != 0 ? "yes" : "no";

    if (strcmp(text, words) != 0) {
        session_trouble(session, "another secret than expected", text);
    }
    return 0;
}

/* "forgotten AGEAYg==": the block does not hold these octets. */
static int call_forgotten(struct session *session, const char *words)
{
    size_t which = session->variant->large ? 1 : 0, length = strlen(words);
    const char *block = (const char *)session->arena->block[which];

    for (size_t i = 0; i + length <= session->arena->block_length[which]; i++) {
        if (memcmp(block + i, words, length) == 0) {
            session_trouble(session, "memory still holds", words);
            break;
        }
    }
    return 0;
}

static const struct session_call common[] = {
    {"none", call_none},     {"wait", call_nothing},        {"begin", call_nothing},
    {"eof", call_eof},       {"expired", call_expired},     {"patience", call_patience},
    {"secret", call_secret}, {"forgotten", call_forgotten}, {"left", call_left},
};

static const struct session_call *find(const struct session_call *calls, size_t count,
                                       const char *words)
{
    size_t length = strcspn(words, " ");

    for (size_t i = 0; i < count; i++) {
        if (strlen(calls[i].name) == length && memcmp(calls[i].name, words, length) == 0) {
            return &calls[i];
        }
    }
    return NULL;
}

const struct session_call *session_find_call(const struct session_call *calls, size_t count,
                                             const char *words)
{
    const struct session_call *call = find(calls, count, words);

    return call != NULL ? call : find(common, sizeof common / sizeof common[0], words);
}

struct want {
    uint32_t bit;
    const char *name;
};

void session_check_wants(struct session *session, const char *expected)
{
    static const struct want names[] = {
        {SANSMTP_READ, "READ"}, {SANSMTP_WRITE, "WRITE"},         {SANSMTP_REPLY, "REPLY"},
        {SANSMTP_TLS, "TLS"},   {SANSMTP_CLOSE, "CLOSE"},         {SANSMTP_IDLE, "IDLE"},
        {SANSMTP_BODY, "BODY"}, {SANSMTP_RECIPIENT, "RECIPIENT"}, {SANSMTP_TURN, "TURN"},
    };
    uint32_t wants = session->role->wants(session);
    int error = session->role->error(session);
    struct text found = {0};

    text_clear(&found);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((wants & names[i].bit) != 0) {
            text_print(&found, "%s%s", found.length == 0 ? "" : " ", names[i].name);
        }
    }
    if (error != 0) {
        text_print(&found, " error=%s", sansmtp_error_name(error) + strlen("SANSMTP_ERR_"));
    }
    if (strcmp(found.data, expected) != 0) {
        session_trouble(session, "other wants than expected", found.data);
    }
    text_free(&found);
}
