#include "own.h"

#include "../../arguments.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct list {
    struct sansmtp_route_address *out;
    size_t count, most;
};

static void add(struct list *list, const void *octets, uint32_t length)
{
    struct sansmtp_route_address *address = &list->out[list->count];

    if (list->count < list->most) {
        *address = (struct sansmtp_route_address){.length = length};
        memcpy(address->octets, octets, length);
        list->count++;
    }
}

/* Who listens on [::] is reached by IPv4, too. */
static void add_interfaces(struct list *list, bool six)
{
    uv_interface_address_t *found;
    int count;

    if (uv_interface_addresses(&found, &count) != 0) {
        return;
    }
    for (int i = 0; i < count; i++) {
        if (found[i].address.address4.sin_family == AF_INET) {
            add(list, &found[i].address.address4.sin_addr, 4);
        } else if (six) {
            add(list, &found[i].address.address6.sin6_addr, 16);
        }
    }
    uv_free_interface_addresses(found, count);
}

/* "0.0.0.0", "192.0.2.1", "2001:db8::1"; a name is looked up at the start, and nobody keeps what
 * came of it. */
static void add_listener(struct list *list, const char *host)
{
    static const uint8_t all[16] = {0};
    uint8_t octets[16];

    if (inet_pton(AF_INET, host, octets) == 1) {
        if (memcmp(octets, all, 4) == 0) {
            add_interfaces(list, false);
        } else {
            add(list, octets, 4);
        }
    } else if (inet_pton(AF_INET6, host, octets) == 1) {
        if (memcmp(octets, all, 16) == 0) {
            add_interfaces(list, true);
        } else {
            add(list, octets, 16);
        }
    }
}

size_t own_addresses(const struct config *config, uint32_t port, struct sansmtp_route_address *out,
                     size_t most)
{
    struct list list = {out, 0, most};

    for (size_t i = 0; i < config->own_address.count; i++) {
        add(&list, config->own_address.items[i].address, config->own_address.items[i].length);
    }
    for (size_t i = 0; i < config->relay_listen.count; i++) {
        char *text = strdup(config->relay_listen.items[i]);
        const char *host, *service;

        if (text != NULL && argument_endpoint(text, &host, &service) == NULL &&
            strtoul(service, NULL, 10) == port) {
            add_listener(&list, host);
        }
        free(text);
    }
    return list.count;
}
