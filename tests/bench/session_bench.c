/* What the server engine costs for each command: nanoseconds from the octets of a command to the
 * octets of its reply, line, grammar, state, event, callback and answer included. The yardstick:
 * what smtp-proto takes to parse the same octets, and nothing else, if its program is given.
 *
 *   session_bench [repetitions [YARDSTICK]]     see smtp_proto/ for how to make it
 *
 * A repetition runs all that is compared, one right after the other; ratios are medians of the
 * repetitions' ratios. Prints; judges no time, but fails if a reply is not what it should be. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sansmtp/sansmtp.h>

#include "measure.h"
#include "yardstick.h"

#define ROUNDS 20000

enum { OUTPUT = 4096 };

/* Each leaves the session as it was, so that it can be said for ever. */
struct talk {
    const char *name;
    const char *octets;
    const char *replies; /* their first digits */
};

#define HELLO "EHLO client.example.org\r\n"
#define MAIL  "MAIL FROM:<alice@example.org>"
#define RCPT  "RCPT TO:<bob@example.net>\r\n"
#define RSET  "RSET\r\n"

static const struct talk talks[] = {
    {"EHLO", HELLO, "2"},
    {"RSET", RSET, "2"},
    {"MAIL RSET", MAIL "\r\n" RSET, "22"},
    {"the same, SIZE BODY", MAIL " SIZE=123456 BODY=8BITMIME\r\n" RSET, "22"},
    {"EHLO MAIL RCPT RCPT RSET", HELLO MAIL "\r\n" RCPT "RCPT TO:<carol@example.net>\r\n" RSET,
     "22222"},
};

static uint8_t memory[SANSMTP_SERVER_MEMORY(SANSMTP_SERVER_LINE, OUTPUT)];
static struct sansmtp_server *server;
static char heard[16]; /* the first digit of each reply */
static size_t count;

static void yes(struct sansmtp_server *engine, const struct sansmtp_event *event, void *user)
{
    (void)event, (void)user;
    sansmtp_server_accept(engine);
}

/* Of a reply of several lines the last counts. */
static void take_output(void)
{
    size_t length;
    const char *at = sansmtp_server_output(server, &length);
    const char *end = at + length;

    while (at < end) {
        if (at[3] == ' ' && count < sizeof heard - 1) {
            heard[count++] = at[0];
        }
        at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;
    }
    sansmtp_server_sent(server, length);
}

static void feed(const char *octets)
{
    static const struct sansmtp_server_callbacks callbacks = {
        .size = sizeof callbacks, .mail = yes, .recipient = yes};
    struct sansmtp_span in = {(const uint8_t *)octets, strlen(octets)};

    count = 0;
    do {
        if (sansmtp_server_run(server, &in, &callbacks, NULL) < 0) {
            fputs("session_bench: the engine gives up\n", stderr);
            exit(1);
        }
        take_output();
    } while (in.length != 0);
    heard[count] = '\0';
}

/* Without budgets, for nobody says so much. */
static void begin(void)
{
    static struct sansmtp_server_options options;

    sansmtp_server_options_init(&options, sizeof options);
    options.hostname = "mx.example";
    options.hostname_length = 10;
    options.output = OUTPUT;
    options.idle_commands = options.repetitions = 0;
    if (sansmtp_server_init(&server, memory, sizeof memory, &options) != 0) {
        fputs("session_bench: the engine refuses the options\n", stderr);
        exit(1);
    }
    feed(HELLO);
}

static void check(const struct talk *talk)
{
    feed(talk->octets);
    if (strcmp(heard, talk->replies) != 0) {
        fprintf(stderr, "session_bench: %s is answered %s\n", talk->name, heard);
        exit(1);
    }
}

static double time_of(const struct talk *talk)
{
    double start = measure_now();

    for (int round = 0; round < ROUNDS; round++) {
        feed(talk->octets);
        measure_sink += count;
    }
    return (measure_now() - start) / ROUNDS * 1e9;
}

static void measure(const struct talk *talk, size_t repetitions, struct yardstick *yardstick)
{
    double engine[MEASURE_MOST], theirs[MEASURE_MOST], ratio[MEASURE_MOST];

    check(talk);
    for (size_t i = 0; i < repetitions; i++) {
        engine[i] = time_of(talk);
        theirs[i] = yardstick_time(yardstick, "commands", ROUNDS, talk->octets);
        ratio[i] = engine[i] / theirs[i];
    }
    check(talk);
    printf("%-24s engine %7.1f ns", talk->name, measure_median(engine, repetitions));
    if (yardstick->process != 0) {
        printf("; smtp-proto's parser %7.1f ns, engine %.2f of it",
               measure_median(theirs, repetitions), measure_median(ratio, repetitions));
    }
    printf("\n");
}

int main(int argc, char **arguments)
{
    size_t repetitions = measure_repetitions(argc, arguments);
    struct yardstick yardstick = {0};

    if (argc > 2 && arguments[2][0] != '\0') {
        yardstick_start(&yardstick, arguments[2]);
    }
    begin();
    for (size_t i = 0; i < sizeof talks / sizeof talks[0]; i++) {
        measure(&talks[i], repetitions, &yardstick);
    }
    yardstick_stop(&yardstick);
    return 0;
}
