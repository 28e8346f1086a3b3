/* Makes the seeds of server_fuzz.c from the transcripts: see transcript_seeds.h. */

#include <string.h>

#include "server_input.h"
#include "transcript_seeds.h"

struct act {
    const char *call;
    unsigned char octet;
};

static unsigned char act_of(const struct step *step)
{
    static const struct act acts[] = {
        {"tls", ACT_TLS},
        {"tls insufficient", ACT_TLS_WEAK},
        {"eof", ACT_EOF},
        {"close", ACT_CLOSE},
        {"expired", ACT_EXPIRED},
        {"pause", ACT_PAUSE},
        {"allow -EXPN", ACT_ALLOW + ACTS * 11},
    };

    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        if (step->kind == STEP_ACT && strcmp(step->text.data, acts[i].call) == 0) {
            return acts[i].octet;
        }
    }
    return ACT_WAIT;
}

static unsigned char flag(unsigned set, unsigned bit, unsigned head)
{
    return (unsigned char)((set & bit) != 0 ? head : 0);
}

static void add_head(struct text *seed, const struct transcript *transcript)
{
    const struct sansmtp_server_options *options = &transcript->server;
    unsigned char head[HEAD_LENGTH] = {0};

    head[HEAD_FLAGS] =
        (unsigned char)(flag(options->flags, SANSMTP_SERVER_LMTP, HEAD_LMTP) |
                        flag(options->flags, SANSMTP_SERVER_REQUIRE_TLS, HEAD_REQUIRE_TLS) |
                        flag(options->flags, SANSMTP_SERVER_REQUIRE_AUTH, HEAD_REQUIRE_AUTH) |
                        flag(options->flags, SANSMTP_SERVER_AUTH_IN_CLEAR, HEAD_AUTH_IN_CLEAR) |
                        flag(options->flags, SANSMTP_SERVER_REFUSE_NUL, HEAD_REFUSE_NUL) |
                        flag(options->flags, SANSMTP_SERVER_TRACE, HEAD_TRACE) |
                        flag(transcript->words, TRANSCRIPT_TLS, HEAD_TLS));
    head[HEAD_EXTENSIONS] = (unsigned char)(options->extensions & 0xff);
    head[HEAD_EXTENSIONS_2] = (unsigned char)((options->extensions >> 8 & 15) |
                                              (options->bare_newlines & 3) << 4 |
                                              (options->extensions >> 12 != 0 ? 128 : 0));
    head[HEAD_SIZE] = options->message_size < 8 * 255
                          ? (unsigned char)(options->message_size / 8 + 1)
                          : 0;
    head[HEAD_LENIENCY] = (unsigned char)((options->leniency & 127) |
                                          flag(options->flags, SANSMTP_SERVER_SUBMISSION, 128));
    text_add(seed, head, sizeof head);
}

static void add_input(struct text *seed, const struct transcript *transcript)
{
    size_t from = 0;

    for (size_t i = 0; i < transcript->count; i++) {
        const struct step *step = &transcript->steps[i];
        unsigned char act[2] = {BARRIER, act_of(step)};

        if (!step_is_barrier(step)) {
            continue;
        }
        text_add(seed, transcript->input.data + from, step->after - from);
        text_add(seed, act, sizeof act);
        from = step->after;
    }
    text_add(seed, transcript->input.data + from, transcript->input.length - from);
}

static void add(struct text *seed, const struct transcript *transcript)
{
    add_head(seed, transcript);
    add_input(seed, transcript);
}

int main(int count, char **arguments)
{
    return seeds_main(count, arguments, &server_transcripts, add);
}
