#define _POSIX_C_SOURCE 200809L

#include "measure.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

volatile size_t measure_sink;

const char measure_letters[] = "abcdefghijklmnopqrstuvwxyz      ,;ETAOIN";
const char measure_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static uint32_t draw(uint32_t below)
{
    static uint64_t seed = 20261121;

    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % below;
}

size_t measure_fill(uint8_t *octets, const char *lead, uint32_t least, uint32_t most,
                    const char *alphabet)
{
    uint32_t letters = (uint32_t)strlen(alphabet);
    size_t lead_length = strlen(lead);
    size_t at = 0;

    while (MEASURE_SIZE - at >= lead_length + most + 2) {
        uint32_t length = least + draw(most - least + 1);

        memcpy(octets + at, lead, lead_length);
        at += lead_length;
        while (length-- > 0) {
            octets[at++] = (uint8_t)alphabet[draw(letters)];
        }
        octets[at++] = '\r';
        octets[at++] = '\n';
    }
    return at;
}

void measure_memchr(const uint8_t *octets, size_t length)
{
    size_t lines = 0;
    const uint8_t *at = octets;
    const uint8_t *end = octets + length;

    while (at < end) {
        const uint8_t *line_feed = memchr(at, '\n', (size_t)(end - at));

        if (line_feed == NULL) {
            break;
        }
        lines++;
        at = line_feed + 1;
    }
    measure_sink += lines;
}

double measure_now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int ascending(const void *left, const void *right)
{
    const double *a = left;
    const double *b = right;

    return (*a > *b) - (*a < *b);
}

double measure_median(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), ascending);
    return values[count / 2];
}

size_t measure_repetitions(int count, char **arguments)
{
    size_t repetitions = count > 1 ? strtoul(arguments[1], NULL, 10) : 15;

    return repetitions < 1 || repetitions > MEASURE_MOST ? 15 : repetitions;
}
