#ifndef RELAY_SECRETS_H
#define RELAY_SECRETS_H

/* What is read from files of others, who may write them anew while we run: our certificate and key,
 * the users, the password of smart-user, the certificates that are trusted; and, though they are no
 * secrets, the lists of addresses. */

#include "../receive_users.h"
#include "../send_auth.h"
#include "addresses.h"
#include "config.h"

#include <openssl/types.h>

struct secrets {
    SSL_CTX *for_servers, *for_users; /* our side of TLS, by who calls; NULL: none */
    SSL_CTX *trust;                   /* whom we call */
    struct users *users;              /* NULL: none */
    struct password password;         /* length 0: none */
    struct addresses recipients;      /* mailbox.h */
    struct addresses senders;         /* sender.h */
};

/* Reads all of them. Returns 0, or a status of sysexits.h after having said why. Slow: for a thread
 * of the pool, once there is a loop. */
int secrets_read(const struct config *config, struct secrets **secrets);

/* NULL is none. Whoever uses the users or a context still holds them. */
void secrets_release(struct secrets *secrets);

#endif
