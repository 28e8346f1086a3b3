#include "client_engine.h"

/* What becomes of a message: what the replies to its end mean, which refusal counts, and what is
 * said of it when none came. */

enum sansmtp_client_step sansmtp_client_senseless(struct sansmtp_client *client)
{
    sansmtp_client_over(client, SANSMTP_REASON_PROTOCOL, SANSMTP_ERR_PROTOCOL);
    return SANSMTP_CLIENT_ON;
}

static void decide(struct sansmtp_client *client, const struct sansmtp_client_reply *reply)
{
    client->outcome_code = reply->code;
    client->outcome_enhanced = reply->enhanced;
    client->decided = client->answered;
}

/* One refusal for now outweighs any number of those for good. */
void sansmtp_client_note_refusal(struct sansmtp_client *client,
                                 const struct sansmtp_client_reply *reply)
{
    if (reply->code >= 500 && sansmtp_client_sends(client, SANSMTP_SENDS_TEMPORARY)) {
        return;
    }
    if (reply->code < 500) {
        client->sends |= SANSMTP_SENDS_TEMPORARY;
    }
    decide(client, reply);
}

static uint32_t outcome_of(uint32_t code)
{
    if (code / 100 == 2) {
        return SANSMTP_OUTCOME_DELIVERED;
    }
    return code >= 500 ? SANSMTP_OUTCOME_REFUSED : SANSMTP_OUTCOME_LATER;
}

/* A refusal before the last octet went out settles the message; the dot never follows. */
enum sansmtp_client_step sansmtp_client_early_verdict(struct sansmtp_client *client,
                                                      const struct sansmtp_client_reply *reply)
{
    if (reply->code < 400) {
        return sansmtp_client_senseless(client);
    }
    decide(client, reply);
    sansmtp_client_finish(client, outcome_of(reply->code));
    sansmtp_client_over(client, SANSMTP_REASON_CLOSED, SANSMTP_ERR_REFUSED);
    return SANSMTP_CLIENT_ON;
}

/* In LMTP the worst of all finals decides; LATER is worse than REFUSED. */
static void settle(struct sansmtp_client *client, const struct sansmtp_client_reply *reply)
{
    uint32_t outcome = outcome_of(reply->code);

    if (client->finals == 1 || outcome >= client->outcome) {
        client->outcome = outcome;
        decide(client, reply);
    }
}

/* draft-hall-prdr: 353 promises an answer for each recipient, and then one for all. */
static enum sansmtp_client_step analysis(struct sansmtp_client *client,
                                         const struct sansmtp_client_reply *reply)
{
    if (reply->code != 353 || !sansmtp_client_sends(client, SANSMTP_SENDS_PRDR) ||
        sansmtp_client_sends(client,
                             SANSMTP_SENDS_ANALYSED | SANSMTP_SENDS_EMPTY | SANSMTP_SENDS_VOID) ||
        client->accepted == 0) {
        return sansmtp_client_senseless(client);
    }
    client->sends |= SANSMTP_SENDS_ANALYSED;
    client->answered--; /* the same end has more answers */
    return SANSMTP_CLIENT_ON;
}

/* The answer for one recipient: it says no more than the answer for all will allow. */
static enum sansmtp_client_step after_analysis(struct sansmtp_client *client,
                                               const struct sansmtp_client_reply *reply)
{
    client->answered--;
    sansmtp_client_reply_event(client, SANSMTP_EVENT_FINAL, reply)->number = client->finals++;
    if (reply->code < 400) {
        client->sends |= SANSMTP_SENDS_SPARED;
    } else {
        sansmtp_client_note_refusal(client, reply);
    }
    return SANSMTP_CLIENT_TELL;
}

/* The answer for all is one for those alone that had a yes of their own; if nobody had, their own
 * refusals decide, unless it refuses the message for good. */
static enum sansmtp_client_step after_all(struct sansmtp_client *client,
                                          const struct sansmtp_client_reply *reply)
{
    uint32_t outcome = outcome_of(reply->code);

    if (outcome != SANSMTP_OUTCOME_REFUSED && !sansmtp_client_sends(client, SANSMTP_SENDS_SPARED)) {
        outcome = sansmtp_client_refused_outcome(client);
    } else {
        decide(client, reply);
    }
    sansmtp_client_finish(client, outcome);
    return SANSMTP_CLIENT_ON;
}

enum sansmtp_client_step sansmtp_client_after_end(struct sansmtp_client *client,
                                                  const struct sansmtp_client_reply *reply)
{
    bool lmtp = sansmtp_client_is(client, SANSMTP_CLIENT_LMTP) &&
                !sansmtp_client_sends(client, SANSMTP_SENDS_EMPTY);

    if (reply->code / 100 == 3) {
        return analysis(client, reply);
    }
    if (sansmtp_client_sends(client, SANSMTP_SENDS_ANALYSED)) {
        return client->finals < client->accepted ? after_analysis(client, reply)
                                                 : after_all(client, reply);
    }
    /* Who was refused before learns nothing new from the refusal of the message. */
    if (!sansmtp_client_has_recipient(client) ||
        sansmtp_client_sends(client, SANSMTP_SENDS_EMPTY | SANSMTP_SENDS_VOID |
                                         SANSMTP_SENDS_MAIL_REFUSED)) {
        client->sends |= SANSMTP_SENDS_VOID;
        return SANSMTP_CLIENT_ON;
    }
    client->finals++;
    if (lmtp && client->finals < client->accepted) {
        client->answered--; /* the same end has more answers */
    }
    settle(client, reply);
    if (lmtp) {
        sansmtp_client_reply_event(client, SANSMTP_EVENT_FINAL, reply)->number = client->finals -
                                                                                 1u;
        if (client->finals == client->accepted) {
            sansmtp_client_finish(client, client->outcome);
        }
        return SANSMTP_CLIENT_TELL;
    }
    sansmtp_client_finish(client, client->outcome);
    return SANSMTP_CLIENT_ON;
}
