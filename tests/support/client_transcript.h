#ifndef SANSMTP_TEST_CLIENT_TRANSCRIPT_H
#define SANSMTP_TEST_CLIENT_TRANSCRIPT_H

/* Transcripts of the client: Markdown files of cases, see tests/transcripts/README.md. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sansmtp/client.h>

#include "text.h"

enum client_step_kind {
    CLIENT_STEP_INPUT,  /* S: the peer speaks, once all above is done */
    CLIENT_STEP_OUTPUT, /* C: octets that the engine must have sent */
    CLIENT_STEP_EVENT,  /* E: an event that must have come */
    CLIENT_STEP_ANSWER, /* A: what the host says to the challenge of the last E: */
    CLIENT_STEP_INTENT, /* H: what the host does as soon as the engine wants it */
    CLIENT_STEP_ACT,    /* H: what the host does once all above is taken and sent */
    CLIENT_STEP_WANTS,  /* W: what the engine must want then */
};

struct client_step {
    enum client_step_kind kind;
    unsigned line;     /* in the file; 0: of the preamble */
    size_t after;      /* octets of input in front of it */
    struct text text;  /* C: octets; else as written */
    struct text error; /* A, H: the error it must give, by name; empty: none */
};

/* Words of the options line that are not the engine's. */
#define CLIENT_TRANSCRIPT_STRICT 1u /* every event must be listed */
#define CLIENT_TRANSCRIPT_WHOLE  2u /* the outcome depends on arrival: not cut */
#define CLIENT_TRANSCRIPT_BINARY 4u /* the message goes out with any octets */
#define CLIENT_TRANSCRIPT_LINE   8u /* the case says how long the text may be */

enum { CLIENT_STRINGS = 2 };

struct client_transcript {
    const char *file;
    unsigned line; /* of its heading */
    char *title;
    uint32_t words;     /* CLIENT_TRANSCRIPT_... */
    bool from_nothing;  /* the block shows all, from the connection on */
    struct text offers; /* else: what the peer's hello offers, separated by commas */
    bool begun;         /* the preamble is read */
    size_t preamble;    /* octets of input that belong to it */
    struct text input;  /* all octets of the peer */
    struct client_step *steps;
    size_t count;
    struct sansmtp_client_options options;
    char *strings[CLIENT_STRINGS]; /* hello, mechanisms */
};

struct client_transcripts {
    struct client_transcript **cases;
    size_t count;
};

/* Reads a file; what is wrong with it goes to complaint ("file:line: why"), one a line. */
void client_transcripts_read(struct client_transcripts *all, const char *file,
                             struct text *complaint);
void client_transcripts_free(struct client_transcripts *all);

/* Must all in front of this step have been taken and sent? */
bool client_step_is_barrier(const struct client_step *step);

/* Does it matter how much of the body is lent at once? With chunks, and with refused octets. */
bool client_transcript_lends_whole(const struct client_transcript *transcript);

/* client_transcript_options.c: one word of the options line; false: unknown or broken. */
bool client_transcript_option(struct client_transcript *transcript, const char *word);

#endif
