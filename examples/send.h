#ifndef SEND_H
#define SEND_H

/*
 * sansmtp-send: what all its rooms share.
 *
 *   send.c             the program: start, loop, exit status
 *   send_options.c     the command line
 *   send_extensions.c  what it wishes of extensions
 *   send_connection.c  the server, by its name: one address after the other
 *   send_session.c     what we do when the engine calls
 *   send_command.c     commands in front of the message
 *   send_limits.c      which recipients a server takes in one session
 *   send_cache.c       what it offered earlier
 *   send_end.c         what the end of a session means for those who got no answer
 *   send_body.c        the message: looked through once, then lent piece by piece
 *   send_scan.c        what is in it that SMTP must know of
 *   send_report.c      what became of each recipient; progress
 *
 * what it shares with sansmtp-relay:
 *
 *   call.c             a call: connecting, reading, running the engine, waiting, closing
 *   call_write.c       its socket's way out
 *   dialogue.c         what was said, for --trace
 *   send_tls.c         whom we trust
 *   send_auth.c        PLAIN and LOGIN
 *   send_sasl.c        SCRAM and CRAM-MD5, by GNU SASL
 *
 * and what it shares with sansmtp-receive:
 *
 *   arguments.c        values of options
 *   option_table.c     the options themselves
 *   tls.c              OpenSSL through memory BIOs
 *   safe_text.c        what a terminal may be shown
 */

#include "dialogue.h"
#include "send_auth.h"
#include "send_body.h"
#include "send_options.h"
#include "send_report.h"

#include <openssl/types.h>
#include <sansmtp/sansmtp.h>
#include <uv.h>

struct sender {
    struct options options;
    struct sansmtp_client_options engine;
    uv_loop_t *loop;
    struct password password;
    struct body body;
    struct report report;
    struct dialogue dialogue;
    SSL_CTX *tls;
    size_t commands_done; /* of those in front of the message */
    bool assumes_nothing; /* what was assumed of the server was not so */
};

#endif
