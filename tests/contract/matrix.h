#ifndef SANSMTP_TEST_CONTRACT_MATRIX_H
#define SANSMTP_TEST_CONTRACT_MATRIX_H

/*
 * The matrix: every situation that a session can rest in x every call of server.h. For each cell
 * the result is what server.h says; a call that is refused, or only reads, changes nothing: neither
 * what can be seen at once, nor what the session does from there to its end, which is compared with
 * a twin session to which the call was never made.
 *
 *   situations.def   the situations
 *   situation.c      how a session gets there
 *   answer.c         the calls that answer a question
 *   call.c           all other calls
 *   rule.c           what server.h says that each returns
 *   effect.c         what server.h says that each leads to
 *   matrix.c         one trial, its twin, and the comparison
 */

#include "dialogue.h"

/* Where the call is made from. */
enum where {
    OUTSIDE,  /* the host's own loop */
    CALLBACK, /* inside the callback of the question, or of BODY where none is open */
    JUMPED    /* the same callback was left by longjmp */
};

/* What next() does with octets of the peer here. */
enum takes {
    TAKES_NOTHING,
    TAKES_LINE, /* and answers NOOP */
    TAKES_BODY,
    TAKES_RESPONSE,
    TAKES_INJECTION,
    TAKES_EARLY, /* tells of them, and leaves them */
    TAKES_GREETING, /* leaves them until the greeting */
    TAKES_ALL    /* and drops them */
};

/* Whose silence patience() counts. */
enum wait { NOBODY, COMMAND, BODY };

/* What else is so. */
enum {
    LINES_YES = 1, /* lines of code 250 stand before the answer */
    LINES_NO = 2,  /* lines of code 550 do */
    PAUSED = 4,
    OVER = 8,        /* the session is over, CLOSING is told */
    TLS_DUE = 16,    /* the handshake is wanted, now or once 220 is drained */
    FRESH = 32,      /* next() was never called */
    LENT = 64,       /* a line is being collected in lent memory */
    UNSAID = 128,    /* a long reply is half written: no 421 would be understood */
    CLOSE_SAID = 256, /* the host said close() */
    TURNED = 512,     /* the roles turn: CLOSING is told, the connection lives on */
    ANEW = 1024       /* CONNECT comes next, for another client */
};

struct situation {
    const char *name;
    uint32_t question; /* that is open, 0: none */
    enum where where;
    uint32_t traits;
    uint32_t wants;
    enum wait wait;
    enum takes takes;
    void (*arrange)(struct dialogue *dialogue);
    const char *words; /* of the peer, that lead to the question */
    const char *tail;  /* what it says next, up to a boundary */
};

extern struct situation contract_situations[];

/* Opens a session and brings it there: for CALLBACK and JUMPED up to the octets of which run() will
 * make the event. */
void contract_arrive(struct dialogue *dialogue, const struct situation *situation);

/* What can be seen of a session without changing it. */
struct sight {
    uint32_t wants;
    uint32_t patience;
    uint32_t serial;
    int error;
    int secret;
    struct text output;
    struct text question; /* the open one, as it reads now */
};

struct call;

struct trial {
    struct dialogue dialogue;
    const struct call *call; /* NULL: none is made */
    int result;
    size_t taken; /* octets that next() took */
    struct sight before, after;
    size_t events;   /* how many octets of dialogue.events were noted before the call */
    size_t output;   /* the same of dialogue.output */
    int final_error; /* at the end of the session */
    bool made;
};

/* A question that the engine has forgotten is no longer to be answered. */
void contract_void(struct dialogue *dialogue);

struct call {
    const char *name;
    int (*make)(struct trial *trial);
    int (*expected)(const struct situation *situation); /* what server.h says it returns */
    bool (*same)(const struct situation *situation);    /* 0 or more, and yet nothing changes? */
    /* What came of it, at once and at the end, if it did change something. */
    void (*effect)(const struct situation *situation, const struct trial *trial);
};

extern const struct call contract_answers[];
extern const size_t contract_answer_count;
extern const struct call contract_calls[];
extern const size_t contract_call_count;

/* rule.c */
int rule_fine(const struct situation *situation);
int rule_bad_argument(const struct situation *situation);
int rule_bad_memory(const struct situation *situation);
int rule_bad_options(const struct situation *situation);
bool rule_always(const struct situation *situation);
bool rule_unless_fresh(const struct situation *situation);
bool rule_when_over(const struct situation *situation);
int rule_wrong_code(const struct situation *situation);
int rule_wrong_text(const struct situation *situation);
int rule_a_yes(const struct situation *situation);
int rule_a_no(const struct situation *situation);
int rule_an_acceptance(const struct situation *situation);
int rule_a_declination(const struct situation *situation);
int rule_a_line(const struct situation *situation);
int rule_a_challenge(const struct situation *situation);
int rule_a_long_challenge(const struct situation *situation);
int rule_a_loan(const struct situation *situation);
int rule_a_handshake(const struct situation *situation);
int rule_an_expiry(const struct situation *situation);
int rule_a_resumption(const struct situation *situation);
int rule_a_run(const struct situation *situation);
int rule_an_event(const struct situation *situation);
int rule_an_event_of_octets(const struct situation *situation);
bool rule_takes_nothing(const struct situation *situation);
int rule_no_event(const struct situation *situation);
int rule_what_it_wants(const struct situation *situation);
int rule_its_patience(const struct situation *situation);
bool contract_takes_lines(uint32_t question);
bool contract_is_silent(const struct situation *situation);
bool rule_when_told(const struct situation *situation);
int rule_a_restart(const struct situation *situation);
int rule_a_failure(const struct situation *situation);
int rule_the_question(const struct situation *situation);
int rule_a_bad_line(const struct situation *situation);

/* effect.c: what the calls that change something lead to. */
void contract_accepted(const struct situation *situation, const struct trial *trial);
void contract_declined(const struct situation *situation, const struct trial *trial);
void contract_failed(const struct situation *situation, const struct trial *trial);
void contract_replied(const struct situation *situation, const struct trial *trial);
void contract_refused(const struct situation *situation, const struct trial *trial);
void contract_sent_away(const struct situation *situation, const struct trial *trial);
void contract_lined(const struct situation *situation, const struct trial *trial);
void contract_restarted(const struct situation *situation, const struct trial *trial);
void contract_challenged(const struct situation *situation, const struct trial *trial);
void contract_expired(const struct situation *situation, const struct trial *trial);
void contract_closed(const struct situation *situation, const struct trial *trial);
void contract_gone(const struct situation *situation, const struct trial *trial);
void contract_begun_anew(const struct situation *situation, const struct trial *trial);
void contract_took(const struct situation *situation, const struct trial *trial);
void contract_nothing(const struct situation *situation, const struct trial *trial);

/* All calls in one situation; the state is the situation. */
void contract_matrix(void **state);

#endif
