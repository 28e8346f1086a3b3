/* The envelope and the recipients that a transcript writes as words. */

#include "client_host.h"

#include <stdlib.h>
#include <string.h>

#include "guard.h"

enum { OWN = 4 };

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
static const struct named flags[] = {{"utf8", SANSMTP_ENVELOPE_UTF8},
                                     {"all_or_none", SANSMTP_ENVELOPE_ALL_OR_NONE},
                                     {"requiretls", SANSMTP_ENVELOPE_REQUIRETLS},
                                     {"conperm", SANSMTP_ENVELOPE_CONPERM},
                                     {"prdr", SANSMTP_ENVELOPE_PRDR},
                                     {"no_priority", SANSMTP_ENVELOPE_NO_PRIORITY},
                                     {"urls", SANSMTP_ENVELOPE_URLS},
                                     {NULL, 0}};
/* "by=60;RT", and what is none of RFC 2852's modes. */
static const struct named modes[] = {{"R", SANSMTP_BY_RETURN},
                                     {"N", SANSMTP_BY_NOTIFY},
                                     {"RT", SANSMTP_BY_RETURN | SANSMTP_BY_TRACE},
                                     {"NT", SANSMTP_BY_NOTIFY | SANSMTP_BY_TRACE},
                                     {"T", SANSMTP_BY_TRACE},
                                     {"RN", SANSMTP_BY_RETURN | SANSMTP_BY_NOTIFY},
                                     {NULL, 0}};
static const struct named notifications[] = {{"NEVER", SANSMTP_NOTIFY_NEVER},
                                             {"SUCCESS", SANSMTP_NOTIFY_SUCCESS},
                                             {"FAILURE", SANSMTP_NOTIFY_FAILURE},
                                             {"DELAY", SANSMTP_NOTIFY_DELAY},
                                             {"OTHER", 16},
                                             {NULL, 0}};

static uint32_t number_of(const struct named *table, const char *name, size_t length)
{
    for (; table->name != NULL; table++) {
        if (strlen(table->name) == length && memcmp(table->name, name, length) == 0) {
            return table->number;
        }
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
    struct text strings[24];
    size_t count;
};

static void read_words(struct session *session, struct words *words, const char *from)
{
    memset(words, 0, sizeof *words);
    while (*from != '\0' && words->count < 24) {
        size_t length = strcspn(from, " ");
        struct text *string = &words->strings[words->count++];

        text_clear(string);
        if (!text_add_unescaped(string, from, length)) {
            session_trouble(session, "a broken escape", from);
        }
        from += length + strspn(from + length, " ");
    }
}

static void free_words(struct words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        text_free(&words->strings[i]);
    }
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
        if (strcmp(words->strings[i].data, name) == 0) {
            return true;
        }
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

static void read_flags(const struct words *words, struct sansmtp_envelope *envelope)
{
    for (const struct named *flag = flags; flag->name != NULL; flag++) {
        envelope->flags |= has_word(words, flag->name) ? flag->number : 0;
    }
}

static uint64_t read_number(const struct words *words, const char *name)
{
    size_t length;
    const char *value = value_of(words, name, &length);

    return value == NULL ? 0 : strtoull(value, NULL, 10);
}

static int32_t read_signed(const struct words *words, const char *name)
{
    size_t length;
    const char *value = value_of(words, name, &length);

    return value == NULL ? 0 : (int32_t)strtol(value, NULL, 10);
}

static void read_content(const struct words *words, struct sansmtp_envelope *envelope)
{
    const char *value;
    size_t length;

    envelope->message_size = read_number(words, "size");
    if ((value = value_of(words, "body", &length)) != NULL) {
        envelope->body = number_of(bodies, value, length);
    }
    if ((value = value_of(words, "ret", &length)) != NULL) {
        envelope->ret = number_of(returns, value, length);
    }
}

static void read_delivery(const struct words *words, struct sansmtp_envelope *envelope)
{
    const char *by;
    size_t length;

    envelope->transid = value_of(words, "transid", &envelope->transid_length);
    envelope->solicit = value_of(words, "solicit", &envelope->solicit_length);
    envelope->mtrk = value_of(words, "mtrk", &envelope->mtrk_length);
    envelope->hold_for = (uint32_t)read_number(words, "holdfor");
    envelope->hold_until = read_number(words, "holduntil");
    envelope->priority = read_signed(words, "priority");
    envelope->deliver_by = read_signed(words, "by");
    if ((by = value_of(words, "by", &length)) != NULL) {
        const char *mode = strchr(by, ';') + 1;

        envelope->deliver_by_mode = number_of(modes, mode, strlen(mode));
    }
}

/* "own48=value", "own49=": the host's own, by their numbers. */
static uint32_t read_own(const struct words *words, struct sansmtp_own_value own[OWN])
{
    uint32_t count = 0;

    memset(own, 0, OWN * sizeof *own);
    for (size_t i = 0; i < words->count && count < OWN; i++) {
        const struct text *word = &words->strings[i];
        const char *equals = strchr(word->data, '=');

        if (strncmp(word->data, "own", 3) == 0 && equals != NULL) {
            own[count].number = (uint32_t)strtoul(word->data + 3, NULL, 10);
            own[count].value = equals + 1;
            own[count++].value_length = word->length - (size_t)(equals + 1 - word->data);
        }
    }
    return count;
}

int client_submit(struct session *session, const char *text)
{
    struct sansmtp_envelope envelope = {.size = sizeof envelope};
    struct sansmtp_own_value own[OWN];
    struct words words;
    uint8_t *sender;
    int result;

    read_words(session, &words, text);
    sender = mailbox_of(&words, &envelope.sender_length);
    envelope.sender = (const char *)sender;
    envelope.envid = value_of(&words, "envid", &envelope.envid_length);
    envelope.auth = value_of(&words, "auth", &envelope.auth_length);
    read_flags(&words, &envelope);
    read_content(&words, &envelope);
    read_delivery(&words, &envelope);
    envelope.own_count = read_own(&words, own);
    envelope.own = own;
    result = sansmtp_client_submit(session->client, &envelope);
    if (result == 0) {
        client_ledger_submitted(&session->client_ledger);
        session->client_ledger.prdr = (envelope.flags & SANSMTP_ENVELOPE_PRDR) != 0;
    }
    guard_free(sender, envelope.sender_length);
    free_words(&words);
    return result;
}

int client_recipient(struct session *session, const char *text)
{
    struct sansmtp_recipient recipient = {.size = sizeof recipient};
    struct sansmtp_own_value own[OWN];
    struct words words;
    const char *value;
    uint8_t *mailbox;
    size_t length;
    int result;

    read_words(session, &words, text);
    mailbox = mailbox_of(&words, &recipient.mailbox_length);
    recipient.mailbox = (const char *)mailbox;
    if ((value = value_of(&words, "notify", &length)) != NULL) {
        recipient.notify = set_of(notifications, value);
    }
    if ((value = value_of(&words, "orcpt", &length)) != NULL) {
        const char *end = memchr(value, ';', length);

        recipient.orcpt_type = value;
        recipient.orcpt_type_length = end == NULL ? length : (size_t)(end - value);
        recipient.orcpt = end == NULL ? NULL : end + 1;
        recipient.orcpt_length = end == NULL ? 0 : length - recipient.orcpt_type_length - 1;
    }
    recipient.rrvs = value_of(&words, "rrvs", &recipient.rrvs_length);
    recipient.own_count = read_own(&words, own);
    recipient.own = own;
    result = sansmtp_client_recipient(session->client, &recipient);
    if (result == 0) {
        client_ledger_recipient(&session->client_ledger);
    }
    guard_free(mailbox, recipient.mailbox_length);
    free_words(&words);
    return result;
}
