#ifndef RECEIVE_SASL_H
#define RECEIVE_SASL_H

/* SCRAM by GNU SASL, where that was there at build time; without it there is none. */

#include "receive_users.h"

#include <sansmtp/sansmtp.h>

struct sasl;

enum sasl_verdict {
    SASL_CHALLENGE, /* send the text, and come again */
    SASL_RIGHT,
    SASL_WRONG,
    SASL_FAILED /* it could not be found out */
};

/* The mechanisms for these users, one space between; "" if there are none. */
const char *sasl_mechanisms(const struct users *users);

/* One message of the client; *sasl is NULL at first. text lives until the next. */
enum sasl_verdict sasl_step(struct sasl **sasl, const struct users *users, const char *mechanism,
                            struct sansmtp_span message, struct sansmtp_span *text);

/* After SASL_RIGHT: who it is. Lives until sasl_end. */
const char *sasl_user(const struct sasl *sasl);

void sasl_end(struct sasl *sasl);

#endif
