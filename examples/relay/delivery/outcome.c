#include "outcome.h"

#include <string.h>

static struct queue_result result_of(const struct queue_recipient *recipient)
{
    return (struct queue_result){.recipient = recipient->id,
                                 .due = recipient->due,
                                 .retry = recipient->retry,
                                 .word = recipient->word};
}

/* QUEUE_TELL_... are the bits of SANSMTP_DSN_... */
static uint32_t tell(const struct queue_batch *batch, size_t index, uint32_t action, bool timed)
{
    const struct sansmtp_span *sender = &batch->envelope.sender;
    int wanted = sansmtp_dsn_wanted(sender->data, sender->length, batch->recipients[index].notify,
                                    action, timed ? 1 : 0);

    if (action == SANSMTP_DSN_FAILED) {
        return wanted >= SANSMTP_DSN_MAY ? action : 0;
    }
    return wanted == SANSMTP_DSN_MUST ? action : 0;
}

/* What the schedule says of it now: give up, tell, and when to look again. */
static bool look(const struct sansmtp_retry_options *options, uint64_t now,
                 struct queue_result *result)
{
    struct sansmtp_retry_plan plan = {.size = sizeof plan};

    if (sansmtp_retry_due(options, &result->retry, now, &plan) != 0) {
        return false;
    }
    result->due = plan.when;
    if ((plan.due & SANSMTP_RETRY_GIVE_UP) != 0) {
        result->over = true;
        result->tell |= (plan.due & SANSMTP_RETRY_TELL_FAILED) != 0 ? QUEUE_TELL_FAILED : 0;
        if (result->word.enhanced == 0) {
            result->word.enhanced = plan.enhanced;
        }
        return false;
    }
    if ((plan.due & SANSMTP_RETRY_TELL_DELAYED) != 0) {
        result->tell |= QUEUE_TELL_DELAYED;
        result->retry.flags |= plan.told;
        if (sansmtp_retry_due(options, &result->retry, now, &plan) == 0) {
            result->due = plan.when;
        }
    }
    return (plan.due & SANSMTP_RETRY_ATTEMPT) != 0;
}

bool outcome_before(const struct sansmtp_retry_options *options, const struct queue_batch *batch,
                    size_t index, uint64_t now, struct queue_result *result)
{
    bool wanted;

    *result = result_of(&batch->recipients[index]);
    wanted = look(options, now, result);
    if (wanted) { /* until an attempt says otherwise, for we may stop before there is one */
        result->due = batch->recipients[index].due;
    }
    return wanted;
}

static struct sansmtp_span span_of(const char *text)
{
    return (struct sansmtp_span){(const uint8_t *)text, strlen(text)};
}

static void put_off(const struct sansmtp_retry_options *options, const struct verdict *verdict,
                    uint64_t now, uint64_t seed, struct queue_result *result)
{
    sansmtp_retry_failed(options, &result->retry, verdict->flags, now, seed);
    if (verdict->not_before > result->retry.next) {
        result->retry.next = verdict->not_before;
    }
    look(options, now, result);
}

/* RFC 2852 4.1.4: whoever traces a deadline hears of each hop, and of one that does not know it
 * whoever has set it, if it is not over yet; also where the next host sends reports. */
static bool is_traced(const struct queue_envelope *envelope, const struct verdict *verdict,
                      uint64_t now)
{
    bool lost = (envelope->by & SANSMTP_BY_NOTIFY) != 0 && verdict->untimed &&
                now < envelope->deliver_by;

    return !verdict->local && ((envelope->by & SANSMTP_BY_TRACE) != 0 || lost);
}

static uint32_t tell_delivered(const struct queue_batch *batch, size_t index,
                               const struct verdict *verdict, uint64_t now)
{
    bool traced = is_traced(&batch->envelope, verdict, now);
    uint32_t action = verdict->local ? SANSMTP_DSN_DELIVERED : SANSMTP_DSN_RELAYED;

    return verdict->informed && !traced ? 0 : tell(batch, index, action, traced);
}

void outcome_after(const struct sansmtp_retry_options *options, const struct queue_batch *batch,
                   size_t index, const struct verdict *verdict, uint64_t now, uint64_t seed,
                   struct queue_result *result)
{
    if (verdict->action == 0) {
        return; /* as outcome_before has left it */
    }
    result->tried = now;
    result->word.code = verdict->code;
    result->word.enhanced = verdict->enhanced;
    result->word.text = span_of(verdict->text);
    result->word.host = span_of(verdict->host);
    if (verdict->action == SANSMTP_RETRY_DELIVERED) {
        result->over = true;
        result->tell |= tell_delivered(batch, index, verdict, now);
    } else if (verdict->action == SANSMTP_RETRY_BOUNCE) {
        result->over = true;
        result->tell |= tell(batch, index, SANSMTP_DSN_FAILED, false);
    } else {
        put_off(options, verdict, now, seed, result);
    }
}
