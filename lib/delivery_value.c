#include <sansmtp/wire.h>

#include "ascii.h"
#include "class.h"
#include "datetime.h"
#include "memory.h"
#include "number.h"
#include "parameter_value.h"

/* The values of the parameters that say when and how a message is to be delivered. */

enum { SECONDS_DIGITS = 9, CLASSES_LONGEST = 1000, TRANSID_LONGEST = 80, CERTIFIER_LONGEST = 28 };

static bool read_digits(const uint8_t *octets, size_t length, size_t most, uint64_t *number)
{
    return length <= most && sansmtp_number_parse(octets, length, number, NULL);
}

/* Takes a sign off the front. */
static bool take_sign(const uint8_t **octets, size_t *length, uint8_t sign)
{
    if (*length == 0 || **octets != sign) {
        return false;
    }
    *octets += 1;
    *length -= 1;
    return true;
}

static size_t before(const uint8_t *octets, size_t length, uint8_t mark)
{
    const uint8_t *found = length == 0 ? NULL : memchr(octets, mark, length);

    return found == NULL ? length : (size_t)(found - octets);
}

/* RFC 2852 4: N or R, and maybe T. */
static bool read_by_mode(const uint8_t *octets, size_t length, uint64_t *mode)
{
    uint8_t letter = length == 0 ? 0 : sansmtp_ascii_upper(octets[0]);

    if (letter != 'N' && letter != 'R') {
        return false;
    }
    *mode = letter == 'R' ? SANSMTP_BY_RETURN : SANSMTP_BY_NOTIFY;
    if (length == 2 && sansmtp_ascii_upper(octets[1]) == 'T') {
        *mode |= SANSMTP_BY_TRACE;
        return true;
    }
    return length == 1;
}

bool sansmtp_parameter_by(const uint8_t *octets, size_t length, uint64_t extensions,
                          struct sansmtp_value *value)
{
    size_t time;

    (void)extensions;
    value->negative = take_sign(&octets, &length, '-');
    if (!value->negative) {
        (void)take_sign(&octets, &length, '+');
    }
    time = before(octets, length, ';');
    return time < length && read_digits(octets, time, SECONDS_DIGITS, &value->number) &&
           read_by_mode(octets + time + 1, length - time - 1, &value->second);
}

/* RFC 4865 3: future-release-integer does not begin with 0. */
bool sansmtp_parameter_holdfor(const uint8_t *octets, size_t length, uint64_t extensions,
                               struct sansmtp_value *value)
{
    (void)extensions;
    return octets[0] != '0' && read_digits(octets, length, SECONDS_DIGITS, &value->number);
}

/* RFC 4865 3: in UTC; a fraction is later than the second before it. */
bool sansmtp_parameter_holduntil(const uint8_t *octets, size_t length, uint64_t extensions,
                                 struct sansmtp_value *value)
{
    struct sansmtp_datetime date;

    (void)extensions;
    if (!sansmtp_datetime_read(octets, length, &date) || !date.utc) {
        return false;
    }
    value->number = date.seconds;
    return true;
}

/* RFC 6710 3: one digit, and "-" only before 1 to 9. */
bool sansmtp_parameter_priority(const uint8_t *octets, size_t length, uint64_t extensions,
                                struct sansmtp_value *value)
{
    (void)extensions;
    value->negative = take_sign(&octets, &length, '-');
    return read_digits(octets, length, 1, &value->number) &&
           !(value->negative && value->number == 0);
}

/* RFC 7293 3.1: a date without a fraction, and what to do if it does not hold: R but for C. */
bool sansmtp_parameter_rrvs(const uint8_t *octets, size_t length, uint64_t extensions,
                            struct sansmtp_value *value)
{
    size_t date_length = before(octets, length, ';');
    struct sansmtp_datetime date;
    uint8_t action = 'R';

    (void)extensions;
    if (!sansmtp_datetime_read(octets, date_length, &date) || date.fraction) {
        return false;
    }
    if (date_length < length) {
        action = length - date_length == 2 ? sansmtp_ascii_upper(octets[date_length + 1]) : 0;
    }
    value->number = date.seconds;
    value->second = action == 'C' ? SANSMTP_RRVS_CONTINUE : SANSMTP_RRVS_REJECT;
    return action == 'C' || action == 'R';
}

/* RFC 1845 2: any CHAR but SPACE, CTLs, tspecials and ".". */
static bool is_transid_octet(uint8_t octet)
{
    static const uint8_t specials[] = "()<>@,;:\\\"/[]?=.";

    return octet > ' ' && octet < 0x7F && memchr(specials, octet, sizeof(specials) - 1) == NULL;
}

/* Atoms with dots between them. */
static bool is_transid_token(const uint8_t *octets, size_t length)
{
    bool dot = true; /* an atom must come now */

    for (size_t i = 0; i < length; i++) {
        if (octets[i] == '.' ? dot : !is_transid_octet(octets[i])) {
            return false;
        }
        dot = octets[i] == '.';
    }
    return !dot;
}

bool sansmtp_parameter_transid(const uint8_t *octets, size_t length, uint64_t extensions,
                               struct sansmtp_value *value)
{
    size_t local;

    (void)extensions;
    (void)value;
    if (length < 5 || length > TRANSID_LONGEST || octets[0] != '<' || octets[length - 1] != '>') {
        return false;
    }
    octets++;
    length -= 2;
    local = before(octets, length, '@');
    return local < length && is_transid_token(octets, local) &&
           is_transid_token(octets + local + 1, length - local - 1);
}

/* RFC 3865 2.2: a letter, then letters, digits, ".", "-", "_" and ":". */
static bool is_solicitation(const uint8_t *octets, size_t length)
{
    static const uint8_t others[] = ".-_:";

    if (length == 0 || sansmtp_ascii_upper(octets[0]) < 'A' ||
        sansmtp_ascii_upper(octets[0]) > 'Z') {
        return false;
    }
    for (size_t i = 1; i < length; i++) {
        if (!sansmtp_class_is(octets[i], SANSMTP_CLASS_LET_DIG) &&
            memchr(others, octets[i], sizeof(others) - 1) == NULL) {
            return false;
        }
    }
    return true;
}

bool sansmtp_parameter_solicit(const uint8_t *octets, size_t length, uint64_t extensions,
                               struct sansmtp_value *value)
{
    size_t at = 0;

    (void)extensions;
    (void)value;
    if (length > CLASSES_LONGEST) {
        return false;
    }
    for (;;) {
        size_t word = before(octets + at, length - at, ',');

        if (!is_solicitation(octets + at, word)) {
            return false;
        }
        at += word;
        if (at == length) {
            return true;
        }
        at++;
    }
}

static bool is_base64(uint8_t octet)
{
    return sansmtp_class_is(octet, SANSMTP_CLASS_LET_DIG) || octet == '+' || octet == '/';
}

/* RFC 3885 3.1: base64 of a SHA-1, whose "=" cannot stand in an esmtp-value, and a time-out. */
bool sansmtp_parameter_mtrk(const uint8_t *octets, size_t length, uint64_t extensions,
                            struct sansmtp_value *value)
{
    size_t certifier = before(octets, length, ':');

    (void)extensions;
    if (certifier == 0 || certifier > CERTIFIER_LONGEST) {
        return false;
    }
    for (size_t i = 0; i < certifier; i++) {
        if (!is_base64(octets[i])) {
            return false;
        }
    }
    value->type = (struct sansmtp_span){octets, certifier};
    return certifier == length || read_digits(octets + certifier + 1, length - certifier - 1,
                                              SECONDS_DIGITS, &value->number);
}
