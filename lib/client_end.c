#include "client_engine.h"

/* How a session ends, and how long the peer may be silent. */

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
