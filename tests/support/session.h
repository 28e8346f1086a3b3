#ifndef SANSMTP_TEST_SESSION_H
#define SANSMTP_TEST_SESSION_H

/* Inside of replay.c and host.c: a session under replay. */

#include "replay.h"

struct session {
    const struct transcript *transcript;
    const struct variant *variant;
    const struct arena *arena;
    struct sansmtp_server *server;
    struct replay *result;
    struct ledger ledger;

    struct sansmtp_span in; /* octets given and not yet taken, at the end of arena->input */
    size_t piece;           /* octets that were handed in together, the last time */
    size_t given;           /* octets of the transcript's input */

    const struct sansmtp_event *question; /* open, or NULL */
    struct text shown;                    /* the question as it came: it must stay so */
    size_t events;                        /* all that came */
    unsigned calls;                       /* of next() since the question came */
    size_t answers;                       /* the step from which on answers are looked for */
    bool withheld;                        /* the host leaves the question open until H: */
    bool held;                            /* H: pause */
    bool pause_now;                       /* variant->pausing: an event came, resume comes next */
    struct text body;                     /* of the body events in a row */
    struct text challenge;                /* borrowed by the engine */
    uint8_t *lent;
    uint32_t restarted; /* recipients of H: restart */
};

void session_trouble(struct session *session, const char *what, const char *detail);

/* host.c: answers the open question as the transcript says, or by default. */
void host_answer(struct session *session);
/* host.c: what the transcript lets the host do at once when a notice comes, if anything. */
void host_notice(struct session *session, uint32_t type);
/* host.c: the action of a H: or W: line. */
void host_act(struct session *session, const struct step *step);

/* replay.c: adds the output to the record, piece by piece; true if there was any. */
bool session_drain(struct session *session);

#endif
