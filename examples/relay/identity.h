#ifndef RELAY_IDENTITY_H
#define RELAY_IDENTITY_H

/*
 * As whom we run. Ports below 1024, keys and the log may want root; what strangers send must not
 * be read by root. So who starts us as root says with `user` whom we become in between.
 */

#include "options/config.h"

#include <sys/types.h>

struct identity {
    char name[256]; /* of the user; "": we stay who we are */
    uid_t user;
    gid_t group;
};

/* Looks for config->user. Returns 0, or a status of sysexits.h after having said why. */
int identity_find(const struct config *config, struct identity *identity);

/* May we go on with it? Root without it may not, nor is it of use without root. Returns 0, or a
 * status of sysexits.h after having said why. */
int identity_may(const struct config *config, const struct identity *identity);

/* Gives an open file away; true if there is nobody to give it to (NULL, or no name). */
bool identity_give(const struct identity *identity, int file);

/* Makes a folder, mode 0700, if it is not there, and gives it away. What is wrong with it is found
 * when it is used. */
void identity_make_folder(const struct identity *identity, const char *path);

/* Becomes it, for good. Returns 0, or a status of sysexits.h after having said why. */
int identity_become(const struct identity *identity);

#endif
