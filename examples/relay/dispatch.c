#include "dispatch.h"

#include "outcome.h"
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define LOOK_EVERY 5u   /* seconds: another process may have changed the queue */
#define AT_ONCE    100u /* recipients of one transaction (RFC 5321 4.5.3.1.8) */
#define IN_A_ROW   100u /* consignments of one lane, so that others get their turn */

#define NAME_MAX_OCTETS 256u

struct berth {
    struct clerk_job job;
    struct consignment consignment; /* consignment.lane NULL: none was opened yet */
    struct dispatch *dispatch;
    struct berth *next;
    struct queue_batch *batch; /* on the lane, or whose results are being recorded */
    struct queue_batch *picked;
    struct queue_result *results; /* one a recipient */
    size_t capacity;              /* of results, verdicts and wanted */
    struct sansmtp_span destination;
    uint8_t destination_octets[NAME_MAX_OCTETS];
    uint32_t served;
    bool unrecorded; /* the clerk could not: again, later */
    bool stopped;
    struct clerk_job reading;
    consignment_got *got;
    uint32_t chunk;
    size_t length;
    uint8_t *octets; /* of the chunk */
};

struct name {
    uint8_t octets[NAME_MAX_OCTETS];
};

struct dispatch {
    struct relay *relay;
    struct clerk_job job; /* the pick for a new berth */
    uv_timer_t timer;
    struct berth *berths;
    uint64_t count;
    struct name *full; /* copies, for the clerk: destinations with all the lanes they may have */
    struct sansmtp_span *full_spans;
    size_t full_count;
    struct queue_batch *picked;
    uint64_t when;
    bool picking, again;
};

static void look(struct dispatch *dispatch);
static void serve(struct berth *berth, struct queue_batch *batch);

/* -- berths ----------------------------------------------------------------------------------- */

static bool is_at(const struct berth *berth, struct sansmtp_span destination)
{
    return berth->destination.length == destination.length &&
           memcmp(berth->destination.data, destination.data, destination.length) == 0;
}

static uint64_t berths_at(const struct dispatch *dispatch, struct sansmtp_span destination)
{
    uint64_t count = 0;

    for (const struct berth *at = dispatch->berths; at != NULL; at = at->next) {
        count += is_at(at, destination);
    }
    return count;
}

static struct berth *open_berth(struct dispatch *dispatch, struct sansmtp_span destination)
{
    struct berth *berth = calloc(1, sizeof *berth);

    if (berth == NULL || destination.length > sizeof berth->destination_octets) {
        free(berth);
        return NULL;
    }
    memcpy(berth->destination_octets, destination.data, destination.length);
    berth->destination = (struct sansmtp_span){berth->destination_octets, destination.length};
    berth->dispatch = dispatch;
    berth->next = dispatch->berths;
    dispatch->berths = berth;
    dispatch->count++;
    return berth;
}

static void close_berth(struct berth *berth)
{
    struct dispatch *dispatch = berth->dispatch;
    struct berth **at = &dispatch->berths;

    while (*at != berth) {
        at = &(*at)->next;
    }
    *at = berth->next;
    dispatch->count--;
    if (berth->consignment.lane != NULL) {
        lane_end(berth->consignment.lane);
    }
    queue_batch_free(berth->batch);
    free(berth->results);
    free(berth->consignment.verdicts);
    free(berth->consignment.wanted);
    free(berth->octets);
    free(berth);
    look(dispatch);
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
        report_wake(berth->dispatch->relay);
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
    berth->job.work = record;
    berth->job.done = on_recorded;
    clerk_do(berth->dispatch->relay->clerk, &berth->job);
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
    struct relay *relay = berth->dispatch->relay;
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
    clerk_do(berth->dispatch->relay->clerk, &berth->job);
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
        consignment->lane = lane_begin(berth->dispatch->relay, berth->destination);
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

    relay_log(berth->dispatch->relay, berth->batch->envelope.id,
              "to=<%.*s> %s code=%" PRIu32 " host=%s: %s", (int)address.length,
              (const char *)address.data, sansmtp_retry_action_name(verdict->action), verdict->code,
              verdict->host, verdict->text);
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

/* -- what is due ------------------------------------------------------------------------------ */

static void note_full(struct dispatch *dispatch)
{
    uint64_t each = dispatch->relay->config.lanes_each;

    dispatch->full_count = 0;
    for (const struct berth *at = dispatch->berths; at != NULL; at = at->next) {
        if (berths_at(dispatch, at->destination) >= each) {
            uint8_t *copy = dispatch->full[dispatch->full_count].octets;

            memcpy(copy, at->destination.data, at->destination.length);
            dispatch->full_spans[dispatch->full_count++] = (struct sansmtp_span){
                copy, at->destination.length};
        }
    }
}

static int pick(struct clerk_job *job, struct queue *queue)
{
    struct dispatch *dispatch = (struct dispatch *)(void *)((char *)job -
                                                            offsetof(struct dispatch, job));
    struct queue_want want = {.but = dispatch->full_spans,
                              .but_count = dispatch->full_count,
                              .most = AT_ONCE,
                              .now = relay_now()};

    return queue_pick(queue, &want, &dispatch->picked, &dispatch->when);
}

static void on_timer(uv_timer_t *timer)
{
    struct dispatch *dispatch = timer->data;

    for (struct berth *at = dispatch->berths; at != NULL; at = at->next) {
        if (at->unrecorded) {
            hand_in(at);
        }
    }
    look(dispatch);
}

static void sleep_until(struct dispatch *dispatch, uint64_t when)
{
    uint64_t now = relay_now();
    uint64_t seconds = when > now + LOOK_EVERY ? LOOK_EVERY : when > now ? when - now : 0;

    uv_timer_start(&dispatch->timer, on_timer, 1000 * seconds + 10, 0);
}

static void on_picked(struct clerk_job *job)
{
    struct dispatch *dispatch = (struct dispatch *)(void *)((char *)job -
                                                            offsetof(struct dispatch, job));
    struct queue_batch *picked = dispatch->picked;
    struct berth *berth = NULL;

    dispatch->picking = false;
    dispatch->picked = NULL;
    if (job->error != 0) {
        queue_batch_free(picked);
        sleep_until(dispatch, UINT64_MAX);
        return;
    }
    if (picked != NULL) {
        berth = open_berth(dispatch, picked->destination);
    }
    if (berth != NULL) {
        serve(berth, picked);
    } else if (picked != NULL) {
        abort(); /* no memory for what is taken already: after a start it is due again */
    }
    if (picked != NULL || dispatch->again) {
        look(dispatch);
    } else {
        sleep_until(dispatch, dispatch->when);
    }
}

static void look(struct dispatch *dispatch)
{
    if (dispatch->relay->stopping) {
        return;
    }
    if (dispatch->picking || dispatch->count >= dispatch->relay->config.lanes) {
        dispatch->again = true;
        return;
    }
    dispatch->again = false;
    dispatch->picking = true;
    note_full(dispatch);
    uv_timer_stop(&dispatch->timer);
    dispatch->job.work = pick;
    dispatch->job.done = on_picked;
    clerk_do(dispatch->relay->clerk, &dispatch->job);
}

/* -- begin and end ---------------------------------------------------------------------------- */

int dispatch_open(struct relay *relay)
{
    struct dispatch *dispatch = calloc(1, sizeof *dispatch);

    if (dispatch == NULL || relay->config.lanes == 0 || relay->config.lanes > 100000) {
        fputs("sansmtp-relay: lanes is out of range\n", stderr);
        return EX_CONFIG;
    }
    dispatch->full = calloc(relay->config.lanes, sizeof *dispatch->full);
    dispatch->full_spans = calloc(relay->config.lanes, sizeof *dispatch->full_spans);
    dispatch->relay = relay;
    relay->dispatch = dispatch;
    dispatch->timer.data = dispatch;
    uv_timer_init(relay->loop, &dispatch->timer);
    return dispatch->full == NULL || dispatch->full_spans == NULL ? EX_OSERR : 0;
}

void dispatch_begin(struct relay *relay)
{
    look(relay->dispatch);
}

void dispatch_wake(struct relay *relay)
{
    look(relay->dispatch);
}

void dispatch_stop(struct relay *relay, bool force)
{
    uv_timer_stop(&relay->dispatch->timer);
    for (struct berth *at = relay->dispatch->berths; at != NULL; at = at->next) {
        at->stopped = true;
        if (at->consignment.lane != NULL && at->batch != NULL) {
            lane_stop(at->consignment.lane, force);
        }
    }
}

bool dispatch_is_idle(const struct relay *relay)
{
    return relay->dispatch->berths == NULL && !relay->dispatch->picking;
}

static void on_closed(uv_handle_t *handle)
{
    struct dispatch *dispatch = handle->data;

    free(dispatch->full);
    free(dispatch->full_spans);
    free(dispatch);
}

void dispatch_close(struct relay *relay)
{
    uv_close((uv_handle_t *)&relay->dispatch->timer, on_closed);
}
