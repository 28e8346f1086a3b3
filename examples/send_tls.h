#ifndef SEND_TLS_H
#define SEND_TLS_H

/* The client's side of TLS: whom we trust, and for which name. */

#include "send_options.h"
#include "tls.h"

/* Returns 0, or a status of sysexits.h after having said why. */
int trust_open(SSL_CTX **context, const struct options *options);

/* A session with the host of the options. NULL: no memory. */
struct tls *trust_begin(SSL_CTX *context, const struct options *options);

/* After the handshake: is the server who it should be? */
bool trust_is_verified(const struct tls *tls);

#endif
