#include "../front/gate.h"
#include "trip.h"

#include <stdlib.h>
#include <string.h>

#define SEARCH_FRESH 60u /* seconds that an answer of the DNS is used in one lane */

static void lane_step(struct lane *lane);

/* -- standings -------------------------------------------------------------------------------- */

bool lane_has(const struct lane *lane, enum standing standing)
{
    for (size_t i = 0; i < lane->consignment->batch->count; i++) {
        if (lane->standings[i] == standing) {
            return true;
        }
    }
    return false;
}

/* The next host is asked for all whom the last one did not settle. */
static void open_passed(struct lane *lane)
{
    for (size_t i = 0; i < lane->consignment->batch->count; i++) {
        if (lane->standings[i] == STANDING_PASSED) {
            lane->standings[i] = STANDING_OPEN;
        }
    }
}

/* -- turns ------------------------------------------------------------------------------------ */

static void on_turn(uv_timer_t *timer)
{
    lane_step(timer->data);
}

void lane_wake(struct lane *lane)
{
    uv_timer_start(&lane->timer, on_turn, 0, 0);
}

static void on_closed(uv_handle_t *timer)
{
    struct lane *lane = timer->data;

    free(lane->standings);
    free(lane);
}

static void release(struct lane *lane)
{
    if (lane->trip != NULL) {
        trip_leave(lane->trip);
    }
    search_end(lane->search);
    uv_close((uv_handle_t *)&lane->timer, on_closed);
}

static void finish(struct lane *lane)
{
    struct consignment *consignment = lane->consignment;

    lane->consignment = NULL;
    lane->next = 0;
    consignment_done(consignment);
}

/* -- the way ---------------------------------------------------------------------------------- */

static void on_found(void *user)
{
    struct lane *lane = user;

    lane->searching = false;
    lane->searched = relay_now();
    lane_wake(lane);
}

/* Somebody has said that it is due now (ETRN, queue retry), or it is the last attempt: then also a
 * host that failed of late is worth one. */
static bool is_urgent(const struct lane *lane, const struct queue_recipient *recipient)
{
    const struct sansmtp_retry_options *options = &lane->relay->retry;
    struct sansmtp_retry_plan plan = {.size = sizeof plan};
    bool hastened = recipient->retry.attempts > 0 &&
                    recipient->retry.next < recipient->tried + options->greylisted;

    return hastened || (sansmtp_retry_due(options, &recipient->retry, relay_now(), &plan) == 0 &&
                        (plan.due & SANSMTP_RETRY_LAST) != 0);
}

static uint32_t search_flags(const struct lane *lane)
{
    const struct consignment *consignment = lane->consignment;
    uint32_t flags = lane->relay->config.smart_host.count > 0 ? SANSMTP_ROUTE_SMART_HOSTS : 0;

    for (size_t i = 0; i < consignment->batch->count; i++) {
        if (consignment->wanted[i] && is_urgent(lane, &consignment->batch->recipients[i])) {
            flags |= SANSMTP_ROUTE_HELD_LAST;
        }
    }
    return flags;
}

static void search(struct lane *lane)
{
    search_end(lane->search);
    lane->search = search_begin(lane->relay, lane->domain, search_flags(lane), on_found, lane);
    lane->searching = lane->search != NULL;
    if (lane->search == NULL) {
        fate_decide(lane, SANSMTP_RETRY_LATER, SANSMTP_ENHANCED(4, 3, 0), "no memory");
        lane_wake(lane);
    }
}

/* The DNS has said that there is no host to be tried, now or ever. */
static void nowhere(struct lane *lane)
{
    const struct sansmtp_route_result *result = &lane->search->result;
    bool bounce = result->verdict == SANSMTP_ROUTE_BOUNCE;

    fate_decide(lane, bounce ? SANSMTP_RETRY_BOUNCE : SANSMTP_RETRY_LATER, result->enhanced,
                sansmtp_route_reason_name(result->reason));
    for (size_t i = 0; i < lane->consignment->batch->count; i++) {
        lane->consignment->verdicts[i].not_before = bounce ? 0 : result->when;
    }
    search_end(lane->search); /* it may be another the next time */
    lane->search = NULL;
}

/* Returns false if there is nowhere else to go. */
static bool set_out(struct lane *lane)
{
    const struct sansmtp_route_attempt *attempt = NULL;

    if (lane->way == WAY_ABROAD) {
        if (lane->next >= lane->search->result.count) {
            return false;
        }
        attempt = &lane->search->attempts[lane->next];
    } else if (lane->next > 0) {
        return false;
    }
    lane->next++;
    open_passed(lane);
    if (!trip_begin(lane, attempt)) {
        fate_decide(lane, SANSMTP_RETRY_LATER, SANSMTP_ENHANCED(4, 3, 0), "no memory");
        lane_wake(lane);
    }
    return true;
}

/* Whoever is open here was tried, and nothing that was said means anything for him: that was an
 * attempt all the same, or it would be made anew at once, and for ever. */
static void settle_passed(struct lane *lane)
{
    for (size_t i = 0; i < lane->consignment->batch->count; i++) {
        if (lane->standings[i] == STANDING_PASSED) {
            lane->standings[i] = STANDING_SETTLED;
        }
    }
    fate_decide(lane, SANSMTP_RETRY_LATER, SANSMTP_ENHANCED(4, 4, 0), "no host has decided on it");
}

static void go_abroad(struct lane *lane)
{
    bool stale = lane->search == NULL || relay_now() - lane->searched > SEARCH_FRESH;

    if (lane->way == WAY_ABROAD && stale && lane->next == 0) {
        search(lane);
        return;
    }
    if (lane->way == WAY_ABROAD && lane->search->result.verdict != SANSMTP_ROUTE_TRY) {
        nowhere(lane);
        lane_wake(lane);
        return;
    }
    if (!set_out(lane)) {
        settle_passed(lane);
        lane_wake(lane);
    }
}

static void go_home(struct lane *lane)
{
    if (!mailbag_begin(lane)) {
        fate_decide(lane, SANSMTP_RETRY_LATER, SANSMTP_ENHANCED(4, 3, 0), "no memory");
        lane_wake(lane);
    }
}

/* -- a step ----------------------------------------------------------------------------------- */

static bool is_busy(const struct lane *lane)
{
    return lane->searching || lane->reading || lane->mailbag != NULL;
}

static void bring(struct lane *lane)
{
    if (lane->trip != NULL && lane->trip->taken) {
        return;
    }
    if (lane->trip != NULL && lane_has(lane, STANDING_OPEN) && trip_suits(lane->trip)) {
        trip_take(lane->trip);
        return;
    }
    if (lane->trip != NULL) {
        trip_leave(lane->trip);
    }
    if (lane->way == WAY_MAILDIR) {
        go_home(lane);
    } else {
        go_abroad(lane);
    }
}

/* Whoever has no verdict yet has had no attempt. */
static bool is_to_stop(const struct lane *lane)
{
    return lane->stopped && (lane->trip == NULL || !trip_is_sending(lane->trip));
}

/* Is anybody left? One that is stopped may have had no room to know of anybody. */
static bool is_over(const struct lane *lane)
{
    return is_to_stop(lane) ||
           (!lane_has(lane, STANDING_OPEN) && !lane_has(lane, STANDING_PASSED));
}

static void lane_step(struct lane *lane)
{
    if (lane->consignment == NULL) {
        if (lane->ending && !is_busy(lane)) {
            release(lane);
        }
        return;
    }
    if (is_to_stop(lane) && lane->trip != NULL) {
        trip_leave(lane->trip);
    }
    if (is_busy(lane)) {
        return;
    }
    if (is_over(lane)) {
        if (lane->trip == NULL || !lane->trip->taken) {
            finish(lane);
        }
        return;
    }
    bring(lane);
}

/* -- deliver.h -------------------------------------------------------------------------------- */

/* RFC 5321 4.5.1: Postmaster without a domain is ours. */
static enum way way_of(const struct relay *relay, struct sansmtp_span destination)
{
    if (destination.length > 0 && !gate_is_local(relay, destination)) {
        return WAY_ABROAD;
    }
    if (relay->deliveries->lmtp.ss_family != 0) {
        return WAY_LMTP;
    }
    return relay->deliveries->store != NULL ? WAY_MAILDIR : WAY_ABROAD;
}

struct lane *lane_begin(struct relay *relay, struct sansmtp_span destination)
{
    struct lane *lane = destination.length < SEARCH_NAME_MAX ? calloc(1, sizeof *lane) : NULL;

    if (lane == NULL) {
        return NULL;
    }
    lane->relay = relay;
    memcpy(lane->domain, destination.data, destination.length);
    lane->way = way_of(relay, destination);
    lane->timer.data = lane;
    uv_timer_init(relay->loop, &lane->timer);
    return lane;
}

static bool make_room(struct lane *lane, size_t count)
{
    enum standing *standings;

    if (count <= lane->capacity) {
        return true;
    }
    standings = realloc(lane->standings, count * sizeof *standings);
    if (standings == NULL) {
        return false;
    }
    lane->standings = standings;
    lane->capacity = count;
    return true;
}

/* RFC 5321 6.3: a message that has passed so many hosts is in a loop. The bound was looked at when
 * it came; it may have been lowered since. */
static void look_at(struct lane *lane)
{
    const struct queue_envelope *envelope = &lane->consignment->batch->envelope;

    if (envelope->hops > lane->relay->config.max_hops + 1) {
        fate_decide(lane, SANSMTP_RETRY_BOUNCE, SANSMTP_ENHANCED(5, 4, 6), "too many hops");
    } else if ((envelope->by & SANSMTP_BY_RETURN) != 0 && lane->consignment->by <= 0) {
        fate_decide(lane, SANSMTP_RETRY_BOUNCE, SANSMTP_ENHANCED(5, 4, 7), "its time is over");
    }
}

void lane_send(struct lane *lane, struct consignment *consignment)
{
    bool room = make_room(lane, consignment->batch->count);

    lane->consignment = consignment;
    lane->next = 0;
    for (size_t i = 0; room && i < consignment->batch->count; i++) {
        lane->standings[i] = consignment->wanted[i] ? STANDING_OPEN : STANDING_SETTLED;
    }
    if (room) {
        look_at(lane);
    } else {
        lane->stopped = true; /* so that the consignment is done with */
    }
    lane_wake(lane);
}

void lane_end(struct lane *lane)
{
    lane->ending = true;
    lane_wake(lane);
}

void lane_stop(struct lane *lane, bool force)
{
    lane->stopped = true;
    if (force && lane->trip != NULL) {
        trip_leave(lane->trip);
    }
    lane_wake(lane);
}
