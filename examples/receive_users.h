#ifndef RECEIVE_USERS_H
#define RECEIVE_USERS_H

/* The file of users: lines user:crypt(3)-hash; empty ones and those behind # do not count. */

#include <stdbool.h>
#include <stddef.h>

struct user {
    char *name;
    char *hash;
};

struct users {
    struct user *list;
    size_t count;
};

/* Returns 0, or a status of sysexits.h after having said why. */
int users_open(struct users *users, const char *path);

/* Is this the user's password? Slow by intent, and as slow for a user that there is not; for a
 * thread of the pool. */
bool users_check(const struct users *users, const char *name, const char *password);

#endif
