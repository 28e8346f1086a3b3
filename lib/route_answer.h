#ifndef SANSMTP_ROUTE_ANSWER_H
#define SANSMTP_ROUTE_ANSWER_H

/* What goes in and what comes out of the steps of a route. */

#include <stdbool.h>

#include <sansmtp/route.h>

/* Is it a question that can be answered, whatever its step? */
bool sansmtp_route_fits(const struct sansmtp_route *route,
                        const struct sansmtp_route_result *result);

bool sansmtp_route_span_fits(const struct sansmtp_span *span);

/* Do these answers of the DNS go together, and with so many records? */
bool sansmtp_route_answers_fit(uint32_t answers, size_t count);

/* SANSMTP_ROUTE_REASON_DNS or BOGUS if they are no last word; else 0. */
uint32_t sansmtp_route_doubt(uint32_t answers);

static inline bool sansmtp_route_is(const struct sansmtp_route *route, uint32_t flag)
{
    return (route->flags & flag) != 0;
}

void sansmtp_route_try(struct sansmtp_route_result *result, size_t count, bool more);
void sansmtp_route_say(struct sansmtp_route_result *result, uint32_t reason);

#endif
