#ifndef SANSMTP_WORD_H
#define SANSMTP_WORD_H

/* Eight octets at a time in plain C. The first octet in memory is the lowest of the word on every
 * machine; compilers make one load of it where they can. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SANSMTP_WORD      ((size_t)8)
#define SANSMTP_WORD_TOPS UINT64_C(0x8080808080808080)

static inline uint64_t sansmtp_word_load(const uint8_t *octets)
{
    return (uint64_t)octets[0] | (uint64_t)octets[1] << 8 | (uint64_t)octets[2] << 16 |
           (uint64_t)octets[3] << 24 | (uint64_t)octets[4] << 32 | (uint64_t)octets[5] << 40 |
           (uint64_t)octets[6] << 48 | (uint64_t)octets[7] << 56;
}

static inline uint64_t sansmtp_word_fill(uint8_t octet)
{
    return UINT64_C(0x0101010101010101) * octet;
}

/* The top bit of each octet says whether left and right are the same there; the other bits are
 * noise. The sum cannot carry from one octet into the next. */
static inline uint64_t sansmtp_word_equal(uint64_t left, uint64_t right)
{
    uint64_t differ = left ^ right;

    return ~(((differ & ~SANSMTP_WORD_TOPS) + ~SANSMTP_WORD_TOPS) | differ);
}

/* Top bits: some octet is below the limit, which is at most 128. Which one cannot be told: a borrow
 * may make the next octets look so too. */
static inline uint64_t sansmtp_word_below(uint64_t word, uint8_t limit)
{
    return (word - sansmtp_word_fill(limit)) & ~word;
}

static inline bool sansmtp_word_any(uint64_t flags)
{
    return (flags & SANSMTP_WORD_TOPS) != 0;
}

/* The first octet whose top bit is set; precondition: there is one. */
static inline size_t sansmtp_word_first(uint64_t flags)
{
    size_t first = 0;

    for (flags &= SANSMTP_WORD_TOPS; (flags & 0x80) == 0; flags >>= 8) {
        first++;
    }
    return first;
}

#endif
