#include "../relay.h"
#include "answer.h"

#include <ares.h>
#include <sansmtp/route.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ATTEMPTS 3
#define PATIENCE 3000 /* milliseconds of the first attempt; further ones have more */
#define TICK     500u /* how often c-ares looks at its clock */
#define CLASS_IN 1
#define HEADER   12   /* octets of an answer at least */
#define RESPONSE 0x80 /* QR */
#define PAYLOAD  1232 /* octets of an answer by UDP at most */

#define NO_ERROR  0
#define NX_DOMAIN 3

struct resolver {
    uv_loop_t *loop;
    ares_channel channel;
    uv_timer_t timer;
    struct watch *watches;
    size_t open; /* handles */
    bool ending;
};

/* A socket of c-ares. */
struct watch {
    uv_poll_t poll;
    struct resolver *resolver;
    struct watch *next;
    ares_socket_t socket;
};

/* A question. */
struct ask {
    struct resolver *resolver;
    resolver_done *done;
    void *user;
};

/* -- sockets ---------------------------------------------------------------------------------- */

static void free_if_ended(struct resolver *resolver)
{
    if (--resolver->open == 0) {
        free(resolver);
    }
}

static void on_watch_closed(uv_handle_t *handle)
{
    struct watch *watch = handle->data;

    free_if_ended(watch->resolver);
    free(watch);
}

static void on_timer_closed(uv_handle_t *handle)
{
    free_if_ended(handle->data);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = poll->data;
    bool readable = status != 0 || (events & UV_READABLE) != 0;
    bool writable = status != 0 || (events & UV_WRITABLE) != 0;

    ares_process_fd(watch->resolver->channel, readable ? watch->socket : ARES_SOCKET_BAD,
                    writable ? watch->socket : ARES_SOCKET_BAD);
}

static struct watch **find(struct resolver *resolver, ares_socket_t socket)
{
    struct watch **at = &resolver->watches;

    while (*at != NULL && (*at)->socket != socket) {
        at = &(*at)->next;
    }
    return at;
}

static struct watch *add(struct resolver *resolver, ares_socket_t socket)
{
    struct watch *watch = calloc(1, sizeof *watch);

    if (watch == NULL || uv_poll_init(resolver->loop, &watch->poll, socket) != 0) {
        free(watch);
        return NULL;
    }
    watch->resolver = resolver;
    watch->socket = socket;
    watch->poll.data = watch;
    watch->next = resolver->watches;
    resolver->watches = watch;
    resolver->open++;
    return watch;
}

static void on_socket(void *user, ares_socket_t socket, int readable, int writable)
{
    struct resolver *resolver = user;
    struct watch **at = find(resolver, socket);
    struct watch *watch = *at;
    int events = (readable != 0 ? UV_READABLE : 0) | (writable != 0 ? UV_WRITABLE : 0);

    if (events == 0) {
        if (watch != NULL) {
            *at = watch->next;
            uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
        }
        return;
    }
    if (watch == NULL) {
        watch = add(resolver, socket);
    }
    if (watch != NULL) {
        uv_poll_start(&watch->poll, events, on_ready);
    }
}

/* -- time ------------------------------------------------------------------------------------- */

static void on_tick(uv_timer_t *timer)
{
    struct resolver *resolver = timer->data;

    ares_process_fd(resolver->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    if (resolver->watches == NULL) {
        uv_timer_stop(timer);
    }
}

/* -- questions -------------------------------------------------------------------------------- */

static uint32_t answers_of(int status)
{
    switch (status) {
    case ARES_SUCCESS:
        return SANSMTP_ROUTE_FOUND;
    case ARES_ENODATA:
        return SANSMTP_ROUTE_NODATA;
    case ARES_ENOTFOUND:
    case ARES_EBADNAME:
        return SANSMTP_ROUTE_NXDOMAIN;
    case ARES_ETIMEOUT:
    case ARES_ECONNREFUSED:
    case ARES_ECANCELLED:
    case ARES_EDESTRUCTION:
        return SANSMTP_ROUTE_TIMEOUT;
    default:
        return SANSMTP_ROUTE_SERVFAIL;
    }
}

/* RFC 1035 4.1.1: what an answer says in its header. */
static uint32_t answers_in(const uint8_t *message)
{
    bool empty = message[6] == 0 && message[7] == 0;

    if ((message[2] & RESPONSE) == 0) {
        return SANSMTP_ROUTE_SERVFAIL;
    }
    switch (message[3] & 15) {
    case NO_ERROR:
        return empty ? SANSMTP_ROUTE_NODATA : SANSMTP_ROUTE_FOUND;
    case NX_DOMAIN:
        return SANSMTP_ROUTE_NXDOMAIN;
    default:
        return SANSMTP_ROUTE_SERVFAIL;
    }
}

static void on_answer(void *user, int status, int timeouts, unsigned char *message, int length)
{
    struct ask *ask = user;
    bool whole = status == ARES_SUCCESS && length >= HEADER;
    uint32_t answers = whole ? answers_in(message) : answers_of(status);

    (void)timeouts;
    if (answers == SANSMTP_ROUTE_FOUND && !answer_is_sound(message, (size_t)length)) {
        answers = SANSMTP_ROUTE_SERVFAIL; /* it says nothing, not even that there is nothing */
    }
    ask->done(ask->user, answers, message, message == NULL ? 0 : (size_t)length);
    free(ask);
}

/* RFC 6840 5.7: AD in a query asks a resolver that validates to say in AD whether it did; so DNSSEC
 * costs no more than one bit. */
static void query(struct resolver *resolver, const char *name, int type, struct ask *ask)
{
    unsigned char *octets;
    int length;
    int status = ares_create_query(name, CLASS_IN, type, (unsigned short)relay_random(), 1, &octets,
                                   &length, PAYLOAD);

    if (status != ARES_SUCCESS) {
        on_answer(ask, status, 0, NULL, 0);
        return;
    }
    octets[3] |= 0x20;
    ares_send(resolver->channel, octets, length, on_answer, ask);
    ares_free_string(octets);
}

/* c-ares may answer at once; we never do. */
struct late {
    uv_timer_t timer;
    struct resolver *resolver;
    struct ask *ask;
    int type;
    char name[];
};

static void on_late_closed(uv_handle_t *handle)
{
    struct late *late = handle->data;
    struct resolver *resolver = late->resolver;

    free(late);
    free_if_ended(resolver);
}

static void on_late(uv_timer_t *timer)
{
    struct late *late = timer->data;
    struct resolver *resolver = late->resolver;

    if (resolver->ending) {
        on_answer(late->ask, ARES_EDESTRUCTION, 0, NULL, 0);
    } else {
        query(resolver, late->name, late->type, late->ask);
        if (uv_is_active((uv_handle_t *)&resolver->timer) == 0) {
            uv_timer_start(&resolver->timer, on_tick, TICK, TICK);
        }
    }
    uv_close((uv_handle_t *)timer, on_late_closed);
}

void resolver_ask(struct resolver *resolver, const char *name, int type, resolver_done *done,
                  void *user)
{
    size_t length = strlen(name) + 1;
    struct late *late = malloc(sizeof *late + length);
    struct ask *ask = malloc(sizeof *ask);

    if (late == NULL || ask == NULL) {
        abort(); /* whoever asks waits for an answer, and there is no memory to give one */
    }
    *ask = (struct ask){resolver, done, user};
    *late = (struct late){.resolver = resolver, .ask = ask, .type = type};
    memcpy(late->name, name, length);
    late->timer.data = late;
    resolver->open++;
    uv_timer_init(resolver->loop, &late->timer);
    uv_timer_start(&late->timer, on_late, 0, 0);
}

/* -- begin and end ---------------------------------------------------------------------------- */

static struct resolver *complain(struct resolver *resolver, int status)
{
    fprintf(stderr, "sansmtp-relay: cannot ask the DNS: %s\n", ares_strerror(status));
    free(resolver);
    return NULL;
}

struct resolver *resolver_begin(uv_loop_t *loop, const char *server)
{
    struct resolver *resolver = calloc(1, sizeof *resolver);
    struct ares_options options = {.flags = ARES_FLAG_NOALIASES | ARES_FLAG_EDNS,
                                   .timeout = PATIENCE,
                                   .tries = ATTEMPTS,
                                   .sock_state_cb = on_socket,
                                   .sock_state_cb_data = resolver};
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
    int status = ares_library_init(ARES_LIB_INIT_ALL);

    if (resolver == NULL || status != ARES_SUCCESS) {
        return complain(resolver, resolver == NULL ? ARES_ENOMEM : status);
    }
    status = ares_init_options(&resolver->channel, &options, mask);
    if (status == ARES_SUCCESS && server != NULL) {
        status = ares_set_servers_ports_csv(resolver->channel, server);
    }
    if (status != ARES_SUCCESS) {
        return complain(resolver, status);
    }
    resolver->loop = loop;
    resolver->open = 1;
    resolver->timer.data = resolver;
    uv_timer_init(loop, &resolver->timer);
    uv_unref((uv_handle_t *)&resolver->timer);
    return resolver;
}

void resolver_end(struct resolver *resolver)
{
    resolver->ending = true;
    ares_destroy(resolver->channel);
    uv_close((uv_handle_t *)&resolver->timer, on_timer_closed);
}
