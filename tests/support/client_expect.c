/* Compares a replay of the client with what its transcript says. */

#include "client_replay.h"

#include <string.h>

#include "eventlog.h"

struct check {
    const struct client_transcript *transcript;
    struct text *report;
    size_t step; /* the next line that has not been looked at */
    size_t end;  /* the barrier behind them */
};

static void differ(struct check *check, unsigned line, const char *wanted, const char *came)
{
    text_print(check->report, "%s:%u: %s\n    came:  %s\n", check->transcript->file,
               line == 0 ? check->transcript->line : line, wanted, came);
}

/* All that this stretch must have sent. */
static void check_output(struct check *check, const struct stretch *stretch)
{
    struct text wanted = {0}, shown = {0}, came = {0};
    unsigned line = 0;

    text_clear(&wanted);
    for (size_t i = check->step; i < check->end; i++) {
        const struct client_step *step = &check->transcript->steps[i];

        if (step->kind == CLIENT_STEP_OUTPUT) {
            line = line == 0 ? step->line : line;
            text_add(&wanted, step->text.data, step->text.length);
        }
    }
    if (!text_equal(&wanted, &stretch->output)) {
        text_print(&shown, "C: ");
        text_add_escaped(&shown, wanted.data, wanted.length);
        text_clear(&came);
        text_add_escaped(&came, stretch->output.data, stretch->output.length);
        if (line == 0 && check->step > 0)
            line = check->transcript->steps[check->step - 1].line;
        differ(check, line, shown.data, came.data);
    }
    text_free(&wanted);
    text_free(&shown);
    text_free(&came);
}

/* What short cases need not list: that all went well. */
static bool may_be_unlisted(const struct client_transcript *transcript,
                            const struct happened *happened)
{
    if ((transcript->words & CLIENT_TRANSCRIPT_STRICT) != 0)
        return false;
    if (happened->type == SANSMTP_EVENT_READY)
        return true;
    return (happened->type == SANSMTP_EVENT_SENDER || happened->type == SANSMTP_EVENT_RESULT) &&
           strstr(happened->line.data, " flags=accepted") != NULL;
}

static bool speaks_of(const struct client_step *step, const struct happened *happened)
{
    const char *name = sansmtp_event_name(happened->type);
    size_t length = strlen(name);

    return step != NULL && strncmp(step->text.data, name, length) == 0 &&
           strchr(" ", step->text.data[length]) != NULL;
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

static bool event_matches(const struct client_step *step, const struct happened *happened)
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

static const struct client_step *next_event(struct check *check, size_t *at)
{
    for (; *at < check->end; (*at)++) {
        if (check->transcript->steps[*at].kind == CLIENT_STEP_EVENT)
            return &check->transcript->steps[*at];
    }
    return NULL;
}

static void check_events(struct check *check, const struct stretch *stretch)
{
    size_t at = check->step;
    const struct client_step *step;

    for (size_t i = 0; i < stretch->count; i++) {
        const struct happened *happened = &stretch->events[i];

        step = next_event(check, &at);
        if (speaks_of(step, happened) && event_matches(step, happened)) {
            at++;
        } else if (!may_be_unlisted(check->transcript, happened)) {
            differ(check, step == NULL ? 0 : step->line, step == NULL ? "nothing" : step->text.data,
                   happened->line.data);
            return;
        }
    }
    step = next_event(check, &at);
    if (step != NULL)
        differ(check, step->line, step->text.data, "nothing");
}

static size_t next_barrier(const struct client_transcript *transcript, size_t at)
{
    while (at < transcript->count && !client_step_is_barrier(&transcript->steps[at]))
        at++;
    return at;
}

void client_expect(struct text *report, const struct client_transcript *transcript,
                   const struct replay *result)
{
    struct check check = {.transcript = transcript, .report = report};

    for (size_t i = 0; i < result->count && report->length == 0; i++) {
        check.end = next_barrier(transcript, check.step);
        check_output(&check, &result->stretches[i]);
        check_events(&check, &result->stretches[i]);
        check.step = check.end + 1;
    }
    if (result->trouble.length > 0)
        text_print(report, "%s:%u: %s\n", transcript->file, transcript->line, result->trouble.data);
}

void client_replay_print(struct text *text, const struct replay *result)
{
    for (size_t i = 0; i < result->count; i++) {
        const struct stretch *stretch = &result->stretches[i];

        for (size_t j = 0; j < stretch->count; j++)
            text_print(text, "E: %s\n", stretch->events[j].line.data);
        if (stretch->output.length > 0) {
            text_print(text, "C| ");
            text_add_escaped(text, stretch->output.data, stretch->output.length);
            text_print(text, "\n");
        }
        text_print(text, "-\n");
    }
    if (result->trouble.length > 0)
        text_print(text, "%s\n", result->trouble.data);
}
