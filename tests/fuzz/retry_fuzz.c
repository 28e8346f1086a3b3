/*
 * A message in the queue, by any schedule, until it leaves it: each attempt fails, in any way. Time
 * goes on with every step, the sender is told of a delay once for each cause and of the end at the
 * end, and a message comes to its end. And any end of an attempt can be judged, or is refused.
 */

#include <sansmtp/dsn.h>
#include <sansmtp/retry.h>

#include "block.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t judge(struct input *input)
{
    struct sansmtp_retry_attempt attempt = {.size = sizeof attempt};
    struct sansmtp_retry_judgement judgement = {.size = sizeof judgement};
    uint32_t class;

    attempt.stage = next_octet(input) % 13;
    attempt.error = -(int32_t)next_octet(input) * (int32_t)(next_octet(input) % 4);
    attempt.code = (uint32_t)next_number(input, 2) % 650;
    attempt.enhanced = next_octet(input) % 2 == 0
                           ? 0
                           : SANSMTP_ENHANCED(attempt.code / 100, next_octet(input) % 8u,
                                              next_octet(input) % 12u);
    attempt.accepted = next_octet(input);
    attempt.flags = next_octet(input) % 5;
    if (sansmtp_retry_judge(&attempt, &judgement) != 0) {
        HOLDS(judgement.action == 0);
        return 0;
    }
    class = judgement.enhanced / 1000000;
    HOLDS(strcmp(sansmtp_retry_action_name(judgement.action), "?") != 0);
    HOLDS(judgement.action == judgement.at_last || judgement.action == SANSMTP_RETRY_NEXT_HOST);
    HOLDS(judgement.at_last != SANSMTP_RETRY_NEXT_HOST);
    HOLDS((class == 5) == (judgement.at_last == SANSMTP_RETRY_BOUNCE));
    HOLDS((class == 2) == (judgement.at_last == SANSMTP_RETRY_DELIVERED ||
                           judgement.at_last == SANSMTP_RETRY_GO_ON));
    HOLDS(judgement.action != SANSMTP_RETRY_DELIVERED ||
          (attempt.stage == SANSMTP_RETRY_END && attempt.code / 100 == 2));
    HOLDS((judgement.flags & SANSMTP_RETRY_UNCERTAIN) == 0 || attempt.stage == SANSMTP_RETRY_END);
    return judgement.flags;
}

static void set_options(struct sansmtp_retry_options *options, struct input *input)
{
    HOLDS(sansmtp_retry_options_init(options, sizeof *options) == 0);
    options->growth = 100 + (uint32_t)next_number(input, 2) % 901;
    options->jitter = next_octet(input) % 101;
    options->greylisted = 30 + next_octet(input);
    options->first = options->greylisted + next_octet(input) * 8u;
    options->longest = options->first + (uint32_t)next_number(input, 2);
    options->lifetime = next_number(input, 2) / 4;
    options->bounce_lifetime = next_number(input, 2) / 4;
    options->warn_after = next_number(input, 2);
}

static void set_entry(struct sansmtp_retry *retry, struct input *input)
{
    uint32_t by = next_octet(input) % 3;

    retry->size = sizeof *retry;
    retry->flags = next_octet(input) % 2 == 1 ? SANSMTP_RETRY_NULL_SENDER : 0;
    retry->flags |= by == 1 ? SANSMTP_RETRY_BY_RETURN : by == 2 ? SANSMTP_RETRY_BY_NOTIFY : 0;
    retry->notify = next_octet(input) % 9;
    retry->arrived = 1000000;
    retry->hold_until = next_octet(input) % 4 == 0 ? retry->arrived + next_number(input, 2) : 0;
    retry->deliver_by = by != 0 ? retry->arrived + next_number(input, 2) : 0;
}

/* What is due now is done; returns the time of the next look, 0: the message is gone. */
static uint64_t step(const struct sansmtp_retry_options *options, struct sansmtp_retry *retry,
                     const struct sansmtp_retry_plan *plan, uint64_t now, struct input *input)
{
    if ((plan->due & SANSMTP_RETRY_TELL_DELAYED) != 0) {
        HOLDS((retry->flags & SANSMTP_RETRY_NULL_SENDER) == 0);
        HOLDS((plan->told & ~retry->flags) != 0);
        retry->flags |= plan->told;
    }
    if ((plan->due & SANSMTP_RETRY_GIVE_UP) != 0) {
        HOLDS((plan->due & SANSMTP_RETRY_ATTEMPT) == 0);
        HOLDS((plan->due & SANSMTP_RETRY_TELL_FAILED) == 0 ||
              (retry->flags & SANSMTP_RETRY_NULL_SENDER) == 0);
        return 0;
    }
    if ((plan->due & SANSMTP_RETRY_ATTEMPT) == 0) {
        HOLDS(plan->due != 0 || plan->when > now);
        return plan->due != 0 ? now : plan->when;
    }
    HOLDS(now >= retry->next && now >= retry->hold_until);
    HOLDS(sansmtp_retry_failed(options, retry, judge(input) & SANSMTP_RETRY_GREYLISTED, now,
                               next_number(input, 2)) == 0);
    HOLDS((retry->flags & SANSMTP_RETRY_EXPIRED) != 0 || retry->next > now);
    HOLDS((plan->due & SANSMTP_RETRY_LAST) == 0 || (retry->flags & SANSMTP_RETRY_EXPIRED) != 0);
    return now;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct sansmtp_retry_options options;
    struct sansmtp_retry retry = {0};
    struct sansmtp_retry_plan plan = {.size = sizeof plan};
    uint64_t now;

    set_options(&options, &input);
    set_entry(&retry, &input);
    now = retry.arrived + next_octet(&input);
    if (sansmtp_retry_due(&options, &retry, now, &plan) != 0) {
        return 0;
    }
    for (unsigned steps = 0; now != 0; steps++) {
        HOLDS(steps < 200000);
        HOLDS(sansmtp_retry_due(&options, &retry, now, &plan) == 0);
        HOLDS(plan.when != UINT64_MAX || plan.due != 0);
        now = step(&options, &retry, &plan, now, &input);
    }
    return 0;
}
