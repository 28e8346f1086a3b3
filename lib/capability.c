#include "capability.h"

#include <stdbool.h>

#include "ascii.h"
#include "extension.h"
#include "memory.h"
#include "number.h"
#include "word.h"

enum { MECHANISMS = 32 };

/* What a line is compared with: a keyword in capital letters. */
struct row {
    const char *keyword;
    uint32_t length;
    uint32_t value; /* SANSMTP_EHLO_... */
};

#define EXTENSION(name, keyword, rfc, mail, rcpt, value, needs, when, since) \
    {keyword, sizeof(keyword) - 1, SANSMTP_EHLO_##value},

static const struct row rows[] = {
#include "extensions.def"
};

#undef EXTENSION

static bool is_space(uint8_t octet)
{
    return octet == ' ' || octet == '\t';
}

/* The next word of the line; length 0: there is none. RFC 5321 section 4.1.1.1 has one space
 * between words; some servers write more, also at the end. */
static struct sansmtp_span take_word(struct sansmtp_span *rest)
{
    struct sansmtp_span word;
    size_t at = 0;

    while (at < rest->length && is_space(rest->data[at])) {
        at++;
    }
    word.data = rest->data + at;
    while (at < rest->length && !is_space(rest->data[at])) {
        at++;
    }
    word.length = (size_t)(rest->data + at - word.data);
    rest->data += at;
    rest->length -= at;
    return word;
}

/* Eight octets at once. Of what keywords consist of, the letters alone hold the bit 0x40, and the
 * case of a letter is its bit 0x20. */
static inline bool equal_word(uint64_t text, uint64_t keyword)
{
    return ((text ^ keyword) & ~((keyword & sansmtp_word_fill(0x40)) >> 1)) == 0;
}

/* Does the text begin with the keyword, in whatever case? */
static inline bool begins(const uint8_t *text, size_t length, const struct row *row)
{
    const uint8_t *keyword = (const uint8_t *)row->keyword;
    size_t at = 0;

    if (length < row->length) {
        return false;
    }
    if (row->length >= SANSMTP_WORD) {
        if (!equal_word(sansmtp_word_load(text), sansmtp_word_load(keyword))) {
            return false;
        }
        at = SANSMTP_WORD;
    }
    while (at < row->length && sansmtp_ascii_upper(text[at]) == keyword[at]) {
        at++;
    }
    return at == row->length;
}

/* What stands at `at` ends a keyword. Some servers still write the form of the drafts before RFC
 * 2554, "AUTH=LOGIN PLAIN". */
static bool ends_keyword(const uint8_t *text, size_t length, size_t at, uint32_t value)
{
    return at == length || is_space(text[at]) ||
           (text[at] == '=' && value == SANSMTP_EHLO_MECHANISMS);
}

/* The bit number of the extension that the line names, or SANSMTP_EXTENSIONS. */
static uint32_t find_extension(const uint8_t *text, size_t length)
{
    uint32_t number = 0;

    while (number < SANSMTP_EXTENSIONS &&
           (!begins(text, length, &rows[number]) ||
            !ends_keyword(text, length, rows[number].length, rows[number].value))) {
        number++;
    }
    return number;
}

/* The bit of the host's word that is this mechanism; 0 if it has none. */
static uint32_t find_mechanism(struct sansmtp_span name, struct sansmtp_span list)
{
    size_t at = 0;

    for (uint32_t i = 0; i < MECHANISMS && at < list.length; i++) {
        const uint8_t *word = list.data + at;
        const uint8_t *space = memchr(word, ' ', list.length - at);
        size_t length = space != NULL ? (size_t)(space - word) : list.length - at;

        if (sansmtp_ascii_equal(name.data, name.length, word, length)) {
            return UINT32_C(1) << i;
        }
        at += length + 1;
    }
    return 0;
}

static uint32_t read_mechanisms(struct sansmtp_span names, struct sansmtp_span list)
{
    uint32_t offered = 0;

    for (struct sansmtp_span name = take_word(&names); name.length > 0; name = take_word(&names)) {
        offered |= find_mechanism(name, list);
    }
    return offered;
}

/* RFC 1870 section 3: no number, and 0, are no limit; so is one that cannot be read. */
static uint64_t read_size(struct sansmtp_span parameters)
{
    struct sansmtp_span word = take_word(&parameters);
    uint64_t size = 0;

    (void)sansmtp_number_parse(word.data, word.length, &size, NULL);
    return size;
}

void sansmtp_capability_read(const uint8_t *text, size_t length, const char *mechanisms,
                             size_t mechanisms_length, struct sansmtp_capabilities *capabilities)
{
    uint32_t number = find_extension(text, length);
    struct sansmtp_span parameters;
    size_t keyword;

    if (number == SANSMTP_EXTENSIONS) {
        return;
    }
    keyword = rows[number].length + (rows[number].length < length ? 1 : 0);
    parameters.data = text + keyword;
    parameters.length = length - keyword;
    capabilities->extensions |= UINT64_C(1) << number;
    if (rows[number].value == SANSMTP_EHLO_MECHANISMS) {
        struct sansmtp_span list = {(const uint8_t *)mechanisms, mechanisms_length};

        capabilities->mechanisms |= read_mechanisms(parameters, list);
    } else if (rows[number].value == SANSMTP_EHLO_MESSAGE_SIZE) {
        capabilities->size = read_size(parameters);
    }
}
