/* The lines of a transcript of the server: C is the peer, S the engine. */

#include <string.h>

#include "transcript_reader.h"

static void read_reply(struct reader *reader, char how, const char *words)
{
    size_t count = reader_times(reader, how, &words);

    while (count-- > 0) {
        reader_octets(reader, &reader_add(reader, STEP_OUTPUT, "", 0)->text, '|', words);
    }
}

static void read_host(struct reader *reader, char how, const char *words)
{
    size_t error;
    const char *call = reader_call(reader, how, words, &error);

    text_add(&reader_add(reader, STEP_ACT, call, strlen(call))->error, words, error);
}

static bool read_line(struct reader *reader, char who, char how, const char *words)
{
    if (who == 'C' && strchr(":|*", how) != NULL) {
        reader_octets(reader, &reader->current->input, how, words);
    } else if (who == 'S' && strchr(":*", how) != NULL) {
        read_reply(reader, how, words);
    } else if (who == 'H' && strchr(":!", how) != NULL) {
        read_host(reader, how, words);
    } else {
        return false;
    }
    return true;
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

enum { STAGES = sizeof stages / sizeof stages[0], GREETING = 1, HELLO = 2 };

static void begin(struct reader *reader)
{
    struct transcript *transcript = reader->current;
    const char *start = transcript->start.length == 0 ? "hello" : transcript->start.data;
    size_t last = 0;

    while (last < STAGES && strcmp(stages[last].name, start) != 0) {
        last++;
    }
    if (last == STAGES) {
        reader_complain(reader, "no such start", start);
        return;
    }
    for (size_t i = HELLO; i <= last; i++) {
        reader_step(reader, stages[i].line);
    }
    if (last >= HELLO && (transcript->server.flags & SANSMTP_SERVER_LMTP) != 0) {
        memcpy(transcript->input.data, "LHLO", 4);
    }
    if (last >= GREETING) {
        reader_add(reader, STEP_ACT, "begin", 5);
    }
    transcript->preamble = transcript->input.length;
}

static void set_defaults(struct transcript *transcript)
{
    sansmtp_server_options_init(&transcript->server, sizeof transcript->server);
    server_transcript_option(transcript, "hostname=mx.example");
}

const struct transcript_role server_transcripts = {
    .set_defaults = set_defaults,
    .option = server_transcript_option,
    .begin = begin,
    .line = read_line,
};
