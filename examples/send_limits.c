#include "send_limits.h"

#include <string.h>
#include <strings.h>

static const char *domain_of(const struct session *session, size_t index)
{
    const char *mailbox = session->sender->options.to[index];
    const char *at = strrchr(mailbox, '@');

    return at == NULL ? "" : at + 1;
}

static bool is_counted(const struct session *session, size_t index)
{
    for (size_t i = 0; i < session->domain_count; i++) {
        if (strcasecmp(session->domains[i], domain_of(session, index)) == 0) {
            return true;
        }
    }
    return false;
}

bool limits_choose(struct session *session, const struct sansmtp_client *client)
{
    struct sansmtp_capabilities peer = {0};

    sansmtp_client_capabilities(client, &peer, sizeof peer);
    for (size_t i = session->given; i < session->queued; i++) {
        size_t index = session->queue[i];

        if (peer.domains == 0 || session->domain_count < peer.domains ||
            is_counted(session, index)) {
            memmove(session->queue + session->given + 1, session->queue + session->given,
                    (i - session->given) * sizeof *session->queue);
            session->queue[session->given] = index;
            return true;
        }
    }
    return false;
}

void limits_count(struct session *session)
{
    size_t index = session->queue[session->given];

    if (!is_counted(session, index)) {
        session->domains[session->domain_count++] = domain_of(session, index);
    }
}
