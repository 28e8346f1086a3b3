#include "additions.h"

#include "ascii.h"
#include "class.h"
#include "extension.h"
#include "sized.h"
#include "verb.h"

enum { KEYWORD_LONGEST = 64, VALUE_LONGEST = 400, INCREMENT_MOST = 4096, WORD_LONGEST = 8 };

#define EACH(item, list, additions) \
    for (uint32_t item = 0; (additions) != NULL && item < (additions)->list##_count; item++)

static bool equal(const char *own, size_t own_length, const uint8_t *octets, size_t length)
{
    return sansmtp_ascii_equal((const uint8_t *)own, own_length, octets, length);
}

static bool is_own_number(uint32_t number)
{
    return number >= SANSMTP_OWN_FIRST && number <= SANSMTP_OWN_LAST;
}

/* RFC 5321 4.1.1.1: a letter or digit, then letters, digits and hyphens; ours are in capitals. */
static bool keyword_fits(const char *keyword, size_t length)
{
    const uint8_t *octets = (const uint8_t *)keyword;

    if (keyword == NULL || length == 0 || length > KEYWORD_LONGEST || octets[0] == '-' ||
        sansmtp_class_span(octets, length, SANSMTP_CLASS_LDH) != length) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (sansmtp_ascii_upper(octets[i]) != octets[i]) {
            return false;
        }
    }
    return true;
}

static bool text_fits(const char *text, size_t length)
{
    if (length > VALUE_LONGEST || (text == NULL && length != 0)) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if ((uint8_t)text[i] < ' ' || (uint8_t)text[i] > '~') {
            return false;
        }
    }
    return true;
}

static bool is_ours(const char *keyword, size_t length)
{
    for (uint32_t i = 0; i < SANSMTP_EXTENSIONS; i++) {
        const struct sansmtp_extension *row = sansmtp_extension_row(i);

        if (equal(row->keyword, row->keyword_length, (const uint8_t *)keyword, length)) {
            return true;
        }
    }
    return false;
}

/* Each number and each keyword once. */
static bool extension_fits(const struct sansmtp_additions *additions, uint32_t at)
{
    const struct sansmtp_own_extension *own = &additions->extensions[at];

    return keyword_fits(own->keyword, own->keyword_length) && is_own_number(own->number) &&
           text_fits(own->value, own->value_length) && own->mail <= INCREMENT_MOST &&
           own->rcpt <= INCREMENT_MOST && own->reserved == 0 &&
           !is_ours(own->keyword, own->keyword_length) &&
           sansmtp_own_extension_row(additions, own->number) == own &&
           sansmtp_own_extension(additions, (const uint8_t *)own->keyword, own->keyword_length) ==
               own;
}

static bool is_our_parameter(const struct sansmtp_own_parameter *own)
{
    static const struct {
        uint32_t verb;
        const char *keyword;
        size_t length;
    } rows[] = {
#define PARAMETER(name, word, extensions, verb, value, absent, bad, check) \
    {SANSMTP_VERB_##verb, word, sizeof(word) - 1},
#include "parameters.def"
#undef PARAMETER
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].verb == own->verb && equal(own->keyword, own->keyword_length,
                                               (const uint8_t *)rows[i].keyword, rows[i].length)) {
            return true;
        }
    }
    return false;
}

static bool parameter_fits(const struct sansmtp_additions *additions, uint32_t at)
{
    const struct sansmtp_own_parameter *own = &additions->parameters[at];

    return keyword_fits(own->keyword, own->keyword_length) && is_own_number(own->number) &&
           (own->verb == SANSMTP_VERB_MAIL || own->verb == SANSMTP_VERB_RCPT) &&
           own->value <= SANSMTP_OWN_VALUE_OPTIONAL && !is_our_parameter(own) &&
           sansmtp_own_extension_row(additions, own->extension) != NULL &&
           sansmtp_own_parameter_row(additions, own->number) == own &&
           sansmtp_own_parameter(additions, (const uint8_t *)own->keyword, own->keyword_length,
                                 own->verb) == own;
}

/* RFC 5321 4.1.1: "The commands themselves are alphabetic characters". */
static bool word_fits(const char *word, size_t length)
{
    if (word == NULL || length == 0 || length > WORD_LONGEST) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (word[i] < 'A' || word[i] > 'Z') {
            return false;
        }
    }
    return true;
}

static bool verb_fits(const struct sansmtp_additions *additions, uint32_t at)
{
    const struct sansmtp_own_verb *own = &additions->verbs[at];
    size_t ignored;

    return word_fits(own->word, own->word_length) && own->number >= SANSMTP_OWN_VERB_FIRST &&
           text_fits(own->syntax, own->syntax_length) &&
           sansmtp_verb_find((const uint8_t *)own->word, own->word_length, &ignored) ==
               SANSMTP_VERB_UNKNOWN &&
           (own->extension == 0 || sansmtp_own_extension_row(additions, own->extension) != NULL) &&
           sansmtp_own_verb_row(additions, own->number) == own &&
           sansmtp_own_verb(additions, (const uint8_t *)own->word, own->word_length) == own;
}

bool sansmtp_additions_fit(const struct sansmtp_additions *additions)
{
    if (additions == NULL) {
        return true;
    }
    if (!sansmtp_sized(additions, additions->size, sizeof(*additions)) ||
        (additions->extensions == NULL && additions->extensions_count != 0) ||
        (additions->parameters == NULL && additions->parameters_count != 0) ||
        (additions->verbs == NULL && additions->verbs_count != 0)) {
        return false;
    }
    EACH(i, extensions, additions)
    {
        if (!extension_fits(additions, i)) {
            return false;
        }
    }
    EACH(i, parameters, additions)
    {
        if (!parameter_fits(additions, i)) {
            return false;
        }
    }
    EACH(i, verbs, additions)
    {
        if (!verb_fits(additions, i)) {
            return false;
        }
    }
    return true;
}

uint64_t sansmtp_additions_extensions(const struct sansmtp_additions *additions)
{
    uint64_t set = 0;

    EACH(i, extensions, additions)
    {
        set |= UINT64_C(1) << additions->extensions[i].number;
    }
    return set;
}

size_t sansmtp_additions_line(const struct sansmtp_additions *additions, uint64_t extensions,
                              uint32_t verb)
{
    size_t sum = 0;

    EACH(i, extensions, additions)
    {
        const struct sansmtp_own_extension *own = &additions->extensions[i];

        if ((extensions >> own->number & 1) != 0) {
            sum += verb == SANSMTP_VERB_MAIL ? own->mail : 0;
            sum += verb == SANSMTP_VERB_RCPT ? own->rcpt : 0;
        }
    }
    return sum;
}

const struct sansmtp_own_extension *sansmtp_own_extension(const struct sansmtp_additions *additions,
                                                          const uint8_t *keyword, size_t length)
{
    EACH(i, extensions, additions)
    {
        const struct sansmtp_own_extension *own = &additions->extensions[i];

        if (equal(own->keyword, own->keyword_length, keyword, length)) {
            return own;
        }
    }
    return NULL;
}

const struct sansmtp_own_extension *
sansmtp_own_extension_row(const struct sansmtp_additions *additions, uint32_t number)
{
    EACH(i, extensions, additions)
    {
        if (additions->extensions[i].number == number) {
            return &additions->extensions[i];
        }
    }
    return NULL;
}

const struct sansmtp_own_parameter *sansmtp_own_parameter(const struct sansmtp_additions *additions,
                                                          const uint8_t *keyword, size_t length,
                                                          uint32_t verb)
{
    EACH(i, parameters, additions)
    {
        const struct sansmtp_own_parameter *own = &additions->parameters[i];

        if (own->verb == verb && equal(own->keyword, own->keyword_length, keyword, length)) {
            return own;
        }
    }
    return NULL;
}

const struct sansmtp_own_parameter *
sansmtp_own_parameter_row(const struct sansmtp_additions *additions, uint32_t number)
{
    EACH(i, parameters, additions)
    {
        if (additions->parameters[i].number == number) {
            return &additions->parameters[i];
        }
    }
    return NULL;
}

const struct sansmtp_own_verb *sansmtp_own_verb(const struct sansmtp_additions *additions,
                                                const uint8_t *word, size_t length)
{
    EACH(i, verbs, additions)
    {
        const struct sansmtp_own_verb *own = &additions->verbs[i];

        if (equal(own->word, own->word_length, word, length)) {
            return own;
        }
    }
    return NULL;
}

const struct sansmtp_own_verb *sansmtp_own_verb_row(const struct sansmtp_additions *additions,
                                                    uint32_t number)
{
    EACH(i, verbs, additions)
    {
        if (additions->verbs[i].number == number) {
            return &additions->verbs[i];
        }
    }
    return NULL;
}
