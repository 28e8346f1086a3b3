#ifndef RELAY_REPORT_WRITE_H
#define RELAY_REPORT_WRITE_H

/* The octets of a report, into the queue. */

#include "../relay.h"
#include "report_way.h"

struct report_draft {
    struct relay *relay;
    uint64_t id;      /* of the report */
    uint64_t about;   /* of the message */
    uint32_t actions; /* what it says: SANSMTP_DSN_... */
    uint64_t size;    /* octets of it */
    uint64_t needs;   /* extensions of its way */
    uint32_t chunk;   /* the rest is for writing it */
    size_t fill;
    uint8_t octets[QUEUE_CHUNK_MAX];
    uint8_t original[QUEUE_CHUNK_MAX];
};

/* Begins the message draft->id and appends the report; with_original: what it is about comes back
 * in it. EINVAL: that cannot be written so, and would not be if tried again. */
int report_write(struct report_draft *draft, struct queue *queue, const struct queue_batch *batch,
                 const struct report_way *way, bool with_original);

#endif
