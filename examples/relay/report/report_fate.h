#ifndef RELAY_REPORT_FATE_H
#define RELAY_REPORT_FATE_H

/* What a report says of a recipient. */

#include "../relay.h"

/* SANSMTP_DSN_...; 0: nothing is to be told of it. */
uint32_t report_action(const struct queue_recipient *recipient);

struct sansmtp_dsn_fate report_fate(const struct relay *relay,
                                    const struct queue_recipient *recipient);

#endif
