/*
 * The parameters of MAIL and RCPT. Input: verb and leniency, two octets of extensions, the list, in
 * a block of exactly its size. What a good list has, sansmtp_parameter_get() must give, within its
 * bounds and as the check understood it; a good list stays good without its last parameter.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sansmtp/wire.h>

#include "params.h"

#define HOLDS(condition) ((condition) ? (void)0 : abort())

enum { HEAD = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const struct sansmtp_event *event, uint32_t id,
                    const struct sansmtp_params *params)
{
    const struct sansmtp_span list = event->parameters_text;
    struct sansmtp_parameter out = {.size = sizeof(out)};
    bool present = params->present >> id & 1;

    HOLDS(sansmtp_parameter_get(event, id, &out) == present);
    if (!present) {
        return;
    }
    HOLDS(out.text_length <= SANSMTP_VALUE_LONGEST);
    out.capacity = out.text_length;
    out.text = malloc(out.capacity);
    HOLDS(sansmtp_parameter_get(event, id, &out) == 1 && out.text_length == out.capacity);
    if (out.capacity-- > 0) {
        HOLDS(sansmtp_parameter_get(event, id, &out) == SANSMTP_ERR_ROOM);
    }
    free(out.text);
    HOLDS(out.raw.length == 0 || (out.raw.data > list.data && out.raw.length < list.length));
    HOLDS(out.raw.length == 0 ||
          (size_t)(out.raw.data - list.data) <= list.length - out.raw.length);
    HOLDS(out.type.length <= out.raw.length);
    HOLDS(out.text_length == 0 || (out.flags & SANSMTP_VALUE_DECODED));
    HOLDS(id != SANSMTP_PARAMETER_SIZE || out.number == params->size);
    HOLDS(id != SANSMTP_PARAMETER_BODY || out.number == params->body);
    HOLDS(id != SANSMTP_PARAMETER_SMTPUTF8 || params->utf8);
    HOLDS(id != SANSMTP_PARAMETER_NOTIFY || out.number - 1 < 14);
}

static void look(const uint8_t *list, size_t length, const struct sansmtp_params_rules *rules,
                 const struct sansmtp_params *params)
{
    const struct sansmtp_event event = {.parameters = params->present,
                                        .parameters_text = {list, length}};
    struct sansmtp_params shorter;
    size_t cut = length;

    for (uint32_t id = SANSMTP_PARAMETER_SIZE; id <= SANSMTP_PARAMETER_SUBMITTER; id++) {
        look_at(&event, id, params);
    }
    HOLDS((length == 0) == (params->present == 0));
    while (cut > 0 && list[cut - 1] != ' ') {
        cut--;
    }
    while (cut > 0 && list[cut - 1] == ' ') {
        cut--;
    }
    HOLDS(sansmtp_params_check(list, cut, rules, &shorter) == SANSMTP_PARAMS_OK);
    HOLDS((shorter.present & ~params->present) == 0);
    HOLDS(length == 0 || shorter.present != params->present);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sansmtp_params_rules rules = {0};
    struct sansmtp_params params;
    uint8_t *list;

    if (size < HEAD) {
        return 0;
    }
    rules.verb = data[0] & 1 ? SANSMTP_VERB_RCPT : SANSMTP_VERB_MAIL;
    rules.double_space = (data[0] & 2) != 0;
    rules.extensions = (uint64_t)data[1] | (uint64_t)data[2] << 8 | (uint64_t)(data[0] >> 2) << 16;
    size -= HEAD;
    list = malloc(size);
    HOLDS(list != NULL || size == 0);
    memcpy(list, data + HEAD, size);
    if (sansmtp_params_check(list, size, &rules, &params) == SANSMTP_PARAMS_OK) {
        look(list, size, &rules, &params);
    }
    free(list);
    return 0;
}
