#include "receive_connection.h"

#include <arpa/inet.h>
#include <string.h>

size_t connection_address(struct connection *connection, uint8_t address[16])
{
    struct sockaddr_storage name;
    int length = sizeof name;

    if (connection->client.size > 0) {
        memcpy(address, connection->client.source, 16);
        return connection->client.family == SANSMTP_PROXY_IPV4 ? 4 : 16;
    }
    if (uv_tcp_getpeername(&connection->stream, (struct sockaddr *)&name, &length) != 0) {
        return 0;
    }
    if (name.ss_family == AF_INET) {
        memcpy(address, &((struct sockaddr_in *)&name)->sin_addr, 4);
        return 4;
    }
    memcpy(address, &((struct sockaddr_in6 *)&name)->sin6_addr, 16);
    return 16;
}

static const char *put_peer(struct connection *connection, const char *text, bool six,
                            unsigned int port)
{
    snprintf(connection->peer, PEER_TEXT, six ? "[%s]:%u" : "%s:%u", text, port);
    return connection->peer;
}

const char *connection_peer(struct connection *connection)
{
    struct sockaddr_storage name;
    int length = sizeof name;
    char text[INET6_ADDRSTRLEN] = "?";

    if (connection->peer[0] != '\0') {
        return connection->peer;
    }
    if (connection->client.size > 0) {
        bool six = connection->client.family == SANSMTP_PROXY_IPV6;

        uv_inet_ntop(six ? AF_INET6 : AF_INET, connection->client.source, text, sizeof text);
        return put_peer(connection, text, six, (unsigned int)connection->client.source_port);
    }
    if (uv_tcp_getpeername(&connection->stream, (struct sockaddr *)&name, &length) != 0) {
        return "?";
    }
    if (name.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)&name;

        uv_ip4_name(in, text, sizeof text);
        return put_peer(connection, text, false, (unsigned int)ntohs(in->sin_port));
    } else {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)&name;

        uv_ip6_name(in, text, sizeof text);
        return put_peer(connection, text, true, (unsigned int)ntohs(in->sin6_port));
    }
}
