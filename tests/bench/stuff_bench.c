/* How fast dot-stuffing runs: beside glibc's memchr('\n') from line to line, and beside a plain
 * loop that looks at one octet after the other and copies, as most clients do.
 *
 *   stuff_bench [repetitions]
 *
 * Prints; judges nothing. Goals: text-76 >= 0.75 of memchr and >= 5 plain loops. */

#include <stdio.h>
#include <stdlib.h>

#include "measure.h"
#include "stuff.h"

#define PASSES 4

struct corpus {
    const char *name;
    const uint8_t *octets;
    size_t length;
    size_t chunk;
    uint32_t policy;
};

static void run_stuff(const struct corpus *corpus)
{
    uint32_t state = sansmtp_stuff_begin(corpus->policy);
    struct sansmtp_span slice, tail;
    size_t length = 0;

    for (size_t at = 0; at < corpus->length; at += corpus->chunk) {
        size_t left = corpus->length - at;
        struct sansmtp_span chunk = {corpus->octets + at,
                                     left < corpus->chunk ? left : corpus->chunk};

        if (sansmtp_stuff_check(&chunk, left <= corpus->chunk, &state, &slice) != 0) {
            exit(1);
        }
        for (; slice.length > 0; sansmtp_stuff_next(&chunk, &state, &slice)) {
            length += slice.length;
        }
    }
    if (!sansmtp_stuff_end(state, &tail)) {
        exit(1);
    }
    measure_sink += length + tail.length;
}

static void run_plain(const struct corpus *corpus)
{
    static uint8_t out[2 * MEASURE_SIZE];
    size_t length = 0;
    int matched = 2; /* octets of CRLF behind us */

    for (size_t at = 0; at < corpus->length; at++) {
        uint8_t octet = corpus->octets[at];

        if (matched == 2 && octet == '.') {
            out[length++] = '.';
        }
        out[length++] = octet;
        matched = octet == '\r' ? 1 : matched == 1 && octet == '\n' ? 2 : 0;
    }
    measure_sink += length + out[length / 2];
}

static void run_yardstick(const struct corpus *corpus)
{
    measure_memchr(corpus->octets, corpus->length);
}

/* Seconds for an octet. */
static double time_of(void (*run)(const struct corpus *), const struct corpus *corpus)
{
    double start = measure_now();

    for (int pass = 0; pass < PASSES; pass++) {
        run(corpus);
    }
    return (measure_now() - start) / (double)corpus->length / PASSES;
}

static void measure(const struct corpus *corpus, const struct corpus *text, size_t repetitions)
{
    double speed[MEASURE_MOST], memchrs[MEASURE_MOST], plains[MEASURE_MOST];

    run_stuff(corpus);
    for (size_t i = 0; i < repetitions; i++) {
        double yardstick = time_of(run_yardstick, text);
        double ours = time_of(run_stuff, corpus);
        double plain = time_of(run_plain, corpus);

        speed[i] = 1e-9 / ours;
        memchrs[i] = yardstick / ours;
        plains[i] = plain / ours;
    }
    printf("%-22s %8.2f GB/s %8.2f x memchr on text-76 %8.2f x plain loop\n", corpus->name,
           measure_median(speed, repetitions), measure_median(memchrs, repetitions),
           measure_median(plains, repetitions));
}

/* The same text with bare LF, as files have it. */
static size_t drop_crs(const uint8_t *text, size_t length, uint8_t *out)
{
    size_t at = 0;

    for (size_t i = 0; i < length; i++) {
        if (text[i] != '\r') {
            out[at++] = text[i];
        }
    }
    return at;
}

int main(int count, char **arguments)
{
    static uint8_t text[MEASURE_SIZE], brief[MEASURE_SIZE], dotted[MEASURE_SIZE];
    static uint8_t long_lines[MEASURE_SIZE], file[MEASURE_SIZE];
    const size_t all = MEASURE_SIZE;
    const uint32_t refuse = SANSMTP_STUFF_REFUSE, normalise = SANSMTP_STUFF_NORMALISE;
    size_t repetitions = measure_repetitions(count, arguments);
    size_t text_length = measure_fill(text, "", 76, 76, measure_letters);
    size_t brief_length = measure_fill(brief, "", 0, 20, measure_letters);
    size_t dotted_length = measure_fill(dotted, ".", 75, 75, measure_letters);
    size_t long_length = measure_fill(long_lines, "", 998, 998, measure_letters);
    size_t file_length = drop_crs(text, text_length, file);
    const struct corpus corpora[] = {
        {"text-76", text, text_length, all, refuse},
        {"text-76, seven bit", text, text_length, all, refuse | SANSMTP_STUFF_SEVEN_BIT},
        {"text-76, normalise", text, text_length, all, normalise},
        {"bare LF, normalise", file, file_length, all, normalise},
        {"short lines", brief, brief_length, all, refuse},
        {"dotted lines", dotted, dotted_length, all, refuse},
        {"long lines", long_lines, long_length, all, refuse},
        {"text-76, 64 KiB chunks", text, text_length, 65536, refuse},
        {"text-76, 1460 chunks", text, text_length, 1460, refuse},
        {"text-76, 1 chunks", text, text_length, 1, refuse},
    };

    for (size_t i = 0; i < sizeof(corpora) / sizeof(corpora[0]); i++) {
        measure(&corpora[i], &corpora[0], repetitions);
    }
    return 0;
}
