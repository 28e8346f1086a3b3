#ifndef SEND_TRACE_H
#define SEND_TRACE_H

/* The dialogue, for --trace: commands and replies a line each, of the message only its size. */

#include <sansmtp/sansmtp.h>
#include <stdbool.h>
#include <stdio.h>

struct trace {
    FILE *out; /* NULL: none */
    uint64_t message;
};

/* Returns 0, or a status of sysexits.h after having said why. */
int trace_open(struct trace *trace, const char *path);

/* A line of the server. */
void trace_received(struct trace *trace, const struct sansmtp_event *event);

/* Whole commands that go out; secret: they are not to be shown. */
void trace_commands(struct trace *trace, const uint8_t *octets, size_t length, bool secret);

/* Octets of the message that go out. */
void trace_message(struct trace *trace, size_t length);

#endif
