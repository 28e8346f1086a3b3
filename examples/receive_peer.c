#include "receive_connection.h"

#include <arpa/inet.h>
#include <string.h>

size_t connection_address(struct connection *connection, uint8_t address[16])
{
    struct sockaddr_storage name;
    int length = sizeof name;

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

const char *connection_peer(struct connection *connection)
{
    struct sockaddr_storage name;
    int length = sizeof name;
    char text[INET6_ADDRSTRLEN] = "?";

    if (connection->peer[0] != '\0') {
        return connection->peer;
    }
    if (uv_tcp_getpeername(&connection->stream, (struct sockaddr *)&name, &length) != 0) {
        return "?";
    }
    if (name.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)&name;

        uv_ip4_name(in, text, sizeof text);
        snprintf(connection->peer, PEER_TEXT, "%s:%u", text, (unsigned int)ntohs(in->sin_port));
    } else {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)&name;

        uv_ip6_name(in, text, sizeof text);
        snprintf(connection->peer, PEER_TEXT, "[%s]:%u", text, (unsigned int)ntohs(in->sin6_port));
    }
    return connection->peer;
}
