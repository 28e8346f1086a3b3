/* What the values of options must look like. Each check returns NULL, or what is wanted instead. */

#include "config_option.h"

#include "../../arguments.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#define HOST_MAX 300u /* a domain, and a port */

/* -- names and addresses ---------------------------------------------------------------------- */

/* Domains may be in UTF-8: idna.c makes A-labels of them. */
static bool is_domain(const char *text, bool or_literal)
{
    uint32_t kind = SANSMTP_DOMAIN_NONE;

    return sansmtp_domain_parse((const uint8_t *)text, strlen(text), SANSMTP_ACCEPT_UTF8, &kind,
                                NULL) == 0 &&
           kind != SANSMTP_DOMAIN_GENERAL && (or_literal || text[0] != '[');
}

static const char *check_hostname(const char *text)
{
    return is_domain(text, true) ? NULL : "a domain or an address literal";
}

static const char *check_domain(const char *text)
{
    return is_domain(text + (text[0] == '.'), false)
               ? NULL
               : "one domain, D, or .D for all below it; further ones in lines of their own";
}

static const char *check_zone(const char *text)
{
    return is_domain(text, false) ? NULL : "one domain; further ones in lines of their own";
}

static bool is_port(const char *text, uint64_t least)
{
    uint64_t port;

    return argument_number(text, &port) && port >= least && port <= UINT16_MAX;
}

/* An IPv6 address may name an interface, as in fe80::1%eth0. */
static bool is_address(char *host, bool bracketed)
{
    unsigned char octets[16];

    if (bracketed) {
        host[strcspn(host, "%")] = '\0';
    }
    return inet_pton(bracketed ? AF_INET6 : AF_INET, host, octets) == 1;
}

static bool is_endpoint(const char *text, uint64_t least_port)
{
    char copy[HOST_MAX];
    const char *host, *port;

    if ((size_t)snprintf(copy, sizeof copy, "%s", text) >= sizeof copy ||
        argument_endpoint(copy, &host, &port) != NULL) {
        return false;
    }
    return is_port(port, least_port) && is_address(copy + (text[0] == '['), text[0] == '[');
}

static const char *check_listen(const char *text)
{
    return is_endpoint(text, 0) ? NULL : "ADDR:PORT, such as 192.0.2.1:25 or [::]:25";
}

static const char *check_server(const char *text)
{
    return is_endpoint(text, 1) ? NULL : "ADDR:PORT, such as 127.0.0.1:53 or [::1]:53";
}

static const char *check_lmtp(const char *text)
{
    static const struct sockaddr_un local;

    if (text[0] == '/') {
        return strlen(text) < sizeof local.sun_path ? NULL : "a shorter path";
    }
    return is_endpoint(text, 1) ? NULL : "ADDR:PORT, or a path that begins with /";
}

/* HOST, HOST:PORT, [ADDRESS], [ADDRESS]:PORT; the brackets as in mail addresses. */
static const char *check_host(const char *text)
{
    char copy[HOST_MAX];
    char *bracket, *colon;

    if ((size_t)snprintf(copy, sizeof copy, "%s", text) < sizeof copy) {
        bracket = strrchr(copy, ']');
        colon = strrchr(bracket == NULL ? copy : bracket, ':');
        if (colon == NULL || is_port(colon + 1, 1)) {
            copy[colon == NULL ? strlen(copy) : (size_t)(colon - copy)] = '\0';
            return is_domain(copy, true) ? NULL : "HOST[:PORT], an IPv6 address as [IPv6:ADDR]";
        }
    }
    return "HOST[:PORT], the port from 1 to 65535";
}

/* -- what is no text -------------------------------------------------------------------------- */

static const char *read_number(const struct config_option *option, uint64_t *number,
                               const char *text)
{
    static char wanted[80];

    if (argument_number(text, number) && *number >= option->least && *number <= option->most) {
        return NULL;
    }
    snprintf(wanted, sizeof wanted, "a number from %" PRIu64 " to %" PRIu64, option->least,
             option->most);
    return wanted;
}

static const char *read_switch(void *member, char *text)
{
    *(bool *)member = strcmp(text, "yes") == 0;
    return strcmp(text, "yes") == 0 || strcmp(text, "no") == 0 ? NULL : "yes or no";
}

static const char *read_rate(void *member, char *text)
{
    struct sansmtp_rate_limit *limit = member;
    char *slash = strchr(text, '/');
    uint64_t window = 0;

    if (slash == NULL) {
        return "N/SECONDS";
    }
    *slash = '\0';
    if (!argument_number(text, &limit->limit) || !argument_number(slash + 1, &window) ||
        limit->limit == 0 || limit->limit > SANSMTP_RATE_LIMIT_MAX || window == 0 ||
        window > SANSMTP_RATE_WINDOW_MAX) {
        *slash = '/';
        return "N/SECONDS, both in range";
    }
    limit->window = (uint32_t)window;
    return NULL;
}

static const char *read_network(struct config_networks *networks, const char *text, bool one)
{
    struct sansmtp_network *items = realloc(networks->items, (networks->count + 1) * sizeof *items);
    struct sansmtp_network *last;

    if (items == NULL) {
        return "more memory";
    }
    networks->items = items;
    last = &items[networks->count];
    if (sansmtp_network_parse((const uint8_t *)text, strlen(text), last) != 0) {
        return one ? "an address" : "a network, with no bits set behind its length";
    }
    if (one && last->bits != 8 * last->length) {
        return "one address";
    }
    if (last->bits == 0) {
        return "a network that is not the whole world";
    }
    networks->count++;
    return NULL;
}

/* words: "may|must" */
static const char *read_word(void *member, char *text, const char *words)
{
    size_t length = strlen(text);
    uint32_t place = 0;

    for (const char *at = words; at != NULL; place++) {
        const char *bar = strchr(at, '|');
        size_t word = bar == NULL ? strlen(at) : (size_t)(bar - at);

        if (word == length && memcmp(at, text, length) == 0) {
            *(uint32_t *)member = place;
            return NULL;
        }
        at = bar == NULL ? NULL : bar + 1;
    }
    return words;
}

/* -- texts ------------------------------------------------------------------------------------ */

static const char *keep_text(void *member, char *text, const char *wanted)
{
    if (wanted == NULL) {
        *(const char **)member = text;
    }
    return wanted;
}

static const char *add_text(struct config_texts *texts, char *text, const char *wanted)
{
    const char **items;
    struct sansmtp_span *spans;

    if (wanted != NULL) {
        return wanted;
    }
    items = realloc(texts->items, (texts->count + 1) * sizeof *items);
    texts->items = items == NULL ? texts->items : items;
    spans = realloc(texts->spans, (texts->count + 1) * sizeof *spans);
    texts->spans = spans == NULL ? texts->spans : spans;
    if (items == NULL || spans == NULL) {
        return "more memory";
    }
    items[texts->count] = text;
    spans[texts->count] = (struct sansmtp_span){(const uint8_t *)text, strlen(text)};
    texts->count++;
    return NULL;
}

const char *config_option_read(const struct config_option *option, struct config *config,
                               char *text)
{
    void *member = (char *)config + option->offset;

    switch (option->kind) {
    case TEXT:
        return keep_text(member, text, *text == '\0' ? option->value : NULL);
    case HOSTNAME:
        return keep_text(member, text, check_hostname(text));
    case SERVER:
        return keep_text(member, text, check_server(text));
    case LMTP:
        return keep_text(member, text, check_lmtp(text));
    case NUMBER:
        return read_number(option, member, text);
    case SWITCH:
        return read_switch(member, text);
    case RATE:
        return read_rate(member, text);
    case WORD:
        return read_word(member, text, option->value);
    case LISTENS:
        return add_text(member, text, check_listen(text));
    case DOMAINS:
        return add_text(member, text, check_domain(text));
    case ZONES:
        return add_text(member, text, check_zone(text));
    case HOSTS:
        return add_text(member, text, check_host(text));
    case NETWORKS:
        return read_network(member, text, false);
    case ADDRESSES:
        return read_network(member, text, true);
    }
    return "another program";
}
