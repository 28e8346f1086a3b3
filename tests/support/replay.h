#ifndef SANSMTP_TEST_REPLAY_H
#define SANSMTP_TEST_REPLAY_H

/* One transcript, replayed once, in one of the many ways in which it must come out the same. */

#include <stdbool.h>
#include <stddef.h>

#include "text.h"
#include "transcript.h"

#define CUT_NOWHERE    ((size_t)0)
#define CUT_EVERYWHERE ((size_t)-1)

struct variant {
    size_t cut;   /* the octet of input in front of which it is cut, or CUT_... */
    size_t drain; /* output is taken in pieces of so many octets; 0: all there is */
    bool lazy;    /* output is taken only when nothing else is left to do */
    bool late;    /* the host answers, and does what is wanted, only after some more calls */
    bool run;     /* through run() and callbacks, else next() */
    bool large;   /* much larger buffers than needed */

    bool pausing; /* server: pause() and resume() after each event */

    bool gather; /* client: output is taken by vectors() */
    bool split;  /* client: the body is lent octet by octet */
};

/* Memory for many replays of one transcript: everything ends at a guard page. */
struct arena {
    struct sansmtp_server_options server[2]; /* of the role: small, large */
    struct sansmtp_client_options client[2];
    uint8_t *block[2];
    size_t block_length[2];
    uint8_t *input;
    size_t input_length;
};

/* An event as it came, bodies joined. */
struct happened {
    uint32_t type;
    size_t taken;     /* octets of input that the engine had taken: for questions */
    struct text line; /* as by event_print() */
};

/* What came of it between two barriers. */
struct stretch {
    struct happened *events;
    size_t count;
    struct text output;
};

struct replay {
    struct stretch *stretches;
    size_t count;
    char engine;         /* what its lines begin with: S or C */
    struct text trouble; /* what broke a promise, empty if nothing did */
};

/* How a replay deals with one engine, and how many ways it has beyond those of both. */
struct replay_role;
extern const struct replay_role server_replays, client_replays;

unsigned replay_ways(const struct replay_role *role);
void replay_vary(const struct replay_role *role, struct variant *variant, size_t number);

void arena_make(struct arena *arena, const struct replay_role *role,
                const struct transcript *transcript);
void arena_free(struct arena *arena);

void replay(struct replay *result, const struct replay_role *role,
            const struct transcript *transcript, const struct variant *variant,
            const struct arena *arena);
void replay_free(struct replay *result);

/* Says in report what differs from what is written, "file:line: what"; nothing if all is so. */
void replay_expect(struct text *report, const struct replay_role *role,
                   const struct transcript *transcript, const struct replay *result);

/* record.c: the lines of a replay as a transcript, for reading. */
void replay_print(struct text *text, const struct replay *result);
bool replay_equal(const struct replay *left, const struct replay *right);

#endif
