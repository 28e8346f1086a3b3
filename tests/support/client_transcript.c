#define _DEFAULT_SOURCE

#include "client_transcript.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct client_transcripts *all;
    const char *file;
    unsigned line;
    bool fenced;
    struct client_transcript *current; /* the case under the last heading */
    struct text *complaint;
};

static void complain(struct reader *reader, const char *why, const char *what)
{
    text_print(reader->complaint, "%s:%u: %s: %s\n", reader->file, reader->line, why, what);
}

bool client_step_is_barrier(const struct client_step *step)
{
    return step->kind == CLIENT_STEP_INPUT || step->kind == CLIENT_STEP_ACT ||
           step->kind == CLIENT_STEP_WANTS;
}

/* "BDAT 3": how much was lent at once can be seen. */
static bool is_chunk(const struct client_step *step)
{
    return step->kind == CLIENT_STEP_OUTPUT && step->text.length > 4 &&
           memcmp(step->text.data, "BDAT", 4) == 0;
}

bool client_transcript_lends_whole(const struct client_transcript *transcript)
{
    for (size_t i = 0; i < transcript->count; i++) {
        const struct client_step *step = &transcript->steps[i];

        if (is_chunk(step) || (step->kind == CLIENT_STEP_INTENT && step->error.length > 0))
            return true;
    }
    return false;
}

static struct client_step *add_step(struct reader *reader, enum client_step_kind kind,
                                    const char *words, size_t length)
{
    struct client_transcript *transcript = reader->current;
    struct client_step *step;

    transcript->steps = realloc(transcript->steps,
                                (transcript->count + 1) * sizeof *transcript->steps);
    if (transcript->steps == NULL)
        abort();
    step = &transcript->steps[transcript->count++];
    memset(step, 0, sizeof *step);
    step->kind = kind;
    step->line = reader->line;
    step->after = transcript->input.length;
    text_add(&step->text, words, length);
    text_clear(&step->error);
    return step;
}

/* "* 100 text": how often, and what. */
static size_t times(struct reader *reader, char how, const char **words)
{
    char *end;
    unsigned long count;

    if (how != '*')
        return 1;
    count = strtoul(*words, &end, 10);
    if (end == *words || count == 0 || *end != ' ')
        complain(reader, "a number and a space are missing", *words);
    else
        *words = end + 1;
    return count;
}

static void add_octets(struct reader *reader, struct text *text, char how, const char *words)
{
    size_t count = times(reader, how, &words);

    while (count-- > 0) {
        if (!text_add_unescaped(text, words, strlen(words)))
            complain(reader, "broken escape", words);
    }
    if (how == ':')
        text_add(text, "\r\n", 2);
}

static void read_output(struct reader *reader, char how, const char *words)
{
    add_octets(reader, &add_step(reader, CLIENT_STEP_OUTPUT, "", 0)->text, how, words);
}

/* Lines of the peer in a row are one piece; what stands above must be done before the first. */
static void read_input(struct reader *reader, char how, const char *words)
{
    struct client_transcript *transcript = reader->current;

    if (transcript->count == 0 ||
        transcript->steps[transcript->count - 1].kind != CLIENT_STEP_INPUT)
        add_step(reader, CLIENT_STEP_INPUT, "", 0);
    add_octets(reader, &transcript->input, how, words);
}

static bool is_intent(const char *words)
{
    static const char *const intents[] = {"submit", "recipient", "end",  "body", "last",
                                          "body*",  "last*",     "quit", "command",
                                          "burl",   NULL};
    size_t length = strcspn(words, " ");

    for (size_t i = 0; intents[i] != NULL; i++) {
        if (strlen(intents[i]) == length && memcmp(intents[i], words, length) == 0)
            return true;
    }
    return false;
}

/* "to a b": each recipient in turn, and that there are no more. */
static void read_recipients(struct reader *reader, const char *words)
{
    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        struct client_step *step = add_step(reader, CLIENT_STEP_INTENT, "recipient ", 10);

        text_add(&step->text, words, length);
        words += length + strspn(words + length, " ");
    }
    add_step(reader, CLIENT_STEP_INTENT, "end", 3);
}

/* "mail s a b": the whole envelope. */
static void read_mail(struct reader *reader, const char *words)
{
    size_t length = strcspn(words, " ");
    struct client_step *step = add_step(reader, CLIENT_STEP_INTENT, "submit ", 7);

    text_add(&step->text, words, length);
    read_recipients(reader, words + length + strspn(words + length, " "));
}

/* "H! ERROR call": the call must be refused so. What is not the time for cannot be waited for. */
static void read_host(struct reader *reader, char how, const char *words)
{
    size_t error = how == '!' ? strcspn(words, " ") : 0;
    const char *call = words + error + (words[error] == ' ' && how == '!');
    bool untimely = error == 5 && memcmp(words, "STATE", 5) == 0;
    struct client_step *step;

    if (strncmp(call, "mail ", 5) == 0) {
        read_mail(reader, call + 5);
    } else if (strncmp(call, "to ", 3) == 0) {
        read_recipients(reader, call + 3);
    } else {
        step = add_step(reader, is_intent(call) && !untimely ? CLIENT_STEP_INTENT : CLIENT_STEP_ACT,
                        call, strlen(call));
        text_add(&step->error, words, error);
    }
}

static void read_answer(struct reader *reader, char how, const char *words)
{
    size_t error = how == '!' ? strcspn(words, " ") : 0;
    const char *call = words + error + (words[error] == ' ' && how == '!');
    struct client_step *step = add_step(reader, CLIENT_STEP_ANSWER, call, strlen(call));

    text_add(&step->error, words, error);
}

/* "E: event words -> answer" is "E: event words" and "A: answer". */
static void read_event(struct reader *reader, const char *words)
{
    const char *arrow = strstr(words, " -> ");

    add_step(reader, CLIENT_STEP_EVENT, words,
             arrow == NULL ? strlen(words) : (size_t)(arrow - words));
    if (arrow != NULL)
        read_answer(reader, ':', arrow + 4);
}

static void read_step(struct reader *reader, const char *line)
{
    char how = line[0] == '\0' ? '\0' : line[1];
    const char *words = how == '\0' ? line : line + 2;

    words += *words == ' ';
    if (line[0] == 'C' && how != '\0' && strchr(":|*", how) != NULL)
        read_output(reader, how, words);
    else if (line[0] == 'S' && how != '\0' && strchr(":|*", how) != NULL)
        read_input(reader, how, words);
    else if (line[0] == 'E' && how == ':')
        read_event(reader, words);
    else if (line[0] == 'A' && (how == ':' || how == '!'))
        read_answer(reader, how, words);
    else if (line[0] == 'H' && (how == ':' || how == '!'))
        read_host(reader, how, words);
    else if (line[0] == 'W' && how == ':')
        add_step(reader, CLIENT_STEP_WANTS, words, strlen(words));
    else
        complain(reader, "not a line of a transcript", line);
}

/* The peer's hello: its name, then what it offers, one a line. */
static void add_offers(struct reader *reader)
{
    const char *at = reader->current->offers.length == 0 ? "" : reader->current->offers.data;
    struct text line = {0};

    text_print(&line, "S: 250%cmx.example", *at == '\0' ? ' ' : '-');
    while (*at != '\0') {
        size_t length = strcspn(at, ",");

        read_step(reader, line.data);
        text_clear(&line);
        text_print(&line, "S: 250%c%.*s", at[length] == '\0' ? ' ' : '-', (int)length, at);
        at += length + (at[length] == ',');
    }
    read_step(reader, line.data);
    text_free(&line);
}

static void begin_steps(struct reader *reader)
{
    struct client_transcript *transcript = reader->current;
    bool lmtp = (transcript->options.flags & SANSMTP_CLIENT_LMTP) != 0;
    unsigned line = reader->line;

    transcript->begun = true;
    if (transcript->from_nothing)
        return;
    reader->line = 0;
    read_step(reader, "S: 220 mx.example");
    read_step(reader, lmtp ? "C: LHLO c.example" : "C: EHLO c.example");
    add_offers(reader);
    transcript->preamble = transcript->input.length;
    read_step(reader, "H: wait");
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
        if (length > 0 && !client_transcript_option(reader->current, word))
            complain(reader, "unknown or broken option", word);
        words += strspn(words, " ");
    }
}

static void free_case(struct client_transcript *transcript)
{
    for (size_t i = 0; i < transcript->count; i++) {
        text_free(&transcript->steps[i].text);
        text_free(&transcript->steps[i].error);
    }
    for (size_t i = 0; i < CLIENT_STRINGS; i++)
        free(transcript->strings[i]);
    text_free(&transcript->offers);
    text_free(&transcript->input);
    free(transcript->steps);
    free(transcript->title);
    free(transcript);
}

static void finish_case(struct reader *reader)
{
    if (reader->current != NULL && !reader->current->begun)
        complain(reader, "a case without a transcript", reader->current->title);
    reader->current = NULL;
}

static void begin_case(struct reader *reader, const char *title)
{
    struct client_transcripts *all = reader->all;
    struct client_transcript *transcript = calloc(1, sizeof *transcript);

    finish_case(reader);
    all->cases = realloc(all->cases, (all->count + 1) * sizeof(struct client_transcript *));
    if (transcript == NULL || all->cases == NULL)
        abort();
    all->cases[all->count++] = transcript;
    transcript->file = reader->file;
    transcript->line = reader->line;
    transcript->title = strdup(title);
    text_clear(&transcript->input);
    sansmtp_client_options_init(&transcript->options, sizeof transcript->options);
    client_transcript_option(transcript, "tls=none");
    client_transcript_option(transcript, "hello=c.example");
    reader->current = transcript;
}

static void read_fenced(struct reader *reader, const char *line)
{
    struct client_transcript *transcript = reader->current;

    if (strncmp(line, "options:", 8) == 0 && !transcript->begun) {
        read_options(reader, line + 8 + strspn(line + 8, " "));
        return;
    }
    if (!transcript->begun)
        begin_steps(reader);
    if (*line != '\0' && *line != '#')
        read_step(reader, line);
}

static void read_line(struct reader *reader, const char *line)
{
    if (strncmp(line, "```", 3) == 0) {
        reader->fenced = !reader->fenced;
        if (reader->current == NULL)
            complain(reader, "a transcript without a heading", line);
        else if (reader->fenced && reader->current->begun)
            complain(reader, "a second transcript under one heading", line);
    } else if (reader->fenced && reader->current != NULL) {
        read_fenced(reader, line);
    } else if (strncmp(line, "## ", 3) == 0) {
        begin_case(reader, line + 3);
    }
}

void client_transcripts_read(struct client_transcripts *all, const char *file,
                             struct text *complaint)
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

void client_transcripts_free(struct client_transcripts *all)
{
    for (size_t i = 0; i < all->count; i++)
        free_case(all->cases[i]);
    free(all->cases);
    memset(all, 0, sizeof *all);
}
