#include "queue_batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct queue_memory {
    struct queue_memory *next;
    _Alignas(max_align_t) unsigned char octets[];
};

static void *batch_allocate(struct queue *queue, struct queue_batch *batch, size_t length)
{
    struct queue_memory *memory = malloc(sizeof *memory + length);

    if (memory == NULL) {
        queue->error = queue->error == 0 ? ENOMEM : queue->error;
        return NULL;
    }
    memory->next = batch->memory;
    batch->memory = memory;
    return memory->octets;
}

struct sansmtp_span batch_copy(struct queue *queue, struct queue_batch *batch,
                               struct sansmtp_span span)
{
    uint8_t *copy;

    if (span.data == NULL) {
        return span;
    }
    copy = batch_allocate(queue, batch, span.length + 1);
    if (copy == NULL) {
        return (struct sansmtp_span){NULL, 0};
    }
    memcpy(copy, span.data, span.length);
    copy[span.length] = '\0'; /* so that a log may print it */
    return (struct sansmtp_span){copy, span.length};
}

void queue_batch_free(struct queue_batch *batch)
{
    struct queue_memory *memory, *next;

    if (batch == NULL) {
        return;
    }
    for (memory = batch->memory; memory != NULL; memory = next) {
        next = memory->next;
        free(memory);
    }
    free(batch);
}

static void take_envelope(struct sql *sql, struct queue_batch *batch)
{
    struct queue_envelope *envelope = &batch->envelope;

    envelope->id = sql_take(sql);
    envelope->arrived = sql_take(sql);
    envelope->size = sql_take(sql);
    envelope->flags = (uint32_t)sql_take(sql);
    envelope->body = (uint32_t)sql_take(sql);
    envelope->ret = (uint32_t)sql_take(sql);
    envelope->hops = (uint32_t)sql_take(sql);
    envelope->by = (uint32_t)sql_take(sql);
    envelope->priority = (int32_t)sql_take_signed(sql);
    envelope->deliver_by = sql_take(sql);
    envelope->hold_until = sql_take(sql);
    envelope->sender = batch_copy(sql->queue, batch, sql_take_span(sql));
    envelope->envid = batch_copy(sql->queue, batch, sql_take_span(sql));
    envelope->client = batch_copy(sql->queue, batch, sql_take_span(sql));
}

/* What the schedule needs of the message stands there once for all its recipients. */
static void fill_retry(struct sansmtp_retry *retry, const struct queue_envelope *envelope)
{
    retry->size = sizeof *retry;
    retry->arrived = envelope->arrived;
    retry->hold_until = envelope->hold_until;
    retry->deliver_by = envelope->deliver_by;
}

static void take_recipient(struct sql *sql, struct queue_batch *batch,
                           struct queue_recipient *recipient)
{
    recipient->id = sql_take(sql);
    recipient->address = batch_copy(sql->queue, batch, sql_take_span(sql));
    recipient->destination = batch_copy(sql->queue, batch, sql_take_span(sql));
    recipient->orcpt = batch_copy(sql->queue, batch, sql_take_span(sql));
    recipient->notify = (uint32_t)sql_take(sql);
    recipient->state = (uint32_t)sql_take(sql);
    recipient->tell = (uint32_t)sql_take(sql);
    recipient->due = sql_take(sql);
    recipient->tried = sql_take(sql);
    fill_retry(&recipient->retry, &batch->envelope);
    recipient->retry.notify = recipient->notify;
    recipient->retry.flags = (uint32_t)sql_take(sql);
    recipient->retry.attempts = (uint32_t)sql_take(sql);
    recipient->retry.next = sql_take(sql);
    recipient->word.code = (uint32_t)sql_take(sql);
    recipient->word.enhanced = (uint32_t)sql_take(sql);
    recipient->word.text = batch_copy(sql->queue, batch, sql_take_span(sql));
    recipient->word.host = batch_copy(sql->queue, batch, sql_take_span(sql));
}

bool batch_load_message(struct queue *queue, struct queue_batch *batch, uint64_t message)
{
    struct sql sql = sql_begin(queue, SQL_GET_MESSAGE);
    bool found;

    sql_give(&sql, message);
    found = sql_row(&sql);
    if (found) {
        take_envelope(&sql, batch);
    }
    sql_end(&sql);
    return found;
}

static bool make_room(struct queue *queue, struct queue_batch *batch, size_t *capacity)
{
    size_t wanted = *capacity == 0 ? 8 : 2 * *capacity;
    struct queue_recipient *larger;

    if (batch->count < *capacity) {
        return true;
    }
    larger = batch_allocate(queue, batch, wanted * sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    if (batch->count > 0) {
        memcpy(larger, batch->recipients, batch->count * sizeof *larger);
    }
    batch->recipients = larger;
    *capacity = wanted;
    return true;
}

void batch_load_recipients(struct sql *sql, struct queue_batch *batch)
{
    size_t capacity = 0;

    while (sql_row(sql) && make_room(sql->queue, batch, &capacity)) {
        struct queue_recipient *recipient = &batch->recipients[batch->count++];

        memset(recipient, 0, sizeof *recipient);
        take_recipient(sql, batch, recipient);
    }
    sql_end(sql);
}

struct sql batch_begin_chunk(struct queue *queue, uint64_t message, uint32_t number)
{
    struct sql sql = sql_begin(queue, SQL_GET_CHUNK);

    sql_give(&sql, message);
    sql_give(&sql, number);
    return sql;
}

void batch_load_first(struct queue *queue, struct queue_batch *batch)
{
    struct sql sql = batch_begin_chunk(queue, batch->envelope.id, 0);

    if (sql_row(&sql)) {
        batch->first = batch_copy(queue, batch, sql_take_span(&sql));
    }
    sql_end(&sql);
}
