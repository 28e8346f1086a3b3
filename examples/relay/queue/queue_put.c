#include "queue_sql.h"

#include <errno.h>

uint64_t queue_last(struct queue *queue)
{
    struct sql sql = sql_begin(queue, SQL_LAST_ID);
    uint64_t last = sql_row(&sql) ? sql_take(&sql) : 0;

    sql_end(&sql);
    queue_outcome(queue);
    return last;
}

int queue_begin(struct queue *queue, uint64_t id)
{
    sql_run(queue, SQL_BEGIN_MESSAGE, id);
    return queue_outcome(queue);
}

int queue_append(struct queue *queue, uint64_t id, uint32_t number, const void *octets,
                 size_t length)
{
    struct sql sql = sql_begin(queue, SQL_ADD_CHUNK);

    sql_give(&sql, id);
    sql_give(&sql, number);
    sql_give_span(&sql, (struct sansmtp_span){octets, length});
    sql_row(&sql);
    return queue_outcome(queue);
}

static void finish(struct queue *queue, const struct queue_envelope *envelope)
{
    struct sql sql = sql_begin(queue, SQL_FINISH_MESSAGE);

    sql_give(&sql, envelope->id);
    sql_give(&sql, envelope->arrived);
    sql_give(&sql, envelope->size);
    sql_give(&sql, envelope->flags);
    sql_give(&sql, envelope->body);
    sql_give(&sql, envelope->ret);
    sql_give(&sql, envelope->hops);
    sql_give(&sql, envelope->by);
    sql_give_signed(&sql, envelope->priority);
    sql_give(&sql, envelope->deliver_by);
    sql_give(&sql, envelope->hold_until);
    sql_give_span(&sql, envelope->sender);
    sql_give_span(&sql, envelope->envid);
    sql_give_span(&sql, envelope->client);
    sql_row(&sql);
    if (queue->error == 0 && sqlite3_changes(queue->database) != 1) {
        queue->error = ENOENT;
    }
}

static uint64_t put_destination(struct queue *queue, const struct queue_envelope *envelope,
                                const struct queue_recipient *recipient)
{
    struct sql sql = sql_begin(queue, SQL_ADD_DESTINATION);
    uint64_t id;

    sql_give_span(&sql, recipient->destination);
    sql_give_signed(&sql, envelope->priority);
    sql_give(&sql, recipient->due);
    id = sql_row(&sql) ? sql_take(&sql) : 0;
    sql_end(&sql);
    return id;
}

static void put_recipient(struct queue *queue, const struct queue_envelope *envelope,
                          const struct queue_recipient *recipient)
{
    uint64_t destination = put_destination(queue, envelope, recipient);
    struct sql sql = sql_begin(queue, SQL_ADD_RECIPIENT);

    sql_give(&sql, envelope->id);
    sql_give(&sql, destination);
    sql_give_span(&sql, recipient->address);
    sql_give_span(&sql, recipient->orcpt);
    sql_give(&sql, recipient->notify);
    sql_give(&sql, recipient->due);
    sql_give(&sql, recipient->retry.flags);
    sql_give(&sql, recipient->retry.next);
    sql_row(&sql);
}

int queue_put(struct queue *queue, const struct queue_envelope *envelope,
              const struct queue_recipient *recipients, size_t count)
{
    finish(queue, envelope);
    for (size_t i = 0; i < count && queue->error == 0; i++) {
        put_recipient(queue, envelope, &recipients[i]);
    }
    return queue_outcome(queue);
}

int queue_discard(struct queue *queue, uint64_t id)
{
    sql_run(queue, SQL_DROP_CHUNKS, id);
    sql_run(queue, SQL_DROP_MESSAGE, id);
    return queue_outcome(queue);
}
