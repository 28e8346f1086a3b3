#include "reply_line.h"

#include "ascii.h"

enum { CODE = 3 };

/* RFC 2034 section 4: subject and detail have one to three digits and no leading zero. Returns how
 * many there are; 0 if they are none such. */
static inline size_t number_scan(const uint8_t *octets, size_t length, uint32_t *number)
{
    uint32_t sum = 0;
    size_t at = 0;

    for (; at < length && sansmtp_ascii_is_digit(octets[at]); at++) {
        if (at == 3 || (at == 1 && sum == 0)) {
            return 0;
        }
        sum = sum * 10 + (uint32_t)(octets[at] - '0');
    }
    *number = sum;
    return at;
}

/* RFC 2034 section 4: the enhanced code has the class of the reply code, which is 2, 4 or 5, and
 * ends at a space, or with the line. Returns its octets and those of the spaces behind it; 0 if
 * there is no such code. */
static size_t enhanced_scan(const uint8_t *octets, size_t length, uint8_t class, uint32_t *enhanced)
{
    uint32_t subject;
    uint32_t detail;
    size_t digits;
    size_t at = 2;

    if (length < 5 || octets[0] != class || class == '3' || octets[1] != '.') {
        return 0;
    }
    digits = number_scan(octets + at, length - at, &subject);
    at += digits;
    if (digits == 0 || at == length || octets[at++] != '.') {
        return 0;
    }
    digits = number_scan(octets + at, length - at, &detail);
    at += digits;
    if (digits == 0 || (at < length && octets[at] != ' ')) {
        return 0;
    }
    while (at < length && octets[at] == ' ') {
        at++;
    }
    *enhanced = SANSMTP_ENHANCED((uint32_t)(class - '0'), subject, detail);
    return at;
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
    uint32_t enhanced = 0;
    size_t at = length > CODE ? CODE + 1 : CODE;

    /* RFC 5321 section 4.2 has a second digit of 0 to 5; servers use others, 571 for one. */
    if (length < CODE || !is_code(line)) {
        return false;
    }
    if (length > CODE && line[CODE] != ' ' && line[CODE] != '-') {
        return false;
    }
    at += enhanced_scan(line + at, length - at, line[0], &enhanced);
    out->code = value_of(line);
    out->enhanced = enhanced;
    out->last = length == CODE || line[CODE] == ' ';
    out->text.data = line + at;
    out->text.length = length - at;
    return true;
}
