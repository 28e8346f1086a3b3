#include "reply_line.h"

#include "ascii.h"

enum { CODE = 3 };

/* The rest of the line, from its front on. */
struct reading {
    const uint8_t *octets;
    size_t length;
};

static bool begins(const struct reading *reading, uint8_t octet)
{
    return reading->length > 0 && reading->octets[0] == octet;
}

static void skip(struct reading *reading, size_t length)
{
    reading->octets += length;
    reading->length -= length;
}

/* RFC 2034 section 4: subject and detail have one to three digits and no leading zero. */
static bool take_number(struct reading *reading, uint32_t *number)
{
    size_t digits = 0;
    uint32_t sum = 0;

    while (digits < reading->length && sansmtp_ascii_is_digit(reading->octets[digits])) {
        if (digits == 3 || (digits == 1 && sum == 0))
            return false;
        sum = sum * 10 + (uint32_t)(reading->octets[digits++] - '0');
    }
    skip(reading, digits);
    *number = sum;
    return digits > 0;
}

static bool take_dot(struct reading *reading)
{
    if (!begins(reading, '.'))
        return false;
    skip(reading, 1);
    return true;
}

/* RFC 2034 section 4: the enhanced code has the class of the reply code, which is 2, 4 or 5, and
 * ends at a space, or with the line. 0, and nothing is taken, if there is no such code. */
static uint32_t take_enhanced(struct reading *reading, uint8_t class)
{
    struct reading rest = *reading;
    uint32_t subject;
    uint32_t detail;

    if (class == '3' || !begins(&rest, class))
        return 0;
    skip(&rest, 1);
    if (!take_dot(&rest) || !take_number(&rest, &subject) || !take_dot(&rest) ||
        !take_number(&rest, &detail))
        return 0;
    if (rest.length > 0 && !begins(&rest, ' '))
        return 0;
    while (begins(&rest, ' '))
        skip(&rest, 1);
    *reading = rest;
    return SANSMTP_ENHANCED((uint32_t)(class - '0'), subject, detail);
}

static bool is_code(const uint8_t *octets)
{
    return octets[0] >= '2' && octets[0] <= '5' && sansmtp_ascii_is_digit(octets[1]) &&
           sansmtp_ascii_is_digit(octets[2]);
}

static uint32_t value_of(const uint8_t *code)
{
    return (uint32_t)(code[0] - '0') * 100 + (uint32_t)(code[1] - '0') * 10 +
           (uint32_t)(code[2] - '0');
}

bool sansmtp_reply_line_parse(const uint8_t *line, size_t length, struct sansmtp_reply_line *out)
{
    struct reading rest;

    /* RFC 5321 section 4.2 has a second digit of 0 to 5; servers use others, 571 for one. */
    if (length < CODE || !is_code(line))
        return false;
    if (length > CODE && line[CODE] != ' ' && line[CODE] != '-')
        return false;
    rest.octets = line + CODE;
    rest.length = length - CODE;
    out->last = !begins(&rest, '-');
    if (rest.length > 0)
        skip(&rest, 1);
    out->code = value_of(line);
    out->enhanced = take_enhanced(&rest, line[0]);
    out->text.data = rest.octets;
    out->text.length = rest.length;
    return true;
}
