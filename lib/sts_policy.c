/* The text of an MTA-STS policy: RFC 8461 section 3.2. It is kept as it came; what lies between are
 * lines, and whoever wants the patterns reads them again. */

#include <sansmtp/sts.h>

#include <stdbool.h>

#include "ascii.h"
#include "domain.h"
#include "memory.h"
#include "number.h"
#include "sized.h"
#include "sts_text.h"
#include "utf8.h"

enum key { OTHER, VERSION, MODE, MAX_AGE, MX };

struct line {
    enum key key;
    struct sansmtp_span value;
};

static const struct {
    enum key key;
    size_t length;
    const char *name;
} keys[] = {
    {VERSION, 7, "version"},
    {MODE, 4, "mode"},
    {MAX_AGE, 7, "max_age"},
    {MX, 2, "mx"},
};

static const struct {
    uint32_t mode;
    size_t length;
    const char *name;
} modes[] = {
    {SANSMTP_STS_NONE, 4, "none"},
    {SANSMTP_STS_TESTING, 7, "testing"},
    {SANSMTP_STS_ENFORCE, 7, "enforce"},
};

static bool is(const struct sansmtp_span *text, const char *word, size_t length)
{
    return text->length == length && memcmp(text->data, word, length) == 0;
}

static bool is_white(uint8_t octet)
{
    return octet == ' ' || octet == '\t';
}

/* Takes a line off the front, without its end and the white space there. */
static struct sansmtp_span take_line(struct sansmtp_span *rest)
{
    const uint8_t *end = memchr(rest->data, '\n', rest->length);
    struct sansmtp_span line = {rest->data, rest->length};

    if (end != NULL) {
        line.length = (size_t)(end - rest->data);
        sansmtp_sts_advance(rest, line.length + 1);
        line.length -= line.length > 0 && end[-1] == '\r';
    } else {
        *rest = (struct sansmtp_span){NULL, 0};
    }
    while (line.length > 0 && is_white(line.data[line.length - 1])) {
        line.length--;
    }
    return line;
}

/* RFC 8461 section 3.2: printable ASCII, spaces within, and UTF-8. */
static bool is_value(const struct sansmtp_span *value)
{
    if (value->length == 0 || !sansmtp_utf8_valid(value->data, value->length)) {
        return false;
    }
    for (size_t i = 0; i < value->length; i++) {
        if (value->data[i] < ' ' || value->data[i] == 0x7F) {
            return false;
        }
    }
    return true;
}

static enum key key_of(const struct sansmtp_span *name)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (is(name, keys[i].name, keys[i].length)) {
            return keys[i].key;
        }
    }
    return OTHER;
}

/* "key: value" */
static bool read_line(struct sansmtp_span text, struct line *line)
{
    struct sansmtp_span name = {text.data, sansmtp_sts_name_length(text.data, text.length)};

    if (name.length == 0 || name.length == text.length || text.data[name.length] != ':') {
        return false;
    }
    line->key = key_of(&name);
    sansmtp_sts_advance(&text, name.length + 1);
    while (text.length > 0 && is_white(*text.data)) {
        sansmtp_sts_advance(&text, 1);
    }
    line->value = text;
    return is_value(&text);
}

/* RFC 8461 section 3.2: ["*."] Domain */
static bool is_pattern(struct sansmtp_span value)
{
    if (value.length > 2 && value.data[0] == '*' && value.data[1] == '.') {
        sansmtp_sts_advance(&value, 2);
    }
    return sansmtp_domain_scan(value.data, value.length, false) == value.length &&
           sansmtp_domain_fits(value.data, value.length);
}

static bool read_mode(const struct sansmtp_span *value, struct sansmtp_sts_policy *policy)
{
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (is(value, modes[i].name, modes[i].length)) {
            policy->mode = modes[i].mode;
            return true;
        }
    }
    return false;
}

/* RFC 8461 section 3.2: at most ten digits, and at most 31557600. */
static bool read_max_age(const struct sansmtp_span *value, struct sansmtp_sts_policy *policy)
{
    uint64_t seconds;

    if (value->length > 10 || !sansmtp_number_parse(value->data, value->length, &seconds, NULL) ||
        seconds > SANSMTP_STS_MAX_AGE) {
        return false;
    }
    policy->max_age = (uint32_t)seconds;
    return true;
}

/* A line whose key has not come before, or is mx. */
static bool take_value(const struct line *line, struct sansmtp_sts_policy *policy)
{
    switch (line->key) {
    case VERSION:
        return is(&line->value, "STSv1", 5);
    case MODE:
        return read_mode(&line->value, policy);
    case MAX_AGE:
        return read_max_age(&line->value, policy);
    case MX:
        policy->mx_count++;
        return is_pattern(line->value);
    case OTHER:
        break;
    }
    return true;
}

static bool read_lines(struct sansmtp_span rest, struct sansmtp_sts_policy *policy)
{
    const uint32_t needed = 1u << VERSION | 1u << MODE | 1u << MAX_AGE;
    uint32_t seen = 0;

    while (rest.length > 0) {
        struct sansmtp_span text = take_line(&rest);
        struct line line;

        if (text.length == 0) {
            continue;
        }
        if (!read_line(text, &line)) {
            return false;
        }
        /* RFC 8461 section 3.2: of a field given twice, mx apart, the first counts. */
        if (((seen & 1u << line.key) == 0 || line.key == MX) && !take_value(&line, policy)) {
            return false;
        }
        seen |= 1u << line.key;
    }
    return (seen & needed) == needed && (policy->mx_count > 0 || policy->mode == SANSMTP_STS_NONE);
}

int sansmtp_sts_policy_parse(const uint8_t *text, size_t length, struct sansmtp_sts_policy *policy)
{
    struct sansmtp_sts_policy found = {.text = {text, length}};

    if ((text == NULL && length > 0) || policy == NULL || policy->size < sizeof(*policy)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    if (length > SANSMTP_STS_TEXT_MAX) {
        return SANSMTP_ERR_LENGTH;
    }
    if (!read_lines(found.text, &found)) {
        return SANSMTP_ERR_SYNTAX;
    }
    found.size = policy->size;
    *policy = found;
    return 0;
}

int sansmtp_sts_policy_names(const struct sansmtp_sts_policy *policy, const uint8_t *host,
                             size_t host_length)
{
    struct sansmtp_span rest;

    if (policy == NULL || policy->size < sizeof(*policy) || policy->text.data == NULL) {
        return 0;
    }
    rest = policy->text;
    while (rest.length > 0) {
        struct sansmtp_span text = take_line(&rest);
        struct line line;

        if (read_line(text, &line) && line.key == MX &&
            sansmtp_sts_name_matches(line.value.data, line.value.length, host, host_length)) {
            return 1;
        }
    }
    return 0;
}
