#ifndef SANSMTP_CALLBACKS_H
#define SANSMTP_CALLBACKS_H

/*
 * The front door: the same engines, as tables of callbacks. run() pulls events by next() and hands
 * each to its callback; everything else stays as it is.
 */

#include <sansmtp/client.h>
#include <sansmtp/server.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A callback. It returns nothing: to answer a question, call accept, decline, reply or challenge,
 * now or any time later; silence leaves it open. It may call every function that says so in
 * server.h. It must not be left by longjmp or an exception: an engine whose callback never
 * returned stays busy, takes and tells nothing more, and only eof() and init() lead on. (An answer
 * given then would still go out: the engine cannot see whether a callback runs.)
 */
typedef void sansmtp_server_callback(struct sansmtp_server *server,
                                     const struct sansmtp_event *event, void *user);

/* One callback an event type; any may be NULL: a question is then declined, a notice dropped. */
struct sansmtp_server_callbacks {
    uint32_t size;     /* sizeof (struct sansmtp_server_callbacks) */
    uint32_t reserved; /* 0 */

    sansmtp_server_callback *connect;
    sansmtp_server_callback *hello;
    sansmtp_server_callback *mail;
    sansmtp_server_callback *recipient;
    sansmtp_server_callback *data;
    sansmtp_server_callback *chunk;
    sansmtp_server_callback *end;
    sansmtp_server_callback *verify;
    sansmtp_server_callback *expand;
    sansmtp_server_callback *help;
    sansmtp_server_callback *starttls;
    sansmtp_server_callback *auth;
    sansmtp_server_callback *response;
    sansmtp_server_callback *unknown;

    sansmtp_server_callback *body;
    sansmtp_server_callback *reset;
    sansmtp_server_callback *injection;
    sansmtp_server_callback *early_talker;
    sansmtp_server_callback *limit;
    sansmtp_server_callback *trace;
    sansmtp_server_callback *closing;

    /* questions that came after the first version */
    sansmtp_server_callback *etrn;
    sansmtp_server_callback *atrn;
    sansmtp_server_callback *burl;
    sansmtp_server_callback *xclient;
    sansmtp_server_callback *xforward;
};

/*
 * sansmtp_server_run - take octets of the peer and call back until there is nothing more to do.
 *
 * in as in sansmtp_server_next(); callbacks and user are borrowed for the call. Returns the wants
 * (above 0), or SANSMTP_ERR_BUSY (from inside a callback, or one was left by a jump), or
 * SANSMTP_ERR_ARGUMENT; then nothing changed.
 */
SANSMTP_API int sansmtp_server_run(struct sansmtp_server *server, struct sansmtp_span *in,
                                   const struct sansmtp_server_callbacks *callbacks, void *user);

typedef void sansmtp_client_callback(struct sansmtp_client *client,
                                     const struct sansmtp_event *event, void *user);

/* As for the server. The last three are no events but wants: called when the engine wants the host
 * to submit or quit, to give a recipient, to lend a piece of body. Each must do so, now or later;
 * one that does nothing is called again by the next run(). Their event is NULL. A NULL callback:
 * challenge is cancelled, a notice dropped, a want left to the host. */
struct sansmtp_client_callbacks {
    uint32_t size;     /* sizeof (struct sansmtp_client_callbacks) */
    uint32_t reserved; /* 0 */

    sansmtp_client_callback *challenge;

    sansmtp_client_callback *ready;
    sansmtp_client_callback *sender;
    sansmtp_client_callback *result;
    sansmtp_client_callback *final;
    sansmtp_client_callback *outcome;
    sansmtp_client_callback *refusal;
    sansmtp_client_callback *reply;
    sansmtp_client_callback *restart;

    sansmtp_client_callback *injection;
    sansmtp_client_callback *trace;
    sansmtp_client_callback *closing;

    sansmtp_client_callback *wants_message;
    sansmtp_client_callback *wants_recipient;
    sansmtp_client_callback *wants_body;
};

/*
 * sansmtp_client_run - take octets of the peer and call back until there is nothing more to do.
 *
 * in as in sansmtp_client_next(); callbacks and user are borrowed for the call. Returns the wants
 * (above 0), or SANSMTP_ERR_BUSY (from inside a callback, or one was left by a jump), or
 * SANSMTP_ERR_ARGUMENT; then nothing changed.
 */
SANSMTP_API int sansmtp_client_run(struct sansmtp_client *client, struct sansmtp_span *in,
                                   const struct sansmtp_client_callbacks *callbacks, void *user);

#ifdef __cplusplus
}
#endif

#endif
