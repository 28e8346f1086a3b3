/* Numbers as words, for logs; every word stands in a table. */

#include <sansmtp/types.h>

#include "extension.h"
#include "verb.h"

const char *sansmtp_error_name(int error)
{
    if (error >= 0) {
        return "SANSMTP_OK";
    }
    switch (error) {
#define ERROR(name)          \
    case SANSMTP_ERR_##name: \
        return "SANSMTP_ERR_" #name;
#include "errors.def"
#undef ERROR
    default:
        return "SANSMTP_ERR_?";
    }
}

const char *sansmtp_event_name(uint32_t type)
{
    switch (type) {
#define QUESTION(name, callback, accept, decline, fail, code, lines) NOTICE(name, callback)
#define NOTICE(name, callback) \
    case SANSMTP_EVENT_##name: \
        return #callback;
#include "events.def"
#undef QUESTION
#define QUESTION(name, callback) NOTICE(name, callback)
#include "client_events.def"
#undef NOTICE
#undef QUESTION
    default:
        return "?";
    }
}

const char *sansmtp_verb_name(uint32_t verb)
{
    const struct sansmtp_verb *row = sansmtp_verb_row(verb);

    return row != NULL ? row->wire : "?";
}

const char *sansmtp_extension_name(uint32_t number)
{
    const struct sansmtp_extension *row = sansmtp_extension_row(number);

    return row != NULL ? row->keyword : "?";
}

const char *sansmtp_parameter_name(uint32_t id)
{
    switch (id) {
#define PARAMETER(name, keyword, extensions, verb, value, absent, bad, check) \
    case SANSMTP_PARAMETER_##name:                                            \
        return keyword;
#include "parameters.def"
#undef PARAMETER
    default:
        return "?";
    }
}

const char *sansmtp_reason_name(uint32_t reason)
{
    switch (reason) {
#define LIMIT(name, word)
#define REASON(name, word)      \
    case SANSMTP_REASON_##name: \
        return word;
#include "reasons.def"
#undef REASON
#undef LIMIT
    default:
        return "?";
    }
}

const char *sansmtp_limit_name(uint32_t limit)
{
    switch (limit) {
#define REASON(name, word)
#define LIMIT(name, word)      \
    case SANSMTP_LIMIT_##name: \
        return word;
#include "reasons.def"
#undef LIMIT
#undef REASON
    default:
        return "?";
    }
}
