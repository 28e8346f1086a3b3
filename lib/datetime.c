#include "datetime.h"

#include "calendar.h"

enum { DAY = 86400 };

/* What is still to be read. */
struct rest {
    const uint8_t *at;
    size_t length;
};

static bool is_digit(uint8_t octet)
{
    return octet >= '0' && octet <= '9';
}

static bool take_digits(struct rest *rest, size_t count, uint32_t *value)
{
    *value = 0;
    if (rest->length < count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!is_digit(rest->at[i])) {
            return false;
        }
        *value = *value * 10 + (uint32_t)(rest->at[i] - '0');
    }
    rest->at += count;
    rest->length -= count;
    return true;
}

static bool take_octet(struct rest *rest, uint8_t octet)
{
    if (rest->length == 0 || rest->at[0] != octet) {
        return false;
    }
    rest->at++;
    rest->length--;
    return true;
}

/* RFC 3339 5.6: T and Z may come in lower case. */
static bool take_letter(struct rest *rest, uint8_t upper)
{
    return take_octet(rest, upper) || take_octet(rest, upper | 0x20);
}

static bool take_date(struct rest *rest, int64_t *seconds)
{
    struct sansmtp_day day;

    if (!take_digits(rest, 4, &day.year) || !take_octet(rest, '-') ||
        !take_digits(rest, 2, &day.month) || !take_octet(rest, '-') ||
        !take_digits(rest, 2, &day.day)) {
        return false;
    }
    day.month--;
    if (day.year < 1601 || day.month > 11 || day.day == 0 ||
        day.day > sansmtp_calendar_month_length(day.year, day.month)) {
        return false;
    }
    *seconds = (int64_t)sansmtp_calendar_days(day) * DAY;
    return true;
}

/* RFC 3339 5.7: the second 60 is a leap second. */
static bool take_time(struct rest *rest, int64_t *seconds)
{
    uint32_t hour, minute, second;

    if (!take_digits(rest, 2, &hour) || !take_octet(rest, ':') || !take_digits(rest, 2, &minute) ||
        !take_octet(rest, ':') || !take_digits(rest, 2, &second)) {
        return false;
    }
    *seconds += hour * INT64_C(3600) + minute * INT64_C(60) + second;
    return hour < 24 && minute < 60 && second <= 60;
}

/* True also where there is none. */
static bool take_fraction(struct rest *rest, int64_t *seconds, bool *fraction)
{
    bool some = false;
    size_t digits = 0;

    *fraction = take_octet(rest, '.');
    if (!*fraction) {
        return true;
    }
    while (digits < rest->length && is_digit(rest->at[digits])) {
        some = some || rest->at[digits] != '0';
        digits++;
    }
    rest->at += digits;
    rest->length -= digits;
    *seconds += some ? 1 : 0;
    return digits != 0;
}

static bool take_offset(struct rest *rest, int64_t *seconds, bool *utc)
{
    uint32_t hours, minutes;
    int64_t offset;
    bool minus;

    if (take_letter(rest, 'Z')) {
        *utc = true;
        return true;
    }
    minus = take_octet(rest, '-');
    if ((!minus && !take_octet(rest, '+')) || !take_digits(rest, 2, &hours) ||
        !take_octet(rest, ':') || !take_digits(rest, 2, &minutes)) {
        return false;
    }
    offset = hours * INT64_C(3600) + minutes * INT64_C(60);
    *seconds += minus ? offset : -offset;
    *utc = offset == 0;
    return hours < 24 && minutes < 60;
}

bool sansmtp_datetime_read(const uint8_t *octets, size_t length, struct sansmtp_datetime *datetime)
{
    struct rest rest = {octets, length};
    int64_t seconds = 0;

    if (!take_date(&rest, &seconds) || !take_letter(&rest, 'T') || !take_time(&rest, &seconds) ||
        !take_fraction(&rest, &seconds, &datetime->fraction) ||
        !take_offset(&rest, &seconds, &datetime->utc)) {
        return false;
    }
    datetime->seconds = seconds < 0 ? 0 : (uint64_t)seconds;
    return rest.length == 0;
}

static uint8_t *put_digits(uint8_t *at, uint32_t value, uint32_t count, uint8_t behind)
{
    for (uint32_t i = count; i > 0; value /= 10) {
        at[--i] = (uint8_t)('0' + value % 10);
    }
    at[count] = behind;
    return at + count + 1;
}

size_t sansmtp_datetime_write(uint64_t seconds, uint8_t out[20])
{
    struct sansmtp_day day = sansmtp_calendar_day((int32_t)(seconds / DAY));
    uint32_t second = (uint32_t)(seconds % DAY);
    uint8_t *at = out;

    at = put_digits(at, day.year, 4, '-');
    at = put_digits(at, day.month + 1, 2, '-');
    at = put_digits(at, day.day, 2, 'T');
    at = put_digits(at, second / 3600, 2, ':');
    at = put_digits(at, second / 60 % 60, 2, ':');
    at = put_digits(at, second % 60, 2, 'Z');
    return (size_t)(at - out);
}
