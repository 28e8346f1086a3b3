#ifndef SANSMTP_BENCH_SINK_H
#define SANSMTP_BENCH_SINK_H

/*
 * A server that costs next to nothing: a process of its own that listens on loopback, says canned
 * replies, and of a message looks only at its last octets. It offers 8BITMIME, and CHUNKING only to
 * who says EHLO "chunks".
 */

#include <stdint.h>
#include <sys/types.h>

struct sink {
    pid_t process;
    int books;     /* what it has received */
    uint16_t port; /* of 127.0.0.1 */
};

/* Exits, saying why, if it cannot. */
void sink_start(struct sink *sink);
void sink_stop(struct sink *sink);

/* The octets of the next message that came whole, as they came: its end of data with them, what
 * makes chunks not. */
uint64_t sink_received(const struct sink *sink);

#endif
