#ifndef SANSMTP_TEST_RANDOM_H
#define SANSMTP_TEST_RANDOM_H

/* Numbers that look random and are the same in every run (xorshift64*). Begin with a state that is
 * not 0. */

#include <stdint.h>

struct random {
    uint64_t state;
};

static inline uint64_t random_next(struct random *random)
{
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return random->state * UINT64_C(0x2545F4914F6CDD1D);
}

/* 0 to limit - 1 */
static inline uint32_t random_below(struct random *random, uint32_t limit)
{
    return (uint32_t)((random_next(random) >> 32) * limit >> 32);
}

#endif
