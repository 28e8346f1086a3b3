#include "berth.h"

#include "../../safe_text.h"
#include "../report/report.h"
#include "outcome.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define AT_ONCE  100u /* recipients of one transaction (RFC 5321 4.5.3.1.8) */
#define IN_A_ROW 100u /* consignments of one lane, so that others get their turn */

struct berth {
    struct clerk_job job;
    struct consignment consignment; /* consignment.lane NULL: none was opened yet */
    struct relay *relay;
    struct berth *next;
    struct queue_batch *batch; /* on the lane, or whose results are being recorded */
    struct queue_batch *picked;
    struct queue_result *results; /* one a recipient */
    size_t capacity;              /* of results, verdicts and wanted */
    struct sansmtp_span destination;
    uint8_t destination_octets[BERTH_NAME_MAX];
    uint32_t served;
    bool unrecorded; /* the clerk could not: again, later */
    bool stopped;
    bool crowded; /* all lanes are taken */
    struct clerk_job reading;
    consignment_got *got;
    uint32_t chunk;
    size_t length;
    uint8_t *octets; /* of the chunk */
};

static void serve(struct berth *berth, struct queue_batch *batch);

/* -- berths ----------------------------------------------------------------------------------- */

static bool is_at(const struct berth *berth, struct sansmtp_span destination)
{
    return berth->destination.length == destination.length &&
           memcmp(berth->destination.data, destination.data, destination.length) == 0;
}

static uint64_t berths_at(const struct relay *relay, struct sansmtp_span destination)
{
    uint64_t count = 0;

    for (const struct berth *at = relay->berths; at != NULL; at = at->next) {
        count += is_at(at, destination);
    }
    return count;
}

/* A destination that is slow leaves a lane to the others, however few there are. */
static uint64_t lanes_of_one(const struct config *config)
{
    uint64_t others = config->lanes > 1 ? config->lanes - 1 : 1;

    return config->lanes_each < others ? config->lanes_each : others;
}

void berth_each_full(const struct relay *relay, berth_full *full, void *user)
{
    for (const struct berth *at = relay->berths; at != NULL; at = at->next) {
        if (berths_at(relay, at->destination) >= lanes_of_one(&relay->config)) {
            full(user, at->destination);
        }
    }
}

void berth_open(struct relay *relay, struct queue_batch *batch)
{
    struct berth *berth = calloc(1, sizeof *berth);

    if (berth == NULL || batch->destination.length > sizeof berth->destination_octets) {
        abort(); /* no memory for what is taken already: after a start it is due again */
    }
    memcpy(berth->destination_octets, batch->destination.data, batch->destination.length);
    berth->destination.data = berth->destination_octets;
    berth->destination.length = batch->destination.length;
    berth->relay = relay;
    berth->stopped = relay->stopping; /* it was being picked when that was said */
    berth->next = relay->berths;
    relay->berths = berth;
    relay->berth_count++;
    serve(berth, batch);
}

static void close_berth(struct berth *berth)
{
    struct relay *relay = berth->relay;
    struct berth **at = &relay->berths;

    while (*at != berth) {
        at = &(*at)->next;
    }
    *at = berth->next;
    relay->berth_count--;
    if (berth->consignment.lane != NULL) {
        lane_end(berth->consignment.lane);
    }
    queue_batch_free(berth->batch);
    free(berth->results);
    free(berth->consignment.verdicts);
    free(berth->consignment.wanted);
    free(berth->octets);
    free(berth);
    dispatch_wake(relay);
}

/* -- results ---------------------------------------------------------------------------------- */

/* On the clerk's thread: what became of one consignment, and which is the next. */
static int record(struct clerk_job *job, struct queue *queue)
{
    struct berth *berth = (struct berth *)job;
    const struct queue_batch *batch = berth->batch;
    struct queue_want want = {.destination = berth->destination, .most = AT_ONCE};
    uint64_t when;
    int error = queue_record(queue, batch->envelope.id, berth->results, batch->count);

    want.now = relay_now();
    want.yield = berth->crowded;
    berth->picked = NULL;
    if (error == 0 && !berth->stopped && berth->served < IN_A_ROW) {
        error = queue_pick(queue, &want, &berth->picked, &when);
    }
    return error;
}

static bool has_report(const struct berth *berth)
{
    for (size_t i = 0; i < berth->batch->count; i++) {
        if (berth->results[i].tell != 0) {
            return true;
        }
    }
    return false;
}

static void on_recorded(struct clerk_job *job)
{
    struct berth *berth = (struct berth *)job;
    struct queue_batch *picked = berth->picked;

    berth->picked = NULL;
    if (job->error != 0) {
        fprintf(stderr, "sansmtp-relay: cannot record what became of a message: %s\n",
                strerror(job->error));
        queue_batch_free(picked);
        berth->unrecorded = true; /* on_timer comes back to it */
        return;
    }
    if (has_report(berth)) {
        report_wake(berth->relay);
    }
    queue_batch_free(berth->batch);
    berth->batch = NULL;
    if (picked == NULL) {
        close_berth(berth);
    } else {
        serve(berth, picked);
    }
}

static void hand_in(struct berth *berth)
{
    berth->unrecorded = false;
    berth->crowded = berth->relay->berth_count >= berth->relay->config.lanes;
    berth->job.work = record;
    berth->job.done = on_recorded;
    clerk_do(berth->relay->clerk, &berth->job);
}

/* -- consignments ----------------------------------------------------------------------------- */

static bool make_room(struct berth *berth, size_t count)
{
    struct consignment *consignment = &berth->consignment;

    if (count > berth->capacity) {
        free(berth->results);
        free(consignment->verdicts);
        free(consignment->wanted);
        berth->capacity = count;
        berth->results = malloc(count * sizeof *berth->results);
        consignment->verdicts = malloc(count * sizeof *consignment->verdicts);
        consignment->wanted = malloc(count * sizeof *consignment->wanted);
    }
    if (berth->results == NULL || consignment->verdicts == NULL || consignment->wanted == NULL) {
        berth->capacity = 0;
        return false;
    }
    memset(consignment->verdicts, 0, count * sizeof *consignment->verdicts);
    return true;
}

/* RFC 2852 4.1: the next hop gets what is left of the time. */
static int64_t seconds_left(const struct queue_envelope *envelope, uint64_t now)
{
    return envelope->by == 0 ? 0 : (int64_t)envelope->deliver_by - (int64_t)now;
}

/* Returns whether any recipient is to be attempted. */
static bool prepare(struct berth *berth)
{
    struct consignment *consignment = &berth->consignment;
    struct relay *relay = berth->relay;
    uint64_t now = relay_now();
    bool any = false;

    consignment->relay = relay;
    consignment->batch = berth->batch;
    consignment->by = seconds_left(&berth->batch->envelope, now);
    for (size_t i = 0; i < berth->batch->count; i++) {
        consignment->wanted[i] = outcome_before(&relay->retry, berth->batch, i, now,
                                                &berth->results[i]);
        any = any || consignment->wanted[i];
    }
    return any;
}

static int give_back(struct clerk_job *job, struct queue *queue)
{
    return queue_give_back(queue, ((struct berth *)job)->batch);
}

static void on_given_back(struct clerk_job *job)
{
    close_berth((struct berth *)job);
}

static void refuse(struct berth *berth)
{
    fputs("sansmtp-relay: no memory for a delivery\n", stderr);
    berth->job.work = give_back;
    berth->job.done = on_given_back;
    clerk_do(berth->relay->clerk, &berth->job);
}

static void serve(struct berth *berth, struct queue_batch *batch)
{
    struct consignment *consignment = &berth->consignment;

    berth->batch = batch;
    berth->served++;
    if (!make_room(berth, batch->count)) {
        refuse(berth);
        return;
    }
    if (!prepare(berth)) {
        hand_in(berth);
        return;
    }
    if (consignment->lane == NULL) {
        consignment->lane = lane_begin(berth->relay, berth->destination);
    }
    if (consignment->lane == NULL) {
        refuse(berth);
    } else if (berth->stopped) {
        hand_in(berth);
    } else {
        lane_send(consignment->lane, consignment);
    }
}

static void log_result(struct berth *berth, size_t index)
{
    const struct verdict *verdict = &berth->consignment.verdicts[index];
    struct sansmtp_span address = berth->batch->recipients[index].address;
    char to[SAFE_FIELD_MAX];

    relay_log(berth->relay, berth->batch->envelope.id, "to=<%s> %s code=%" PRIu32 " host=%s: %s",
              safe_field(to, address.data, address.length),
              sansmtp_retry_action_name(verdict->action), verdict->code, verdict->host,
              verdict->text);
}

void consignment_done(struct consignment *consignment)
{
    struct berth *berth = (struct berth *)(void *)((char *)consignment -
                                                   offsetof(struct berth, consignment));
    uint64_t now = relay_now();

    for (size_t i = 0; i < berth->batch->count; i++) {
        if (consignment->wanted[i]) {
            outcome_after(&consignment->relay->retry, berth->batch, i, &consignment->verdicts[i],
                          now, relay_random(), &berth->results[i]);
        }
        if (consignment->wanted[i] && consignment->verdicts[i].action != 0) {
            log_result(berth, i);
        }
    }
    hand_in(berth);
}

/* -- the body --------------------------------------------------------------------------------- */

static struct berth *berth_of_reading(struct clerk_job *job)
{
    return (struct berth *)(void *)((char *)job - offsetof(struct berth, reading));
}

static int read_chunk(struct clerk_job *job, struct queue *queue)
{
    struct berth *berth = berth_of_reading(job);

    return queue_read(queue, berth->batch->envelope.id, berth->chunk, berth->octets,
                      &berth->length);
}

static void on_read(struct clerk_job *job)
{
    struct berth *berth = berth_of_reading(job);

    if (job->error != 0) {
        berth->got(&berth->consignment, NULL, 0);
    } else {
        berth->got(&berth->consignment, berth->octets, berth->length);
    }
}

/* The clerk can always be asked; without memory the answer is the end of this process' patience. */
void consignment_read(struct consignment *consignment, uint32_t chunk, consignment_got *got)
{
    struct berth *berth = (struct berth *)(void *)((char *)consignment -
                                                   offsetof(struct berth, consignment));

    if (berth->octets == NULL) {
        berth->octets = malloc(QUEUE_CHUNK_MAX);
    }
    if (berth->octets == NULL) {
        abort();
    }
    berth->chunk = chunk;
    berth->got = got;
    berth->reading.work = read_chunk;
    berth->reading.done = on_read;
    clerk_do(consignment->relay->clerk, &berth->reading);
}

/* -- all of them ------------------------------------------------------------------------------ */

void berth_record_again(struct relay *relay)
{
    for (struct berth *at = relay->berths; at != NULL; at = at->next) {
        if (at->unrecorded) {
            hand_in(at);
        }
    }
}

void berth_stop(struct relay *relay, bool force)
{
    for (struct berth *at = relay->berths; at != NULL; at = at->next) {
        at->stopped = true;
        if (at->consignment.lane != NULL && at->batch != NULL) {
            lane_stop(at->consignment.lane, force);
        }
    }
}
