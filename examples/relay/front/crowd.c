#include "crowd.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 1024u

/* Whoever chooses his address so that it falls into the bucket of others makes it no longer than
 * there may be connections. */
struct crowd {
    struct crowd_place *buckets[BUCKETS];
    uint64_t counts[CROWD_ROLES];
};

struct crowd *crowd_begin(void)
{
    return calloc(1, sizeof(struct crowd));
}

static size_t bucket_of(const uint8_t *key, size_t length)
{
    uint32_t hash = 2166136261u; /* FNV-1a */

    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ key[i]) * 16777619u;
    }
    return hash % BUCKETS;
}

uint64_t crowd_count(const struct crowd *crowd, uint32_t role)
{
    return crowd->counts[role];
}

uint64_t crowd_same(const struct crowd *crowd, const uint8_t *key, size_t length)
{
    uint64_t count = 0;

    for (const struct crowd_place *at = crowd->buckets[bucket_of(key, length)]; at != NULL;
         at = at->next) {
        count += at->length == length && memcmp(at->key, key, length) == 0;
    }
    return count;
}

void crowd_enter(struct crowd *crowd, struct crowd_place *place, uint32_t role, const uint8_t *key,
                 size_t length)
{
    struct crowd_place **bucket;

    place->length = length < CROWD_KEY_MAX ? length : CROWD_KEY_MAX;
    memcpy(place->key, key, place->length);
    place->role = role;
    place->taken = true;
    bucket = &crowd->buckets[bucket_of(place->key, place->length)];
    place->next = *bucket;
    *bucket = place;
    crowd->counts[role]++;
}

void crowd_leave(struct crowd *crowd, struct crowd_place *place)
{
    struct crowd_place **at = &crowd->buckets[bucket_of(place->key, place->length)];

    if (!place->taken) {
        return;
    }
    while (*at != place) {
        at = &(*at)->next;
    }
    *at = place->next;
    crowd->counts[place->role]--;
    place->taken = false;
}
