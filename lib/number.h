#ifndef SANSMTP_NUMBER_H
#define SANSMTP_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads 1*DIGIT, the whole span. False, with nothing written, if it holds anything else or nothing.
 * A number over 2^64-1 is read as UINT64_MAX, and *saturated (which may be NULL) says so. */
bool sansmtp_number_parse(const uint8_t *octets, size_t length, uint64_t *value, bool *saturated);

/* Writes the decimal digits, without leading zeros; returns how many, 1 to 20. */
size_t sansmtp_number_write(uint64_t value, uint8_t out[20]);

#endif
