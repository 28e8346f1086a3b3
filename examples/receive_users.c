#include "receive_users.h"

#include <crypt.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static int complain(const char *path, size_t line, const char *what)
{
    fprintf(stderr, "%s: %s:%zu: %s\n", program_invocation_short_name, path, line, what);
    return EX_CONFIG;
}

/* crypt(3) takes nearly anything for a salt, a password in clear too. A hash is what it makes of
 * a password, so of any password it makes one as long. */
static const char *fault_of(const char *hash)
{
    struct crypt_data *data;
    const char *made, *fault = NULL;

    if (crypt_checksalt(hash) == CRYPT_SALT_INVALID) {
        return "the hash is none of crypt(3)";
    }
    data = calloc(1, sizeof *data);
    if (data == NULL) {
        return "there is no memory to try the hash";
    }
    made = crypt_r("x", hash, data);
    if (made == NULL || made[0] == '*' || strlen(made) != strlen(hash)) {
        fault = "the hash is none that crypt(3) can have made";
    }
    free(data);
    return fault;
}

#define SCRAM "{SCRAM-SHA-256}"

/* The fields are cut out of a copy of the line. */
static int add_scram(struct users *users, const char *name, const char *text, const char *path,
                     size_t line)
{
    char *copy = strdup(text + sizeof SCRAM - 1), *save = NULL;
    struct scram *list = realloc(users->scram, (users->scram_count + 1) * sizeof *list);
    struct scram scram = {.name = strdup(name), .text = copy};

    users->scram = list == NULL ? users->scram : list;
    if (copy == NULL || list == NULL || scram.name == NULL) {
        free(copy);
        free(scram.name);
        return EX_OSERR;
    }
    scram.iterations = strtok_r(copy, ",", &save);
    scram.salt = strtok_r(NULL, ",", &save);
    scram.stored_key = strtok_r(NULL, ",", &save);
    scram.server_key = strtok_r(NULL, ",", &save);
    if (scram.server_key == NULL || strtol(scram.iterations, NULL, 10) < 4096) {
        free(copy);
        free(scram.name);
        return complain(path, line, "wanted is " SCRAM "iterations,salt,key,key; 4096 at least");
    }
    list[users->scram_count++] = scram;
    return 0;
}

#define BLANKS          " \t"
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

/* What cannot be seen in an editor would silently make another user of him. */
static const char *fault_of_name(const char *name, const char *colon)
{
    if (colon == NULL || colon == name) {
        return "wanted is user:hash";
    }
    if (strchr(BLANKS, name[0]) != NULL || strchr(BLANKS, colon[-1]) != NULL) {
        return "there is a blank before or behind the user's name: take it away";
    }
    return NULL;
}

static int add(struct users *users, char *text, const char *path, size_t line)
{
    char *colon = strchr(text, ':');
    const char *fault = fault_of_name(text, colon);
    struct user *list;

    if (fault != NULL) {
        return complain(path, line, fault);
    }
    *colon = '\0';
    if (strncmp(colon + 1, SCRAM, sizeof SCRAM - 1) == 0) {
        return add_scram(users, text, colon + 1, path, line);
    }
    fault = fault_of(colon + 1);
    if (fault != NULL) {
        return complain(path, line, fault);
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

static void end_at(char *text, char last)
{
    size_t length = strlen(text);

    if (length > 0 && text[length - 1] == last) {
        text[length - 1] = '\0';
    }
}

static int add_line(struct users *users, char *text, const char *path, size_t line)
{
    if (line == 1 && strncmp(text, BYTE_ORDER_MARK, sizeof BYTE_ORDER_MARK - 1) == 0) {
        return complain(path, line, "it begins with a byte order mark: save it without (no BOM)");
    }
    end_at(text, '\n');
    end_at(text, '\r'); /* of another system */
    return text[0] == '\0' || text[0] == '#' ? 0 : add(users, text, path, line);
}

static int read_lines(struct users *users, FILE *file, const char *path)
{
    char *text = NULL;
    size_t capacity = 0, line = 0;
    int status = 0;

    while (status == 0 && getline(&text, &capacity, file) >= 0) {
        status = add_line(users, text, path, ++line);
    }
    free(text);
    return status;
}

static int cannot_read(const char *path)
{
    fprintf(stderr, "%s: cannot read the users %s: %s\n", program_invocation_short_name, path,
            strerror(errno));
    return EX_NOINPUT;
}

static int read_file(struct users *users, const char *path)
{
    FILE *file;
    int status;

    if (RAND_bytes(users->key, sizeof users->key) != 1) {
        fprintf(stderr, "%s: OpenSSL has no random octets\n", program_invocation_short_name);
        return EX_OSERR;
    }
    file = fopen(path, "re");
    if (file == NULL) {
        return cannot_read(path);
    }
    status = read_lines(users, file, path);
    if (status == 0 && ferror(file) != 0) {
        status = cannot_read(path);
    }
    fclose(file);
    if (status == 0 && users->count + users->scram_count == 0) {
        status = complain(path, 1, "there is no user in it");
    }
    return status;
}

int users_open(struct users **users, const char *path)
{
    int status;

    *users = calloc(1, sizeof **users);
    if (*users == NULL) {
        return EX_OSERR;
    }
    (*users)->references = 1;
    status = read_file(*users, path);
    if (status != 0) {
        users_release(*users);
        *users = NULL;
    }
    return status;
}

/* -- as long as somebody needs them ----------------------------------------------------------- */

struct users *users_hold(struct users *users)
{
    users->references++;
    return users;
}

static void forget(char *text)
{
    if (text != NULL) {
        OPENSSL_cleanse(text, strlen(text));
        free(text);
    }
}

void users_release(struct users *users)
{
    if (users == NULL || --users->references > 0) {
        return;
    }
    for (size_t i = 0; i < users->count; i++) {
        free(users->list[i].name);
        forget(users->list[i].hash);
    }
    for (size_t i = 0; i < users->scram_count; i++) {
        free(users->scram[i].name);
        OPENSSL_cleanse(users->scram[i].server_key, strlen(users->scram[i].server_key));
        free(users->scram[i].text);
    }
    free(users->list);
    free(users->scram);
    free(users);
}

/* -- asking ----------------------------------------------------------------------------------- */

/* Whose hash is tried for a name that is nobody's: by time such a name looks like some user, and
 * like the same one each time, whatever kinds of hash there are. */
static const struct user *stand_in(const struct users *users, const char *name)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    uint64_t number = 0;

    if (HMAC(EVP_sha256(), users->key, sizeof users->key, (const unsigned char *)name, strlen(name),
             digest, &length) != NULL) {
        memcpy(&number, digest, sizeof number);
    }
    return &users->list[number % users->count];
}

static enum users_verdict compare(const char *made, const char *hash)
{
    size_t length = strlen(hash);

    if (made == NULL || made[0] == '*' || strlen(made) != length) {
        return USERS_FAILED;
    }
    return CRYPTO_memcmp(made, hash, length) == 0 ? USERS_RIGHT : USERS_WRONG;
}

enum users_verdict users_check(const struct users *users, const char *name, const char *password)
{
    const struct user *user;
    struct crypt_data *data;
    enum users_verdict verdict;
    bool known = false;

    if (users->count == 0) {
        return USERS_WRONG;
    }
    user = stand_in(users, name);
    data = calloc(1, sizeof *data);
    if (data == NULL) {
        return USERS_FAILED;
    }
    for (size_t i = 0; i < users->count; i++) {
        if (strcmp(users->list[i].name, name) == 0) {
            user = &users->list[i];
            known = true;
        }
    }
    verdict = compare(crypt_r(password, user->hash, data), user->hash);
    OPENSSL_cleanse(data, sizeof *data);
    free(data);
    return verdict == USERS_RIGHT && !known ? USERS_WRONG : verdict;
}
