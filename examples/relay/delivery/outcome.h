#ifndef RELAY_OUTCOME_H
#define RELAY_OUTCOME_H

/* From a verdict to what the queue writes down: the schedule (retry.h), and whom to tell (dsn.h). */

#include "deliver.h"

/* Before an attempt: is there one to be made? Fills *result with what is to be recorded if not. */
bool outcome_before(const struct sansmtp_retry_options *options, const struct queue_batch *batch,
                    size_t index, uint64_t now, struct queue_result *result);

/* After it. seed: a random number. The spans of result point into verdict. */
void outcome_after(const struct sansmtp_retry_options *options, const struct queue_batch *batch,
                   size_t index, const struct verdict *verdict, uint64_t now, uint64_t seed,
                   struct queue_result *result);

#endif
