#include "secrets.h"

#include "../receive_tls.h"
#include "../send_tls.h"
#include "mailbox.h"
#include "sender.h"

#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

static int read_certificate(const struct config *config, struct secrets *secrets)
{
    int status = 0;

    if (config->tls_cert != NULL && config->relay_listen.count > 0) {
        status = tls_open(&secrets->for_servers, config->tls_cert, config->tls_key, false);
    }
    if (status == 0 && config->tls_cert != NULL &&
        config->submission_listen.count + config->submissions_listen.count > 0) {
        status = tls_open(&secrets->for_users, config->tls_cert, config->tls_key, true);
    }
    return status;
}

static int read_trust(const struct config *config, struct secrets *secrets)
{
    int status = trust_open(&secrets->trust, TRUST_LATER, config->tls_ca);

    if (status == 0 && config->dane && SSL_CTX_dane_enable(secrets->trust) <= 0) {
        fputs("sansmtp-relay: OpenSSL knows no DANE\n", stderr);
        return EX_CONFIG;
    }
    return status;
}

static int read_all(const struct config *config, struct secrets *secrets)
{
    int status = read_certificate(config, secrets);

    if (status == 0 && config->auth_file != NULL) {
        status = users_open(&secrets->users, config->auth_file);
    }
    if (status == 0) {
        status = read_trust(config, secrets);
    }
    if (status == 0 && config->smart_user != NULL) {
        status = password_read(&secrets->password, config->smart_password_file);
    }
    if (status == 0) {
        status = mailbox_read(&secrets->recipients, config);
    }
    if (status == 0) {
        status = sender_read(&secrets->senders, config);
    }
    return status;
}

int secrets_read(const struct config *config, struct secrets **secrets)
{
    int status;

    *secrets = calloc(1, sizeof **secrets);
    if (*secrets == NULL) {
        fputs("sansmtp-relay: no memory\n", stderr);
        return EX_OSERR;
    }
    status = read_all(config, *secrets);
    if (status != 0) {
        secrets_release(*secrets);
        *secrets = NULL;
    }
    return status;
}

void secrets_release(struct secrets *secrets)
{
    if (secrets == NULL) {
        return;
    }
    SSL_CTX_free(secrets->for_servers);
    SSL_CTX_free(secrets->for_users);
    SSL_CTX_free(secrets->trust);
    users_release(secrets->users);
    addresses_release(&secrets->recipients);
    addresses_release(&secrets->senders);
    OPENSSL_cleanse(secrets, sizeof *secrets);
    free(secrets);
}
