#include "params.h"

#include "additions.h"
#include "ascii.h"
#include "class.h"
#include "memory.h"
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
    enum sansmtp_params_result bad;
};

#define PARAMETER(name, keyword, extensions, verb, value, absent, bad, check)          \
    {keyword,       sizeof(keyword) - 1,     extensions,          SANSMTP_VERB_##verb, \
     VALUE_##value, SANSMTP_PARAMS_##absent, SANSMTP_PARAMS_##bad},

static const struct row rows[] = {
#include "parameters.def"
};

#undef PARAMETER

enum { PARAMETERS = sizeof(rows) / sizeof(rows[0]) };

static bool read_value(uint32_t id, struct sansmtp_span octets, uint64_t extensions,
                       struct sansmtp_value *value)
{
#define PARAMETER(name, keyword, any, verb, value_form, absent, bad, check) \
    if (id == SANSMTP_PARAMETER_##name)                                     \
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

/* RFC 3885 3.2: with MTRK the envelope id is local@host. */
static bool is_tracked(struct sansmtp_span envid)
{
    const uint8_t *at = memchr(envid.data, '@', envid.length);

    return at != NULL && at != envid.data && at != envid.data + envid.length - 1;
}

static void note(struct sansmtp_params *params, uint32_t id, struct sansmtp_span raw,
                 const struct sansmtp_value *value)
{
    params->present |= UINT64_C(1) << id;
    switch (id) {
    case SANSMTP_PARAMETER_SIZE:
        params->size = value->number;
        break;
    case SANSMTP_PARAMETER_BODY:
        params->body = (uint32_t)value->number;
        break;
    case SANSMTP_PARAMETER_SMTPUTF8:
        params->utf8 = true;
        break;
    case SANSMTP_PARAMETER_ENVID:
        params->tracked = is_tracked(raw);
        break;
    case SANSMTP_PARAMETER_BY:
        params->by = value->number;
        params->by_mode = value->second;
        params->by_negative = value->negative;
        break;
    case SANSMTP_PARAMETER_HOLDFOR:
        params->hold_for = value->number;
        break;
    case SANSMTP_PARAMETER_HOLDUNTIL:
        params->hold_until = value->number;
        break;
    case SANSMTP_PARAMETER_MT_PRIORITY:
        params->priority = value->negative ? 0 : value->number;
        break;
    default:
        break;
    }
}

/* A parameter of the host's: its value is the host's to read. */
static enum sansmtp_params_result check_own(const struct item *item,
                                            const struct sansmtp_params_rules *rules,
                                            struct sansmtp_params *params)
{
    const struct sansmtp_own_parameter *own = sansmtp_own_parameter(
        rules->additions, item->keyword.data, item->keyword.length, rules->verb);
    bool value = item->value.data != NULL;

    if (own == NULL || (rules->extensions >> own->extension & 1) == 0) {
        return SANSMTP_PARAMS_UNKNOWN;
    }
    if ((params->present >> own->number & 1) != 0 ||
        (own->value == SANSMTP_OWN_VALUE_NONE && value) ||
        (own->value == SANSMTP_OWN_VALUE_REQUIRED && !value)) {
        return SANSMTP_PARAMS_SYNTAX;
    }
    params->present |= UINT64_C(1) << own->number;
    return SANSMTP_PARAMS_OK;
}

static enum sansmtp_params_result check_item(const struct item *item,
                                             const struct sansmtp_params_rules *rules,
                                             struct sansmtp_params *params)
{
    struct sansmtp_value value = {0};
    uint32_t id = find(item->keyword, rules->verb);

    /* RFC 5321 4.1.1.11: 555 for what is "not recognized or not implemented". */
    if (id == PARAMETERS) {
        return check_own(item, rules, params);
    }
    if ((rows[id].extensions & rules->extensions) == 0) {
        return rows[id].absent;
    }
    if (params->present >> id & 1) {
        return rows[id].bad;
    }
    if ((item->value.data != NULL) != (rows[id].value == VALUE_REQUIRED) ||
        !read_value(id, item->value, rules->extensions, &value)) {
        return rows[id].bad;
    }
    note(params, id, item->value, &value);
    return SANSMTP_PARAMS_OK;
}

enum sansmtp_params_result sansmtp_params_check(const uint8_t *octets, size_t length,
                                                const struct sansmtp_params_rules *rules,
                                                struct sansmtp_params *params)
{
    const struct sansmtp_span list = {octets, length};
    const bool utf8 = (rules->extensions & SANSMTP_EXTENSION_SMTPUTF8) != 0;
    enum sansmtp_params_result result = SANSMTP_PARAMS_OK;
    struct item item;

    *params = (struct sansmtp_params){0};
    for (size_t at = 0; at < length && result == SANSMTP_PARAMS_OK;) {
        if (!next_item(list, &at, rules->double_space, utf8, &item)) {
            return SANSMTP_PARAMS_SYNTAX;
        }
        result = check_item(&item, rules, params);
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
    if ((id == SANSMTP_PARAMETER_AUTH || id == SANSMTP_PARAMETER_MT_PRIORITY) &&
        (event->flags & SANSMTP_FLAG_AUTHENTICATED)) {
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
    out->flags = flags_of(id, event, value.decoded && out->text != NULL) |
                 (value.negative ? SANSMTP_VALUE_NEGATIVE : 0u);
    out->number = value.number;
    out->second = value.second;
    out->raw = raw;
    out->type = value.type;
    return 1;
}

int sansmtp_parameter_find(const struct sansmtp_event *event, const char *keyword, size_t length,
                           struct sansmtp_span *value)
{
    struct item item;

    if (event == NULL || keyword == NULL || value == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    for (size_t at = 0; at < event->parameters_text.length;) {
        if (!next_item(event->parameters_text, &at, true, true, &item)) {
            return SANSMTP_ERR_ARGUMENT;
        }
        if (sansmtp_ascii_equal(item.keyword.data, item.keyword.length, (const uint8_t *)keyword,
                                length)) {
            *value = item.value;
            return 1;
        }
    }
    return 0;
}
