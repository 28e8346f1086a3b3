#include "server_engine.h"

#include "extension.h"
#include "memory.h"

/* What every room of the session does to its state: an event is begun, the host is asked, a message
 * or a transaction is over. Nothing here looks at the line or the output. */

struct sansmtp_event *sansmtp_server_event(struct sansmtp_server *server, uint32_t type)
{
    memset(&server->event, 0, sizeof(server->event));
    server->event.type = type;
    server->event.verb = server->verb;
    return &server->event;
}

enum sansmtp_step sansmtp_server_ask(struct sansmtp_server *server)
{
    if (sansmtp_server_knows(server, SANSMTP_KNOWS_TLS)) {
        server->event.flags |= SANSMTP_FLAG_TLS;
    }
    if (sansmtp_server_knows(server, SANSMTP_KNOWS_AUTHENTICATED)) {
        server->event.flags |= SANSMTP_FLAG_AUTHENTICATED;
    }
    server->question = server->event.type;
    return SANSMTP_STEP_TELL;
}

void sansmtp_server_renew(struct sansmtp_server *server)
{
    server->serial++;
    server->progressed = 0;
}

/* A session that began by HELO has been offered nothing; HELP and EXPN are RFC 5321's own verbs.
 * RFC 8689 2: REQUIRETLS is not to be had outside TLS. */
uint64_t sansmtp_server_extensions(const struct sansmtp_server *server)
{
    uint64_t on = server->extensions;

    if (!sansmtp_server_knows(server, SANSMTP_KNOWS_EXTENDED)) {
        return on & (SANSMTP_EXTENSION_HELP | SANSMTP_EXTENSION_EXPN);
    }
    return sansmtp_server_knows(server, SANSMTP_KNOWS_TLS)
               ? on
               : on & ~sansmtp_extensions_when(SANSMTP_WHEN_SECURE);
}

static uint32_t base_state(const struct sansmtp_server *server)
{
    return sansmtp_server_knows(server, SANSMTP_KNOWS_HELLO) ? SANSMTP_STATE_HELLO
                                                             : SANSMTP_STATE_OPEN;
}

/* The host hears of a message that it will not get, once. */
void sansmtp_server_reset(struct sansmtp_server *server, uint32_t reason)
{
    if (sansmtp_server_knows(server, SANSMTP_KNOWS_BEGUN)) {
        server->reset = (uint8_t)reason;
        server->knows &= ~(uint32_t)SANSMTP_KNOWS_BEGUN;
    }
}

void sansmtp_server_transaction_over(struct sansmtp_server *server)
{
    server->knows &= ~(uint32_t)(SANSMTP_KNOWS_TRANSACTION | SANSMTP_KNOWS_MAIL_REFUSED);
    server->state = base_state(server);
    server->recipients = 0;
    server->octets = 0;
}
