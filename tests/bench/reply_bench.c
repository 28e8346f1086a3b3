/* How fast a client reads replies: nanoseconds for a whole reply, strlen() finding the end of each
 * line, and for the ten lines of a reply to EHLO also into the set of capabilities. Beside it
 * memchr('\n') over one line of 76, as a measure of the machine.
 *
 *   reply_bench [repetitions]
 *
 * Prints; judges nothing. Goals, where that memchr takes 8 ns: 22, 61, 66, 160 and 252 ns. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capability.h"
#include "measure.h"
#include "reply_line.h"

#define ROUNDS 100000

static void read_reply(const char *const *lines)
{
    for (; *lines != NULL; lines++) {
        struct sansmtp_reply_line line;

        if (!sansmtp_reply_line_parse((const uint8_t *)*lines, strlen(*lines), &line))
            exit(1);
        measure_sink += line.code + line.enhanced + line.text.length;
    }
}

static void read_hello(const char *const *lines)
{
    static const char mechanisms[] = "SCRAM-SHA-256 PLAIN LOGIN";
    struct sansmtp_capabilities capabilities = {0, 0, 0};

    for (; *lines != NULL; lines++) {
        struct sansmtp_reply_line line;

        if (!sansmtp_reply_line_parse((const uint8_t *)*lines, strlen(*lines), &line))
            exit(1);
        sansmtp_capability_read(line.text.data, line.text.length, mechanisms,
                                sizeof(mechanisms) - 1, &capabilities);
    }
    measure_sink += (size_t)capabilities.extensions + capabilities.mechanisms;
}

static double time_of(void (*run)(const char *const *), const char *const *lines)
{
    double start = measure_now();

    for (int round = 0; round < ROUNDS; round++)
        run(lines);
    return (measure_now() - start) / ROUNDS * 1e9;
}

static double time_of_memchr(const uint8_t *text, size_t length)
{
    double start = measure_now();

    for (int round = 0; round < 4; round++)
        measure_memchr(text, length);
    return (measure_now() - start) / 4 / ((double)length / 78) * 1e9;
}

static void measure(const char *name, void (*run)(const char *const *), const char *const *lines,
                    size_t repetitions)
{
    static uint8_t text[MEASURE_SIZE];
    size_t length = measure_fill(text, "", 76, 76, measure_letters);
    double ours[MEASURE_MOST], ratio[MEASURE_MOST];

    for (size_t i = 0; i < repetitions; i++) {
        ours[i] = time_of(run, lines);
        ratio[i] = ours[i] / time_of_memchr(text, length);
    }
    printf("%-22s %8.1f ns %8.2f x memchr of one line of 76\n", name,
           measure_median(ours, repetitions), measure_median(ratio, repetitions));
}

int main(int count, char **arguments)
{
    static const char *const ok[] = {"250 2.1.0 Ok", NULL};
    static const char *const go_ahead[] = {"354 End data with <CR><LF>.<CR><LF>", NULL};
    static const char *const stored[] = {"250 2.0.0 Ok: queued as 4WxyzA1b2c3d4e", NULL};
    static const char *const refused[] = {
        "550-5.1.1 The address does not exist; please check it",
        "550 5.1.1 for typing errors and try again",
        NULL,
    };
    static const char *const hello[] = {
        "250-mx.example.org at your service",
        "250-PIPELINING",
        "250-SIZE 52428800",
        "250-ETRN",
        "250-STARTTLS",
        "250-AUTH PLAIN LOGIN CRAM-MD5",
        "250-ENHANCEDSTATUSCODES",
        "250-8BITMIME",
        "250-DSN",
        "250 SMTPUTF8",
        NULL,
    };
    size_t repetitions = measure_repetitions(count, arguments);

    measure("250, one line", read_reply, ok, repetitions);
    measure("354, one line", read_reply, go_ahead, repetitions);
    measure("final 250", read_reply, stored, repetitions);
    measure("550, two lines", read_reply, refused, repetitions);
    measure("EHLO, ten lines", read_hello, hello, repetitions);
    return 0;
}
