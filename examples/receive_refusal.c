#include "receive_refusal.h"

#include "receive_log.h"
#include "receive_session.h"

/* The code of the first reply, or 0: there is none. */
static uint32_t code_of(const uint8_t *octets, size_t length)
{
    uint32_t code = 0;

    for (size_t i = 0; length >= 4 && i < 3; i++) {
        code = 10 * code + (uint32_t)(octets[i] - '0');
    }
    return code;
}

/* The engine refuses a message when it has come to its end; whoever reads the log wants to know
 * what the client was told, if it still was. */
void session_says(struct connection *connection, const uint8_t *octets, size_t length)
{
    struct session *session = &connection->session;

    if (session->verdict_due && length > session->verdict_behind) {
        octets += session->verdict_behind;
        length -= session->verdict_behind;
        session->verdict_due = false;
        log_reply(connection, "END", code_of(octets, length), session->octets);
    }
    session->verdict_behind = 0;
}

/* A command that ended the transaction: its reply is the last of the output. */
static void log_last_reply(struct connection *connection, const char *verb)
{
    size_t length, line = 0;
    const uint8_t *octets = sansmtp_server_output(connection->engine, &length);

    for (size_t i = 0; i + 1 < length; i++) {
        if (octets[i] == '\n') {
            line = i + 1;
        }
    }
    if (length > 0) {
        log_reply(connection, verb, code_of(octets + line, length - line),
                  connection->session.octets);
    }
}

void refusal_log(struct connection *connection, uint32_t reason)
{
    struct session *session = &connection->session;

    switch (reason) {
    case SANSMTP_REASON_MESSAGE_SIZE:
    case SANSMTP_REASON_BARE_NEWLINE:
    case SANSMTP_REASON_NUL:
        session->verdict_due = true;
        sansmtp_server_output(connection->engine, &session->verdict_behind);
        return;
    case SANSMTP_REASON_CHUNK:
        if (!session->chunk_refused) {
            log_last_reply(connection, "BDAT");
        }
        return;
    case SANSMTP_REASON_BINARY:
        log_last_reply(connection, "DATA");
        return;
    default:
        return;
    }
}
