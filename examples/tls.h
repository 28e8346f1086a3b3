#ifndef TLS_H
#define TLS_H

/* TLS without I/O: OpenSSL between two memory BIOs, for both programs. Octets of the network go in
 * by received and come out by output or take; those of the session go in by write and come out by
 * read. */

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>

struct tls;

/* A session; the context's method says of which side. NULL: no memory. */
struct tls *tls_begin(SSL_CTX *context);
void tls_end(struct tls *tls);

/* For what is OpenSSL's own. */
SSL *tls_ssl(const struct tls *tls);

/* 1: done; 0: it needs more octets of the peer; -1: it failed. There may be output in each case. */
int tls_handshake(struct tls *tls);

/* Why the handshake failed; static text. */
const char *tls_reason(const struct tls *tls);

void tls_received(struct tls *tls, const void *octets, size_t length);

/* Returns how many octets it gave, 0: none without more of the peer, -1: the end, or an error. */
int tls_read(struct tls *tls, void *out, size_t capacity);

bool tls_write(struct tls *tls, const void *octets, size_t length);

/* Says goodbye. */
void tls_close(struct tls *tls);

/* All that is to be sent, until tls_sent. */
const void *tls_output(struct tls *tls, size_t *length);
void tls_sent(struct tls *tls);

/* Moves what is to be sent to out, at most capacity octets. Returns how many. */
size_t tls_take(struct tls *tls, void *out, size_t capacity);

#endif
