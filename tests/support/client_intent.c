/* What the host of a session under replay does when the engine wants it. */

#include "client_replay.h"

#include <stdlib.h>
#include <string.h>

#include "eventlog.h"
#include "guard.h"

/* What is longer is not lent octet by octet, but in pieces of an odd length. */
enum { LONG_MESSAGE = 100, LONG_PIECE = 97 };

struct named {
    const char *name;
    uint32_t number;
};

static const struct named bodies[] = {{"7bit", SANSMTP_BODY_7BIT},
                                      {"8bitmime", SANSMTP_BODY_8BITMIME},
                                      {"binarymime", SANSMTP_BODY_BINARYMIME},
                                      {"other", 4},
                                      {NULL, 0}};
static const struct named returns[] = {
    {"full", SANSMTP_RET_FULL}, {"hdrs", SANSMTP_RET_HDRS}, {"other", 3}, {NULL, 0}};
static const struct named notifications[] = {{"NEVER", SANSMTP_NOTIFY_NEVER},
                                             {"SUCCESS", SANSMTP_NOTIFY_SUCCESS},
                                             {"FAILURE", SANSMTP_NOTIFY_FAILURE},
                                             {"DELAY", SANSMTP_NOTIFY_DELAY},
                                             {"OTHER", 16},
                                             {NULL, 0}};

static uint32_t number_of(const struct named *table, const char *name, size_t length)
{
    for (; table->name != NULL; table++) {
        if (strlen(table->name) == length && memcmp(table->name, name, length) == 0)
            return table->number;
    }
    abort();
}

static uint32_t set_of(const struct named *table, const char *list)
{
    uint32_t set = 0;

    while (*list != '\0') {
        size_t length = strcspn(list, ",");

        set |= number_of(table, list, length);
        list += length + (list[length] == ',');
    }
    return set;
}

/* The words of an intent, octets meant: strings[0] is the first. */
struct words {
    struct text strings[12];
    size_t count;
};

static void read_words(struct client_session *session, struct words *words, const char *from)
{
    memset(words, 0, sizeof *words);
    while (*from != '\0' && words->count < 12) {
        size_t length = strcspn(from, " ");
        struct text *string = &words->strings[words->count++];

        text_clear(string);
        if (!text_add_unescaped(string, from, length))
            client_trouble(session, "a broken escape", from);
        from += length + strspn(from + length, " ");
    }
}

static void free_words(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        text_free(&words->strings[i]);
}

/* The value of the word "name=value"; NULL: it is not there. */
static const char *value_of(const struct words *words, const char *name, size_t *length)
{
    size_t prefix = strlen(name);

    *length = 0;
    for (size_t i = 0; i < words->count; i++) {
        const struct text *word = &words->strings[i];

        if (word->length > prefix && word->data[prefix] == '=' &&
            memcmp(word->data, name, prefix) == 0) {
            *length = word->length - prefix - 1;
            return word->data + prefix + 1;
        }
    }
    return NULL;
}

static bool has_word(const struct words *words, const char *name)
{
    for (size_t i = 0; i < words->count; i++) {
        if (strcmp(words->strings[i].data, name) == 0)
            return true;
    }
    return false;
}

/* A mailbox as the engine gets it: "<>" is none, and nothing stands behind it. */
static uint8_t *mailbox_of(const struct words *words, size_t *length)
{
    const struct text *first = &words->strings[0];
    bool none = words->count == 0 || strcmp(first->data, "<>") == 0;

    *length = none ? 0 : first->length;
    return guard_copy(none ? "" : first->data, *length);
}

static int submit(struct client_session *session, const char *text)
{
    struct sansmtp_envelope envelope = {.size = sizeof envelope};
    struct words words;
    const char *number;
    uint8_t *sender;
    size_t length;
    int result;

    read_words(session, &words, text);
    sender = mailbox_of(&words, &envelope.sender_length);
    envelope.sender = (const char *)sender;
    envelope.envid = value_of(&words, "envid", &envelope.envid_length);
    envelope.auth = value_of(&words, "auth", &envelope.auth_length);
    if ((number = value_of(&words, "size", &length)) != NULL)
        envelope.message_size = strtoull(number, NULL, 10);
    if ((number = value_of(&words, "body", &length)) != NULL)
        envelope.body = number_of(bodies, number, length);
    if ((number = value_of(&words, "ret", &length)) != NULL)
        envelope.ret = number_of(returns, number, length);
    envelope.flags = (has_word(&words, "utf8") ? SANSMTP_ENVELOPE_UTF8 : 0) |
                     (has_word(&words, "all_or_none") ? SANSMTP_ENVELOPE_ALL_OR_NONE : 0);
    result = sansmtp_client_submit(session->client, &envelope);
    if (result == 0)
        client_ledger_submitted(&session->ledger);
    guard_free(sender, envelope.sender_length);
    free_words(&words);
    return result;
}

static int recipient(struct client_session *session, const char *text)
{
    struct sansmtp_recipient recipient = {.size = sizeof recipient};
    struct words words;
    const char *value;
    uint8_t *mailbox;
    size_t length;
    int result;

    read_words(session, &words, text);
    mailbox = mailbox_of(&words, &recipient.mailbox_length);
    recipient.mailbox = (const char *)mailbox;
    if ((value = value_of(&words, "notify", &length)) != NULL)
        recipient.notify = set_of(notifications, value);
    if ((value = value_of(&words, "orcpt", &length)) != NULL) {
        const char *end = memchr(value, ';', length);

        recipient.orcpt_type = value;
        recipient.orcpt_type_length = end == NULL ? length : (size_t)(end - value);
        recipient.orcpt = end == NULL ? NULL : end + 1;
        recipient.orcpt_length = end == NULL ? 0 : length - recipient.orcpt_type_length - 1;
    }
    result = sansmtp_client_recipient(session->client, &recipient);
    if (result == 0)
        client_ledger_recipient(&session->ledger);
    guard_free(mailbox, recipient.mailbox_length);
    free_words(&words);
    return result;
}

void client_host_reclaim(struct client_session *session)
{
    if (session->lent != NULL)
        guard_free(session->lent, session->lent_length);
    session->lent = NULL;
}

/* The octets that the intent speaks of; "body* 100 text": so many times. */
static void read_message(struct client_session *session, const char *text, bool many)
{
    char *end = NULL;
    unsigned long count = many ? strtoul(text, &end, 10) : 1;

    if (many)
        text = *end == ' ' ? end + 1 : end;
    text_clear(&session->message);
    while (count-- > 0) {
        if (!text_add_unescaped(&session->message, text, strlen(text)))
            client_trouble(session, "a broken escape", text);
    }
    session->message_at = 0;
    session->lending = true;
}

/* Lends the next octets: all, or one, where it makes no difference. */
static int lend(struct client_session *session, const char *text, bool many, bool last)
{
    bool whole = !session->variant->split || client_transcript_lends_whole(session->transcript);
    size_t piece, length;
    int result;

    if (!session->lending)
        read_message(session, text, many);
    piece = session->message.length > LONG_MESSAGE ? LONG_PIECE : 1;
    length = session->message.length - session->message_at;
    if (!whole && length > piece)
        length = piece;
    client_host_reclaim(session);
    session->lent = guard_copy(session->message.data + session->message_at, length);
    session->lent_length = length;
    result = sansmtp_client_body(session->client, session->lent, length,
                                 last && session->message_at + length == session->message.length);
    if (result == 0)
        session->message_at += length;
    if (result != 0 || session->message_at == session->message.length)
        session->lending = false;
    return result;
}

int client_intend(struct client_session *session, const char *words)
{
    size_t length = strcspn(words, " ");
    const char *rest = words + length + (words[length] == ' ');
    bool many = length > 0 && words[length - 1] == '*';

    length -= many;
    if (length == 6 && memcmp(words, "submit", 6) == 0)
        return submit(session, rest);
    if (length == 9 && memcmp(words, "recipient", 9) == 0)
        return recipient(session, rest);
    if (length == 3 && memcmp(words, "end", 3) == 0)
        return sansmtp_client_recipients_end(session->client);
    if (length == 4 && memcmp(words, "body", 4) == 0)
        return lend(session, rest, many, false);
    if (length == 4 && memcmp(words, "last", 4) == 0)
        return lend(session, rest, many, true);
    return sansmtp_client_quit(session->client);
}

static uint32_t want_of(const char *words)
{
    if (*words == 's' || *words == 'q')
        return SANSMTP_IDLE;
    return *words == 'r' || *words == 'e' ? SANSMTP_RECIPIENT : SANSMTP_BODY;
}

void client_host_pass_over(struct client_session *session, size_t until)
{
    for (; session->intents < until; session->intents++) {
        const struct client_step *step = &session->transcript->steps[session->intents];

        if (step->kind == CLIENT_STEP_INTENT && step->error.length > 0)
            client_trouble(session, "never came to be refused", step->text.data);
    }
}

/* The next intent for this want. What the engine no longer asks for is not done: the recipients
 * that are left when it wants the body, all that is left of a message when it is settled. */
static const struct client_step *next_intent(struct client_session *session, uint32_t wants)
{
    const struct client_transcript *transcript = session->transcript;
    size_t at;

    for (at = session->intents; at < session->limit; at++) {
        const struct client_step *step = &transcript->steps[at];

        if (step->kind != CLIENT_STEP_INTENT)
            continue;
        if ((wants & want_of(step->text.data)) != 0) {
            client_host_pass_over(session, at);
            return step;
        }
        if ((wants & SANSMTP_IDLE) == 0 &&
            ((wants & SANSMTP_BODY) == 0 || want_of(step->text.data) == SANSMTP_IDLE))
            return NULL;
    }
    return NULL;
}

bool client_host_serve(struct client_session *session, uint32_t wants)
{
    const struct client_step *step = next_intent(session, wants);
    uint32_t before = sansmtp_client_wants(session->client);
    int result;

    if (step == NULL)
        return false;
    result = client_intend(session, step->text.data);
    if (result != 0)
        client_demand(session, sansmtp_client_wants(session->client) == before,
                      "a call that is refused changes nothing");
    if (!session->lending) {
        client_host_expected(session, step, result);
        session->intents++;
    }
    session->served++;
    return true;
}
