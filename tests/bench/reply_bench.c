/* How fast a client reads replies: nanoseconds for a whole reply, by the rooms that read its
 * lines (for the ten lines of a reply to EHLO also into the set of capabilities), and by the
 * whole engine, from octets to the event. Beside them memchr('\n') over one line of 76, as a
 * measure of the machine, and the yardstick: what smtp-proto takes for the same octets, if its
 * program is given.  reply_bench [repetitions [YARDSTICK]]     see smtp_proto/ for how to make
 * it  A repetition runs all that is compared, one right after the other; ratios are medians of
 * the repetitions' ratios. Prints; judges no time, but fails if a reply is not read as what it
 * is. Goals for the rooms: <= 0.4 of smtp-proto, <= 0.9 for EHLO; where memchr takes 8 ns that
 * is 22, 61, 66, 160 and 252 ns. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capability.h"
#include "line.h"
#include "measure.h"
#include "reply_engine.h"
#include "reply_line.h"
#include "yardstick.h"

#define ROUNDS 20000

struct reply {
    const char *name;
    const char *octets;
    uint32_t code;
    enum reply_stage stage; /* of the engine */
};

static const struct reply replies[] = {
    {"250, one line", "250 2.1.0 Ok\r\n", 250, REPLY_TO_MAIL},
    {"354, one line", "354 End data with <CR><LF>.<CR><LF>\r\n", 354, REPLY_TO_DATA},
    {"final 250", "250 2.0.0 Ok: queued as 4WxyzA1b2c3d4e\r\n", 250, REPLY_TO_END},
    {"550, two lines",
     "550-5.1.1 The address does not exist; please check it\r\n"
     "550 5.1.1 for typing errors and try again\r\n",
     550, REPLY_TO_RCPT},
    {"EHLO, ten lines",
     "250-mx.example.org at your service\r\n"
     "250-PIPELINING\r\n"
     "250-SIZE 52428800\r\n"
     "250-ETRN\r\n"
     "250-STARTTLS\r\n"
     "250-AUTH PLAIN LOGIN CRAM-MD5\r\n"
     "250-ENHANCEDSTATUSCODES\r\n"
     "250-8BITMIME\r\n"
     "250-DSN\r\n"
     "250 SMTPUTF8\r\n",
     250, REPLY_TO_HELLO},
};

static _Noreturn void misread(const struct reply *reply)
{
    fprintf(stderr, "reply_bench: %s is misread\n", reply->name);
    exit(1);
}

static void read_by_rooms(const struct reply *reply, size_t length)
{
    static const char mechanisms[] = "SCRAM-SHA-256 PLAIN LOGIN";
    const uint8_t *at = (const uint8_t *)reply->octets, *end = at + length;
    struct sansmtp_capabilities capabilities = {0};
    struct sansmtp_reply_line line = {.last = false};

    while (at < end) {
        uint32_t state = 0;
        bool complete = false;
        size_t octets = sansmtp_line_scan(at, (size_t)(end - at), &state, &complete);

        if (!complete || !sansmtp_reply_line_parse(at, octets - 2, &line)) {
            misread(reply);
        }
        if (reply->stage == REPLY_TO_HELLO) {
            sansmtp_capability_read(line.text.data, line.text.length, mechanisms,
                                    sizeof(mechanisms) - 1, &capabilities);
        }
        at += octets;
    }
    if (!line.last || line.code != reply->code) {
        misread(reply);
    }
    measure_sink += line.enhanced + line.text.length + (size_t)capabilities.extensions;
}

static double time_of_rooms(const struct reply *reply)
{
    size_t length = strlen(reply->octets);
    double start = measure_now();

    for (int round = 0; round < ROUNDS; round++) {
        read_by_rooms(reply, length);
    }
    return (measure_now() - start) / ROUNDS * 1e9;
}

/* Without what it takes to put the engine back to where it awaits the reply. */
static double time_of_engine(const struct reply *reply)
{
    double start, whole, back;

    reply_engine_prepare(reply->stage);
    if (!reply_engine_reads(reply->octets, strlen(reply->octets), reply->code)) {
        misread(reply);
    }
    start = measure_now();
    for (int round = 0; round < ROUNDS; round++) {
        reply_engine_back();
        measure_sink += reply_engine_reads(reply->octets, strlen(reply->octets), reply->code);
    }
    whole = measure_now() - start;
    start = measure_now();
    for (int round = 0; round < ROUNDS; round++) {
        reply_engine_back();
    }
    back = measure_now() - start;
    return (whole - back) / ROUNDS * 1e9;
}

static double time_of_memchr(const uint8_t *text, size_t length)
{
    double start = measure_now();

    measure_memchr(text, length);
    return (measure_now() - start) / ((double)length / 78) * 1e9;
}

static void measure(const struct reply *reply, size_t repetitions, struct yardstick *yardstick)
{
    static uint8_t text[MEASURE_SIZE];
    size_t text_length = measure_fill(text, "", 76, 76, measure_letters);
    double rooms[MEASURE_MOST], engine[MEASURE_MOST], memchrs[MEASURE_MOST];
    double theirs[MEASURE_MOST], ratio[MEASURE_MOST];

    for (size_t i = 0; i < repetitions; i++) {
        rooms[i] = time_of_rooms(reply);
        memchrs[i] = rooms[i] / time_of_memchr(text, text_length);
        engine[i] = time_of_engine(reply);
        theirs[i] = yardstick_time(yardstick, reply->stage == REPLY_TO_HELLO ? "hello" : "reply",
                                   ROUNDS, reply->octets);
        ratio[i] = rooms[i] / theirs[i];
    }
    printf("%-16s rooms %7.1f ns, %6.2f x memchr of a line; engine %7.1f ns", reply->name,
           measure_median(rooms, repetitions), measure_median(memchrs, repetitions),
           measure_median(engine, repetitions));
    if (yardstick->process != 0) {
        printf("; smtp-proto %7.1f ns, rooms %.2f of it", measure_median(theirs, repetitions),
               measure_median(ratio, repetitions));
    }
    printf("\n");
}

int main(int count, char **arguments)
{
    size_t repetitions = measure_repetitions(count, arguments);
    struct yardstick yardstick = {0};

    if (count > 2 && arguments[2][0] != '\0') {
        yardstick_start(&yardstick, arguments[2]);
    }
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        measure(&replies[i], repetitions, &yardstick);
    }
    yardstick_stop(&yardstick);
    return 0;
}
