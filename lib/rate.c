/* How much each key has used lately.
 *
 * Of each limit a level is kept that a take raises and that falls evenly with time, so that it is
 * empty after one window. It is kept in units of amount times seconds: falling by one second takes
 * `limit` from it, and it is full at limit * window. So no division rounds anything away, and by
 * the bounds of both all sums stay within 63 bits.
 *
 * A key may live in one bucket of eight places only, chosen by a hash with a secret seed. Its 64
 * bits stand for the key. */

#include <sansmtp/policy.h>

#include <stdalign.h>
#include <stdbool.h>

#include "memory.h"
#include "siphash.h"
#include "sized.h"

enum { PLACES = 8, LIMITS = 4 };

struct place {
    uint64_t key; /* 0: free */
    int64_t last; /* when the levels were true */
    uint64_t levels[LIMITS];
};

struct bucket {
    struct place places[PLACES];
};

struct sansmtp_rate {
    uint64_t seed[2];
    struct sansmtp_rate_limit limits[LIMITS];
    uint32_t buckets;
    uint32_t reserved;
    struct bucket first[];
};

size_t sansmtp_rate_memory(uint32_t keys)
{
    const size_t fixed = alignof(struct sansmtp_rate) - 1 + sizeof(struct sansmtp_rate);
    uint32_t buckets = keys / PLACES + (keys % PLACES != 0);

    if (keys == 0 || buckets > (SIZE_MAX - fixed) / sizeof(struct bucket)) {
        return 0;
    }
    return fixed + buckets * sizeof(struct bucket);
}

static bool is_limit(const struct sansmtp_rate_limit *limit)
{
    return limit->limit == 0 || (limit->limit <= SANSMTP_RATE_LIMIT_MAX && limit->window > 0 &&
                                 limit->window <= SANSMTP_RATE_WINDOW_MAX);
}

static bool are_limits(const struct sansmtp_rate_options *options)
{
    for (size_t i = 0; i < LIMITS; i++) {
        if (!is_limit(&options->limits[i])) {
            return false;
        }
    }
    return true;
}

int sansmtp_rate_init(struct sansmtp_rate **rate, void *memory, size_t length,
                      const struct sansmtp_rate_options *options)
{
    size_t skew = (size_t)(-(uintptr_t)memory & (alignof(struct sansmtp_rate) - 1));
    struct sansmtp_rate *made;
    size_t buckets;

    if (rate == NULL || memory == NULL || options == NULL ||
        !sansmtp_sized(options, options->size, sizeof(*options))) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (!are_limits(options)) {
        return SANSMTP_ERR_OPTIONS;
    }
    if (length < sansmtp_rate_memory(1)) {
        return SANSMTP_ERR_MEMORY;
    }
    buckets = (length - skew - sizeof(*made)) / sizeof(struct bucket);
    made = (void *)((uint8_t *)memory + skew);
    memset(made, 0, length - skew);
    memcpy(made->seed, options->seed, sizeof(made->seed));
    memcpy(made->limits, options->limits, sizeof(made->limits));
    made->buckets = buckets < UINT32_MAX ? (uint32_t)buckets : UINT32_MAX;
    *rate = made;
    return 0;
}

/* Lets the levels fall. A clock that steps back gives nothing back. */
static void settle(const struct sansmtp_rate *rate, struct place *place, int64_t now)
{
    uint64_t elapsed = now > place->last ? (uint64_t)now - (uint64_t)place->last : 0;

    for (size_t i = 0; i < LIMITS; i++) {
        const struct sansmtp_rate_limit *limit = &rate->limits[i];

        if (elapsed >= limit->window || elapsed * limit->limit >= place->levels[i]) {
            place->levels[i] = 0;
        } else {
            place->levels[i] -= elapsed * limit->limit;
        }
    }
    place->last = now;
}

/* How much of its fullest limit a settled place has used, up to 65536. */
static uint64_t fullness(const struct sansmtp_rate *rate, const struct place *place)
{
    uint64_t most = 0;

    for (size_t i = 0; i < LIMITS; i++) {
        const struct sansmtp_rate_limit *limit = &rate->limits[i];
        uint64_t part = (limit->limit * limit->window >> 16) + 1;

        if (limit->limit > 0 && place->levels[i] / part > most) {
            most = place->levels[i] / part;
        }
    }
    return most;
}

static uint64_t name_of(const struct sansmtp_rate *rate, const uint8_t *key, size_t length)
{
    uint64_t name = sansmtp_siphash(rate->seed, key, length);

    return name != 0 ? name : 1;
}

static struct bucket *bucket_of(struct sansmtp_rate *rate, uint64_t name)
{
    return &rate->first[(name >> 32) * rate->buckets >> 32];
}

static struct place *find(struct bucket *bucket, uint64_t name)
{
    for (size_t i = 0; i < PLACES; i++) {
        if (bucket->places[i].key == name) {
            return &bucket->places[i];
        }
    }
    return NULL;
}

/* The place of the key that has used least; of equals, the one not heard of for longest. */
static struct place *least(const struct sansmtp_rate *rate, struct bucket *bucket, int64_t now)
{
    struct place *found = NULL;
    uint64_t least_fullness = 0;
    int64_t least_last = 0;

    for (size_t i = 0; i < PLACES; i++) {
        struct place *place = &bucket->places[i];
        struct place settled = *place;
        uint64_t used;

        if (place->key == 0) {
            return place;
        }
        settle(rate, &settled, now);
        used = fullness(rate, &settled);
        if (found == NULL || used < least_fullness ||
            (used == least_fullness && place->last < least_last)) {
            found = place;
            least_fullness = used;
            least_last = place->last;
        }
    }
    return found;
}

/* Seconds until so much is free, rounded up. */
static uint64_t wait_for(const struct sansmtp_rate_limit *limit, uint64_t level, uint64_t cost)
{
    uint64_t full = limit->limit * limit->window;

    if (cost > full) {
        return UINT64_MAX;
    }
    return cost <= full - level ? 0 : (cost - (full - level) - 1) / limit->limit + 1;
}

static bool is_call(const struct sansmtp_rate *rate, const uint8_t *key, size_t key_length,
                    uint32_t what, int64_t now)
{
    return rate != NULL && key != NULL && key_length > 0 && what < LIMITS && now >= 0;
}

/* In the unit of levels; of what no limit allows, more than any. */
static uint64_t cost_of(const struct sansmtp_rate_limit *limit, uint64_t amount)
{
    return amount <= limit->limit ? amount * limit->window : UINT64_MAX;
}

int sansmtp_rate_take(struct sansmtp_rate *rate, const uint8_t *key, size_t key_length,
                      uint32_t what, uint64_t amount, int64_t now, uint64_t *wait)
{
    const struct sansmtp_rate_limit *limit;
    struct place *place;
    uint64_t name, cost, seconds = 0;

    if (!is_call(rate, key, key_length, what, now)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    limit = &rate->limits[what];
    cost = cost_of(limit, amount);
    name = name_of(rate, key, key_length);
    place = find(bucket_of(rate, name), name);
    if (place != NULL) {
        settle(rate, place, now);
    }
    if (limit->limit > 0) {
        seconds = wait_for(limit, place != NULL ? place->levels[what] : 0, cost);
    }
    if (wait != NULL) {
        *wait = seconds;
    }
    if (seconds > 0 || limit->limit == 0 || cost == 0) {
        return seconds == 0;
    }
    if (place == NULL) {
        place = least(rate, bucket_of(rate, name), now);
        *place = (struct place){.key = name, .last = now};
    }
    place->levels[what] += cost;
    return 1;
}

int sansmtp_rate_give(struct sansmtp_rate *rate, const uint8_t *key, size_t key_length,
                      uint32_t what, uint64_t amount, int64_t now)
{
    struct place *place;
    uint64_t name, cost;

    if (!is_call(rate, key, key_length, what, now)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    name = name_of(rate, key, key_length);
    place = find(bucket_of(rate, name), name);
    if (place != NULL) {
        settle(rate, place, now);
        cost = cost_of(&rate->limits[what], amount);
        place->levels[what] -= cost < place->levels[what] ? cost : place->levels[what];
    }
    return 0;
}
