#ifndef SANSMTP_TEST_CLIENT_SITUATION_H
#define SANSMTP_TEST_CLIENT_SITUATION_H

/* The states in which a client engine can rest, and how each is reached. */

#include "client_dialogue.h"

/* What is said and done, in turn: P the peer speaks, D all is drained, S submit, R recipient,
 * E recipients_end, B body, L last of the body, Q quit, A abort. */
struct client_situation {
    const char *name;
    uint32_t offers;
    const char *path;  /* from the hello's reply on; "-": the peer has not spoken */
    uint32_t wants;    /* what the engine wants there */
    uint32_t patience; /* and how long it waits */
    int end;           /* what recipients_end() gives */
    uint32_t outcome;  /* of the message that is lost there; 0: none was open */
};

#define CLIENT_SITUATIONS 34

extern const struct client_situation client_situations[CLIENT_SITUATIONS];

/* From a new session to there; the dialogue is open then. */
void client_situation_reach(struct client_dialogue *dialogue,
                            const struct client_situation *situation);

#endif
