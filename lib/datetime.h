#ifndef SANSMTP_DATETIME_H
#define SANSMTP_DATETIME_H

/* Dates as parameters have them: RFC 3339, "2030-01-01T00:00:00Z". */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sansmtp_datetime {
    uint64_t seconds; /* since 1970 in UTC, a fraction rounded up; 0 for what was before */
    bool utc;         /* the offset is none */
    bool fraction;    /* there are digits behind the second */
};

/* Is the whole span such a date? From the year 1601 on. */
bool sansmtp_datetime_read(const uint8_t *octets, size_t length, struct sansmtp_datetime *datetime);

/* Writes a moment up to the end of the year 9999, in UTC; returns the octets, 20. */
size_t sansmtp_datetime_write(uint64_t seconds, uint8_t out[20]);

enum { SANSMTP_DATETIME_LENGTH = 20 };
#define SANSMTP_DATETIME_LAST UINT64_C(253402300799)

#endif
