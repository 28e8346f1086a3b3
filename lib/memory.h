#ifndef SANSMTP_MEMORY_H
#define SANSMTP_MEMORY_H

/* The only five functions that the library calls from outside itself. They are declared here
 * because <string.h> is not a freestanding header: wasm32 targets, for one, have none. */

#include <stddef.h>

void *memcpy(void *restrict target, const void *restrict source, size_t length);
void *memmove(void *target, const void *source, size_t length);
void *memset(void *target, int octet, size_t length);
int memcmp(const void *left, const void *right, size_t length);
void *memchr(const void *octets, int octet, size_t length);

#endif
