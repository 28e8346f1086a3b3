#ifndef SANSMTP_MIX_H
#define SANSMTP_MIX_H

#include <stdint.h>

/* A number that looks as random as its input is new: each bit of the input decides over each of the
 * output, and no two inputs give the same. (The finalizer of SplitMix64.) */
static inline uint64_t sansmtp_mix(uint64_t value)
{
    value = (value ^ value >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ value >> 27) * UINT64_C(0x94D049BB133111EB);
    return value ^ value >> 31;
}

#endif
