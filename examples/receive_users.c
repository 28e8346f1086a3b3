#include "receive_users.h"

#include <crypt.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static int complain(const char *path, size_t line, const char *what)
{
    fprintf(stderr, "sansmtp-receive: %s:%zu: %s\n", path, line, what);
    return EX_CONFIG;
}

static int add(struct users *users, char *text, const char *path, size_t line)
{
    char *colon = strchr(text, ':');
    struct user *list;

    if (colon == NULL || colon == text) {
        return complain(path, line, "wanted is user:hash");
    }
    *colon = '\0';
    if (crypt_checksalt(colon + 1) == CRYPT_SALT_INVALID) {
        return complain(path, line, "the hash is none of crypt(3)");
    }
    list = realloc(users->list, (users->count + 1) * sizeof *list);
    if (list == NULL) {
        return EX_OSERR;
    }
    users->list = list;
    list[users->count] = (struct user){strdup(text), strdup(colon + 1)};
    users->count++;
    return list[users->count - 1].name == NULL || list[users->count - 1].hash == NULL ? EX_OSERR
                                                                                      : 0;
}

static int read_lines(struct users *users, FILE *file, const char *path)
{
    char *text = NULL;
    size_t capacity = 0, line = 0;
    ssize_t length;
    int status = 0;

    while (status == 0 && (length = getline(&text, &capacity, file)) >= 0) {
        line++;
        if (length > 0 && text[length - 1] == '\n') {
            text[length - 1] = '\0';
        }
        if (text[0] != '\0' && text[0] != '#') {
            status = add(users, text, path, line);
        }
    }
    free(text);
    return status;
}

int users_open(struct users *users, const char *path)
{
    FILE *file = fopen(path, "re");
    int status;

    if (file == NULL) {
        fprintf(stderr, "sansmtp-receive: cannot read the users %s: %s\n", path, strerror(errno));
        return EX_NOINPUT;
    }
    status = read_lines(users, file, path);
    if (status == 0 && ferror(file) != 0) {
        fprintf(stderr, "sansmtp-receive: cannot read the users %s: %s\n", path, strerror(errno));
        status = EX_NOINPUT;
    }
    fclose(file);
    if (status == 0 && users->count == 0) {
        status = complain(path, 1, "there is no user in it");
    }
    return status;
}

bool users_check(const struct users *users, const char *name, const char *password)
{
    const struct user *user = NULL;
    struct crypt_data *data = calloc(1, sizeof *data);
    const char *made, *hash;
    bool right;

    if (data == NULL) {
        return false;
    }
    for (size_t i = 0; i < users->count; i++) {
        if (strcmp(users->list[i].name, name) == 0) {
            user = &users->list[i];
        }
    }
    /* A user that there is not costs what the first one does. */
    hash = user == NULL ? users->list[0].hash : user->hash;
    made = crypt_r(password, hash, data);
    right = user != NULL && made != NULL && made[0] != '*' && strlen(made) == strlen(hash) &&
            CRYPTO_memcmp(made, hash, strlen(hash)) == 0;
    OPENSSL_cleanse(data, sizeof *data);
    free(data);
    return right;
}
