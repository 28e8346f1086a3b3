#ifndef SANSMTP_TEST_SESSION_H
#define SANSMTP_TEST_SESSION_H

/* Inside of replay.c and of what plays the two roles: a session under replay. */

#include "client_ledger.h"
#include "ledger.h"
#include "replay.h"

struct session {
    const struct replay_role *role;
    const struct transcript *transcript;
    const struct variant *variant;
    const struct arena *arena;
    struct replay *result;

    struct sansmtp_span in; /* octets given and not yet taken, at the end of arena->input */
    size_t piece;           /* octets that were handed in together, the last time */
    size_t given;           /* octets of the transcript's input */
    size_t limit;           /* the barrier that is gone to: steps in front of it may be done */

    const struct sansmtp_event *question; /* open, or NULL */
    struct text shown;                    /* the question as it came: it must stay so */
    size_t events;                        /* all that came */
    size_t served;                        /* the client's intents done */
    unsigned calls;                       /* of next() since the question came */
    size_t answers;                       /* the step from which on answers are looked for */
    bool withheld;                        /* the host leaves the question open until H: */
    struct text body;                     /* of the body events in a row */
    struct text response;                 /* to a question; borrowed by the engine */
    uint8_t *lent;                        /* borrowed by the engine */
    size_t lent_length;

    /* the server's */
    struct sansmtp_server *server;
    struct ledger ledger;
    bool held;          /* H: pause */
    bool pause_now;     /* variant->pausing: an event came, resume comes next */
    uint32_t restarted; /* recipients of H: restart */

    /* the client's */
    struct sansmtp_client *client;
    struct client_ledger client_ledger;
    size_t intents;      /* the step from which on intents are looked for */
    bool assumed;        /* that the peer will greet */
    struct text message; /* octets of the body intent in hand */
    size_t message_at;
    bool lending; /* message holds such */
    bool stalled; /* the transport takes only so many octets more */
    size_t allowance;
};

enum { SESSION_SPANS = 3 };

/* A stretch that is compared with its steps: from first, up to end. */
struct check {
    const struct transcript *transcript;
    struct text *report;
    size_t first, end;
};

/* What a replay knows of an engine and its host. */
struct replay_role {
    char engine;         /* what its lines begin with */
    bool hides_preamble; /* what a preamble sends and tells is not looked at */
    unsigned ways;       /* that vary() tells apart */
    void (*vary)(struct variant *variant, size_t number);
    /* The options of a block, small (0) or large (1), and the octets that it needs. */
    size_t (*prepare)(struct arena *arena, const struct transcript *transcript, size_t which);
    int (*init)(struct session *session, void *block, size_t length, size_t which);

    /* One call; run() gives its result. Events go to session_event(). */
    const struct sansmtp_event *(*next)(struct session *session);
    int (*run)(struct session *session);
    int (*eof)(struct session *session);
    int (*expired)(struct session *session);
    uint32_t (*wants)(const struct session *session);
    int (*error)(const struct session *session);
    uint32_t (*patience)(const struct session *session);
    int (*secret)(const struct session *session);
    size_t (*output)(struct session *session, struct sansmtp_span *spans);
    int (*sent)(struct session *session, size_t length);

    void (*print)(struct text *line, const struct sansmtp_event *event);
    /* Behind an event was written down: books, and what the host does at once. */
    void (*told)(struct session *session, const struct sansmtp_event *event);
    /* Answers the open question as the transcript says. */
    void (*answer)(struct session *session);
    /* The wants as they must be after any call. */
    void (*check_turn)(struct session *session);
    /* Does what the host owes besides answers; true: something was done, or moved is true. */
    bool (*serve)(struct session *session, bool moved);
    /* The action of a step that is a barrier. */
    void (*act)(struct session *session, const struct step *step);
    /* At the end, with all that was sent. */
    void (*check_end)(struct session *session, const struct text *output);
    void (*free)(struct session *session);

    /* What short cases need not list; named: the next E: is about such an event. */
    bool (*may_be_unlisted)(const struct transcript *transcript, const struct happened *happened,
                            bool named);
    /* The output of a stretch against the check's steps. */
    void (*expect_output)(struct check *check, const struct text *output);
};

void session_trouble(struct session *session, const char *what, const char *detail);
void session_demand(struct session *session, bool holds, const char *rule);
bool session_troubled(const struct session *session);

/* From next() and from callbacks. */
void session_event(struct session *session, const struct sansmtp_event *event);

/* Adds the output to the record, piece by piece; true if there was any. */
bool session_drain(struct session *session);

/* The question was answered. */
void session_close_question(struct session *session);

/* Was this the result that the step speaks of? */
bool session_expected(struct session *session, const struct step *step, int result);

/* replay_expect.c: tells a difference; line 0: that of the case. */
void check_differ(struct check *check, unsigned line, const char *wanted, const char *came);

/* replay_expect.c: is this E: line about an event of this type? */
bool step_speaks_of(const struct step *step, uint32_t type);

/* A call as a transcript writes it: a name, and what it is called with. */
struct session_call {
    const char *name;
    int (*make)(struct session *session, const char *words);
};

/* session_call.c: the call that the words begin with: one of these, or of those that both roles
 * have; NULL: there is none. */
const struct session_call *session_find_call(const struct session_call *calls, size_t count,
                                             const char *words);

/* session_call.c: W: READ WRITE error=GONE. */
void session_check_wants(struct session *session, const char *expected);

#endif
