#ifndef CALL_H
#define CALL_H

/*
 * A call to a server: one address, one connection, one engine. sansmtp-send makes one, and
 * sansmtp-relay makes many at a time.
 *
 * Octets that come are given to the engine at once, whatever is being written: a server may refuse
 * a message before it has seen all of it. Of what the engine offers no more is taken than the
 * socket takes, and a little that waits for it: so the engine sees a server that does not read, and
 * knows how long to wait.
 */

#include "dialogue.h"
#include "tls.h"

#include <sansmtp/sansmtp.h>
#include <uv.h>

#define WAITING_ROOM 65536u

struct call;

enum call_trouble {
    CALL_NOT_CONNECTED,
    CALL_NO_TLS, /* there is no session to be had, or its handshake failed */
};

/* What a program does about its calls. */
struct call_host {
    const struct sansmtp_client_callbacks *callbacks;
    struct tls *(*tls)(struct call *call); /* the session for a handshake; NULL: there is none */
    bool (*verified)(struct call *call);   /* the handshake is done: is it who was meant? */
    void (*trouble)(struct call *call, enum call_trouble trouble, const char *why);
    void (*closed)(struct call *call);    /* the last that is heard of it: call_free */
    void (*connected)(struct call *call); /* before an octet; may be NULL */
    void (*secured)(struct call *call);   /* a handshake is done; may be NULL */
};

/* Zero all of it, and set the first five. */
struct call {
    const struct call_host *host;
    void *user; /* for the callbacks */
    uv_loop_t *loop;
    struct dialogue *dialogue;
    uint64_t timeout; /* seconds; no wait is longer; 0: as the engine says */

    union {
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } socket;
    uv_timer_t timer;
    uv_connect_t connect;
    uv_write_t write;
    uint32_t open; /* handles */
    struct sansmtp_client *engine;
    void *block; /* the engine's memory */
    size_t block_length;
    struct tls *tls;               /* NULL: in clear */
    uint8_t waiting[WAITING_ROOM]; /* on its way to the socket */
    size_t waiting_length;
    uint32_t serial; /* of the patience that set the timer */
    bool connected;
    bool parting; /* QUIT was said */
    bool writing; /* the socket takes no more for now */
    bool lost;    /* nor ever */
    bool closing;
};

/* Connects. address may be a struct sockaddr_un too, and is only looked at now; options are
 * borrowed. closed follows, never before this returns. False: no memory. */
bool call_open(struct call *call, const struct sansmtp_client_options *options,
               const struct sockaddr *address);

/* From connected: these octets go out in front of all else; at most WAITING_ROOM. */
void call_introduce(struct call *call, const void *octets, size_t length);

/* Goes as far as it can: when something was said to the engine outside its callbacks. */
void call_go(struct call *call);

/* At the want IDLE: says QUIT, and does not wait long for the answer. */
void call_quit(struct call *call);

/* Hangs up. */
void call_abort(struct call *call);

/* Releases what it holds, once it is closed. */
void call_free(struct call *call);

/* call_write.c: hands on what the engine, and TLS, have to say. True: all of it. */
bool call_write(struct call *call);

#endif
