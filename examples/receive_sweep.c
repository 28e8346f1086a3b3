#include "receive_sweep.h"

#include "receive_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HALF_WRITTEN (36 * 60 * 60) /* seconds: no delivery takes so long */

static const char *skip_number(const char *at)
{
    size_t length = strspn(at, "0123456789");

    return length == 0 ? NULL : at + length;
}

static bool is_host(const char *at, const char *hostname)
{
    size_t i = 0;

    for (; i < 255 && hostname[i] != '\0'; i++) {
        if (at[i] != (strchr("/:", hostname[i]) == NULL ? hostname[i] : '_')) {
            return false;
        }
    }
    return at[i] == '\0';
}

/* seconds.MmicrosecondsPpidQcount.hostname: delivery_begin. Others of this mailbox may have files
 * here, too, and know best what becomes of them. */
static bool is_ours(const char *name, const char *hostname)
{
    static const char *const marks[] = {".M", "P", "Q", "."};
    const char *at = name;

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        at = skip_number(at);
        if (at == NULL || strncmp(at, marks[i], strlen(marks[i])) != 0) {
            return false;
        }
        at += strlen(marks[i]);
    }
    return is_host(at, hostname);
}

static bool is_old(int folder, const char *name)
{
    struct stat file;

    return fstatat(folder, name, &file, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(file.st_mode) &&
           file.st_mtime < time(NULL) - HALF_WRITTEN;
}

static void sweep_all(DIR *folder, const char *hostname)
{
    const struct dirent *entry;

    while ((entry = readdir(folder)) != NULL) {
        if (is_ours(entry->d_name, hostname) && is_old(dirfd(folder), entry->d_name)) {
            unlinkat(dirfd(folder), entry->d_name, 0);
        }
    }
}

void sweep(int at, const char *folder, const char *hostname)
{
    char path[FOLDER_MAX + 8];
    DIR *opened;
    int file;

    snprintf(path, sizeof path, "%s/tmp", folder);
    file = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    opened = file < 0 ? NULL : fdopendir(file);
    if (opened != NULL) {
        sweep_all(opened, hostname);
        closedir(opened);
    } else if (file >= 0) {
        close(file);
    }
}
