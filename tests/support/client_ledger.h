#ifndef SANSMTP_TEST_CLIENT_LEDGER_H
#define SANSMTP_TEST_CLIENT_LEDGER_H

/* What must hold in every session of the client, whatever was said in it. Every message that was
 * taken gets exactly one OUTCOME; each answered recipient one RESULT, in order; in LMTP and PRDR
 * each accepted one at most one FINAL; nothing is delivered to nobody; nothing follows CLOSING. */

#include <stdbool.h>

#include <sansmtp/client.h>

struct client_ledger {
    bool lmtp;
    bool prdr;   /* the message asked for an answer for each recipient */
    bool open;   /* a message was submitted, and its OUTCOME has not come */
    bool told;   /* SENDER came */
    bool restarted; /* RESTART came */
    bool closed;    /* CLOSING came */
    uint32_t taken, results, accepted, finals;
    const char *broken; /* the first rule that was broken, or NULL */
};

void client_ledger_submitted(struct client_ledger *ledger);
void client_ledger_recipient(struct client_ledger *ledger);
void client_ledger_event(struct client_ledger *ledger, const struct sansmtp_event *event);

#endif
