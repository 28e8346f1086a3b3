#include "client_engine.h"

#include "base64.h"
#include "mechanism.h"
#include "memory.h"
#include "wipe.h"

/* The AUTH exchange (RFC 4954) from the client's side: the engine picks the host's best mechanism
 * among those offered, the host answers challenges. */

/* RFC 4954 4: the AUTH line itself keeps the limit of any command line; 12288 is for the others. */
enum { AUTH_LINE = 512, EXCHANGE_LINE = 12288 };

void sansmtp_client_ask_initial(struct sansmtp_client *client)
{
    struct sansmtp_event *event = sansmtp_client_event(client, SANSMTP_EVENT_CHALLENGE);

    client->knows &= ~(uint32_t)SANSMTP_CLIENT_CHALLENGE_DUE;
    client->knows |= SANSMTP_CLIENT_CHALLENGED;
    event->text = sansmtp_client_mechanism(client, client->mechanism);
    event->flags = SANSMTP_FLAG_INITIAL;
}

static void cancel(struct sansmtp_client *client)
{
    client->knows |= SANSMTP_CLIENT_CANCELLED;
    sansmtp_client_put(client, "*", 1);
}

/* Writes what there is room for of a response; the line counts once its CRLF is put. */
void sansmtp_client_respond_rest(struct sansmtp_client *client)
{
    uint8_t quartet[4];

    if (client->response == NULL || sansmtp_client_knows(client, SANSMTP_CLIENT_HELD)) {
        return;
    }
    while (client->response_length != 0) {
        size_t piece = client->response_length < 3 ? client->response_length : 3;

        if (sansmtp_out_room(&client->out) < sizeof(quartet) + 2) {
            return;
        }
        sansmtp_base64_encode(client->response, piece, quartet);
        sansmtp_out_put(&client->out, quartet, sizeof(quartet));
        sansmtp_wipe(quartet, sizeof(quartet));
        client->response += piece;
        client->response_length -= piece;
    }
    client->response = NULL;
    sansmtp_client_put(client, "", 0);
}

/* The initial response goes with AUTH if the line stays within 512 octets. */
static void respond_initially(struct sansmtp_client *client)
{
    size_t length = 5 + sansmtp_client_mechanism(client, client->mechanism).length + 1 +
                    sansmtp_base64_encoded_length(client->response_length) + 2;

    sansmtp_client_put_auth(client);
    if (length > AUTH_LINE) {
        client->knows |= SANSMTP_CLIENT_HELD;
        sansmtp_client_put(client, "", 0);
        return;
    }
    /* RFC 4954 4: one that is there, and empty, is sent as "=". */
    sansmtp_out_put(&client->out, " =", client->response_length == 0 ? 2 : 1);
    sansmtp_client_respond_rest(client);
}

int sansmtp_client_respond(struct sansmtp_client *client, const void *data, size_t length)
{
    static const uint8_t nothing[1] = {0};

    if (client == NULL || (data == NULL && length != 0) || length > (EXCHANGE_LINE - 2) / 4 * 3) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!sansmtp_client_knows(client, SANSMTP_CLIENT_CHALLENGED)) {
        return SANSMTP_ERR_STATE;
    }
    client->knows &= ~(uint32_t)SANSMTP_CLIENT_CHALLENGED;
    client->response = length == 0 ? nothing : data;
    client->response_length = length;
    sansmtp_client_renew(client);
    if ((client->event.flags & SANSMTP_FLAG_INITIAL) != 0) {
        respond_initially(client);
    } else {
        sansmtp_client_respond_rest(client);
    }
    return 0;
}

/* Before anything was said the mechanism is simply passed over. */
int sansmtp_client_cancel(struct sansmtp_client *client)
{
    if (client == NULL) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!sansmtp_client_knows(client, SANSMTP_CLIENT_CHALLENGED)) {
        return SANSMTP_ERR_STATE;
    }
    client->knows &= ~(uint32_t)SANSMTP_CLIENT_CHALLENGED;
    if ((client->event.flags & SANSMTP_FLAG_INITIAL) != 0) {
        sansmtp_client_proceed(client);
    } else {
        cancel(client);
    }
    return 0;
}

/* A challenge that cannot be decoded is answered by "*" (RFC 4954 4). */
static enum sansmtp_client_step challenge(struct sansmtp_client *client,
                                          const struct sansmtp_client_reply *reply)
{
    struct sansmtp_event *event;

    /* RFC 4954 4: a challenge is one line. */
    if (reply->lines != 1 && !sansmtp_client_knows(client, SANSMTP_CLIENT_CANCELLED)) {
        client->response = NULL;
        cancel(client);
        return SANSMTP_CLIENT_ON;
    }
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_HELD)) {
        client->knows &= ~(uint32_t)SANSMTP_CLIENT_HELD;
        sansmtp_client_respond_rest(client);
        return SANSMTP_CLIENT_ON;
    }
    event = sansmtp_client_event(client, SANSMTP_EVENT_CHALLENGE);
    event->text = sansmtp_client_mechanism(client, client->mechanism);
    event->data.data = client->text;
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_CUT_TEXT | SANSMTP_CLIENT_CANCELLED) ||
        !sansmtp_base64_decode(reply->text.data, reply->text.length, client->text,
                               &event->data.length)) {
        if (sansmtp_client_knows(client, SANSMTP_CLIENT_CANCELLED)) {
            sansmtp_client_over(client, SANSMTP_REASON_PROTOCOL, SANSMTP_ERR_PROTOCOL);
        } else {
            cancel(client);
        }
        return SANSMTP_CLIENT_ON;
    }
    client->knows |= SANSMTP_CLIENT_CHALLENGED;
    return SANSMTP_CLIENT_TELL;
}

/* 504, 534 and what follows "*" say that this mechanism is not to be; others may be. */
static bool another_may_do(const struct sansmtp_client *client, uint32_t code)
{
    return code == 504 || code == 534 || sansmtp_client_knows(client, SANSMTP_CLIENT_CANCELLED);
}

static enum sansmtp_client_step failed(struct sansmtp_client *client,
                                       const struct sansmtp_client_reply *reply)
{
    bool another = another_may_do(client, reply->code);

    sansmtp_client_refusal(client, SANSMTP_VERB_AUTH, reply);
    sansmtp_client_auth_forget(client);
    if (!another) {
        client->tried = UINT32_MAX;
    }
    sansmtp_client_proceed(client);
    return SANSMTP_CLIENT_TELL;
}

enum sansmtp_client_step sansmtp_client_auth(struct sansmtp_client *client,
                                             const struct sansmtp_client_reply *reply)
{
    if (reply->code == 334) {
        return challenge(client, reply);
    }
    if (reply->code / 100 == 3) {
        sansmtp_client_over(client, SANSMTP_REASON_PROTOCOL, SANSMTP_ERR_PROTOCOL);
        return SANSMTP_CLIENT_ON;
    }
    if (reply->code / 100 != 2 || sansmtp_client_knows(client, SANSMTP_CLIENT_CANCELLED)) {
        return failed(client, reply);
    }
    client->knows |= SANSMTP_CLIENT_AUTHENTICATED;
    sansmtp_client_auth_forget(client);
    sansmtp_client_proceed(client);
    return SANSMTP_CLIENT_ON;
}

int sansmtp_client_secret(const struct sansmtp_client *client)
{
    return client != NULL && client->phase == SANSMTP_AWAITS_AUTH ? 1 : 0;
}
