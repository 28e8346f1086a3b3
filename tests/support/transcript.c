#define _DEFAULT_SOURCE

#include "transcript_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void reader_complain(struct reader *reader, const char *why, const char *what)
{
    text_print(reader->complaint, "%s:%u: %s: %s\n", reader->file, reader->line, why, what);
}

bool step_is_barrier(const struct step *step)
{
    return step->kind == STEP_INPUT || step->kind == STEP_ACT || step->kind == STEP_WANTS;
}

struct step *reader_add(struct reader *reader, enum step_kind kind, const char *words,
                        size_t length)
{
    struct transcript *transcript = reader->current;
    struct step *step;

    transcript->steps = realloc(transcript->steps,
                                (transcript->count + 1) * sizeof *transcript->steps);
    if (transcript->steps == NULL) {
        abort();
    }
    step = &transcript->steps[transcript->count++];
    memset(step, 0, sizeof *step);
    step->kind = kind;
    step->line = reader->line;
    step->after = transcript->input.length;
    text_add(&step->text, words, length);
    text_clear(&step->error);
    return step;
}

size_t reader_times(struct reader *reader, char how, const char **words)
{
    char *end;
    unsigned long count;

    if (how != '*') {
        return 1;
    }
    count = strtoul(*words, &end, 10);
    if (end == *words || count == 0 || *end != ' ') {
        reader_complain(reader, "a number and a space are missing", *words);
    } else {
        *words = end + 1;
    }
    return count;
}

void reader_octets(struct reader *reader, struct text *text, char how, const char *words)
{
    size_t count = reader_times(reader, how, &words);

    while (count-- > 0) {
        if (!text_add_unescaped(text, words, strlen(words))) {
            reader_complain(reader, "broken escape", words);
        }
    }
    if (how == ':') {
        text_add(text, "\r\n", 2);
    }
}

const char *reader_call(struct reader *reader, char how, const char *words, size_t *error)
{
    *error = how == '!' ? strcspn(words, " ") : 0;
    if (how != '!') {
        return words;
    }
    if (words[*error] == '\0') {
        reader_complain(reader, "no call behind the error", words);
        return words + *error;
    }
    return words + *error + 1;
}

static void read_answer(struct reader *reader, char how, const char *words)
{
    size_t error;
    const char *call = reader_call(reader, how, words, &error);

    text_add(&reader_add(reader, STEP_ANSWER, call, strlen(call))->error, words, error);
}

/* "E: event words -> answer" is "E: event words" and "A: answer". */
static void read_event(struct reader *reader, const char *words)
{
    const char *arrow = strstr(words, " -> ");

    reader_add(reader, STEP_EVENT, words, arrow == NULL ? strlen(words) : (size_t)(arrow - words));
    if (arrow != NULL) {
        read_answer(reader, ':', arrow + 4);
    }
}

void reader_step(struct reader *reader, const char *line)
{
    char how = line[0] == '\0' ? '\0' : line[1];
    const char *words = how == '\0' ? line : line + 2;

    words += *words == ' ';
    if (line[0] == 'E' && how == ':') {
        read_event(reader, words);
    } else if (line[0] == 'A' && (how == ':' || how == '!')) {
        read_answer(reader, how, words);
    } else if (line[0] == 'W' && how == ':') {
        reader_add(reader, STEP_WANTS, words, strlen(words));
    } else if (how == '\0' || !reader->role->line(reader, line[0], how, words)) {
        reader_complain(reader, "not a line of a transcript", line);
    }
}

static void read_options(struct reader *reader, const char *words)
{
    while (*words != '\0') {
        char word[512];
        size_t length = 0;
        bool quoted = false;

        for (; *words != '\0' && (quoted || *words != ' ') && length < sizeof word - 1; words++) {
            if (*words == '"') {
                quoted = !quoted;
            } else {
                word[length++] = *words;
            }
        }
        word[length] = '\0';
        if (length > 0 && !reader->role->option(reader->current, word)) {
            reader_complain(reader, "unknown or broken option", word);
        }
        words += strspn(words, " ");
    }
}

static void free_case(struct transcript *transcript)
{
    for (size_t i = 0; i < transcript->count; i++) {
        text_free(&transcript->steps[i].text);
        text_free(&transcript->steps[i].error);
    }
    for (size_t i = 0; i < TRANSCRIPT_STRINGS; i++) {
        free(transcript->strings[i]);
    }
    text_free(&transcript->start);
    text_free(&transcript->offers);
    text_free(&transcript->input);
    free(transcript->steps);
    free(transcript->title);
    free(transcript);
}

static void finish_case(struct reader *reader)
{
    if (reader->current != NULL && reader->current->count == 0) {
        reader_complain(reader, "a case without a transcript", reader->current->title);
    }
    reader->current = NULL;
}

static void begin_case(struct reader *reader, const char *title)
{
    struct transcripts *all = reader->all;
    struct transcript *transcript = calloc(1, sizeof *transcript);

    finish_case(reader);
    all->cases = realloc(all->cases, (all->count + 1) * sizeof(struct transcript *));
    if (transcript == NULL || all->cases == NULL) {
        abort();
    }
    all->cases[all->count++] = transcript;
    transcript->file = reader->file;
    transcript->line = reader->line;
    transcript->title = strdup(title);
    text_clear(&transcript->start);
    text_clear(&transcript->offers);
    text_clear(&transcript->input);
    reader->role->set_defaults(transcript);
    reader->current = transcript;
}

/* The steps of the preamble are of no line. */
static void begin_steps(struct reader *reader)
{
    unsigned line = reader->line;

    reader->current->begun = true;
    reader->line = 0;
    reader->role->begin(reader);
    reader->line = line;
}

static void read_fenced(struct reader *reader, const char *line)
{
    struct transcript *transcript = reader->current;

    if (strncmp(line, "options:", 8) == 0 && !transcript->begun) {
        read_options(reader, line + 8 + strspn(line + 8, " "));
        return;
    }
    if (!transcript->begun) {
        begin_steps(reader);
    }
    if (*line != '\0' && *line != '#') {
        reader_step(reader, line);
    }
}

static void read_line(struct reader *reader, const char *line)
{
    if (strncmp(line, "```", 3) == 0) {
        reader->fenced = !reader->fenced;
        if (reader->current == NULL) {
            reader_complain(reader, "a transcript without a heading", line);
        } else if (reader->fenced && reader->current->begun) {
            reader_complain(reader, "a second transcript under one heading", line);
        }
    } else if (reader->fenced && reader->current != NULL) {
        read_fenced(reader, line);
    } else if (strncmp(line, "## ", 3) == 0) {
        begin_case(reader, line + 3);
    }
}

void transcripts_read(struct transcripts *all, const struct transcript_role *role, const char *file,
                      struct text *complaint)
{
    struct reader reader = {.all = all, .role = role, .file = file, .complaint = complaint};
    FILE *stream = fopen(file, "rb");
    char *line = NULL;
    size_t room = 0;
    ssize_t length;

    if (stream == NULL) {
        reader_complain(&reader, "cannot be opened", file);
        return;
    }
    while ((length = getline(&line, &room, stream)) > 0) {
        line[length - (line[length - 1] == '\n')] = '\0';
        reader.line++;
        read_line(&reader, line);
    }
    if (reader.fenced) {
        reader_complain(&reader, "a transcript that does not end", "```");
    }
    finish_case(&reader);
    free(line);
    fclose(stream);
}

void transcripts_free(struct transcripts *all)
{
    for (size_t i = 0; i < all->count; i++) {
        free_case(all->cases[i]);
    }
    free(all->cases);
    memset(all, 0, sizeof *all);
}
