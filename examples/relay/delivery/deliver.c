/* The office: what all lanes use, made ready at the start. */

#include "../../arguments.h"
#include "../../receive_store.h"
#include "../options/files.h"
#include "trip.h"

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

int deliver_open(struct relay *relay)
{
    relay->deliveries = calloc(1, sizeof *relay->deliveries);
    if (relay->deliveries == NULL) {
        fputs("sansmtp-relay: no memory\n", stderr);
        return EX_OSERR;
    }
    deliver_renew(relay);
    return relay->config.lmtp == NULL ? 0 : open_lmtp(relay->deliveries, relay->config.lmtp);
}

int deliver_open_store(struct relay *relay)
{
    struct delivery_office *office = relay->deliveries;

    if (relay->config.maildir == NULL) {
        return 0;
    }
    office->store = calloc(1, sizeof *office->store);
    if (office->store == NULL) {
        fputs("sansmtp-relay: no memory\n", stderr);
        return EX_OSERR;
    }
    return store_open(office->store, relay->config.maildir, relay->config.hostname);
}

void deliver_renew(struct relay *relay)
{
    relay->deliveries->tls = relay->files->trust;
    relay->deliveries->password = relay->files->password;
}

void deliver_close(struct relay *relay)
{
    trips_abort(relay->deliveries);
}
