/* How fast the scanner of DATA runs, beside glibc's memchr('\n') from line to line over the same
 * octets.
 *
 *   scan_bench [repetitions]
 *
 * Prints; judges nothing. Goals: text-76 >= 0.75 (words only: >= 0.35), short lines >= 2,
 * 1460-octet chunks >= 0.85 of 64 KiB chunks. */

#include <stdio.h>
#include <stdlib.h>

#include "measure.h"
#include "unstuff.h"

#define PASSES 4

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
    measure_sink += content_length;
    if (state & (SANSMTP_UNSTUFF_DISCARD | SANSMTP_UNSTUFF_END)) {
        fprintf(stderr, "scan_bench: the corpus is no ordinary text\n");
        exit(1);
    }
}

static double time_memchr(const uint8_t *octets, size_t length)
{
    double start = measure_now();

    for (int pass = 0; pass < PASSES; pass++) {
        measure_memchr(octets, length);
    }
    return measure_now() - start;
}

static double time_unstuff(const uint8_t *octets, size_t length, size_t chunk)
{
    double start = measure_now();

    for (int pass = 0; pass < PASSES; pass++) {
        run_unstuff(octets, length, chunk);
    }
    return measure_now() - start;
}

/* `text` is the 76-octet text whose memchr is the yardstick M of all goals. */
static void measure(const char *name, const uint8_t *octets, size_t length, size_t chunk,
                    const uint8_t *text, size_t text_length, size_t repetitions)
{
    double ours[MEASURE_MOST], own_ratio[MEASURE_MOST], text_ratio[MEASURE_MOST];
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
           measure_median(ours, repetitions), measure_median(own_ratio, repetitions),
           measure_median(text_ratio, repetitions));
}

int main(int count, char **arguments)
{
    static uint8_t text[MEASURE_SIZE], brief[MEASURE_SIZE], dotted[MEASURE_SIZE];
    static uint8_t base64[MEASURE_SIZE], long_lines[MEASURE_SIZE];
    const size_t all = MEASURE_SIZE;
    size_t repetitions = measure_repetitions(count, arguments);
    size_t text_length = measure_fill(text, "", 76, 76, measure_letters);
    size_t brief_length = measure_fill(brief, "", 0, 20, measure_letters);
    size_t dotted_length = measure_fill(dotted, "..", 74, 74, measure_letters);
    size_t base64_length = measure_fill(base64, "", 76, 76, measure_digits);
    size_t long_length = measure_fill(long_lines, "", 998, 998, measure_letters);

    measure("text-76", text, text_length, all, text, text_length, repetitions);
    measure("short lines", brief, brief_length, all, text, text_length, repetitions);
    measure("dotted lines", dotted, dotted_length, all, text, text_length, repetitions);
    measure("base64", base64, base64_length, all, text, text_length, repetitions);
    measure("long lines", long_lines, long_length, all, text, text_length, repetitions);
    measure("text-76, 64 KiB chunks", text, text_length, 65536, text, text_length, repetitions);
    measure("text-76, 1460 chunks", text, text_length, 1460, text, text_length, repetitions);
    measure("text-76, 1 chunks", text, text_length, 1, text, text_length, repetitions);
    return 0;
}
