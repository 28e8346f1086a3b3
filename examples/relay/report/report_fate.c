#include "report_fate.h"

#include <string.h>

/* The first that applies; QUEUE_TELL_... are the bits of SANSMTP_DSN_... */
uint32_t report_action(const struct queue_recipient *recipient)
{
    for (uint32_t action = SANSMTP_DSN_FAILED; action <= SANSMTP_DSN_EXPANDED; action <<= 1) {
        if ((recipient->tell & action) != 0) {
            return action;
        }
    }
    return 0;
}

/* RFC 2852 4.1.3: a deadline that has passed counts for more than what a host has said before. */
static bool is_late(const struct queue_recipient *recipient, uint32_t action)
{
    const struct sansmtp_retry *retry = &recipient->retry;
    bool given_up = action == SANSMTP_DSN_FAILED && recipient->word.enhanced / 1000000 != 5 &&
                    (retry->flags & SANSMTP_RETRY_BY_RETURN) != 0 &&
                    relay_now() >= retry->deliver_by;

    return given_up || (action == SANSMTP_DSN_DELAYED &&
                        (retry->flags & SANSMTP_RETRY_TOLD_LATE) != 0);
}

/* A message that was delayed may be reported so and be given up at the same time: then what counts
 * is that it failed, and its reply may be one of class 4 (RFC 3463 3.5). */
static uint32_t status_of(uint32_t action, uint32_t enhanced)
{
    uint32_t class = enhanced / 1000000;

    switch (action) {
    case SANSMTP_DSN_FAILED:
        return class == 4 || class == 5 ? enhanced : SANSMTP_ENHANCED(5, 0, 0);
    case SANSMTP_DSN_DELAYED:
        return class == 4 ? enhanced : SANSMTP_ENHANCED(4, 4, 7);
    default:
        return class == 2 ? enhanced : SANSMTP_ENHANCED(2, 0, 0);
    }
}

/* "mx.example [192.0.2.1]": its name. */
static struct sansmtp_span name_of(struct sansmtp_span host)
{
    const uint8_t *space = host.length == 0 ? NULL : memchr(host.data, ' ', host.length);

    return space == NULL ? host : (struct sansmtp_span){host.data, (size_t)(space - host.data)};
}

struct sansmtp_dsn_fate report_fate(const struct relay *relay,
                                    const struct queue_recipient *recipient)
{
    struct sansmtp_dsn_fate fate = {.size = sizeof fate, .action = report_action(recipient)};

    fate.status = status_of(fate.action, recipient->word.enhanced);
    if (is_late(recipient, fate.action)) {
        fate.status = fate.action == SANSMTP_DSN_FAILED ? SANSMTP_ENHANCED(5, 4, 7)
                                                        : SANSMTP_ENHANCED(4, 4, 7);
    }
    fate.code = recipient->word.code;
    fate.enhanced = recipient->word.enhanced;
    fate.text = recipient->word.text;
    fate.path = recipient->address;
    fate.original = recipient->orcpt;
    fate.remote_mta = recipient->word.code == 0 ? (struct sansmtp_span){NULL, 0}
                                                : name_of(recipient->word.host);
    fate.last_attempt = (int64_t)recipient->tried;
    if (fate.action == SANSMTP_DSN_DELAYED) {
        fate.will_retry_until = (int64_t)(recipient->retry.arrived + relay->retry.lifetime);
    }
    return fate;
}
