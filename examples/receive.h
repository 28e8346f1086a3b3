#ifndef RECEIVE_H
#define RECEIVE_H

/*
 * sansmtp-receive: what all its rooms share.
 *
 *   receive.c             the program: start, loop, stop
 *   receive_options.c     the command line
 *   receive_extensions.c  which extensions it offers
 *   receive_accept.c      how a connection begins
 *   receive_connection.c  a peer: reading, running the engine, waiting, closing
 *   receive_write.c       its socket's way out
 *   receive_peer.c        its address
 *   receive_proxy.c       the header of a proxy, which says whose connection it is
 *   receive_tls.c         certificate and key
 *   receive_session.c     what we answer to the engine's questions
 *   receive_client.c      what XCLIENT and XFORWARD tell
 *   receive_verdict.c     what a recipient says to a message
 *   receive_message.c     a message on its way to the store, on libuv's thread pool
 *   receive_store.c       the Maildirs
 *   receive_folder.c      the name of a mailbox's folder
 *   receive_auth.c        PLAIN and LOGIN
 *   receive_sasl.c        SCRAM, by GNU SASL
 *   receive_users.c       the file of users
 *   receive_trace.c       the Received field
 *   receive_log.c         log and trace
 *
 * and what sansmtp-send shares:
 *
 *   arguments.c           values of options
 *   option_table.c        the options themselves
 *   tls.c                 OpenSSL through memory BIOs
 *   safe_text.c           what a terminal may be shown
 */

#include "receive_options.h"
#include "receive_store.h"
#include "receive_users.h"

#include <openssl/types.h>
#include <sansmtp/sansmtp.h>
#include <stdio.h>
#include <uv.h>

struct connection;

struct receiver {
    struct options options;
    struct sansmtp_server_options engine; /* shared by all sessions */
    size_t engine_memory;
    uv_loop_t *loop;
    struct store store;
    struct users *users; /* NULL: none */
    SSL_CTX *tls;        /* NULL: none */
    FILE *log;           /* NULL: none */
    struct connection *connections;
    uv_tcp_t spare;     /* takes a connection that there is no memory for */
    bool spare_closing; /* it is still in use */
    bool one_waits;     /* for it, at the listener */
    bool stopping;
};

#endif
