#ifndef SANSMTP_BENCH_REPLY_ENGINE_H
#define SANSMTP_BENCH_REPLY_ENGINE_H

/* A client engine that reads the same reply again and again. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum reply_stage { REPLY_TO_HELLO, REPLY_TO_MAIL, REPLY_TO_RCPT, REPLY_TO_DATA, REPLY_TO_END };

/* Brings it to where it awaits that reply. Exits, saying why, if it cannot. */
void reply_engine_prepare(enum reply_stage stage);

/* Puts it back to there. */
void reply_engine_back(void);

/* Hands in the reply; true: it was taken, and told with this code where it is told. */
bool reply_engine_reads(const char *octets, size_t length, uint32_t code);

#endif
