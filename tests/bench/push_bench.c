/* What it costs a client to push 100 MiB of mail over loopback: processor time, user and system, of
 * a host of the engine, beside curl, Postfix's smtp-source, the program sansmtp-send, and beside
 * plain writes of the same octets without an engine. Each repetition runs all of them, one right
 * after the other; a ratio is the median of the repetitions' ratios.
 *
 *   push_bench CURL SMTP-SOURCE SANSMTP-SEND [repetitions]
 *
 * A program that is not there is named "". Prints; judges no time, but fails if other octets arrive
 * than were to be sent. Goals of the host, DATA: <= 0.45 of curl, <= 0.7 of smtp-source. */

#define _DEFAULT_SOURCE

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sansmtp/types.h>

#include "measure.h"
#include "pusher.h"
#include "sink.h"

enum { COPIES = 100, ARGUMENTS = 16, PORT_ROOM = 64 };

struct cost {
    double user, system;
};

struct contender {
    const char *name;
    void (*push)(const struct push *push); /* NULL: a program */
    const char *hello;
    uint32_t body;
    const char *const *arguments; /* of a program; @PORT@ and @FILE@ are filled in */
    bool dotted;                  /* the message whose lines begin with dots */
    uint64_t least, most;         /* octets that must arrive */
    struct cost cost[MEASURE_MOST];
};

struct message {
    uint8_t *octets;
    size_t length;
    uint64_t on_wire; /* stuffed and closed */
    char file[32];    /* its name, for programs */
};

static struct message plain, dotted;

static _Noreturn void give_up(const char *why)
{
    perror(why);
    exit(1);
}

static void remove_file(void)
{
    unlink(plain.file);
}

/* Every so many lines begin with a dot; 0: none. */
static void make_message(struct message *message, size_t dots)
{
    static uint8_t text[MEASURE_SIZE];
    size_t length = measure_fill(text, "", 76, 76, measure_letters), lines = length / 78;

    for (size_t i = 0; dots > 0 && i < lines; i += dots) {
        text[i * 78] = '.';
    }
    message->length = length * COPIES;
    message->octets = malloc(message->length);
    if (message->octets == NULL) {
        give_up("malloc");
    }
    for (size_t i = 0; i < COPIES; i++) {
        memcpy(message->octets + i * length, text, length);
    }
    message->on_wire = message->length + 3 + (dots > 0 ? (lines + dots - 1) / dots * COPIES : 0);
}

static void write_file(struct message *message)
{
    int file;

    snprintf(message->file, sizeof message->file, "push_bench-XXXXXX");
    file = mkstemp(message->file);
    atexit(remove_file);
    for (size_t at = 0; at < message->length;) {
        ssize_t written = write(file, message->octets + at, message->length - at);

        if (written <= 0) {
            give_up(message->file);
        }
        at += (size_t)written;
    }
    close(file);
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

static struct cost cost_of(const struct rusage *usage)
{
    return (struct cost){seconds(usage->ru_utime), seconds(usage->ru_stime)};
}

static struct cost push_here(const struct contender *contender, const struct sink *sink)
{
    const struct message *message = contender->dotted ? &dotted : &plain;
    struct push push = {sink->port, contender->hello, contender->body, message->octets,
                        message->length};
    struct rusage before, after;
    struct cost cost;

    getrusage(RUSAGE_SELF, &before);
    contender->push(&push);
    getrusage(RUSAGE_SELF, &after);
    cost = cost_of(&after);
    cost.user -= cost_of(&before).user;
    cost.system -= cost_of(&before).system;
    return cost;
}

/* The arguments, with @PORT@ and @FILE@ filled in. */
static void fill_in(const char *const *from, char (*room)[PORT_ROOM], char **to, uint16_t port)
{
    size_t count = 0;

    for (; from[count] != NULL && count + 1 < ARGUMENTS; count++) {
        const char *mark = strstr(from[count], "@PORT@");

        if (mark != NULL) {
            snprintf(room[count], PORT_ROOM, "%.*s%u%s", (int)(mark - from[count]), from[count],
                     (unsigned)port, mark + 6);
        } else {
            bool file = strcmp(from[count], "@FILE@") == 0;

            snprintf(room[count], PORT_ROOM, "%s", file ? plain.file : from[count]);
        }
        to[count] = room[count];
    }
    to[count] = NULL;
}

static struct cost push_there(const struct contender *contender, const struct sink *sink)
{
    char room[ARGUMENTS][PORT_ROOM], *arguments[ARGUMENTS];
    struct rusage usage;
    int status = 1;
    pid_t process;

    fill_in(contender->arguments + 1, room + 1, arguments + 1, sink->port);
    arguments[0] = (char *)(uintptr_t)contender->arguments[0];
    process = fork();
    if (process == 0) {
        dup2(open("/dev/null", O_RDWR), STDOUT_FILENO);
        execv(arguments[0], arguments);
        _exit(127);
    }
    if (process < 0 || wait4(process, &status, 0, &usage) != process || status != 0) {
        fprintf(stderr, "%s: status %d\n", contender->name, status);
        exit(1);
    }
    return cost_of(&usage);
}

static void run(struct contender *contender, const struct sink *sink, size_t repetition)
{
    uint64_t received;

    contender->cost[repetition] = contender->push != NULL ? push_here(contender, sink)
                                                          : push_there(contender, sink);
    received = sink_received(sink);
    if (received < contender->least || received > contender->most) {
        fprintf(stderr, "%s: %llu octets arrived\n", contender->name, (unsigned long long)received);
        exit(1);
    }
}

static double total(const struct contender *contender, size_t repetition)
{
    return contender->cost[repetition].user + contender->cost[repetition].system;
}

static void print(const struct contender *contender, const struct contender *first,
                  size_t repetitions)
{
    double user[MEASURE_MOST], all[MEASURE_MOST], ratio[MEASURE_MOST], median;

    for (size_t i = 0; i < repetitions; i++) {
        user[i] = contender->cost[i].user * 1e3;
        all[i] = total(contender, i) * 1e3;
        ratio[i] = total(first, i) / total(contender, i);
    }
    median = measure_median(ratio, repetitions);
    printf("%-28s %8.1f ms (user %6.1f)", contender->name, measure_median(all, repetitions),
           measure_median(user, repetitions));
    printf("   host, DATA / this: %5.2f [%.2f to %.2f]\n", median, ratio[0],
           ratio[repetitions - 1]);
}

static const char *curl[] = {"",
                             "-s",
                             "--url",
                             "smtp://127.0.0.1:@PORT@/bench",
                             "--mail-from",
                             "s@c.example",
                             "--mail-rcpt",
                             "r@mx.example",
                             "-T",
                             "@FILE@",
                             NULL};
static const char *source[] = {"",
                               "-m",
                               "1",
                               "-s",
                               "1",
                               "-l",
                               "104857600",
                               "-f",
                               "s@c.example",
                               "-t",
                               "r@mx.example",
                               "127.0.0.1:@PORT@",
                               NULL};
static const char *data[] = {
    "",      "--server", "127.0.0.1:@PORT@", "--tls", "none",         "--hello",
    "bench", "--from",   "s@c.example",      "--to",  "r@mx.example", "@FILE@",
    NULL};
static const char *chunks[] = {
    "",       "--server", "127.0.0.1:@PORT@", "--tls", "none",         "--hello",
    "chunks", "--from",   "s@c.example",      "--to",  "r@mx.example", "@FILE@",
    NULL};
static struct contender contenders[] = {
    {.name = "host, DATA", .push = push_by_engine, .hello = "bench"},
    {.name = "host, DATA, 8BITMIME",
     .push = push_by_engine,
     .hello = "bench",
     .body = SANSMTP_BODY_8BITMIME},
    {.name = "host, DATA, some dots", .push = push_by_engine, .hello = "bench", .dotted = true},
    {.name = "host, BDAT", .push = push_by_engine, .hello = "chunks"},
    {.name = "plain writes, no engine", .push = push_by_hand},
    {.name = "curl", .arguments = curl},
    {.name = "smtp-source", .arguments = source},
    {.name = "sansmtp-send, DATA", .arguments = data},
    {.name = "sansmtp-send, BDAT", .arguments = chunks},
};

enum { CONTENDERS = sizeof contenders / sizeof contenders[0] };

static bool is_here(const struct contender *contender)
{
    return contender->push != NULL || contender->arguments[0][0] != '\0';
}

/* How many octets must arrive of each. */
static void expect(struct contender *contender)
{
    bool chunked = strstr(contender->name, "BDAT") != NULL;

    contender->least = contender->dotted ? dotted.on_wire : plain.on_wire;
    contender->least -= chunked ? 3 : 0;
    contender->most = contender->least;
    if (contender->arguments == source) { /* it writes a message of its own */
        contender->least = 104857600;
        contender->most = contender->least + contender->least / 10;
    }
}

static void run_all(size_t repetitions)
{
    struct sink sink;

    sink_start(&sink); /* before there is much that fork() would have to copy */
    make_message(&plain, 0);
    make_message(&dotted, 40);
    write_file(&plain);
    for (size_t row = 0; row < CONTENDERS; row++) {
        expect(&contenders[row]);
    }
    for (size_t i = 0; i < repetitions * CONTENDERS; i++) {
        struct contender *contender = &contenders[i % CONTENDERS];

        if (is_here(contender)) {
            run(contender, &sink, i / CONTENDERS);
        }
    }
    sink_stop(&sink);
}

int main(int count, char **arguments)
{
    size_t repetitions;

    if (count < 4) {
        fprintf(stderr, "push_bench CURL SMTP-SOURCE SANSMTP-SEND [repetitions]\n");
        return 2;
    }
    repetitions = measure_repetitions(count - 3, arguments + 3);
    curl[0] = arguments[1];
    source[0] = arguments[2];
    data[0] = chunks[0] = arguments[3];
    run_all(repetitions);
    for (size_t row = 0; row < CONTENDERS; row++) {
        if (is_here(&contenders[row])) {
            print(&contenders[row], &contenders[0], repetitions);
        } else {
            printf("%-28s is not here\n", contenders[row].name);
        }
    }
    return 0;
}
