#include "client_eventlog.h"

#include <string.h>

struct word {
    uint32_t bit;
    const char *name;
};

static const struct word flags[] = {
    {SANSMTP_FLAG_INITIAL, "initial"},   {SANSMTP_FLAG_SECRET, "secret"},
    {SANSMTP_FLAG_ACCEPTED, "accepted"}, {SANSMTP_FLAG_CUT, "cut"},
    {SANSMTP_FLAG_ENOUGH, "enough"},
};

static const char *const outcomes[] = {"?", "delivered", "refused", "later", "uncertain"};

static void print_octets(struct text *line, const char *name, struct sansmtp_span span)
{
    const char *quote = span.length == 0 || memchr(span.data, ' ', span.length) != NULL ? "\"" : "";

    text_print(line, " %s=%s", name, quote);
    for (size_t i = 0; i < span.length; i++) {
        if (span.data[i] == ' ') {
            text_add(line, span.data + i, 1);
        } else {
            text_add_escaped(line, span.data + i, 1);
        }
    }
    text_print(line, "%s", quote);
}

static void print_flags(struct text *line, uint32_t set)
{
    const char *between = " flags=";

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if ((set & flags[i].bit) != 0) {
            text_print(line, "%s%s", between, flags[i].name);
            between = ",";
            set &= ~flags[i].bit;
        }
    }
    if (set != 0) {
        text_print(line, " other_flags=%u", (unsigned)set);
    }
}

static void print_offers(struct text *line, uint64_t set)
{
    const char *between = " offers=";

    for (uint32_t i = 0; i < 64; i++) {
        const char *name = sansmtp_extension_name(i);

        if ((set >> i & 1) == 0) {
            continue;
        }
        text_print(line, "%s", between);
        between = ",";
        if (name[0] == '?') {
            text_print(line, "%u", (unsigned)i); /* the host's own */
        } else {
            text_print(line, "%s", name);
        }
    }
}

static void print_reason(struct text *line, const struct sansmtp_event *event)
{
    uint32_t reason = event->reason;
    const char *word = event->type == SANSMTP_EVENT_OUTCOME ? outcomes[reason > 4 ? 0 : reason]
                                                            : sansmtp_reason_name(reason);

    if (reason != 0) {
        print_octets(line, "reason", (struct sansmtp_span){(const uint8_t *)word, strlen(word)});
    }
}

/* The host's own verbs have no name: their number. */
static void print_verb(struct text *line, const struct sansmtp_event *event)
{
    const char *name = sansmtp_verb_name(event->verb);

    if (event->type == SANSMTP_EVENT_REPLY && name[0] == '?') {
        text_print(line, " verb=%u", (unsigned)event->verb);
    } else if (event->type == SANSMTP_EVENT_REPLY ||
               (event->type == SANSMTP_EVENT_REFUSAL && event->verb != SANSMTP_VERB_UNKNOWN)) {
        text_print(line, " verb=%s", name);
    }
}

static void print_code(struct text *line, const struct sansmtp_event *event)
{
    uint32_t enhanced = event->enhanced;

    if (event->code != 0) {
        text_print(line, " code=%u", (unsigned)event->code);
    }
    if (enhanced != 0) {
        text_print(line, " enhanced=%u.%u.%u", (unsigned)(enhanced / 1000000),
                   (unsigned)(enhanced / 1000 % 1000), (unsigned)(enhanced % 1000));
    }
}

static void print_numbers(struct text *line, const struct sansmtp_event *event)
{
    uint32_t type = event->type;
    bool accepted = (event->flags & SANSMTP_FLAG_ACCEPTED) != 0;

    if (type == SANSMTP_EVENT_RESULT) {
        text_print(line, " recipient=%u", (unsigned)event->recipient);
    }
    if (event->number != 0 || type == SANSMTP_EVENT_FINAL || type == SANSMTP_EVENT_RESTART ||
        (type == SANSMTP_EVENT_RESULT && accepted)) {
        text_print(line, " number=%llu", (unsigned long long)event->number);
    }
    if (type == SANSMTP_EVENT_OUTCOME) {
        text_print(line, " taken=%u answered=%u accepted=%u", (unsigned)event->taken,
                   (unsigned)event->answered, (unsigned)event->accepted);
    }
}

void client_event_print(struct text *line, const struct sansmtp_event *event)
{
    text_print(line, "%s", sansmtp_event_name(event->type));
    print_reason(line, event);
    print_verb(line, event);
    print_code(line, event);
    if (event->text.length > 0) {
        print_octets(line, "text", event->text);
    }
    if (event->data.length > 0 ||
        (event->type == SANSMTP_EVENT_CHALLENGE && (event->flags & SANSMTP_FLAG_INITIAL) == 0)) {
        print_octets(line, "data", event->data);
    }
    print_flags(line, event->flags);
    print_offers(line, event->parameters);
    print_numbers(line, event);
}
