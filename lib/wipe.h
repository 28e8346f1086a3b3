#ifndef SANSMTP_WIPE_H
#define SANSMTP_WIPE_H

#include <stddef.h>
#include <stdint.h>

/* Writes zeros over credentials. The stores are volatile: a compiler would drop a memset of
 * memory that nobody reads afterwards. */
static inline void sansmtp_wipe(void *octets, size_t length)
{
    volatile uint8_t *at = octets;

    for (size_t i = 0; i < length; i++) {
        at[i] = 0;
    }
}

#endif
