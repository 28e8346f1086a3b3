#ifndef RELAY_QUEUE_BATCH_H
#define RELAY_QUEUE_BATCH_H

/* Copies what rows hold into a batch. */

#include "queue_sql.h"

struct sansmtp_span batch_copy(struct queue *queue, struct queue_batch *batch,
                               struct sansmtp_span span);

/* The envelope. False: there is no such message (any more). */
bool batch_load_message(struct queue *queue, struct queue_batch *batch, uint64_t message);

/* All rows of a statement that has RECIPIENT_COLUMNS and its values, and ends it. */
void batch_load_recipients(struct sql *sql, struct queue_batch *batch);

/* The body's first chunk. */
void batch_load_first(struct queue *queue, struct queue_batch *batch);

/* A statement whose row, if there is one, is this chunk. */
struct sql batch_begin_chunk(struct queue *queue, uint64_t message, uint32_t number);

#endif
