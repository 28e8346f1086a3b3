#include "client_engine.h"

/* How a session ends, and how long the peer may be silent. */

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

int sansmtp_client_abort(struct sansmtp_client *client)
{
    if (client == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    sansmtp_client_over(client, SANSMTP_REASON_CLOSED, 0);
    return 0;
}

int sansmtp_client_eof(struct sansmtp_client *client)
{
    if (client == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    client->knows |= SANSMTP_CLIENT_EOF;
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_BUSY | SANSMTP_CLIENT_CHALLENGED) ||
        client->phase == SANSMTP_AWAITS_TURN) {
        sansmtp_client_over(client, SANSMTP_REASON_GONE, SANSMTP_ERR_GONE);
    }
    return 0;
}

/* RFC 5321 4.5.3.2: a wait of its own for each step. */
uint32_t sansmtp_client_patience(const struct sansmtp_client *client, uint32_t *serial)
{
    const struct sansmtp_client_options *options;

    if (client == NULL) {
        return 0;
    }
    if (serial != NULL) {
        *serial = client->serial;
    }
    options = client->options;
    if (client->phase == SANSMTP_AWAITS_NOTHING || client->phase == SANSMTP_AWAITS_TURN ||
        (client->phase == SANSMTP_AWAITS_MESSAGE && !sansmtp_client_outstanding(client)) ||
        sansmtp_client_knows(client, SANSMTP_CLIENT_CHALLENGED) ||
        (sansmtp_client_wants(client) & (SANSMTP_RECIPIENT | SANSMTP_BODY)) != 0) {
        return 0; /* the host has the turn */
    }
    if (client->phase == SANSMTP_AWAITS_GREETING ||
        sansmtp_client_knows(client, SANSMTP_CLIENT_GREETING_DUE)) {
        return options->greeting_patience;
    }
    /* RFC 2645 5.2.1: ten minutes for ATRN. */
    if (client->phase == SANSMTP_AWAITS_COMMAND && client->verb == SANSMTP_VERB_ATRN) {
        return options->end_patience;
    }
    if (client->phase != SANSMTP_AWAITS_OUTCOME) {
        return options->patience;
    }
    if (sansmtp_client_sends(client, SANSMTP_SENDS_FINAL)) {
        return options->end_patience;
    }
    if (sansmtp_client_body_pending(client)) {
        return options->body_patience;
    }
    return sansmtp_client_sends(client, SANSMTP_SENDS_DATA) && client->told == client->taken
               ? options->data_patience
               : options->patience;
}

int sansmtp_client_expired(struct sansmtp_client *client)
{
    if (client == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_BUSY)) {
        return SANSMTP_ERR_BUSY;
    }
    if (sansmtp_client_patience(client, NULL) == 0) {
        return SANSMTP_ERR_STATE;
    }
    sansmtp_client_over(client, SANSMTP_REASON_EXPIRED, SANSMTP_ERR_EXPIRED);
    return 0;
}
