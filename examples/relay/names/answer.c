#include "answer.h"

#include <ares.h>
#include <string.h>

#define QUESTION 4u  /* octets behind a question's name */
#define RECORD   10u /* octets behind a record's name */

static uint32_t number_at(const uint8_t *octets)
{
    return (uint32_t)octets[0] << 8 | octets[1];
}

/* Returns what is behind the name, or NULL if there is none; out may be NULL. */
static const uint8_t *read_name(const struct answer *answer, const uint8_t *at, char *out)
{
    char *name;
    long octets;
    bool fits;

    if (at >= answer->end ||
        ares_expand_name(at, answer->message, (int)(answer->end - answer->message), &name,
                         &octets) != ARES_SUCCESS) {
        return NULL;
    }
    fits = strlen(name) < ANSWER_NAME_MAX;
    if (fits && out != NULL) {
        memcpy(out, name, strlen(name) + 1);
    }
    ares_free_string(name);
    return fits && octets <= answer->end - at ? at + octets : NULL;
}

bool answer_begin(struct answer *answer, const uint8_t *message, size_t length)
{
    const uint8_t *at = message + ANSWER_HEADER;

    if (length < ANSWER_HEADER) {
        return false;
    }
    *answer = (struct answer){message, at, message + length, number_at(message + 6)};
    for (uint32_t questions = number_at(message + 4); questions > 0; questions--) {
        at = read_name(answer, at, NULL);
        if (at == NULL || (size_t)(answer->end - at) < QUESTION) {
            return false;
        }
        at += QUESTION;
    }
    answer->at = at;
    return true;
}

int answer_next(struct answer *answer, struct answer_record *record)
{
    const uint8_t *at;

    if (answer->left == 0) {
        return 0;
    }
    at = read_name(answer, answer->at, NULL);
    if (at == NULL || (size_t)(answer->end - at) < RECORD ||
        (size_t)(answer->end - at) - RECORD < number_at(at + 8)) {
        return -1;
    }
    *record = (struct answer_record){number_at(at), at + RECORD, number_at(at + 8)};
    answer->at = at + RECORD + record->length;
    answer->left--;
    return 1;
}

bool answer_find(struct answer *answer, uint32_t kind, struct answer_record *record)
{
    while (answer_next(answer, record) == 1) {
        if (record->kind == kind) {
            return true;
        }
    }
    return false;
}

bool answer_name(const struct answer *answer, const uint8_t *at, char out[ANSWER_NAME_MAX])
{
    return read_name(answer, at, out) != NULL;
}

bool answer_alias(const uint8_t *message, size_t length, char out[ANSWER_NAME_MAX])
{
    struct answer answer;
    struct answer_record record;
    bool found = false;

    if (!answer_begin(&answer, message, length)) {
        return false;
    }
    while (answer_find(&answer, RESOLVER_CNAME, &record)) {
        found = answer_name(&answer, record.data, out);
    }
    return found;
}

/* RFC 1035 3.3.1, 3.3.9, 3.4.1; RFC 3596 2.2. */
static bool is_sound(const struct answer *answer, const struct answer_record *record)
{
    switch (record->kind) {
    case RESOLVER_A:
        return record->length == 4;
    case RESOLVER_AAAA:
        return record->length == 16;
    case RESOLVER_CNAME:
        return read_name(answer, record->data, NULL) == record->data + record->length;
    case RESOLVER_MX:
        return record->length > 2 &&
               read_name(answer, record->data + 2, NULL) == record->data + record->length;
    default:
        return true;
    }
}

bool answer_is_sound(const uint8_t *message, size_t length)
{
    struct answer answer;
    struct answer_record record;
    int found;

    if (!answer_begin(&answer, message, length)) {
        return false;
    }
    do {
        found = answer_next(&answer, &record);
    } while (found == 1 && is_sound(&answer, &record));
    return found == 0;
}
