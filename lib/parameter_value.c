#include "parameter_value.h"

#include "ascii.h"
#include "class.h"
#include "mailbox.h"
#include "memory.h"
#include "number.h"
#include "utf8.h"
#include "utf8_address.h"
#include "xtext.h"

enum { SIZE_DIGITS = 20, ENVID_LONGEST = 100, NOTIFY_LONGEST = 21, ORCPT_LONGEST = 500 };

struct word {
    const char *text;
    size_t length;
    uint32_t number;
};

#define WORD(text, number)             \
    {                                  \
        text, sizeof(text) - 1, number \
    }

/* The number of the word that octets are, in any case; 0 if they are none of them. */
static uint32_t find_word(const uint8_t *octets, size_t length, const struct word *words,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sansmtp_ascii_equal(octets, length, (const uint8_t *)words[i].text, words[i].length)) {
            return words[i].number;
        }
    }
    return 0;
}

/* RFC 1870 3: 1 to 20 digits. Those above 2^64-1 are read as that. */
bool sansmtp_parameter_size(const uint8_t *octets, size_t length, uint64_t extensions,
                            struct sansmtp_value *value)
{
    (void)extensions;
    return length <= SIZE_DIGITS && sansmtp_number_parse(octets, length, &value->number, NULL);
}

bool sansmtp_parameter_body(const uint8_t *octets, size_t length, uint64_t extensions,
                            struct sansmtp_value *value)
{
    static const struct word words[] = {
        WORD("7BIT", SANSMTP_BODY_7BIT),
        WORD("8BITMIME", SANSMTP_BODY_8BITMIME),
        WORD("BINARYMIME", SANSMTP_BODY_BINARYMIME),
    };

    value->number = find_word(octets, length, words, sizeof(words) / sizeof(words[0]));
    /* RFC 3030 3: the value came with this extension. */
    if (value->number == SANSMTP_BODY_BINARYMIME) {
        return (extensions & SANSMTP_EXTENSION_BINARYMIME) != 0;
    }
    return value->number != 0;
}

/* A parameter without a value: the list has already refused one that has. */
bool sansmtp_parameter_none(const uint8_t *octets, size_t length, uint64_t extensions,
                            struct sansmtp_value *value)
{
    (void)octets;
    (void)extensions;
    (void)value;
    return length == 0;
}

bool sansmtp_parameter_ret(const uint8_t *octets, size_t length, uint64_t extensions,
                           struct sansmtp_value *value)
{
    static const struct word words[] = {
        WORD("FULL", SANSMTP_RET_FULL),
        WORD("HDRS", SANSMTP_RET_HDRS),
    };

    (void)extensions;
    value->number = find_word(octets, length, words, sizeof(words) / sizeof(words[0]));
    return value->number != 0;
}

/* RFC 3461 4.2, 4.4: what xtext hides here is printable ASCII, space or tab. */
static bool is_printable(uint8_t octet)
{
    return (octet >= ' ' && octet < 0x7F) || octet == '\t';
}

static void add_text(struct sansmtp_value *value, const uint8_t *octets, size_t length)
{
    if (value->text != NULL) {
        memcpy(value->text + value->text_length, octets, length);
    }
    value->text_length += (uint32_t)length;
}

static bool read_printable_xtext(const uint8_t *octets, size_t length, struct sansmtp_value *value)
{
    for (size_t at = 0; at < length; at += 3) {
        size_t plain = sansmtp_xtext_plain(octets + at, length - at);
        uint8_t octet;

        add_text(value, octets + at, plain);
        at += plain;
        if (at == length) {
            break;
        }
        if (sansmtp_xtext_escape(octets + at, length - at, &octet) == 0 || !is_printable(octet)) {
            return false;
        }
        add_text(value, &octet, 1);
    }
    value->decoded = true;
    return true;
}

bool sansmtp_parameter_envid(const uint8_t *octets, size_t length, uint64_t extensions,
                             struct sansmtp_value *value)
{
    (void)extensions;
    return length >= 1 && length <= ENVID_LONGEST && read_printable_xtext(octets, length, value);
}

/* RFC 4954 5: "either a <mailbox> ... or <>". */
static bool is_identity(const uint8_t *octets, size_t length, bool utf8)
{
    uint32_t accept = SANSMTP_ACCEPT_LONG_LOCAL | (utf8 ? SANSMTP_ACCEPT_UTF8 : 0u);
    struct sansmtp_path path = {.size = sizeof(path)};

    if (length == 2 && octets[0] == '<' && octets[1] == '>') {
        return true;
    }
    return sansmtp_mailbox_parse(octets, length, accept, &path) == 0;
}

bool sansmtp_parameter_auth(const uint8_t *octets, size_t length, uint64_t extensions,
                            struct sansmtp_value *value)
{
    bool utf8 = (extensions & SANSMTP_EXTENSION_SMTPUTF8) != 0;
    uint8_t identity[SANSMTP_MAILBOX_LONGEST];
    size_t identity_length;

    if (sansmtp_xtext_decode(octets, length, identity, sizeof(identity), &identity_length) != 0 ||
        !is_identity(identity, identity_length, utf8)) {
        return false;
    }
    if (value->text != NULL) {
        memcpy(value->text, identity, identity_length);
    }
    value->text_length = (uint32_t)identity_length;
    value->decoded = true;
    return true;
}

static size_t before_comma(const uint8_t *octets, size_t length)
{
    const uint8_t *comma = length > 0 ? memchr(octets, ',', length) : NULL;

    return comma != NULL ? (size_t)(comma - octets) : length;
}

/* RFC 3461 4.1: NEVER, or a list of the others. The list is RFC 822's "1#", which may have empty
 * elements; a word twice is no harm. */
bool sansmtp_parameter_notify(const uint8_t *octets, size_t length, uint64_t extensions,
                              struct sansmtp_value *value)
{
    static const struct word words[] = {
        WORD("NEVER", SANSMTP_NOTIFY_NEVER),
        WORD("SUCCESS", SANSMTP_NOTIFY_SUCCESS),
        WORD("FAILURE", SANSMTP_NOTIFY_FAILURE),
        WORD("DELAY", SANSMTP_NOTIFY_DELAY),
    };

    (void)extensions;
    if (length > NOTIFY_LONGEST) {
        return false;
    }
    value->number = 0;
    for (size_t at = 0; at < length; at++) {
        size_t element = before_comma(octets + at, length - at);
        uint32_t number = find_word(octets + at, element, words, sizeof(words) / sizeof(words[0]));

        if (number == 0 && element > 0) {
            return false;
        }
        value->number |= number;
        at += element;
    }
    /* "NEVER MUST appear by itself": as the only element, not as the only kind of element. */
    if (value->number & SANSMTP_NOTIFY_NEVER) {
        return find_word(octets, length, words, 1) != 0;
    }
    return value->number != 0;
}

/* RFC 3461 4.2: an address type is an atom. */
static bool is_address_type(const uint8_t *octets, size_t length)
{
    return length > 0 && sansmtp_class_span(octets, length, SANSMTP_CLASS_ATEXT) == length;
}

/* xtext, but for octets above 127. */
static bool is_utf8_xtext(const uint8_t *octets, size_t length)
{
    const uint32_t plain = sansmtp_class_with(SANSMTP_CLASS_XCHAR, true);

    for (size_t at = 0; at < length; at += 3) {
        uint8_t ignored;

        at += sansmtp_class_span(octets + at, length - at, plain);
        if (at == length) {
            break;
        }
        if (sansmtp_xtext_escape(octets + at, length - at, &ignored) == 0) {
            return false;
        }
    }
    return sansmtp_utf8_valid(octets, length);
}

/* RFC 6533 3: an address that is not in utf-8 form is no reason to refuse the recipient (RFC 3461
 * 4.2, 5.1): it is carried on as it came. */
static bool read_utf8_address(const uint8_t *octets, size_t length, struct sansmtp_value *value)
{
    size_t text_length;

    if (!is_utf8_xtext(octets, length)) {
        return false;
    }
    value->decoded = sansmtp_utf8_address_decode(octets, length, value->text, &text_length);
    value->text_length = value->decoded ? (uint32_t)text_length : 0;
    return true;
}

bool sansmtp_parameter_orcpt(const uint8_t *octets, size_t length, uint64_t extensions,
                             struct sansmtp_value *value)
{
    static const uint8_t utf8[] = {'u', 't', 'f', '-', '8'};
    const uint8_t *semicolon = length > 0 ? memchr(octets, ';', length) : NULL;
    size_t type = semicolon != NULL ? (size_t)(semicolon - octets) : 0;

    (void)extensions;
    if (length > ORCPT_LONGEST || semicolon == NULL || !is_address_type(octets, type)) {
        return false;
    }
    value->type = (struct sansmtp_span){octets, type};
    if (sansmtp_ascii_equal(octets, type, utf8, sizeof(utf8))) {
        return read_utf8_address(semicolon + 1, length - type - 1, value);
    }
    return read_printable_xtext(semicolon + 1, length - type - 1, value);
}
