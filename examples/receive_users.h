#ifndef RECEIVE_USERS_H
#define RECEIVE_USERS_H

/* The file of users: lines user:crypt(3)-hash, or user:{SCRAM-SHA-256}iterations,salt,key,key as
 * gsasl --mkpasswd makes them; empty ones and those behind # do not count. */

#include <stddef.h>

struct user {
    char *name;
    char *hash;
};

/* What SCRAM needs to know of a password; the keys and the salt in base64. */
struct scram {
    char *name;
    char *text; /* the others point into it */
    char *iterations;
    char *salt;
    char *stored_key;
    char *server_key;
};

#define USERS_KEY 32u

struct users {
    struct user *list;
    size_t count;
    struct scram *scram;
    size_t scram_count;
    unsigned char key[USERS_KEY]; /* says whose hash a name gets that is nobody's */
    unsigned references;
};

enum users_verdict {
    USERS_WRONG,
    USERS_RIGHT,
    USERS_FAILED /* it could not be found out */
};

/* Reads them; they are the caller's to release. Returns 0, or a status of sysexits.h after having
 * said why. Slow: it tries each hash. */
int users_open(struct users **users, const char *path);

/* Whoever asks late holds them meanwhile: others may take their place. Both on the loop. */
struct users *users_hold(struct users *users);
void users_release(struct users *users);

/* Is this the user's password? Slow by intent, and as slow for a user that there is not; for a
 * thread of the pool. */
enum users_verdict users_check(const struct users *users, const char *name, const char *password);

#endif
