#ifndef RECEIVE_LOG_H
#define RECEIVE_LOG_H

/* The log (--log: a line a session event) and the trace (--trace: the dialogue). */

#include "receive_connection.h"

/* Opens the log. Returns 0, or a status of sysexits.h after having said why. */
int log_open(struct receiver *receiver);

/* A line: time, peer, verb, verdict, octets. */
void log_event(struct connection *connection, const char *verb, const char *verdict,
               uint64_t octets);

/* As log_event, with NAME=VALUE as the verdict. */
void log_value(struct connection *connection, const char *verb, const char *name,
               struct sansmtp_span value);

/* A line for each parameter of a MAIL or RECIPIENT event but SIZE, which the line of MAIL has. */
void log_parameters(struct connection *connection, const struct sansmtp_event *event);

/* As log_event, with a reply's code as the verdict. */
void log_reply(struct connection *connection, const char *verb, uint32_t code, uint64_t octets);

/* The trace of a line that came; may hold any octet. */
void log_received(struct connection *connection, const struct sansmtp_event *event);

/* The trace of output that goes out. */
void log_sent(struct connection *connection, const uint8_t *octets, size_t length);

/* We called the engine as we must not. */
void log_bug(struct connection *connection, int error);

#endif
