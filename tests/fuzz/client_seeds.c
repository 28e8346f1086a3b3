/* Makes the seeds of client_fuzz.c from the transcripts: see transcript_seeds.h. */

#include <stdlib.h>
#include <string.h>

#include "client_input.h"
#include "transcript_seeds.h"

struct act {
    const char *call;
    unsigned char octet;
};

static unsigned char act_of(const struct step *step)
{
    static const struct act acts[] = {
        {"tls", CLIENT_ACT_TLS},     {"tls verified", CLIENT_ACT_TLS_VERIFIED},
        {"eof", CLIENT_ACT_EOF},     {"abort", CLIENT_ACT_ABORT},
        {"go", CLIENT_ACT_GO},       {"expired", CLIENT_ACT_EXPIRED},
        {"stall", CLIENT_ACT_STALL},
    };
    const char *words = step->text.data;

    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        if (step->kind == STEP_ACT && strcmp(words, acts[i].call) == 0) {
            return acts[i].octet;
        }
    }
    if (step->kind == STEP_ACT && strncmp(words, "stall ", 6) == 0) {
        unsigned long octets = strtoul(words + 6, NULL, 10);

        return (unsigned char)(CLIENT_ACT_STALL + CLIENT_ACTS * (octets % 31));
    }
    return CLIENT_ACT_WAIT;
}

static bool is_intent(const struct step *step, const char *words)
{
    return step->kind == STEP_INTENT && strncmp(step->text.data, words, strlen(words)) == 0;
}

/* The recipients of the first message, beyond the first. */
static unsigned char recipients_of(const struct transcript *transcript)
{
    unsigned char count = 0;

    for (size_t i = 0; i < transcript->count; i++) {
        if (is_intent(&transcript->steps[i], "end")) {
            break;
        }
        count += is_intent(&transcript->steps[i], "recipient ");
    }
    return count > 1 ? (unsigned char)(count - 1) : 0;
}

static unsigned char mode(bool set, unsigned bit)
{
    return (unsigned char)(set ? bit : 0);
}

static void add_head(struct text *seed, const struct transcript *transcript)
{
    const struct sansmtp_client_options *options = &transcript->client;
    unsigned char head[CLIENT_HEAD_LENGTH] = {0};

    head[CLIENT_HEAD_FLAGS] = (unsigned char)(options->flags & 63u);
    head[CLIENT_HEAD_MODES] = (unsigned char)((options->tls & CLIENT_HEAD_TLS) |
                                              mode(options->chunking == SANSMTP_CLIENT_CHUNKING_OFF,
                                                   CLIENT_HEAD_NO_CHUNKS) |
                                              mode(options->body_newlines ==
                                                       SANSMTP_CLIENT_NEWLINES_NORMALISE,
                                                   CLIENT_HEAD_NORMALISE) |
                                              mode(options->mechanisms_length > 0,
                                                   CLIENT_HEAD_MECHANISMS) |
                                              CLIENT_HEAD_STALLS);
    head[CLIENT_HEAD_RECIPIENTS] = recipients_of(transcript);
    text_add(seed, head, sizeof head);
}

/* Each line of the server once all before is done. */
static void add_input(struct text *seed, const struct transcript *transcript)
{
    size_t from = 0;

    for (size_t i = 0; i < transcript->count; i++) {
        const struct step *step = &transcript->steps[i];
        unsigned char act[2] = {CLIENT_BARRIER, act_of(step)};

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
    return seeds_main(count, arguments, &client_transcripts, add);
}
