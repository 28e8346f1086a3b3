#include "receive_trace.h"

#include "receive_tls.h"

#include <string.h>
#include <time.h>

static int32_t zone_of(time_t now)
{
    struct tm local;

    return localtime_r(&now, &local) == NULL ? 0 : (int32_t)(local.tm_gmtoff / 60);
}

static uint32_t protocol_of(const struct session *session, bool utf8)
{
    uint32_t flags = utf8 ? SANSMTP_RECEIVED_UTF8 : 0;

    if (session->verb == SANSMTP_VERB_LHLO) {
        flags |= SANSMTP_RECEIVED_LMTP;
    } else if (session->verb == SANSMTP_VERB_EHLO) {
        flags |= SANSMTP_RECEIVED_ESMTP;
    }
    return session->authenticated ? flags | SANSMTP_RECEIVED_AUTH : flags;
}

size_t trace_received(struct connection *connection, const struct trace *trace,
                      char out[SANSMTP_RECEIVED_MAX])
{
    const struct session *session = &connection->session;
    const char *hostname = connection->receiver->options.hostname;
    time_t now = time(NULL);
    uint8_t address[16];
    size_t length = 0;
    struct sansmtp_received received = {.size = sizeof received,
                                        .flags = protocol_of(session, trace->utf8),
                                        .by = {(const uint8_t *)hostname, strlen(hostname)},
                                        .id = trace->id,
                                        .recipient = trace->recipient,
                                        .offset_minutes = zone_of(now),
                                        .seconds = now};

    received.hello.data = (const uint8_t *)session->hello;
    received.hello.length = session->hello_length;
    received.client_address.data = address;
    received.client_address.length = connection_address(connection, address);
    if (connection->tls != NULL) {
        tls_describe(connection->tls, &received);
    }
    if (sansmtp_received_write(&received, out, SANSMTP_RECEIVED_MAX, &length) != 0) {
        return 0;
    }
    return length;
}
