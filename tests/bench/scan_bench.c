/* How fast the scanner of DATA runs, beside glibc's memchr('\n') from line to line over the same
 * octets. The clock of a machine steps, so a repetition runs both, one right after the other, and
 * the ratio is the median of the repetitions' ratios; GB/s are for orientation.
 *
 *   scan_bench [repetitions]
 *
 * Prints; judges nothing. Goals: text-76 >= 0.75 (words only: >= 0.35), short lines >= 2,
 * 1460-octet chunks >= 0.85 of 64 KiB chunks. */

#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "unstuff.h"

#define SIZE   ((size_t)1 << 20)
#define PASSES 4
#define MOST   199

static uint64_t seed = 20261121;
static volatile size_t sink; /* keeps results alive */

static uint32_t draw(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % below;
}

/* Lines of `least` to `most` octets of an alphabet, each behind `lead`, up to SIZE octets. */
static size_t fill(uint8_t *octets, const char *lead, uint32_t least, uint32_t most,
                   const char *alphabet)
{
    uint32_t letters = (uint32_t)strlen(alphabet);
    size_t lead_length = strlen(lead);
    size_t at = 0;

    while (SIZE - at >= lead_length + most + 2) {
        uint32_t length = least + draw(most - least + 1);

        memcpy(octets + at, lead, lead_length);
        at += lead_length;
        while (length-- > 0)
            octets[at++] = (uint8_t)alphabet[draw(letters)];
        octets[at++] = '\r';
        octets[at++] = '\n';
    }
    return at;
}

static void run_memchr(const uint8_t *octets, size_t length)
{
    size_t lines = 0;
    const uint8_t *at = octets;
    const uint8_t *end = octets + length;

    while (at < end) {
        const uint8_t *line_feed = memchr(at, '\n', (size_t)(end - at));

        if (line_feed == NULL)
            break;
        lines++;
        at = line_feed + 1;
    }
    sink += lines;
}

static void run_unstuff(const uint8_t *octets, size_t length, size_t chunk)
{
    uint32_t state = sansmtp_unstuff_begin(SANSMTP_UNSTUFF_REFUSE);
    size_t content_length = 0;

    for (size_t at = 0; at < length && !(state & SANSMTP_UNSTUFF_END);) {
        size_t left = length - at < chunk ? length - at : chunk;

        while (left > 0 && !(state & SANSMTP_UNSTUFF_END)) {
            struct sansmtp_span content;
            size_t taken = sansmtp_unstuff(octets + at, left, &state, &content);

            content_length += content.length;
            at += taken;
            left -= taken;
        }
    }
    sink += content_length;
    if (state & (SANSMTP_UNSTUFF_DISCARD | SANSMTP_UNSTUFF_END)) {
        fprintf(stderr, "scan_bench: the corpus is no ordinary text\n");
        exit(1);
    }
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static double time_memchr(const uint8_t *octets, size_t length)
{
    double start = now();

    for (int pass = 0; pass < PASSES; pass++)
        run_memchr(octets, length);
    return now() - start;
}

static double time_unstuff(const uint8_t *octets, size_t length, size_t chunk)
{
    double start = now();

    for (int pass = 0; pass < PASSES; pass++)
        run_unstuff(octets, length, chunk);
    return now() - start;
}

static int ascending(const void *left, const void *right)
{
    const double *a = left;
    const double *b = right;

    return (*a > *b) - (*a < *b);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), ascending);
    return values[count / 2];
}

/* `text` is the 76-octet text whose memchr is the yardstick M of all goals. */
static void measure(const char *name, const uint8_t *octets, size_t length, size_t chunk,
                    const uint8_t *text, size_t text_length, size_t repetitions)
{
    double ours[MOST], own_ratio[MOST], text_ratio[MOST];
    double total = (double)length * PASSES;

    run_unstuff(octets, length, chunk);
    for (size_t i = 0; i < repetitions; i++) {
        double own = time_memchr(octets, length) / (double)length;
        double yardstick = time_memchr(text, text_length) / (double)text_length;
        double scan = time_unstuff(octets, length, chunk);

        ours[i] = total / scan / 1e9;
        own_ratio[i] = own * (double)length / scan;
        text_ratio[i] = yardstick * (double)length / scan;
    }
    printf("%-22s %8.2f GB/s %8.2f x memchr there %8.2f x memchr on text-76\n", name,
           median(ours, repetitions), median(own_ratio, repetitions),
           median(text_ratio, repetitions));
}

int main(int count, char **arguments)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz      ,;ETAOIN";
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static uint8_t text[SIZE], brief[SIZE], dotted[SIZE], base64[SIZE], long_lines[SIZE];
    size_t repetitions = count > 1 ? strtoul(arguments[1], NULL, 10) : 15;
    size_t text_length = fill(text, "", 76, 76, letters);
    size_t brief_length = fill(brief, "", 0, 20, letters);
    size_t dotted_length = fill(dotted, "..", 74, 74, letters);
    size_t base64_length = fill(base64, "", 76, 76, digits);
    size_t long_length = fill(long_lines, "", 998, 998, letters);

    if (repetitions < 1 || repetitions > MOST)
        repetitions = 15;
    measure("text-76", text, text_length, SIZE, text, text_length, repetitions);
    measure("short lines", brief, brief_length, SIZE, text, text_length, repetitions);
    measure("dotted lines", dotted, dotted_length, SIZE, text, text_length, repetitions);
    measure("base64", base64, base64_length, SIZE, text, text_length, repetitions);
    measure("long lines", long_lines, long_length, SIZE, text, text_length, repetitions);
    measure("text-76, 64 KiB chunks", text, text_length, 65536, text, text_length, repetitions);
    measure("text-76, 1460 chunks", text, text_length, 1460, text, text_length, repetitions);
    measure("text-76, 1 chunks", text, text_length, 1, text, text_length, repetitions);
    return 0;
}
