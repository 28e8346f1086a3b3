#include "policy_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_LONGEST 2048u

static const char key[] = "fetched-for: ";

/* -- where ------------------------------------------------------------------------------------ */

static bool path_of(const struct config *config, const char *domain, const char *before,
                    char path[PATH_LONGEST])
{
    const char *folder = config->mta_sts_folder;
    int length;

    if (strchr(domain, '/') != NULL || domain[0] == '.' || domain[0] == '\0') {
        return false;
    }
    if (folder != NULL) {
        length = snprintf(path, PATH_LONGEST, "%s/%s%s", folder, before, domain);
    } else {
        length = snprintf(path, PATH_LONGEST, "%s/mta-sts/%s%s", config->queue, before, domain);
    }
    return length > 0 && (size_t)length < PATH_LONGEST;
}

/* Opens the folder that this lies in; makes it if it is not there. Returns it, or -1. */
static int open_folder(const char *path)
{
    char folder[PATH_LONGEST];
    int file;

    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT && mkdir(folder, 0700) == 0) {
        file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    return file;
}

/* -- reading ---------------------------------------------------------------------------------- */

static size_t read_all(int file, uint8_t *octets, size_t capacity)
{
    size_t fill = 0;
    ssize_t length = 1;

    while (length > 0 && fill < capacity) {
        length = read(file, octets + fill, capacity - fill);
        fill += length > 0 ? (size_t)length : 0;
    }
    return length < 0 ? 0 : fill;
}

/* Returns how long the line in front is. */
static size_t read_line(const uint8_t *octets, size_t length, struct sansmtp_span *id)
{
    const uint8_t *end = length < sizeof key ? NULL : memchr(octets, '\n', length);
    size_t begin = sizeof key - 1;

    if (end == NULL || memcmp(octets, key, begin) != 0) {
        return 0;
    }
    *id = (struct sansmtp_span){octets + begin, (size_t)(end - octets) - begin};
    return (size_t)(end - octets) + 1;
}

void policy_file_read(const struct config *config, const char *domain, struct policy_kept *kept)
{
    char path[PATH_LONGEST];
    struct stat status;
    size_t length = 0, line;
    int file;

    kept->policy = (struct sansmtp_sts_policy){.size = sizeof kept->policy};
    kept->cache = (struct sansmtp_sts_cache){.size = sizeof kept->cache};
    if (!path_of(config, domain, "", path)) {
        return;
    }
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return;
    }
    if (fstat(file, &status) == 0) {
        length = read_all(file, kept->octets, sizeof kept->octets);
    }
    close(file);
    line = read_line(kept->octets, length, &kept->cache.id);
    if (length > 0 &&
        sansmtp_sts_policy_parse(kept->octets + line, length - line, &kept->policy) == 0) {
        kept->cache.flags = SANSMTP_STS_CACHED;
        kept->cache.fetched = status.st_mtime;
        kept->cache.max_age = kept->policy.max_age;
    }
}

/* -- writing ---------------------------------------------------------------------------------- */

static bool write_all(int file, const void *octets, size_t length)
{
    const uint8_t *at = octets;

    while (length > 0) {
        ssize_t wrote = write(file, at, length);

        if (wrote < 0 && errno != EINTR) {
            return false;
        }
        at += wrote > 0 ? wrote : 0;
        length -= wrote > 0 ? (size_t)wrote : 0;
    }
    return true;
}

/* A policy that the disk has only a part of would be none. */
static int write_file(const char *path, struct sansmtp_span id, struct sansmtp_span text)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    int error = 0;

    if (file < 0) {
        return errno;
    }
    if (!write_all(file, key, sizeof key - 1) || !write_all(file, id.data, id.length) ||
        !write_all(file, "\n", 1) || !write_all(file, text.data, text.length) || fsync(file) != 0) {
        error = errno;
    }
    close(file);
    return error;
}

int policy_file_write(const struct config *config, const char *domain, struct sansmtp_span id,
                      struct sansmtp_span text)
{
    char path[PATH_LONGEST], draft[PATH_LONGEST], before[32];
    int folder, error;

    snprintf(before, sizeof before, ".%ld.", (long)getpid());
    if (!path_of(config, domain, "", path) || !path_of(config, domain, before, draft)) {
        return ENAMETOOLONG;
    }
    folder = open_folder(path);
    if (folder < 0) {
        return errno;
    }
    error = write_file(draft, id, text);
    if (error == 0 && (rename(draft, path) != 0 || fsync(folder) != 0)) {
        error = errno;
    }
    if (error != 0) {
        unlink(draft);
    }
    close(folder);
    return error;
}
