#include "own.h"

#include "../../arguments.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct addresses {
    struct sansmtp_route_address *out;
    size_t count, most;
};

static void add(struct addresses *addresses, const void *octets, uint32_t length)
{
    struct sansmtp_route_address *address = &addresses->out[addresses->count];

    if (addresses->count < addresses->most) {
        *address = (struct sansmtp_route_address){.length = length};
        memcpy(address->octets, octets, length);
        addresses->count++;
    }
}

/* Who listens on [::] is reached by IPv4, too. */
static void add_interfaces(struct addresses *addresses, bool six)
{
    uv_interface_address_t *found;
    int count;

    if (uv_interface_addresses(&found, &count) != 0) {
        return;
    }
    for (int i = 0; i < count; i++) {
        if (found[i].address.address4.sin_family == AF_INET) {
            add(addresses, &found[i].address.address4.sin_addr, 4);
        } else if (six) {
            add(addresses, &found[i].address.address6.sin6_addr, 16);
        }
    }
    uv_free_interface_addresses(found, count);
}

/* "0.0.0.0", "192.0.2.1", "2001:db8::1"; a name is looked up at the start, and nobody keeps what
 * came of it. */
static void add_listener(struct addresses *addresses, const char *host)
{
    static const uint8_t all[16] = {0};
    uint8_t octets[16];

    if (inet_pton(AF_INET, host, octets) == 1) {
        if (memcmp(octets, all, 4) == 0) {
            add_interfaces(addresses, false);
        } else {
            add(addresses, octets, 4);
        }
    } else if (inet_pton(AF_INET6, host, octets) == 1) {
        if (memcmp(octets, all, 16) == 0) {
            add_interfaces(addresses, true);
        } else {
            add(addresses, octets, 16);
        }
    }
}

size_t own_addresses(const struct config *config, uint32_t port, struct sansmtp_route_address *out,
                     size_t most)
{
    struct addresses addresses = {out, 0, most};

    for (size_t i = 0; i < config->own_address.count; i++) {
        add(&addresses, config->own_address.items[i].address, config->own_address.items[i].length);
    }
    for (size_t i = 0; i < config->relay_listen.count; i++) {
        char *text = strdup(config->relay_listen.items[i]);
        const char *host, *service;

        if (text != NULL && argument_endpoint(text, &host, &service) == NULL &&
            strtoul(service, NULL, 10) == port) {
            add_listener(&addresses, host);
        }
        free(text);
    }
    return addresses.count;
}
