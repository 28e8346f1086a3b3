#include "receive_proxy.h"

#include "receive_log.h"

#include <stdlib.h>
#include <string.h>

struct proxy {
    size_t held;
    uint8_t octets[SANSMTP_PROXY_ROOM];
};

/* A socket for both families shows an IPv4 peer as ::ffff:192.0.2.1. */
static size_t plain_address(uint8_t address[16], size_t length)
{
    static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};

    if (length == 16 && memcmp(address, mapped, sizeof mapped) == 0) {
        memmove(address, address + 12, 4);
        return 4;
    }
    return length;
}

/* Whoever sends a header can be anybody. */
static bool is_trusted(struct connection *connection)
{
    const struct options *options = &connection->receiver->options;
    uint8_t peer[16], proxy[16];
    size_t length = plain_address(peer, connection_address(connection, peer));

    for (size_t i = 0; i < options->proxy_count; i++) {
        bool six = strchr(options->proxies[i], ':') != NULL;

        if (strcmp(options->proxies[i], "*") == 0) {
            return true;
        }
        if (uv_inet_pton(six ? AF_INET6 : AF_INET, options->proxies[i], proxy) == 0 &&
            plain_address(proxy, six ? 16 : 4) == length && memcmp(peer, proxy, length) == 0) {
            return true;
        }
    }
    return false;
}

void proxy_begin(struct connection *connection)
{
    if (connection->receiver->options.proxy_count == 0) {
        return;
    }
    connection->proxy = malloc(sizeof *connection->proxy);
    if (connection->proxy == NULL) {
        connection->lost = true;
        return;
    }
    connection->proxy->held = 0;
    if (strcmp(connection_peer(connection), "?") == 0) {
        connection->lost = true; /* it has gone again already */
    } else if (!is_trusted(connection)) {
        log_event(connection, "PROXY", "not trusted", 0);
        connection->lost = true;
    }
}

static void accept_header(struct connection *connection, const struct sansmtp_proxy *header)
{
    const char *verdict = (header->flags & SANSMTP_PROXY_LOCAL) != 0 ? "local" : "unknown";

    if (header->family != SANSMTP_PROXY_UNKNOWN) {
        verdict = "accepted";
        connection->client = *header;
        connection->peer[0] = '\0'; /* it is somebody else now */
    }
    log_event(connection, "PROXY", verdict, header->length);
}

void proxy_take(struct connection *connection, struct sansmtp_span *in)
{
    struct sansmtp_proxy header = {.size = sizeof header};
    struct proxy *proxy = connection->proxy;
    size_t before = proxy->held, room = sizeof proxy->octets - before;
    size_t length = in->length < room ? in->length : room;
    int result;

    memcpy(proxy->octets + before, in->data, length);
    proxy->held += length;
    result = sansmtp_proxy_read(proxy->octets, proxy->held, sizeof proxy->octets, &header);
    if (result == 0) {
        length = (size_t)header.length - before;
        accept_header(connection, &header);
        proxy_end(connection);
    } else if (result < 0) {
        log_event(connection, "PROXY", "malformed", 0);
        connection->lost = true;
    }
    *in = (struct sansmtp_span){in->data + length, in->length - length};
}

void proxy_end(struct connection *connection)
{
    free(connection->proxy);
    connection->proxy = NULL;
}
