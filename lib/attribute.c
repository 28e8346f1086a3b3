#include "attribute.h"

#include "ascii.h"
#include "domain.h"
#include "memory.h"
#include "number.h"
#include "xtext.h"

enum { TEXT, ADDRESS, PORT, PROTOCOL, SIDE };
enum { XCLIENT = 1, XFORWARD = 2, BOTH = 3 };

/* Postfix: no value is longer than 255 octets; what is longer than this is no address. */
enum { VALUE_LONGEST = 255, ADDRESS_LONGEST = 60 };

struct row {
    const char *word;
    uint8_t length;
    uint8_t verbs;
    uint8_t form;
};

static const struct row rows[] = {
#define ATTRIBUTE(name, verbs, form) {#name, sizeof(#name) - 1, verbs, form},
#include "attributes.def"
#undef ATTRIBUTE
};

/* One "name=value". */
struct item {
    uint32_t attribute;
    struct sansmtp_span raw;
};

static bool is_of(const struct row *row, uint32_t verb)
{
    return (row->verbs & (verb == SANSMTP_VERB_XCLIENT ? XCLIENT : XFORWARD)) != 0;
}

struct sansmtp_span sansmtp_attribute_word(uint32_t attribute, uint32_t verb)
{
    struct sansmtp_span word = {NULL, 0};

    if (attribute < SANSMTP_ATTRIBUTES && is_of(&rows[attribute], verb)) {
        word.data = (const uint8_t *)rows[attribute].word;
        word.length = rows[attribute].length;
    }
    return word;
}

static bool is_word(const char *word, size_t word_length, const uint8_t *octets, size_t length)
{
    return sansmtp_ascii_equal((const uint8_t *)word, word_length, octets, length);
}

uint32_t sansmtp_attribute_find(const uint8_t *word, size_t length, uint32_t verb)
{
    uint32_t i = 0;

    while (i < SANSMTP_ATTRIBUTES &&
           !(is_of(&rows[i], verb) && is_word(rows[i].word, rows[i].length, word, length))) {
        i++;
    }
    return i;
}

/* The next item, with the spaces before it; false: there is none, or no name of the verb's. */
static bool take(struct sansmtp_span *rest, uint32_t verb, struct item *item)
{
    size_t name = 0;
    size_t end;

    while (rest->length != 0 && rest->data[0] == ' ') {
        rest->data++;
        rest->length--;
    }
    while (name < rest->length && rest->data[name] != '=' && rest->data[name] != ' ') {
        name++;
    }
    if (name == rest->length || rest->data[name] != '=') {
        return false;
    }
    item->attribute = sansmtp_attribute_find(rest->data, name, verb);
    for (end = name + 1; end < rest->length && rest->data[end] != ' ';) {
        end++;
    }
    item->raw = (struct sansmtp_span){rest->data + name + 1, end - name - 1};
    rest->data += end;
    rest->length -= end;
    return item->attribute != SANSMTP_ATTRIBUTES;
}

static uint32_t absence(uint32_t attribute, const uint8_t *text, size_t length)
{
    if (is_word("[UNAVAILABLE]", 13, text, length)) {
        return SANSMTP_ATTRIBUTE_UNAVAILABLE;
    }
    return attribute == SANSMTP_ATTRIBUTE_NAME && is_word("[TEMPUNAVAIL]", 13, text, length)
               ? SANSMTP_ATTRIBUTE_TEMPORARY
               : 0;
}

/* Read as the literal that RFC 5321 would make of it. */
static bool is_address(const uint8_t *text, size_t length)
{
    uint8_t literal[ADDRESS_LONGEST + 2];
    uint8_t address[16];
    uint32_t kind = 0;

    if (length == 0 || length > ADDRESS_LONGEST) {
        return false;
    }
    literal[0] = '[';
    memcpy(literal + 1, text, length);
    literal[length + 1] = ']';
    return sansmtp_literal_scan(literal, length + 2, &kind, address) == length + 2 &&
           (kind == SANSMTP_DOMAIN_IPV4 || kind == SANSMTP_DOMAIN_IPV6);
}

static bool is_text(const uint8_t *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] <= ' ' || text[i] >= 0x7F) {
            return false;
        }
    }
    return length != 0;
}

static bool form_fits(uint32_t form, uint32_t verb, const uint8_t *text, size_t length)
{
    uint64_t number = 0;

    switch (form) {
    case ADDRESS:
        return is_address(text, length);
    case PORT:
        return length <= 5 && sansmtp_number_parse(text, length, &number, NULL) && number <= 65535;
    case PROTOCOL:
        return verb == SANSMTP_VERB_XFORWARD
                   ? is_text(text, length)
                   : is_word("SMTP", 4, text, length) || is_word("ESMTP", 5, text, length);
    case SIDE:
        return is_word("LOCAL", 5, text, length) || is_word("REMOTE", 6, text, length);
    default:
        return is_text(text, length);
    }
}

static bool value_fits(const struct item *item, uint32_t verb)
{
    uint8_t text[VALUE_LONGEST];
    size_t length;

    return sansmtp_xtext_decode(item->raw.data, item->raw.length, text, sizeof(text), &length) ==
               0 &&
           (absence(item->attribute, text, length) != 0 ||
            form_fits(rows[item->attribute].form, verb, text, length));
}

bool sansmtp_attributes_valid(const uint8_t *octets, size_t length, uint32_t verb, uint32_t *named)
{
    struct sansmtp_span rest = {octets, length};
    struct item item;

    *named = 0;
    if (length == 0) {
        return false;
    }
    while (rest.length != 0) {
        if (!take(&rest, verb, &item) || !value_fits(&item, verb)) {
            return false;
        }
        *named |= 1u << item.attribute;
    }
    return true;
}

int sansmtp_attribute_next(const struct sansmtp_event *event, struct sansmtp_attribute *out)
{
    struct sansmtp_span rest;
    struct item item;
    size_t length = 0;
    int error;

    if (event == NULL || out == NULL || out->size < sizeof(*out) ||
        out->position > event->text.length || (out->text == NULL && out->capacity != 0)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    rest.length = event->text.length - out->position;
    if (rest.length == 0) {
        return 0;
    }
    rest.data = event->text.data + out->position;
    if (!take(&rest, event->verb, &item)) {
        return SANSMTP_ERR_ARGUMENT;
    }
    error = sansmtp_xtext_decode(item.raw.data, item.raw.length, out->text, out->capacity, &length);
    out->text_length = length;
    if (error != 0) {
        return error;
    }
    out->position = event->text.length - rest.length;
    out->attribute = item.attribute;
    out->flags = absence(item.attribute, out->text, length);
    return 1;
}
