#include "params.h"

#include "class.h"
#include "parameter_value.h"
#include "utf8.h"
#include "verb.h"

enum { VALUE_REQUIRED, VALUE_NONE };

struct row {
    const char *keyword;
    size_t keyword_length;
    uint64_t extensions;
    uint32_t verb;
    uint32_t value;
    enum sansmtp_params_result absent;
};

#define PARAMETER(name, keyword, extensions, verb, value, absent, check)     \
    {keyword,       sizeof(keyword) - 1,    extensions, SANSMTP_VERB_##verb, \
     VALUE_##value, SANSMTP_PARAMS_##absent},

static const struct row rows[] = {
#include "parameters.def"
};

#undef PARAMETER

enum { PARAMETERS = sizeof(rows) / sizeof(rows[0]) };

static bool read_value(uint32_t id, struct sansmtp_span octets, uint64_t extensions,
                       struct sansmtp_value *value)
{
#define PARAMETER(name, keyword, any, verb, value_form, absent, check) \
    if (id == SANSMTP_PARAMETER_##name)                                \
        return sansmtp_parameter_##check(octets.data, octets.length, extensions, value);
#include "parameters.def"
#undef PARAMETER
    return false;
}

/* One parameter of the list; value.data is NULL if it has no "=". */
struct item {
    struct sansmtp_span keyword;
    struct sansmtp_span value;
};

/* RFC 5321 4.1.2: esmtp-keyword. */
static size_t keyword_scan(const uint8_t *octets, size_t length)
{
    if (length == 0 || octets[0] == '-') {
        return 0;
    }
    return sansmtp_class_span(octets, length, SANSMTP_CLASS_LDH);
}

/* RFC 5321 4.1.2: esmtp-value; RFC 6531 3.3 lets UTF-8 in where SMTPUTF8 is announced. */
static size_t value_scan(const uint8_t *octets, size_t length, bool utf8)
{
    size_t end = sansmtp_class_span(octets, length, SANSMTP_CLASS_VALUE);

    if (!utf8 || end == length || octets[end] < 0x80) {
        return end;
    }
    end += sansmtp_class_span(octets + end, length - end, SANSMTP_CLASS_VALUE | SANSMTP_CLASS_HIGH);
    return sansmtp_utf8_valid(octets, end) ? end : 0;
}

/* The octets of the spaces at the front that may stand before a parameter; 0 if none may. */
static size_t spaces_scan(const uint8_t *octets, size_t length, bool double_space)
{
    size_t end = 0;

    while (end < length && octets[end] == ' ' && (end == 0 || double_space)) {
        end++;
    }
    return end;
}

/* Reads the next parameter with the space before it; false: it is outside the grammar. */
static bool next_item(struct sansmtp_span list, size_t *at, bool double_space, bool utf8,
                      struct item *item)
{
    size_t spaces = spaces_scan(list.data + *at, list.length - *at, double_space);
    size_t keyword;

    *at += spaces;
    keyword = keyword_scan(list.data + *at, list.length - *at);
    if (spaces == 0 || keyword == 0) {
        return false;
    }
    *item = (struct item){{list.data + *at, keyword}, {NULL, 0}};
    *at += keyword;
    if (*at < list.length && list.data[*at] == '=') {
        *at += 1;
        item->value.data = list.data + *at;
        item->value.length = value_scan(item->value.data, list.length - *at, utf8);
        *at += item->value.length;
        if (item->value.length == 0) {
            return false;
        }
    }
    return *at == list.length || list.data[*at] == ' ';
}

/* Both are letters, digits and hyphens, of which none differs from another by the bit 0x20 alone
 * but the two cases of a letter. */
static bool is_keyword(const struct row *row, struct sansmtp_span keyword)
{
    if (keyword.length != row->keyword_length) {
        return false;
    }
    for (size_t i = 0; i < keyword.length; i++) {
        if ((keyword.data[i] ^ (uint8_t)row->keyword[i]) & 0xDF) {
            return false;
        }
    }
    return true;
}

/* The number of the parameter that verb may have; PARAMETERS if there is none. */
static uint32_t find(struct sansmtp_span keyword, uint32_t verb)
{
    uint32_t id = 0;

    while (id < PARAMETERS && !(rows[id].verb == verb && is_keyword(&rows[id], keyword))) {
        id++;
    }
    return id;
}

static void note(struct sansmtp_params *params, uint32_t id, uint64_t number)
{
    params->present |= UINT64_C(1) << id;
    if (id == SANSMTP_PARAMETER_SIZE) {
        params->size = number;
    }
    if (id == SANSMTP_PARAMETER_BODY) {
        params->body = (uint32_t)number;
    }
    if (id == SANSMTP_PARAMETER_SMTPUTF8) {
        params->utf8 = true;
    }
}

static enum sansmtp_params_result check_item(const struct item *item, uint32_t verb,
                                             uint64_t extensions, struct sansmtp_params *params)
{
    struct sansmtp_value value = {0};
    uint32_t id = find(item->keyword, verb);

    /* RFC 5321 4.1.1.11: 555 for what is "not recognized or not implemented". */
    if (id == PARAMETERS) {
        return SANSMTP_PARAMS_UNKNOWN;
    }
    if ((rows[id].extensions & extensions) == 0) {
        return rows[id].absent;
    }
    if (params->present >> id & 1) {
        return SANSMTP_PARAMS_SYNTAX;
    }
    if ((item->value.data != NULL) != (rows[id].value == VALUE_REQUIRED) ||
        !read_value(id, item->value, extensions, &value)) {
        return SANSMTP_PARAMS_SYNTAX;
    }
    note(params, id, value.number);
    return SANSMTP_PARAMS_OK;
}

enum sansmtp_params_result sansmtp_params_check(const uint8_t *octets, size_t length, uint32_t verb,
                                                uint64_t extensions, bool double_space,
                                                struct sansmtp_params *params)
{
    const struct sansmtp_span list = {octets, length};
    const bool utf8 = (extensions & SANSMTP_EXTENSION_SMTPUTF8) != 0;
    enum sansmtp_params_result result = SANSMTP_PARAMS_OK;
    struct item item;

    *params = (struct sansmtp_params){0};
    for (size_t at = 0; at < length && result == SANSMTP_PARAMS_OK;) {
        if (!next_item(list, &at, double_space, utf8, &item)) {
            return SANSMTP_PARAMS_SYNTAX;
        }
        result = check_item(&item, verb, extensions, params);
    }
    return result;
}

/* The value of a parameter in the list of an event, which the engine has checked. */
static bool find_value(struct sansmtp_span list, uint32_t id, struct sansmtp_span *value)
{
    struct item item;

    for (size_t at = 0; at < list.length;) {
        if (!next_item(list, &at, true, true, &item)) {
            return false;
        }
        if (is_keyword(&rows[id], item.keyword)) {
            *value = item.value;
            return true;
        }
    }
    return false;
}

static uint32_t flags_of(uint32_t id, const struct sansmtp_event *event, bool decoded)
{
    uint32_t flags = 0;

    if (rows[id].value == VALUE_REQUIRED) {
        flags |= SANSMTP_VALUE_PRESENT;
    }
    if (decoded) {
        flags |= SANSMTP_VALUE_DECODED;
    }
    if (id == SANSMTP_PARAMETER_AUTH && (event->flags & SANSMTP_FLAG_AUTHENTICATED)) {
        flags |= SANSMTP_VALUE_TRUSTED;
    }
    return flags;
}

int sansmtp_parameter_get(const struct sansmtp_event *event, uint32_t id,
                          struct sansmtp_parameter *out)
{
    struct sansmtp_span raw = {NULL, 0};
    struct sansmtp_value value = {0};

    if (event == NULL || out == NULL || out->size < sizeof(*out)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (id >= PARAMETERS || !(event->parameters >> id & 1)) {
        return 0;
    }
    if (!find_value(event->parameters_text, id, &raw) || !read_value(id, raw, UINT64_MAX, &value)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    out->text_length = value.text_length;
    if (out->text != NULL && value.text_length > out->capacity) {
        return SANSMTP_ERR_ROOM;
    }
    /* What cannot be decoded must not be begun either: its length is not known. */
    if (out->text != NULL && value.decoded) {
        value = (struct sansmtp_value){.text = out->text};
        read_value(id, raw, UINT64_MAX, &value);
    }
    out->flags = flags_of(id, event, value.decoded && out->text != NULL);
    out->number = value.number;
    out->second = 0;
    out->raw = raw;
    out->type = value.type;
    return 1;
}
