#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guard.h"
#include "siphash.h"

/* Of the 64 vectors that came with the algorithm: the seed is 0 1 2 ... 15, the input 0 1 2 ... */
static void test_vectors_of_its_authors(void **state)
{
    static const uint64_t seed[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    static const struct {
        size_t length;
        uint64_t hash;
    } rows[] = {
        {0, UINT64_C(0x726fdb47dd0e0e31)},  {1, UINT64_C(0x74f839c593dc67fd)},
        {2, UINT64_C(0x0d6c8009d9a94f5a)},  {3, UINT64_C(0x85676696d7fb7e2d)},
        {7, UINT64_C(0xab0200f58b01d137)},  {8, UINT64_C(0x93f5f5799a932462)},
        {15, UINT64_C(0xa129ca6149be45e5)},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t octets[16];
        uint8_t *copy;

        for (size_t k = 0; k < sizeof octets; k++) {
            octets[k] = (uint8_t)k;
        }
        copy = guard_copy(octets, rows[i].length);
        assert_true(sansmtp_siphash(seed, copy, rows[i].length) == rows[i].hash);
        guard_free(copy, rows[i].length);
    }
}

static void test_the_seed_counts(void **state)
{
    static const uint64_t seeds[][2] = {{0, 0}, {1, 0}, {0, 1}};
    (void)state;

    assert_true(sansmtp_siphash(seeds[0], (const uint8_t *)"a", 1) !=
                sansmtp_siphash(seeds[1], (const uint8_t *)"a", 1));
    assert_true(sansmtp_siphash(seeds[0], (const uint8_t *)"a", 1) !=
                sansmtp_siphash(seeds[2], (const uint8_t *)"a", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors_of_its_authors),
        cmocka_unit_test(test_the_seed_counts),
    };

    return cmocka_run_group_tests_name("siphash", tests, NULL, NULL);
}
