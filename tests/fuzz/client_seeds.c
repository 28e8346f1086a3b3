/*
 * Makes the seeds of client_fuzz.c from the transcripts: one file a case.
 *
 *     client_seeds FOLDER STAMP FILE.md...
 *
 * STAMP is written last, for the build to see.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_input.h"
#include "client_transcript.h"
#include "seed_file.h"
#include "text.h"

struct act {
    const char *call;
    unsigned char octet;
};

static unsigned char act_of(const struct client_step *step)
{
    static const struct act acts[] = {
        {"tls", CLIENT_ACT_TLS},     {"tls verified", CLIENT_ACT_TLS_VERIFIED},
        {"eof", CLIENT_ACT_EOF},     {"abort", CLIENT_ACT_ABORT},
        {"go", CLIENT_ACT_GO},       {"expired", CLIENT_ACT_EXPIRED},
        {"stall", CLIENT_ACT_STALL},
    };
    const char *words = step->text.data;

    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        if (step->kind == CLIENT_STEP_ACT && strcmp(words, acts[i].call) == 0) {
            return acts[i].octet;
        }
    }
    if (step->kind == CLIENT_STEP_ACT && strncmp(words, "stall ", 6) == 0) {
        unsigned long octets = strtoul(words + 6, NULL, 10);

        return (unsigned char)(CLIENT_ACT_STALL + CLIENT_ACTS * (octets % 31));
    }
    return CLIENT_ACT_WAIT;
}

/* The recipients of the first message, beyond the first. */
static unsigned char recipients_of(const struct client_transcript *transcript)
{
    for (size_t i = 0; i < transcript->count; i++) {
        const struct client_step *step = &transcript->steps[i];
        unsigned char spaces = 0;

        if (step->kind != CLIENT_STEP_INTENT || strncmp(step->text.data, "mail ", 5) != 0) {
            continue;
        }
        for (const char *at = step->text.data; *at != '\0'; at++) {
            spaces += *at == ' ';
        }
        return spaces > 2 ? (unsigned char)(spaces - 2) : 0;
    }
    return 0;
}

static unsigned char mode(bool set, unsigned bit)
{
    return (unsigned char)(set ? bit : 0);
}

static void add_head(struct text *seed, const struct client_transcript *transcript)
{
    const struct sansmtp_client_options *options = &transcript->options;
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
static void add_input(struct text *seed, const struct client_transcript *transcript)
{
    size_t from = 0;

    for (size_t i = 0; i < transcript->count; i++) {
        const struct client_step *step = &transcript->steps[i];
        unsigned char act[2] = {CLIENT_BARRIER, act_of(step)};

        if (!client_step_is_barrier(step) && step->kind != CLIENT_STEP_INPUT) {
            continue;
        }
        text_add(seed, transcript->input.data + from, step->after - from);
        text_add(seed, act, sizeof act);
        from = step->after;
    }
    text_add(seed, transcript->input.data + from, transcript->input.length - from);
}

int main(int count, char **arguments)
{
    struct client_transcripts all = {0};
    struct text complaint = {0};
    int failed = 0;

    for (int i = 3; i < count; i++) {
        client_transcripts_read(&all, arguments[i], &complaint);
    }
    if (complaint.length > 0 || all.count == 0) {
        fprintf(stderr, "%s", complaint.length > 0 ? complaint.data : "no transcripts\n");
        return 1;
    }
    seed_folders(arguments[1]);
    for (size_t i = 0; i < all.count && failed == 0; i++) {
        struct text seed = {0};

        /* Long seeds make all that is made of them slow. */
        if (all.cases[i]->input.length > 6000) {
            continue;
        }
        add_head(&seed, all.cases[i]);
        add_input(&seed, all.cases[i]);
        failed = seed_write(arguments[1], i, &seed);
        text_free(&seed);
    }
    client_transcripts_free(&all);
    return failed != 0 || seed_stamp(arguments[2]) != 0;
}
