#include "etrn.h"

#include "../../receive_log.h"
#include "gate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct etrn {
    struct clerk_job job;
    struct connection *connection; /* NULL: it is gone */
    struct relay *relay;
    uint64_t count;
    size_t length;
    uint8_t node[]; /* "x.example", or "@x.example" with all below it */
};

static int work(struct clerk_job *job, struct queue *queue)
{
    struct etrn *etrn = (struct etrn *)job;
    bool below = etrn->node[0] == '@';
    struct sansmtp_span domain = {etrn->node + below, etrn->length - below};

    return queue_hasten(queue, domain, below, relay_now(), &etrn->count);
}

/* RFC 1985 5.3: 251 nothing waits, 253 so many are started. */
static void say(struct connection *connection, const struct etrn *etrn)
{
    char text[400];
    uint32_t code = etrn->count == 0 ? 251 : 253;

    if (etrn->count == 0) {
        snprintf(text, sizeof text, "No messages wait for %.*s", (int)etrn->length,
                 (const char *)etrn->node);
    } else {
        snprintf(text, sizeof text, "%" PRIu64 " pending messages for %.*s started", etrn->count,
                 (int)etrn->length, (const char *)etrn->node);
    }
    log_reply(connection, "ETRN", code, etrn->count);
    sansmtp_server_reply(connection->engine, code, SANSMTP_ENHANCED(2, 0, 0), text, strlen(text));
}

static void on_worked(struct clerk_job *job)
{
    struct etrn *etrn = (struct etrn *)job;
    struct connection *connection = etrn->connection;

    if (job->error != 0 || etrn->count == 0) {
        gate_etrn_nothing(etrn->relay, (struct sansmtp_span){etrn->node, etrn->length});
    }
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

void etrn_ask(struct connection *connection, struct sansmtp_span node)
{
    struct relay *relay = relay_of(connection);
    struct etrn *etrn = malloc(sizeof *etrn + node.length);

    if (etrn == NULL) {
        gate_etrn_nothing(relay, node);
        log_reply(connection, "ETRN", 458, 0);
        sansmtp_server_decline(connection->engine);
        return;
    }
    *etrn = (struct etrn){.job = {.work = work, .done = on_worked},
                          .connection = connection,
                          .relay = relay,
                          .length = node.length};
    memcpy(etrn->node, node.data, node.length);
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
