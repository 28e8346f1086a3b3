#ifndef SEND_SASL_H
#define SEND_SASL_H

/* Mechanisms that take more than one message and a hash: by GNU SASL, where it was there at build
 * time. Without it there are none. */

#include <sansmtp/sansmtp.h>
#include <stdbool.h>

struct sasl;

bool sasl_knows(const char *mechanism);

/* One step; *sasl is NULL at first. answer lives until the next. Returns false if there is nothing
 * to be answered: cancel. */
bool sasl_answer(struct sasl **sasl, const char *user, const char *password,
                 const struct sansmtp_event *challenge, struct sansmtp_span *answer);

/* Is the exchange over, and has the server shown what it must? */
bool sasl_is_over(const struct sasl *sasl);

void sasl_hang_up(struct sasl *sasl);

#endif
