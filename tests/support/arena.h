#ifndef SANSMTP_TEST_ARENA_H
#define SANSMTP_TEST_ARENA_H

/* One block for all tests of a group, in front of a guard page: MOST octets, which the includer says
 * first. make_arena and drop_arena are the group's setup and teardown. */

#include "guard.h"

static uint8_t *arena;

static int make_arena(void **state)
{
    (void)state;
    arena = guard_alloc(MOST);
    return 0;
}

static int drop_arena(void **state)
{
    (void)state;
    guard_free(arena, MOST);
    return 0;
}

#endif
