#include "calendar.h"

#include <stdbool.h>

/* Years are counted from March: the leap day is then the last of its year, and the months before it
 * never move. */

#define MARCH_1600 135080 /* days from 1 March 1600 to 1970 */

static const uint8_t lengths[12] = {31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 29};

/* Takes whole units out of *days; says how many. */
static uint32_t take(uint32_t *days, uint32_t unit, uint32_t most)
{
    uint32_t count = *days / unit < most ? *days / unit : most;

    *days -= count * unit;
    return count;
}

/* The last century of four is a day longer, and so is the last year of four: without "at most 3"
 * that day would open a fifth. */
struct sansmtp_day sansmtp_calendar_day(int32_t days)
{
    uint32_t rest = (uint32_t)(days + MARCH_1600);
    uint32_t year = 1600;
    uint32_t month = 0;

    year += take(&rest, 146097, UINT32_MAX) * 400;
    year += take(&rest, 36524, 3) * 100;
    year += take(&rest, 1461, UINT32_MAX) * 4;
    year += take(&rest, 365, 3);
    while (rest >= lengths[month]) {
        rest -= lengths[month++];
    }
    return (struct sansmtp_day){year + (month >= 10), (month + 2) % 12, rest + 1};
}

int32_t sansmtp_calendar_days(struct sansmtp_day day)
{
    uint32_t month = (day.month + 10) % 12;
    uint32_t years = day.year - (month >= 10) - 1600;
    uint32_t days = years * 365 + years / 4 - years / 100 + years / 400 + day.day - 1;

    while (month > 0) {
        days += lengths[--month];
    }
    return (int32_t)days - MARCH_1600;
}

uint32_t sansmtp_calendar_month_length(uint32_t year, uint32_t month)
{
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return month == 1 && !leap ? 28 : lengths[(month + 10) % 12];
}
