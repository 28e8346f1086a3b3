#ifndef RELAY_OWN_H
#define RELAY_OWN_H

/* The addresses by which others reach us. */

#include "../options/config.h"

#include <sansmtp/route.h>

/*
 * What own-address says, and what relay-listen does at this port: an MX that leads there leads to
 * ourselves (RFC 5321 5.1). Of a listener on all addresses, those that this machine has now. Returns
 * how many were written, at most `most`.
 */
size_t own_addresses(const struct config *config, uint32_t port, struct sansmtp_route_address *out,
                     size_t most);

#endif
