#ifndef DIALOGUE_H
#define DIALOGUE_H

/* The dialogue, for --trace: commands and replies a line each, of the message only its size. */

#include <sansmtp/sansmtp.h>
#include <stdbool.h>
#include <stdio.h>

struct dialogue {
    FILE *out;        /* NULL: none */
    const char *peer; /* told in front of each line; NULL: there is only one */
    uint64_t message;
};

/* Returns 0, or a status of sysexits.h after having said why. */
int dialogue_open(struct dialogue *dialogue, const char *path);

/* A line of the server. */
void dialogue_received(struct dialogue *dialogue, const struct sansmtp_event *event);

/* Whole commands that go out; secret: they are not to be shown. */
void dialogue_commands(struct dialogue *dialogue, const uint8_t *octets, size_t length,
                       bool secret);

/* Octets of the message that go out. */
void dialogue_message(struct dialogue *dialogue, size_t length);

#endif
