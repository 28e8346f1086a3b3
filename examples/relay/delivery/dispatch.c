#include "dispatch.h"

#include "berth.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define LOOK_EVERY 1u   /* seconds: another process may have changed the queue */
#define AT_ONCE    100u /* recipients of one transaction (RFC 5321 4.5.3.1.8) */
#define AT_A_TIME  16u  /* picks of one job: each job waits for the disk */

struct name {
    uint8_t octets[BERTH_NAME_MAX];
};

struct dispatch {
    struct relay *relay;
    struct clerk_job job;
    uv_timer_t timer;
    struct name *full; /* copies, for the clerk: destinations with all the lanes they may have */
    struct sansmtp_span *full_spans;
    size_t full_count;
    struct queue_batch *picked[AT_A_TIME];
    size_t picked_count, room; /* room: how many more berths there may be */
    uint64_t when;
    bool picking, again;
};

static void look(struct dispatch *dispatch);

/* -- what is due ------------------------------------------------------------------------------ */

static void add_full(void *user, struct sansmtp_span destination)
{
    struct dispatch *dispatch = user;
    uint8_t *copy = dispatch->full[dispatch->full_count].octets;

    memcpy(copy, destination.data, destination.length);
    dispatch->full_spans[dispatch->full_count++] = (struct sansmtp_span){copy, destination.length};
}

/* On the clerk's thread: one for each of some destinations. */
static int pick(struct clerk_job *job, struct queue *queue)
{
    struct dispatch *dispatch = (struct dispatch *)(void *)((char *)job -
                                                            offsetof(struct dispatch, job));
    struct queue_want want = {.but = dispatch->full_spans, .most = AT_ONCE, .now = relay_now()};
    struct queue_batch *batch;
    int error;

    do {
        want.but_count = dispatch->full_count;
        error = queue_pick(queue, &want, &batch, &dispatch->when);
        if (error == 0 && batch != NULL) {
            dispatch->picked[dispatch->picked_count++] = batch;
            add_full(dispatch, batch->destination);
        }
    } while (error == 0 && batch != NULL && dispatch->picked_count < dispatch->room);
    return error;
}

static void on_timer(uv_timer_t *timer);

static void sleep_until(struct dispatch *dispatch, uint64_t when)
{
    uint64_t now = relay_now();
    uint64_t seconds = when > now + LOOK_EVERY ? LOOK_EVERY : when > now ? when - now : 0;

    uv_timer_start(&dispatch->timer, on_timer, 1000 * seconds + 10, 0);
}

/* It always goes on: what could not be recorded is tried again, also when all lanes are taken or
 * we stop. */
static void on_timer(uv_timer_t *timer)
{
    struct dispatch *dispatch = timer->data;

    sleep_until(dispatch, UINT64_MAX);
    berth_record_again(dispatch->relay);
    look(dispatch);
}

static void on_picked(struct clerk_job *job)
{
    struct dispatch *dispatch = (struct dispatch *)(void *)((char *)job -
                                                            offsetof(struct dispatch, job));
    size_t count = dispatch->picked_count;

    dispatch->picking = false;
    dispatch->picked_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (job->error == 0) {
            berth_open(dispatch->relay, dispatch->picked[i]);
        } else {
            queue_batch_free(dispatch->picked[i]);
        }
    }
    if (job->error == 0 && (count > 0 || dispatch->again)) {
        look(dispatch);
    } else {
        sleep_until(dispatch, job->error == 0 ? dispatch->when : UINT64_MAX);
    }
}

static void look(struct dispatch *dispatch)
{
    if (dispatch->relay->stopping) {
        return;
    }
    if (dispatch->picking || dispatch->relay->berth_count >= dispatch->relay->config.lanes) {
        dispatch->again = true;
        return;
    }
    dispatch->again = false;
    dispatch->picking = true;
    dispatch->room = dispatch->relay->config.lanes - dispatch->relay->berth_count;
    dispatch->room = dispatch->room < AT_A_TIME ? dispatch->room : AT_A_TIME;
    dispatch->full_count = 0;
    berth_each_full(dispatch->relay, add_full, dispatch);
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
    dispatch->full = calloc(relay->config.lanes + AT_A_TIME, sizeof *dispatch->full);
    dispatch->full_spans = calloc(relay->config.lanes + AT_A_TIME, sizeof *dispatch->full_spans);
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
    berth_stop(relay, force);
}

bool dispatch_is_idle(const struct relay *relay)
{
    return relay->berths == NULL && !relay->dispatch->picking;
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
