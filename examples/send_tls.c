#include "send_tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sansmtp/sansmtp.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static int load(SSL_CTX *context, const char *authorities)
{
    const char *reason;

    if (authorities == NULL) {
        SSL_CTX_set_default_verify_paths(context);
        return 0;
    }
    if (access(authorities, R_OK) != 0) {
        fprintf(stderr, "%s: cannot read %s: %s\n", program_invocation_short_name, authorities,
                strerror(errno));
        return EX_NOINPUT;
    }
    ERR_clear_error();
    if (SSL_CTX_load_verify_file(context, authorities) == 1) {
        return 0;
    }
    reason = ERR_reason_error_string(ERR_peek_last_error());
    fprintf(stderr, "%s: no certificates in %s: %s\n", program_invocation_short_name, authorities,
            reason == NULL ? "OpenSSL refuses it" : reason);
    return EX_NOINPUT;
}

int trust_open(SSL_CTX **context, enum trust trust, const char *authorities)
{
    *context = SSL_CTX_new(TLS_client_method());
    if (*context == NULL) {
        fprintf(stderr, "%s: OpenSSL gives no context\n", program_invocation_short_name);
        return EX_OSERR;
    }
    SSL_CTX_set_min_proto_version(*context, TLS1_2_VERSION);
    SSL_CTX_set_mode(*context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(*context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_verify(*context, trust == TRUST_VERIFIED ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
    return trust == TRUST_ANYBODY ? 0 : load(*context, authorities);
}

/* RFC 6066 3: a literal is not sent as a name; RFC 6125: it is looked for among the addresses. */
static bool set_name(SSL *ssl, const char *host)
{
    ASN1_OCTET_STRING *address = a2i_IPADDRESS(host);
    char name[256]; /* OpenSSL's macro casts the const away */

    if (address != NULL) {
        ASN1_OCTET_STRING_free(address);
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
    }
    ERR_clear_error();
    if ((size_t)snprintf(name, sizeof name, "%s", host) >= sizeof name) {
        return false;
    }
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

struct tls *trust_begin(SSL_CTX *context, const char *host)
{
    struct tls *tls = tls_begin(context);

    if (tls != NULL && !set_name(tls_ssl(tls), host)) {
        tls_end(tls);
        return NULL;
    }
    return tls;
}

bool trust_is_verified(const struct tls *tls)
{
    SSL *ssl = tls_ssl(tls);

    return SSL_get0_peer_certificate(ssl) != NULL && SSL_get_verify_result(ssl) == X509_V_OK;
}
