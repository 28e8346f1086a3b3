/*
 * A disk that fails as a test likes, put before the C library by LD_PRELOAD: a call that is about
 * a mailbox fault-CALL-ERRNO@... fails with this errno, as long as there is a file FAULTS (of the
 * environment). Calls: openat, of a file to be made; write; fsync; linkat; syncnew, the fsync of a
 * new/. And with ROOM in the environment so many octets are free, as long as there is that file;
 * if it is 0, nothing can be written to the queue, either.
 */

#undef _FILE_OFFSET_BITS /* so that openat and openat64 are two, and statvfs and statvfs64 */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define FILES 4096

static struct {
    int write, fsync;
} faults[FILES]; /* of what is open */

int openat(int at, const char *path, int flags, ...);
int openat64(int at, const char *path, int flags, ...);
ssize_t write(int file, const void *octets, size_t length);
int fsync(int file);
int close(int file);
int linkat(int from_at, const char *from, int to_at, const char *to, int flags);
ssize_t pwrite(int file, const void *octets, size_t length, off_t at);
ssize_t pwrite64(int file, const void *octets, size_t length, off64_t at);
int statvfs(const char *path, struct statvfs *found);
int statvfs64(const char *path, struct statvfs64 *found);

/* The errno with which this call is to fail; 0: none. */
static int fault(const char *call, const char *path)
{
    char mark[64];
    const char *found;

    snprintf(mark, sizeof mark, "fault-%s-", call);
    found = strstr(path, mark);
    if (found == NULL || getenv("FAULTS") == NULL || access(getenv("FAULTS"), F_OK) != 0) {
        return 0;
    }
    return atoi(found + strlen(mark));
}

static int fail(int error)
{
    errno = error;
    return -1;
}

static bool ends_in_new(const char *path)
{
    size_t length = strlen(path);

    return length >= 5 && strcmp(path + length - 5, "/new/") == 0;
}

static int open_with(const char *name, int at, const char *path, int flags, mode_t mode)
{
    int (*real)(int, const char *, int, ...);
    int file;

    *(void **)&real = dlsym(RTLD_NEXT, name);
    if ((flags & O_CREAT) != 0 && fault("openat", path) != 0) {
        return fail(fault("openat", path));
    }
    file = real(at, path, flags, mode);
    if (file >= 0 && file < FILES) {
        faults[file].write = fault("write", path);
        faults[file].fsync = fault(ends_in_new(path) ? "syncnew" : "fsync", path);
    }
    return file;
}

int openat(int at, const char *path, int flags, ...)
{
    va_list more;
    mode_t mode;

    va_start(more, flags);
    mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open_with("openat", at, path, flags, mode);
}

int openat64(int at, const char *path, int flags, ...)
{
    va_list more;
    mode_t mode;

    va_start(more, flags);
    mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open_with("openat64", at, path, flags, mode);
}

ssize_t write(int file, const void *octets, size_t length)
{
    ssize_t (*real)(int, const void *, size_t);

    *(void **)&real = dlsym(RTLD_NEXT, "write");
    if (file >= 0 && file < FILES && faults[file].write != 0) {
        return fail(faults[file].write);
    }
    return real(file, octets, length);
}

int fsync(int file)
{
    int (*real)(int);

    *(void **)&real = dlsym(RTLD_NEXT, "fsync");
    if (file >= 0 && file < FILES && faults[file].fsync != 0) {
        return fail(faults[file].fsync);
    }
    return real(file);
}

/* Its number may be that of a connection next. */
int close(int file)
{
    int (*real)(int);

    *(void **)&real = dlsym(RTLD_NEXT, "close");
    if (file >= 0 && file < FILES) {
        faults[file].write = faults[file].fsync = 0;
    }
    return real(file);
}

int linkat(int from_at, const char *from, int to_at, const char *to, int flags)
{
    int (*real)(int, const char *, int, const char *, int);

    *(void **)&real = dlsym(RTLD_NEXT, "linkat");
    if (fault("linkat", to) != 0) {
        return fail(fault("linkat", to));
    }
    return real(from_at, from, to_at, to, flags);
}

/* Octets that are free; -1: as many as there are. */
static long long room(void)
{
    const char *octets = getenv("ROOM"), *faulty = getenv("FAULTS");

    return octets == NULL || faulty == NULL || access(faulty, F_OK) != 0 ? -1 : atoll(octets);
}

int statvfs(const char *path, struct statvfs *found)
{
    int (*real)(const char *, struct statvfs *);
    int result;

    *(void **)&real = dlsym(RTLD_NEXT, "statvfs");
    result = real(path, found);
    if (result == 0 && room() >= 0) {
        found->f_frsize = 1;
        found->f_bavail = (fsblkcnt_t)room();
    }
    return result;
}

int statvfs64(const char *path, struct statvfs64 *found)
{
    int (*real)(const char *, struct statvfs64 *);
    int result;

    *(void **)&real = dlsym(RTLD_NEXT, "statvfs64");
    result = real(path, found);
    if (result == 0 && room() >= 0) {
        found->f_frsize = 1;
        found->f_bavail = (fsblkcnt64_t)room();
    }
    return result;
}

/* The index of SQLite's log lies in a file, but is no part of the queue. */
static bool is_queue(int file)
{
    char link[64], path[4096];
    ssize_t length;

    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    length = readlink(link, path, sizeof path - 1);
    if (length < 0) {
        return false;
    }
    path[length] = '\0';
    return strstr(path, "/queue.sqlite") != NULL && strstr(path, "-shm") == NULL;
}

ssize_t pwrite(int file, const void *octets, size_t length, off_t at)
{
    ssize_t (*real)(int, const void *, size_t, off_t);

    *(void **)&real = dlsym(RTLD_NEXT, "pwrite");
    if (room() == 0 && is_queue(file)) {
        return fail(ENOSPC);
    }
    return real(file, octets, length, at);
}

ssize_t pwrite64(int file, const void *octets, size_t length, off64_t at)
{
    ssize_t (*real)(int, const void *, size_t, off64_t);

    *(void **)&real = dlsym(RTLD_NEXT, "pwrite64");
    if (room() == 0 && is_queue(file)) {
        return fail(ENOSPC);
    }
    return real(file, octets, length, at);
}
