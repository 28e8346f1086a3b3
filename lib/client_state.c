#include "client_engine.h"

#include "memory.h"
#include "wipe.h"

/* What every room of the session does to its state: an event is begun, a reply is told of, the
 * credentials of an exchange are forgotten. */

struct sansmtp_event *sansmtp_client_event(struct sansmtp_client *client, uint32_t type)
{
    memset(&client->event, 0, sizeof(client->event));
    client->event.type = type;
    return &client->event;
}

struct sansmtp_event *sansmtp_client_reply_event(struct sansmtp_client *client, uint32_t type,
                                                 const struct sansmtp_client_reply *reply)
{
    struct sansmtp_event *event = sansmtp_client_event(client, type);

    event->code = reply->code;
    event->enhanced = reply->enhanced;
    event->text = reply->text;
    event->flags = (reply->code / 100 == 2 ? SANSMTP_FLAG_ACCEPTED : 0u) |
                   (sansmtp_client_knows(client, SANSMTP_CLIENT_CUT_TEXT) ? SANSMTP_FLAG_CUT : 0u);
    return event;
}

void sansmtp_client_renew(struct sansmtp_client *client)
{
    client->serial++;
}

bool sansmtp_client_outstanding(const struct sansmtp_client *client)
{
    return client->answered < client->sent;
}

/* No to a command of the opening, whatever the class of the code; UNKNOWN: to the connection. */
struct sansmtp_event *sansmtp_client_refusal(struct sansmtp_client *client, uint32_t verb,
                                             const struct sansmtp_client_reply *reply)
{
    struct sansmtp_event *event = sansmtp_client_reply_event(client, SANSMTP_EVENT_REFUSAL, reply);

    event->verb = verb;
    event->flags &= ~(uint32_t)SANSMTP_FLAG_ACCEPTED;
    return event;
}

/* The exchange is over: what it left in the buffers is wiped. A reply to AUTH has been asked for by
 * octets that are all handed out, so the output is empty, or the session is over. */
void sansmtp_client_auth_forget(struct sansmtp_client *client)
{
    uint8_t *behind = client->text + client->text_length;

    client->response = NULL;
    client->knows &= ~(uint32_t)(SANSMTP_CLIENT_HELD | SANSMTP_CLIENT_CANCELLED);
    sansmtp_wipe(behind, client->text_capacity - client->text_length);
    sansmtp_wipe(client->out.octets, client->out.capacity);
}
