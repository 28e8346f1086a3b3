/* Which addresses failed of late. RFC 5321 4.5.4.1: a client SHOULD keep a list of hosts it cannot
 * reach, rather than just retrying queued mail items. */

#include "memory.h"
#include "route_address.h"

static bool is_known(const struct sansmtp_route_failure *row,
                     const struct sansmtp_route_address *address)
{
    return sansmtp_route_address_fits(&row->address) &&
           sansmtp_route_address_equal(&row->address, address);
}

/* The row of the address, or NULL. */
static struct sansmtp_route_failure *find(struct sansmtp_route_failure *failures, size_t count,
                                          const struct sansmtp_route_address *address)
{
    for (size_t i = 0; i < count; i++) {
        if (is_known(&failures[i], address)) {
            return &failures[i];
        }
    }
    return NULL;
}

/* A free row, or the one that is missed least: its hold ends first. */
static struct sansmtp_route_failure *find_room(struct sansmtp_route_failure *failures, size_t count)
{
    struct sansmtp_route_failure *best = failures;

    for (size_t i = 0; i < count; i++) {
        if (!sansmtp_route_address_fits(&failures[i].address)) {
            return &failures[i];
        }
        if (failures[i].until < best->until) {
            best = &failures[i];
        }
    }
    return best;
}

static uint64_t hold_for(uint32_t failures, uint32_t first, uint32_t longest)
{
    uint64_t hold = first;

    for (uint32_t i = 1; i < failures && hold < longest; i++) {
        hold *= 2;
    }
    return hold < longest ? hold : longest;
}

static uint64_t later(uint64_t time, uint64_t seconds)
{
    return time < UINT64_MAX - seconds ? time + seconds : UINT64_MAX;
}

static bool are_usable(const void *failures, size_t count,
                       const struct sansmtp_route_address *address)
{
    return failures && count > 0 && address && sansmtp_route_address_fits(address);
}

int sansmtp_route_failed(struct sansmtp_route_failure *failures, size_t count,
                         const struct sansmtp_route_address *address, uint64_t now, uint32_t first,
                         uint32_t longest)
{
    struct sansmtp_route_failure *row;
    uint32_t before = 0;

    if (!are_usable(failures, count, address) || first == 0 || first > longest) {
        return SANSMTP_ERR_ARGUMENT;
    }
    row = find(failures, count, address);
    if (row && now <= later(row->until, longest)) {
        before = row->failures < UINT32_MAX ? row->failures : UINT32_MAX - 1;
    }
    row = row ? row : find_room(failures, count);
    row->address = *address;
    row->failures = before + 1;
    row->since = now;
    row->until = later(now, hold_for(row->failures, first, longest));
    return 0;
}

int sansmtp_route_worked(struct sansmtp_route_failure *failures, size_t count,
                         const struct sansmtp_route_address *address)
{
    struct sansmtp_route_failure *row;

    if (!are_usable(failures, count, address)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    row = find(failures, count, address);
    if (row) {
        memset(row, 0, sizeof(*row));
    }
    return 0;
}

uint64_t sansmtp_route_held(const struct sansmtp_route_failure *failures, size_t count,
                            const struct sansmtp_route_address *address, uint64_t now)
{
    if (!are_usable(failures, count, address)) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (is_known(&failures[i], address)) {
            return failures[i].since <= now && now < failures[i].until ? failures[i].until : 0;
        }
    }
    return 0;
}
