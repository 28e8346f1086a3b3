#ifndef SANSMTP_CALENDAR_H
#define SANSMTP_CALENDAR_H

/* The Gregorian calendar, from 1 March 1600 on. Days are counted from 1 January 1970. */

#include <stdint.h>

struct sansmtp_day {
    uint32_t year;
    uint32_t month; /* 0 is January */
    uint32_t day;   /* of the month, from 1 */
};

struct sansmtp_day sansmtp_calendar_day(int32_t days);
int32_t sansmtp_calendar_days(struct sansmtp_day day); /* of a day that there is */
uint32_t sansmtp_calendar_month_length(uint32_t year, uint32_t month);

#endif
