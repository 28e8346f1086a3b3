#ifndef SAFE_TEXT_H
#define SAFE_TEXT_H

/* What a peer says may hold octets that a terminal obeys. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Printable ASCII as it is, all else as \xHH. The caller has the stream locked, or no thread. */
void put_safely(FILE *out, const uint8_t *octets, size_t length);

/* As one field of a line whose fields blanks separate: a blank is \x20 and a backslash \x5C, so
 * that what a peer says looks like no other field. */
void put_field(FILE *out, const uint8_t *octets, size_t length);

/* The same for a field in angle brackets, which are \xHH in it, as a string; what does not fit is
 * cut. Returns out. */
#define SAFE_FIELD_MAX 1025u /* 256 octets, each of them \xHH */
const char *safe_field(char out[SAFE_FIELD_MAX], const uint8_t *octets, size_t length);

#endif
