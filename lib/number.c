#include "number.h"

#include "ascii.h"

/* Appends a digit to *value; false if the result would not fit, and then *value stays. */
static bool append(uint64_t *value, uint8_t digit)
{
    if (*value > (UINT64_MAX - digit) / 10) {
        return false;
    }
    *value = *value * 10 + digit;
    return true;
}

bool sansmtp_number_parse(const uint8_t *octets, size_t length, uint64_t *value, bool *saturated)
{
    uint64_t sum = 0;
    bool over = false;

    if (length == 0) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (!sansmtp_ascii_is_digit(octets[i])) {
            return false;
        }
        over = over || !append(&sum, (uint8_t)(octets[i] - '0'));
    }
    *value = over ? UINT64_MAX : sum;
    if (saturated) {
        *saturated = over;
    }
    return true;
}

size_t sansmtp_number_write(uint64_t value, uint8_t out[20])
{
    size_t length = 1;

    for (uint64_t rest = value / 10; rest > 0; rest /= 10) {
        length++;
    }
    for (size_t i = length; i > 0; value /= 10) {
        out[--i] = (uint8_t)('0' + value % 10);
    }
    return length;
}
