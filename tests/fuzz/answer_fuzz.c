/*
 * An answer of the DNS, as sansmtp-relay takes it apart: whatever it holds, records lie inside of it,
 * and one that is sound is read to its end, with addresses of the length that they have.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"

#define HOLDS(condition) ((condition) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at_record(const struct answer *answer, const struct answer_record *record,
                           bool sound)
{
    char name[ANSWER_NAME_MAX];

    HOLDS(record->data >= answer->message && record->data <= answer->end);
    HOLDS(record->length <= (size_t)(answer->end - record->data));
    HOLDS(!sound || record->kind != RESOLVER_A || record->length == 4);
    HOLDS(!sound || record->kind != RESOLVER_AAAA || record->length == 16);
    if (record->kind == RESOLVER_MX && record->length > 2) {
        bool named = answer_name(answer, record->data + 2, name);

        HOLDS(named || !sound);
        HOLDS(!named || strlen(name) < sizeof name);
    }
}

static void look_at(const uint8_t *message, size_t length)
{
    bool sound = answer_is_sound(message, length);
    struct answer answer;
    struct answer_record record;
    int found = -1;

    if (answer_begin(&answer, message, length)) {
        while ((found = answer_next(&answer, &record)) == 1) {
            look_at_record(&answer, &record, sound);
        }
    }
    HOLDS((found == 0) || !sound);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *message = malloc(size);

    HOLDS(message != NULL || size == 0);
    if (size > 0) {
        memcpy(message, data, size);
        look_at(message, size);
    }
    free(message);
    return 0;
}
