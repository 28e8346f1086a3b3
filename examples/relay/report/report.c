#include "report.h"

#include "../front/envelope.h"
#include "../relay.h"
#include "report_fate.h"
#include "report_write.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAILURES 16u    /* in a row; then it rests */
#define REST     10000u /* milliseconds */

/*
 * One report at a time, all of it by one job of the clerk: so a report is in the queue in the same
 * commit in which its cause leaves it, and after a crash there is either the one or the other.
 */
struct report_office {
    struct clerk_job job;
    struct relay *relay;
    struct report_draft draft;
    bool put; /* there is a report in the queue */
    bool busy, again;
    uint64_t after;    /* the message whose report failed last; 0: none */
    uint32_t failures; /* since the last rest */
    uv_timer_t timer;  /* of the rest */
};

static struct sansmtp_span span_of(const char *text)
{
    return (struct sansmtp_span){(const uint8_t *)text, strlen(text)};
}

/* -- into the queue --------------------------------------------------------------------------- */

/* RFC 3461 6.1, RFC 5321 6.1: from the null path, and of its own fate nobody is told. */
static int enqueue(struct report_office *office, struct queue *queue,
                   const struct queue_batch *batch, const struct report_way *way)
{
    bool eight_bit = (office->draft.needs & SANSMTP_EXTENSION_8BITMIME) != 0;
    struct queue_recipient recipient = {
        .address = way->mailbox, .destination = way->domain, .notify = SANSMTP_NOTIFY_NEVER};
    struct queue_envelope envelope = {.id = office->draft.id, .arrived = relay_now()};

    envelope.size = office->draft.size;
    envelope.flags = QUEUE_REPORT | (batch->envelope.flags & QUEUE_REQUIRETLS);
    envelope.flags |= (office->draft.needs & SANSMTP_EXTENSION_SMTPUTF8) != 0 ? QUEUE_UTF8 : 0;
    envelope.flags |= eight_bit ? QUEUE_EIGHT_BIT : 0;
    envelope.body = eight_bit ? SANSMTP_BODY_8BITMIME : 0;
    envelope.priority = batch->envelope.priority; /* RFC 6710 4.6 */
    envelope.sender = span_of("");
    envelope.client = span_of("report");
    envelope_schedule(&envelope, &office->relay->retry, &recipient);
    return queue_put(queue, &envelope, &recipient, 1);
}

static int tell(struct report_office *office, struct queue *queue, const struct queue_batch *batch)
{
    struct report_way way;
    int error;

    for (size_t i = 0; i < batch->count; i++) {
        office->draft.actions |= report_action(&batch->recipients[i]);
    }
    office->draft.about = batch->envelope.id;
    if (office->draft.actions == 0 || !report_way(&batch->envelope, &way)) {
        return 0;
    }
    error = report_write(&office->draft, queue, batch, &way, true);
    if (error == EINVAL) { /* it is the message that does not let itself be returned */
        queue_discard(queue, office->draft.id);
        error = report_write(&office->draft, queue, batch, &way, false);
    }
    if (error == EINVAL) { /* nothing that comes later would change that */
        return queue_discard(queue, office->draft.id);
    }
    if (error == 0) {
        error = enqueue(office, queue, batch, &way);
    }
    office->put = error == 0;
    return error;
}

/* On the clerk's thread. */
static int work(struct clerk_job *job, struct queue *queue)
{
    struct report_office *office = (struct report_office *)job;
    struct queue_batch *batch;
    int error = queue_pick_report(queue, office->after, &batch);

    office->draft.about = 0;
    office->draft.actions = 0;
    office->put = false;
    if (error != 0 || batch == NULL) {
        return error;
    }
    error = tell(office, queue, batch);
    if (error == 0) {
        error = queue_reported(queue, batch);
    }
    queue_batch_free(batch);
    return error;
}

/* -- on the loop ------------------------------------------------------------------------------ */

static void begin(struct report_office *office);

static void on_timer(uv_timer_t *timer)
{
    report_wake(((struct report_office *)timer->data)->relay);
}

static void rest(struct report_office *office)
{
    office->failures = 0;
    uv_timer_start(&office->timer, on_timer, REST, 0);
}

/* One that cannot be written, whyever, holds up none of those behind it. */
static void on_failed(struct report_office *office, int error)
{
    fprintf(stderr, "sansmtp-relay: no report about %013" PRIX64 ": %s\n", office->draft.about,
            strerror(error));
    office->after = office->draft.about == 0 ? office->after : office->draft.about;
    office->failures++;
    if (office->draft.about == 0 || office->failures >= FAILURES) {
        rest(office);
    } else {
        begin(office);
    }
}

/* There is none behind the last one that failed. */
static void on_nothing(struct report_office *office)
{
    bool more = office->again || (office->after != 0 && office->failures == 0);

    office->after = 0;
    if (more) {
        begin(office);
    } else if (office->failures > 0) {
        rest(office);
    }
}

static void on_done(struct clerk_job *job)
{
    struct report_office *office = (struct report_office *)job;

    office->busy = false;
    if (job->error != 0) {
        on_failed(office, job->error);
        return;
    }
    if (office->put) {
        relay_log(office->relay, office->draft.id, "report about=%013" PRIX64 " actions=%u",
                  office->draft.about, office->draft.actions);
        dispatch_wake(office->relay);
    }
    if (office->draft.about != 0) {
        begin(office);
    } else {
        on_nothing(office);
    }
}

static void begin(struct report_office *office)
{
    if (office->relay->stopping) {
        return; /* what is to be told stays in the queue */
    }
    office->busy = true;
    office->again = false;
    office->draft.id = relay_new_id(office->relay);
    office->job.work = work;
    office->job.done = on_done;
    clerk_do(office->relay->clerk, &office->job);
}

static struct report_office *open_office(struct relay *relay)
{
    struct report_office *office = calloc(1, sizeof *office);

    if (office != NULL) {
        office->relay = relay;
        office->draft.relay = relay;
        office->timer.data = office;
        uv_timer_init(relay->loop, &office->timer);
        uv_unref((uv_handle_t *)&office->timer); /* the loop ends without it */
    }
    return office;
}

void report_wake(struct relay *relay)
{
    struct report_office *office = relay->reports;

    if (office == NULL) {
        office = open_office(relay);
        relay->reports = office;
    }
    if (office == NULL) {
        return;
    }
    office->again = true;
    if (!office->busy) {
        begin(office);
    }
}

bool report_is_idle(const struct relay *relay)
{
    return relay->reports == NULL || !relay->reports->busy;
}
