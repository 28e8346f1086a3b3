#include "etrn.h"

#include "../receive_log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct etrn {
    struct clerk_job job;
    struct connection *connection; /* NULL: it is gone */
    struct relay *relay;
    bool below;
    uint64_t count;
    size_t length;
    uint8_t domain[];
};

static int work(struct clerk_job *job, struct queue *queue)
{
    struct etrn *etrn = (struct etrn *)job;
    struct sansmtp_span domain = {etrn->domain, etrn->length};

    return queue_hasten(queue, domain, etrn->below, relay_now(), &etrn->count);
}

/* RFC 1985 5.3: 251 nothing waits, 253 so many are started. */
static void say(struct connection *connection, const struct etrn *etrn)
{
    char text[400];
    uint32_t code = etrn->count == 0 ? 251 : 253;

    if (etrn->count == 0) {
        snprintf(text, sizeof text, "No messages wait for %.*s", (int)etrn->length,
                 (const char *)etrn->domain);
    } else {
        snprintf(text, sizeof text, "%" PRIu64 " pending messages for %.*s started", etrn->count,
                 (int)etrn->length, (const char *)etrn->domain);
    }
    log_reply(connection, "ETRN", code, etrn->count);
    sansmtp_server_reply(connection->engine, code, SANSMTP_ENHANCED(2, 0, 0), text, strlen(text));
}

static void on_worked(struct clerk_job *job)
{
    struct etrn *etrn = (struct etrn *)job;
    struct connection *connection = etrn->connection;

    dispatch_wake(etrn->relay);
    if (connection == NULL) {
        free(etrn);
        return;
    }
    connection->session.visit->etrn = NULL;
    if (job->error == 0) {
        say(connection, etrn);
    } else {
        log_reply(connection, "ETRN", 458, 0);
        sansmtp_server_decline(connection->engine);
    }
    free(etrn);
    connection_go(connection);
}

/* Anybody may ask, but only for those whom we relay for. */
static bool is_served(const struct config *config, struct sansmtp_span domain)
{
    return sansmtp_domain_listed(config->relay_domain.spans, config->relay_domain.count,
                                 domain.data, domain.length) != 0;
}

void etrn_ask(struct connection *connection, struct sansmtp_span text)
{
    struct relay *relay = relay_of(connection);
    bool below = text.length > 0 && text.data[0] == '@';
    struct sansmtp_span domain = {text.data + below, text.length - below};
    struct etrn *etrn = malloc(sizeof *etrn + domain.length);

    if (etrn == NULL || domain.length > 255 || !is_served(&relay->config, domain)) {
        free(etrn);
        log_reply(connection, "ETRN", 458, 0);
        sansmtp_server_decline(connection->engine);
        return;
    }
    *etrn = (struct etrn){.job = {.work = work, .done = on_worked},
                          .connection = connection,
                          .relay = relay,
                          .below = below,
                          .length = domain.length};
    memcpy(etrn->domain, domain.data, domain.length);
    connection->session.visit->etrn = etrn;
    clerk_do(relay->clerk, &etrn->job);
}

void etrn_forget(struct connection *connection)
{
    struct visit *visit = connection->session.visit;

    if (visit->etrn != NULL) {
        visit->etrn->connection = NULL; /* on_worked comes back to it */
        visit->etrn = NULL;
    }
}
