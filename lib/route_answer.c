#include "route_answer.h"

#include "route_address.h"
#include "sized.h"

enum {
#define REASON(name, verdict, code, class_, subject, detail, words) PLACE_##name,
#include "route_reasons.def"
#undef REASON
};

/* The numbers of the header are the places in the table, counted from 1. */
#define REASON(name, verdict, code, class_, subject, detail, words) \
    _Static_assert(SANSMTP_ROUTE_REASON_##name == PLACE_##name + 1, #name);
#include "route_reasons.def"
#undef REASON

#define FLAGS                                                                         \
    (SANSMTP_ROUTE_SMART_HOSTS | SANSMTP_ROUTE_NO_ALIASES | SANSMTP_ROUTE_HELD_LAST | \
     SANSMTP_ROUTE_LOCAL | SANSMTP_ROUTE_PUBLIC_ONLY)
#define TEMPORARY (SANSMTP_ROUTE_SERVFAIL | SANSMTP_ROUTE_TIMEOUT | SANSMTP_ROUTE_BOGUS)
#define ANSWERS                                                                        \
    (SANSMTP_ROUTE_FOUND | SANSMTP_ROUTE_NODATA | SANSMTP_ROUTE_NXDOMAIN | TEMPORARY | \
     SANSMTP_ROUTE_ALIAS)

bool sansmtp_route_span_fits(const struct sansmtp_span *span)
{
    return span->data || span->length == 0;
}

static bool names_fit(const struct sansmtp_route *route)
{
    for (size_t i = 0; i < route->name_count; i++) {
        if (!sansmtp_route_span_fits(&route->names[i])) {
            return false;
        }
    }
    return true;
}

static bool own_fit(const struct sansmtp_route *route)
{
    for (size_t i = 0; i < route->own_count; i++) {
        if (!sansmtp_route_address_fits(&route->own[i])) {
            return false;
        }
    }
    return true;
}

static bool arrays_fit(const struct sansmtp_route *route)
{
    return sansmtp_route_span_fits(&route->domain) && (route->mx || route->mx_count == 0) &&
           (route->names || route->name_count == 0) && (route->own || route->own_count == 0) &&
           (route->failures || route->failure_count == 0) && route->mx_count < UINT32_MAX &&
           names_fit(route) && own_fit(route);
}

bool sansmtp_route_fits(const struct sansmtp_route *route,
                        const struct sansmtp_route_result *result)
{
    return route && result && result->size >= sizeof(*result) &&
           sansmtp_sized(route, route->size, sizeof(*route)) && (route->flags & ~FLAGS) == 0 &&
           route->reserved == 0 && route->order <= SANSMTP_ROUTE_ORDER_IPV6_ONLY &&
           arrays_fit(route);
}

bool sansmtp_route_answers_fit(uint32_t answers, size_t count)
{
    if ((answers & ~ANSWERS) != 0 || (answers & ~SANSMTP_ROUTE_ALIAS) == 0) {
        return false;
    }
    return count == 0 || (answers & SANSMTP_ROUTE_FOUND) != 0;
}

uint32_t sansmtp_route_doubt(uint32_t answers)
{
    if ((answers & (SANSMTP_ROUTE_SERVFAIL | SANSMTP_ROUTE_TIMEOUT)) != 0) {
        return SANSMTP_ROUTE_REASON_DNS;
    }
    return (answers & SANSMTP_ROUTE_BOGUS) != 0 ? SANSMTP_ROUTE_REASON_BOGUS : 0;
}

static void answer(struct sansmtp_route_result *result, uint32_t verdict, uint32_t reason,
                   uint32_t code, uint32_t enhanced)
{
    uint32_t size = result->size;

    *result = (struct sansmtp_route_result){
        .size = size,
        .verdict = verdict,
        .reason = reason,
        .code = code,
        .enhanced = enhanced,
    };
}

void sansmtp_route_try(struct sansmtp_route_result *result, size_t count, bool more)
{
    answer(result, SANSMTP_ROUTE_TRY, 0, 0, 0);
    result->count = count;
    result->flags = more ? SANSMTP_ROUTE_MORE : 0;
}

void sansmtp_route_say(struct sansmtp_route_result *result, uint32_t reason)
{
    switch (reason) {
#define REASON(name, verdict, code, class_, subject, detail, words) \
    case SANSMTP_ROUTE_REASON_##name:                               \
        answer(result, SANSMTP_ROUTE_##verdict, reason, code,       \
               SANSMTP_ENHANCED(class_, subject, detail));          \
        break;
#include "route_reasons.def"
#undef REASON
    default:
        break;
    }
}

const char *sansmtp_route_reason_name(uint32_t reason)
{
    switch (reason) {
#define REASON(name, verdict, code, class_, subject, detail, words) \
    case SANSMTP_ROUTE_REASON_##name:                               \
        return words;
#include "route_reasons.def"
#undef REASON
    default:
        return "?";
    }
}
