#ifndef SANSMTP_DOMAIN_H
#define SANSMTP_DOMAIN_H

/* Domains and address literals at the front of octets. */

#include <stdbool.h>

#include <sansmtp/types.h>

enum { SANSMTP_DOMAIN_LONGEST = 255, SANSMTP_LABEL_LONGEST = 63 };

/* The octets of the domain at the front, as far as the grammar goes; 0 if there is none. */
size_t sansmtp_domain_scan(const uint8_t *octets, size_t length, bool utf8);

/* The octets of the address literal at the front, brackets included, and what it is; 0 if there is
 * none. address gets the 4 or 16 octets of an IPv4 or IPv6 literal, in network order. */
size_t sansmtp_literal_scan(const uint8_t *octets, size_t length, uint32_t *kind,
                            uint8_t address[16]);

/* Is a domain of the grammar short enough, as a whole and in each of its labels? */
bool sansmtp_domain_fits(const uint8_t *octets, size_t length);

#endif
