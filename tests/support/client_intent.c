/* What the host of a session under replay does when the engine wants it. */

#include "client_host.h"

#include <stdlib.h>
#include <string.h>

#include "eventlog.h"
#include "guard.h"

/* What is longer is not lent octet by octet, but in pieces of an odd length. */
enum { LONG_MESSAGE = 100, LONG_PIECE = 97 };

void client_host_reclaim(struct session *session)
{
    if (session->lent != NULL) {
        guard_free(session->lent, session->lent_length);
    }
    session->lent = NULL;
}

/* The octets that the intent speaks of; "body* 100 text": so many times. */
static void read_message(struct session *session, const char *text, bool many)
{
    char *end = NULL;
    unsigned long count = many ? strtoul(text, &end, 10) : 1;

    if (many) {
        text = *end == ' ' ? end + 1 : end;
    }
    text_clear(&session->message);
    while (count-- > 0) {
        if (!text_add_unescaped(&session->message, text, strlen(text))) {
            session_trouble(session, "a broken escape", text);
        }
    }
    session->message_at = 0;
    session->lending = true;
}

/* Lends the next octets: all, or one, where it makes no difference. */
static int lend(struct session *session, const char *text, bool many, bool last)
{
    bool whole = !session->variant->split || transcript_lends_whole(session->transcript);
    size_t piece, length;
    int result;

    if (!session->lending) {
        read_message(session, text, many);
    }
    piece = session->message.length > LONG_MESSAGE ? LONG_PIECE : 1;
    length = session->message.length - session->message_at;
    if (!whole && length > piece) {
        length = piece;
    }
    client_host_reclaim(session);
    session->lent = guard_copy(session->message.data + session->message_at, length);
    session->lent_length = length;
    result = sansmtp_client_body(session->client, session->lent, length,
                                 last && session->message_at + length == session->message.length);
    if (result == 0) {
        session->message_at += length;
    }
    if (result != 0 || session->message_at == session->message.length) {
        session->lending = false;
    }
    return result;
}

/* Octets as they are meant, in front of a guard page. */
static int with_octets(struct session *session, const char *text, size_t length,
                       int (*call)(struct sansmtp_client *, const char *, size_t))
{
    struct text octets = {0};
    uint8_t *copy;
    int result;

    text_clear(&octets);
    if (!text_add_unescaped(&octets, text, length)) {
        session_trouble(session, "a broken escape", text);
    }
    copy = guard_copy(octets.data, octets.length);
    result = call(session->client, (const char *)copy, octets.length);
    guard_free(copy, octets.length);
    text_free(&octets);
    return result;
}

static int command(struct session *session, const char *text)
{
    return with_octets(session, text, strlen(text), sansmtp_client_command);
}

static int burl_more(struct sansmtp_client *client, const char *url, size_t length)
{
    return sansmtp_client_burl(client, url, length, 0);
}

static int burl_last(struct sansmtp_client *client, const char *url, size_t length)
{
    return sansmtp_client_burl(client, url, length, 1);
}

/* "burl URL [last]" */
static int burl(struct session *session, const char *text)
{
    size_t length = strcspn(text, " ");

    return with_octets(session, text, length,
                       strcmp(text + length, " last") == 0 ? burl_last : burl_more);
}

int client_intend(struct session *session, const char *words)
{
    size_t length = strcspn(words, " ");
    const char *rest = words + length + (words[length] == ' ');
    bool many = length > 0 && words[length - 1] == '*';

    length -= many;
    if (length == 6 && memcmp(words, "submit", 6) == 0) {
        return client_submit(session, rest);
    }
    if (length == 9 && memcmp(words, "recipient", 9) == 0) {
        return client_recipient(session, rest);
    }
    if (length == 7 && memcmp(words, "command", 7) == 0) {
        return command(session, rest);
    }
    if (length == 4 && memcmp(words, "burl", 4) == 0) {
        return burl(session, rest);
    }
    if (length == 3 && memcmp(words, "end", 3) == 0) {
        return sansmtp_client_recipients_end(session->client);
    }
    if (length == 8 && memcmp(words, "withdraw", 8) == 0) {
        return sansmtp_client_withdraw(session->client);
    }
    if (length == 4 && memcmp(words, "body", 4) == 0) {
        return lend(session, rest, many, false);
    }
    if (length == 4 && memcmp(words, "last", 4) == 0) {
        return lend(session, rest, many, true);
    }
    return sansmtp_client_quit(session->client);
}

static uint32_t want_of(const char *words)
{
    if (*words == 's' || *words == 'q' || *words == 'c') {
        return SANSMTP_IDLE;
    }
    return *words == 'r' || *words == 'e' ? SANSMTP_RECIPIENT : SANSMTP_BODY;
}

void client_host_pass_over(struct session *session, size_t until)
{
    for (; session->intents < until; session->intents++) {
        const struct step *step = &session->transcript->steps[session->intents];

        if (step->kind == STEP_INTENT && step->error.length > 0) {
            session_trouble(session, "never came to be refused", step->text.data);
        }
    }
}

/* The next intent for this want. What the engine no longer asks for is not done: the recipients
 * that are left when it wants the body, all that is left of a message when it is settled. */
static const struct step *next_intent(struct session *session, uint32_t wants)
{
    const struct transcript *transcript = session->transcript;
    size_t at;

    for (at = session->intents; at < session->limit; at++) {
        const struct step *step = &transcript->steps[at];

        if (step->kind != STEP_INTENT) {
            continue;
        }
        if ((wants & want_of(step->text.data)) != 0) {
            client_host_pass_over(session, at);
            return step;
        }
        if ((wants & SANSMTP_IDLE) == 0 &&
            ((wants & SANSMTP_BODY) == 0 || want_of(step->text.data) == SANSMTP_IDLE)) {
            return NULL;
        }
    }
    return NULL;
}

bool client_host_serve(struct session *session, uint32_t wants)
{
    const struct step *step = next_intent(session, wants);
    uint32_t before = sansmtp_client_wants(session->client);
    int result;

    if (step == NULL) {
        return false;
    }
    result = client_intend(session, step->text.data);
    if (result != 0) {
        session_demand(session, sansmtp_client_wants(session->client) == before,
                       "a call that is refused changes nothing");
    }
    if (!session->lending) {
        session_expected(session, step, result);
        session->intents++;
    }
    session->served++;
    return true;
}
