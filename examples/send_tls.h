#ifndef SEND_TLS_H
#define SEND_TLS_H

/* The client's side of TLS: whom we trust, and for which name. */

#include "tls.h"

/* trust_open.trust */
enum trust {
    TRUST_ANYBODY, /* no certificate counts */
    TRUST_LATER,   /* the handshake goes on with any; trust_is_verified tells what it is worth */
    TRUST_VERIFIED /* the handshake fails with a certificate that is not good */
};

/* authorities: a file, or NULL: the system's. Returns 0, or a status of sysexits.h after having
 * said why. */
int trust_open(SSL_CTX **context, enum trust trust, const char *authorities);

/* A session with this host: a name, or an address. NULL: no memory, or it is neither. */
struct tls *trust_begin(SSL_CTX *context, const char *host);

/* After the handshake: is the server who it should be? */
bool trust_is_verified(const struct tls *tls);

#endif
