#include "queue_batch.h"
#include "queue_drop.h"

#include <errno.h>
#include <stdlib.h>

static uint64_t find(struct queue *queue, uint64_t after)
{
    struct sql sql = sql_begin(queue, SQL_REPORTABLE);
    uint64_t message;

    sql_give(&sql, after);
    message = sql_row(&sql) ? sql_take(&sql) : 0;
    sql_end(&sql);
    return message;
}

static void load_recipients(struct queue *queue, struct queue_batch *batch)
{
    struct sql sql = sql_begin(queue, SQL_TELLABLE);

    sql_give(&sql, batch->envelope.id);
    batch_load_recipients(&sql, batch);
}

int queue_pick_report(struct queue *queue, uint64_t after, struct queue_batch **batch)
{
    struct queue_batch *picked = NULL;
    uint64_t message = find(queue, after);
    int error;

    *batch = NULL;
    if (message != 0) {
        picked = calloc(1, sizeof *picked);
        if (picked == NULL) {
            return ENOMEM;
        }
        batch_load_message(queue, picked, message);
        load_recipients(queue, picked);
        batch_load_first(queue, picked);
    }
    error = queue_outcome(queue);
    if (error != 0) {
        queue_batch_free(picked);
        return error;
    }
    *batch = picked;
    return 0;
}

/* More may be to be told by now than the batch says. */
static void told(struct queue *queue, const struct queue_recipient *recipient)
{
    struct sql sql = sql_begin(queue, SQL_TOLD);
    bool over = false;

    sql_give(&sql, recipient->id);
    sql_give(&sql, recipient->tell);
    if (sql_row(&sql)) {
        over = sql_take(&sql) == QUEUE_OVER;
        over = sql_take(&sql) == 0 && over;
    }
    sql_end(&sql);
    if (over) {
        drop_recipient(queue, recipient->id);
    }
}

int queue_reported(struct queue *queue, const struct queue_batch *batch)
{
    for (size_t i = 0; i < batch->count && queue->error == 0; i++) {
        told(queue, &batch->recipients[i]);
    }
    drop_if_done(queue, batch->envelope.id);
    return queue_outcome(queue);
}
