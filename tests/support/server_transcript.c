#define _DEFAULT_SOURCE

#include "transcript.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct transcripts *all;
    const char *file;
    unsigned line;
    bool fenced;
    struct transcript *current; /* the case under the last heading */
    struct text *complaint;
};

static void complain(struct reader *reader, const char *why, const char *what)
{
    text_print(reader->complaint, "%s:%u: %s: %s\n", reader->file, reader->line, why, what);
}

bool step_is_barrier(const struct step *step)
{
    return step->kind == STEP_HOST || step->kind == STEP_WANTS;
}

static struct step *add_step(struct reader *reader, enum step_kind kind, const char *words)
{
    struct transcript *transcript = reader->current;
    struct step *step;

    transcript->steps = realloc(transcript->steps,
                                (transcript->count + 1) * sizeof *transcript->steps);
    if (transcript->steps == NULL)
        abort();
    step = &transcript->steps[transcript->count++];
    memset(step, 0, sizeof *step);
    step->kind = kind;
    step->line = reader->line;
    step->after = transcript->input.length;
    text_add(&step->text, words, strlen(words));
    return step;
}

static void add_octets(struct reader *reader, struct text *text, const char *words)
{
    if (!text_add_unescaped(text, words, strlen(words)))
        complain(reader, "broken escape", words);
}

/* "* 100 text": how often, and what. */
static size_t times(struct reader *reader, const char **words)
{
    char *end;
    unsigned long count = strtoul(*words, &end, 10);

    if (end == *words || count == 0 || *end != ' ')
        complain(reader, "a number and a space are missing", *words);
    else
        *words = end + 1;
    return count;
}

static void read_reply(struct reader *reader, char how, const char *words)
{
    size_t count = how == '*' ? times(reader, &words) : 1;

    while (count-- > 0) {
        struct step *step = add_step(reader, STEP_REPLY, "");

        add_octets(reader, &step->text, words);
    }
}

static void read_client(struct reader *reader, char how, const char *words)
{
    struct text *input = &reader->current->input;
    size_t count = how == '*' ? times(reader, &words) : 1;

    while (count-- > 0)
        add_octets(reader, input, words);
    if (how == ':')
        text_add(input, "\r\n", 2);
}

/* "A! ERROR call": the call must be refused so. */
static void read_call(struct reader *reader, enum step_kind kind, char how, const char *words)
{
    size_t length = how == '!' ? strcspn(words, " ") : 0;
    struct step *step = add_step(reader, kind, words + length + (how == '!'));

    text_add(&step->error, words, length);
    if (how == '!' && words[length] == '\0')
        complain(reader, "no call behind the error", words);
}

/* "E: event words -> answer" is "E: event words" and "A: answer". */
static void read_event(struct reader *reader, const char *words)
{
    const char *arrow = strstr(words, " -> ");
    struct step *step;

    step = add_step(reader, STEP_EVENT, "");
    text_add(&step->text, words, arrow == NULL ? strlen(words) : (size_t)(arrow - words));
    if (arrow != NULL)
        add_step(reader, STEP_ANSWER, arrow + 4);
}

static void read_step(struct reader *reader, const char *line)
{
    char how = line[0] == '\0' ? '\0' : line[1];
    const char *words = how == '\0' ? line : line + 2;

    words += *words == ' ';
    if (line[0] == 'C' && strchr(":|*", how) != NULL)
        read_client(reader, how, words);
    else if (line[0] == 'S' && strchr(":*", how) != NULL)
        read_reply(reader, how, words);
    else if (line[0] == 'E' && how == ':')
        read_event(reader, words);
    else if (line[0] == 'A' && strchr(":!", how) != NULL)
        read_call(reader, STEP_ANSWER, how, words);
    else if (line[0] == 'H' && strchr(":!", how) != NULL)
        read_call(reader, STEP_HOST, how, words);
    else if (line[0] == 'W' && how == ':')
        add_step(reader, STEP_WANTS, words);
    else
        complain(reader, "not a line of a transcript", line);
}

/* The dialogues that lead to where a case starts; each includes those in front of it. */
struct stage {
    const char *name;
    const char *line;
};

static const struct stage stages[] = {
    {"nothing", NULL},
    {"greeting", NULL},
    {"hello", "C: EHLO c.example"},
    {"mail", "C: MAIL FROM:<s@c.example>"},
    {"recipient", "C: RCPT TO:<r@mx.example>"},
    {"data", "C: DATA"},
};

static void add_preamble(struct reader *reader)
{
    struct transcript *transcript = reader->current;
    const char *start = transcript->start.length == 0 ? "hello" : transcript->start.data;
    unsigned line = reader->line;
    size_t last = 0;

    while (last < 6 && strcmp(stages[last].name, start) != 0)
        last++;
    if (last == 6) {
        complain(reader, "no such start", start);
        return;
    }
    reader->line = 0;
    for (size_t i = 2; i <= last; i++)
        read_step(reader, stages[i].line);
    if (last >= 2 && (transcript->options.flags & SANSMTP_SERVER_LMTP) != 0)
        memcpy(transcript->input.data, "LHLO", 4);
    if (last >= 1)
        add_step(reader, STEP_HOST, "begin");
    transcript->preamble = transcript->input.length;
    reader->line = line;
}

static void read_options(struct reader *reader, const char *words)
{
    while (*words != '\0') {
        char word[512];
        size_t length = 0;
        bool quoted = false;

        for (; *words != '\0' && (quoted || *words != ' ') && length < sizeof word - 1; words++) {
            if (*words == '"')
                quoted = !quoted;
            else
                word[length++] = *words;
        }
        word[length] = '\0';
        if (length > 0 && !transcript_option(reader->current, word))
            complain(reader, "unknown or broken option", word);
        words += strspn(words, " ");
    }
}

static void free_case(struct transcript *transcript)
{
    for (size_t i = 0; i < transcript->count; i++) {
        text_free(&transcript->steps[i].text);
        text_free(&transcript->steps[i].error);
    }
    for (size_t i = 0; i < sizeof transcript->strings / sizeof transcript->strings[0]; i++)
        free(transcript->strings[i]);
    text_free(&transcript->start);
    text_free(&transcript->input);
    free(transcript->steps);
    free(transcript->title);
    free(transcript);
}

static void finish_case(struct reader *reader)
{
    if (reader->current != NULL && reader->current->count == 0)
        complain(reader, "a case without a transcript", reader->current->title);
    reader->current = NULL;
}

static void begin_case(struct reader *reader, const char *title)
{
    struct transcripts *all = reader->all;
    struct transcript *transcript = calloc(1, sizeof *transcript);

    finish_case(reader);
    all->cases = realloc(all->cases, (all->count + 1) * sizeof(struct transcript *));
    if (transcript == NULL || all->cases == NULL)
        abort();
    all->cases[all->count++] = transcript;
    transcript->file = reader->file;
    transcript->line = reader->line;
    transcript->title = strdup(title);
    text_clear(&transcript->input);
    sansmtp_server_options_init(&transcript->options, sizeof transcript->options);
    transcript_option(transcript, "hostname=mx.example");
    reader->current = transcript;
}

static void read_fenced(struct reader *reader, const char *line)
{
    struct transcript *transcript = reader->current;

    if (strncmp(line, "options:", 8) == 0 && transcript->count == 0) {
        read_options(reader, line + 8 + strspn(line + 8, " "));
        return;
    }
    if (transcript->preamble == 0 && transcript->count == 0 && transcript->input.length == 0)
        add_preamble(reader);
    if (*line != '\0' && *line != '#')
        read_step(reader, line);
}

static void read_line(struct reader *reader, const char *line)
{
    if (strncmp(line, "```", 3) == 0) {
        reader->fenced = !reader->fenced;
        if (reader->current == NULL)
            complain(reader, "a transcript without a heading", line);
        else if (reader->fenced && reader->current->count > 0)
            complain(reader, "a second transcript under one heading", line);
    } else if (reader->fenced && reader->current != NULL) {
        read_fenced(reader, line);
    } else if (strncmp(line, "## ", 3) == 0) {
        begin_case(reader, line + 3);
    }
}

void transcripts_read(struct transcripts *all, const char *file, struct text *complaint)
{
    struct reader reader = {.all = all, .file = file, .complaint = complaint};
    FILE *stream = fopen(file, "rb");
    char *line = NULL;
    size_t room = 0;
    ssize_t length;

    if (stream == NULL) {
        complain(&reader, "cannot be opened", file);
        return;
    }
    while ((length = getline(&line, &room, stream)) > 0) {
        line[length - (line[length - 1] == '\n')] = '\0';
        reader.line++;
        read_line(&reader, line);
    }
    if (reader.fenced)
        complain(&reader, "a transcript that does not end", "```");
    finish_case(&reader);
    free(line);
    fclose(stream);
}

void transcripts_free(struct transcripts *all)
{
    for (size_t i = 0; i < all->count; i++)
        free_case(all->cases[i]);
    free(all->cases);
    memset(all, 0, sizeof *all);
}
