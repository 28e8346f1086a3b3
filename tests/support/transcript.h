#ifndef SANSMTP_TEST_TRANSCRIPT_H
#define SANSMTP_TEST_TRANSCRIPT_H

/* Transcripts: Markdown files of cases, as tests/transcripts/README.md describes them. One
 * reader for both engines; what their files have of their own is a role. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sansmtp/client.h>
#include <sansmtp/server.h>

#include "text.h"

enum step_kind {
    STEP_INPUT,  /* the client's S: the peer speaks, once all above is done */
    STEP_OUTPUT, /* the engine must have sent: the server's S: a line, the client's C: octets */
    STEP_EVENT,  /* E: an event that must have come */
    STEP_ANSWER, /* A: what the host says to the question of the last E: */
    STEP_INTENT, /* the client's H: what the host does as soon as the engine wants it */
    STEP_ACT,    /* H: what the host does once all above is taken and sent */
    STEP_WANTS,  /* W: what the engine must want then */
};

struct step {
    enum step_kind kind;
    unsigned line;     /* in the file; 0: of the preamble */
    size_t after;      /* octets of input in front of it */
    struct text text;  /* STEP_OUTPUT: octets; else as written */
    struct text error; /* A, H: the error it must give, by name; empty: none */
};

/* Words of the options line that are not the engine's. */
#define TRANSCRIPT_STRICT 1u  /* every event must be listed */
#define TRANSCRIPT_WHOLE  2u  /* the outcome depends on arrival: not cut */
#define TRANSCRIPT_EARLY  4u  /* server: the client speaks before it is greeted */
#define TRANSCRIPT_UTF8   8u  /* server: replies may hold UTF-8 */
#define TRANSCRIPT_TLS    16u /* server: the channel is under TLS from the start */
#define TRANSCRIPT_BINARY 32u /* client: the message goes out with any octets */
#define TRANSCRIPT_LINE   64u /* client: the case says how long the text may be */

enum { TRANSCRIPT_STRINGS = 6 };

struct transcript {
    const char *file;
    unsigned line; /* of its heading */
    char *title;
    uint32_t words;     /* TRANSCRIPT_... */
    struct text start;  /* the preamble that is not shown: nothing, greeting, hello ... */
    struct text offers; /* client: what the peer's hello offers there, separated by commas */
    bool begun;         /* the preamble is read */
    size_t preamble;    /* octets of input that belong to it */
    struct text input;  /* all octets of the peer */
    struct step *steps;
    size_t count;
    struct sansmtp_server_options server; /* of the role */
    struct sansmtp_client_options client;
    char *strings[TRANSCRIPT_STRINGS]; /* that the options point to */
};

struct transcripts {
    struct transcript **cases;
    size_t count;
};

struct transcript_role;
extern const struct transcript_role server_transcripts, client_transcripts;

/* Reads a file; what is wrong with it goes to complaint ("file:line: why"), one a line. */
void transcripts_read(struct transcripts *all, const struct transcript_role *role, const char *file,
                      struct text *complaint);
void transcripts_free(struct transcripts *all);

/* Does a step end a stretch of input: must all before have been taken and sent? */
bool step_is_barrier(const struct step *step);

/* client_transcript.c: does it matter how much of the body is lent at once? With chunks, and with
 * refused octets. */
bool transcript_lends_whole(const struct transcript *transcript);

/* server_transcript_options.c: the words of a made-up host: the option "additions". */
extern const struct sansmtp_additions transcript_additions;
/* server_transcript_options.c: the bit of an extension, 0: none of that name. */
uint64_t transcript_extension(const char *name);

#endif
