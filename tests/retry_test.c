#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/retry.h>

#include "random.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define MINUTE      UINT64_C(60)
#define HOUR        (60 * MINUTE)
#define DAY         (24 * HOUR)

/* When the next attempt is due, when the sender is told, and when to give up. */

static struct sansmtp_retry_options options;
static struct sansmtp_retry entry;
static struct sansmtp_retry_plan plan;

static int begin(void **state)
{
    (void)state;
    assert_int_equal(sansmtp_retry_options_init(&options, sizeof(options)), 0);
    entry = (struct sansmtp_retry){.size = sizeof(entry), .arrived = 100 * DAY};
    return 0;
}

static uint32_t due(uint64_t now)
{
    plan = (struct sansmtp_retry_plan){.size = sizeof(plan)};
    assert_int_equal(sansmtp_retry_due(&options, &entry, now, &plan), 0);
    return plan.due;
}

static void fails(uint64_t now)
{
    assert_int_equal(sansmtp_retry_failed(&options, &entry, 0, now, now * 7919), 0);
}

/* 5321-4.5.4.1-a, 5321-4.5.4.1-b: two attempts in the first hour, then every two or three hours;
 * never less than 30 minutes between them. 5321-4.5.4.1-c: given up after 4 to 5 days */
static void test_the_default_schedule(void **state)
{
    uint64_t now = entry.arrived, in_first_hour = 0, attempts = 0;
    (void)state;

    for (; (due(now) & SANSMTP_RETRY_GIVE_UP) == 0; attempts++) {
        uint64_t before = now;

        assert_int_not_equal(plan.due & SANSMTP_RETRY_ATTEMPT, 0);
        in_first_hour += now < entry.arrived + HOUR;
        fails(now);
        if ((entry.flags & SANSMTP_RETRY_EXPIRED) != 0) {
            continue;
        }
        assert_true(entry.next >= now + 30 * MINUTE);
        assert_true(entry.next <= now + 3 * HOUR + 3 * HOUR / 10);
        assert_true(attempts < 3 || entry.next >= now + 2 * HOUR ||
                    entry.next == entry.arrived + 5 * DAY);
        now = entry.next;
        assert_true(now > before);
    }
    assert_int_equal(in_first_hour, 2);
    assert_in_range(attempts, 30, 50);
    assert_in_range(now, entry.arrived + 5 * DAY, entry.arrived + 5 * DAY + 30 * MINUTE);
}

static void test_a_new_message(void **state)
{
    (void)state;

    assert_int_equal(due(entry.arrived), SANSMTP_RETRY_ATTEMPT);
    assert_int_equal(plan.enhanced, 0);
    assert_int_equal(plan.by, 0);
    fails(entry.arrived);
    assert_int_equal(entry.attempts, 1);
    assert_int_equal(due(entry.next - 1), 0);
    assert_int_equal(plan.when, entry.next);
    assert_int_equal(due(entry.next), SANSMTP_RETRY_ATTEMPT);
}

/* 5321-4.5.4.1-a: never at once, whatever the options */
static void test_intervals(void **state)
{
    static const struct {
        uint32_t growth, first, longest;
        uint64_t intervals[6];
    } rows[] = {
        {200, 1800, 10800, {1800, 3600, 7200, 10800, 10800, 10800}},
        {150, 900, 7200, {900, 1350, 2025, 3038, 4557, 6836}},
        {100, 600, 7200, {600, 600, 600, 600, 600, 600}},
        {101, 1, 4, {1, 2, 3, 4, 4, 4}},
        {1000, 1, UINT32_MAX, {1, 10, 100, 1000, 10000, 100000}},
        {1000, UINT32_MAX, UINT32_MAX, {UINT32_MAX, UINT32_MAX}},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        begin(NULL);
        options.growth = rows[i].growth;
        options.first = rows[i].first;
        options.greylisted = 1;
        options.longest = rows[i].longest;
        options.jitter = 0;
        options.lifetime = UINT64_MAX;
        for (size_t j = 0; j < 6 && rows[i].intervals[j] != 0; j++) {
            fails(entry.arrived);
            assert_int_equal(entry.next, entry.arrived + rows[i].intervals[j]);
        }
    }
}

/* However many failures: the interval stays the longest, and is there at once. */
static void test_many_failures(void **state)
{
    (void)state;

    options.jitter = 0;
    for (uint32_t growth = 101; growth <= 1000; growth += 29) {
        options.growth = growth;
        options.first = options.greylisted = 1;
        options.longest = UINT32_MAX;
        options.lifetime = UINT64_MAX;
        entry.attempts = UINT32_MAX;
        fails(0);
        assert_int_equal(entry.next, UINT32_MAX);
        assert_int_equal(entry.attempts, UINT32_MAX);
    }
}

static void test_jitter(void **state)
{
    uint64_t least = UINT64_MAX, most = 0, sum = 0;
    (void)state;

    options.jitter = 50;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        begin(NULL);
        options.jitter = 50;
        assert_int_equal(sansmtp_retry_failed(&options, &entry, 0, entry.arrived, seed), 0);
        least = entry.next < least ? entry.next : least;
        most = entry.next > most ? entry.next : most;
        sum += entry.next - entry.arrived;
    }
    assert_in_range(least, entry.arrived + 1800, entry.arrived + 1810);
    assert_in_range(most, entry.arrived + 2690, entry.arrived + 2700);
    assert_in_range(sum / 1000, 2200, 2300);
}

static void test_greylisting(void **state)
{
    uint64_t gap = 6 * MINUTE;
    (void)state;

    for (int i = 0; i < 4; i++, gap *= 2) {
        assert_int_equal(sansmtp_retry_failed(&options, &entry, SANSMTP_RETRY_GREYLISTED,
                                              entry.arrived, (uint64_t)i),
                         0);
        assert_in_range(entry.next, entry.arrived + gap, entry.arrived + gap + gap / 10);
    }
    fails(entry.arrived);
    assert_true(entry.next >= entry.arrived + 3 * HOUR);
}

/* The last attempt is at the end of the lifetime, not before the first interval has passed. */
static void test_the_last_attempt(void **state)
{
    uint64_t end = entry.arrived + 5 * DAY;
    (void)state;

    entry.attempts = 40;
    fails(end - HOUR);
    assert_int_equal(entry.next, end);
    assert_int_equal(due(end - 1) & ~SANSMTP_RETRY_TELL_DELAYED, 0);
    assert_int_equal(due(end), SANSMTP_RETRY_ATTEMPT | SANSMTP_RETRY_LAST);
    fails(end - 1);
    assert_int_equal(entry.next, end - 1 + 30 * MINUTE);
    assert_int_equal(due(entry.next), SANSMTP_RETRY_ATTEMPT | SANSMTP_RETRY_LAST);
    assert_int_equal(entry.flags, 0);
    fails(entry.next);
    assert_int_equal(entry.flags, SANSMTP_RETRY_EXPIRED);
    assert_int_equal(due(entry.next), SANSMTP_RETRY_GIVE_UP | SANSMTP_RETRY_TELL_FAILED);
    assert_int_equal(plan.enhanced, SANSMTP_ENHANCED(5u, 4, 7));
    assert_int_equal(plan.when, UINT64_MAX);
    assert_int_equal(sansmtp_retry_failed(&options, &entry, 0, end, 0), SANSMTP_ERR_STATE);
}

/* A host that was switched off for a month still tries once. */
static void test_a_long_sleep(void **state)
{
    (void)state;

    assert_int_equal(due(entry.arrived + 30 * DAY), SANSMTP_RETRY_ATTEMPT | SANSMTP_RETRY_LAST);
    fails(entry.arrived + 30 * DAY);
    assert_int_equal(due(entry.arrived + 30 * DAY),
                     SANSMTP_RETRY_GIVE_UP | SANSMTP_RETRY_TELL_FAILED);
}

/* 5321-4.5.4.1-d: a shorter life for bounces; 5321-4.5.4-a: and nothing is told to the null
 * sender */
static void test_the_null_sender(void **state)
{
    (void)state;

    entry.flags = SANSMTP_RETRY_NULL_SENDER;
    fails(entry.arrived);
    assert_int_equal(due(entry.next), SANSMTP_RETRY_ATTEMPT);
    entry.next = entry.arrived + 3 * DAY;
    assert_int_equal(due(entry.arrived + 2 * DAY), 0);
    assert_int_equal(plan.when, entry.next);
    assert_int_equal(due(entry.next), SANSMTP_RETRY_ATTEMPT | SANSMTP_RETRY_LAST);
    fails(entry.next);
    assert_int_equal(due(entry.next), SANSMTP_RETRY_GIVE_UP);
    begin(NULL);
    options.bounce_lifetime = 10 * DAY;
    entry.flags = SANSMTP_RETRY_NULL_SENDER;
    assert_int_equal(due(entry.arrived + 3 * DAY), SANSMTP_RETRY_ATTEMPT);
}

/* Once, and not while an attempt may make it untrue. */
static void test_the_warning(void **state)
{
    uint64_t warning = entry.arrived + 4 * HOUR;
    (void)state;

    fails(entry.arrived);
    entry.next = warning + HOUR;
    assert_int_equal(due(entry.arrived + HOUR), 0);
    assert_int_equal(plan.when, warning);
    assert_int_equal(due(warning), SANSMTP_RETRY_TELL_DELAYED);
    assert_int_equal(plan.enhanced, 0);
    assert_int_equal(plan.when, entry.next);
    assert_int_equal(plan.told, SANSMTP_RETRY_TOLD);
    entry.next = warning;
    assert_int_equal(due(warning), SANSMTP_RETRY_ATTEMPT);
    fails(warning);
    assert_int_equal(due(warning), SANSMTP_RETRY_TELL_DELAYED);
    entry.flags |= plan.told;
    assert_int_equal(due(warning), 0);
    assert_int_equal(plan.when, entry.next);
    entry.flags = 0;
    options.warn_after = 0;
    assert_int_equal(due(warning), 0);
}

/* RFC 3461 4.1: with NOTIFY, what it lists */
static void test_what_is_told(void **state)
{
    static const struct {
        uint32_t notify, told;
    } rows[] = {
        {0, SANSMTP_RETRY_TELL_FAILED | SANSMTP_RETRY_TELL_DELAYED},
        {SANSMTP_NOTIFY_NEVER, 0},
        {SANSMTP_NOTIFY_SUCCESS, 0},
        {SANSMTP_NOTIFY_FAILURE, SANSMTP_RETRY_TELL_FAILED},
        {SANSMTP_NOTIFY_DELAY, SANSMTP_RETRY_TELL_DELAYED},
        {SANSMTP_NOTIFY_FAILURE | SANSMTP_NOTIFY_DELAY | SANSMTP_NOTIFY_SUCCESS,
         SANSMTP_RETRY_TELL_FAILED | SANSMTP_RETRY_TELL_DELAYED},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t told;

        begin(NULL);
        entry.notify = rows[i].notify;
        entry.next = entry.arrived + 6 * DAY;
        told = due(entry.arrived + DAY);
        entry.flags = SANSMTP_RETRY_EXPIRED;
        told |= due(entry.arrived + 6 * DAY);
        assert_int_equal(told, rows[i].told | SANSMTP_RETRY_GIVE_UP);
        /* 5321-4.5.4-a: no report about a report */
        entry.flags |= SANSMTP_RETRY_NULL_SENDER;
        assert_int_equal(due(entry.arrived + 6 * DAY), SANSMTP_RETRY_GIVE_UP);
    }
}

/* 2852-4.1.3-b: past the deadline of mode R no attempt is made, and a failure is told */
static void test_by_return(void **state)
{
    uint64_t deadline = entry.arrived + 2 * HOUR;
    (void)state;

    entry.flags = SANSMTP_RETRY_BY_RETURN;
    entry.deliver_by = deadline;
    assert_int_equal(due(entry.arrived), SANSMTP_RETRY_ATTEMPT);
    /* 2852-4-d: the remaining seconds */
    assert_int_equal(plan.by, 2 * HOUR);
    assert_int_equal(plan.when, deadline);
    entry.next = deadline + 1;
    assert_int_equal(due(deadline - 1), 0);
    assert_int_equal(plan.by, 1);
    assert_int_equal(plan.when, deadline);
    assert_int_equal(due(deadline), SANSMTP_RETRY_GIVE_UP | SANSMTP_RETRY_TELL_FAILED);
    assert_int_equal(plan.enhanced, SANSMTP_ENHANCED(5u, 4, 7));
    entry.next = 0;
    assert_int_equal(due(deadline + DAY), SANSMTP_RETRY_GIVE_UP | SANSMTP_RETRY_TELL_FAILED);
    entry.notify = SANSMTP_NOTIFY_NEVER;
    assert_int_equal(due(deadline), SANSMTP_RETRY_GIVE_UP);
    entry.notify = SANSMTP_NOTIFY_FAILURE;
    assert_int_equal(due(deadline), SANSMTP_RETRY_GIVE_UP | SANSMTP_RETRY_TELL_FAILED);
    entry.notify = SANSMTP_NOTIFY_DELAY;
    assert_int_equal(due(deadline), SANSMTP_RETRY_GIVE_UP);
}

/* 2852-4.1.3-a: past the deadline of mode N the delay is told, 4.4.7, and attempts go on */
static void test_by_notify(void **state)
{
    uint64_t deadline = entry.arrived + 40;
    (void)state;

    entry.flags = SANSMTP_RETRY_BY_NOTIFY;
    entry.deliver_by = deadline;
    assert_int_equal(due(entry.arrived), SANSMTP_RETRY_ATTEMPT);
    assert_int_equal(plan.when, deadline);
    assert_int_equal(plan.by, 40);
    fails(entry.arrived);
    assert_int_equal(due(deadline), SANSMTP_RETRY_TELL_DELAYED);
    assert_int_equal(plan.enhanced, SANSMTP_ENHANCED(4u, 4, 7));
    assert_int_equal(due(entry.next), SANSMTP_RETRY_ATTEMPT | SANSMTP_RETRY_TELL_DELAYED);
    entry.flags |= plan.told;
    assert_int_equal(due(entry.next), SANSMTP_RETRY_ATTEMPT);
    assert_int_equal(plan.by, -(int64_t)(entry.next - deadline));
    /* our own warning would say the same once more */
    entry.next += DAY;
    assert_int_equal(due(entry.arrived + 5 * HOUR), 0);
    entry.flags = SANSMTP_RETRY_BY_NOTIFY;
    for (uint32_t notify = SANSMTP_NOTIFY_NEVER; notify <= SANSMTP_NOTIFY_DELAY; notify *= 2) {
        entry.notify = notify;
        assert_int_equal(due(deadline),
                         notify == SANSMTP_NOTIFY_DELAY ? SANSMTP_RETRY_TELL_DELAYED : 0);
    }
}

/* 2852-4-d: nine digits at most */
static void test_far_deadlines(void **state)
{
    (void)state;

    entry.flags = SANSMTP_RETRY_BY_NOTIFY;
    entry.deliver_by = UINT64_MAX;
    due(0);
    assert_int_equal(plan.by, 999999999);
    entry.deliver_by = 0;
    due(UINT64_MAX);
    assert_true(plan.by == -999999999);
    entry.deliver_by = 1999999999;
    due(1000000000);
    assert_int_equal(plan.by, 999999999);
    due(1000000001);
    assert_int_equal(plan.by, 999999998);
}

/* 4865-4.2-c: not before its time, and its life begins then */
static void test_a_held_message(void **state)
{
    uint64_t release = entry.arrived + 30 * DAY;
    (void)state;

    entry.hold_until = release;
    assert_int_equal(due(entry.arrived), 0);
    assert_int_equal(plan.when, release);
    assert_int_equal(due(release - 1), 0);
    assert_int_equal(due(release), SANSMTP_RETRY_ATTEMPT);
    fails(release);
    entry.next = UINT64_MAX;
    assert_int_equal(due(release), 0);
    assert_int_equal(plan.when, release + 4 * HOUR);
    entry.next = release + 5 * DAY;
    assert_int_equal(due(entry.next - 1), SANSMTP_RETRY_TELL_DELAYED);
    assert_int_equal(due(entry.next), SANSMTP_RETRY_ATTEMPT | SANSMTP_RETRY_LAST);
    /* a time that is over holds nothing */
    begin(NULL);
    entry.hold_until = entry.arrived - 1;
    assert_int_equal(due(entry.arrived), SANSMTP_RETRY_ATTEMPT);
}

static void test_times_do_not_overflow(void **state)
{
    static const uint64_t times[] = {0, 1, UINT64_MAX - 1800, UINT64_MAX - 1, UINT64_MAX};
    (void)state;

    for (size_t i = 0; i < COUNT(times); i++) {
        for (size_t j = 0; j < COUNT(times); j++) {
            for (size_t k = 0; k < COUNT(times); k++) {
                begin(NULL);
                entry.arrived = times[i];
                entry.hold_until = times[j];
                options.lifetime = times[k];
                options.warn_after = times[(k + 1) % COUNT(times)];
                due(times[j]);
                fails(times[i]);
                assert_true(entry.next >= times[i]);
                due(entry.next);
            }
        }
    }
}

static void test_options(void **state)
{
    struct sansmtp_retry_options bad[9];
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        bad[i] = options;
    }
    bad[0].growth = 99;
    bad[1].growth = 1001;
    bad[2].jitter = 101;
    bad[3].first = 0;
    bad[4].greylisted = 0;
    bad[5].greylisted = options.first + 1;
    bad[6].longest = options.first - 1;
    bad[7].longest = 0;
    bad[8].first = options.longest + 1;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct sansmtp_retry before = entry;

        plan = (struct sansmtp_retry_plan){.size = sizeof(plan)};
        assert_int_equal(sansmtp_retry_due(&bad[i], &entry, 0, &plan), SANSMTP_ERR_OPTIONS);
        assert_int_equal(sansmtp_retry_failed(&bad[i], &entry, 0, 0, 0), SANSMTP_ERR_OPTIONS);
        assert_memory_equal(&entry, &before, sizeof(entry));
        assert_int_equal(plan.when, 0);
    }
    assert_int_equal(sansmtp_retry_options_init(NULL, sizeof(options)), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_retry_options_init(&options, sizeof(options) - 1),
                     SANSMTP_ERR_ARGUMENT);
}

static void test_arguments(void **state)
{
    struct sansmtp_retry bad[5];
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        bad[i] = entry;
    }
    bad[0].size--;
    bad[1].flags = 64;
    bad[2].flags = SANSMTP_RETRY_BY_RETURN | SANSMTP_RETRY_BY_NOTIFY;
    bad[3].notify = 16;
    bad[4].size = 0;
    plan = (struct sansmtp_retry_plan){.size = sizeof(plan)};
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(sansmtp_retry_due(&options, &bad[i], 0, &plan), SANSMTP_ERR_ARGUMENT);
        assert_int_equal(sansmtp_retry_failed(&options, &bad[i], 0, 0, 0), SANSMTP_ERR_ARGUMENT);
    }
    assert_int_equal(sansmtp_retry_due(NULL, &entry, 0, &plan), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_retry_due(&options, NULL, 0, &plan), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_retry_due(&options, &entry, 0, NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_retry_failed(&options, NULL, 0, 0, 0), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_retry_failed(&options, &entry, 8, 0, 0), SANSMTP_ERR_ARGUMENT);
    plan.size--;
    assert_int_equal(sansmtp_retry_due(&options, &entry, 0, &plan), SANSMTP_ERR_ARGUMENT);
    options.size--;
    assert_int_equal(sansmtp_retry_failed(&options, &entry, 0, 0, 0), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(entry.attempts, 0);
}

/* --- properties, on many random options and entries */

static uint64_t some_time(struct random *random)
{
    return random_below(random, 8) == 0 ? UINT64_MAX - random_below(random, 1000)
                                        : 1000 + random_below(random, 5000);
}

static void draw(struct random *random)
{
    begin(NULL);
    options.growth = 100 + random_below(random, 901);
    options.jitter = random_below(random, 101);
    options.first = 1 + random_below(random, 1000);
    options.greylisted = 1 + random_below(random, options.first);
    options.longest = options.first + random_below(random, 10000);
    options.lifetime = some_time(random);
    options.bounce_lifetime = some_time(random);
    options.warn_after = random_below(random, 4) == 0 ? 0 : some_time(random);
    entry.arrived = 1000 + random_below(random, 1000);
    entry.next = random_below(random, 2) == 0 ? 0 : some_time(random);
    entry.hold_until = random_below(random, 2) == 0 ? 0 : some_time(random);
    entry.deliver_by = some_time(random);
    entry.attempts = random_below(random, 10);
    entry.notify = random_below(random, 2) == 0 ? 0 : random_below(random, 16);
    entry.flags = random_below(random, 64);
    if ((entry.flags & 6) == 6) {
        entry.flags &= ~SANSMTP_RETRY_BY_RETURN;
    }
}

/* Nothing is due between now and when, something is at when; the plan changes nothing. */
static void test_when_is_exact(void **state)
{
    struct random random = {4};
    size_t waits = 0;
    (void)state;

    for (int turn = 0; turn < 50000; turn++) {
        uint64_t now = some_time(&random), when;
        struct sansmtp_retry before;
        uint32_t first;

        draw(&random);
        before = entry;
        first = due(now);
        when = plan.when;
        assert_memory_equal(&entry, &before, sizeof(entry));
        assert_true(when > now || when == UINT64_MAX);
        if (first != 0) {
            continue;
        }
        assert_int_equal(due(now + (when - now) / 2) != 0, now + (when - now) / 2 == when);
        assert_int_equal(due(when - 1) != 0, 0);
        assert_int_not_equal(due(when), 0);
        waits++;
    }
    assert_in_range(waits, 1000, 45000);
}

/* Once due, an attempt stays due until it is made or the message is given up. */
static void test_due_is_monotone(void **state)
{
    struct random random = {5};
    (void)state;

    for (int turn = 0; turn < 50000; turn++) {
        uint64_t one = some_time(&random), other = some_time(&random);
        uint32_t early, late;

        draw(&random);
        early = due(one < other ? one : other);
        late = due(one < other ? other : one);
        if ((early & SANSMTP_RETRY_GIVE_UP) != 0) {
            assert_int_not_equal(late & SANSMTP_RETRY_GIVE_UP, 0);
        } else if ((early & SANSMTP_RETRY_ATTEMPT) != 0) {
            assert_int_not_equal(late & (SANSMTP_RETRY_ATTEMPT | SANSMTP_RETRY_GIVE_UP), 0);
        }
        /* never both */
        assert_true((late & SANSMTP_RETRY_GIVE_UP) == 0 || (late & SANSMTP_RETRY_ATTEMPT) == 0);
        assert_true((late & SANSMTP_RETRY_LAST) == 0 || (late & SANSMTP_RETRY_ATTEMPT) != 0);
        assert_int_equal((late & SANSMTP_RETRY_TELL_DELAYED) != 0, plan.told != 0);
    }
}

static uint64_t next_of(struct sansmtp_retry it, uint32_t why, uint64_t now, uint64_t seed)
{
    assert_int_equal(sansmtp_retry_failed(&options, &it, why, now, seed), 0);
    return it.next;
}

/* More failures, a later time, a longer lifetime: never an earlier next attempt. Greylisting: never
 * a later one. Always within the bounds. */
static void test_next_is_monotone(void **state)
{
    struct random random = {6};
    (void)state;

    for (int turn = 0; turn < 50000; turn++) {
        uint64_t now = some_time(&random), seed = random_next(&random), next, most;
        struct sansmtp_retry more;

        draw(&random);
        entry.flags &= ~SANSMTP_RETRY_EXPIRED;
        next = next_of(entry, 0, now, seed);
        most = options.longest + (uint64_t)options.longest * options.jitter / 100 + 1;
        assert_true(next > now || now == UINT64_MAX);
        assert_true(next == UINT64_MAX || next - now >= options.first);
        assert_true(next - now <= most);
        assert_true(next_of(entry, SANSMTP_RETRY_GREYLISTED, now, seed) <= next);
        assert_true(next_of(entry, 0, now, seed) == next);
        more = entry;
        more.attempts++;
        assert_true(next_of(more, 0, now, seed) >= next);
        if (now < UINT64_MAX) {
            assert_true(next_of(entry, 0, now + 1, seed) >= next);
        }
        options.lifetime = options.lifetime / 2;
        options.bounce_lifetime = options.bounce_lifetime / 2;
        assert_true(next_of(entry, 0, now, seed) <= next);
    }
}

/* Every message comes to an end, in a bounded number of attempts. */
static void test_every_message_ends(void **state)
{
    struct random random = {7};
    (void)state;

    for (int turn = 0; turn < 300; turn++) {
        uint64_t now = 1000;
        int steps = 0;

        draw(&random);
        options.lifetime = options.bounce_lifetime = 1000 + random_below(&random, 5000);
        entry.next = entry.hold_until = 0;
        while ((due(now) & SANSMTP_RETRY_GIVE_UP) == 0) {
            assert_true(steps++ < 20000);
            if ((plan.due & SANSMTP_RETRY_ATTEMPT) != 0) {
                assert_int_equal(sansmtp_retry_failed(&options, &entry, random_below(&random, 8),
                                                      now, random_next(&random)),
                                 0);
            }
            entry.flags |= plan.told;
            if (plan.due == 0) {
                assert_true(plan.when > now);
                now = plan.when;
            }
        }
        assert_true(now <= entry.arrived + options.lifetime + options.first ||
                    (entry.flags & SANSMTP_RETRY_BY_RETURN) != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_the_default_schedule, begin),
        cmocka_unit_test_setup(test_a_new_message, begin),
        cmocka_unit_test_setup(test_intervals, begin),
        cmocka_unit_test_setup(test_many_failures, begin),
        cmocka_unit_test_setup(test_jitter, begin),
        cmocka_unit_test_setup(test_greylisting, begin),
        cmocka_unit_test_setup(test_the_last_attempt, begin),
        cmocka_unit_test_setup(test_a_long_sleep, begin),
        cmocka_unit_test_setup(test_the_null_sender, begin),
        cmocka_unit_test_setup(test_the_warning, begin),
        cmocka_unit_test_setup(test_what_is_told, begin),
        cmocka_unit_test_setup(test_by_return, begin),
        cmocka_unit_test_setup(test_by_notify, begin),
        cmocka_unit_test_setup(test_far_deadlines, begin),
        cmocka_unit_test_setup(test_a_held_message, begin),
        cmocka_unit_test_setup(test_times_do_not_overflow, begin),
        cmocka_unit_test_setup(test_options, begin),
        cmocka_unit_test_setup(test_arguments, begin),
        cmocka_unit_test_setup(test_when_is_exact, begin),
        cmocka_unit_test_setup(test_due_is_monotone, begin),
        cmocka_unit_test_setup(test_next_is_monotone, begin),
        cmocka_unit_test_setup(test_every_message_ends, begin),
    };

    return cmocka_run_group_tests_name("retry", tests, NULL, NULL);
}
