#include "server_engine.h"

/* The door: each event to its callback. */

/* Where the callback of an event stands in struct sansmtp_server_callbacks; 0: it has none. */
static const uint16_t doors[] = {
#define QUESTION(name, callback, accept, decline, fail, code, lines) \
    [SANSMTP_EVENT_##name] = offsetof(struct sansmtp_server_callbacks, callback),
#define NOTICE(name, callback) \
    [SANSMTP_EVENT_##name] = offsetof(struct sansmtp_server_callbacks, callback),
#include "events.def"
#undef QUESTION
#undef NOTICE
};

/* NULL too where the host's table, built for an older library, ends before this event. */
static sansmtp_server_callback *callback_of(const struct sansmtp_server_callbacks *callbacks,
                                            uint32_t type)
{
    size_t member = doors[type];

    if (member == 0 || member + sizeof(sansmtp_server_callback *) > callbacks->size) {
        return NULL;
    }
    return *(sansmtp_server_callback *const *)(const void *)((const char *)callbacks + member);
}

static void call(struct sansmtp_server *server, sansmtp_server_callback *callback,
                 const struct sansmtp_event *event, void *user)
{
    if (callback != NULL) {
        server->knows |= SANSMTP_KNOWS_BUSY;
        callback(server, event, user);
        server->knows &= ~(uint32_t)SANSMTP_KNOWS_BUSY;
    } else if (server->question != 0) {
        sansmtp_server_decline(server);
    }
}

int sansmtp_server_run(struct sansmtp_server *server, struct sansmtp_span *in,
                       const struct sansmtp_server_callbacks *callbacks, void *user)
{
    const struct sansmtp_event *event;

    if (server == NULL || callbacks == NULL || callbacks->size < sizeof(callbacks->size) ||
        (in != NULL && in->data == NULL && in->length != 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (sansmtp_server_knows(server, SANSMTP_KNOWS_BUSY)) {
        return SANSMTP_ERR_BUSY;
    }
    while ((event = sansmtp_server_next(server, in)) != NULL) {
        call(server, callback_of(callbacks, event->type), event, user);
    }
    return (int)sansmtp_server_wants(server);
}
