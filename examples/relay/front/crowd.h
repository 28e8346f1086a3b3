#ifndef RELAY_CROWD_H
#define RELAY_CROWD_H

/* Who is here at the same time: counts of open connections, by the holder of an address and by what
 * they came for. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CROWD_KEY_MAX 16u /* octets of a key */
#define CROWD_ROLES   2u

/* One who is here; zero it. Owned by the caller, and must stay where it is. */
struct crowd_place {
    struct crowd_place *next;
    uint8_t key[CROWD_KEY_MAX];
    size_t length;
    uint32_t role;
    bool taken;
};

struct crowd;

/* NULL: no memory. */
struct crowd *crowd_begin(void);

/* How many are here in this role; and how many with this key, in any. */
uint64_t crowd_count(const struct crowd *crowd, uint32_t role);
uint64_t crowd_same(const struct crowd *crowd, const uint8_t *key, size_t length);

void crowd_enter(struct crowd *crowd, struct crowd_place *place, uint32_t role, const uint8_t *key,
                 size_t length);

/* Whoever has not entered may leave, too. */
void crowd_leave(struct crowd *crowd, struct crowd_place *place);

#endif
