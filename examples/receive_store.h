#ifndef RECEIVE_STORE_H
#define RECEIVE_STORE_H

/*
 * The Maildir store. Everything about a delivery but its beginning blocks, and is for a thread of
 * the pool; one delivery is in the hands of one thread at a time.
 *
 * A message is written once, in the tmp/ of its first recipient. When it is whole and synced, each
 * recipient gets it in new/, as a hard link, and that folder is synced. So a message in new/ is
 * whole whenever the machine stops, and DIR must be one file system.
 *
 * What a process that was killed has left in a tmp/ goes with the first delivery to that mailbox
 * that comes 36 hours later (receive_sweep.c).
 */

#include "receive_folder.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A delivery holds at most so many octets in memory. Once it holds ENOUGH, write them: then what
 * one read of 64 KiB brings always fits on top. */
#define DELIVERY_CAPACITY ((size_t)96 * 1024)
#define DELIVERY_ENOUGH   ((size_t)31 * 1024)

#define STORE_NAME_MAX 320u

struct store {
    int directory;
    const char *hostname;
    uint64_t count; /* messages begun */
};

struct delivery {
    const struct store *store;
    uint8_t *octets; /* what is not written yet */
    size_t fill;
    int file;       /* -1: not open */
    bool exists;    /* there is a file in tmp/ */
    bool synced;    /* it is whole and on the disk */
    int error;      /* errno of the first failure to write; all that follows is void */
    int outcome;    /* 0 or errno of the last delivery_publish */
    uint32_t count; /* recipients */
    char *folders;  /* theirs, FOLDER_MAX octets each */
    size_t folders_capacity;
    bool *skipped;             /* those that do not want it; NULL: none */
    char name[STORE_NAME_MAX]; /* of the file, in tmp/ */
    char mark[STORE_NAME_MAX]; /* in new/; "": name, too */
};

/* Makes and opens DIR. Returns 0, or a status of sysexits.h after having said why. */
int store_open(struct store *store, const char *path, const char *hostname);

/* Begins a delivery, gives it its name. Does not block. */
void delivery_begin(struct delivery *delivery, struct store *store);

/* The file's name in new/ tells the message id, so that one that is brought again, because nobody
 * could write down that it was there, is no second copy as long as nobody has read it. Does not
 * block. */
void delivery_publish_as(struct delivery *delivery, uint64_t seconds, uint64_t id);

/* Adds a recipient. Returns false if there is no memory for one more. Does not block. */
bool delivery_add(struct delivery *delivery, const char folder[FOLDER_MAX]);

/* This recipient gets nothing. Returns false if there is no memory. Does not block. */
bool delivery_skip(struct delivery *delivery, uint32_t index);

/* Takes octets of the message, DELIVERY_CAPACITY at most until they are written. Does not block. */
void delivery_append(struct delivery *delivery, const void *octets, size_t length);

/* Writes what is held. */
void delivery_write(struct delivery *delivery);

/* Writes and syncs the file, then publishes it to count recipients from the first one on: to
 * all of these or, with delivery->outcome set, to none. */
void delivery_publish(struct delivery *delivery, uint32_t first, uint32_t count);

/* Removes what is in tmp/, and releases all memory. What was published stays. */
void delivery_end(struct delivery *delivery);

#endif
