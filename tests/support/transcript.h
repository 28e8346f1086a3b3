#ifndef SANSMTP_TEST_TRANSCRIPT_H
#define SANSMTP_TEST_TRANSCRIPT_H

/* Transcripts: Markdown files of cases, as tests/transcripts/README.md describes them. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sansmtp/server.h>

#include "text.h"

enum step_kind {
    STEP_REPLY,  /* S: a line that the engine must have sent */
    STEP_EVENT,  /* E: an event that must have come */
    STEP_ANSWER, /* A: what the host says to the question of the last E: */
    STEP_HOST,   /* H: what the host does once all before is taken and sent */
    STEP_WANTS,  /* W: what the engine must want then */
};

struct step {
    enum step_kind kind;
    unsigned line;     /* in the file; 0: of the preamble */
    size_t after;      /* octets of input in front of it */
    struct text text;  /* as written, S: octets */
    struct text error; /* A, H: the error it must give, by name; empty: none */
};

/* Words of the options line that are not the engine's. */
#define TRANSCRIPT_STRICT 1u  /* every event must be listed */
#define TRANSCRIPT_EARLY  2u  /* the client speaks before it is greeted */
#define TRANSCRIPT_WHOLE  4u  /* the outcome depends on arrival: not cut */
#define TRANSCRIPT_UTF8   8u  /* replies may hold UTF-8 */
#define TRANSCRIPT_TLS    16u /* the channel is under TLS from the start */

struct transcript {
    const char *file;
    unsigned line; /* of its heading */
    char *title;
    uint32_t words;    /* TRANSCRIPT_... */
    struct text start; /* the preamble that is not shown: nothing, greeting, hello ... */
    size_t preamble;   /* octets of input that belong to it */
    struct text input; /* all octets of the client */
    struct step *steps;
    size_t count;
    struct sansmtp_server_options options;
    char *strings[6]; /* hostname, greeting, mechanisms, urls, solicitations, priorities */
};

struct transcripts {
    struct transcript **cases;
    size_t count;
};

/* Reads a file; what is wrong with it goes to complaint ("file:line: why"), one a line. */
void transcripts_read(struct transcripts *all, const char *file, struct text *complaint);
void transcripts_free(struct transcripts *all);

/* Does a step end a stretch of input: must all before have been taken and sent? */
bool step_is_barrier(const struct step *step);

/* transcript_options.c: the words of a made-up host: the option "additions". */
extern const struct sansmtp_additions transcript_additions;
/* transcript_options.c: one word of the options line; false: unknown or broken. */
bool transcript_option(struct transcript *transcript, const char *word);
/* transcript_options.c: the bit of an extension, 0: none of that name. */
uint64_t transcript_extension(const char *name);

#endif
