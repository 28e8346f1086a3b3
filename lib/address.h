#ifndef SANSMTP_ADDRESS_H
#define SANSMTP_ADDRESS_H

/* IP addresses as text (RFC 5321 4.1.3), without brackets and tag. The whole span must be one;
 * address is in network order and unspecified on false. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool sansmtp_address_ipv4(const uint8_t *octets, size_t length, uint8_t address[4]);
bool sansmtp_address_ipv6(const uint8_t *octets, size_t length, uint8_t address[16]);

#endif
