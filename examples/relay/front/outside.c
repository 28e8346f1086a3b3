#include "outside.h"

#include "../names/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct outside {
    struct connection *connection; /* NULL: it is gone */
    struct relay *relay;
    outside_said *said;
    size_t index; /* of the list that is asked */
    uint8_t address[16];
    size_t length;
};

/* RFC 5782 2.1, 2.4: the octets (IPv6: the nibbles) backwards, then the list's zone. */
static void put_name(const struct outside *outside, const char *zone, char *out, size_t capacity)
{
    size_t at = 0;

    for (size_t i = outside->length; i-- > 0 && at < capacity;) {
        unsigned int octet = outside->address[i];

        if (outside->length == 4) {
            at += (size_t)snprintf(out + at, capacity - at, "%u.", octet);
        } else {
            at += (size_t)snprintf(out + at, capacity - at, "%x.%x.", octet & 15u, octet >> 4);
        }
    }
    snprintf(out + at, capacity - at, "%s", zone);
}

static void on_answer(void *user, uint32_t answers, const uint8_t *message, size_t length);

static void ask(struct outside *outside)
{
    char name[512];

    put_name(outside, outside->relay->config.dnsbl.items[outside->index], name, sizeof name);
    resolver_ask(outside->relay->resolver, name, RESOLVER_A, on_answer, outside);
}

/* RFC 5782 2.1: an entry is an address of 127.0.0.0/8. Any other is somebody's who got hold of a zone
 * that was given up, and answers every question; and 127.255.255.0/24 is what lists say to those who
 * may not ask, by a public resolver say. */
static bool is_entry(const uint8_t *address)
{
    return address[0] == 127 && (address[1] != 255 || address[2] != 255);
}

static bool has_entry(const uint8_t *message, size_t length)
{
    struct answer answer;
    struct answer_record record;

    if (!answer_begin(&answer, message, length)) {
        return false;
    }
    while (answer_next(&answer, &record) == 1) {
        if (record.kind == RESOLVER_A && is_entry(record.data)) {
            return true;
        }
    }
    return false;
}

/* What cannot be found out is no reason to refuse anybody. */
static void on_answer(void *user, uint32_t answers, const uint8_t *message, size_t length)
{
    struct outside *outside = user;
    struct connection *connection = outside->connection;
    const struct config_texts *zones = &outside->relay->config.dnsbl;
    outside_said *said = outside->said;
    bool listed = answers == SANSMTP_ROUTE_FOUND && has_entry(message, length);
    const char *zone = listed ? zones->items[outside->index] : NULL;

    if (connection == NULL) {
        free(outside);
    } else if (!listed && ++outside->index < zones->count) {
        ask(outside);
    } else {
        connection->session.visit->outside = NULL;
        free(outside);
        said(connection, zone);
    }
}

bool outside_ask(struct connection *connection, outside_said *said)
{
    struct relay *relay = relay_of(connection);
    struct outside *outside = NULL;

    if (relay->config.dnsbl.count > 0) {
        outside = calloc(1, sizeof *outside);
    }
    if (outside == NULL) {
        return false;
    }
    outside->connection = connection;
    outside->relay = relay;
    outside->said = said;
    outside->length = connection_address(connection, outside->address);
    connection->session.visit->outside = outside;
    ask(outside);
    return true;
}

void outside_forget(struct connection *connection)
{
    struct visit *visit = connection->session.visit;

    if (visit != NULL && visit->outside != NULL) {
        visit->outside->connection = NULL; /* on_answer comes back to it */
        visit->outside = NULL;
    }
}
