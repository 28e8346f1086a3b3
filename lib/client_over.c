#include "client_engine.h"

/* The end of a message and of a session: what is to be told of the one, and how the other stops. A
 * session that is over gives its last events and wants CLOSE. */

void sansmtp_client_finish(struct sansmtp_client *client, uint32_t outcome)
{
    client->outcome = outcome;
    client->knows |= SANSMTP_CLIENT_OUTCOME_DUE;
    client->sends = 0;
    client->slice.length = 0;
    client->chunk.length = 0;
    client->tail.length = 0;
    if (client->phase != SANSMTP_AWAITS_OUTCOME) {
        return;
    }
    client->phase = SANSMTP_AWAITS_MESSAGE;
    /* With PIPELINING the RSET goes out together with the next MAIL. */
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_DIRTY) && !sansmtp_client_piped(client)) {
        client->knows &= ~(uint32_t)SANSMTP_CLIENT_DIRTY;
        client->phase = SANSMTP_AWAITS_RSET;
        sansmtp_client_put(client, "RSET", 4);
    }
}

uint32_t sansmtp_client_refused_outcome(const struct sansmtp_client *client)
{
    return sansmtp_client_sends(client, SANSMTP_SENDS_TEMPORARY) ? SANSMTP_OUTCOME_LATER
                                                                 : SANSMTP_OUTCOME_REFUSED;
}

/* Is there somebody to whom the message goes? */
bool sansmtp_client_has_recipient(const struct sansmtp_client *client)
{
    return client->accepted != 0 || sansmtp_client_sends(client, SANSMTP_SENDS_RESTARTED);
}

/* Can the peer have taken it? Only if all of it was handed out, and for somebody. */
static bool may_be_delivered(const struct sansmtp_client *client)
{
    return sansmtp_client_sends(client, SANSMTP_SENDS_FINAL) && client->outcome_code != 421 &&
           !sansmtp_client_sends(client, SANSMTP_SENDS_VOID | SANSMTP_SENDS_EMPTY) &&
           !(client->told == client->taken && !sansmtp_client_has_recipient(client));
}

/* Every recipient that there was has been refused: what is lost behind that changes nothing. */
static bool all_refused(const struct sansmtp_client *client)
{
    return !sansmtp_client_sends(client, SANSMTP_SENDS_ASKING) && client->taken != 0 &&
           client->told == client->taken && !sansmtp_client_has_recipient(client) &&
           client->outcome_code != 421;
}

/* A message without a reply to its end, whose connection is gone. What the peer said of the sender
 * stands, whatever else is lost. */
void sansmtp_client_lost(struct sansmtp_client *client)
{
    if (client->phase != SANSMTP_AWAITS_OUTCOME) {
        return;
    }
    if (sansmtp_client_sends(client, SANSMTP_SENDS_MAIL_REFUSED) || all_refused(client)) {
        sansmtp_client_finish(client, sansmtp_client_refused_outcome(client));
        return;
    }
    if (client->outcome_code != 421) {
        client->outcome_code = 0;
        client->outcome_enhanced = 0;
    }
    sansmtp_client_finish(client, may_be_delivered(client) ? SANSMTP_OUTCOME_UNCERTAIN
                                                           : SANSMTP_OUTCOME_LATER);
}

/* Nothing more goes out: least of all the end of a message (RFC 5321 3.8, 4.5.3.2). */
void sansmtp_client_over(struct sansmtp_client *client, uint32_t reason, int error)
{
    if (client->phase == SANSMTP_AWAITS_NOTHING || client->phase == SANSMTP_AWAITS_TURN) {
        client->phase = SANSMTP_AWAITS_NOTHING; /* CLOSING is told, or waits to be */
        return;
    }
    if (client->phase == SANSMTP_AWAITS_QUIT &&
        (error == SANSMTP_ERR_GONE || error == SANSMTP_ERR_REFUSED)) {
        reason = SANSMTP_REASON_QUIT; /* QUIT changes nothing, however the peer takes it */
        error = 0;
    }
    sansmtp_client_lost(client);
    if (client->phase == SANSMTP_AWAITS_AUTH) {
        sansmtp_client_auth_forget(client);
    }
    sansmtp_out_clear(&client->out);
    client->phase = SANSMTP_AWAITS_NOTHING;
    client->knows &= ~(uint32_t)(SANSMTP_CLIENT_CHALLENGED | SANSMTP_CLIENT_CHALLENGE_DUE |
                                 SANSMTP_CLIENT_READY_DUE | SANSMTP_CLIENT_WHOLE);
    client->response = NULL;
    client->closing = reason;
    client->error = client->error != 0 ? client->error : error;
}

/* The session is of no use; it is left as it should be, by QUIT (RFC 5321 4.1.1.10). */
void sansmtp_client_fail(struct sansmtp_client *client, int error)
{
    client->error = error;
    client->phase = SANSMTP_AWAITS_QUIT;
    sansmtp_client_put(client, "QUIT", 4);
}
