#include "expect.h"

#include <string.h>

#include "eventlog.h"

struct check {
    const struct transcript *transcript;
    struct text *report;
    size_t step; /* the next line that has not been looked at */
};

static void differ(struct check *check, const struct step *step, const char *what,
                   const char *found)
{
    const struct transcript *transcript = check->transcript;

    text_print(check->report, "%s:%u: ", transcript->file,
               step == NULL ? transcript->line : step->line);
    if (step != NULL) {
        text_print(check->report, "%c: ", step->kind == STEP_REPLY ? 'S' : 'E');
        text_add_escaped(check->report, step->text.data, step->text.length);
        text_print(check->report, "\n    ");
    }
    text_print(check->report, "%s%s\n", what, found);
}

/* The next line of this kind in front of the barrier, or NULL. */
static const struct step *next_step(const struct transcript *transcript, size_t *at,
                                    enum step_kind kind)
{
    for (; *at < transcript->count && transcript->steps[*at].kind != STEP_HOST; (*at)++) {
        if (transcript->steps[*at].kind == kind)
            return &transcript->steps[*at];
    }
    return NULL;
}

static bool reply_matches(const struct text *expected, const char *line, size_t length)
{
    size_t prefix = expected->length;

    if (prefix >= 3 && memcmp(expected->data + prefix - 3, "...", 3) == 0) {
        prefix -= 3;
        return length >= prefix && memcmp(expected->data, line, prefix) == 0;
    }
    return length == prefix && memcmp(expected->data, line, length) == 0;
}

static void report_reply(struct check *check, const struct step *step, const char *line,
                         size_t length)
{
    struct text found = {0};

    text_add_escaped(&found, line, length);
    differ(check, step, step == NULL ? "a reply too many: " : "came:  ", found.data);
    text_free(&found);
}

/* Looks at the output of one stretch; the first difference of it is told. */
static void check_output(struct check *check, const struct stretch *stretch)
{
    const char *at = stretch->output.data;
    size_t left = stretch->output.length, step = check->step;

    while (left > 0) {
        const char *newline = memchr(at, '\n', left);
        size_t line = newline == NULL ? left : (size_t)(newline - at) + 1;
        const struct step *expected = next_step(check->transcript, &step, STEP_REPLY);
        size_t shown = line >= 2 && newline != NULL ? line - 2 : line;

        if (expected == NULL || !reply_matches(&expected->text, at, shown)) {
            report_reply(check, expected, at, shown);
            return;
        }
        step++;
        at += line;
        left -= line;
    }
    if (next_step(check->transcript, &step, STEP_REPLY) != NULL)
        differ(check, &check->transcript->steps[step], "did not come", "");
}

/* What short cases need not list: the host says yes, or what the engine does by itself. */
static bool may_be_unlisted(const struct transcript *transcript, uint32_t type)
{
    static const uint32_t common[] = {
        SANSMTP_EVENT_CONNECT, SANSMTP_EVENT_HELLO, SANSMTP_EVENT_MAIL,    SANSMTP_EVENT_RECIPIENT,
        SANSMTP_EVENT_DATA,    SANSMTP_EVENT_CHUNK, SANSMTP_EVENT_BODY,    SANSMTP_EVENT_VERIFY,
        SANSMTP_EVENT_EXPAND,  SANSMTP_EVENT_HELP,  SANSMTP_EVENT_UNKNOWN,
    };

    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        if (type == common[i])
            return (transcript->words & TRANSCRIPT_STRICT) == 0;
    }
    return false;
}

/* Is this event the one that the line speaks of? A question must also come at its place. */
static bool speaks_of(const struct step *step, const struct happened *happened)
{
    const char *name = sansmtp_event_name(happened->type);
    size_t length = strlen(name);

    return step != NULL && strncmp(step->text.data, name, length) == 0 &&
           strchr(" ", step->text.data[length]) != NULL &&
           (!event_is_question(happened->type) || step->after == happened->taken);
}

static bool word_matches(const char *word, size_t length, const char *line, struct text *value)
{
    const char *equals = memchr(word, '=', length);
    size_t name = equals == NULL ? length : (size_t)(equals - word);
    size_t rest = equals == NULL ? 0 : length - name - 1;
    bool found = event_word(line, word, name, value);

    /* "name=" alone: it must not be there. */
    if (equals == NULL || rest == 0)
        return equals != NULL && !found;
    return found && value->length == rest && memcmp(value->data, equals + 1, rest) == 0;
}

static bool event_matches(const struct step *step, const struct happened *happened)
{
    const char *words = step->text.data;
    struct text value = {0};
    bool same = true;

    words += strcspn(words, " ");
    while (same && *words != '\0') {
        size_t length;

        words += strspn(words, " ");
        length = event_word_length(words);
        same = length == 0 || word_matches(words, length, happened->line.data, &value);
        words += length;
    }
    text_free(&value);
    return same;
}

static void check_events(struct check *check, const struct stretch *stretch)
{
    size_t at = check->step;

    for (size_t i = 0; i < stretch->count; i++) {
        const struct happened *happened = &stretch->events[i];
        const struct step *step = next_step(check->transcript, &at, STEP_EVENT);

        if (speaks_of(step, happened)) {
            if (!event_matches(step, happened))
                differ(check, step, "came:  ", happened->line.data);
            at++;
        } else if (!may_be_unlisted(check->transcript, happened->type)) {
            differ(check, step, "came instead, or too soon: ", happened->line.data);
            return;
        }
    }
    if (next_step(check->transcript, &at, STEP_EVENT) != NULL)
        differ(check, &check->transcript->steps[at], "did not come, or not here", "");
}

/* The first stretch is the preamble, where there is one: only what follows is shown. */
static bool is_preamble(const struct transcript *transcript, size_t stretch)
{
    return stretch == 0 && transcript->count > 0 && transcript->steps[0].line == 0;
}

void expect(struct text *report, const struct transcript *transcript, const struct replay *result)
{
    struct check check = {.transcript = transcript, .report = report};

    for (size_t i = 0; i < result->count; i++) {
        if (!is_preamble(transcript, i)) {
            check_output(&check, &result->stretches[i]);
            check_events(&check, &result->stretches[i]);
        }
        while (check.step < transcript->count && transcript->steps[check.step].kind != STEP_HOST)
            check.step++;
        check.step++;
    }
    if (result->trouble.length > 0)
        text_print(report, "%s:%u: %s\n", transcript->file, transcript->line, result->trouble.data);
}
