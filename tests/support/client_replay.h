#ifndef SANSMTP_TEST_CLIENT_REPLAY_H
#define SANSMTP_TEST_CLIENT_REPLAY_H

/* One transcript of the client, replayed once, in one of the many ways in which it must come out
 * the same. The record that comes of it is that of replay.h. */

#include "client_ledger.h"
#include "client_transcript.h"
#include "replay.h"

struct client_variant {
    size_t cut;   /* the octet of input in front of which it is cut, or CUT_... */
    size_t drain; /* output is taken in pieces of so many octets; 0: all there is */
    bool lazy;    /* output is taken only when nothing else is left to do */
    bool late;    /* the host answers, and does what is wanted, only after some more calls */
    bool run;     /* through sansmtp_client_run() and callbacks, else next() */
    bool large;   /* much larger buffers than needed */
    bool gather;  /* output is taken by vectors() */
    bool split;   /* the body is lent octet by octet */
};

/* Memory for many replays of one transcript: everything ends at a guard page. */
struct client_arena {
    struct sansmtp_client_options options[2]; /* small, large */
    uint8_t *block[2];
    size_t block_length[2];
    uint8_t *input;
    size_t input_length;
};

struct client_session {
    const struct client_transcript *transcript;
    const struct client_variant *variant;
    const struct client_arena *arena;
    struct sansmtp_client *client;
    struct replay *result;
    struct client_ledger ledger;

    struct sansmtp_span in; /* octets given and not yet taken, at the end of arena->input */
    size_t piece;           /* octets that were handed in together, the last time */
    size_t given;           /* octets of the transcript's input */
    size_t limit;           /* the barrier that is gone to: steps in front of it may be done */

    const struct sansmtp_event *question; /* open, or NULL */
    struct text shown;                    /* the question as it came: it must stay so */
    size_t events;                        /* all that came */
    size_t served;                        /* intents done */
    unsigned calls;                       /* of next() since the question came */
    size_t answers;                       /* the step from which on answers are looked for */
    size_t intents;                       /* and intents */
    bool assumed;                         /* that the peer will greet */
    bool withheld;                        /* the host leaves the question open until H: */
    struct text response;                 /* borrowed by the engine */
    struct text message;                  /* octets of the body intent in hand */
    size_t message_at;
    bool lending;  /* message holds such */
    uint8_t *lent; /* borrowed by the engine */
    size_t lent_length;
    bool stalled; /* the transport takes only so many octets more */
    size_t allowance;
};

void client_arena_make(struct client_arena *arena, const struct client_transcript *transcript);
void client_arena_free(struct client_arena *arena);

void client_replay(struct replay *result, const struct client_transcript *transcript,
                   const struct client_variant *variant, const struct client_arena *arena);

/* The lines of a replay as a transcript, for reading. */
void client_replay_print(struct text *text, const struct replay *result);

/* client_expect.c: how the replay differs from what is written; an empty report: it does not. */
void client_expect(struct text *report, const struct client_transcript *transcript,
                   const struct replay *result);

/* Inside of client_replay.c, client_host.c and client_intent.c. */

void client_trouble(struct client_session *session, const char *what, const char *detail);
void client_demand(struct client_session *session, bool holds, const char *rule);

/* client_host.c: answers the open challenge as the transcript says. */
void client_host_answer(struct client_session *session);
/* client_host.c: the action of a H: or W: line that is a barrier. */
void client_host_act(struct client_session *session, const struct client_step *step);
/* client_host.c: was this the result that the step speaks of? */
bool client_host_expected(struct client_session *session, const struct client_step *step,
                          int result);

/* client_intent.c: does the next thing that the engine wants and the transcript has; true: done. */
bool client_host_serve(struct client_session *session, uint32_t wants);
/* client_intent.c: the intents in front of this step are not done; a refusal must have been. */
void client_host_pass_over(struct client_session *session, size_t until);
/* client_intent.c: one intent, now; what the engine says to it. */
int client_intend(struct client_session *session, const char *words);
/* client_submit.c: a message, a recipient, as their words have them. */
int client_submit(struct client_session *session, const char *text);
int client_recipient(struct client_session *session, const char *text);
/* client_capability.c: "assume PIPELINING,SIZE size=10", "capabilities size=10". */
int client_assume(struct client_session *session, const char *words);
int client_check_capabilities(struct client_session *session, const char *words);
/* client_intent.c: what was lent is taken back. */
void client_host_reclaim(struct client_session *session);

#endif
