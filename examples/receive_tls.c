#include "receive_tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

struct tls {
    SSL *ssl;
    BIO *in;  /* from the network; both are the ssl's */
    BIO *out; /* to the network */
};

/* -- certificate and key ---------------------------------------------------------------------- */

static int complain(const char *what, const char *path, int status)
{
    unsigned long error = ERR_peek_last_error();
    const char *reason = ERR_reason_error_string(error);

    fprintf(stderr, "sansmtp-receive: cannot use the %s %s: %s\n", what, path,
            reason == NULL ? "OpenSSL refuses it" : reason);
    return status;
}

/* OpenSSL's errors do not name what the system said. */
static int check_readable(const char *what, const char *path)
{
    if (access(path, R_OK) == 0) {
        return 0;
    }
    fprintf(stderr, "sansmtp-receive: cannot read the %s %s: %s\n", what, path, strerror(errno));
    return EX_NOINPUT;
}

static int load(SSL_CTX *context, const char *certificate, const char *key)
{
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1) {
        return complain("certificate", certificate, EX_NOINPUT);
    }
    if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) {
        /* The key is read well, but is another certificate's. */
        if (ERR_GET_LIB(ERR_peek_last_error()) == ERR_LIB_X509) {
            return complain("key", key, EX_CONFIG);
        }
        return complain("key", key, EX_NOINPUT);
    }
    return 0;
}

int tls_open(SSL_CTX **context, const char *certificate, const char *key)
{
    int status = check_readable("certificate", certificate);

    if (status == 0) {
        status = check_readable("key", key);
    }
    if (status != 0) {
        return status;
    }
    *context = SSL_CTX_new(TLS_server_method());
    if (*context == NULL) {
        return complain("certificate", certificate, EX_OSERR);
    }
    SSL_CTX_set_min_proto_version(*context, TLS1_2_VERSION);
    /* Idle sessions give their buffers back; and the engine's output may move between two tries. */
    SSL_CTX_set_mode(*context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    /* RFC 5746, and what a renegotiation costs: no. */
    SSL_CTX_set_options(*context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    return load(*context, certificate, key);
}

/* -- a session -------------------------------------------------------------------------------- */

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
    SSL_set_accept_state(tls->ssl);
    return tls;
}

void tls_end(struct tls *tls)
{
    if (tls != NULL) {
        SSL_free(tls->ssl);
        free(tls);
    }
}

/* An error of one session must not be taken for another's. */
static int outcome(const struct tls *tls, int result)
{
    int error = SSL_get_error(tls->ssl, result);

    ERR_clear_error();
    return error == SSL_ERROR_WANT_READ ? 0 : -1;
}

int tls_handshake(struct tls *tls)
{
    int result = SSL_do_handshake(tls->ssl);

    return result == 1 ? 1 : outcome(tls, result);
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

static struct sansmtp_span span_of(const char *text)
{
    struct sansmtp_span span = {(const uint8_t *)text, text == NULL ? 0 : strlen(text)};

    return span;
}

void tls_describe(const struct tls *tls, struct sansmtp_received *received)
{
    const SSL_CIPHER *cipher = SSL_get_current_cipher(tls->ssl);
    int group = (int)SSL_get_negotiated_group(tls->ssl);

    received->flags |= SANSMTP_RECEIVED_TLS;
    if (cipher != NULL) {
        received->tls_cipher = span_of(SSL_CIPHER_standard_name(cipher));
    }
    if (group != NID_undef) {
        received->tls_group = span_of(SSL_group_to_name(tls->ssl, group));
    }
}
