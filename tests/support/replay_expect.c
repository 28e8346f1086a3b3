/* Compares a replay with what its transcript says. */

#include <string.h>

#include "eventlog.h"
#include "session.h"

void check_differ(struct check *check, unsigned line, const char *wanted, const char *came)
{
    text_print(check->report, "%s:%u: %s\n    came:  %s\n", check->transcript->file,
               line == 0 ? check->transcript->line : line, wanted, came);
}

bool step_speaks_of(const struct step *step, uint32_t type)
{
    const char *name = sansmtp_event_name(type);
    size_t length = strlen(name);

    return step->kind == STEP_EVENT && step->text.length >= length &&
           memcmp(step->text.data, name, length) == 0 &&
           strchr(" ", step->text.data[length]) != NULL;
}

/* Is this event the one that the line speaks of? A question must also come at its place. */
static bool speaks_of(const struct step *step, const struct happened *happened)
{
    return step != NULL && step_speaks_of(step, happened->type) &&
           (!event_is_question(happened->type) || step->after == happened->taken);
}

static bool word_matches(const char *word, size_t length, const char *line, struct text *value)
{
    const char *equals = memchr(word, '=', length);
    size_t name = equals == NULL ? length : (size_t)(equals - word);
    size_t rest = equals == NULL ? 0 : length - name - 1;
    bool found = event_word(line, word, name, value);

    /* "name=" alone: it must not be there. */
    if (equals == NULL || rest == 0) {
        return equals != NULL && !found;
    }
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

static const struct step *next_event(const struct check *check, size_t *at)
{
    for (; *at < check->end; (*at)++) {
        if (check->transcript->steps[*at].kind == STEP_EVENT) {
            return &check->transcript->steps[*at];
        }
    }
    return NULL;
}

static void check_events(struct check *check, const struct replay_role *role,
                         const struct stretch *stretch)
{
    size_t at = check->first;
    const struct step *step;

    for (size_t i = 0; i < stretch->count; i++) {
        const struct happened *happened = &stretch->events[i];
        bool named;

        step = next_event(check, &at);
        named = speaks_of(step, happened);
        if (named && event_matches(step, happened)) {
            at++;
        } else if (!role->may_be_unlisted(check->transcript, happened, named)) {
            check_differ(check, step == NULL ? 0 : step->line,
                         step == NULL ? "nothing" : step->text.data, happened->line.data);
            return;
        }
    }
    step = next_event(check, &at);
    if (step != NULL) {
        check_differ(check, step->line, step->text.data, "nothing, or not here");
    }
}

static size_t next_barrier(const struct transcript *transcript, size_t at)
{
    while (at < transcript->count && !step_is_barrier(&transcript->steps[at])) {
        at++;
    }
    return at;
}

static bool is_hidden(const struct replay_role *role, const struct check *check)
{
    return role->hides_preamble && check->first == 0 && check->transcript->count > 0 &&
           check->transcript->steps[0].line == 0;
}

void replay_expect(struct text *report, const struct replay_role *role,
                   const struct transcript *transcript, const struct replay *result)
{
    struct check check = {.transcript = transcript, .report = report};

    for (size_t i = 0; i < result->count && report->length == 0; i++) {
        check.end = next_barrier(transcript, check.first);
        if (!is_hidden(role, &check)) {
            role->expect_output(&check, &result->stretches[i].output);
            check_events(&check, role, &result->stretches[i]);
        }
        check.first = check.end + 1;
    }
    if (result->trouble.length > 0) {
        text_print(report, "%s:%u: %s\n", transcript->file, transcript->line, result->trouble.data);
    }
}
