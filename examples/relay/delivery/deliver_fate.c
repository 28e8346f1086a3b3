#include "../../safe_text.h"
#include "lane.h"

#include <stdio.h>
#include <string.h>

struct ending ending_of(uint32_t stage, const struct sansmtp_event *event)
{
    struct ending ending = ending_without(stage, 0, "");

    ending.attempt.code = event->code;
    ending.attempt.enhanced = event->enhanced;
    ending.text = event->text;
    return ending;
}

struct ending ending_without(uint32_t stage, int error, const char *text)
{
    struct ending ending = {.attempt = {.size = sizeof ending.attempt}};

    ending.attempt.stage = stage;
    ending.attempt.error = error;
    ending.text = (struct sansmtp_span){(const uint8_t *)text, strlen(text)};
    return ending;
}

static void describe(struct verdict *verdict, const struct ending *ending)
{
    verdict->code = ending->attempt.code;
    verdict->informed = ending->informed;
    verdict->local = ending->local;
    verdict->untimed = ending->untimed;
    snprintf(verdict->text, sizeof verdict->text, "%.*s", (int)ending->text.length,
             (const char *)ending->text.data);
    snprintf(verdict->host, sizeof verdict->host, "%s", ending->host == NULL ? "" : ending->host);
}

static void log_attempt(const struct lane *lane, size_t index, const char *action)
{
    const struct consignment *consignment = lane->consignment;
    const struct verdict *verdict = &consignment->verdicts[index];
    struct sansmtp_span address = consignment->batch->recipients[index].address;
    char to[SAFE_FIELD_MAX];

    relay_log(lane->relay, consignment->batch->envelope.id,
              "attempt to=<%s> %s code=%u host=%s: %s",
              safe_field(to, address.data, address.length), action, verdict->code, verdict->host,
              verdict->text);
}

/* Of several hosts that could not, LATER wins: one that can later is better than none. */
static void pass(struct lane *lane, size_t index, const struct sansmtp_retry_judgement *judgement,
                 const struct ending *ending)
{
    struct verdict *verdict = &lane->consignment->verdicts[index];

    lane->standings[index] = STANDING_PASSED;
    if (verdict->action == SANSMTP_RETRY_LATER && judgement->at_last == SANSMTP_RETRY_BOUNCE) {
        return;
    }
    describe(verdict, ending);
    verdict->action = judgement->at_last;
    verdict->flags = judgement->flags;
    verdict->enhanced = judgement->enhanced;
    log_attempt(lane, index, "next host");
}

static void settle(struct lane *lane, size_t index, const struct sansmtp_retry_judgement *judgement,
                   const struct ending *ending)
{
    struct verdict *verdict = &lane->consignment->verdicts[index];

    lane->standings[index] = STANDING_SETTLED;
    describe(verdict, ending);
    verdict->action = judgement->action;
    verdict->flags = judgement->flags;
    verdict->enhanced = judgement->enhanced;
}

/* What the policy of the channel has said counts for more than the stage at which it said so. */
static void override(struct sansmtp_retry_judgement *judgement, uint32_t enhanced)
{
    if (enhanced != 0) {
        judgement->enhanced = enhanced;
        judgement->at_last = enhanced >= SANSMTP_ENHANCED(5, 0, 0) ? SANSMTP_RETRY_BOUNCE
                                                                   : SANSMTP_RETRY_LATER;
    }
}

uint32_t fate_judge(struct lane *lane, size_t index, const struct ending *ending)
{
    struct sansmtp_retry_judgement judgement = {.size = sizeof judgement};

    if (lane->standings[index] != STANDING_OPEN) {
        return 0;
    }
    if (sansmtp_retry_judge(&ending->attempt, &judgement) != 0) {
        judgement.action = SANSMTP_RETRY_LATER; /* a reply that no server should give */
        judgement.enhanced = SANSMTP_ENHANCED(4, 5, 0);
    }
    override(&judgement, ending->enhanced);
    switch (judgement.action) {
    case SANSMTP_RETRY_GO_ON:
    case SANSMTP_RETRY_AGAIN:
        break;
    case SANSMTP_RETRY_NEXT_HOST:
        pass(lane, index, &judgement, ending);
        break;
    default:
        settle(lane, index, &judgement, ending);
        break;
    }
    return judgement.flags;
}

uint32_t fate_judge_open(struct lane *lane, const struct ending *ending)
{
    uint32_t flags = 0;

    for (size_t i = 0; i < lane->consignment->batch->count; i++) {
        flags |= fate_judge(lane, i, ending);
    }
    return flags;
}

void fate_decide(struct lane *lane, uint32_t action, uint32_t enhanced, const char *text)
{
    struct ending ending = ending_without(0, 0, text);
    struct sansmtp_retry_judgement judgement = {.action = action, .enhanced = enhanced};

    for (size_t i = 0; i < lane->consignment->batch->count; i++) {
        if (lane->standings[i] != STANDING_SETTLED) {
            settle(lane, i, &judgement, &ending);
        }
    }
}
