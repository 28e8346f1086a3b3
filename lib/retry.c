/* The schedule of a message that could not be delivered at once: RFC 5321 4.5.4.1. */

#include <sansmtp/retry.h>

#include <stdbool.h>

#include "memory.h"
#include "mix.h"
#include "sized.h"

#define FLAGS                                                                        \
    (SANSMTP_RETRY_NULL_SENDER | SANSMTP_RETRY_BY_RETURN | SANSMTP_RETRY_BY_NOTIFY | \
     SANSMTP_RETRY_EXPIRED | SANSMTP_RETRY_TOLD | SANSMTP_RETRY_TOLD_LATE)
#define NOTIFY \
    (SANSMTP_NOTIFY_NEVER | SANSMTP_NOTIFY_SUCCESS | SANSMTP_NOTIFY_FAILURE | SANSMTP_NOTIFY_DELAY)

/* RFC 2852 4: by-time has at most nine digits. */
#define LONGEST_BY INT64_C(999999999)

int sansmtp_retry_options_init(struct sansmtp_retry_options *options, size_t size)
{
    static const struct sansmtp_retry_options defaults = {
        .size = sizeof(defaults),
        .growth = 200,
        .jitter = 10,
        .first = 30 * 60,
        .greylisted = 6 * 60,
        .longest = 3 * 60 * 60,
        .lifetime = 5 * 24 * 60 * 60,
        .bounce_lifetime = 2 * 24 * 60 * 60,
        .warn_after = 4 * 60 * 60,
    };

    if (!options || size < sizeof(defaults) || size >= UINT32_MAX) {
        return SANSMTP_ERR_ARGUMENT;
    }
    memset(options, 0, size);
    *options = defaults;
    options->size = (uint32_t)size;
    return 0;
}

static int check(const struct sansmtp_retry_options *options, const struct sansmtp_retry *retry)
{
    const uint32_t both = SANSMTP_RETRY_BY_RETURN | SANSMTP_RETRY_BY_NOTIFY;

    if (!options || !sansmtp_sized(options, options->size, sizeof(*options)) || !retry ||
        !sansmtp_sized(retry, retry->size, sizeof(*retry)) || (retry->flags & ~FLAGS) != 0 ||
        (retry->flags & both) == both || (retry->notify & ~NOTIFY) != 0) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (options->growth < 100 || options->growth > 1000 || options->jitter > 100 ||
        options->greylisted == 0 || options->greylisted > options->first ||
        options->first > options->longest) {
        return SANSMTP_ERR_OPTIONS;
    }
    return 0;
}

static bool is(const struct sansmtp_retry *retry, uint32_t flag)
{
    return (retry->flags & flag) != 0;
}

static uint64_t later(uint64_t time, uint64_t seconds)
{
    return time < UINT64_MAX - seconds ? time + seconds : UINT64_MAX;
}

static uint64_t latest(uint64_t one, uint64_t other)
{
    return one > other ? one : other;
}

/* RFC 4865: a message that is held has not begun to be late. */
static uint64_t start_of(const struct sansmtp_retry *retry)
{
    return latest(retry->arrived, retry->hold_until);
}

static uint64_t end_of(const struct sansmtp_retry_options *options,
                       const struct sansmtp_retry *retry)
{
    return later(start_of(retry), is(retry, SANSMTP_RETRY_NULL_SENDER) ? options->bounce_lifetime
                                                                       : options->lifetime);
}

/* RFC 5321 6.1: "if this address is null, the receiver-SMTP MUST NOT send a notification". RFC 3461
 * 4.1: without NOTIFY, failures are told and delays may be. */
static bool is_told(const struct sansmtp_retry *retry, uint32_t what)
{
    return !is(retry, SANSMTP_RETRY_NULL_SENDER) &&
           (retry->notify == 0 || (retry->notify & what) != 0);
}

/* What happens at a time: it is due, or it is something to wake up for. */
static bool comes(struct sansmtp_retry_plan *plan, uint64_t now, uint64_t time)
{
    if (now >= time) {
        return true;
    }
    if (time < plan->when) {
        plan->when = time;
    }
    return false;
}

static void plan_end(const struct sansmtp_retry *retry, struct sansmtp_retry_plan *plan)
{
    plan->due = SANSMTP_RETRY_GIVE_UP;
    plan->enhanced = SANSMTP_ENHANCED(5, 4, 7);
    plan->when = UINT64_MAX;
    if (is_told(retry, SANSMTP_NOTIFY_FAILURE)) {
        plan->due |= SANSMTP_RETRY_TELL_FAILED;
    }
}

/* RFC 2852 4.1.3: past its deadline the sender is told, and delivery goes on. A warning of our own
 * would say no more than that. */
static void plan_late(const struct sansmtp_retry *retry, uint64_t now,
                      struct sansmtp_retry_plan *plan)
{
    if (!is(retry, SANSMTP_RETRY_BY_NOTIFY) || is(retry, SANSMTP_RETRY_TOLD_LATE) ||
        !is_told(retry, SANSMTP_NOTIFY_DELAY)) {
        return;
    }
    if (comes(plan, now, retry->deliver_by)) {
        plan->due |= SANSMTP_RETRY_TELL_DELAYED;
        plan->told = SANSMTP_RETRY_TOLD | SANSMTP_RETRY_TOLD_LATE;
        plan->enhanced = SANSMTP_ENHANCED(4, 4, 7);
    }
}

/* The sender is not told of a delay that an attempt may end right now. */
static void plan_warning(const struct sansmtp_retry_options *options,
                         const struct sansmtp_retry *retry, uint64_t now,
                         struct sansmtp_retry_plan *plan)
{
    if (options->warn_after == 0 || is(retry, SANSMTP_RETRY_TOLD) ||
        !is_told(retry, SANSMTP_NOTIFY_DELAY) || plan->due != 0) {
        return;
    }
    if (comes(plan, now, later(start_of(retry), options->warn_after))) {
        plan->due |= SANSMTP_RETRY_TELL_DELAYED;
        plan->told = SANSMTP_RETRY_TOLD;
    }
}

/* RFC 2852 4.1.4: what is left of the time is passed on. */
static int64_t by_left(const struct sansmtp_retry *retry, uint64_t now)
{
    const uint64_t most = (uint64_t)LONGEST_BY;
    uint64_t gap;

    if (!is(retry, SANSMTP_RETRY_BY_RETURN | SANSMTP_RETRY_BY_NOTIFY)) {
        return 0;
    }
    if (now <= retry->deliver_by) {
        gap = retry->deliver_by - now;
        return gap < most ? (int64_t)gap : LONGEST_BY;
    }
    gap = now - retry->deliver_by;
    return gap < most ? -(int64_t)gap : -LONGEST_BY;
}

int sansmtp_retry_due(const struct sansmtp_retry_options *options,
                      const struct sansmtp_retry *retry, uint64_t now,
                      struct sansmtp_retry_plan *plan)
{
    struct sansmtp_retry_plan made = {.when = UINT64_MAX};
    int error = check(options, retry);

    if (error < 0 || !plan || plan->size < sizeof(*plan)) {
        return error < 0 ? error : SANSMTP_ERR_ARGUMENT;
    }
    made.size = plan->size;
    made.by = by_left(retry, now);
    if (is(retry, SANSMTP_RETRY_EXPIRED) ||
        (is(retry, SANSMTP_RETRY_BY_RETURN) && comes(&made, now, retry->deliver_by))) {
        plan_end(retry, &made);
        *plan = made;
        return 0;
    }
    if (comes(&made, now, latest(retry->next, retry->hold_until))) {
        made.due = SANSMTP_RETRY_ATTEMPT;
        if (now >= end_of(options, retry)) {
            made.due |= SANSMTP_RETRY_LAST;
        }
    }
    plan_late(retry, now, &made);
    plan_warning(options, retry, now, &made);
    *plan = made;
    return 0;
}

/* The interval behind so many failures. Rounded up, it grows by a second at least: so it comes to
 * the longest in some thousand steps, however many failures there were. */
static uint64_t interval(const struct sansmtp_retry_options *options, uint64_t first,
                         uint32_t failures)
{
    uint64_t seconds = first;

    if (options->growth == 100) {
        return seconds;
    }
    for (uint32_t i = 0; i < failures && seconds < options->longest; i++) {
        seconds = (seconds * options->growth + 99) / 100;
    }
    return seconds < options->longest ? seconds : options->longest;
}

/* From 0 to so many percent of the interval. The interval is less than 2^32. */
static uint64_t jitter(const struct sansmtp_retry_options *options, uint64_t seconds, uint64_t seed)
{
    uint64_t range = seconds * options->jitter / 100 + 1;

    return range * (sansmtp_mix(seed) >> 32) >> 32;
}

int sansmtp_retry_failed(const struct sansmtp_retry_options *options, struct sansmtp_retry *retry,
                         uint32_t why, uint64_t now, uint64_t seed)
{
    const uint32_t known = SANSMTP_RETRY_HOLD | SANSMTP_RETRY_GREYLISTED | SANSMTP_RETRY_UNCERTAIN;
    int error = check(options, retry);
    uint64_t first, end, next;

    if (error < 0 || (why & ~known) != 0) {
        return error < 0 ? error : SANSMTP_ERR_ARGUMENT;
    }
    if (is(retry, SANSMTP_RETRY_EXPIRED)) {
        return SANSMTP_ERR_STATE;
    }
    first = (why & SANSMTP_RETRY_GREYLISTED) != 0 ? options->greylisted : options->first;
    end = end_of(options, retry);
    next = interval(options, first, retry->attempts);
    next = later(now, next + jitter(options, next, seed));
    if (next > end) {
        next = latest(end, later(now, first));
    }
    if (now >= end) {
        retry->flags |= SANSMTP_RETRY_EXPIRED;
    }
    retry->next = next;
    if (retry->attempts < UINT32_MAX) {
        retry->attempts++;
    }
    return 0;
}
