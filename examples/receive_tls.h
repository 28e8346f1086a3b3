#ifndef RECEIVE_TLS_H
#define RECEIVE_TLS_H

/* TLS without I/O: OpenSSL between two memory BIOs. Octets of the network go in by received and
 * come out by output; those of the session go in by write and come out by read. */

#include <openssl/types.h>
#include <sansmtp/trace.h>
#include <stdbool.h>
#include <stddef.h>

struct tls;

/* Loads certificate and key. Returns 0, or a status of sysexits.h after having said why. */
int tls_open(SSL_CTX **context, const char *certificate, const char *key);

/* NULL: no memory. */
struct tls *tls_begin(SSL_CTX *context);
void tls_end(struct tls *tls);

/* 1: done; 0: it needs more octets of the peer; -1: it failed. There may be output in each case. */
int tls_handshake(struct tls *tls);

void tls_received(struct tls *tls, const void *octets, size_t length);

/* Returns how many octets it gave, 0: none without more of the peer, -1: the end, or an error. */
int tls_read(struct tls *tls, void *out, size_t capacity);

bool tls_write(struct tls *tls, const void *octets, size_t length);

/* Says goodbye. */
void tls_close(struct tls *tls);

/* All that is to be sent, until tls_sent. */
const void *tls_output(struct tls *tls, size_t *length);
void tls_sent(struct tls *tls);

/* Fills in how the message came; the names live as long as the session. */
void tls_describe(const struct tls *tls, struct sansmtp_received *received);

#endif
