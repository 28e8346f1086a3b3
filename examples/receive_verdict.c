#include "receive_verdict.h"

#include "receive_log.h"

#include <stdlib.h>

static uint64_t limit_of(const struct options *options, const struct sansmtp_event *recipient)
{
    for (size_t i = 0; i < options->limit_count; i++) {
        const struct recipient_limit *limit = &options->limits[i];

        if (recipient->path.length > 2 &&
            sansmtp_mailbox_equal((const uint8_t *)limit->address, limit->length,
                                  recipient->path.data + 1, recipient->path.length - 2) != 0) {
            return limit->octets;
        }
    }
    return UINT64_MAX;
}

bool verdict_note(struct connection *connection, const struct sansmtp_event *recipient)
{
    const struct options *options = &connection->receiver->options;
    struct session *session = &connection->session;

    if (options->limit_count == 0) {
        return true;
    }
    if (session->recipients >= session->limits_room) {
        uint32_t room = 2 * session->recipients + 8;
        uint64_t *more = realloc(session->limits, room * sizeof *more);

        if (more == NULL) {
            return false;
        }
        session->limits = more;
        session->limits_room = room;
    }
    session->limits[session->recipients] = limit_of(options, recipient);
    return true;
}

bool verdict_refuses(const struct connection *connection, uint32_t recipient, uint64_t octets)
{
    const struct session *session = &connection->session;

    if (session->limits == NULL) {
        return false;
    }
    if (recipient != SANSMTP_RECIPIENT_ALL) {
        return recipient < session->recipients && octets > session->limits[recipient];
    }
    for (uint32_t i = 0; i < session->recipients; i++) {
        if (octets > session->limits[i]) {
            return true;
        }
    }
    return false;
}

void verdict_reply(struct connection *connection)
{
    static const char text[] = "Message too large for this mailbox";

    log_reply(connection, "END", 552, connection->session.octets);
    sansmtp_server_reply(connection->engine, 552, SANSMTP_ENHANCED(5, 2, 3), text, sizeof text - 1);
}

void verdict_forget(struct connection *connection)
{
    free(connection->session.limits);
    connection->session.limits = NULL;
    connection->session.limits_room = 0;
    connection->session.refusing = 0;
}
