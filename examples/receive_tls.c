#include "receive_tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* -- certificate and key ---------------------------------------------------------------------- */

static int complain(const char *what, const char *path, int status)
{
    unsigned long error = ERR_peek_last_error();
    const char *reason = ERR_reason_error_string(error);

    fprintf(stderr, "%s: cannot use the %s %s: %s\n", program_invocation_short_name, what, path,
            reason == NULL ? "OpenSSL refuses it" : reason);
    return status;
}

/* OpenSSL's errors do not name what the system said. */
static int check_readable(const char *what, const char *path)
{
    if (access(path, R_OK) == 0) {
        return 0;
    }
    fprintf(stderr, "%s: cannot read the %s %s: %s\n", program_invocation_short_name, what, path,
            strerror(errno));
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

int tls_open(SSL_CTX **context, const char *certificate, const char *key, bool cleanse)
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
    if (cleanse) {
        SSL_CTX_set_options(*context, SSL_OP_CLEANSE_PLAINTEXT);
    }
    ERR_clear_error();
    status = load(*context, certificate, key);
    if (status != 0) {
        SSL_CTX_free(*context);
        *context = NULL;
    }
    return status;
}

/* -- a session -------------------------------------------------------------------------------- */

static struct sansmtp_span span_of(const char *text)
{
    struct sansmtp_span span = {(const uint8_t *)text, text == NULL ? 0 : strlen(text)};

    return span;
}

void tls_describe(const struct tls *tls, struct sansmtp_received *received)
{
    SSL *ssl = tls_ssl(tls);
    const SSL_CIPHER *cipher = SSL_get_current_cipher(ssl);
    int group = (int)SSL_get_negotiated_group(ssl);

    received->flags |= SANSMTP_RECEIVED_TLS;
    if (cipher != NULL) {
        received->tls_cipher = span_of(SSL_CIPHER_standard_name(cipher));
    }
    if (group != NID_undef) {
        received->tls_group = span_of(SSL_group_to_name(ssl, group));
    }
}
