#include "receive_client.h"

#include "receive_auth.h"
#include "receive_log.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The words, in the order of their numbers. */
static const char *const words[] = {"NAME",  "ADDR",     "PORT",     "PROTO", "HELO",
                                    "LOGIN", "DESTADDR", "DESTPORT", "IDENT", "SOURCE"};

#define TEXT_MAX 256u

void client_begin(struct connection *connection)
{
    const struct options *options = &connection->receiver->options;
    uint8_t address[16];
    size_t length = connection_address(connection, address);
    bool judged = connection->session.judged;

    connection->session.judged = true;
    if (!judged && options->trusted_count > 0 &&
        sansmtp_network_contains(options->trusted, options->trusted_count, address, length) == 0) {
        sansmtp_server_allow(connection->engine,
                             SANSMTP_EXTENSION_XCLIENT | SANSMTP_EXTENSION_XFORWARD, 0);
    }
}

/* "192.0.2.1" or "IPV6:2001:db8::1", and it is one, for the engine has looked. */
static void set_address(struct sansmtp_proxy *client, const char *text)
{
    bool six = strncasecmp(text, "IPV6:", 5) == 0;

    client->size = sizeof *client;
    client->family = six ? SANSMTP_PROXY_IPV6 : SANSMTP_PROXY_IPV4;
    memset(client->source, 0, sizeof client->source);
    uv_inet_pton(six ? AF_INET6 : AF_INET, text + (six ? 5 : 0), client->source);
}

/* The client's own hello, which the next one of who says XCLIENT is not. */
static void set_hello(struct session *session, const char *text)
{
    char *hello = strdup(text);

    if (hello != NULL) {
        free(session->hello);
        session->hello = hello;
        session->hello_length = strlen(hello);
        session->hello_told = true;
    }
}

static void set_user(struct connection *connection, const char *text)
{
    auth_forget(connection);
    connection->session.user = strdup(text);
    connection->session.authenticated = true;
}

static void set_attribute(struct connection *connection, struct sansmtp_proxy *client,
                          uint32_t attribute, const char *text)
{
    if (attribute == SANSMTP_ATTRIBUTE_ADDR) {
        set_address(client, text);
    } else if (attribute == SANSMTP_ATTRIBUTE_PORT) {
        client->source_port = (uint32_t)strtoul(text, NULL, 10);
    } else if (attribute == SANSMTP_ATTRIBUTE_HELO) {
        set_hello(&connection->session, text);
    } else if (attribute == SANSMTP_ATTRIBUTE_LOGIN) {
        set_user(connection, text);
    }
}

/* One line of the log for each. client: what it is to become; NULL: it is not. */
static void each(struct connection *connection, const struct sansmtp_event *event,
                 struct sansmtp_proxy *client)
{
    uint8_t text[TEXT_MAX];
    struct sansmtp_attribute attribute = {
        .size = sizeof attribute, .text = text, .capacity = sizeof text - 1};

    while (sansmtp_attribute_next(event, &attribute) == 1) {
        bool known = (attribute.flags &
                      (SANSMTP_ATTRIBUTE_UNAVAILABLE | SANSMTP_ATTRIBUTE_TEMPORARY)) == 0;
        struct sansmtp_span value = {text, known ? attribute.text_length : 0};

        text[value.length] = '\0';
        log_value(connection, sansmtp_verb_name(event->verb), words[attribute.attribute], value);
        if (client != NULL && known) {
            set_attribute(connection, client, attribute.attribute, (const char *)text);
        }
    }
}

void client_become(struct connection *connection, const struct sansmtp_event *event)
{
    struct sansmtp_proxy client = {0};

    log_reply(connection, "XCLIENT", 220, 0);
    each(connection, event, &client);
    if (client.size > 0) { /* a port without an address is nobody's */
        connection->client = client;
        connection->peer[0] = '\0';
    }
    sansmtp_server_accept(connection->engine);
}

void client_forwarded(struct connection *connection, const struct sansmtp_event *event)
{
    log_reply(connection, "XFORWARD", 250, 0);
    each(connection, event, NULL);
    sansmtp_server_accept(connection->engine);
}
