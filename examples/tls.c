#include "tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>

struct tls {
    SSL *ssl;
    BIO *in;  /* from the network; both are the ssl's */
    BIO *out; /* to the network */
    unsigned long error;
};

static void set_side(SSL *ssl)
{
    if (SSL_is_server(ssl)) {
        SSL_set_accept_state(ssl);
    } else {
        SSL_set_connect_state(ssl);
    }
}

struct tls *tls_begin(SSL_CTX *context)
{
    struct tls *tls = calloc(1, sizeof *tls);

    if (tls == NULL) {
        return NULL;
    }
    tls->ssl = SSL_new(context);
    tls->in = BIO_new(BIO_s_mem());
    tls->out = BIO_new(BIO_s_mem());
    if (tls->ssl == NULL || tls->in == NULL || tls->out == NULL) {
        SSL_free(tls->ssl);
        BIO_free(tls->in);
        BIO_free(tls->out);
        free(tls);
        return NULL;
    }
    SSL_set_bio(tls->ssl, tls->in, tls->out);
    set_side(tls->ssl);
    return tls;
}

void tls_end(struct tls *tls)
{
    if (tls != NULL) {
        SSL_free(tls->ssl);
        free(tls);
    }
}

SSL *tls_ssl(const struct tls *tls)
{
    return tls->ssl;
}

/* An error of one session must not be taken for another's. */
static int outcome(struct tls *tls, int result)
{
    int error = SSL_get_error(tls->ssl, result);

    tls->error = ERR_peek_last_error();
    ERR_clear_error();
    return error == SSL_ERROR_WANT_READ ? 0 : -1;
}

int tls_handshake(struct tls *tls)
{
    int result = SSL_do_handshake(tls->ssl);

    return result == 1 ? 1 : outcome(tls, result);
}

const char *tls_reason(const struct tls *tls)
{
    long verdict = SSL_get_verify_result(tls->ssl);
    const char *reason = ERR_reason_error_string(tls->error);

    if (verdict != X509_V_OK && (SSL_get_verify_mode(tls->ssl) & SSL_VERIFY_PEER) != 0) {
        return X509_verify_cert_error_string(verdict);
    }
    return reason == NULL ? "the peer does not speak TLS" : reason;
}

void tls_received(struct tls *tls, const void *octets, size_t length)
{
    BIO_write(tls->in, octets, (int)length);
}

int tls_read(struct tls *tls, void *out, size_t capacity)
{
    int result = SSL_read(tls->ssl, out, (int)capacity);

    return result > 0 ? result : outcome(tls, result);
}

bool tls_write(struct tls *tls, const void *octets, size_t length)
{
    return length == 0 || SSL_write(tls->ssl, octets, (int)length) == (int)length;
}

void tls_close(struct tls *tls)
{
    SSL_shutdown(tls->ssl);
    ERR_clear_error();
}

const void *tls_output(struct tls *tls, size_t *length)
{
    char *octets = NULL;
    long pending = BIO_get_mem_data(tls->out, &octets);

    *length = pending > 0 ? (size_t)pending : 0;
    return octets;
}

void tls_sent(struct tls *tls)
{
    (void)BIO_reset(tls->out);
}

size_t tls_take(struct tls *tls, void *out, size_t capacity)
{
    int taken = BIO_read(tls->out, out, (int)capacity);

    return taken > 0 ? (size_t)taken : 0;
}
