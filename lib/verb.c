#include "verb.h"

#include "memory.h"
#include "word.h"

/* The words of verbs.def. */
#define NEVER              SANSMTP_EXTENSION_NEVER
#define PRE_TLS            SANSMTP_GATE_PRE_TLS
#define PRE_AUTH           SANSMTP_GATE_PRE_AUTH
#define GROUP_LAST         1
#define GROUP_ANYWHERE     0
#define SANSMTP_EVENT_NONE 0

#define VERB(name, form, extension, roles, group, gates, budget, question, syntax) \
    {#name,                                                                        \
     sizeof(#name) - 1,                                                            \
     SANSMTP_FORM_##form,                                                          \
     SANSMTP_ROLE_##roles,                                                         \
     gates,                                                                        \
     SANSMTP_BUDGET_##budget,                                                      \
     GROUP_##group,                                                                \
     SANSMTP_EVENT_##question,                                                     \
     extension,                                                                    \
     syntax,                                                                       \
     sizeof(syntax) - 1},

static const struct sansmtp_verb rows[] = {
#include "verbs.def"
};

#undef VERB

const struct sansmtp_verb *sansmtp_verb_row(uint32_t verb)
{
    return verb >= 1 && verb <= SANSMTP_VERBS ? &rows[verb - 1] : NULL;
}

/* The octets before the first space, or all. */
static size_t first_word(const uint8_t *line, size_t length)
{
    const uint8_t *space = length > 0 ? memchr(line, ' ', length) : NULL;

    return space != NULL ? (size_t)(space - line) : length;
}

/* Letters in upper case, as sansmtp_word_load reads a row of the table. Taking the bit 0x20 from
 * what is no letter never makes a letter of it. */
static uint64_t as_integer(const uint8_t *word, size_t length)
{
    uint64_t integer = 0;

    for (size_t i = 0; i < length; i++)
        integer |= (uint64_t)(word[i] & 0xDFu) << (8 * i);
    return integer;
}

uint32_t sansmtp_verb_find(const uint8_t *line, size_t length, size_t *verb_length)
{
    size_t word = first_word(line, length);
    uint64_t integer;

    *verb_length = word;
    if (word == 0 || word > SANSMTP_WORD)
        return SANSMTP_VERB_UNKNOWN;
    integer = as_integer(line, word);
    for (uint32_t i = 0; i < SANSMTP_VERBS; i++) {
        /* The length tells a NUL of the line from the padding of the row. */
        if (rows[i].length == word && sansmtp_word_load((const uint8_t *)rows[i].wire) == integer)
            return i + 1;
    }
    return SANSMTP_VERB_UNKNOWN;
}
