#include <sansmtp/callbacks.h>

#include "client_engine.h"

/* The door of the client: each event, and each want of the host's doing, to its callback. */

struct door {
    uint32_t type; /* an event, or a want */
    size_t member;
};

#define MEMBER(callback) offsetof(struct sansmtp_client_callbacks, callback)

static const struct door events[] = {
#define QUESTION(name, callback) {SANSMTP_EVENT_##name, MEMBER(callback)},
#define NOTICE(name, callback)   {SANSMTP_EVENT_##name, MEMBER(callback)},
#include "client_events.def"
#undef QUESTION
#undef NOTICE
    {SANSMTP_EVENT_INJECTION, MEMBER(injection)},
    {SANSMTP_EVENT_TRACE, MEMBER(trace)},
    {SANSMTP_EVENT_CLOSING, MEMBER(closing)},
};

static const struct door wants[] = {
    {SANSMTP_IDLE, MEMBER(wants_message)},
    {SANSMTP_RECIPIENT, MEMBER(wants_recipient)},
    {SANSMTP_BODY, MEMBER(wants_body)},
};

static sansmtp_client_callback *callback_at(const struct sansmtp_client_callbacks *callbacks,
                                            size_t member)
{
    if (member + sizeof(sansmtp_client_callback *) > callbacks->size) {
        return NULL;
    }
    return *(sansmtp_client_callback *const *)(const void *)((const char *)callbacks + member);
}

static sansmtp_client_callback *callback_of(const struct sansmtp_client_callbacks *callbacks,
                                            uint32_t type)
{
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        if (events[i].type == type) {
            return callback_at(callbacks, events[i].member);
        }
    }
    return NULL;
}

static void call(struct sansmtp_client *client, sansmtp_client_callback *callback,
                 const struct sansmtp_event *event, void *user)
{
    client->knows |= SANSMTP_CLIENT_BUSY;
    callback(client, event, user);
    client->knows &= ~(uint32_t)SANSMTP_CLIENT_BUSY;
}

static void tell(struct sansmtp_client *client, const struct sansmtp_event *event,
                 const struct sansmtp_client_callbacks *callbacks, void *user)
{
    sansmtp_client_callback *callback = callback_of(callbacks, event->type);

    if (callback != NULL) {
        call(client, callback, event, user);
    } else if (event->type == SANSMTP_EVENT_CHALLENGE) {
        sansmtp_client_cancel(client);
    }
}

/* Lets the host do what the engine wants. True: it did something, so there may be more. */
static bool serve(struct sansmtp_client *client, const struct sansmtp_client_callbacks *callbacks,
                  void *user)
{
    uint32_t want = sansmtp_client_wants(client);

    for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++) {
        sansmtp_client_callback *callback = callback_at(callbacks, wants[i].member);
        uint32_t serial = client->serial;

        if ((want & wants[i].type) != 0 && callback != NULL) {
            call(client, callback, NULL, user);
            return client->serial != serial || sansmtp_client_wants(client) != want;
        }
    }
    return false;
}

int sansmtp_client_run(struct sansmtp_client *client, struct sansmtp_span *in,
                       const struct sansmtp_client_callbacks *callbacks, void *user)
{
    const struct sansmtp_event *event;

    if (client == NULL || callbacks == NULL || callbacks->size < sizeof(callbacks->size) ||
        (in != NULL && in->data == NULL && in->length != 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (sansmtp_client_knows(client, SANSMTP_CLIENT_BUSY)) {
        return SANSMTP_ERR_BUSY;
    }
    do {
        while ((event = sansmtp_client_next(client, in)) != NULL) {
            tell(client, event, callbacks, user);
        }
    } while (serve(client, callbacks, user));
    return (int)sansmtp_client_wants(client);
}
