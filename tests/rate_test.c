#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/policy.h>

#include "guard.h"

#define CONNECTIONS SANSMTP_RATE_CONNECTIONS
#define MESSAGES    SANSMTP_RATE_MESSAGES
#define RECIPIENTS  SANSMTP_RATE_RECIPIENTS
#define OCTETS      SANSMTP_RATE_OCTETS

/* 10 connections in 60 s, 100 messages in an hour, recipients free, 1 MB in 10 s. */
static const struct sansmtp_rate_options usual = {
    .size = sizeof(struct sansmtp_rate_options),
    .seed = {1, 2},
    .limits = {{10, 60, 0}, {100, 3600, 0}, {0, 0, 0}, {1000000, 10, 0}},
};

struct table {
    struct sansmtp_rate *rate;
    uint8_t *memory;
    size_t length;
};

static struct table table_of(uint32_t keys, const struct sansmtp_rate_options *options)
{
    struct table table = {.length = sansmtp_rate_memory(keys)};

    table.memory = guard_alloc(table.length);
    memset(table.memory, 0xA5, table.length);
    assert_int_equal(sansmtp_rate_init(&table.rate, table.memory, table.length, options), 0);
    return table;
}

static void drop(struct table *table)
{
    guard_free(table->memory, table->length);
}

static int take(struct table *table, const char *key, uint32_t what, uint64_t amount, int64_t now,
                uint64_t *wait)
{
    return sansmtp_rate_take(table->rate, (const uint8_t *)key, strlen(key), what, amount, now,
                             wait);
}

static void test_so_many_at_once_then_evenly(void **state)
{
    struct table table = table_of(64, &usual);
    uint64_t wait = 77;
    (void)state;

    for (int i = 0; i < 10; i++) {
        assert_int_equal(take(&table, "a", CONNECTIONS, 1, 1000, &wait), 1);
        assert_int_equal(wait, 0);
    }
    assert_int_equal(take(&table, "a", CONNECTIONS, 1, 1000, &wait), 0);
    assert_int_equal(wait, 6);
    assert_int_equal(take(&table, "a", CONNECTIONS, 1, 1005, &wait), 0);
    assert_int_equal(wait, 1);
    assert_int_equal(take(&table, "a", CONNECTIONS, 1, 1006, &wait), 1);
    assert_int_equal(take(&table, "a", CONNECTIONS, 1, 1006, &wait), 0);
    assert_int_equal(wait, 6);
    assert_int_equal(take(&table, "a", CONNECTIONS, 10, 1006, &wait), 0);
    assert_int_equal(wait, 60);
    assert_int_equal(take(&table, "a", CONNECTIONS, 10, 1066, &wait), 1);
    drop(&table);
}

static void test_keys_and_counts_are_apart(void **state)
{
    struct table table = table_of(64, &usual);
    (void)state;

    assert_int_equal(take(&table, "a", CONNECTIONS, 10, 0, NULL), 1);
    assert_int_equal(take(&table, "a", CONNECTIONS, 1, 0, NULL), 0);
    assert_int_equal(take(&table, "b", CONNECTIONS, 10, 0, NULL), 1);
    assert_int_equal(take(&table, "a", MESSAGES, 100, 0, NULL), 1);
    assert_int_equal(take(&table, "a", MESSAGES, 1, 0, NULL), 0);
    assert_int_equal(take(&table, "aa", MESSAGES, 100, 0, NULL), 1);
    assert_int_equal(take(&table, "a", OCTETS, 1000000, 0, NULL), 1);
    assert_int_equal(take(&table, "a", OCTETS, 1, 0, NULL), 0);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(take(&table, "a", RECIPIENTS, UINT64_MAX, 0, NULL), 1);
    }
    drop(&table);
}

static void test_more_than_the_limit_is_never_allowed(void **state)
{
    struct table table = table_of(8, &usual);
    uint64_t wait = 0;
    (void)state;

    assert_int_equal(take(&table, "a", OCTETS, 1000001, 0, &wait), 0);
    assert_true(wait == UINT64_MAX);
    assert_int_equal(take(&table, "a", OCTETS, UINT64_MAX, 0, &wait), 0);
    assert_true(wait == UINT64_MAX);
    /* and nothing of it was counted */
    assert_int_equal(take(&table, "a", OCTETS, 1000000, 0, &wait), 1);
    drop(&table);
}

static void test_asking_takes_nothing(void **state)
{
    struct table table = table_of(8, &usual);
    (void)state;

    assert_int_equal(take(&table, "a", CONNECTIONS, 0, 0, NULL), 1);
    assert_int_equal(take(&table, "a", CONNECTIONS, 10, 0, NULL), 1);
    assert_int_equal(take(&table, "a", CONNECTIONS, 0, 0, NULL), 1);
    drop(&table);
}

static void test_what_is_given_back(void **state)
{
    struct table table = table_of(8, &usual);
    const uint8_t *const a = (const uint8_t *)"a";
    (void)state;

    assert_int_equal(sansmtp_rate_give(table.rate, a, 1, CONNECTIONS, 5, 0), 0);
    assert_int_equal(take(&table, "a", CONNECTIONS, 10, 0, NULL), 1);
    assert_int_equal(sansmtp_rate_give(table.rate, a, 1, CONNECTIONS, 2, 0), 0);
    assert_int_equal(take(&table, "a", CONNECTIONS, 3, 0, NULL), 0);
    assert_int_equal(take(&table, "a", CONNECTIONS, 2, 0, NULL), 1);
    assert_int_equal(sansmtp_rate_give(table.rate, a, 1, CONNECTIONS, UINT64_MAX, 0), 0);
    assert_int_equal(take(&table, "a", CONNECTIONS, 10, 0, NULL), 1);
    assert_int_equal(take(&table, "a", CONNECTIONS, 1, 0, NULL), 0);
    drop(&table);
}

static void test_a_clock_that_steps_back(void **state)
{
    struct table table = table_of(8, &usual);
    (void)state;

    assert_int_equal(take(&table, "a", CONNECTIONS, 10, 1000000, NULL), 1);
    assert_int_equal(take(&table, "a", CONNECTIONS, 1, 10, NULL), 0);
    assert_int_equal(take(&table, "a", CONNECTIONS, 1, 15, NULL), 0);
    assert_int_equal(take(&table, "a", CONNECTIONS, 1, 16, NULL), 1);
    drop(&table);
}

/* The largest numbers that are allowed, at the edges of time. */
static void test_nothing_overflows(void **state)
{
    struct sansmtp_rate_options options = usual;
    struct table table;
    uint64_t wait;
    (void)state;

    options.limits[OCTETS].limit = SANSMTP_RATE_LIMIT_MAX;
    options.limits[OCTETS].window = SANSMTP_RATE_WINDOW_MAX;
    table = table_of(8, &options);
    assert_int_equal(take(&table, "a", OCTETS, SANSMTP_RATE_LIMIT_MAX, 0, NULL), 1);
    assert_int_equal(take(&table, "a", OCTETS, SANSMTP_RATE_LIMIT_MAX, 0, &wait), 0);
    assert_int_equal(wait, SANSMTP_RATE_WINDOW_MAX);
    assert_int_equal(take(&table, "a", OCTETS, 1, 1, NULL), 1);
    assert_int_equal(take(&table, "a", OCTETS, SANSMTP_RATE_LIMIT_MAX, INT64_MAX, NULL), 1);
    assert_int_equal(take(&table, "a", OCTETS, 1, 0, NULL), 0);
    /* a time by which a product would wrap to nothing */
    assert_int_equal(take(&table, "b", OCTETS, SANSMTP_RATE_LIMIT_MAX, 0, NULL), 1);
    assert_int_equal(take(&table, "b", OCTETS, SANSMTP_RATE_LIMIT_MAX, INT64_C(1) << 24, NULL), 1);
    drop(&table);
}

static uint32_t random_of(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Against a list of all that was taken: in no span of time more than the limit allows, and what is
 * refused would have been too much. */
static void test_the_bound_that_is_promised(void **state)
{
    enum { LIMIT = 20, WINDOW = 30, STEPS = 3000 };
    static struct {
        int64_t when;
        uint64_t amount;
    } taken[STEPS];
    struct sansmtp_rate_options options = usual;
    uint32_t seed = 3;
    int64_t now = 5;
    size_t count = 0;
    struct table table;
    (void)state;

    options.limits[MESSAGES] = (struct sansmtp_rate_limit){LIMIT, WINDOW, 0};
    table = table_of(8, &options);
    for (int i = 0; i < STEPS; i++) {
        uint64_t amount = 1 + random_of(&seed) % 4, wait = 0;
        int allowed;

        now += random_of(&seed) % 5 == 0 ? random_of(&seed) % 9 : 0;
        allowed = take(&table, "a", MESSAGES, amount, now, &wait);
        assert_int_equal(allowed, wait == 0);
        if (allowed) {
            uint64_t sum = 0;

            taken[count].when = now;
            taken[count++].amount = amount;
            for (size_t k = count; k-- > 0;) {
                sum += taken[k].amount;
                /* limit * (1 + t / window) */
                assert_true(sum * WINDOW <= LIMIT * (WINDOW + (uint64_t)(now - taken[k].when)));
            }
        } else {
            /* the wait is enough, and not a second too long */
            assert_int_equal(take(&table, "a", MESSAGES, 0, now, NULL), 1);
            now += (int64_t)wait - 1;
            assert_int_equal(take(&table, "a", MESSAGES, amount, now, NULL), 0);
            now += 1;
            assert_int_equal(take(&table, "a", MESSAGES, amount, now, NULL), 1);
            taken[count].when = now;
            taken[count++].amount = amount;
        }
        if (count + 2 > STEPS) {
            break;
        }
    }
    assert_true(count > STEPS / 2);
    drop(&table);
}

/* A table under attack: ever new keys refuse nobody, and do not wash out who is over the limit. */
static void test_a_flood_of_keys(void **state)
{
    struct table table = table_of(256, &usual);
    char key[32];
    (void)state;

    for (unsigned i = 0; i < 20; i++) {
        snprintf(key, sizeof key, "busy %u", i);
        assert_int_equal(take(&table, key, CONNECTIONS, 10, 100, NULL), 1);
    }
    for (unsigned i = 0; i < 100000; i++) {
        snprintf(key, sizeof key, "flood %u", i);
        if (take(&table, key, CONNECTIONS, 1, 100, NULL) != 1) {
            fail_msg("%s was refused", key);
        }
    }
    for (unsigned i = 0; i < 20; i++) {
        snprintf(key, sizeof key, "busy %u", i);
        assert_int_equal(take(&table, key, CONNECTIONS, 1, 100, NULL), 0);
    }
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(key, sizeof key, "stranger %u", i);
        assert_int_equal(take(&table, key, CONNECTIONS, 10, 100, NULL), 1);
    }
    drop(&table);
}

/* What has drained is forgotten first, then what was not heard of for longest. */
static void test_who_is_forgotten(void **state)
{
    struct table table = table_of(8, &usual);
    char key[2] = "a";
    (void)state;

    for (key[0] = 'a'; key[0] <= 'h'; key[0]++) {
        assert_int_equal(take(&table, key, CONNECTIONS, key[0] == 'c' ? 2 : 5, 0, NULL), 1);
    }
    assert_int_equal(take(&table, "x", CONNECTIONS, 9, 0, NULL), 1);
    for (key[0] = 'a'; key[0] <= 'h'; key[0]++) {
        assert_int_equal(take(&table, key, CONNECTIONS, 6, 0, NULL), key[0] == 'c');
    }
    drop(&table);

    /* all have drained: the one not heard of for longest, "h". Who is still known, is full again
     * when the clock is put back. */
    table = table_of(8, &usual);
    for (key[0] = 'a'; key[0] <= 'h'; key[0]++) {
        assert_int_equal(take(&table, key, CONNECTIONS, 10, 1000 + key[0] * 5 % 8, NULL), 1);
    }
    assert_int_equal(take(&table, "x", CONNECTIONS, 1, 9000, NULL), 1);
    for (key[0] = 'a'; key[0] <= 'h'; key[0]++) {
        assert_int_equal(take(&table, key, CONNECTIONS, 1, 0, NULL), key[0] == 'h');
    }
    drop(&table);
}

static void test_a_seed_moves_the_keys(void **state)
{
    /* 64 keys of which some fall into one bucket by one seed; not the same by another */
    struct sansmtp_rate_options options = usual;
    unsigned forgotten[2] = {0, 0}, both = 0;
    bool lost[2][64];
    (void)state;

    for (unsigned run = 0; run < 2; run++) {
        struct table table;
        char key[8];

        options.seed[0] = run + 1;
        table = table_of(64, &options);
        for (unsigned i = 0; i < 64; i++) {
            snprintf(key, sizeof key, "%u", i);
            take(&table, key, CONNECTIONS, 10, 0, NULL);
        }
        for (unsigned i = 0; i < 64; i++) {
            snprintf(key, sizeof key, "%u", i);
            lost[run][i] = take(&table, key, CONNECTIONS, 0, 0, NULL) == 1 &&
                           sansmtp_rate_take(table.rate, (const uint8_t *)key, strlen(key),
                                             CONNECTIONS, 1, 0, NULL) == 1;
            forgotten[run] += lost[run][i];
        }
        drop(&table);
    }
    for (unsigned i = 0; i < 64; i++) {
        both += lost[0][i] != lost[1][i];
    }
    assert_true(forgotten[0] > 0 && forgotten[1] > 0 && both > 0);
    assert_true(forgotten[0] < 32 && forgotten[1] < 32);
}

static void test_memory(void **state)
{
    struct sansmtp_rate *rate = NULL;
    uint8_t *memory;
    size_t least = sansmtp_rate_memory(1);
    (void)state;

    assert_int_equal(sansmtp_rate_memory(0), 0);
    assert_true(least > 8 * 48 && least < 8 * 48 + 128);
    assert_int_equal(sansmtp_rate_memory(8), least);
    assert_int_equal(sansmtp_rate_memory(9), least + 8 * 48);
    assert_int_equal(sansmtp_rate_memory(1000000), least + 7 * 48 - 7 * 48 + 8 * 48 * 124999);
    memory = guard_alloc(least);
    assert_int_equal(sansmtp_rate_init(&rate, memory, least - 1, &usual), SANSMTP_ERR_MEMORY);
    assert_int_equal(sansmtp_rate_init(&rate, memory, least, &usual), 0);
    guard_free(memory, least);
    /* at every alignment */
    for (size_t skew = 0; skew < 16; skew++) {
        struct table table;

        table.length = least + skew;
        table.memory = guard_alloc(table.length);
        assert_int_equal(sansmtp_rate_init(&table.rate, table.memory + skew, least, &usual), 0);
        assert_int_equal(take(&table, "a", CONNECTIONS, 10, 0, NULL), 1);
        assert_int_equal(take(&table, "a", CONNECTIONS, 1, 0, NULL), 0);
        drop(&table);
    }
}

static void test_wrong_arguments(void **state)
{
    struct table table = table_of(8, &usual);
    struct sansmtp_rate_options options = usual;
    struct sansmtp_rate *rate = NULL;
    const uint8_t *const a = (const uint8_t *)"a";
    (void)state;

    assert_int_equal(sansmtp_rate_take(NULL, a, 1, 0, 1, 0, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_rate_take(table.rate, NULL, 1, 0, 1, 0, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_rate_take(table.rate, a, 0, 0, 1, 0, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_rate_take(table.rate, a, 1, 4, 1, 0, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_rate_take(table.rate, a, 1, 0, 1, -1, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_rate_give(table.rate, a, 1, 4, 1, 0), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_rate_init(NULL, table.memory, table.length, &usual),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_rate_init(&rate, NULL, table.length, &usual), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_rate_init(&rate, table.memory, table.length, NULL),
                     SANSMTP_ERR_ARGUMENT);
    options.size = 4;
    assert_int_equal(sansmtp_rate_init(&rate, table.memory, table.length, &options),
                     SANSMTP_ERR_ARGUMENT);
    options = usual;
    options.limits[0].limit = SANSMTP_RATE_LIMIT_MAX + 1;
    assert_int_equal(sansmtp_rate_init(&rate, table.memory, table.length, &options),
                     SANSMTP_ERR_OPTIONS);
    options = usual;
    options.limits[0].window = 0;
    assert_int_equal(sansmtp_rate_init(&rate, table.memory, table.length, &options),
                     SANSMTP_ERR_OPTIONS);
    options.limits[0].window = SANSMTP_RATE_WINDOW_MAX + 1;
    assert_int_equal(sansmtp_rate_init(&rate, table.memory, table.length, &options),
                     SANSMTP_ERR_OPTIONS);
    assert_null(rate);
    drop(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_so_many_at_once_then_evenly),
        cmocka_unit_test(test_keys_and_counts_are_apart),
        cmocka_unit_test(test_more_than_the_limit_is_never_allowed),
        cmocka_unit_test(test_asking_takes_nothing),
        cmocka_unit_test(test_what_is_given_back),
        cmocka_unit_test(test_a_clock_that_steps_back),
        cmocka_unit_test(test_nothing_overflows),
        cmocka_unit_test(test_the_bound_that_is_promised),
        cmocka_unit_test(test_a_flood_of_keys),
        cmocka_unit_test(test_who_is_forgotten),
        cmocka_unit_test(test_a_seed_moves_the_keys),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_wrong_arguments),
    };

    return cmocka_run_group_tests_name("rate", tests, NULL, NULL);
}
