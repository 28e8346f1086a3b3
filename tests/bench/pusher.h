#ifndef SANSMTP_BENCH_PUSHER_H
#define SANSMTP_BENCH_PUSHER_H

/* A host of the client engine that pushes a message from memory through a blocking socket, as a
 * program would that has nothing else to do; and the same without an engine, as a floor. */

#include <stddef.h>
#include <stdint.h>

struct push {
    uint16_t port; /* of 127.0.0.1 */
    const char *hello;
    uint32_t body; /* SANSMTP_BODY_... */
    const uint8_t *message;
    size_t length;
};

/* Each exits, saying why, unless the message is delivered. */
void push_by_engine(const struct push *push);
void push_by_hand(const struct push *push); /* the message must need no stuffing */

#endif
