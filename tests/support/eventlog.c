#include "eventlog.h"

#include <string.h>

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
static const char *const keywords[] = {"SIZE",  "BODY", "SMTPUTF8", "RET",
                                       "ENVID", "AUTH", "NOTIFY",   "ORCPT"};

bool event_is_question(uint32_t type)
{
    return type >= 1 && type <= 63;
}

static void print_set(struct text *line, const char *name, uint64_t set, const struct word *words)
{
    char between = '=';

    if (set == 0)
        return;
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

        if (*octet == ' ')
            text_add(line, octet, 1);
        else
            text_add_escaped(line, octet, 1);
    }
    text_print(line, "%s", quote);
}

static void print_span(struct text *line, const char *name, struct sansmtp_span span)
{
    if (span.length > 0)
        print_octets(line, name, span.data, span.length);
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

static void print_parameter(struct text *line, uint32_t id,
                            const struct sansmtp_parameter *parameter)
{
    size_t number = (size_t)parameter->number;

    if (id == SANSMTP_PARAMETER_SIZE)
        text_print(line, " SIZE=%llu", (unsigned long long)parameter->number);
    else if (id == SANSMTP_PARAMETER_BODY)
        text_print(line, " BODY=%s", bodies[number & 3]);
    else if (id == SANSMTP_PARAMETER_RET)
        text_print(line, " RET=%s", returns[number > 2 ? 0 : number]);
    else if (id == SANSMTP_PARAMETER_NOTIFY)
        print_set(line, "NOTIFY", parameter->number, notifications);
    else if (id == SANSMTP_PARAMETER_SMTPUTF8)
        text_print(line, " SMTPUTF8=yes");
    else if (id == SANSMTP_PARAMETER_ORCPT)
        print_orcpt(line, parameter);
    else
        print_octets(line, keywords[id], parameter->text, parameter->text_length);
    if (id == SANSMTP_PARAMETER_AUTH)
        text_print(line, " trusted=%s",
                   (parameter->flags & SANSMTP_VALUE_TRUSTED) != 0 ? "yes" : "no");
}

static void print_parameters(struct text *line, const struct sansmtp_event *event)
{
    for (uint32_t id = 0; id < sizeof keywords / sizeof keywords[0]; id++) {
        uint8_t decoded[SANSMTP_VALUE_LONGEST];
        struct sansmtp_parameter parameter = {
            .size = sizeof parameter, .text = decoded, .capacity = sizeof decoded};
        int present = sansmtp_parameter_get(event, id, &parameter);

        if (present != (int)((event->parameters >> id) & 1))
            text_print(line, " %s=CONTRADICTION(%d)", keywords[id], present);
        else if (present == 1)
            print_parameter(line, id, &parameter);
    }
}

static void print_reason(struct text *line, const struct sansmtp_event *event)
{
    const char *reason = event->type == SANSMTP_EVENT_LIMIT ? sansmtp_limit_name(event->reason)
                                                            : sansmtp_reason_name(event->reason);

    if (event->reason != 0)
        print_octets(line, "reason", reason, strlen(reason));
}

static void print_data(struct text *line, const struct sansmtp_event *event)
{
    /* An empty initial response or answer is something else than none. */
    if (event->type == SANSMTP_EVENT_RESPONSE || (event->flags & SANSMTP_FLAG_INITIAL) != 0)
        print_octets(line, "data", event->data.data, event->data.length);
    else
        print_span(line, "data", event->data);
}

void event_print(struct text *line, const struct sansmtp_event *event)
{
    text_print(line, "%s", sansmtp_event_name(event->type));
    if (event->verb != SANSMTP_VERB_UNKNOWN)
        text_print(line, " verb=%s", sansmtp_verb_name(event->verb));
    print_span(line, "text", event->text);
    print_data(line, event);
    print_span(line, "path", event->path);
    print_span(line, "local", event->local);
    print_span(line, "domain", event->domain);
    if (event->domain_kind != SANSMTP_DOMAIN_NONE)
        text_print(line, " kind=%s", event->domain_kind > 5 ? "?" : kinds[event->domain_kind]);
    print_span(line, "route", event->route);
    if (event->type == SANSMTP_EVENT_MAIL || event->type == SANSMTP_EVENT_RECIPIENT)
        print_parameters(line, event);
    print_span(line, "parameters", event->parameters_text);
    print_set(line, "flags", event->flags, flags);
    if (event->number != 0 || event->type == SANSMTP_EVENT_CHUNK ||
        event->type == SANSMTP_EVENT_END)
        text_print(line, " number=%llu", (unsigned long long)event->number);
    if (event->type == SANSMTP_EVENT_END && event->recipient == SANSMTP_RECIPIENT_ALL)
        text_print(line, " recipient=all");
    else if (event->type == SANSMTP_EVENT_RECIPIENT || event->type == SANSMTP_EVENT_END)
        text_print(line, " recipient=%u", (unsigned)event->recipient);
    print_reason(line, event);
}

void body_print(struct text *line, const void *octets, size_t length)
{
    text_print(line, "body octets=%zu", length);
    if (length <= 4096)
        print_octets(line, "data", octets, length);
    else
        print_octets(line, "end", (const char *)octets + length - 64, 64);
}

size_t event_word_length(const char *line)
{
    bool quoted = false;
    size_t i;

    for (i = 0; line[i] != '\0' && (quoted || line[i] != ' '); i++) {
        if (line[i] == '\\' && line[i + 1] != '\0')
            i++;
        else if (line[i] == '"')
            quoted = !quoted;
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
