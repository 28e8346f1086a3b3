#ifndef SEND_SESSION_H
#define SEND_SESSION_H

/*
 * What we do when the engine calls: the envelope, the recipients, the message. A server that takes
 * only so many recipients at a time gets the message again for the rest.
 */

#include "call.h"
#include "send.h"

struct session {
    struct sender *sender;
    struct call *call;
    size_t *queue; /* the recipients still to be asked for, in order */
    size_t queued;
    size_t given;     /* of these, in this transaction */
    size_t *accepted; /* who has this running number among the accepted */
    size_t accepted_count;
    size_t finals;        /* LMTP: of the accepted, those whose last answer is in */
    const char **domains; /* of recipients that were given in this session */
    size_t domain_count;
    size_t urls_given;  /* in this transaction */
    const char *saying; /* the command whose reply is awaited */
    struct fate failure;
    uint8_t failure_text[1024];
    bool failed;    /* failure says why */
    bool began;     /* a message was submitted */
    bool stuck;     /* the last one brought no recipient further */
    bool restarted; /* this one goes on where it broke off */
    bool forwarded; /* the XFORWARD in front of this one was said */
    bool refused;   /* a command without which there shall be no message */
    bool assumed;   /* we did not wait for the server's extensions */
    bool uncertain; /* of a message nobody knows what became */
    bool full;      /* the server takes no more in this session */
};

extern const struct sansmtp_client_callbacks session_callbacks; /* user: struct session */

/* False: no memory. */
bool session_begin(struct session *session, struct sender *sender);

/* Why nothing more will come of it; the text is copied. */
void session_fail(struct session *session, const struct fate *fate);

/* Assumes what the server offered earlier, if that is known and wished for. */
void session_assume(struct session *session, struct sansmtp_client *client);

/* The session is over: those who got no answer get one now. True: none do, for another session is
 * to follow. */
bool session_end(struct session *session, const struct sansmtp_client *client);

/* send_end.c: what the end of a session means for whom it leaves without an answer. */
struct fate end_of(const struct session *session, const struct sansmtp_client *client);

/* send_end.c: why the engine did not take the message, or a command. */
struct fate end_of_refusal(int error);
struct fate end_of_command(int error);

#endif
