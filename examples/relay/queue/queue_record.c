#include "queue_drop.h"

static uint64_t update(struct queue *queue, const struct queue_result *result)
{
    struct sql sql = sql_begin(queue, SQL_RECORD);
    uint64_t destination;

    sql_give(&sql, result->recipient);
    sql_give(&sql, result->over ? QUEUE_OVER : QUEUE_WAITING);
    sql_give(&sql, result->tell);
    sql_give(&sql, result->due);
    sql_give(&sql, result->tried);
    sql_give(&sql, result->retry.flags);
    sql_give(&sql, result->retry.attempts);
    sql_give(&sql, result->retry.next);
    sql_give(&sql, result->word.code);
    sql_give(&sql, result->word.enhanced);
    sql_give_span(&sql, result->word.text);
    sql_give_span(&sql, result->word.host);
    destination = sql_row(&sql) ? sql_take(&sql) : 0;
    sql_end(&sql);
    return destination;
}

/* Returns the destination, or 0: the recipient was deleted meanwhile. */
static uint64_t record(struct queue *queue, const struct queue_result *result)
{
    sql_run(queue, SQL_GIVE_BACK, result->recipient);
    return result->over && result->tell == 0 ? take_out(queue, result->recipient)
                                             : update(queue, result);
}

int queue_record(struct queue *queue, uint64_t id, const struct queue_result *results, size_t count)
{
    uint64_t destination = 0;

    for (size_t i = 0; i < count && queue->error == 0; i++) {
        uint64_t where = record(queue, &results[i]);

        if (destination != 0 && where != destination) {
            look_at_destination(queue, destination);
        }
        destination = where;
    }
    if (destination != 0) {
        look_at_destination(queue, destination);
    }
    drop_if_done(queue, id);
    return queue_outcome(queue);
}
