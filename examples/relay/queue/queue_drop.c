#include "queue_drop.h"

uint64_t take_out(struct queue *queue, uint64_t recipient)
{
    struct sql sql = sql_begin(queue, SQL_DROP_RECIPIENT);
    uint64_t destination;

    sql_give(&sql, recipient);
    destination = sql_row(&sql) ? sql_take(&sql) : 0;
    sql_end(&sql);
    return destination;
}

void drop_recipient(struct queue *queue, uint64_t recipient)
{
    look_at_destination(queue, take_out(queue, recipient));
}

void drop_if_done(struct queue *queue, uint64_t message)
{
    struct sql sql = sql_begin(queue, SQL_HAS_RECIPIENTS);
    bool has;

    sql_give(&sql, message);
    has = sql_row(&sql);
    sql_end(&sql);
    if (!has && queue->error == 0) {
        sql_run(queue, SQL_DROP_CHUNKS, message);
        sql_run(queue, SQL_DROP_MESSAGE, message);
    }
}

void look_at_destination(struct queue *queue, uint64_t destination)
{
    sql_run(queue, SQL_SET_DUE, destination);
    sql_run(queue, SQL_DROP_DESTINATION, destination);
}

int drop_unfinished(struct queue *queue)
{
    int error;

    sql_run(queue, SQL_DROP_UNFINISHED_CHUNKS, queue->unfinished);
    if (queue->error == 0) { /* only then: chunks without a message would stay for ever */
        sql_run(queue, SQL_DROP_UNFINISHED, queue->unfinished);
    }
    error = queue_outcome(queue);
    if (error == 0) {
        queue->unfinished = 0;
    }
    return error;
}
