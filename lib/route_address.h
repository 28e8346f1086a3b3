#ifndef SANSMTP_ROUTE_ADDRESS_H
#define SANSMTP_ROUTE_ADDRESS_H

/* IP addresses: which are the same, and what kind of place they lead to. */

#include <stdbool.h>

#include <sansmtp/route.h>

/* Kinds of places, from what leads anywhere to what leads nowhere. */
enum sansmtp_route_place {
    SANSMTP_ROUTE_TO_PUBLIC,
    SANSMTP_ROUTE_TO_PRIVATE,
    SANSMTP_ROUTE_TO_LOCAL,
    SANSMTP_ROUTE_TO_NOWHERE,
};

bool sansmtp_route_address_fits(const struct sansmtp_route_address *address);
bool sansmtp_route_address_is_ipv4(const struct sansmtp_route_address *address);
bool sansmtp_route_address_equal(const struct sansmtp_route_address *left,
                                 const struct sansmtp_route_address *right);
bool sansmtp_route_address_among(const struct sansmtp_route_address *address,
                                 const struct sansmtp_route_address *set, size_t count);
enum sansmtp_route_place sansmtp_route_place(const struct sansmtp_route_address *address);

/* The address that text is, with the brackets of a literal or bare; false if it is none. */
bool sansmtp_route_address_read(struct sansmtp_span text, struct sansmtp_route_address *address);

#endif
