#include "siphash.h"

struct lanes {
    uint64_t a, b, c, d;
};

static uint64_t rotate(uint64_t value, uint32_t bits)
{
    return value << bits | value >> (64 - bits);
}

static void mix(struct lanes *lanes, uint32_t rounds)
{
    for (uint32_t i = 0; i < rounds; i++) {
        lanes->a += lanes->b;
        lanes->c += lanes->d;
        lanes->b = rotate(lanes->b, 13) ^ lanes->a;
        lanes->d = rotate(lanes->d, 16) ^ lanes->c;
        lanes->a = rotate(lanes->a, 32) + lanes->d;
        lanes->c += lanes->b;
        lanes->d = rotate(lanes->d, 21) ^ lanes->a;
        lanes->b = rotate(lanes->b, 17) ^ lanes->c;
        lanes->c = rotate(lanes->c, 32);
    }
}

static void take_word(struct lanes *lanes, uint64_t word)
{
    lanes->d ^= word;
    mix(lanes, 2);
    lanes->a ^= word;
}

/* Up to eight octets, the first the lowest. */
static uint64_t word_of(const uint8_t *octets, size_t length)
{
    uint64_t word = 0;

    for (size_t i = 0; i < length; i++) {
        word |= (uint64_t)octets[i] << 8 * i;
    }
    return word;
}

uint64_t sansmtp_siphash(const uint64_t seed[2], const uint8_t *octets, size_t length)
{
    struct lanes lanes = {
        seed[0] ^ UINT64_C(0x736f6d6570736575),
        seed[1] ^ UINT64_C(0x646f72616e646f6d),
        seed[0] ^ UINT64_C(0x6c7967656e657261),
        seed[1] ^ UINT64_C(0x7465646279746573),
    };
    size_t rest = length % 8;

    for (size_t at = 0; at < length - rest; at += 8) {
        take_word(&lanes, word_of(octets + at, 8));
    }
    take_word(&lanes, word_of(octets + (length - rest), rest) | (uint64_t)length << 56);
    lanes.c ^= 0xFF;
    mix(&lanes, 4);
    return lanes.a ^ lanes.b ^ lanes.c ^ lanes.d;
}
