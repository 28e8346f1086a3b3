#include "clerk.h"

#include <stdlib.h>

/* Jobs of one transaction: more would only make the first wait longer. */
#define BATCH_MAX 256u

/* A list to which jobs are added at its end. */
struct jobs {
    struct clerk_job *first, **last;
};

struct clerk {
    struct queue *queue;
    uv_thread_t thread;
    uv_mutex_t mutex;
    uv_cond_t work_came;
    uv_async_t wake; /* the loop: something is done */
    struct jobs wanted, done;
    size_t open; /* jobs that the loop waits for */
    bool ending;
};

static void empty(struct jobs *jobs)
{
    jobs->first = NULL;
    jobs->last = &jobs->first;
}

static void add(struct jobs *jobs, struct clerk_job *job)
{
    job->next = NULL;
    *jobs->last = job;
    jobs->last = &job->next;
}

/* -- the clerk's thread ----------------------------------------------------------------------- */

/* Up to BATCH_MAX of those that wait; NULL: it is to end. */
static struct clerk_job *await_jobs(struct clerk *clerk)
{
    struct clerk_job *first, *last;

    uv_mutex_lock(&clerk->mutex);
    while (clerk->wanted.first == NULL && !clerk->ending) {
        uv_cond_wait(&clerk->work_came, &clerk->mutex);
    }
    first = last = clerk->wanted.first;
    for (size_t i = 1; last != NULL && last->next != NULL && i < BATCH_MAX; i++) {
        last = last->next;
    }
    if (last != NULL) {
        clerk->wanted.first = last->next;
        last->next = NULL;
    }
    if (clerk->wanted.first == NULL) {
        empty(&clerk->wanted);
    }
    uv_mutex_unlock(&clerk->mutex);
    return first;
}

/* One that fails takes nothing with it but itself. Returns false if all of the transaction went
 * with it. */
static bool do_one(struct queue *queue, struct clerk_job *job)
{
    job->error = queue_save(queue);
    if (job->error == 0) {
        job->error = job->work(job, queue);
    }
    if (job->error == 0) {
        job->error = queue_keep(queue);
        return job->error == 0;
    }
    return queue_forget(queue) == 0;
}

static void fail_all(struct clerk_job *first, int error)
{
    for (struct clerk_job *job = first; job != NULL; job = job->next) {
        job->error = job->error == 0 ? error : job->error;
    }
}

static void do_batch(struct queue *queue, struct clerk_job *first)
{
    int error = queue_start(queue);
    bool whole = error == 0;

    for (struct clerk_job *job = first; job != NULL; job = job->next) {
        job->error = 0;
    }
    for (struct clerk_job *job = first; whole && job != NULL; job = job->next) {
        whole = do_one(queue, job);
        error = whole ? 0 : job->error;
    }
    if (whole) {
        error = queue_commit(queue);
    } else {
        queue_roll_back(queue);
    }
    if (error != 0) {
        fail_all(first, error);
    }
}

static void hand_back(struct clerk *clerk, struct clerk_job *first)
{
    struct clerk_job *next;

    uv_mutex_lock(&clerk->mutex);
    for (struct clerk_job *job = first; job != NULL; job = next) {
        next = job->next;
        add(&clerk->done, job);
    }
    uv_mutex_unlock(&clerk->mutex);
    uv_async_send(&clerk->wake);
}

static bool is_idle(struct clerk *clerk)
{
    bool idle;

    uv_mutex_lock(&clerk->mutex);
    idle = clerk->wanted.first == NULL && !clerk->ending;
    uv_mutex_unlock(&clerk->mutex);
    return idle;
}

static void run(void *argument)
{
    struct clerk *clerk = argument;
    struct clerk_job *jobs;

    while ((jobs = await_jobs(clerk)) != NULL) {
        do_batch(clerk->queue, jobs);
        hand_back(clerk, jobs);
        while (is_idle(clerk) && queue_tidy(clerk->queue)) {
            continue;
        }
    }
}

/* -- the loop --------------------------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
    struct clerk *clerk = handle->data;

    uv_cond_destroy(&clerk->work_came);
    uv_mutex_destroy(&clerk->mutex);
    queue_close(clerk->queue);
    free(clerk);
}

static void end_if_idle(struct clerk *clerk)
{
    if (!clerk->ending || clerk->open > 0 || uv_is_closing((uv_handle_t *)&clerk->wake) != 0) {
        return;
    }
    uv_thread_join(&clerk->thread);
    uv_close((uv_handle_t *)&clerk->wake, on_closed);
}

static void on_wake(uv_async_t *wake)
{
    struct clerk *clerk = wake->data;
    struct clerk_job *job, *next;

    uv_mutex_lock(&clerk->mutex);
    job = clerk->done.first;
    empty(&clerk->done);
    uv_mutex_unlock(&clerk->mutex);
    for (; job != NULL; job = next) {
        next = job->next;
        clerk->open--;
        job->done(job); /* it may be gone now, and others may have come */
    }
    end_if_idle(clerk);
}

void clerk_do(struct clerk *clerk, struct clerk_job *job)
{
    clerk->open++;
    uv_mutex_lock(&clerk->mutex);
    add(&clerk->wanted, job);
    uv_cond_signal(&clerk->work_came);
    uv_mutex_unlock(&clerk->mutex);
}

struct clerk *clerk_begin(uv_loop_t *loop, struct queue *queue)
{
    struct clerk *clerk = calloc(1, sizeof *clerk);

    if (clerk == NULL) {
        return NULL;
    }
    clerk->queue = queue;
    clerk->wake.data = clerk;
    empty(&clerk->wanted);
    empty(&clerk->done);
    if (uv_mutex_init(&clerk->mutex) != 0 || uv_cond_init(&clerk->work_came) != 0 ||
        uv_async_init(loop, &clerk->wake, on_wake) != 0 ||
        uv_thread_create(&clerk->thread, run, clerk) != 0) {
        return NULL; /* the program ends then */
    }
    return clerk;
}

void clerk_end(struct clerk *clerk)
{
    uv_mutex_lock(&clerk->mutex);
    clerk->ending = true;
    uv_cond_signal(&clerk->work_came);
    uv_mutex_unlock(&clerk->mutex);
    end_if_idle(clerk);
}
