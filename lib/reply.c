#include "reply.h"

static const struct sansmtp_reply_row replies[] = {
    {0, 0, 0, ""},
#define REPLY(name, code, class, subject, detail, text) \
    {SANSMTP_ENHANCED(class, subject, detail), code, sizeof(text) - 1, text},
#define CODE(code, subject, detail, text)
#include "replies.def"
#undef REPLY
#undef CODE
};

static const struct sansmtp_reply_row codes[] = {
#define REPLY(name, code, class, subject, detail, text)
#define CODE(code, subject, detail, text) \
    {SANSMTP_ENHANCED((code) / 100u, subject, detail), code, sizeof(text) - 1, text},
#include "replies.def"
#undef REPLY
#undef CODE
};

const struct sansmtp_reply_row *sansmtp_reply_row(enum sansmtp_reply reply)
{
    return &replies[reply];
}

struct sansmtp_reply_row sansmtp_reply_of_code(uint32_t code)
{
    struct sansmtp_reply_row row = {SANSMTP_ENHANCED(code / 100, 0u, 0u), (uint16_t)code, 0, ""};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i].code == code) {
            return codes[i];
        }
    }
    return row;
}

int sansmtp_enhanced_valid(uint32_t enhanced)
{
    uint32_t class = enhanced / 1000000u;

    return class == 2 || class == 4 || class == 5;
}
