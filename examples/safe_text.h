#ifndef SAFE_TEXT_H
#define SAFE_TEXT_H

/* What a peer says may hold octets that a terminal obeys. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Printable ASCII as it is, all else as \xHH. The caller has the stream locked, or no thread. */
void put_safely(FILE *out, const uint8_t *octets, size_t length);

#endif
