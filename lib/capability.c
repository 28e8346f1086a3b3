#include "capability.h"

#include <stdbool.h>

#include "ascii.h"
#include "extension.h"
#include "number.h"

enum { MECHANISMS = 32 };

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

    while (at < rest->length && is_space(rest->data[at]))
        at++;
    word.data = rest->data + at;
    while (at < rest->length && !is_space(rest->data[at]))
        at++;
    word.length = (size_t)(rest->data + at - word.data);
    rest->data += at;
    rest->length -= at;
    return word;
}

static size_t keyword_length(const uint8_t *text, size_t length)
{
    size_t at = 0;

    while (at < length && (sansmtp_ascii_is_let_dig(text[at]) || text[at] == '-'))
        at++;
    return at;
}

/* The bit number of the extension, or SANSMTP_EXTENSIONS. */
static uint32_t find_extension(const uint8_t *keyword, size_t length)
{
    uint32_t number = 0;

    for (; number < SANSMTP_EXTENSIONS; number++) {
        const struct sansmtp_extension *row = sansmtp_extension_row(number);

        if (sansmtp_ascii_equal(keyword, length, (const uint8_t *)row->keyword,
                                row->keyword_length))
            break;
    }
    return number;
}

/* The bit of the host's word that is this mechanism; 0 if it has none. */
static uint32_t find_mechanism(struct sansmtp_span name, struct sansmtp_span list)
{
    for (uint32_t i = 0; i < MECHANISMS; i++) {
        struct sansmtp_span word = take_word(&list);

        if (word.length == 0)
            break;
        if (sansmtp_ascii_equal(name.data, name.length, word.data, word.length))
            return UINT32_C(1) << i;
    }
    return 0;
}

static uint32_t read_mechanisms(struct sansmtp_span names, struct sansmtp_span list)
{
    uint32_t offered = 0;

    for (struct sansmtp_span name = take_word(&names); name.length > 0; name = take_word(&names))
        offered |= find_mechanism(name, list);
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
    size_t at = keyword_length(text, length);
    uint32_t number = find_extension(text, at);
    const struct sansmtp_extension *row = sansmtp_extension_row(number);
    struct sansmtp_span parameters;

    if (row == NULL)
        return;
    /* Some servers still write the form of the drafts before RFC 2554: "AUTH=LOGIN PLAIN". */
    if (at < length && !is_space(text[at]) &&
        !(text[at] == '=' && row->value == SANSMTP_EHLO_MECHANISMS))
        return;
    parameters.data = at < length ? text + at + 1 : text + at;
    parameters.length = at < length ? length - at - 1 : 0;
    capabilities->extensions |= UINT64_C(1) << number;
    if (row->value == SANSMTP_EHLO_MECHANISMS) {
        struct sansmtp_span list = {(const uint8_t *)mechanisms, mechanisms_length};

        capabilities->mechanisms |= read_mechanisms(parameters, list);
    } else if (row->value == SANSMTP_EHLO_MESSAGE_SIZE) {
        capabilities->size = read_size(parameters);
    }
}
