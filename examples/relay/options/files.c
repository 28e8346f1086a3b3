#include "files.h"

#include "../../receive_tls.h"
#include "../../send_tls.h"
#include "../front/mailbox.h"
#include "../front/sender.h"

#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>

static int read_certificate(const struct config *config, struct files *files)
{
    int status = 0;

    if (config->tls_cert != NULL && config->relay_listen.count > 0) {
        status = tls_open(&files->for_servers, config->tls_cert, config->tls_key, false);
    }
    if (status == 0 && config->tls_cert != NULL &&
        config->submission_listen.count + config->submissions_listen.count > 0) {
        status = tls_open(&files->for_users, config->tls_cert, config->tls_key, true);
    }
    return status;
}

static int read_trust(const struct config *config, struct files *files)
{
    int status = trust_open(&files->trust, TRUST_LATER, config->tls_ca);

    if (status == 0 && config->dane && SSL_CTX_dane_enable(files->trust) <= 0) {
        fputs("sansmtp-relay: OpenSSL knows no DANE\n", stderr);
        return EX_CONFIG;
    }
    return status;
}

static int read_all(const struct config *config, struct files *files)
{
    int status = read_certificate(config, files);

    if (status == 0 && config->auth_file != NULL) {
        status = users_open(&files->users, config->auth_file);
    }
    if (status == 0) {
        status = read_trust(config, files);
    }
    if (status == 0 && config->smart_user != NULL) {
        status = password_read(&files->password, config->smart_password_file);
    }
    if (status == 0) {
        status = mailbox_read(&files->recipients, config);
    }
    if (status == 0) {
        status = sender_read(&files->senders, config);
    }
    return status;
}

/* Nobody may be there to write what is in a pipe, and certainly nobody again at SIGHUP. */
static int refuse_pipe(const char *path)
{
    struct stat found;

    if (path == NULL || stat(path, &found) != 0 || !S_ISFIFO(found.st_mode)) {
        return 0;
    }
    fprintf(stderr, "sansmtp-relay: %s is a pipe, which cannot be read again: it wants a file\n",
            path);
    return EX_NOINPUT;
}

static int refuse_pipes(const struct config *config)
{
    const char *const paths[] = {
        config->tls_cert,
        config->tls_key,
        config->tls_ca,
        config->auth_file,
        config->senders,
        config->recipient_file,
        config->smart_password_file,
    };
    int status = 0;

    for (size_t i = 0; status == 0 && i < sizeof paths / sizeof paths[0]; i++) {
        status = refuse_pipe(paths[i]);
    }
    return status;
}

int files_read(const struct config *config, struct files **files)
{
    int status;

    *files = calloc(1, sizeof **files);
    if (*files == NULL) {
        fputs("sansmtp-relay: no memory\n", stderr);
        return EX_OSERR;
    }
    status = refuse_pipes(config);
    if (status == 0) {
        status = read_all(config, *files);
    }
    if (status != 0) {
        files_release(*files);
        *files = NULL;
    }
    return status;
}

void files_release(struct files *files)
{
    if (files == NULL) {
        return;
    }
    SSL_CTX_free(files->for_servers);
    SSL_CTX_free(files->for_users);
    SSL_CTX_free(files->trust);
    users_release(files->users);
    addresses_release(&files->recipients);
    addresses_release(&files->senders);
    OPENSSL_cleanse(files, sizeof *files);
    free(files);
}
