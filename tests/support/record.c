/* The record of a replay: made by replay.c, compared and shown here. */

#include "record.h"

#include <stdlib.h>
#include <string.h>

struct stretch *record_stretch(struct replay *result)
{
    struct stretch *stretch;

    result->stretches = realloc(result->stretches, (result->count + 1) * sizeof *stretch);
    if (result->stretches == NULL) {
        abort();
    }
    stretch = &result->stretches[result->count++];
    memset(stretch, 0, sizeof *stretch);
    return stretch;
}

struct stretch *record_last(const struct replay *result)
{
    return &result->stretches[result->count - 1];
}

struct happened *record_event(struct replay *result, uint32_t type)
{
    struct stretch *stretch = record_last(result);
    struct happened *happened;

    stretch->events = realloc(stretch->events, (stretch->count + 1) * sizeof *happened);
    if (stretch->events == NULL) {
        abort();
    }
    happened = &stretch->events[stretch->count++];
    memset(happened, 0, sizeof *happened);
    happened->type = type;
    return happened;
}

bool record_ends_in(const struct replay *result, uint32_t type)
{
    const struct stretch *stretch = record_last(result);

    return stretch->count > 0 && stretch->events[stretch->count - 1].type == type;
}

bool event_depends_on_arrival(uint32_t type)
{
    return type == SANSMTP_EVENT_INJECTION || type == SANSMTP_EVENT_EARLY_TALKER;
}

void replay_free(struct replay *result)
{
    for (size_t i = 0; i < result->count; i++) {
        struct stretch *stretch = &result->stretches[i];

        for (size_t j = 0; j < stretch->count; j++) {
            text_free(&stretch->events[j].line);
        }
        free(stretch->events);
        text_free(&stretch->output);
    }
    free(result->stretches);
    text_free(&result->trouble);
}

/* "S: " a line, or "S| " what is none. */
static void print_output(struct text *text, char engine, const struct text *output)
{
    size_t line;

    for (size_t i = 0; i < output->length; i += line) {
        const char *at = output->data + i;
        const char *newline = memchr(at, '\n', output->length - i);
        bool whole = newline != NULL && newline > at && newline[-1] == '\r';

        line = newline == NULL ? output->length - i : (size_t)(newline - at) + 1;
        text_print(text, "%c%c ", engine, whole ? ':' : '|');
        text_add_escaped(text, at, whole ? line - 2 : line);
        text_print(text, "\n");
    }
}

void replay_print(struct text *text, const struct replay *result)
{
    for (size_t i = 0; i < result->count; i++) {
        const struct stretch *stretch = &result->stretches[i];

        for (size_t j = 0; j < stretch->count; j++) {
            text_print(text, "E: %s\n", stretch->events[j].line.data);
        }
        print_output(text, result->engine, &stretch->output);
        if (i + 1 < result->count) {
            text_print(text, "-\n");
        }
    }
    if (result->trouble.length > 0) {
        text_print(text, "%s\n", result->trouble.data);
    }
}

static bool stretch_equal(const struct stretch *left, const struct stretch *right)
{
    if (left->count != right->count || !text_equal(&left->output, &right->output)) {
        return false;
    }
    for (size_t i = 0; i < left->count; i++) {
        const struct happened *a = &left->events[i], *b = &right->events[i];

        if (a->type != b->type || a->taken != b->taken ||
            (!event_depends_on_arrival(a->type) && !text_equal(&a->line, &b->line))) {
            return false;
        }
    }
    return true;
}

bool replay_equal(const struct replay *left, const struct replay *right)
{
    if (left->count != right->count || !text_equal(&left->trouble, &right->trouble)) {
        return false;
    }
    for (size_t i = 0; i < left->count; i++) {
        if (!stretch_equal(&left->stretches[i], &right->stretches[i])) {
            return false;
        }
    }
    return true;
}
