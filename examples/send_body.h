#ifndef SEND_BODY_H
#define SEND_BODY_H

/*
 * The message. It is always a file that can be read again from its start, for it is looked through
 * before it is sent, and sent more than once to a server that takes few recipients at a time: what
 * comes through a pipe is first copied to a temporary file. However large, no more than one piece
 * of it is in memory.
 */

#include "send_scan.h"

#define BODY_PIECE (256u << 10)

struct body {
    int file;
    uint64_t at; /* octets given */
    struct scan scan;
    uint8_t *piece; /* BODY_PIECE octets */
};

/* Opens path, "-" is standard input, and looks through it. Returns 0, or a status of sysexits.h
 * after having said why. */
int body_open(struct body *body, const char *path);

/* The next piece is to be the first. */
void body_rewind(struct body *body);

/* Fills body->piece. Returns its length, and in last whether it is the final one; -1: the file is
 * not what it was, and errno says why or is 0. */
long body_next(struct body *body, bool *last);

#endif
