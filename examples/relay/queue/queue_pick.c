#include "queue_batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PRIORITY_MAX 9

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

/* What was found. */
struct finding {
    uint64_t destination, message; /* message 0: nothing */
    int64_t priority;
};

/* What is under way makes a destination look due; so it goes on looking. */
static struct finding find_among(struct queue *queue, const struct queue_want *want,
                                 struct sql *sql, struct queue_batch *batch)
{
    struct finding found = {0};

    while (found.message == 0 && sql_row(sql)) {
        uint64_t destination = sql_take(sql);
        struct sansmtp_span name = sql_take_span(sql);

        if (is_wanted(want, name)) {
            found.message = find_message(queue, destination, want->now);
            found.destination = destination;
            found.priority = sql_take_signed(sql);
        }
        if (found.message != 0) {
            batch->destination = batch_copy(queue, batch, name);
        }
    }
    sql_end(sql);
    return found;
}

/* RFC 6710 5: priorities "affect the order in which messages are transferred". Looks only for those
 * over this one. */
static struct finding find_anywhere(struct queue *queue, const struct queue_want *want,
                                    int64_t over, struct queue_batch *batch)
{
    struct finding found = {0};

    for (int64_t priority = PRIORITY_MAX; found.message == 0 && priority > over; priority--) {
        struct sql sql = sql_begin(queue, SQL_DUE_DESTINATIONS);

        sql_give_signed(&sql, priority);
        sql_give(&sql, want->now);
        found = find_among(queue, want, &sql, batch);
    }
    return found;
}

static struct finding find(struct queue *queue, const struct queue_want *want,
                           struct queue_batch *batch)
{
    struct sql sql;
    struct finding found;

    if (want->destination.data == NULL) {
        return find_anywhere(queue, want, -PRIORITY_MAX - 1, batch);
    }
    sql = sql_begin(queue, SQL_FIND_DESTINATIONS);
    sql_give_span(&sql, want->destination);
    found = find_among(queue, want, &sql, batch);
    if (want->yield && found.message != 0 &&
        find_anywhere(queue, want, found.priority, batch).message != 0) {
        found.message = 0;
    }
    return found;
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
    struct finding found;
    int error;

    *batch = NULL;
    *when = UINT64_MAX;
    if (picked == NULL) {
        return ENOMEM;
    }
    found = find(queue, want, picked);
    if (found.message == 0) {
        *when = next_due(queue, want->now);
        queue_batch_free(picked);
        return queue_outcome(queue);
    }
    batch_load_message(queue, picked, found.message);
    load_recipients(queue, picked, found.destination, want);
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
