#ifndef SANSMTP_SIZED_H
#define SANSMTP_SIZED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is a struct of the host, of `size` octets by its own word, one that this library understands? It
 * must have at least what we know, and what it has beyond that must be 0. */
static inline bool sansmtp_sized(const void *host, size_t size, size_t known)
{
    const uint8_t *octets = host;

    if (size < known) {
        return false;
    }
    for (size_t i = known; i < size; i++) {
        if (octets[i] != 0) {
            return false;
        }
    }
    return true;
}

#endif
