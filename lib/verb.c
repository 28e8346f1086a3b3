#include "verb.h"

#include "memory.h"
#include "word.h"

/* The words of verbs.def. */
#define NEVER              SANSMTP_EXTENSION_NEVER
#define PRE_TLS            SANSMTP_GATE_PRE_TLS
#define PRE_AUTH           SANSMTP_GATE_PRE_AUTH
#define AUTH_ONLY          SANSMTP_GATE_AUTH_ONLY
#define GROUP_LAST         1
#define GROUP_ANYWHERE     0
#define SANSMTP_EVENT_NONE 0

#define VERB(name, form, extension, off, roles, group, gates, budget, question, syntax) \
    {#name,                                                                             \
     sizeof(#name) - 1,                                                                 \
     SANSMTP_FORM_##form,                                                               \
     SANSMTP_ROLE_##roles,                                                              \
     gates,                                                                             \
     SANSMTP_BUDGET_##budget,                                                           \
     GROUP_##group,                                                                     \
     SANSMTP_EVENT_##question,                                                          \
     SANSMTP_REPLY_##off,                                                               \
     extension,                                                                         \
     syntax,                                                                            \
     sizeof(syntax) - 1},

const struct sansmtp_verb sansmtp_verb_rows[SANSMTP_VERBS] = {
#include "verbs.def"
};

#undef VERB

/* The first eight octets of a line, what is not there as spaces. */
static uint64_t load(const uint8_t *line, size_t length)
{
    uint64_t word = sansmtp_word_fill(' ');

    if (length >= SANSMTP_WORD) {
        return sansmtp_word_load(line);
    }
    for (size_t i = length; i > 0; i--) {
        word = word << 8 | line[i - 1];
    }
    return word;
}

/* The octets before the first space as a row of the table is loaded: letters in upper case, zeros
 * behind. To take the bit 0x20 from what is no letter never makes a letter of it. */
static uint64_t as_row(uint64_t word)
{
    uint64_t spaces = sansmtp_word_equal(word, sansmtp_word_fill(' ')) & SANSMTP_WORD_TOPS;
    uint64_t first = spaces & (0 - spaces);
    uint64_t before = spaces != 0 ? (first >> 7) - 1 : UINT64_MAX;

    return word & before & sansmtp_word_fill(0xDF);
}

static size_t first_word(const uint8_t *line, size_t length)
{
    const uint8_t *space = length > 0 ? memchr(line, ' ', length) : NULL;

    return space != NULL ? (size_t)(space - line) : length;
}

uint32_t sansmtp_verb_find(const uint8_t *line, size_t length, size_t *verb_length)
{
    uint64_t word = as_row(load(line, length));

    for (uint32_t i = 0; i < SANSMTP_VERBS; i++) {
        size_t end = sansmtp_verb_rows[i].length;

        if (sansmtp_word_load((const uint8_t *)sansmtp_verb_rows[i].wire) != word) {
            continue;
        }
        /* A NUL in the line looks like the end of the row, and of eight octets none may follow. */
        if (end > length || (end < length && line[end] != ' ')) {
            break;
        }
        *verb_length = end;
        return i + 1;
    }
    *verb_length = first_word(line, length);
    return SANSMTP_VERB_UNKNOWN;
}
