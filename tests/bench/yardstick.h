#ifndef SANSMTP_BENCH_YARDSTICK_H
#define SANSMTP_BENCH_YARDSTICK_H

/* Another program that measures, by turns with ours: see smtp_proto/src/main.rs. */

#include <stdio.h>
#include <sys/types.h>

struct yardstick {
    pid_t process; /* 0: there is none */
    FILE *to, *from;
};

/* Exits, saying why, if it cannot. */
void yardstick_start(struct yardstick *yardstick, const char *program);
void yardstick_stop(struct yardstick *yardstick);

/* Nanoseconds for one of these octets; 1 if there is no yardstick. */
double yardstick_time(struct yardstick *yardstick, const char *kind, unsigned rounds,
                      const char *octets);

#endif
