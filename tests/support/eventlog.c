#include "eventlog.h"

#include <string.h>

#include "attribute.h"

struct word {
    uint64_t bit;
    const char *name;
};

static const struct word flags[] = {
    {SANSMTP_FLAG_QUOTED, "quoted"},
    {SANSMTP_FLAG_UTF8, "utf8"},
    {SANSMTP_FLAG_POSTMASTER, "postmaster"},
    {SANSMTP_FLAG_SOURCE_ROUTE, "source_route"},
    {SANSMTP_FLAG_UNBRACKETED, "unbracketed"},
    {SANSMTP_FLAG_INITIAL, "initial"},
    {SANSMTP_FLAG_SECRET, "secret"},
    {SANSMTP_FLAG_BARE_CR, "bare_cr"},
    {SANSMTP_FLAG_BARE_LF, "bare_lf"},
    {SANSMTP_FLAG_CHUNKED, "chunked"},
    {SANSMTP_FLAG_TLS, "tls"},
    {SANSMTP_FLAG_AUTHENTICATED, "authenticated"},
    {0, NULL},
};

static const struct word notifications[] = {
    {SANSMTP_NOTIFY_NEVER, "NEVER"},
    {SANSMTP_NOTIFY_SUCCESS, "SUCCESS"},
    {SANSMTP_NOTIFY_FAILURE, "FAILURE"},
    {SANSMTP_NOTIFY_DELAY, "DELAY"},
    {0, NULL},
};

static const char *const kinds[] = {"", "name", "ipv4", "ipv6", "general", "odd"};
static const char *const bodies[] = {"?", "7BIT", "8BITMIME", "BINARYMIME"};
static const char *const returns[] = {"?", "FULL", "HDRS"};

bool event_is_question(uint32_t type)
{
    return type >= 1 && type <= 63;
}

static void print_set(struct text *line, const char *name, uint64_t set, const struct word *words)
{
    char between = '=';

    if (set == 0) {
        return;
    }
    text_print(line, " %s", name);
    for (; words->name != NULL; words++) {
        if ((set & words->bit) != 0) {
            text_print(line, "%c%s", between, words->name);
            between = ',';
        }
    }
}

static void print_octets(struct text *line, const char *name, const void *octets, size_t length)
{
    const char *quote = length == 0 || memchr(octets, ' ', length) != NULL ? "\"" : "";

    text_print(line, " %s=%s", name, quote);
    /* A space within quotes stays a space. */
    for (size_t i = 0; i < length; i++) {
        const uint8_t *octet = (const uint8_t *)octets + i;

        if (*octet == ' ') {
            text_add(line, octet, 1);
        } else {
            text_add_escaped(line, octet, 1);
        }
    }
    text_print(line, "%s", quote);
}

static void print_span(struct text *line, const char *name, struct sansmtp_span span)
{
    if (span.length > 0) {
        print_octets(line, name, span.data, span.length);
    }
}

static void print_orcpt(struct text *line, const struct sansmtp_parameter *parameter)
{
    struct text value = {0};

    if ((parameter->flags & SANSMTP_VALUE_DECODED) == 0) {
        print_octets(line, "ORCPT.raw", parameter->raw.data, parameter->raw.length);
        return;
    }
    text_add(&value, parameter->type.data, parameter->type.length);
    text_add(&value, ";", 1);
    text_add(&value, parameter->text, parameter->text_length);
    print_octets(line, "ORCPT", value.data, value.length);
    text_free(&value);
}

/* A number, and what stands behind it. */
static void print_number(struct text *line, const char *name,
                         const struct sansmtp_parameter *parameter, const char *behind)
{
    text_print(line, " %s=%s%llu%s", name,
               (parameter->flags & SANSMTP_VALUE_NEGATIVE) != 0 ? "-" : "",
               (unsigned long long)parameter->number, behind);
}

static const char *by_mode(uint64_t second)
{
    static const char *const modes[] = {";?", ";R", ";N", ";?", ";?", ";RT", ";NT"};

    return second < sizeof modes / sizeof modes[0] ? modes[second] : ";?";
}

static const char *rrvs_action(uint64_t second)
{
    if (second == SANSMTP_RRVS_REJECT) {
        return ";R";
    }
    return second == SANSMTP_RRVS_CONTINUE ? ";C" : ";?";
}

static void print_certifier(struct text *line, const struct sansmtp_parameter *parameter)
{
    print_span(line, "MTRK", parameter->type);
    text_print(line, ":%llu", (unsigned long long)parameter->number);
}

static void print_parameter(struct text *line, uint32_t id,
                            const struct sansmtp_parameter *parameter)
{
    const char *name = sansmtp_parameter_name(id);
    size_t number = (size_t)parameter->number;

    switch (id) {
    case SANSMTP_PARAMETER_SIZE:
    case SANSMTP_PARAMETER_HOLDFOR:
    case SANSMTP_PARAMETER_HOLDUNTIL:
    case SANSMTP_PARAMETER_MT_PRIORITY:
        print_number(line, name, parameter, "");
        break;
    case SANSMTP_PARAMETER_BY:
        print_number(line, name, parameter, by_mode(parameter->second));
        break;
    case SANSMTP_PARAMETER_RRVS:
        print_number(line, name, parameter, rrvs_action(parameter->second));
        break;
    case SANSMTP_PARAMETER_BODY:
        text_print(line, " BODY=%s", bodies[number & 3]);
        break;
    case SANSMTP_PARAMETER_RET:
        text_print(line, " RET=%s", returns[number > 2 ? 0 : number]);
        break;
    case SANSMTP_PARAMETER_NOTIFY:
        print_set(line, "NOTIFY", parameter->number, notifications);
        break;
    case SANSMTP_PARAMETER_ORCPT:
        print_orcpt(line, parameter);
        break;
    case SANSMTP_PARAMETER_MTRK:
        print_certifier(line, parameter);
        break;
    case SANSMTP_PARAMETER_ENVID:
    case SANSMTP_PARAMETER_AUTH:
        print_octets(line, name, parameter->text, parameter->text_length);
        break;
    default:
        if ((parameter->flags & SANSMTP_VALUE_PRESENT) != 0) {
            print_octets(line, name, parameter->raw.data, parameter->raw.length);
        } else {
            text_print(line, " %s=yes", name);
        }
    }
    if (id == SANSMTP_PARAMETER_AUTH || id == SANSMTP_PARAMETER_MT_PRIORITY) {
        text_print(line, " trusted=%s",
                   (parameter->flags & SANSMTP_VALUE_TRUSTED) != 0 ? "yes" : "no");
    }
}

/* The numbers of the host's own. */
static void print_own(struct text *line, uint64_t set)
{
    const char *between = " own=";

    for (uint32_t id = 48; id <= 62; id++) {
        if ((set >> id & 1) != 0) {
            text_print(line, "%s%u", between, (unsigned)id);
            between = ",";
        }
    }
}

static void print_parameters(struct text *line, const struct sansmtp_event *event)
{
    for (uint32_t id = 0; strcmp(sansmtp_parameter_name(id), "?") != 0; id++) {
        uint8_t decoded[SANSMTP_VALUE_LONGEST];
        struct sansmtp_parameter parameter = {
            .size = sizeof parameter, .text = decoded, .capacity = sizeof decoded};
        int present = sansmtp_parameter_get(event, id, &parameter);

        if (present != (int)((event->parameters >> id) & 1)) {
            text_print(line, " %s=CONTRADICTION(%d)", sansmtp_parameter_name(id), present);
        } else if (present == 1) {
            print_parameter(line, id, &parameter);
        }
    }
    print_own(line, event->parameters);
}

/* NAME=value, and in absent= the names of those whose value says that there is none. */
static void print_attributes(struct text *line, const struct sansmtp_event *event)
{
    uint8_t decoded[255];
    struct sansmtp_attribute attribute = {
        .size = sizeof attribute, .text = decoded, .capacity = sizeof decoded};
    int more;

    while ((more = sansmtp_attribute_next(event, &attribute)) == 1) {
        struct sansmtp_span word = sansmtp_attribute_word(attribute.attribute, event->verb);
        struct text name = {0};

        text_add(&name, word.data, word.length);
        print_octets(line, name.data, decoded, attribute.text_length);
        if (attribute.flags != 0) {
            text_print(line, " %s=%s",
                       attribute.flags == SANSMTP_ATTRIBUTE_TEMPORARY ? "temporary" : "absent",
                       name.data);
        }
        text_free(&name);
    }
    if (more != 0) {
        text_print(line, " attributes=CONTRADICTION(%d)", more);
    }
}

static void print_verb(struct text *line, uint32_t verb)
{
    if (verb >= 256) {
        text_print(line, " verb=%u", (unsigned)verb);
    } else if (verb != SANSMTP_VERB_UNKNOWN) {
        text_print(line, " verb=%s", sansmtp_verb_name(verb));
    }
}

static bool counts_octets(uint32_t type)
{
    return type == SANSMTP_EVENT_CHUNK || type == SANSMTP_EVENT_END || type == SANSMTP_EVENT_BURL;
}

static void print_reason(struct text *line, const struct sansmtp_event *event)
{
    const char *reason = event->type == SANSMTP_EVENT_LIMIT ? sansmtp_limit_name(event->reason)
                                                            : sansmtp_reason_name(event->reason);

    if (event->reason != 0) {
        print_octets(line, "reason", reason, strlen(reason));
    }
}

static void print_data(struct text *line, const struct sansmtp_event *event)
{
    /* An empty initial response or answer is something else than none. */
    if (event->type == SANSMTP_EVENT_RESPONSE || (event->flags & SANSMTP_FLAG_INITIAL) != 0) {
        print_octets(line, "data", event->data.data, event->data.length);
    } else {
        print_span(line, "data", event->data);
    }
}

void event_print(struct text *line, const struct sansmtp_event *event)
{
    text_print(line, "%s", sansmtp_event_name(event->type));
    print_verb(line, event->verb);
    print_span(line, "text", event->text);
    print_data(line, event);
    print_span(line, "path", event->path);
    print_span(line, "local", event->local);
    print_span(line, "domain", event->domain);
    if (event->domain_kind != SANSMTP_DOMAIN_NONE) {
        text_print(line, " kind=%s", event->domain_kind > 5 ? "?" : kinds[event->domain_kind]);
    }
    print_span(line, "route", event->route);
    if (event->type == SANSMTP_EVENT_MAIL || event->type == SANSMTP_EVENT_RECIPIENT) {
        print_parameters(line, event);
    }
    if (event->type == SANSMTP_EVENT_XCLIENT || event->type == SANSMTP_EVENT_XFORWARD) {
        print_attributes(line, event);
    }
    print_span(line, "parameters", event->parameters_text);
    print_set(line, "flags", event->flags, flags);
    if (event->number != 0 || counts_octets(event->type)) {
        text_print(line, " number=%llu", (unsigned long long)event->number);
    }
    if (event->type == SANSMTP_EVENT_END && event->recipient == SANSMTP_RECIPIENT_ALL) {
        text_print(line, " recipient=all");
    } else if (event->type == SANSMTP_EVENT_RECIPIENT || event->type == SANSMTP_EVENT_END) {
        text_print(line, " recipient=%u", (unsigned)event->recipient);
    }
    if (event->type == SANSMTP_EVENT_BURL || event->type == SANSMTP_EVENT_END) {
        text_print(line, " last=%s", (event->flags & SANSMTP_FLAG_LAST) != 0 ? "yes" : "no");
    }
    print_reason(line, event);
}

void body_print(struct text *line, const void *octets, size_t length)
{
    text_print(line, "body octets=%zu", length);
    if (length <= 4096) {
        print_octets(line, "data", octets, length);
    } else {
        print_octets(line, "end", (const char *)octets + length - 64, 64);
    }
}

size_t event_word_length(const char *line)
{
    bool quoted = false;
    size_t i;

    for (i = 0; line[i] != '\0' && (quoted || line[i] != ' '); i++) {
        if (line[i] == '\\' && line[i + 1] != '\0') {
            i++;
        } else if (line[i] == '"') {
            quoted = !quoted;
        }
    }
    return i;
}

bool event_word(const char *line, const char *name, size_t name_length, struct text *value)
{
    while (*line != '\0') {
        size_t length = event_word_length(line);

        if (length > name_length && memcmp(line, name, name_length) == 0 &&
            line[name_length] == '=') {
            text_clear(value);
            text_add(value, line + name_length + 1, length - name_length - 1);
            return true;
        }
        line += length;
        line += *line == ' ';
    }
    return false;
}
