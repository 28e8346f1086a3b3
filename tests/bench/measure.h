#ifndef SANSMTP_BENCH_MEASURE_H
#define SANSMTP_BENCH_MEASURE_H

/* Corpora of mail text, the yardstick, and time. The clock of a machine steps, so a repetition runs
 * all that is compared, one right after the other, and a ratio is the median of the repetitions'
 * ratios; GB/s are for orientation. */

#include <stddef.h>
#include <stdint.h>

#define MEASURE_SIZE ((size_t)1 << 20)
#define MEASURE_MOST 199 /* repetitions */

extern volatile size_t measure_sink; /* keeps results alive */

/* Lines of `least` to `most` octets of an alphabet, each behind `lead`, up to MEASURE_SIZE octets;
 * returns how many octets that are. */
size_t measure_fill(uint8_t *octets, const char *lead, uint32_t least, uint32_t most,
                    const char *alphabet);

extern const char measure_letters[];
extern const char measure_digits[]; /* those of base64 */

/* The yardstick: glibc's memchr('\n') from line to line. */
void measure_memchr(const uint8_t *octets, size_t length);

double measure_now(void);
double measure_median(double *values, size_t count); /* sorts them */

/* The first argument of a program as a number of repetitions, or 15. */
size_t measure_repetitions(int count, char **arguments);

#endif
