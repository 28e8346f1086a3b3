#ifndef RECEIVE_TLS_H
#define RECEIVE_TLS_H

/* The server's side of TLS: its certificate, and what Received says of a session. */

#include "tls.h"

#include <sansmtp/trace.h>

/* Loads certificate and key; cleanse: nothing that was decrypted stays in memory. Returns
 * 0, or a status of sysexits.h after having said why. */
int tls_open(SSL_CTX **context, const char *certificate, const char *key, bool cleanse);

/* Fills in how the message came; the names live as long as the session. */
void tls_describe(const struct tls *tls, struct sansmtp_received *received);

#endif
