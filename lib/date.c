/* Dates as RFC 5322 section 3.3 writes them. */

#include <sansmtp/trace.h>

#include "calendar.h"
#include "memory.h"

#define DAY       86400
#define FIRST_DAY (-25567) /* 1 January 1900, in days from 1970 */
#define LAST_DAY  2932896  /* 31 December 9999 */

static char *put_digits(char *at, uint32_t value, uint32_t count)
{
    for (uint32_t i = count; i > 0; value /= 10) {
        at[--i] = (char)('0' + value % 10);
    }
    return at + count;
}

static char *put_text(char *at, const char *text, size_t length)
{
    memcpy(at, text, length);
    return at + length;
}

static char *put_day(char *at, int32_t days)
{
    /* 1 January 1970 was a Thursday */
    static const char names[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct sansmtp_day date = sansmtp_calendar_day(days);
    int32_t weekday = days % 7;

    at = put_text(at, names[weekday < 0 ? weekday + 7 : weekday], 3);
    at = put_text(at, ", ", 2);
    at = put_digits(at, date.day, date.day < 10 ? 1 : 2);
    *at++ = ' ';
    at = put_text(at, months[date.month], 3);
    *at++ = ' ';
    return put_digits(at, date.year, 4);
}

static char *put_time(char *at, uint32_t second)
{
    *at++ = ' ';
    at = put_digits(at, second / 3600, 2);
    *at++ = ':';
    at = put_digits(at, second / 60 % 60, 2);
    *at++ = ':';
    return put_digits(at, second % 60, 2);
}

static char *put_zone(char *at, int32_t minutes, int unknown)
{
    uint32_t distance = (uint32_t)(minutes < 0 ? -minutes : minutes);

    *at++ = ' ';
    *at++ = minutes < 0 || unknown ? '-' : '+';
    return put_digits(at, distance / 60 * 100 + distance % 60, 4);
}

int sansmtp_date_write(int64_t seconds, int32_t offset_minutes, int unknown_zone, char out[32],
                       size_t *length)
{
    int32_t offset = unknown_zone ? 0 : offset_minutes;
    int64_t local;
    int32_t days, second;
    char *at;

    if (!out || !length || offset < -5999 || offset > 5999) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (seconds / DAY < FIRST_DAY - 10 || seconds / DAY > LAST_DAY + 10) {
        return SANSMTP_ERR_ARGUMENT;
    }
    local = seconds + offset * INT64_C(60);
    second = (int32_t)(local % DAY);
    days = (int32_t)(local / DAY) - (second < 0);
    /* RFC 5322 section 3.3: four digits, "1900 or later" */
    if (days < FIRST_DAY || days > LAST_DAY) {
        return SANSMTP_ERR_ARGUMENT;
    }
    at = put_day(out, days);
    at = put_time(at, (uint32_t)(second < 0 ? second + DAY : second));
    at = put_zone(at, offset, unknown_zone);
    *length = (size_t)(at - out);
    return 0;
}
