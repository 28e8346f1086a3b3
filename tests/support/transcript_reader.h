#ifndef SANSMTP_TEST_TRANSCRIPT_READER_H
#define SANSMTP_TEST_TRANSCRIPT_READER_H

/* Inside of transcript.c, server_transcript.c and client_transcript.c: a file that is being
 * read. */

#include "transcript.h"

struct reader {
    struct transcripts *all;
    const struct transcript_role *role;
    const char *file;
    unsigned line;
    bool fenced;
    struct transcript *current; /* the case under the last heading */
    struct text *complaint;
};

/* What the files of one engine have of their own. */
struct transcript_role {
    void (*set_defaults)(struct transcript *transcript);
    /* One word of the options line; false: unknown or broken. */
    bool (*option)(struct transcript *transcript, const char *word);
    /* The steps that are not shown. */
    void (*begin)(struct reader *reader);
    /* "C: words" is 'C', ':' and the words; false: this is no line of a transcript. */
    bool (*line)(struct reader *reader, char who, char how, const char *words);
};

bool server_transcript_option(struct transcript *transcript, const char *word);
bool client_transcript_option(struct transcript *transcript, const char *word);

void reader_complain(struct reader *reader, const char *why, const char *what);
struct step *reader_add(struct reader *reader, enum step_kind kind, const char *words,
                        size_t length);
/* "* 100 text": how often; words moves to the text. */
size_t reader_times(struct reader *reader, char how, const char **words);
/* ": text" with CRLF behind it, "| text" without, "* 100 text" so many times. */
void reader_octets(struct reader *reader, struct text *text, char how, const char *words);
/* "! ERROR call": the call, and how long the error in front of it is. */
const char *reader_call(struct reader *reader, char how, const char *words, size_t *error);
void reader_step(struct reader *reader, const char *line);

#endif
