#ifndef RELAY_CLERK_H
#define RELAY_CLERK_H

/*
 * The clerk: the one thread that owns the queue. The loop gives it jobs, and goes on. The clerk
 * takes all that have come in the meantime, does them in one transaction, commits, and hands them
 * back to the loop: so while one fsync is under way, the jobs for the next gather, and a hundred
 * messages that arrive at once wait for two of them, not for a hundred.
 */

#include "queue.h"

#include <uv.h>

struct clerk;

/* A job lies in memory of whoever gives it, until done is called. */
struct clerk_job {
    int (*work)(struct clerk_job *job, struct queue *queue); /* on the clerk's thread: 0 or errno;
                                                              * then nothing of it counts */
    void (*done)(struct clerk_job *job);                     /* on the loop */
    int error; /* in done: 0, it is committed; or errno */
    struct clerk_job *next;
};

/* Takes the queue over. Returns NULL if there is no thread to be had. */
struct clerk *clerk_begin(uv_loop_t *loop, struct queue *queue);

void clerk_do(struct clerk *clerk, struct clerk_job *job);

/* Ends it, once all jobs are done; the loop goes on until then. */
void clerk_end(struct clerk *clerk);

#endif
