#ifndef RECEIVE_CONNECTION_H
#define RECEIVE_CONNECTION_H

/*
 * A peer. The octets it sends are read into one buffer that all connections share, for the engine
 * borrows them only while it runs; what it does not take (a question is open, the output is full)
 * is kept aside, and no more is read until that is gone. At most one write is under way, and
 * while it is, the engine does not run. So the memory of a connection is bounded, whatever the
 * peer does.
 */

#include "receive.h"

#define PEER_TEXT 64u
#define NEVER     UINT64_MAX /* a deadline */

struct message;
struct exchange;
struct visit;
struct proxy;
struct tls;

/* What is known of the dialogue: of receive_session.c, or of another program's room instead. */
struct session {
    struct message *message;   /* NULL: none, or nothing is stored */
    struct exchange *exchange; /* of AUTH */
    struct visit *visit;       /* what another program knows beside this */
    char *user;                /* who is authenticated, as far as the mechanism names him */
    char *hello;               /* the name the client gave, hello_length octets */
    size_t hello_length;
    uint64_t octets;     /* of the message that came so far */
    uint32_t recipients; /* accepted in this transaction */
    uint64_t *limits;    /* octets that each of them takes; NULL: none of them says */
    uint32_t limits_room;
    uint32_t refusing;     /* of them, those that refused the message (PRDR) */
    uint32_t verb;         /* of the hello */
    size_t verdict_behind; /* octets of output that are in front of the verdict */
    bool verdict_due;      /* the engine refuses the message, and will say so */
    bool chunk_refused;    /* by us */
    bool last_answer;      /* no other one for this message follows */
    bool in_transaction;
    bool in_body;    /* the next octets are most likely those of a message */
    bool judged;     /* whether it may say XCLIENT */
    bool hello_told; /* hello is what XCLIENT told */
    bool authenticated;
    bool quit; /* the client said so */
};

struct connection {
    uv_tcp_t stream;
    uv_timer_t timer;
    uv_shutdown_t shutdown;
    struct receiver *receiver;
    struct connection *previous, *next;
    struct sansmtp_server *engine;
    struct tls *tls;             /* NULL: in clear */
    struct proxy *proxy;         /* not NULL: its header is awaited */
    struct sansmtp_proxy client; /* what the header said; size 0: there was none */
    struct session session;
    struct sansmtp_span rest; /* octets that the engine has not taken yet */
    uint8_t *rest_memory;
    size_t rest_capacity;
    size_t ignored;    /* octets that came behind our farewell */
    uint64_t deadline; /* on the loop's clock */
    uint32_t serial;   /* of the patience that set it */
    uint32_t open_handles;
    bool writing;  /* a write is under way */
    bool reading;  /* uv_read_start */
    bool ended;    /* no more octets will come */
    bool lost;     /* no more can be sent either */
    bool farewell; /* all is said; we wait for the peer to close */
    bool closing;  /* the handles are being closed */
    char peer[PEER_TEXT];
    _Alignas(max_align_t) unsigned char block[]; /* the engine's */
};

/* Takes the next connection of the listener, or refuses it if there is no memory. The listener's
 * data is the receiver. */
void connection_accept(uv_stream_t *listener);

/* Goes as far as it can: to be called whenever a question was answered or a pause is over. */
void connection_go(struct connection *connection);

/* Stops this one as soon as its transaction, if any, is over. */
void connection_stop(struct connection *connection);

/* Stops this one, whatever it does: a message that is not whole is lost. */
void connection_give_up(struct connection *connection);

/* Sends octets, or what the socket does not take of them later: then connection->writing is set
 * until connection_go is called. Not while it is set. */
void connection_send(struct connection *connection, const void *octets, size_t length);

/* "192.0.2.1:2525" or "[2001:db8::1]:2525": the client, if a proxy told who it is. */
const char *connection_peer(struct connection *connection);

/* Its address as 4 or 16 octets in network order; 0: unknown. */
size_t connection_address(struct connection *connection, uint8_t address[16]);

#endif
