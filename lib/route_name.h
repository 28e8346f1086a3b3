#ifndef SANSMTP_ROUTE_NAME_H
#define SANSMTP_ROUTE_NAME_H

/* Host names as the DNS and a configuration write them. */

#include <stdbool.h>

#include <sansmtp/types.h>

/* The name without its final dot; the root is then empty. */
struct sansmtp_span sansmtp_route_name(struct sansmtp_span text);

/* All these take names without a final dot. */

bool sansmtp_route_name_equal(struct sansmtp_span left, struct sansmtp_span right);

/* Can it be the name of a host? An IP address is none. */
bool sansmtp_route_name_usable(struct sansmtp_span name);

/* Where the name stands in the order that seed makes. Equal names have equal ranks. */
uint64_t sansmtp_route_name_rank(struct sansmtp_span name, uint64_t seed);

#endif
