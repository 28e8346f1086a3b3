#include "queue_batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool same(struct sansmtp_span left, struct sansmtp_span right)
{
    return left.length == right.length && memcmp(left.data, right.data, left.length) == 0;
}

static bool is_wanted(const struct queue_want *want, struct sansmtp_span destination)
{
    for (size_t i = 0; i < want->but_count; i++) {
        if (same(want->but[i], destination)) {
            return false;
        }
    }
    return true;
}

/* The message there that has waited longest and is not under way; 0: none. */
static uint64_t find_message(struct queue *queue, uint64_t destination, uint64_t now)
{
    struct sql sql = sql_begin(queue, SQL_DUE_MESSAGE);
    uint64_t message;

    sql_give(&sql, destination);
    sql_give(&sql, now);
    message = sql_row(&sql) ? sql_take(&sql) : 0;
    sql_end(&sql);
    return message;
}

static struct sql begin_destinations(struct queue *queue, const struct queue_want *want)
{
    struct sql sql;

    if (want->destination.data != NULL) {
        sql = sql_begin(queue, SQL_FIND_DESTINATION);
        sql_give_span(&sql, want->destination);
    } else {
        sql = sql_begin(queue, SQL_DUE_DESTINATIONS);
        sql_give(&sql, want->now);
    }
    return sql;
}

/* Sets *destination. What is under way makes a destination look due; so it goes on looking. */
static uint64_t find(struct queue *queue, const struct queue_want *want, struct queue_batch *batch,
                     uint64_t *destination)
{
    struct sql sql = begin_destinations(queue, want);
    uint64_t message = 0;

    while (message == 0 && sql_row(&sql)) {
        uint64_t id = sql_take(&sql);
        struct sansmtp_span name = sql_take_span(&sql);

        if (is_wanted(want, name)) {
            message = find_message(queue, id, want->now);
            *destination = id;
        }
        if (message != 0) {
            batch->destination = batch_copy(queue, batch, name);
        }
    }
    sql_end(&sql);
    return message;
}

static uint64_t next_due(struct queue *queue, uint64_t now)
{
    struct sql sql = sql_begin(queue, SQL_NEXT_DUE);
    uint64_t when = UINT64_MAX;

    sql_give(&sql, now);
    if (sql_row(&sql)) {
        when = sql_take(&sql);
        when = when == 0 || when == INT64_MAX ? UINT64_MAX : when; /* min of nothing is NULL */
    }
    sql_end(&sql);
    return when;
}

static void load_recipients(struct queue *queue, struct queue_batch *batch, uint64_t destination,
                            const struct queue_want *want)
{
    struct sql sql = sql_begin(queue, SQL_DUE_RECIPIENTS);

    sql_give(&sql, batch->envelope.id);
    sql_give(&sql, destination);
    sql_give(&sql, want->now);
    sql_give(&sql, want->most);
    batch_load_recipients(&sql, batch);
    for (size_t i = 0; i < batch->count && queue->error == 0; i++) {
        sql_run(queue, SQL_TAKE, batch->recipients[i].id);
    }
}

int queue_pick(struct queue *queue, const struct queue_want *want, struct queue_batch **batch,
               uint64_t *when)
{
    struct queue_batch *picked = calloc(1, sizeof *picked);
    uint64_t destination = 0, message;
    int error;

    *batch = NULL;
    *when = UINT64_MAX;
    if (picked == NULL) {
        return ENOMEM;
    }
    message = find(queue, want, picked, &destination);
    if (message == 0) {
        *when = next_due(queue, want->now);
        queue_batch_free(picked);
        return queue_outcome(queue);
    }
    batch_load_message(queue, picked, message);
    load_recipients(queue, picked, destination, want);
    batch_load_first(queue, picked);
    error = queue_outcome(queue);
    if (error != 0) {
        queue_batch_free(picked);
        return error;
    }
    *batch = picked;
    return 0;
}

static bool exists(struct queue *queue, uint64_t id)
{
    struct sql sql = sql_begin(queue, SQL_GET_MESSAGE);
    bool found;

    sql_give(&sql, id);
    found = sql_row(&sql);
    sql_end(&sql);
    return found;
}

int queue_read(struct queue *queue, uint64_t id, uint32_t number, uint8_t out[QUEUE_CHUNK_MAX],
               size_t *length)
{
    struct sql sql = batch_begin_chunk(queue, id, number);
    struct sansmtp_span octets;

    *length = 0;
    if (sql_row(&sql)) {
        octets = sql_take_span(&sql);
        if (octets.length <= QUEUE_CHUNK_MAX) {
            memcpy(out, octets.data, octets.length);
            *length = octets.length;
        }
    } else if (!exists(queue, id) && queue->error == 0) {
        queue->error = ENOENT;
    }
    sql_end(&sql);
    return queue_outcome(queue);
}

int queue_give_back(struct queue *queue, const struct queue_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        sql_run(queue, SQL_GIVE_BACK, batch->recipients[i].id);
    }
    return queue_outcome(queue);
}
