/* The office: what all lanes use, made ready at the start. */

#include "../arguments.h"
#include "../receive_store.h"
#include "../send_tls.h"
#include "trip.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <sysexits.h>

static int open_lmtp(struct delivery_office *office, const char *text)
{
    struct sockaddr_un *local = (struct sockaddr_un *)&office->lmtp;
    char copy[256];
    const char *host, *port;
    uint64_t number;

    if (text[0] == '/' && strlen(text) < sizeof local->sun_path) {
        local->sun_family = AF_UNIX;
        snprintf(local->sun_path, sizeof local->sun_path, "%s", text);
        return 0;
    }
    if ((size_t)snprintf(copy, sizeof copy, "%s", text) < sizeof copy &&
        argument_endpoint(copy, &host, &port) == NULL && argument_number(port, &number) &&
        number > 0 && number < 65536 &&
        (uv_ip4_addr(host, (int)number, (struct sockaddr_in *)&office->lmtp) == 0 ||
         uv_ip6_addr(host, (int)number, (struct sockaddr_in6 *)&office->lmtp) == 0)) {
        return 0;
    }
    fprintf(stderr, "sansmtp-relay: lmtp '%s': it wants ADDR:PORT, or a path\n", text);
    return EX_CONFIG;
}

static int open_store(struct delivery_office *office, const struct config *config)
{
    office->store = calloc(1, sizeof *office->store);
    if (office->store == NULL) {
        return EX_OSERR;
    }
    return store_open(office->store, config->maildir, config->hostname);
}

static int open_trust(struct delivery_office *office, const struct config *config)
{
    int status = trust_open(&office->tls, TRUST_LATER, config->tls_ca);

    if (status == 0 && config->dane && SSL_CTX_dane_enable(office->tls) <= 0) {
        fputs("sansmtp-relay: OpenSSL knows no DANE\n", stderr);
        return EX_CONFIG;
    }
    return status;
}

static int open_office(struct delivery_office *office, const struct config *config)
{
    int status = open_trust(office, config);

    if (status == 0 && config->smart_user != NULL) {
        status = password_read(&office->password, config->smart_password_file);
    }
    if (status == 0 && config->lmtp != NULL) {
        status = open_lmtp(office, config->lmtp);
    }
    if (status == 0 && config->lmtp == NULL && config->maildir != NULL) {
        status = open_store(office, config);
    }
    return status;
}

int deliver_open(struct relay *relay)
{
    relay->deliveries = calloc(1, sizeof *relay->deliveries);
    if (relay->deliveries == NULL) {
        fputs("sansmtp-relay: no memory\n", stderr);
        return EX_OSERR;
    }
    return open_office(relay->deliveries, &relay->config);
}

void deliver_close(struct relay *relay)
{
    trips_abort(relay->deliveries);
}
