#ifndef RELAY_FILES_H
#define RELAY_FILES_H

/* What options name by a file that may be written anew while we run: our certificate and key, the
 * users, whom they may send as, our recipients, the password of smart-user, the certificates that
 * are trusted. */

#include "../../receive_users.h"
#include "../../send_auth.h"
#include "../front/addresses.h"
#include "config.h"

#include <openssl/types.h>

struct files {
    SSL_CTX *for_servers, *for_users; /* our side of TLS, by who calls; NULL: none */
    SSL_CTX *trust;                   /* whom we call */
    struct users *users;              /* NULL: none */
    struct password password;         /* length 0: none */
    struct addresses recipients;      /* mailbox.h */
    struct addresses senders;         /* sender.h */
};

/* Reads all of them. Returns 0, or a status of sysexits.h after having said why. Slow: for a thread
 * of the pool, once there is a loop. */
int files_read(const struct config *config, struct files **files);

/* NULL is none. Whoever uses the users or a context still holds them. */
void files_release(struct files *files);

#endif
