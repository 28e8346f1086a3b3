#ifndef SANSMTP_ARGUMENT_H
#define SANSMTP_ARGUMENT_H

/* The arguments of ETRN, ATRN and BURL. */

#include <stdbool.h>

#include <sansmtp/types.h>

/* RFC 1985 5: a domain of two labels at least, "@" and such a domain, or "#" and a queue's name. */
bool sansmtp_node_valid(const uint8_t *octets, size_t length);

/* RFC 2645 5.2.1: such domains with commas between them. */
bool sansmtp_domains_valid(const uint8_t *octets, size_t length);

/* RFC 4468 3.5: an absolute URI (RFC 3986 4.3), which has no fragment, and maybe LAST behind it. */
bool sansmtp_url_parse(const uint8_t *octets, size_t length, struct sansmtp_span *url, bool *last);

#endif
