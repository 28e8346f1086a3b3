#ifndef SANSMTP_VECTOR_H
#define SANSMTP_VECTOR_H

/* The widest comparison of octets that the compiler's target has, under one set of names. Flags are
 * what a comparison says about each of SANSMTP_VECTOR octets; &, | and ^ combine them, on NEON too.
 * SANSMTP_PORTABLE takes words on any target.
 *
 * With SSE2 flags are integers at once: after any AVX code, such as the host's memchr, processors
 * are slow at each SSE2 instruction that writes a vector register, so there shall be few. */

#include "word.h"

#if defined(SANSMTP_PORTABLE)
#define SANSMTP_VECTOR_WORD
#elif defined(__AVX2__)
#define SANSMTP_VECTOR_AVX2
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON) && !defined(__ARM_BIG_ENDIAN)
#define SANSMTP_VECTOR_NEON
#include <arm_neon.h>
#else
#define SANSMTP_VECTOR_WORD
#endif

#if defined(SANSMTP_VECTOR_WORD)

#define SANSMTP_VECTOR SANSMTP_WORD
typedef uint64_t sansmtp_flags;

static inline sansmtp_flags sansmtp_vector_equal(const uint8_t *octets, uint8_t octet)
{
    return sansmtp_word_equal(sansmtp_word_load(octets), sansmtp_word_fill(octet));
}

/* The octets over 127. */
static inline sansmtp_flags sansmtp_vector_eight_bit(const uint8_t *octets)
{
    return sansmtp_word_load(octets);
}

static inline sansmtp_flags sansmtp_flags_all(bool set)
{
    return set ? UINT64_MAX : 0;
}

static inline bool sansmtp_flags_any(sansmtp_flags flags)
{
    return sansmtp_word_any(flags);
}

/* The first flag that is set; precondition: there is one. */
static inline size_t sansmtp_flags_first(sansmtp_flags flags)
{
    return sansmtp_word_first(flags);
}

#elif defined(SANSMTP_VECTOR_NEON)

#define SANSMTP_VECTOR ((size_t)16)
typedef uint8x16_t sansmtp_flags;

static inline sansmtp_flags sansmtp_vector_equal(const uint8_t *octets, uint8_t octet)
{
    return vceqq_u8(vld1q_u8(octets), vdupq_n_u8(octet));
}

static inline sansmtp_flags sansmtp_vector_eight_bit(const uint8_t *octets)
{
    return vcgtq_u8(vld1q_u8(octets), vdupq_n_u8(127));
}

static inline sansmtp_flags sansmtp_flags_all(bool set)
{
    return vdupq_n_u8(set ? 0xFF : 0);
}

/* Four bits a flag, the first lowest: NEON has no move of top bits. */
static inline uint64_t sansmtp_flags_narrow(sansmtp_flags flags)
{
    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(flags), 4)), 0);
}

static inline bool sansmtp_flags_any(sansmtp_flags flags)
{
    return sansmtp_flags_narrow(flags) != 0;
}

static inline size_t sansmtp_flags_first(sansmtp_flags flags)
{
    return (size_t)__builtin_ctzll(sansmtp_flags_narrow(flags)) / 4;
}

#elif defined(SANSMTP_VECTOR_AVX2)

#define SANSMTP_VECTOR ((size_t)32)
typedef __m256i sansmtp_flags;

static inline sansmtp_flags sansmtp_vector_equal(const uint8_t *octets, uint8_t octet)
{
    __m256i text = _mm256_loadu_si256((const void *)octets);

    return _mm256_cmpeq_epi8(text, _mm256_set1_epi8((char)octet));
}

static inline sansmtp_flags sansmtp_vector_eight_bit(const uint8_t *octets)
{
    return _mm256_loadu_si256((const void *)octets);
}

static inline sansmtp_flags sansmtp_flags_all(bool set)
{
    return _mm256_set1_epi8(set ? -1 : 0);
}

static inline bool sansmtp_flags_any(sansmtp_flags flags)
{
    return _mm256_movemask_epi8(flags) != 0;
}

static inline size_t sansmtp_flags_first(sansmtp_flags flags)
{
    return (size_t)__builtin_ctz((unsigned)_mm256_movemask_epi8(flags));
}

#else

#define SANSMTP_VECTOR ((size_t)16)
typedef uint32_t sansmtp_flags;

static inline sansmtp_flags sansmtp_vector_equal(const uint8_t *octets, uint8_t octet)
{
    __m128i text = _mm_loadu_si128((const void *)octets);

    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8((char)octet)));
}

static inline sansmtp_flags sansmtp_vector_eight_bit(const uint8_t *octets)
{
    return (uint32_t)_mm_movemask_epi8(_mm_loadu_si128((const void *)octets));
}

static inline sansmtp_flags sansmtp_flags_all(bool set)
{
    return set ? UINT32_MAX : 0;
}

static inline bool sansmtp_flags_any(sansmtp_flags flags)
{
    return flags != 0;
}

static inline size_t sansmtp_flags_first(sansmtp_flags flags)
{
    return (size_t)__builtin_ctz(flags);
}

#endif

#endif
