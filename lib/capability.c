#include "capability.h"

#include <stdbool.h>

#include "additions.h"
#include "ascii.h"
#include "attribute.h"
#include "datetime.h"
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

/* Is the text, as long as the keyword, that keyword in whatever case? */
static inline bool is_keyword(const uint8_t *text, const struct row *row)
{
    const uint8_t *keyword = (const uint8_t *)row->keyword;
    size_t at = 0;

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

/* The octets of the keyword at the front. Some servers still write the form of the drafts before
 * RFC 2554, "AUTH=LOGIN PLAIN". */
static size_t keyword_length(const uint8_t *text, size_t length)
{
    size_t end = 0;

    while (end < length && !is_space(text[end]) && text[end] != '=') {
        end++;
    }
    return end;
}

/* The bit number of the extension that the line names, or SANSMTP_EXTENSIONS. Few keywords are of
 * one length, so that is looked at first. */
static uint32_t find_extension(const uint8_t *text, size_t length)
{
    size_t keyword = keyword_length(text, length);
    uint32_t number = 0;

    while (number < SANSMTP_EXTENSIONS &&
           (rows[number].length != keyword || !is_keyword(text, &rows[number]))) {
        number++;
    }
    if (number < SANSMTP_EXTENSIONS && keyword < length && text[keyword] == '=' &&
        rows[number].value != SANSMTP_EHLO_MECHANISMS) {
        return SANSMTP_EXTENSIONS;
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

/* RFC 2852 2: the least comes first, tokens of later extensions behind a comma. */
static uint32_t read_deliver_by(struct sansmtp_span parameters)
{
    struct sansmtp_span word = take_word(&parameters);
    const uint8_t *comma = word.length == 0 ? NULL : memchr(word.data, ',', word.length);
    size_t length = comma == NULL ? word.length : (size_t)(comma - word.data);
    uint64_t least = 0;

    if (length > 9 || !sansmtp_number_parse(word.data, length, &least, NULL)) {
        return 0;
    }
    return (uint32_t)least;
}

/* RFC 4865 3: both are needed. */
static bool read_hold(struct sansmtp_span parameters, struct sansmtp_capabilities *capabilities)
{
    struct sansmtp_span interval = take_word(&parameters);
    struct sansmtp_span moment = take_word(&parameters);
    struct sansmtp_datetime until;
    uint64_t seconds = 0;

    if (interval.length > 9 ||
        !sansmtp_number_parse(interval.data, interval.length, &seconds, NULL) || seconds == 0 ||
        !sansmtp_datetime_read(moment.data, moment.length, &until) || !until.utc) {
        return false;
    }
    capabilities->hold_for = (uint32_t)seconds;
    capabilities->hold_until = until.seconds;
    return true;
}

/* RFC 9422 3: a name of letters, digits, "-" and "_", and maybe a value, which is printable and has
 * no ";". */
static bool is_limit(struct sansmtp_span word)
{
    size_t name = 0;

    for (size_t i = 0; i < word.length; i++) {
        if (word.data[i] <= ' ' || word.data[i] > '~' || word.data[i] == ';') {
            return false;
        }
    }

    while (name < word.length && (sansmtp_ascii_is_let_dig(word.data[name]) ||
                                  word.data[name] == '-' || word.data[name] == '_')) {
        name++;
    }
    return name != 0 &&
           (name == word.length || (word.data[name] == '=' && name + 1 != word.length));
}

/* RFC 9422 4: a number of at most six digits, not 0; what is none is no limit. */
static uint32_t read_limit(struct sansmtp_span word, const char *name, size_t length)
{
    uint64_t limit = 0;

    if (word.length <= length || word.length > length + 6 ||
        !sansmtp_ascii_equal(word.data, length, (const uint8_t *)name, length)) {
        return 0;
    }
    (void)sansmtp_number_parse(word.data + length, word.length - length, &limit, NULL);
    return (uint32_t)limit;
}

static void set_limit(uint32_t *limit, uint32_t read)
{
    *limit = read != 0 ? read : *limit;
}

/* RFC 9422 3.7: one that is outside the basic grammar voids them all. */
static void read_limits(struct sansmtp_span parameters, struct sansmtp_capabilities *capabilities)
{
    struct sansmtp_capabilities found = *capabilities;

    for (struct sansmtp_span word = take_word(&parameters); word.length != 0;
         word = take_word(&parameters)) {
        if (!is_limit(word)) {
            return;
        }
        set_limit(&found.messages, read_limit(word, "MAILMAX=", 8));
        set_limit(&found.recipients, read_limit(word, "RCPTMAX=", 8));
        set_limit(&found.domains, read_limit(word, "RCPTDOMAINMAX=", 14));
    }
    *capabilities = found;
}

/* RFC 4468 3.3: "imap" for any server, or "imap://" and one of them; others are ignored. */
static uint32_t read_urls(struct sansmtp_span parameters)
{
    uint32_t urls = 0;

    for (struct sansmtp_span word = take_word(&parameters); word.length != 0;
         word = take_word(&parameters)) {
        if (sansmtp_ascii_equal(word.data, word.length, (const uint8_t *)"imap", 4)) {
            urls |= SANSMTP_URLS_IMAP;
        } else if (word.length > 7 &&
                   sansmtp_ascii_equal(word.data, 7, (const uint8_t *)"imap://", 7)) {
            urls |= SANSMTP_URLS_SOME;
        }
    }
    return urls;
}

static uint32_t read_attributes(struct sansmtp_span parameters, uint32_t verb)
{
    uint32_t named = 0;

    for (struct sansmtp_span word = take_word(&parameters); word.length != 0;
         word = take_word(&parameters)) {
        uint32_t attribute = sansmtp_attribute_find(word.data, word.length, verb);

        named |= attribute < SANSMTP_ATTRIBUTES ? 1u << attribute : 0u;
    }
    return named;
}

/* False: what stands behind the keyword is such that it is not offered at all. */
static bool read_value(enum sansmtp_ehlo_value value, struct sansmtp_span parameters,
                       struct sansmtp_span mechanisms, struct sansmtp_capabilities *capabilities)
{
    switch (value) {
    case SANSMTP_EHLO_MECHANISMS:
        capabilities->mechanisms |= read_mechanisms(parameters, mechanisms);
        break;
    case SANSMTP_EHLO_MESSAGE_SIZE:
        capabilities->size = read_size(parameters);
        break;
    case SANSMTP_EHLO_DELIVER_BY:
        capabilities->deliver_by = read_deliver_by(parameters);
        break;
    case SANSMTP_EHLO_HOLD:
        return read_hold(parameters, capabilities);
    case SANSMTP_EHLO_LIMITS:
        read_limits(parameters, capabilities);
        break;
    case SANSMTP_EHLO_URLS:
        capabilities->urls |= read_urls(parameters);
        break;
    case SANSMTP_EHLO_XCLIENT:
        capabilities->xclient |= read_attributes(parameters, SANSMTP_VERB_XCLIENT);
        break;
    case SANSMTP_EHLO_XFORWARD:
        capabilities->xforward |= read_attributes(parameters, SANSMTP_VERB_XFORWARD);
        break;
    case SANSMTP_EHLO_NONE:
    case SANSMTP_EHLO_PRIORITY:
    case SANSMTP_EHLO_SOLICITATIONS:
        break;
    }
    return true;
}

void sansmtp_capability_read(const uint8_t *text, size_t length, const char *mechanisms,
                             size_t mechanisms_length, struct sansmtp_capabilities *capabilities)
{
    uint32_t number = find_extension(text, length);
    struct sansmtp_span list = {(const uint8_t *)mechanisms, mechanisms_length};
    struct sansmtp_span parameters;
    size_t keyword;

    if (number == SANSMTP_EXTENSIONS) {
        return;
    }
    keyword = rows[number].length + (rows[number].length < length ? 1 : 0);
    parameters.data = text + keyword;
    parameters.length = length - keyword;
    if (read_value((enum sansmtp_ehlo_value)rows[number].value, parameters, list, capabilities)) {
        capabilities->extensions |= UINT64_C(1) << number;
    }
}

uint64_t sansmtp_capability_own(const uint8_t *text, size_t length,
                                const struct sansmtp_additions *additions)
{
    struct sansmtp_span rest = {text, length}, keyword;
    const struct sansmtp_own_extension *own;

    if (additions == NULL) {
        return 0;
    }
    keyword = take_word(&rest);
    own = sansmtp_own_extension(additions, keyword.data, keyword.length);
    return own == NULL ? 0 : UINT64_C(1) << own->number;
}
