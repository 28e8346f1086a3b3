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
    size_t finals; /* LMTP: of the accepted, those whose last answer is in */
    struct fate failure;
    uint8_t failure_text[1024];
    bool failed; /* failure says why */
    bool began;  /* a message was submitted */
};

extern const struct sansmtp_client_callbacks session_callbacks; /* user: struct session */

/* False: no memory. */
bool session_begin(struct session *session, struct sender *sender);

/* Why nothing more will come of it; the text is copied. */
void session_fail(struct session *session, const struct fate *fate);

/* The session is over: those who got no answer get one now. */
void session_end(struct session *session, const struct sansmtp_client *client);

/* send_end.c: what the end of a session means for whom it leaves without an answer. */
struct fate end_of(const struct session *session, const struct sansmtp_client *client);

/* send_end.c: why the engine did not take the message. */
struct fate end_of_refusal(int error);

#endif
