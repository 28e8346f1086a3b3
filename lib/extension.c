#include "extension.h"

enum { LINE = 512 }; /* RFC 5321 4.5.3.1.4 */

#define EXTENSION(name, keyword, rfc, mail, rcpt, value, needs, when, since) \
    {keyword,                                                                \
     sizeof(keyword) - 1,                                                    \
     mail,                                                                   \
     rcpt,                                                                   \
     SANSMTP_EHLO_##value,                                                   \
     SANSMTP_WHEN_##when,                                                    \
     needs,                                                                  \
     rfc,                                                                    \
     since},

static const struct sansmtp_extension rows[] = {
#include "extensions.def"
};

#undef EXTENSION

const struct sansmtp_extension *sansmtp_extension_row(uint32_t bit_number)
{
    return bit_number < SANSMTP_EXTENSIONS ? &rows[bit_number] : NULL;
}

static uint64_t bit(uint32_t number)
{
    return UINT64_C(1) << number;
}

static size_t increment(const struct sansmtp_extension *extension, uint32_t verb)
{
    if (verb == SANSMTP_VERB_MAIL) {
        return extension->mail;
    }
    return verb == SANSMTP_VERB_RCPT ? extension->rcpt : 0;
}

size_t sansmtp_extension_line(uint64_t extensions, uint32_t verb)
{
    size_t line = LINE;

    for (uint32_t i = 0; i < SANSMTP_EXTENSIONS; i++) {
        if (extensions & bit(i)) {
            line += increment(&rows[i], verb);
        }
    }
    return line;
}

#define EXTENSION(name, keyword, rfc, mail, rcpt, value, needs, when, since) \
    | (SANSMTP_WHEN_##when == TIME ? SANSMTP_EXTENSION_##name : 0)

static const uint64_t announced[] = {
#define TIME SANSMTP_WHEN_ALWAYS
    [TIME] = UINT64_C(0)
#include "extensions.def"
        ,
#undef TIME
#define TIME SANSMTP_WHEN_PLAIN
    [TIME] = UINT64_C(0)
#include "extensions.def"
        ,
#undef TIME
#define TIME SANSMTP_WHEN_SECURE
    [TIME] = UINT64_C(0)
#include "extensions.def"
        ,
#undef TIME
#define TIME SANSMTP_WHEN_ALLOWED
    [TIME] = UINT64_C(0)
#include "extensions.def"
#undef TIME
};

#undef EXTENSION

uint64_t sansmtp_extensions_when(enum sansmtp_when when)
{
    return announced[when];
}

uint64_t sansmtp_extension_missing(uint64_t extensions)
{
    uint64_t missing = 0;

    for (uint32_t i = 0; i < SANSMTP_EXTENSIONS; i++) {
        if ((extensions & bit(i)) && (rows[i].needs & ~extensions)) {
            missing |= bit(i);
        }
    }
    return missing;
}
